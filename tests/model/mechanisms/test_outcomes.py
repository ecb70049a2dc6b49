"""Outcomes: an Erlang delay, exact for a month, and an indicator with the luck of a school year."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import outcomes
from tfs_sim.model.numerics import kernel
from tfs_sim.model.state import DELAY_STAGES, G, K


def parameters(**values):
    return record(outcomes.Parameters, values)


def test_a_month_passes_stages_as_a_poisson_number():
    r = outcomes.stages_a_month(parameters(delay=2))
    assert r == 2.0  # four stages in two months
    chances = [outcomes.passes_no_stage(r)]
    for j in range(3):
        chances.append(outcomes.passes_one_more(chances[-1], j, r))
    assert chances == pytest.approx([0.1353352832, 0.2706705665, 0.2706705665, 0.1804470443])


def test_the_indicator_by_hand():
    p = parameters(indicator_at_start=50, indicator_gain=40, cohort_noise=2.5)
    assert outcomes.indicator(0.1, 3.0, p) == pytest.approx(57)
    assert outcomes.luck_of_cohort(-2.0, p) == -5.0


def delayed(months, delay, met=0.5, take_up=1.0, first=0, run_in=0):
    """Return the stages of the poor, and the level that changes are told from, after months from `first` on."""
    stages, begun = np.zeros((DELAY_STAGES, G, 1)), np.zeros((G, 1))
    need, served = np.ones((K, G, 1)), np.zeros((K, G, 1))
    served[:, 0] = met
    for month in range(first, first + months):
        alone(
            outcomes.follow,
            month=month,
            run_in=run_in,
            need=need,
            served=served,
            take_up=np.array([take_up]),
            delay=stages,
            outcome_at_start=begun,
            p=parameters(delay=delay),
        )
    assert not stages[:, 1].any(), "the other group is served nothing"
    return stages[:, 0, 0], begun[0, 0]


def test_the_first_month_is_taken_for_the_past():
    stages, begun = delayed(3, 24, take_up=0.8)
    assert stages == pytest.approx([0.4] * 4) and begun == pytest.approx(0.4)


def test_changes_are_told_from_the_level_of_month_0_after_a_run_in():
    stages, begun = delayed(1, 30, first=-30, run_in=30)
    assert stages == pytest.approx([0.5] * 4) and begun == pytest.approx(0.5)  # the first month of all
    r_t = 29 * 4 / 30  # from nothing, what 29 months before month 0 have brought of it
    arrived = 0.5 * (1 - np.exp(-r_t) * (1 + r_t + r_t**2 / 2 + r_t**3 / 6))
    assert delayed(29, 30, first=-29, run_in=30)[1] == 0.0, "before month 0 there is nothing to tell from"
    assert delayed(30, 30, first=-29, run_in=30)[1] == pytest.approx(arrived)
    assert delayed(40, 30, first=-29, run_in=30)[1] == pytest.approx(arrived), "and it stays"


def test_a_step_arrives_with_the_erlang_distribution():
    stages, _ = delayed(30, 30, first=1)  # r t = 4: the chance that a Poisson number of mean 4 is at least m + 1
    poisson = np.exp(-4) * np.cumsum([1, 4, 8, 32 / 3])
    assert stages == pytest.approx(0.5 * (1 - poisson))


@kernel
def luck(key, identity, month, p):
    return outcomes.cohort_luck(key, identity, month, p)


def test_luck_is_one_for_a_school_year_and_for_a_site():
    def of(site, month, months=12.0):
        return luck(draws.run_key(1, 0), np.uint64(site), month, parameters(cohort_months=months))

    assert of(1, 0) == of(1, 11) != of(1, 12)
    assert of(1, 0) != of(2, 0)
    assert of(1, 5, months=6.0) != of(1, 6, months=6.0)
    assert luck(draws.run_key(1, 0), np.uint64(1), 0, parameters(cohort_noise=0)) == 0


def test_needs_of_nobody_are_met_to_no_extent():
    stages = np.zeros((DELAY_STAGES, G, 1))
    alone(outcomes.follow, month=0, run_in=0, need=np.zeros((K, G, 1)), served=np.zeros((K, G, 1)), delay=stages)
    assert not stages.any()

"""The aggregate model: it agrees with closed forms and with the engine where both must be the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.state import DELAY_STAGES
from tfs_sim.validation import kept, running, space
from tfs_sim.validation.aggregate import AGGREGATE, PLACE, communities, course
from tfs_sim.validation.rows.m01_trust import ALONE, PLAIN

RATE = 0.8


def trust(months, memory):
    template = space.with_parameters(
        space.laboratory(months=months, clock={"run_in": 0}, mechanisms=ALONE).to_template(), PLAIN
    )
    return space.with_parameters(template, {"trust": {"memory": memory, "reliability": RATE}})


@pytest.mark.parametrize("months", [6, 24])
def test_trust_is_beta_bernoulli_where_all_meet_every_month(months):
    template = trust(months, 0.0)
    found = course(template)[-1, 0, PLACE["trust"]]
    # they miss each other with chance e⁻¹⁰ a month
    assert found == pytest.approx((1.0 + months * RATE) / (2.0 + months), abs=1e-4)
    runs = np.array([engine.run_replicate(template, 1, r)[-1, 0, PLACE["trust"]] for r in range(40)])
    assert abs(runs.mean() - found) < 4.0 * runs.std(ddof=1) / np.sqrt(40)


def test_trust_has_the_steady_state_of_forgetting():
    weight = 1.0 / (1.0 - 2.0 ** (-1.0 / 12.0))
    found = course(trust(240, 12.0))[-1, 0, PLACE["trust"]]
    assert found == pytest.approx((1.0 + weight * RATE) / (2.0 + weight), abs=1e-4)


def test_outcomes_are_the_erlang_distribution_of_a_step():
    """Half of all needs are met from month 1 on: the outcome follows the distribution function of the delay."""
    from tfs_sim.validation.aggregate import work

    ((community, state),) = communities(space.laboratory(months=2).to_template())
    state.met, state.take_up = np.zeros(2), 1.0
    work.follow(community, state, 0)
    state.met = np.full(2, 0.5)
    mean = community.p.outcomes.delay
    for month in range(1, 61):
        work.follow(community, state, month)
        law = 0.5 * gamma.cdf(month, DELAY_STAGES, scale=mean / DELAY_STAGES)
        assert state.delay[-1] == pytest.approx(np.full(2, law), abs=1e-12)


def test_who_joins_and_leaves_follows_the_engine_where_luck_averages_out():
    """A seat is worth nothing to anyone, and costs the same: organizations are alike, and so are the two models."""
    off = ("effort", "turnover", "patience", "differences", "hosting", "key_people")
    worthless = {"belonging": 0.0, "promise": 0.0, "company": 0.0}
    template = space.laboratory(
        months=24,
        clock={"run_in": 0},
        sites={"lab": {"grievance": 0.0}},
        mechanisms=dict.fromkeys(off, False),
        parameters={"participation": worthless},
    ).to_template()
    runs = np.array([engine.run_replicate(template, 1, r)[:, 0, PLACE["partners"]] for r in range(400)])
    found = course(template)[:, 0, PLACE["partners"]]
    assert np.abs(runs.mean(axis=0) - found).max() < 0.6, "of 27 organizations"
    assert runs.mean(axis=0)[0] - runs.mean(axis=0)[-1] > 1.0, "there is something to follow"


def test_bistability_needs_no_organizations():
    """Where a seat costs twice as much the equations, too, end large or empty, depending on the start."""

    def end(start, sitting):
        changes = {"sites": {"lab": {"at_the_table": start}}, "parameters": {"participation": {"sitting": sitting}}}
        return course(space.laboratory(months=120, **changes).to_template())[-1, 0, PLACE["partners"]]

    assert end(0.05, 0.2) < 5.0 and end(0.95, 0.2) > 16.0
    assert end(0.05, 0.1) > 16.0, "at the default all partnerships of average organizations grow"


def test_the_schedule_is_the_engines():
    scenario = space.laboratory(
        months=24,
        interventions=[{"use": "pooled-funding", "dose": 0.4, "from": "2020-07", "lasts": 6, "paid_by": "outside"}],
        shocks=[{"use": "community-crisis", "onset": "2021-01", "depth": 0.5, "lasts": 3}],
    )
    ((community, _),) = communities(scenario.to_template())
    doses = [community.set.month(month).dose("pooled-funding") for month in range(24)]
    assert doses == [0.4 if 6 <= month < 12 else 0.0 for month in range(24)]
    contact = [community.set.month(month).contact for month in range(24)]
    assert min(contact) == contact[12] < 1.0 == contact[11]


def test_no_number_leaves_its_domain_anywhere_in_the_plausible_space():
    template = space.laboratory(months=48).to_template()
    for point in space.plausible_points(40, 3):
        out = course(space.with_parameters(template, point))
        assert np.isfinite(out).all()
        for name, place in PLACE.items():
            low, high = METRICS[name].domain
            assert (out[..., place] >= low - 1e-9).all() and (out[..., place] <= high + 1e-9).all(), name


def test_rows_see_the_means_with_the_engines_luck():
    kept.forget()
    template, measure = space.laboratory(months=6).to_template(), space.metric("trust", -1)
    usual = space.run_all([template], 6, 1, 1, measure)[0]
    with running.under(AGGREGATE):
        found = space.run_all([template], 6, 1, 1, measure)[0]
        with pytest.raises(TypeError, match="no organizations"):
            space.run_all([template], 2, 1, 1, space.OfWorlds(space.trust_of_first_ties))
    assert found.mean() == pytest.approx(course(template)[-1, 0, PLACE["trust"]])
    assert found - found.mean() == pytest.approx(usual - usual.mean())
    kept.forget()

"""Effort: the Gibbs law of choosing one at a time, first efforts, what newcomers count for."""

import numpy as np
import pytest

from tfs_sim.model import draws, engine
from tfs_sim.model.mechanisms import effort
from tfs_sim.model.numerics import kernel
from tfs_sim.model.payoff import SCALE, USUAL_SIZE
from tfs_sim.model.state import ACTIVE, PARTNER
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.rows.r2_weak_link import gibbs, table
from tfs_sim.validation.space import METRIC_NAMES

LEAST = METRIC_NAMES.index("least_effort")


def test_published_means_are_the_formula():
    levels = np.arange(1, 8)
    for n, a, mean in (
        (2, 0.2, 3.665),
        (3, 0.2, 1.552),
        (4, 0.2, 1.155),
        (6, 0.4, 1.154),
        (6, 0.6, 3.179),
        (6, 0.9, 6.713),
    ):
        assert gibbs(n, a) @ levels == pytest.approx(mean, abs=6e-4)


def test_least_effort_of_two_follows_the_gibbs_law():
    template = table(2, 0.2, 1200)
    levels = np.concatenate([engine.run_replicate(template, 7, r)[50::10, 0, LEAST] for r in range(40)]) * 7
    law = gibbs(2, 0.2)
    shares = np.array([(np.round(levels) == k).mean() for k in range(1, 8)])
    # every tenth month is close to independent; five standard errors leave room for what is left
    assert (np.abs(shares - law) < 5 * np.sqrt(law * (1 - law) / levels.size)).all()


@kernel
def orders(key, months, order, ids, out):
    for month in range(months):
        effort.shuffle(order, 0, ids.size, month, key, ids)
        for n in range(order.size):
            out[month, n] = order[n]


def test_everybody_has_a_turn_in_an_order_that_changes():
    ids = np.array([draws.identity(f"o{n}") for n in range(6)], np.uint64)
    out = np.zeros((600, 6), np.int64)
    orders(draws.run_key(1, 0), 600, np.zeros(6, np.int64), ids, out)
    assert (np.sort(out, axis=1) == np.arange(6)).all()
    first = np.bincount(out[:, 0], minlength=6)
    assert (np.abs(first - 100) < 4.5 * np.sqrt(600 * 5 / 36)).all()


@kernel
def firsts(key, n, lowest, highest, p, out):
    for i in range(n):
        out[i] = effort.first_effort(key, i, lowest, highest, p)


def test_first_efforts_are_uniform_on_the_levels_given():
    p = load_scenario("r2b-growing-coalition").to_template().parameters[engine.RECORDS.index("effort")]
    out = np.zeros(7000)
    firsts(draws.run_key(1, 0), out.size, 4 / 7, 1.0, p, out)
    levels, counts = np.unique(np.round(out * 7, 9), return_counts=True)
    assert list(levels) == [4, 5, 6, 7]
    assert (np.abs(counts - 1750) < 4.5 * np.sqrt(7000 * 0.25 * 0.75)).all()


def test_founders_open_with_the_efforts_of_their_file():
    template = load_scenario("r2b-growing-coalition").with_(months=1).to_template()
    _, world = template.fresh()
    engine.run_months(template, world, draws.run_key(1, 0), engine.DRAW_START, 0, template.output())
    partners = world.role != 1
    given = partners & (world.given_joining == 0)
    assert ((world.effort[given] >= 4 / 7 - 1e-9) & (world.effort[given] <= 1)).all()
    assert (world.effort[partners & ~given] == 0).all()


def test_who_has_just_joined_does_not_count_as_having_given_nothing():
    """With hardly any noise, told entrants reply to the least effort of those who were there, and it stands."""
    scenario = load_scenario("r2b-growing-coalition").with_(parameters={"effort": {"noise": 1e-3}})
    template = scenario.to_template()
    out = engine.run_replicate(template, 3, 0)
    for name in ("slowly", "quickly"):
        least = out[:, template.sites.index(name), LEAST]
        assert least[-1] == pytest.approx(least[0])
        assert least[0] >= 4 / 7 - 1e-9


def test_a_lowest_level_above_the_highest_leaves_the_highest(lab):
    changes = {"effort": {"levels": 3, "lowest_level": 7, "revision": 1.0, "largest": 0.5}}
    *_, (_, world, _) = engine.trace(lab.with_(months=2, parameters=changes).to_template(), 1, 0)
    chosen = world.effort[(world.status == ACTIVE) & (world.role == PARTNER) & (world.in_post == 1)]
    assert (chosen == 0.5).all()


@pytest.mark.parametrize("production", [{}, {"team_returns": 1.2}, {"team_size": 4}])
@pytest.mark.parametrize("divided", [0.0, 0.3])
def test_what_a_full_team_gains_is_worth_the_same_whatever_its_returns(production, divided):
    effort_of = {"divided": divided, "joint_gain": 9.0}
    lab = load_scenario("laboratory").with_(
        months=2, sites={"lab": {"at_the_table": 1.0}}, parameters={"effort": effort_of, "delivery": production}
    )
    template = lab.with_(mechanisms={"participation": False}).to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    partners = (world.status == ACTIVE) & (world.role == PARTNER)
    worth = world.payoff[SCALE, partners] / world.belief[partners]
    assert worth == pytest.approx(9.0 * (partners.sum() / USUAL_SIZE) ** -divided)

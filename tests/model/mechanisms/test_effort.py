"""Effort: what it costs, whom one looks to, how beliefs move; the Gibbs law of choosing in turn; first efforts."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community, effort, ledger
from tfs_sim.model.numerics import kernel
from tfs_sim.model.payoff import SCALE
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.rows.r2_weak_link import gibbs, table
from tfs_sim.validation.space import METRIC_NAMES

LEAST = METRIC_NAMES.index("least_effort")


P = record(
    effort.Parameters,
    {"cost": 0.4, "overload": 0.1, "largest": 0.5, "noise": 0.05, "full_gain": 50, "learning": 0.1, "hearsay": 0.3,
     "forgetting": 1.2},
)  # fmt: skip


def test_the_equations():
    assert effort.burden_of(1.0, P) == 0.4
    assert effort.burden_of(0.4, P) == pytest.approx(0.4 + 0.06)
    assert effort.descriptive_norm(0.6, 3.0, P) == pytest.approx(0.4)
    assert effort.descriptive_norm(0.0, 0.0, P) == 0.0
    assert effort.logit_weight(0.1, 0.2, P) == pytest.approx(math.exp(-2))
    assert [effort.gain_in_view(gain, P) for gain in (-10.0, 25.0, 90.0)] == [0.0, 0.5, 1.0]
    assert effort.belief_after(0.5, 1.0, 1.0, True, P) == pytest.approx(0.55)
    assert effort.belief_after(0.5, 1.0, 1.0, False, P) == pytest.approx(0.515)
    assert effort.belief_after(0.8, 0.2, 0.5, True, P) == pytest.approx(0.78)  # .2 of half the work stands for .4
    assert effort.belief_after(0.8, 0.4, 0.5, True, P) == pytest.approx(0.8)  # it is as good as was believed
    assert effort.belief_after(0.8, 0.0, 0.0, True, P) == 0.8  # nothing is done, and nothing learned
    assert effort.belief_after(1.0, 1.0, 0.5, True, P) == 1.0
    assert effort.belief_forgotten(0.9, 0.4, P) == pytest.approx(0.85)  # a tenth of the way in a month
    assert effort.belief_forgotten(0.2, 0.4, P) == pytest.approx(0.22)
    assert effort.belief_forgotten(0.9, 0.4, P._replace(forgetting=2.0)) == pytest.approx(0.4)
    p_ledger = record(ledger.Parameters, {"weight": 0.3, "full_balance": 0.2})
    assert ledger.with_own_ledger(0.5, 0.2, 1.0, p_ledger) == pytest.approx(0.65)
    assert ledger.with_own_ledger(0.5, -0.1, 1.0, p_ledger) == pytest.approx(0.35)


def test_one_looks_to_those_whom_one_trusts_not_to_those_who_trust_one():
    norm = np.zeros(2)
    alone(
        effort.perceive_norm,
        effort=np.array([0.1, 0.4]),
        first_relationship=np.array([0, 1, 2]),
        end_of_ties=np.array([1, 2], np.int64),
        ties=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        trust=np.array([0.5, 0.8]),
        peer_norm=norm,
        p=P,
    )
    assert norm == pytest.approx([0.5 * 0.4 / 0.5, 0.8 * 0.1 / 0.5])


def believed(on_ledger=0, status=(ACTIVE, ACTIVE, PROSPECT), given=(0.5, 0.5, 0.0), belief=0.5):
    """Return beliefs a month later, of three and a backbone that gives nothing, where half of a full gain is seen."""
    believed = np.full(4, belief)
    alone(
        effort.update_belief,
        site_id=np.zeros(1, np.uint64),
        end_organization=np.array([4]),
        role=np.array([PARTNER] * 3 + [BACKBONE], np.uint8),
        status=np.array([*status, ACTIVE], np.uint8),
        effort=np.array([*given, 0.0]),
        gain_seen=np.array([25.0]),
        ledger=np.array([0.2, -0.2, 0.2, 0.0]),
        belief=believed,
        on_ledger=on_ledger,
        p_ledger=record(ledger.Parameters, {"weight": 0.4, "full_balance": 0.2}),
        p_community=record(community.Parameters, {"first_belief": 0.3}),
        p=P,
    )
    return believed[:3]


def test_those_at_the_table_go_by_their_own_ledger_as_well_and_others_by_hearsay():
    # both partners give the most, so that half of a full gain is what all believe already
    assert believed(0) == pytest.approx([0.5, 0.5, 0.5])
    assert believed(1) == pytest.approx([0.52, 0.48, 0.5])  # .5 + .4 · (1 − .5), and .5 − .4 · .5, a tenth of the way


def test_half_of_a_full_gain_from_half_of_the_work_tells_that_all_of_it_would_gain_in_full():
    # partners give half of the most in the mean: a tenth of .5 − .5 · .5, by hearsay three hundredths of it
    assert believed(given=(0.25, 0.25, 0.0)) == pytest.approx([0.525, 0.525, 0.5075])
    assert believed(given=(0.5, 0.0, 0.5)) == pytest.approx([0.525, 0.525, 0.5075])  # who stays away does not count
    assert believed(given=(0.25, 0.25, 0.0), belief=1.0) == pytest.approx([1.0, 1.0, 1.0])


def test_where_no_partner_is_at_the_table_belief_returns_to_what_all_think_of_working_together():
    assert believed(status=(PROSPECT,) * 3, given=(0.0,) * 3) == pytest.approx([0.48] * 3)  # a tenth of .5 − .3
    assert believed(1, status=(PROSPECT,) * 3, given=(0.0,) * 3) == pytest.approx([0.48] * 3)


def test_switched_off_efforts_stay_what_they_were(lab):
    still = lab.with_(months=3, clock={"run_in": 0}, mechanisms={"effort": False, "participation": False})
    *_, (_, world, _) = engine.trace(still.to_template(), 1, 0)
    given = world.effort[(world.status == ACTIVE) & (world.role == PARTNER)]
    assert given.size > 0
    assert given == pytest.approx(np.full(given.size, 0.3 * 0.5))


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
    assert worth == pytest.approx(9.0 * (partners.sum() / 20) ** -divided)

"""Ledgers: what was gained less what was given; and what is left when the best-connected partner goes."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine, networks
from tfs_sim.model.mechanisms import ledger
from tfs_sim.model.state import ACTIVE, K
from tfs_sim.validation.space import METRIC_NAMES

P_MONEY = engine.MECHANISMS["money"].parameters(
    **{k: v.default for k, v in engine.MECHANISMS["money"].parameters._field_defaults.items()}
)


def balance(output, grant=0.0, hours=0.0, memory=1.0, before=0.0):
    """Two partners of 1 and 3 FTE that give a fifth of their time to one team, of the first kind of support."""
    n = 2
    effort, fte, quality = np.full(n, 0.2), np.array([1.0, 3.0]), np.ones(n)
    given = np.zeros((K, n))
    given[0] = fte * effort
    team = np.full((K, n), -1)
    team[0] = 0
    team_output, team_input = np.zeros((K, n)), np.zeros((K, n))
    team_input[0, 0] = given[0].sum()
    team_output[0, 0] = output
    found = np.full(n, before)
    p = ledger.Parameters(memory=memory, weight=0.3, full_balance=0.2)
    role, status = np.zeros(n, np.uint8), np.full(n, ACTIVE, np.uint8)
    alone(
        ledger.settle,
        role=role,
        status=status,
        effort=effort,
        fte=fte,
        quality=quality,
        hours=np.full(n, hours),
        team=team,
        input=given,
        team_output=team_output,
        team_input=team_input,
        grant_income=np.full(n, grant),
        ledger=found,
        p_money=P_MONEY,
        p=p,
    )
    return found


def test_a_team_that_only_adds_up_gains_nobody_anything():
    assert balance(0.8) == pytest.approx([0, 0])


def test_gain_is_shared_by_input_and_counted_for_each_fte():
    assert balance(1.2) == pytest.approx([0.1, 0.1])  # half as much again of the fifth that each gave
    assert balance(0.4) == pytest.approx([-0.1, -0.1])


def test_meetings_cost_and_pooled_money_pays():
    assert balance(0.8, hours=15.0) == pytest.approx([-0.1, -0.1 / 3])
    assert balance(0.8, grant=0.1 * P_MONEY.dollars_per_fte) == pytest.approx([0.1, 0.1 / 3])


def test_a_ledger_is_a_fading_mean():
    assert balance(1.2, memory=4.0, before=-0.1) == pytest.approx([-0.05, -0.05])


def test_switched_off_nobody_has_a_ledger(lab, run):
    out = run(lab.with_(mechanisms={"ledger": False}))
    assert (out[..., METRIC_NAMES.index("win_win")] == 0).all()


def fragmentation(n, edges, inactive=()):
    """Return the metric for a site of a backbone (0) and n partners with these ties."""
    size = n + 1
    neighbours = np.zeros((1, size), np.uint64)
    for a, b in edges:
        neighbours[0, a] |= np.uint64(1 << b)
        neighbours[0, b] |= np.uint64(1 << a)
    status = np.array([ACTIVE if i not in inactive else 0 for i in range(size)], np.uint8)
    role = np.zeros(size, np.uint8)
    role[0] = 1
    out = np.zeros((1, 1, len(METRIC_NAMES)))
    alone(
        networks.observe_fragmentation,
        month=0,
        first_organization=np.array([0]),
        end_organization=np.array([size]),
        local_index=np.arange(size, dtype=np.uint32),
        role=role,
        status=status,
        neighbours=neighbours,
        unvisited=np.zeros(size, np.uint64),
        deciders=np.zeros(size, np.int64),
        out=out,
    )
    return out[0, 0, METRIC_NAMES.index("fragmentation")]


@pytest.mark.parametrize(
    ("n", "edges", "expected"),
    [
        (5, [(1, k) for k in range(2, 6)], 0.75),  # a star falls apart
        (5, [(a, b) for a in range(1, 6) for b in range(1, a)], 0.0),  # a clique does not
        (5, [(0, k) for k in range(1, 6)], 0.75),  # what the backbone alone holds together counts for nothing
        (7, [(1, k) for k in range(2, 8)] + [(2, 3), (3, 4), (5, 6)], 0.5),  # groups of 3, 2 and 1 remain
        (1, [(0, 1)], 0.0),
    ],
)
def test_fragmentation_of_known_networks(n, edges, expected):
    assert fragmentation(n, edges) == pytest.approx(expected)


def test_fragmentation_looks_at_partners_only():
    star = [(1, k) for k in range(2, 6)]
    assert fragmentation(6, [*star, (6, 2), (6, 3), (6, 4), (6, 5)], inactive=(6,)) == pytest.approx(0.75)


def test_endings_are_told_apart_and_only_after_a_year(lab, run):
    names = ["ended", "ended_goals_met", "ended_faded", "ended_broke_up", "alive"]
    places = [METRIC_NAMES.index(name) for name in names]
    lonely = lab.with_(
        months=40, sites={"lab": {"at_the_table": 0.0}}, parameters={"participation": {"join_threshold": 5.0}}
    )
    ended, met, faded, broke, alive = np.moveaxis(run(lonely)[0, :, 0, places], 0, 0)
    assert not alive.any()
    assert not ended[:11].any() and ended[11:].all()
    assert (ended == met + faded + broke).all()
    lively = run(lab.with_(months=24))[0, :, 0, places]
    assert lively[4].all() and not lively[0].any()

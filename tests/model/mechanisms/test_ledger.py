"""Ledgers: what was gained less what was given."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.mechanisms import ledger
from tfs_sim.model.state import ACTIVE, K
from tfs_sim.validation.space import METRIC_NAMES

P_MONEY = MECHANISMS["money"].parameters(
    **{k: v.default for k, v in MECHANISMS["money"].parameters._field_defaults.items()}
)


def test_a_balance_by_hand():
    assert ledger.balance(1.2, 3.0, 0.5, 0.2, 45.0, P_MONEY) == pytest.approx(0.4 - 0.5 * (0.2 + 0.1))
    assert ledger.balance(9.0, 3.0, 0.5, 0.2, 45.0, P_MONEY) == 1.0
    assert ledger.balance(0.0, 1.0, 1.0, 1.0, 900.0, P_MONEY) == -1.0
    assert ledger.ledger_after(0.2, -0.2, ledger.Parameters(memory=4.0, weight=0.3, full_balance=0.2)) == pytest.approx(
        0.1
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


def test_rounding_is_no_gain():
    assert not ledger.has_gained(0.0)
    assert not ledger.has_gained(1.6e-18)
    assert not ledger.has_gained(-0.1)
    assert ledger.has_gained(0.001)


def test_switched_off_nobody_has_a_ledger(lab, run):
    out = run(lab.with_(mechanisms={"ledger": False}))
    assert (out[..., METRIC_NAMES.index("win_win")] == 0).all()

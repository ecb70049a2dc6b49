"""Money: transfers to the cent, and how staff follow money."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import money
from tfs_sim.model.state import BACKBONE, FUNDER, OUTSIDE
from tfs_sim.model.wages import staff_for, wages


def parameters(**values):
    usual = {"dollars_per_fte": 5000, "reserve": 2, "layoff": 0.1, "rehiring": 0.05, "spending": 0.2}
    return record(money.Parameters, {**usual, "largest_growth": 0.5, **values})


def test_wages_and_reserves_by_hand():
    p = parameters()
    assert wages(2.5, p) == 12_500
    assert staff_for(12_500, p) == 2.5
    assert money.wages_in_cents(0.333333, p) == 166_666  # no part of a cent
    assert money.reserve_in_cents(2.5, p) == 2_500_000


def test_staff_follow_money_up_to_a_limit():
    p = parameters()
    assert money.staff_after_layoffs(10.0, p) == pytest.approx(9)
    assert money.staff_wanted(4.0, 40_000, p) == 4.0  # no more than the reserve
    assert money.staff_wanted(4.0, 65_000, p) == pytest.approx(5)  # a fifth of 25 thousand pays for one
    assert money.staff_wanted(4.0, 1e9, p) == pytest.approx(6)
    assert money.staff_after(4.0, 6.0, p) == pytest.approx(4.1)
    assert money.staff_after(6.0, 4.0, p) == pytest.approx(5.8)  # down as fast as layoffs go


ACCOUNTS = 2 + 1 + 3  # the outside, the funder, the pool; a backbone and two partners


def month(fte, accounts, income=1.0, fund=0.0):
    """Return staff, accounts and what the funder spent after a month of the backbone and two partners of 4 FTE."""
    staff, bank, spent = np.array(fte), np.array(accounts, np.int64), np.zeros(1)
    alone(
        money.earn_and_spend,
        site_of=np.zeros(3, np.uint32),
        role=np.array([BACKBONE, 0, 0], np.uint8),
        base_fte=np.full(3, 4.0),
        fte=staff,
        income_factor=np.array([income]),
        spent=spent,
        accounts=bank,
        dose_emergency_fund=np.array([0.0, fund, 0.0]),
        p=parameters(),
    )
    assert bank.sum() == sum(accounts), "nothing is lost"
    return staff, bank, spent[0]


def test_usual_income_pays_usual_staff():
    staff, bank, _ = month([4.0, 4.0, 4.0], [0, 0, 0, 0, 100, 100])
    assert staff.tolist() == [4, 4, 4] and bank.tolist() == [0, 0, 0, 0, 100, 100]


def test_who_is_overdrawn_lets_staff_go_and_the_backbone_is_not_meant():
    staff, bank, _ = month([4.0, 4.0, 2.0], [0, 0, 0, -5, 0, 0], income=0.75)
    assert staff == pytest.approx([4, 3.6, 2.0 + 0.05 * 2.0])
    assert bank.tolist() == [-500_000 + 500_000, 0, 0, -5, -500_000, 500_000]  # one pays for four, one for two


def test_the_emergency_fund_replaces_its_share_of_what_is_lost_for_whom_it_is_meant():
    _, bank, spent = month([4.0, 4.0, 4.0], [0] * ACCOUNTS, income=0.5, fund=0.6)
    assert bank[[FUNDER, 4, 5]].tolist() == [-600_000, -400_000, -1_000_000] and spent == 6000
    assert month([4.0, 4.0, 4.0], [0] * ACCOUNTS, income=1.0, fund=0.6)[2] == 0  # nothing is lost


def test_reserves_come_from_outside():
    bank = np.zeros(ACCOUNTS, np.int64)
    alone(
        money.begin,
        role=np.array([BACKBONE, 0, 0], np.uint8),
        fte=np.array([9.0, 4.0, 0.5]),
        accounts=bank,
        p=parameters(),
    )
    assert bank.tolist() == [-4_500_000, 0, 0, 0, 4_000_000, 500_000] and bank[OUTSIDE] < 0

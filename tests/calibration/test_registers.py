"""Registers, on series of three communities written by hand."""

from __future__ import annotations

import pytest
from hand import runs

from tfs_sim.calibration import estimates, registers

ALIVE = [[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
MEMBERS = [[10.0, 20.0, 30.0], [12.0, 18.0, 0.0], [14.0, 0.0, 0.0]]


def test_alive_of_all_and_of_those_alive_before() -> None:
    found = runs(alive=ALIVE)
    assert estimates.share(*registers.alive(found, 2, None)).raw == pytest.approx(1 / 3)
    assert estimates.share(*registers.alive(found, 2, 1)).raw == pytest.approx(1 / 2)
    assert estimates.share(*registers.alive(found, 2, 1)).asked == 2
    back = runs(alive=[[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])  # what comes back has not lasted
    assert estimates.share(*registers.alive(back, 2, 1)).raw == 0.0


def test_a_mean_is_over_partnerships_that_are_alive() -> None:
    found = estimates.mean(*registers.mean(runs(alive=ALIVE, partners=MEMBERS), "partners", slice(1, 2)))
    assert (found.value, found.asked) == (15.0, 2)


def test_a_ratio_sums_over_months_and_communities() -> None:
    told = runs(withdrew=[[1.0, 0.0], [1.0, 1.0]], partners=[[10.0, 20.0], [10.0, 20.0]])
    found = estimates.mean(*registers.ratio(told, "withdrew", "partners", slice(0, 2), 12.0))
    assert found.value == pytest.approx(12 * 3 / 60)


def test_members_of_those_that_last_over_those_that_do_not() -> None:
    alive = [[1.0] * 5, [1.0, 1.0, 0.0, 0.0, 1.0]]
    found = registers.sustained(runs(alive=alive, partners=[[20.0, 30.0, 10.0, 14.0, 40.0], [0.0] * 5]),
                                "partners", 0, 1)  # fmt: skip
    assert found.value == pytest.approx(30 / 12)
    lasting = runs(alive=[[1.0] * 3, [1.0] * 3], partners=[[20.0] * 3, [0.0] * 3])
    assert registers.sustained(lasting, "partners", 0, 1).raw != registers.sustained(lasting, "partners", 0, 1).raw


def test_falls_is_asked_of_partnerships_alive_in_both_years() -> None:
    density = [[0.3, 0.3, 0.3], [0.4, 0.2, 0.3], [0.2, 0.3, 0.0]]
    found = registers.falls(runs(alive=[[1.0, 1.0, 1.0]] * 2 + [[1.0, 1.0, 0.0]], density=density),
                            "density", slice(0, 2), slice(2, 3))  # fmt: skip
    assert (found.raw, found.asked) == (0.5, 2)


def test_an_effect_is_paired() -> None:
    one, other = runs(outcome=[[0.10, 0.20]]), runs(outcome=[[0.08, 0.19]])
    found = registers.effect(one, other, "outcome", 0)
    assert found.value == pytest.approx(0.015)
    assert found.variance == pytest.approx(0.005**2)


def test_deepened_counts_runs_in_which_enough_communities_have_more() -> None:
    found = runs(support=[[0.3, 0.3, 0.3, 0.3], [0.4, 0.4, 0.2, 0.1]])
    assert registers.deepened(found, "support", slice(0, 1), slice(1, 2), 2).raw == 1.0
    assert registers.deepened(found, "support", slice(0, 1), slice(1, 2), 3).raw == 0.0

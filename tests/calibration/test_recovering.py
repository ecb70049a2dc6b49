"""Whole recoveries: a truth that is known is found again by waves that do not know it, or it is told that it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from truths import SMOOTH, SPACE, Synthetic, smooth, uneven

from tfs_sim.calibration.held import Array
from tfs_sim.calibration.matching import Budget, Calibration
from tfs_sim.calibration.recovering import Held90, Recovered, Recovery, recoveries
from tfs_sim.calibration.telling import recovered
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.scenario.errors import UserError

BUDGET = Budget(180, 100, 80, wanted=20, block=100, quick=True)
NAMES = ("what targets tell", "what they do not")


def leads(sets: Sets) -> Array:
    places = SPACE.places(sets.table)
    return np.column_stack([2 * places[:, 0] + places[:, 1] ** 2, places[:, 20]])


def made(simulator: Synthetic, again: Synthetic | None = None, budget: Budget = BUDGET) -> Recovered:
    return Recovered(SPACE, SMOOTH, simulator, again or Synthetic(smooth, uneven), budget, leads, NAMES)


def truths_of(found: Calibration) -> Sets:
    rows = np.flatnonzero(found.accepted)
    return SPACE.sets(found.table[rows], [found.ids[row] for row in rows], "truths")


@pytest.mark.long
def test_a_truth_is_found_again(found: Calibration, tmp_path: Path) -> None:
    told: list[str] = []
    simulator = Synthetic(smooth, uneven)
    budget = Budget(900, 300, 200, wanted=60, block=100, quick=True)
    asked = made(simulator, budget=budget)
    (one,) = recoveries(asked, truths_of(found), tmp_path, 5, told.append, count=1)
    assert one.truth in truths_of(found).ids and one.kept and one.accepted >= 20
    assert 0.8 < one.most <= 1.0 and 0.2 < one.half < 0.8
    assert one.moved >= 1, "targets hang on eight of thirty inputs"
    first, second = one.headlines
    assert (first.name, second.name) == NAMES
    truth = truths_of(found).at([truths_of(found).ids.index(one.truth)])
    assert (first.truth, second.truth) == tuple(leads(truth)[0].tolist())
    assert first.high - first.low < 0.75, "targets narrow it: the prior's 90% is 2.3 wide"
    assert first.inside and second.high - second.low > 0.7
    ran = len(simulator.ran)
    assert list(recoveries(asked, truths_of(found), tmp_path, 5, told.append, count=1)) == [one]
    assert len(simulator.ran) == ran, "what is kept is not run again"
    assert told[0] == f"recovery 1 of 1: {one.truth} is the truth"


@pytest.mark.long
def test_waves_of_another_model_do_not_find_it(found: Calibration, tmp_path: Path) -> None:
    """Negative control: what is known is of one model, and the waves run another one."""
    other = Synthetic(lambda u: smooth(np.column_stack([0.2 * u[:, :1], u[:, 1:]])), uneven)
    budget = Budget(900, 300, 200, wanted=60, block=100, quick=True)
    asked = replace(made(other, budget=budget), again=other)
    # figures of three truths by the right model
    right = made(Synthetic(smooth, uneven), budget=budget)
    calls: list[int] = []

    def again(sets: Sets) -> tuple[Array, Array]:
        calls.append(len(sets))
        return (right.again if len(calls) == 1 else other)(sets)

    some = list(recoveries(replace(asked, again=again), truths_of(found), tmp_path, 5, lambda _: None, count=3))
    assert not all(one.kept for one in some)


@pytest.mark.long
def test_whole_recoveries_hold_the_truth(found: Calibration, tmp_path: Path) -> None:
    """Ten, at the size of a trial: places of truths are kept, and 90% ranges hold parameters about as often as that."""
    told: list[str] = []
    some = list(recoveries(made(Synthetic(smooth, uneven)), truths_of(found), tmp_path, 5, told.append))
    assert len(some) == 10 and len({each.truth for each in some}) == 10
    assert set(np.array(found.ids)[~found.accepted]).isdisjoint(each.truth for each in some)
    assert sum(each.kept for each in some) >= 9
    with_sets = [each for each in some if each.accepted >= 5]
    assert len(with_sets) >= 3
    # thirty parameters of few sets each: ranges of so few are a little narrow
    assert 0.55 < np.mean([each.most for each in with_sets]) < 0.99


def test_an_ensemble_of_other_parameters_is_refused(found: Calibration, tmp_path: Path) -> None:
    sets = truths_of(found)
    fewer = replace(sets, variables=sets.variables[1:], table=sets.table[:, 1:])
    with pytest.raises(UserError, match=f"has no parameter .{SPACE.names[0]}., which the calibration varies"):
        next(recoveries(made(Synthetic(smooth, uneven)), fewer, tmp_path, 5, lambda _: None))


def test_truths_that_give_no_target_are_refused(found: Calibration, tmp_path: Path) -> None:
    nothing = replace(made(Synthetic(smooth, uneven)), again=lambda sets: (np.full((len(sets), 4), np.nan),) * 2)
    with pytest.raises(UserError, match="no set of the ensemble gives all targets"):
        next(recoveries(nothing, truths_of(found), tmp_path, 5, lambda _: None))


def test_a_headline_is_held_by_its_range_or_not() -> None:
    assert Held90("x", 0.1, 0.1, 0.2).inside and not Held90("x", 0.0999, 0.1, 0.2).inside
    assert not Held90("x", np.nan, 0.1, 0.2).inside


def test_the_table_tells_what_was_kept_and_held() -> None:
    said = recovered(
        [
            Recovery("ci1-1", 0, False, np.nan, np.nan, 0, np.nan, ()),
            Recovery("ci1-2", 30, True, 0.5, 0.87, 4, 0.75, (Held90("x", 0.5, 0.1, 0.6), Held90("y", 0.7, 0.1, 0.6))),
        ]
    )
    assert "1 of 2 truths keep their place; of 2 headlines 1 lie in the middle 90%" in said
    assert "nan" not in said

"""What outputs are held against: scales, variances, and what nothing can be held against."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from truths import SMOOTH

from tfs_sim.calibration import held
from tfs_sim.calibration.held import Held
from tfs_sim.scenario.errors import UserError


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ((), "there are no targets"),
        ((Held("a", 1, 1, 0), Held("a", 2, 1, 0)), '"a" is there twice'),
        ((Held("a", math.nan, 1, 0),), "has the centre nan"),
        ((Held("a", math.inf, 1, 0),), "has the centre inf"),
        ((Held("a", 1, 0, 0),), "not both 0"),
        ((Held("a", 1, -1, 2),), "numbers from 0 on"),
        ((Held("a", 1, 1, math.nan),), "numbers from 0 on"),
        ((Held("a", 1, 1, 0, missable=True),), "every target may be missed"),
    ],
)
def test_what_nothing_can_be_held_against_is_refused(outputs: tuple[Held, ...], said: str) -> None:
    with pytest.raises(UserError) as caught:
        held.checked(outputs)
    assert said in caught.value.mistakes[0].message


def test_scales_are_undone() -> None:
    assert Held("a", 0, 1, 0, "logit").natural(math.log(0.2 / 0.8)) == pytest.approx(0.2)
    assert Held("a", 0, 1, 0, "log").natural(math.log(25)) == pytest.approx(25)
    assert Held("a", 0, 1, 0).natural(3.24) == 3.24
    assert Held("a", 0, 1, 0, "binomial").natural(-1.5) == -1.5


def test_discrepancies_are_granted_as_deviations() -> None:
    """Half the discrepancy is a quarter of its variance, and the figure's own stays."""
    for factor in (0.5, 2.0):
        for was, now in zip(SMOOTH, held.granted(SMOOTH, factor), strict=True):
            assert now.observation == was.observation
            assert math.sqrt(now.discrepancy) == pytest.approx(factor * math.sqrt(was.discrepancy))


def test_other_figures_leave_the_rest() -> None:
    moved = held.at(SMOOTH, np.arange(4.0))
    assert held.centres(moved).tolist() == [0, 1, 2, 3]
    assert held.variances(moved).tolist() == held.variances(SMOOTH).tolist()


def test_a_digest_changes_with_anything_that_is_said() -> None:
    first = SMOOTH[0]
    others = [replace(first, **{key: value}) for key, value in
              {"name": "x", "centre": 9.0, "observation": 9.0, "discrepancy": 9.0, "scale": "log",
               "missable": True}.items()]  # fmt: skip
    digests = {held.digest((each, *SMOOTH[1:])) for each in (first, *others)}
    assert len(digests) == 7

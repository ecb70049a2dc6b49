"""Where a crisis raises support: what is planted is found, and luck alone is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfs_sim.validation import levels
from tfs_sim.validation.levels import Asked, mapped


def planted(strength: float) -> Any:
    """Return runs in which sites gain where the cost of a seat is low, and much support is there as luck has it."""
    luck = np.random.default_rng(7)

    def struck_and_calm(_: Any, point: Any, *given: int) -> np.ndarray:
        calm = luck.random(8)
        gains = luck.random(8) < 0.5 - strength * (point["participation"]["sitting"] - SITTING)
        return np.array([calm + np.where(gains, 0.1, -0.1), calm])

    return struck_and_calm


SITTING = float(np.median([each["participation"]["sitting"] for each in levels.plausible_points(200, 1)]))


@pytest.mark.parametrize(("strength", "told"), [(4.0, True), (0.0, False)])
def test_a_parameter_is_told_if_it_matters(monkeypatch: pytest.MonkeyPatch, strength: float, told: bool) -> None:
    monkeypatch.setattr(levels, "_struck_and_calm", planted(strength))
    lines = list(mapped(Asked(10, 1)))
    by = [line for line in lines if line.what.startswith("… by ")]
    assert [line.what for line in by] == (["… by participation.sitting"] if told else [])
    if told:
        fifths = [float(each) for each in by[0].now.split(", ")]
        assert len(fifths) == 5 and fifths[0] > fifths[2] > fifths[4]
    assert " of 200 of the plausible space" in lines[0].what


def test_fifths_go_from_low_to_high() -> None:
    assert levels._by_fifths(np.array([5.0, 1, 4, 2, 3]), np.array([0.5, 0.1, 0.4, 0.2, 0.3])) == (
        "0.10, 0.20, 0.30, 0.40, 0.50"
    )

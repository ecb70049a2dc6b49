"""What was seen of one town, and the scales on which luck is about even.

Counts and amounts x stand as log(x + ½), shares p as log((p + .02) / (1 − p + .02)), marks as they are; what a run
gives is put on the same scale as what was seen. Whether the partnership is alive is yes or no: a run agrees or it does
not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tfs_sim.calibration.held import Array
from tfs_sim.calibration.likelihood import LEAST, Seen

Scale = Literal["count", "share", "mark", "event"]
HALF = 0.5
"""What is added to counts."""
SIDE = 0.02
"""What is added to both sides of a share."""
ERRORS = {"count": 0.05, "share": 0.03, "mark": 0.05}
"""Errors of what was seen, where nobody says them: of a count as a share of it (and half an answer more), of a share in
points, of a mark as a share of its scale (or of its value, where it has none)."""
RARE = 0.02
"""A share of the rarer answer below this is taken for this where the model's discrepancy is told."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that was seen of the town.

    Attributes
    ----------
    name : its key in the file.
    value : what was seen: a count, an amount, a share, a mark; 1 or 0 of an event.
    scale : which of them it is.
    sd : of its error, in the units of the value.
    discrepancy : how far the model may be off, as a share of the value (of a share: of the rarer answer).
    kind : a number; quantities of one kind are off by the same discrepancy.
    """

    name: str
    value: float
    scale: Scale
    sd: float
    discrepancy: float
    kind: int

    def on_scale(self, values: Array) -> Array:
        """Return values of runs on the scale; of an event 0 where a run agrees, and NaN where not."""
        if self.scale == "event":
            return np.where(values == self.value, 0.0, np.nan)
        if self.scale == "count":
            return np.log(np.maximum(values, 0.0) + HALF)
        if self.scale == "share":
            return np.log((values + SIDE) / (1.0 - values + SIDE))
        return np.asarray(values, np.float64)

    @property
    def slope(self) -> float:
        """Of the scale at what was seen."""
        if self.scale == "count":
            return 1.0 / (self.value + HALF)
        if self.scale == "share":
            return 1.0 / (self.value + SIDE) + 1.0 / (1.0 - self.value + SIDE)
        return 1.0

    @property
    def off(self) -> float:
        """Standard deviation of the model's discrepancy, in the units of the value."""
        if self.scale == "event":
            return 0.0
        size = max(min(self.value, 1.0 - self.value), RARE) if self.scale == "share" else abs(self.value)
        return self.discrepancy * size


def usual_error(scale: Scale, value: float, width: float = 0.0) -> float:
    """Return the standard deviation of an error that nobody says; `width` of a scale of marks, 0 where it has none."""
    if scale == "event":
        return 0.0
    if scale == "share":
        return ERRORS["share"]
    if scale == "count":
        return ERRORS["count"] * (value + HALF)
    return ERRORS["mark"] * (width or abs(value) or 1.0)


def scaled(values: Array, quantities: Sequence[Quantity]) -> Array:
    """Return what runs gave [sets, runs, quantities] on the scales."""
    return np.stack([each.on_scale(values[:, :, n]) for n, each in enumerate(quantities)], axis=2)


def seen(quantities: Sequence[Quantity]) -> Seen:
    """Return what was seen of the town, on the scales."""
    return Seen(
        np.array([float(each.on_scale(np.array(each.value))) for each in quantities]),
        np.array([LEAST if each.scale == "event" else each.sd * each.slope for each in quantities]),
        np.array([each.off * each.slope for each in quantities]),
        tuple(each.kind for each in quantities),
    )

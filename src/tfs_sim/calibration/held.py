"""What a simulator's outputs are held against: a centre, and how far off a run may be.

Values stand on the output's own scale from here on (shares as logits, counts as logarithms), where errors are even.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.errors import quote

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Scale = Literal["identity", "log", "logit", "binomial"]

WANTED = 500
"""Sets that an ensemble has, unless something else is asked for."""


@dataclass(frozen=True, slots=True)
class Held:
    """An output of the simulator with the figure that it is held against.

    Attributes
    ----------
    name : what it is called.
    centre : the figure, on the output's scale.
    observation : variance of the figure itself, at the real sample's size.
    discrepancy : variance that the model is granted, since it is no town: stated beforehand.
    scale : what values of the simulator were put on already: "log" (counts), "logit" (shares), "binomial" (standard
        deviations of a share of few), "identity" (marks).
    missable : declared beforehand as what may be missed: it rules nothing out, and is told.
    """

    name: str
    centre: float
    observation: float
    discrepancy: float
    scale: Scale = "identity"
    missable: bool = False

    @property
    def variance(self) -> float:
        """Of the figure and the discrepancy together."""
        return self.observation + self.discrepancy

    def natural(self, value: float) -> float:
        """Return a value on the scale that people read (of "binomial" the standard deviations)."""
        if self.scale == "log":
            return math.exp(value)
        return 1.0 / (1.0 + math.exp(-value)) if self.scale == "logit" else value


def checked(outputs: Sequence[Held]) -> tuple[Held, ...]:
    """Return outputs, or refuse those that nothing can be held against.

    Raises
    ------
    UserError
        Where there is none, a name is there twice, a number is none, a variance is not above 0, or all may be missed.
    """
    if not outputs:
        raise refusal("there are no targets to calibrate to")
    seen: set[str] = set()
    for each in outputs:
        if each.name in seen:
            raise refusal(f"the target {quote(each.name)} is there twice")
        seen.add(each.name)
        if not math.isfinite(each.centre):
            raise refusal(f"the target {quote(each.name)} has the centre {each.centre}, where it is a number")
        parts = (each.observation, each.discrepancy)
        if not (all(math.isfinite(part) and part >= 0 for part in parts) and each.variance > 0):
            raise refusal(
                f"the target {quote(each.name)} has variances {each.observation:g} (observation) and "
                f"{each.discrepancy:g} (discrepancy), where they are numbers from 0 on, and not both 0"
            )
    if all(each.missable for each in outputs):
        raise refusal("every target may be missed, so that nothing is calibrated")
    return tuple(outputs)


def centres(outputs: Sequence[Held]) -> Array:
    """Return the figures [outputs]."""
    return np.array([each.centre for each in outputs])


def variances(outputs: Sequence[Held]) -> Array:
    """Return the variances of figures and discrepancies [outputs]."""
    return np.array([each.variance for each in outputs])


def required(outputs: Sequence[Held]) -> Mask:
    """Say which outputs rule sets out [outputs]."""
    return np.array([not each.missable for each in outputs])


def at(outputs: Sequence[Held], figures: Array) -> tuple[Held, ...]:
    """Return outputs held against other figures [outputs]: those of a known truth."""
    pairs = zip(outputs, figures.tolist(), strict=True)
    return tuple(replace(each, centre=figure) for each, figure in pairs)


def granted(outputs: Sequence[Held], factor: float) -> tuple[Held, ...]:
    """Return outputs with `factor` times the discrepancy, as a standard deviation."""
    return tuple(replace(each, discrepancy=each.discrepancy * factor**2) for each in outputs)


def digest(outputs: Sequence[Held]) -> str:
    """Return a fingerprint of what outputs are held against."""
    return hashlib.sha256(repr([astuple(each) for each in outputs]).encode()).hexdigest()

"""Distributions by their quantile functions: a share of the probability becomes a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tfs_sim.model.declare import Parameter

Array = NDArray[np.float64]
NAMES = ("plausible", "uniform", "loguniform", "normal", "triangular")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution between `low` and `high`.

    A normal one has `mean` and `sd` and is cut off at `low` and `high` where they are finite; a triangular
    one is likeliest at `mode`; a plausible one is what `declared`, a parameter, calls plausible.
    """

    name: str
    low: float
    high: float
    mean: float = math.nan
    sd: float = math.nan
    mode: float = math.nan
    declared: Parameter | None = None

    def quantile(self, share: Array) -> Array:
        """Return the values below which these shares of the probability lie."""
        functions: dict[str, Callable[[Array], Array]] = {
            "plausible": self._plausible,
            "uniform": self._uniform,
            "loguniform": self._loguniform,
            "normal": self._normal,
            "triangular": self._triangular,
        }
        return functions[self.name](np.asarray(share, float))

    def spaced(self, count: int) -> Array:
        """Return so many values from end to end: at equal shares of what is plausible, else at equal steps."""
        if self.name == "plausible":
            return self._plausible(np.linspace(0.0, 1.0, count))
        return (np.geomspace if self.name == "loguniform" else np.linspace)(self.low, self.high, count)

    def record(self) -> dict[str, str | float]:
        """Return the name with the numbers of its own, as plain data."""
        own = {key: getattr(self, key) for key in ("mean", "sd", "mode")}
        return {"distribution": self.name} | {key: value for key, value in own.items() if not math.isnan(value)}

    def _plausible(self, share: Array) -> Array:
        assert self.declared is not None
        return self.declared.plausible(share)

    def _uniform(self, share: Array) -> Array:
        return self.low + (self.high - self.low) * share

    def _loguniform(self, share: Array) -> Array:
        low, high = math.log(self.low), math.log(self.high)
        return np.clip(np.exp(low + (high - low) * share), self.low, self.high)

    def _normal(self, share: Array) -> Array:
        from scipy.special import ndtr, ndtri  # a fifth of a second, which a run that draws nothing need not wait

        below, above = (float(ndtr((end - self.mean) / self.sd)) for end in (self.low, self.high))
        values: Array = self.mean + self.sd * ndtri(below + (above - below) * share)
        return np.clip(values, self.low, self.high)

    def _triangular(self, share: Array) -> Array:
        width, rise = self.high - self.low, self.mode - self.low
        turn = rise / width
        rising = self.low + np.sqrt(share * width * rise)
        falling = self.high - np.sqrt((1.0 - share) * width * (self.high - self.mode))
        return np.where(share < turn, rising, falling)

    def problem(self) -> str:
        """Return what is wrong with the numbers, in a sentence, or nothing."""
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            return f"low ({self.low:g}) is above high ({self.high:g})"
        if self.name == "normal":
            if math.isnan(self.mean) or not self.sd > 0:
                return "a normal distribution needs mean and sd, and sd is above 0"
        elif not math.isfinite(self.low) or not math.isfinite(self.high):
            return "low and high are needed: no plausible range is declared"
        elif self.name == "loguniform" and not self.low > 0:
            return f"a loguniform distribution needs low above 0; found {self.low:g}"
        elif self.name == "triangular" and not self.low <= self.mode <= self.high:
            return "a triangular distribution needs mode between low and high"
        return ""

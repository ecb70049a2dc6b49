"""Distributions by their quantile functions: a share of the probability becomes a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
NAMES = ("uniform", "loguniform", "normal", "triangular")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution between `low` and `high`.

    A normal one has `mean` and `sd` and is cut off at `low` and `high` where they are finite; a triangular
    one is likeliest at `mode`.
    """

    name: str
    low: float
    high: float
    mean: float = math.nan
    sd: float = math.nan
    mode: float = math.nan

    def quantile(self, share: Array) -> Array:
        """Return the values below which these shares of the probability lie."""
        functions: dict[str, Callable[[Array], Array]] = {
            "uniform": self._uniform,
            "loguniform": self._loguniform,
            "normal": self._normal,
            "triangular": self._triangular,
        }
        return functions[self.name](np.asarray(share, float))

    def _uniform(self, share: Array) -> Array:
        return self.low + (self.high - self.low) * share

    def _loguniform(self, share: Array) -> Array:
        low, high = math.log(self.low), math.log(self.high)
        return np.clip(np.exp(low + (high - low) * share), self.low, self.high)

    def _normal(self, share: Array) -> Array:
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

"""Tables for the tests of decisions, and closed forms of what they say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]


def of_benefits(values: Array, names: Sequence[str] | None = None, luck: bool = False) -> pd.DataFrame:
    """A table without costs whose effects are values [sets, replicates, strategies]; luck differs between sets."""
    _, replicates, strategies = values.shape
    s, r, d = (axis.ravel() for axis in np.indices(values.shape))
    named = np.array(names or [f"s{place}" for place in range(strategies)])
    table = pd.DataFrame({"strategy": named[d], "set": s, "cost": 0.0, "effect": values.ravel()})
    return table.assign(replicate=s * replicates + r) if luck else table


def of_rows(rows: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """A table of strategies with their cost and effect, in one set."""
    return pd.DataFrame([(name, *pair) for name, pair in rows.items()], columns=["strategy", "cost", "effect"])


def expected_positive(mean: float, sd: float) -> float:
    """E max(X, 0) of a normal X."""
    return mean * norm.cdf(mean / sd) + sd * norm.pdf(mean / sd)


def value_of_knowing(mean: float, sd: float) -> float:
    """What it is worth to know a normal difference between two strategies."""
    return expected_positive(mean, sd) - max(mean, 0.0)


def value_of_sampling(observations: int) -> float:
    """EVSI of so many observations (sd 1) of p1 ~ N(1, 1), of a net benefit p1 − p2 with E p2 = 0 against 0."""
    return value_of_knowing(1.0, math.sqrt(1.0 / (1.0 + 1.0 / observations)))

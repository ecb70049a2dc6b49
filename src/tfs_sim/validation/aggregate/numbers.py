"""Two functions that the aggregate model shares with the engine, on numpy numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def logistic(x: Any) -> Any:
    """Return 1 / (1 + exp(−x))."""
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0)))


def sight(x: float, slope: float) -> float:
    """Return what a contribution may be expected to be seen as, E[max(x + σ ε, 0)] with 1.7/σ = slope (0: no noise)."""
    return float(x + np.log1p(np.exp(-slope * x)) / slope) if slope > 0.0 else float(x)

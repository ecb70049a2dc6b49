"""A function that the aggregate model shares with the engine, on numpy numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def logistic(x: Any) -> Any:
    """Return 1 / (1 + exp(−x))."""
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0)))

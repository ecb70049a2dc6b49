"""Runs over sets of parameters, and the same made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import real

from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution import forks
from tfs_sim.experiments.storage import ensembles
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario.build import build

NAMES = list(METRICS)


def made(sweep: Sweep) -> int:
    return int(sweep.provenance["runs_made"])


def rows(sweep: Sweep, arm: Any, **where: Any) -> pd.DataFrame:
    """The runs of an arm, of a set or replicate if they are named."""
    found = sweep.runs[(sweep.runs["strategy"] == arm.strategy) & (sweep.runs["crisis"] == arm.levels["crisis"])]
    for name, value in where.items():
        found = found[found[name] == value]
    return found


def by_hand(arm: Any, given: dict[Any, Any], replicate: int, name: str, seed: int = 3) -> np.ndarray:
    """A run of the arm's scenario with these parameters written in it, unless it writes them itself: [months, …]."""
    parameters: dict[str, dict[str, float]] = {}
    for (_, owner, key), value in given.items():
        if key not in arm.scenario.parameters.get(owner, {}):
            parameters.setdefault(owner, {})[key] = value
    return forks.run_alone(build(arm.scenario.with_(parameters=parameters)), seed, replicate, name)


def is_run(row: pd.Series, run: np.ndarray) -> None:
    assert row["trust"] == pytest.approx(run[-12:, 0, NAMES.index("trust")].mean(), rel=1e-12)
    assert row["cost"] == pytest.approx(run[:, 0, NAMES.index("cost")].sum(), rel=1e-12)
    assert row["support"] == pytest.approx(run[-12:, 0, NAMES.index("support")].mean(), rel=1e-12)


def ensemble(path: Path, count: int, line: str = "plausible: turnover") -> Sets:
    """Write an ensemble of so many sets, and return them."""
    sets = drawn(count, line, stream="mine")
    return ensembles.write(path, sets, real.facts(sets)).sets

"""A 95% interval holds the truth in 95 of 100 studies of the model: 1,000 reseeded studies for each kind of pooling.

`benchmarks/intervals.py` has the whole table, with larger stores of runs; here each kind of pooling is tried once.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.long

PERFORMANCE = 1


@pytest.fixture(scope="module")
def studies() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "intervals.py"
    spec = importlib.util.spec_from_file_location("coverage_of_intervals", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


# Since communities differ and begin at rest (2026-11-29) joint gain has heavier tails: with so few replicates its
# intervals hold the truth less often than they say. docs/model/findings.md has the figures; what is mended comes off.
TAILS = pytest.mark.xfail(reason="docs/model/findings.md", strict=True)


@TAILS
def test_over_fixed_points_clustered_by_replicate(studies: ModuleType) -> None:
    table = studies.grid(replicates=80)
    for metric in range(len(studies.NAMES)):
        assert 0.935 <= studies.coverage(table, metric, replicates=8).held <= 0.965, studies.NAMES[metric]


@TAILS
def test_over_drawn_points_clustered_by_both(studies: ModuleType) -> None:
    table = studies.drawn(points=150, replicates=24)
    for metric in range(len(studies.NAMES)):
        assert 0.935 <= studies.coverage(table, metric, replicates=8, points=60).held <= 0.965, studies.NAMES[metric]


@TAILS
def test_where_runs_are_of_two_kinds_never_below(studies: ModuleType) -> None:
    """Taking off is rare news between these strategies: a t-interval alone holds the truth in as few as nine in ten."""
    for table in studies.crisis(replicates=150):
        for replicates in (20, 100):
            assert studies.coverage(table, PERFORMANCE, replicates).held >= 0.93, table.name

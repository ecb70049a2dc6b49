"""What is said over sets of parameters holds the truth as often as it says: fewer studies of `benchmarks/sets.py`."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]

STUDIES = 120


@pytest.fixture(scope="module")
def studies() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "sets.py"
    spec = importlib.util.spec_from_file_location("coverage_over_sets", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


def least(wanted: float, count: int) -> float:
    """The share of so many studies below which one in a thousand falls, where as many hold the truth as is wanted."""
    return wanted - 3.1 * math.sqrt(wanted * (1 - wanted) / count)


@pytest.mark.parametrize("kind", ["normal", "two atoms"])
def test_means_over_sets(studies: ModuleType, kind: str) -> None:
    held = studies.mean_coverage(studies.Cell(kind, 0.9, 100), 1000)
    assert least(0.95, 1000) <= held <= 0.97


@pytest.mark.parametrize("kind", ["normal", "two atoms", "skewed"])
@pytest.mark.parametrize("reliability", [0.8, 0.97])
def test_shares_and_the_range(studies: ModuleType, kind: str, reliability: float) -> None:
    found = studies.share_coverage(studies.Cell(kind, reliability, 100), STUDIES)
    assert np.nanmin(found.held) >= least(0.95, STUDIES)
    if kind == "two atoms":  # either of them is in the range or not
        assert found.range_holds > 0.9
    else:
        assert found.range_holds == pytest.approx(0.9, abs=0.035)

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from synthetic import Synthetic, catalogue, synthetic


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tfs_sim.model.catalogue", catalogue())


@pytest.fixture(scope="session")
def sweep() -> Synthetic:
    return synthetic()


@pytest.fixture(scope="session")
def small() -> Synthetic:
    """A sweep without levels, shocks' counterpart or practices: two strategies, five replicates, three years."""
    return synthetic(strategies=2, replicates=5, months=36, crossed=False)

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from small import TOWN, small_catalogue


@pytest.fixture(autouse=True)
def catalogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the small catalogue in place of the model's, but for tests that ask for the real one."""
    if "real_catalogue" not in request.fixturenames:
        monkeypatch.setitem(sys.modules, "tfs_sim.model.catalogue", small_catalogue())


@pytest.fixture
def real_catalogue() -> None:
    pytest.importorskip("tfs_sim.model.catalogue")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "riverton.toml"
    path.write_text(TOWN, encoding="utf-8")
    return path

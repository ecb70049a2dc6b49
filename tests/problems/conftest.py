"""The small set, made once, and what was so in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from few import loaded

from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.problems import Problems, contestants
from tfs_sim.problems.contestants import Ran
from tfs_sim.problems.making import make
from tfs_sim.problems.truths import Truth, truth


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Problems:
    return loaded(tmp_path_factory.mktemp("towns"))


@pytest.fixture(scope="session")
def truths(towns: Problems) -> dict[str, Truth]:
    return {name: truth(towns, name) for name in towns.communities}


@pytest.fixture(scope="session")
def made(towns: Problems, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "towns"
    make(towns, folder)
    return folder


@pytest.fixture(scope="session")
def ran(towns: Problems) -> dict[str, Ran]:
    return contestants.run(towns, drawn(30), futures=2, workers=1)

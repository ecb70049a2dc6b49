"""The built wheel, and the papers of the project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import tfs_sim

TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(folder), str(TOP)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_carries_the_ready_made_files(wheel: zipfile.ZipFile) -> None:
    for kind in ("scenarios", "experiments"):
        for path in (TOP / kind).iterdir():
            assert wheel.read(f"tfs_sim/ready_made/{kind}/{path.name}") == path.read_bytes()


def test_the_wheel_carries_all_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    sources = TOP / "src"
    wanted = {
        path.relative_to(sources).as_posix()
        for path in (sources / "tfs_sim").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names
    extra = {name for name in names - wanted if not re.match(r"tfs_sim/ready_made/|tfs_sim-[^/]+\.dist-info/", name)}
    assert not extra


def test_one_version_everywhere() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == tfs_sim.__version__
    assert json.loads((TOP / "codemeta.json").read_text(encoding="utf-8"))["version"] == tfs_sim.__version__
    assert f"version: {tfs_sim.__version__}\n" in (TOP / "CITATION.cff").read_text(encoding="utf-8")


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["test"], *extras["lint"]]
    lines = (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].lower() for line in lines if "==" in line and not line.startswith("#")}
    assert {re.split(r"[<>=~!\[ ]", need)[0].lower() for need in named} <= pinned
    assert not [line for line in lines if "://" in line]

"""What the pages on extending the model say is done, word for word, on a copy of the sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def blocks(page: str, kind: str = "python") -> list[str]:
    """What stands in blocks of a kind on a page of docs/extend."""
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / "docs" / "extend" / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and what its tests share, in a folder of its own."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("scenarios", "experiments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "pyproject.toml").touch()  # by it ready-made files beside the sources are known
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "alone.py", tmp_path / "tests")
    return tmp_path


def passes(copy: Path) -> str:
    """Run the copy's tests with the copy's sources; return what pytest said last."""
    sources = os.pathsep.join((str(copy / "src"), str(copy / "tests")))
    environment = {**os.environ, "PYTHONPATH": sources, "TFS_SIM_CACHE": str(copy / "cache")}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(copy / "tests")]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def add_after(tick: Path, step: str, line: str) -> None:
    """Add a line to the month after that of a step."""
    before = tick.read_text(encoding="utf-8")
    (after,) = re.findall(rf'.*"{re.escape(step)}".*\n', before)
    tick.write_text(before.replace(after, after + line), encoding="utf-8")


def add_mechanism(copy: Path) -> None:
    """Do what docs/extend/mechanism.md says: a file, a line of the month, tests."""
    source, tests = blocks("mechanism.md")
    (line,) = blocks("mechanism.md", "text")
    (copy / "src/tfs_sim/model/mechanisms/meeting_fatigue.py").write_text(source, encoding="utf-8")
    add_after(copy / "src/tfs_sim/model/tick.py", "turnover.ramp_up", line)
    (copy / "tests/test_meeting_fatigue.py").write_text(tests, encoding="utf-8")


def add_metric(copy: Path) -> None:
    """Do what docs/extend/metric.md says: a declaration, a kernel, its line, a test."""
    kernel, tests = blocks("metric.md")
    declaration, line = blocks("metric.md", "text")
    model = copy / "src/tfs_sim/model"
    declared = (model / "declared_metrics.py").read_text(encoding="utf-8")
    end = declared.index(")  # fmt: skip")
    (model / "declared_metrics.py").write_text(declared[:end] + declaration + declared[end:], encoding="utf-8")
    with (model / "metrics.py").open("a", encoding="utf-8") as file:
        file.write("\n\n" + kernel)
    add_after(model / "tick.py", "metrics.observe_rules", line)
    (copy / "tests/test_givers.py").write_text(tests, encoding="utf-8")


@pytest.mark.long
def test_a_mechanism_and_a_metric_are_what_the_pages_say_and_nothing_else(copy: Path) -> None:
    add_mechanism(copy)
    add_metric(copy)
    said = passes(copy)  # both at once, since the copy is compiled anew
    assert "5 passed" in said

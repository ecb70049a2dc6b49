"""Runs a second of the engine, of the same month in plain Mesa, and of what frameworks cost that do next to nothing.

All are of 100 agents and 120 months or steps, on two processors, in turns. Each turn of the engine and of the idle
model is a new process, from its start to its end. Of the readable Mesa program few runs are made; what 1,000 would take
is reckoned from these, with its start counted once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from turns import Measured, Row, figure, in_turns, ratios

HERE = Path(__file__).resolve().parent
STARSIM = HERE.parent / ".venv" / "bench" / "bin" / "python"
WANTED = 100


@dataclass(frozen=True)
class Size:
    """How much is run in a turn."""

    runs: int = 1000
    months: int = 120
    of_reference: int = 40
    of_starsim: int = 20
    turns: int = 5


def compare(size: Size, starsim: Path = STARSIM) -> tuple[Row, ...]:
    """Measure all of them, and return their rows."""
    sides = {
        "engine": lambda: size.runs / _seconds("engine", size.runs, size.months),
        "reference": lambda: _reference(size),
        "idle": lambda: size.runs / _seconds("idle", size.runs, size.months),
    }
    if starsim.exists():
        sides["starsim"] = lambda: size.of_starsim / _starsim(starsim, size)
    for side in sides.values():
        side()  # not counted: what comes first also reads programs from the disk
    found = in_turns(sides, size.turns)
    return (_against_mesa(found, size), *_floors(found, size))


def _against_mesa(found: dict[str, Measured], size: Size) -> Row:
    times = ratios(found["engine"], found["reference"])
    reckoned = f"reckoned from {size.of_reference} runs of {size.months} months a turn"
    return Row(
        "against Mesa",
        f"{times} ×",
        f"at least {WANTED} ×",
        times.middle >= WANTED,
        (
            f"engine, {size.runs:,} runs with set-up     {found['engine']} runs a second",
            f"the same month in Mesa        {found['reference']} runs a second",
            f"  {reckoned}",
        ),
        {"engine": found["engine"].values, "reference": found["reference"].values, "times": times.values},
    )


def _floors(found: dict[str, Measured], size: Size) -> tuple[Row, Row]:
    idle = Row(
        "Mesa, nothing done",
        f"{found['idle']} a second",
        "for information",
        lines=(
            f"100 agents that count their steps, {size.months} months",
            f"the engine makes {figure(_as_many(found, 'idle'))} × as many",
        ),
        data={"runs_a_second": found["idle"].values},
    )
    name = "Starsim, its SIR example"
    if "starsim" not in found:
        return idle, Row(name, "not installed", "for information", lines=("make bench installs it in .venv/bench",))
    return idle, Row(
        name,
        f"{found['starsim']} a second",
        "for information",
        lines=(
            f"100 agents, 10 contacts each, {size.months} steps; imports are not counted",
            f"the engine makes {figure(_as_many(found, 'starsim'))} × as many, of a larger model",
        ),
        data={"runs_a_second": found["starsim"].values},
    )


def _as_many(found: dict[str, Measured], name: str) -> float:
    return ratios(found["engine"], found[name]).middle


def _seconds(side: str, runs: int, months: int) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, str(HERE / f"side_{side}.py"), str(runs), str(months)], check=True)
    return time.perf_counter() - began


def _reference(size: Size) -> float:
    """Return the runs a second that a batch of `size.runs` would have: its start, and so many times what runs take."""
    start = _seconds("reference", size.of_reference, 1)
    taken = _seconds("reference", size.of_reference, size.months) - start
    return size.runs / (start + taken * size.runs / size.of_reference)


def _starsim(python: Path, size: Size) -> float:
    command = [str(python), str(HERE / "side_starsim.py"), str(size.of_starsim), str(size.months)]
    quiet = {**os.environ, "PYTHONPATH": "", "STARSIM_INSTALL_FONTS": "0"}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=quiet)
    return float(json.loads(said.stdout.splitlines()[-1])["seconds"])


def starsim_version(python: Path = STARSIM) -> str:
    """Return the version of Starsim in its environment ("" where there is none)."""
    if not python.exists():
        return ""
    asked = "from importlib.metadata import version; print(version('starsim'))"
    return subprocess.run([str(python), "-c", asked], check=True, capture_output=True, text=True).stdout.strip()

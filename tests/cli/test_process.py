"""The command line as a process: colour, pipes, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def process(*arguments: str, folder: Path, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tfs_sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **more)  # type: ignore[call-overload]


def test_no_colour_where_it_is_not_wanted(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
        done = process("list", "metrics", folder=tmp_path, env={**os.environ, **more})
        assert done.returncode == 0
        assert "\x1b" not in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes differ")
def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"'{sys.executable}' -m tfs_sim explain turnover | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.startswith("turnover")
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_stops_a_sweep_and_says_how_to_go_on(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    call("run", "town.toml")
    command = [sys.executable, "-m", "tfs_sim", "sweep", "crisis-shock", "--uncertainty", "defaults"]
    command += ["--replicates", "3000"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    folder = tmp_path / "results" / "crisis-shock"
    patience = time.monotonic() + 120
    while not list(folder.glob("parts/*/manifest.jsonl")) and running.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert time.monotonic() - began < 20  # that it takes less than two seconds is measured in benchmarks/
    assert running.returncode == 130
    last = err.strip().splitlines()[-1]
    assert re.fullmatch(
        r"Stopped\. [\d,]+ of 24,000 runs are kept in results/crisis-shock; the same command goes on from there\.", last
    )
    assert "Traceback" not in err
    assert "are there" in call("status", str(folder)).out

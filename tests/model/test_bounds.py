"""No kernel looks outside of an array: compiled code has no check for it, and takes no place from an array's end.

What is compiled with such checks is the loop with a clock around every step, so that it is tried, too.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.name == "nt", reason="there is no such clock")]

SCENARIOS = Path(__file__).parents[2] / "scenarios"

PROGRAM = """
import hashlib, sys
import numpy as np
from tfs_sim.validation import ranges
from tfs_sim.model import clocked, engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario import load_scenario

laboratory = load_scenario("laboratory")
assert [step for step, _ in clocked.profile(laboratory.to_template())] == list(engine.STEPS)
loop, spent = clocked.loop().entry(), np.zeros(len(engine.STEPS), np.int64)
engine._run = lambda *given: loop(*given, spent)
for name in sys.argv[1:]:
    engine.run_replicate(load_scenario(name).to_template(), 1, 0)
off = 0
for name in MECHANISMS:
    try:
        template = laboratory.with_(mechanisms={name: False}).to_template()
    except UserError:  # a few cannot be switched off
        continue
    engine.run_replicate(template, 1, 0)
    off += 1
print(len(sys.argv) - 1, "scenarios and", off, "without a mechanism")
print("bits", hashlib.sha256(engine.run_replicate(laboratory.to_template(), 1, 0).tobytes()).hexdigest())
print("steps that took time:", int((spent > 0).sum()))
sys.exit(ranges.main(["200", "--workers", "1"]) or ranges.main(["200", "--ends", "--workers", "1"]))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Run all that there is with checks of bounds and with clocks; return what the program says."""
    scenarios = sorted(map(str, SCENARIOS.glob("*.toml")))
    folder = tmp_path_factory.mktemp("cache")
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "TFS_SIM_CACHE": str(folder)}
    done = subprocess.run([sys.executable, "-c", PROGRAM, *scenarios], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{len(scenarios)} scenarios" in done.stdout
    return done.stdout


def test_no_kernel_looks_outside_of_an_array(said):
    assert said.count("0 wrong") == 2


def test_every_step_takes_time_and_the_clock_changes_no_bit(said):
    assert f"steps that took time: {len(engine.STEPS)}\n" in said
    usual = engine.run_replicate(load_scenario("laboratory").to_template(), 1, 0)
    assert f"bits {hashlib.sha256(usual.tobytes()).hexdigest()}" in said

"""No kernel looks outside of an array: compiled code has no check for it, and takes no place from an array's end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[2] / "scenarios"

PROGRAM = """
import sys
from tfs_sim.validation import ranges
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario import load_scenario

for name in sys.argv[1:]:
    engine.run_replicate(load_scenario(name).to_template(), 1, 0)
laboratory = load_scenario("laboratory")
off = 0
for name in MECHANISMS:
    try:
        template = laboratory.with_(mechanisms={name: False}).to_template()
    except UserError:  # a few cannot be switched off
        continue
    engine.run_replicate(template, 1, 0)
    off += 1
print(len(sys.argv) - 1, "scenarios and", off, "without a mechanism")
sys.exit(ranges.main(["200", "--workers", "1"]) or ranges.main(["200", "--ends", "--workers", "1"]))
"""


@pytest.mark.slow
def test_no_kernel_looks_outside_of_an_array(tmp_path):
    scenarios = sorted(map(str, SCENARIOS.glob("*.toml")))
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "TFS_SIM_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM, *scenarios], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{len(scenarios)} scenarios" in done.stdout and done.stdout.count("0 wrong") == 2

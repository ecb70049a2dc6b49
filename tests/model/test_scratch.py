"""Scratch is nobody's: whatever lies in it between two steps changes nothing, and no fork copies it."""

import os
import subprocess
import sys
from pathlib import Path

from tfs_sim.model.scratch import SCRATCH


def test_what_lies_in_scratch_between_any_two_steps_changes_no_bit():
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tests), *sys.path))}
    script = Path(__file__).with_name("poisoned.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_fork_has_scratch_of_its_own(lab):
    template = lab.to_template()
    state, world = template.fresh()
    fork = template.layout.world(template.fixed, state)
    for field in SCRATCH:
        assert getattr(world, field.name) is not getattr(fork, field.name)
        assert not any(getattr(fork, field.name).ctypes.data == a.ctypes.data for a in world if a.size)
    assert fork.effort.ctypes.data == world.effort.ctypes.data

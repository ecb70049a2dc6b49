"""The job script of the how-to runs as it is printed there: every job of the array, then merge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import real

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.model.engine import cache_folder

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "cluster.md"
PARTS = 3


def script() -> str:
    """Return the script, for fewer parts: everything else as printed."""
    (text,) = (block for block in GUIDE.read_text(encoding="utf-8").split("```bash\n") if block.startswith("#!"))
    text = text.split("```")[0]
    assert text.count("PARTS=16") == 1
    return text.replace("PARTS=16", f"PARTS={PARTS}")


def test_the_job_script_of_the_guide_runs(tmp_path: Path) -> None:
    """SLURM sets the variables and `srun` starts the command; here the test and a stand-in do."""
    experiment = real.trial(tmp_path)
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, line in {
        "srun": 'exec "$@"',
        "tfs-sim": f'exec "{sys.executable}" -m tfs_sim "$@"',
    }.items():
        (commands / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (commands / name).chmod(0o755)
    # what this machine has compiled already serves as the jobs' own cache
    cache = cache_folder()
    assert cache is not None
    (tmp_path / "sweep.sbatch").write_text(script(), encoding="utf-8")
    for part in range(1, PARTS + 1):
        environment = os.environ | {
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "USER": "somebody",
            "SLURM_ARRAY_TASK_ID": str(part),
            "SLURM_CPUS_PER_TASK": "1",
            "SLURM_SUBMIT_DIR": str(tmp_path),
            "XDG_CACHE_HOME": str(cache.parents[1]),
        }
        job = subprocess.run(
            ["bash", "sweep.sbatch", "trial.toml"], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert job.returncode == 0, job.stderr
    shards = sorted((tmp_path / "results" / "trial" / "shards").iterdir())
    assert [shard.name for shard in shards] == ["0001", "0002", "0003"]
    merged = merge(shards, tmp_path / "merged")
    assert not merged.gaps
    runner.sweep(experiment, out=tmp_path / "whole")
    assert Sweep.load(tmp_path / "merged").digest() == Sweep.load(tmp_path / "whole").digest()

"""Digest of a reference ensemble: every shipped scenario and experiment, and points at which everything is varied.

`python benchmarks/digests.py` prints a digest a file; `--against FILE` compares with what an earlier call printed and
ends with exit code 1 where one differs. A change that is not meant to alter results leaves all of them as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.model.engine import Template, run_replicate
from tfs_sim.scenario import load_scenario, presets
from tfs_sim.scenario.build import build
from tfs_sim.validation import ranges

SEED, POINTS = 20261128, 100


def digests() -> Iterator[tuple[str, str]]:
    """Yield (name of the shipped file, digest of one replicate of all that it runs)."""
    for name in presets.names("scenarios"):
        yield f"scenario {name}", _of([build(load_scenario(name))])
    for name in presets.names("experiments"):
        yield f"experiment {name}", _of(build(arm.scenario) for arm in load_experiment(name).arms())
    everything = ranges.small_world().to_template()
    for ends in (False, True):
        sample = np.random.default_rng(SEED).random((POINTS, ranges.variables(ends)))
        points = (ranges.variant(everything, iter(point.tolist()).__next__, ends) for point in sample)
        yield f"everything{' at its ends' * ends}", _of(points)


def _of(templates: Iterable[Template]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for template in templates:
        digest.update(np.ascontiguousarray(run_replicate(template, SEED, 0)).tobytes())
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="a file with what an earlier call printed")
    before = parser.parse_args().against
    lines = [f"{name} {digest}" for name, digest in digests()]
    print("\n".join(lines))
    if before:
        gone = sorted(set(before.read_text(encoding="utf-8").splitlines()) ^ set(lines))
        if gone:
            sys.exit("differ: " + ", ".join(gone))


if __name__ == "__main__":
    main()

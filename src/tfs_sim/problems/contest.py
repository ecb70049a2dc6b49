"""Our own contestants on the ready-made problem set, scored: what `docs/model/problems.md` is made of.

    python -m tfs_sim.problems.contest docs/model/problems.json [--sets 200] [--uncertainty calibrated …] [--seed 1]

Two contestants for each source of sets: all of them whatever was seen, and those whose runs look most like what was
seen. The first is what the others are set beside. Scores alone are kept, no truth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfs_sim.experiments.designs.uncertainty import CALIBRATED
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.storage.files import write_json
from tfs_sim.experiments.storage.provenance import model_version, now
from tfs_sim.problems import contestants, load_problems, scoring
from tfs_sim.problems.answers import Answers
from tfs_sim.problems.making import make
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.truths import truth
from tfs_sim.scenario.errors import UserError

SET = "ten-communities"
SETS = 200


def held(
    problems: Problems, sources: Sequence[str], sets: int, seed: int, workers: int | None = None
) -> dict[str, Any]:
    """Return what our contestants score, as JSON can say it.

    Parameters
    ----------
    problems : the set, with its key.
    sources : where sets of parameters come from, as `uncertainty` says it.
    sets : how many of each are run (of an ensemble no more than it has).
    seed : which luck.
    workers : threads.
    """
    every = [listed_sets(source, sets, strict=False) for source in sources]  # mistakes in them are told before any run
    found = []
    first: Sequence[scoring.Scored] = ()
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder) / "seen"
        make(problems, seen)
        truths = {name: truth(problems, name) for name in problems.communities}
        for over in every:
            ran = contestants.run(problems, over, seed, workers=workers)
            for way in contestants.WAYS:
                said = contestants.answers(problems, ran, seen, way)
                scored = scoring.scored(problems, Answers(way, said), truths)
                told = scoring.lines(scored, first)
                first = first or scored
                found.append({"sets": len(over), "source": over.title, "by": way,
                              "scores": [scoring.plain(line) for line in told]})  # fmt: skip
    errors = {
        name: max(each.errors.get(name, 0.0) for each in truths.values()) / scoring.unit_of(question)
        for name, question in problems.questions.items()
    }
    return {
        "set": problems.name,
        "edition": problems.edition(),
        "futures": problems.table.futures,
        "seed": seed,
        "contestants": found,
        "errors": errors,
        "model": model_version(),
        "date": now(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Score our contestants and write the file; 2 for a mistake in the call."""
    parser = argparse.ArgumentParser(prog="python -m tfs_sim.problems.contest", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON file of the scores")
    parser.add_argument("--sets", type=int, default=SETS, help=f"sets that are run (default: {SETS})")
    parser.add_argument(
        "--uncertainty", nargs="*", default=[CALIBRATED], help="sets beside the prior (default: calibrated)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which luck (default: 1)")
    given = parser.parse_args(arguments)
    try:
        problems = load_problems(SET)
        write_json(given.file, held(problems, [problems.table.prior, *given.uncertainty], given.sets, given.seed))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

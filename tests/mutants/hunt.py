"""`make mutants`: apply every mutant of the table, one at a time, and see whether a test turns red.

Each worker has a copy of the sources and tests in a temporary folder. A test that sees a mutant must pass without it:
that is tried at the end, on an unchanged copy. Exit code 0: all are seen, but for those that the table says nothing
could see, and none of these is.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import cache_from_source
from pathlib import Path

from mutant import ROOT, TABLE, MisplacedError, Mutant, read
from stages import Stage, stages

COPIED = (
    "src",
    "tests",
    "scenarios",
    "experiments",
    "calibrations",
    "problems",
    "docs",
    "pyproject.toml",
    "paper",
    "benchmarks",
    "CHANGELOG.md",
    "CITATION.cff",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "Makefile",
    "SUPPORT.md",
    "LICENSE",
    "codemeta.json",
    "README.md",
)
LIMIT = 1200
"""Seconds after which tests hang, which is as good as red."""

Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a mutant.

    Attributes
    ----------
    seen_by : the test that turned red; empty where none did.
    stage : the stage that it belongs to.
    seconds : how long that took.
    problem : why the mutant could not be tried.
    """

    mutant: Mutant
    seen_by: str = ""
    stage: str = ""
    seconds: float = 0.0
    problem: str = ""

    @property
    def verdict(self) -> str:
        """One word, or two."""
        if self.problem:
            return "ERROR"
        if self.mutant.equivalent:
            return "NOT EQUIVALENT" if self.seen_by else "equivalent"
        return "seen" if self.seen_by else "SURVIVED"

    @property
    def is_well(self) -> bool:
        """Whether it is as the table says."""
        return self.verdict in ("seen", "equivalent")


class Copy:
    """A copy of the project in which one mutant at a time is tried."""

    def __init__(self, folder: Path, near: bool) -> None:
        self.folder, self.near = folder, near
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, folder / name)

    def tried(self, mutant: Mutant) -> Outcome:
        """Return what came of a mutant."""
        began = time.monotonic()
        path = self.folder / "src" / "tfs_sim" / mutant.file
        try:
            source = path.read_text(encoding="utf-8")
            changed = mutant.applied(source)
        except (OSError, MisplacedError) as problem:
            return Outcome(mutant, problem=str(problem))
        # code of a mutated model is of no further use; that of the model as it is lies where it always does
        own = Path(tempfile.mkdtemp(dir=self.folder)) if mutant.layer == "model" else None
        _write(path, changed)
        try:
            for stage in stages(mutant, self.near):
                red = self.red(stage, own)
                if red:
                    return Outcome(mutant, red, stage.name, round(time.monotonic() - began, 1))
        finally:
            _write(path, source)
            if own is not None:
                shutil.rmtree(own)
        return Outcome(mutant, seconds=round(time.monotonic() - began, 1))

    def red(self, stage: Stage, cache: Path | None) -> str:
        """Run tests until one fails; return its name, or what else went wrong with them."""
        plugins = () if stage.loop else ("-p", "without_loop")
        code, said = self.pytest((*plugins, *stage.tests), cache)
        if code in (0, 5):  # all pass; nothing to run
            return ""
        found = re.search(r"^(?:FAILED|ERROR) ([^\s\[]+(?:\[.*?\](?= - |$))?)", said, re.MULTILINE)
        return found[1] if found else said.strip().splitlines()[-1][:200] if said.strip() else f"exit code {code}"

    def pytest(self, asked: Paths, cache: Path | None = None) -> tuple[int, str]:
        """Return the exit code and the output of tests, none of them slow."""
        places = (self.folder / "src", self.folder / "tests" / "mutants")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
        environment |= {"TFS_SIM_CACHE": str(cache)} if cache else {}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not slow"]
        command += ["--basetemp", str(self.folder / "scratch"), "--tb=no", *asked]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            return 1, f"tests hang for {LIMIT} seconds"
        return done.returncode, done.stdout + done.stderr


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    Path(cache_from_source(str(path))).unlink(missing_ok=True)  # Python would not notice a change within a second


def _also_red(copy: Copy, outcomes: list[Outcome]) -> list[str]:
    """Return which of the tests that saw a mutant fail without one."""
    seers = {outcome.seen_by for outcome in outcomes if outcome.seen_by.startswith("tests/")}
    if not seers:
        return []
    files = {seer.partition("::")[0] for seer in seers}
    asked = sorted(files if any("::" not in seer for seer in seers) else seers)
    code, said = copy.pytest(("--maxfail=100", *asked))
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE) or ([said[-300:]] if code not in (0, 5) else [])


def hunt(mutants: list[Mutant], workers: int, near: bool = False) -> tuple[list[Outcome], list[str]]:
    """Try all mutants; return what came of them, and the tests that fail without any."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copies: queue.Queue[Copy] = queue.Queue()
        for number in range(workers):
            copies.put(Copy(Path(name) / f"copy-{number}", near))

        def tried(mutant: Mutant) -> Outcome:
            copy = copies.get()
            try:
                outcome = copy.tried(mutant)
            finally:
                copies.put(copy)
            what = outcome.problem or outcome.seen_by or outcome.mutant.equivalent
            print(f"{outcome.verdict:10} {outcome.seconds:6.1f} s  {mutant.said}\n{'':21}{what}", flush=True)
            return outcome

        with ThreadPoolExecutor(workers) as pool:
            outcomes = list(pool.map(tried, mutants))
        return outcomes, _also_red(copies.get(), outcomes)


def main() -> int:
    """Hunt the mutants of a table; say what came of each, and of all."""
    parser = argparse.ArgumentParser(description="Apply every mutant of a table and see whether a test turns red.")
    parser.add_argument("table", nargs="?", type=Path, default=TABLE, help="default: the one that is kept")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--near", action="store_true", help="leave the whole layer's tests out")
    parser.add_argument("--only", default="", help="mutants whose file, text or origin this regular expression finds")
    asked = parser.parse_args()
    began = time.monotonic()
    mutants = [each for each in read(asked.table) if re.search(asked.only, f"{each.file}\n{each.text}\n{each.drawn}")]
    outcomes, red = hunt(mutants, asked.workers, asked.near)
    told = ROOT / "build" / "mutants.json"
    told.parent.mkdir(exist_ok=True)
    rows = [asdict(outcome) | {"verdict": outcome.verdict} for outcome in outcomes]
    told.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    seen = sum(bool(outcome.seen_by) and outcome.seen_by not in red for outcome in outcomes)
    could = sum(not outcome.mutant.equivalent for outcome in outcomes)
    print(f"\n{seen} of {could} mutants are seen, in {(time.monotonic() - began) / 60:.0f} minutes; see {told}")
    wrong = [outcome for outcome in outcomes if not outcome.is_well]
    for outcome in wrong:
        print(f"{outcome.verdict}: {outcome.mutant.said} {outcome.problem}")
    for test in red:
        print(f"fails without any mutant, so that it sees none: {test}")
    return 1 if wrong or red else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a case is given to: the command line within this process, and what its answer must be like."""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import io
import os
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odd
from cases import SEED, Case
from material import SHIPPED

from tfs_sim.cli import main
from tfs_sim.cli.looking import is_experiment
from tfs_sim.experiments.designs.design import Experiment, load_experiment
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.uncertain import sets_of
from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario
from tfs_sim.validation import ranges

GUARD = 120
"""Seconds of processor time after which a case counts as hanging: hundreds of times what the slowest takes."""
ASLEEP = 1800
"""Seconds of a clock after which it does, too, on however busy a machine."""
MONTHS = 6
LARGEST_WORLD = 50_000_000
"""Bytes of a world that is run; what passes and is larger is built, and no more."""
_EXCERPT = re.compile(r" *\d+ │ |        │ |  \S|… and [\d,]+ more$")
PLUMBING = re.compile(
    r"Traceback|mistake in tfs-sim|<class|object at 0x|pydantic|numpy(?!: numpy is a| is a)|"
    r"validation error|Input should|NoneType|%NAME%|"
    r"\w+Error\b|Errno|not subscriptable|positional argument|<[a-z_.]+ '|Decimal\(|\btuple\b"
)
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
_WITHOUT_LINE = re.compile(
    r"the file is empty|saved as UTF-16|not a text file|too large|nested more than|is missing|lacks|needs|there is no|"
    r"this is a folder|cannot be read|not an ordinary file"
)
"""What is said of a whole file, or of what is not in it."""


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """End what hangs: with a failure that names the line, or, in compiled code, with the process."""

    def late(*_: object) -> None:
        raise AssertionError(f"this takes more than {GUARD} seconds of processor time")

    alarm = getattr(signal, "SIGPROF", None)
    faulthandler.dump_traceback_later(ASLEEP, exit=True)
    before = signal.signal(alarm, late) if alarm else None
    if alarm:
        signal.setitimer(signal.ITIMER_PROF, GUARD)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        if alarm:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(alarm, before)


def told(*arguments: str) -> Said:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Said(code, out.getvalue(), err.getvalue())


def listing(folder: Path) -> dict[str, bytes | None]:
    """Return what a folder holds."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@contextlib.contextmanager
def inside(case: Case) -> Iterator[Path]:
    """Write a case into a folder of its own and go there; nothing may be left there that it did not bring."""
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        case.write(folder)
        before = listing(folder)
        os.chdir(folder)
        try:
            with guarded():
                yield folder
        finally:
            os.chdir(home)
        assert listing(folder) == before, "check has written something"


def refusal_is_good(said: Said, names: set[str]) -> None:
    """Check how mistakes are told: each one sentence that names the file, and the line where it has one."""
    assert said.code == 2, f"exit code {said.code}\n{said.err}"
    assert not said.out, said.out
    lines = said.err.splitlines()
    first = [line for line in lines if not _EXCERPT.match(line)]
    assert first, said.err
    blocks = re.split("\n(?=" + "|".join(map(re.escape, dict.fromkeys(first))) + ")", said.err.rstrip())
    assert len(set(blocks)) == len(blocks), f"told more than once: {said.err}"
    for line in first:
        place = re.match(r"([^:]+):(\d+:)? (.+)$", line)
        assert place, f"no place and sentence: {line}"
        assert Path(place[1]).name in names, f"names no file of the case: {line}"
        assert len(line) < 700, f"{len(line)} characters: {line[:300]}"
        assert place[2] or _WITHOUT_LINE.search(line), f"no line: {line}"
        assert not PLUMBING.search(line), said.err
        assert not re.search(r"(?<!sites)[.!] *$", line), f"a full stop: {line}"
    assert not UNSEEN.search(said.err), repr(said.err)


def runs_well(template: engine.Template) -> None:
    """Run the first months of a template: every state in its domain, every cent there."""
    if template.layout.neutral.nbytes + template.fixed.nbytes > LARGEST_WORLD:
        return
    found = ranges.run(dataclasses.replace(template, months=min(MONTHS, template.months)), 0, SEED % 1000)
    assert found is None, f"month {found.month}: {'; '.join(found.mistakes)}"


def experiment_runs_well(experiment: Experiment) -> None:
    """Run the first, the last and an arm between: as they are, under the first and last set, at such points."""
    arms, points, sets = experiment.arms(), experiment.points, sets_of(experiment)
    for arm in {0: arms[0], len(arms) // 2: arms[len(arms) // 2], len(arms) - 1: arms[-1]}.values():
        template = arm.scenario.to_template()
        runs_well(template)
        for number in {0, len(sets) - 1} if sets is not None else ():
            given: Any = open_to(sets.settings(number), arm.scenario)
            at: Any = {} if points is None else points.settings(len(points) - 1)
            runs_well(at_point(template, arm.scenario, {**given, **at}))
        for point in {0, len(points) - 1} if points is not None else ():
            settings: Any = points.settings(point)
            if points.one_line:
                settings = open_to(settings, arm.scenario)
            runs_well(at_point(template, arm.scenario, settings))


def checked(case: Case) -> str:
    """Give a case to `tfs-sim check`; run what passes. Return how it is refused, or nothing."""
    with inside(case) as folder:
        said = told("check", case.main)
        if said.code != 0:
            names = {*case.content, "two.toml", *(f"{name}.toml" for name in SHIPPED), *odd.FILES}
            refusal_is_good(said, names)
            return said.err
        assert said.out.startswith(f"{case.main}: good (") and not said.err, said.out + said.err
        assert not PLUMBING.search(said.out) and not UNSEEN.search(said.out), repr(said.out)
        if is_experiment(str(folder / case.main)):
            experiment_runs_well(load_experiment(folder / case.main))
        else:
            runs_well(load_scenario(folder / case.main).to_template())
        return ""

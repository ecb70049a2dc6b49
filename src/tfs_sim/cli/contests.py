"""`tfs-sim problems make`, `answer` and `score`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, listed, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.problems.reading import Problems
    from tfs_sim.problems.scoring import Line


def make(name: str, out: Path, key: str | None) -> None:
    """Write what is seen of every community."""
    from tfs_sim.problems import load_problems
    from tfs_sim.problems.making import FORM
    from tfs_sim.problems.making import make as made

    problems = load_problems(name).with_key(key)
    with terminal.working("communities") as shown:
        made(problems, out, shown.progress)
    communities = count(len(problems.communities), "community", "communities")
    print(f"{terminal.path(out)}: {communities}, edition {problems.edition()}")
    print(wrapped(f"Answers go into {terminal.path(out / FORM)}; then:  tfs-sim problems score {name} ANSWERS"))
    if key is None:
        print(wrapped("The key stands in the set's file: a trial that nobody can look up takes its own (--key)."))


def answer(
    name: str,
    folder: Path,
    out: Path,
    way: str,
    uncertainty: str | None,
    sets: int | None,
    seed: int | None,
    workers: int | None,
) -> None:
    """Run the model under many sets and write what it says."""
    from tfs_sim.experiments.execution.uncertain import listed_sets
    from tfs_sim.problems import answers, contestants, load_problems
    from tfs_sim.problems.making import edition_of

    if way not in contestants.WAYS:
        said = f"--by is {listed([quote(each) for each in contestants.WAYS])}; found {quote(way)}"
        raise UserError(Mistake(said, suggestion=nearest(way, contestants.WAYS)))
    if out.suffix.lower() != ".csv":
        raise UserError(Mistake(f"--out is the CSV file of the answers; found {quote(str(out))}", hint="mine.csv"))
    problems = load_problems(name)
    edition = edition_of(folder)
    if way == contestants.NEAREST and sets is not None and sets <= contestants.FEWEST:
        said = f"of {sets} sets all would be the nearest, of which {contestants.FEWEST} are kept at the least"
        raise UserError(Mistake(said, hint="Give more --sets, or --by prior."))
    over = listed_sets(uncertainty or problems.table.prior, sets or contestants.SETS, strict=sets is not None)
    with terminal.working("runs") as shown:
        ran = contestants.run(problems, over, 1 if seed is None else seed, workers=workers, progress=shown.progress)
    answers.write(out, problems, edition, contestants.answers(problems, ran, folder, way))
    print(f"{terminal.path(out)}: {count(len(over), 'set')} of parameters, {over.title}, by {way}")


def score(name: str, files: Sequence[Path], key: str | None, as_json: bool) -> None:
    """Print the scores of answers by question, each file's beside the first's."""
    from tfs_sim.problems import answers, load_problems, scoring
    from tfs_sim.problems.truths import truth

    problems = load_problems(name).with_key(key)
    given = [answers.read(path, problems) for path in files]
    with terminal.working("communities") as shown:
        truths = {}
        for community in problems.communities:
            truths[community] = truth(problems, community)
            shown.progress(len(truths), len(problems.communities), 0.0)
    every = [scoring.scored(problems, each, truths) for each in given]
    told = {each.name: scoring.lines(found, every[0] if n else ()) for n, (each, found) in enumerate(zip(given, every,
            strict=True))}  # fmt: skip
    if as_json:
        plain: dict[str, Any] = {"set": problems.name, "edition": problems.edition()}
        print(terminal.as_json(plain | {"scores": {key: [scoring.plain(x) for x in told[key]] for key in told}}))
        return
    first = given[0].name
    for whose, found in told.items():
        print(bold(wrapped(f"{whose}: {problems.table.title}, edition {problems.edition()}")))
        print("\n\n".join(terminal.tables(*_table(problems, found, "" if whose == first else first))))
        print()
    print(wrapped(LEGEND))


LEGEND = (
    "Less is better. Score: of a chance the logarithmic one, in nats; of others the weighted interval score, in units "
    "of the question. Best: what is left for who knows all but luck. In 50%, in 90%: share of truths in these ranges. "
    "Less: difference in score to the first file, with its 95% interval over communities (not luck, not parameters)."
)


def _table(problems: Problems, found: Sequence[Line], first: str) -> tuple[list[str], list[list[str]]]:
    head = ["question", "asks", "score", "best", "in 50%", "in 90%"]
    head += [f"less than {first}"] if first else []
    rows = []
    for line in found:
        row = [line.question, problems.questions[line.question].ask, _number(line.score), _number(line.best)]
        row += [_share(line.half), _share(line.most)]
        row += (
            [f"{line.less:+.3f} ({line.low:+.3f} to {line.high:+.3f})" if line.less == line.less else "–"]
            if first
            else []
        )
        rows.append(row)
    return head, rows


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.0%}"

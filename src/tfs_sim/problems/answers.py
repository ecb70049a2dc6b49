"""Answers to a problem set, anybody's: a CSV or a JSON file.

CSV: a row a community and question, with the columns community, question, edition, and `chance` or the quantiles q05,
q25, q50, q75 and q95 (empty where the question has no use for them). JSON says the same:

    {"edition": "4bcd0d223440", "answers": [
        {"community": "alder", "question": "alive", "chance": 0.8},
        {"community": "alder", "question": "members", "quantiles": [4, 8, 12, 17, 25]}]}

A question is answered for every community or for none: nobody chooses where they are scored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tfs_sim.experiments.storage import files
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.scores import LEAST, LEVELS, MOST
from tfs_sim.problems.tables import CHANCE
from tfs_sim.scenario.csv_files import CsvTable, plain_float
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, listed, nearest, quote
from tfs_sim.scenario.reading import read_text

QUANTILES = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
COLUMNS = ("community", "question", "edition", "chance", *QUANTILES)
LARGEST_FILE = 20_000_000
_ENTRY = {"community", "question", "chance", "quantiles"}


@dataclass(frozen=True)
class Answers:
    """Answers to a problem set.

    Attributes
    ----------
    name : whose they are: the file's name.
    said : by (community, question): a chance alone, or five quantiles.
    """

    name: str
    said: Mapping[tuple[str, str], tuple[float, ...]]

    def answered(self, problems: Problems) -> tuple[str, ...]:
        """Return the questions that are answered, in the order of the set."""
        asked = {question for _, question in self.said}
        return tuple(name for name in problems.questions if name in asked)


class _Said(NamedTuple):
    """One answer as it stands in a file; `wrong` makes a mistake about one of its cells."""

    community: str
    question: str
    edition: str
    chance: float | None
    quantiles: tuple[float, ...] | None
    wrong: Callable[..., Mistake]


def read(path: Path, problems: Problems) -> Answers:
    """Read answers and check them against the set.

    Raises
    ------
    UserError
        With every mistake, each with its place.
    """
    given = list(_json(path) if path.suffix.lower() == ".json" else _csv(path))
    mistakes: list[Mistake] = []
    found: dict[tuple[str, str], tuple[float, ...]] = {}
    edition = problems.edition()
    for each in given:
        known = (("community", problems.communities), ("question", problems.questions))
        strange = [
            each.wrong(key, f"there is no {key} {quote(getattr(each, key))}", nearest(getattr(each, key), names))
            for key, names in known
            if getattr(each, key) not in names
        ]
        if strange:
            mistakes += strange
            continue
        if each.edition != edition:
            said = f"this answers edition {quote(each.edition)}, and this set with this key and version of the model is"
            mistakes.append(each.wrong("edition", f"{said} {edition}"))
            break
        pair = each.community, each.question
        if pair in found:
            mistakes.append(each.wrong("question", f"{each.community}, {each.question} is answered twice"))
            continue
        if (value := _value(each, problems.questions[each.question].ask, mistakes)) is not None:
            found[pair] = value
    if not mistakes:
        mistakes += _incomplete(found, problems, path)
    if mistakes:
        raise UserError(mistakes)
    return Answers(path.stem, found)


def _value(each: _Said, ask: str, mistakes: list[Mistake]) -> tuple[float, ...] | None:
    """Return what is said, or None after noting why it cannot be scored."""
    if ask == CHANCE:
        if each.chance is None or each.quantiles is not None:
            mistakes.append(each.wrong("chance", f"{each.question} asks for a chance, and for nothing else"))
        elif not LEAST <= each.chance <= MOST:
            said = f"a chance is between {LEAST} and {MOST}; found {quote(each.chance)}"
            mistakes.append(each.wrong("chance", said))
        else:
            return (each.chance,)
        return None
    if each.quantiles is None or each.chance is not None:
        said = f"{each.question} asks for the quantiles {', '.join(QUANTILES)}, and for nothing else"
        mistakes.append(each.wrong(QUANTILES[0], said))
        return None
    for n, (low, high) in enumerate(zip(each.quantiles, each.quantiles[1:], strict=False)):
        if low > high:
            said = f"quantiles do not fall: {QUANTILES[n]} is {low:g}, {QUANTILES[n + 1]} is {high:g}"
            mistakes.append(each.wrong(QUANTILES[n + 1], said))
            return None
    return each.quantiles


def _incomplete(found: Mapping[tuple[str, str], Any], problems: Problems, path: Path) -> Iterator[Mistake]:
    if not found:
        yield Mistake("nothing is answered", file=path.name)
    for question in dict.fromkeys(question for _, question in found):
        if lacks := [name for name in problems.communities if (name, question) not in found]:
            said = f"{question} is not answered for {listed(lacks)}: every community or none"
            yield Mistake(said, file=path.name)


def _csv(path: Path) -> Iterator[_Said]:
    table = CsvTable(path, COLUMNS[:3], COLUMNS[3:], LARGEST_FILE)
    mistakes: list[Mistake] = []
    for row in table.rows:
        numbers: dict[str, float | None] = {}
        for name in COLUMNS[3:]:
            cell = table.cell(row, name)
            numbers[name] = plain_float(cell) if cell else None
            if cell and numbers[name] is None:
                mistakes.append(table.mistake(row, name, f"column {name} is a finite number; found {quote(cell)}"))
        quantiles = [value for name in QUANTILES if (value := numbers[name]) is not None]
        if numbers["chance"] is None and not quantiles:
            continue  # a row of the form that was left empty
        if quantiles and len(quantiles) < len(QUANTILES):
            lacks = next(name for name in QUANTILES if numbers[name] is None)
            mistakes.append(table.mistake(row, lacks, f"{lacks} is missing: all five quantiles are said, or none"))

        def wrong(name: str, said: str, near: str = "", row: Any = row) -> Mistake:
            return table.mistake(row, name, said, near)

        community, question, edition = (table.cell(row, name) for name in COLUMNS[:3])
        if not mistakes:
            yield _Said(community, question, edition, numbers["chance"], tuple(quantiles) or None, wrong)
    if mistakes:
        raise UserError(mistakes)


def _json(path: Path) -> Iterator[_Said]:
    def refused(said: str) -> UserError:
        return UserError(Mistake(said, file=path.name))

    try:
        content = json.loads(read_text(path, LARGEST_FILE))
    except (ValueError, RecursionError):
        raise refused("the file is not JSON") from None
    entries = content.get("answers") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not isinstance(content.get("edition"), str):
        raise refused('the file is {"edition": "…", "answers": [ … ]}')
    for n, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not {"community", "question"} <= entry.keys() <= _ENTRY:
            raise refused(f"answer {n} has community, question, and chance or quantiles")
        chance, quantiles = entry.get("chance"), entry.get("quantiles")
        if not all(isinstance(entry[key], str) for key in ("community", "question")):
            raise refused(f"answer {n}: community and question are texts")
        if chance is not None and not _is_number(chance):
            raise refused(f"answer {n}: chance is a finite number; found {kind_of(chance)}")
        if quantiles is not None and not (
            isinstance(quantiles, list) and len(quantiles) == len(LEVELS) and all(map(_is_number, quantiles))
        ):
            raise refused(f"answer {n}: quantiles are five finite numbers, those at {', '.join(map(str, LEVELS))}")

        def wrong(name: str, said: str, near: str = "", n: int = n) -> Mistake:
            return Mistake(f"answer {n}: {said}", file=path.name, suggestion=near)

        numbers = None if quantiles is None else tuple(map(float, quantiles))
        yield _Said(entry["community"], entry["question"], content["edition"],
                    None if chance is None else float(chance), numbers, wrong)  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def write(path: Path, problems: Problems, edition: str, said: Mapping[tuple[str, str], tuple[float, ...]]) -> None:
    """Write answers to an edition as a CSV file; what is not said stands there empty, to be filled in."""
    import pandas as pd

    rows = []
    for community in problems.communities:
        for question in problems.questions:
            value = said.get((community, question), ())
            chance = value[0] if len(value) == 1 else None
            quantiles = value if len(value) == len(LEVELS) else (None,) * len(LEVELS)
            rows.append((community, question, edition, chance, *quantiles))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame[list(COLUMNS[3:])] = frame[list(COLUMNS[3:])].astype(float)
    files.write_bytes(path, as_csv(frame))

"""Verdicts that are kept: every row at the full budget, and under its nulls, with the date and version of the model.

    python -m tfs_sim.validation.verdicts docs/model/verdicts.json           # what has no verdict of this version yet
    python -m tfs_sim.validation.verdicts docs/model/verdicts.json M1 M10a   # these rows, again

A verdict is written as soon as it is there, so that what is stopped goes on where it was. `make validate` does so and
renews docs/model/validation.md, which `table` makes. Nulls are asked at the quick budget: an effect that is taken out
of the model is mostly none at all, which few runs show.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfs_sim.experiments.storage.files import read_json, write_json
from tfs_sim.experiments.storage.provenance import model_version, processors
from tfs_sim.scenario.errors import UserError
from tfs_sim.validation import all_rows, chosen, kept
from tfs_sim.validation.nulls import answers
from tfs_sim.validation.row import FULL, QUICK, Budget, Row, quietly

Told = Callable[[str], None]
Verdicts = Mapping[str, dict[str, Any]]
"""By name of a row, what was found."""

HEADER = ("row", "claim", "required", "measured", "verdict", "under its nulls", "budget", "model", "date")


def text_of(row: Row) -> str:
    """Return a digest of the file in which a row is written: a verdict on another text is none on this one."""
    file = sys.modules[row.check.__module__].__file__
    assert file is not None
    return hashlib.sha256(Path(file).read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Return the verdicts in a file, of rows that are still written as they were."""
    found = read_json(path) or {}
    texts = {row.name: text_of(row) for row in all_rows()}
    return {name: said for name, said in found.items() if texts.get(name) == said["text"]}


def find(row: Row, budget: Budget, nulls: Budget) -> dict[str, Any]:
    """Check a row, and ask it under its nulls; return what was found as JSON can say it."""
    began = time.perf_counter()
    measured = quietly(row, budget)
    kept.forget()
    under = [{"null": str(a.null), "holds": bool(a.holds), "found": a.measured.found} for a in answers([row], nulls)]
    return {
        "title": row.title,
        "measured": measured.found,
        "note": measured.note,
        "holds": bool(measured.holds),
        "nulls": under,
        "points": budget.points,
        "replicates": budget.replicates,
        "seed": budget.seed,
        "model": model_version(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "seconds": round(time.perf_counter() - began, 1),
        "text": text_of(row),
    }


def fill(path: Path, rows: Sequence[Row], budget: Budget, nulls: Budget, told: Told, again: bool) -> Verdicts:
    """Find verdicts that are missing, or all of these rows again, each written as soon as it is there."""
    version = model_version()
    for n, row in enumerate(rows):
        known = read(path)
        if not again and known.get(row.name, {}).get("model") == version:
            continue
        known[row.name] = said = find(row, budget, nulls)
        write_json(path, {each.name: known[each.name] for each in all_rows() if each.name in known})
        told(f"{n + 1} of {len(rows)}  {row.name} {verdict(row, said)}: {said['measured']} ({said['seconds']:g} s)")
    return read(path)


def verdict(row: Row, said: Mapping[str, Any]) -> str:
    """Return the verdict on a row in a word or two."""
    if row.kind == "reported":
        return "reported"
    return "holds" if said["holds"] else "FAILS"


def under_nulls(row: Row, said: Mapping[str, Any]) -> str:
    """Return what became of a row under its nulls, or why it has none."""
    if isinstance(row.about, str):
        return f"none: {row.about}"
    holding = [each["null"] for each in said["nulls"] if each["holds"]]
    return f"HOLDS at {'; '.join(holding)}" if holding else f"fails at {'; '.join(str(null) for null in row.about)}"


def table(found: Verdicts) -> list[list[str]]:
    """Return the lines of the page's table, one for each row; what was not run says so."""
    lines = []
    for row in all_rows():
        said = found.get(row.name)
        if said is None:
            lines.append([row.name, row.title, row.required, "–", "not run", "–", "–", "–", "–"])
            continue
        budget = f"{said['points']} points × {said['replicates']}, seed {said['seed']}"
        lines.append([
            row.name, row.title, row.required, said["measured"], verdict(row, said), under_nulls(row, said), budget,
            said["model"], said["date"],
        ])  # fmt: skip
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a file of verdicts; 1 if a row fails or holds under a null, 2 for a mistake in the call."""
    parser = argparse.ArgumentParser(prog="python -m tfs_sim.validation.verdicts", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON file of the verdicts")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="such as M4 or M10a (default: what is missing)")
    given = parser.parse_args(arguments)
    workers = processors()
    try:
        rows = chosen(given.rows or None)
        budgets = replace(FULL, workers=workers), replace(QUICK, workers=workers)
        found = fill(given.file, rows, *budgets, lambda line: print(line, flush=True), bool(given.rows))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    here = [(row, found[row.name]) for row in rows]
    failing = [row.name for row, said in here if verdict(row, said) == "FAILS"]
    holding = [row.name for row, said in here if any(each["holds"] for each in said["nulls"])]
    print(f"Fail: {', '.join(failing) or 'none'}. Hold under a null all the same: {', '.join(holding) or 'none'}.")
    return 1 if failing or holding else 0


if __name__ == "__main__":
    raise SystemExit(main())

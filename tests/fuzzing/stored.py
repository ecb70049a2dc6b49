"""Folders of results whose records and tables are changed, with right checksums: as somebody else could make them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from material import LISTED, OUTCOMES, POINTS

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import files, records

RECORDS = ("experiment.json", "provenance.json", records.LEDGER)
TOWN = """\
[clock]
start = "2020-01"
months = 8
[sites.lab]
students = 900
organizations = { district = 1, nonprofit = 3 }
[[shocks]]
use = "community-crisis"
onset = "2020-03"
depth = 0.5
lasts = 2
"""
ARMS = """\
scenario = "town.toml"
replicates = 3
[strategies.nothing]
[strategies.manuals]
add = [{ use = "procedure-manuals", from = "2020-02", paid_by = "funder" }]
"""
SNAPSHOTS = """
[cross]
crisis = [{ label = "calm", shocks = [] }, { label = "crisis" }]
[snapshots]
site = "lab"
months = ["2020-02", "2020-06"]
"""

VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2**53, 10**12, 1.5, 1e300, "", "x", "../../x", "2020-13", "support", "a\u202eb", "\x1b[31m",
    "y" * 3000, [], {}, [[]], [{}], [1], ["x"], {"x": 1}, {"strategy": "x"}, {"title": 3}, [None],
)  # fmt: skip


def swept(folder: Path) -> dict[str, Path]:
    """Return folders of results: of arms under conditions, with snapshots; and of points of a table."""
    texts = {"town": TOWN, "arms": ARMS + SNAPSHOTS + OUTCOMES, "points": ARMS + LISTED + OUTCOMES}
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "points.csv").write_text(POINTS.replace("2021-01", "2020-05"), encoding="utf-8")
    made = {name: folder / "made" / name for name in ("arms", "points")}
    for name, path in made.items():
        runner.sweep(load_experiment(folder / f"{name}.toml"), out=path, workers=1)
    return made


def places(content: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value within JSON."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))] if at else [
        place for key, value in inner for place in places(value, (key,))
    ]  # fmt: skip


def changed(path: Path, where: int, what: int, sealed: bool) -> str:
    """Put another value into a record, take one out or name it otherwise; return what was done."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop(records.SEAL, None)
    found = places(content)
    place = found[where % len(found)]
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    value = [*VALUES, "taken out", "renamed"][what % (len(VALUES) + 2)]
    if value == "taken out":
        del inner[place[-1]]
    elif value == "renamed" and isinstance(inner, dict):
        inner[f"{place[-1]}s"] = inner.pop(place[-1])
    else:
        inner[place[-1]] = value
    if sealed:
        records.write(path, content)
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    return f"{path.name}: {place} = {str(value)[:80]!r}"


def _column(table: pa.Table, where: int) -> int:
    return where % table.num_columns


def _with(change: Callable[[pa.ChunkedArray], Any]) -> Callable[[pa.Table, int], pa.Table]:
    def changing(table: pa.Table, where: int) -> pa.Table:
        at = _column(table, where)
        return table.set_column(at, table.column_names[at], change(table.column(at)))

    return changing


def _first(column: pa.ChunkedArray, value: Any) -> pa.Array:
    """Return a column with another first value, or all of them of another kind where it does not fit."""
    try:
        return pa.array([value, *column.to_pylist()[1:]], column.type)
    except (pa.ArrowException, OverflowError, TypeError):
        return pa.array([value] * len(column))


TABLE_CHANGES: dict[str, Callable[[pa.Table, int], pa.Table]] = {
    "column missing": lambda table, where: table.remove_column(_column(table, where)),
    "column twice": lambda table, where: table.append_column(
        table.column_names[_column(table, where)], table.column(_column(table, where))
    ),
    "column renamed": lambda table, where: table.rename_columns(
        [f"{name}_" if n == _column(table, where) else name for n, name in enumerate(table.column_names)]
    ),
    "another column": lambda table, where: table.append_column(
        ("more", "", "é", "pair", "index")[where % 5], pa.array(np.arange(len(table), dtype=float))
    ),
    "a column of texts": lambda table, where: table.append_column("more", pa.array(["x"] * len(table))),
    "no rows": lambda table, where: table.slice(0, 0),
    "fewer rows": lambda table, where: table.slice(where % len(table)),
    "rows twice": lambda table, where: pa.concat_tables([table, table.slice(0, 1 + where % len(table))]),
    "rows turned round": lambda table, where: table.take(pa.array(np.arange(len(table))[::-1])),
    "texts": _with(lambda column: pa.array([str(value) for value in column.to_pylist()])),
    "whole numbers": _with(lambda column: pa.array(np.arange(len(column)))),
    "gaps": _with(lambda column: pa.array([None, *column.to_pylist()[1:]], column.type)),
    "all gaps": _with(lambda column: pa.nulls(len(column), column.type)),
    "nothing": _with(lambda column: pa.nulls(len(column))),
    "lists": _with(lambda column: pa.array([[1]] * len(column))),
    "one that is not a number": _with(lambda column: _first(column, float("nan"))),
    "one without end": _with(lambda column: _first(column, float("inf"))),
    "one below": _with(lambda column: _first(column, -1)),
    "one far out": _with(lambda column: _first(column, 2**31 - 1)),
    "another word": _with(lambda column: _first(column, "elsewhere")),
}


def rewritten(folder: Path, name: str, how: str, where: int) -> str:
    """Change a finished table, with its checksum; return what was done."""
    path = folder / name
    table = TABLE_CHANGES[how](pq.read_table(path), where)
    path.write_bytes(b"not a table") if how == "no table" else pq.write_table(table, path)
    ledger = records.read(folder / records.LEDGER)
    for entry in ledger["made"].values():
        if name in entry["files"]:
            entry["files"][name] = files.sha256(path)
    records.write(folder / records.LEDGER, ledger)
    return f"{name}: {how}, column {_column(table, where) if table.num_columns else 0} of {table.column_names}"


def copied(made: Path, folder: Path) -> Path:
    """Return a copy of results that may be changed."""
    return Path(shutil.copytree(made, folder / made.name))

"""Folders of results whose records and tables are changed, with right checksums: as somebody else could make them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
HOW_OFTEN = 'replicates = 3\nuncertainty = "defaults"\n'
OVER_SETS = """\
replicates = { until = "shares", of = "trust", at = 0.001, between = ["manuals", "nothing"], first = 2, max = 4 }
uncertainty = "plausible: turnover"
sets = 4
crossed = 3
"""
ARMS = """\
scenario = "town.toml"
replicates = 3
uncertainty = "defaults"
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
    float("nan"), float("inf"), -0.5, 5, [5], 2**63, 10**400, "replicate", "strategy", "month", "trust", "zz", "lab",
    "nothing", "manuals", "calm", "crisis", "funder", "backbone", "choice", "whole", "plausible", "2020-03",
    "\u3164", "a\nb", "東京", "<b>$x_1$ &%{}", "-1", "0" * 64, [0.5, 0.25],
)  # fmt: skip


KINDS = ("arms", "points", "sets")
"""Kinds of results: of arms under conditions, with snapshots; of points of a table; and of sets of parameters."""


def swept(folder: Path) -> dict[str, Path]:
    """Return a folder of results of each kind."""
    over_sets = (
        ARMS.replace(HOW_OFTEN, OVER_SETS) + SNAPSHOTS + OUTCOMES.replace("support", "trust") + "worthwhile = 1e-5\n"
    )
    texts = {"town": TOWN, "arms": ARMS + SNAPSHOTS + OUTCOMES, "points": ARMS + LISTED + OUTCOMES, "sets": over_sets}
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "points.csv").write_text(POINTS.replace("2021-01", "2020-05"), encoding="utf-8")
    made = {name: folder / "made" / name for name in KINDS}
    for name, path in made.items():
        runner.sweep(load_experiment(folder / f"{name}.toml"), out=path, workers=1)
    return made


def places(content: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value within JSON."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))] if at else [
        place for key, value in inner for place in places(value, (key,))
    ]  # fmt: skip


def at(content: Any, place: tuple[Any, ...]) -> Any:
    """Return what stands at a place within JSON."""
    for step in place:
        content = content[step]
    return content


def nudged(value: Any, by: int) -> Any:
    """Return a value of the same kind that is near: such are refused last."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return (value + 1, value - 1, value * 2, value + 0.5, -value, value * 1000, float(value))[by % 7]
    if isinstance(value, str):
        return (value + "x", value[:-1], value.upper(), value[::-1], f"{value}\n", value * 40, f"{value}\u200b")[by % 7]
    if isinstance(value, list):
        return (value * 2, value[:-1], value[::-1], [*value, None], [value])[by % 5]
    if isinstance(value, dict):
        return (dict(reversed(value.items())), {**value, "more": 1}, list(value), dict.fromkeys(value, 1))[by % 4]
    return ("x", 0, [], {})[by % 4]


def changed(path: Path, where: int, what: int, sealed: bool) -> str:
    """Put another value into a record, take one out or name it otherwise; return what was done.

    The other value is odd, or near the one that was there, or one from elsewhere in the record.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop(records.SEAL, None)
    found = places(content)
    place = found[where % len(found)]
    inner = at(content, place[:-1])
    kind, what = what % 4, what // 4
    if kind == 0 and what % 3 == 0:
        value: Any = "taken out"
        del inner[place[-1]]
    elif kind == 0 and isinstance(inner, dict):
        value = "renamed"
        inner[f"{place[-1]}s"] = inner.pop(place[-1])
    else:
        value = (
            VALUES[what % len(VALUES)] if kind in (0, 1)
            else nudged(inner[place[-1]], what) if kind == 2
            else json.loads(json.dumps(at(content, found[what % len(found)])))
        )  # fmt: skip
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
    "another word throughout": _with(lambda column: pa.array(["zz"] * len(column))),
    "an escape": _with(lambda column: _first(column, "a\x1b[31mb")),
    "one that is huge": _with(lambda column: _first(column, 1e300)),
    "one that is huge and below": _with(lambda column: _first(column, -1e300)),
    "all huge": _with(lambda column: pa.array([1e14] * len(column))),
    "zero throughout": _with(lambda column: pa.array(np.zeros(len(column)))),
    "the primary outcome alone": lambda table, where: table.select(
        [name for n, name in enumerate(table.column_names) if not pa.types.is_floating(table.schema[n].type)]
        + [name for name in ("support",) if name in table.column_names]
    ),
    "a value less": lambda table, where: table.filter(
        pc.not_equal(table.column(_column(table, where)), table.column(_column(table, where))[0])
    ),
    "odd notes": lambda table, where: table.replace_schema_metadata(
        {b"pandas": (b"[", b"{}", b'{"columns": 3}', b"\xff")[where % 4], b"\xff": b"\x00", b"ARROW:schema": b"AAAA"}
    ),
    "notes of an index": lambda table, where: table.replace_schema_metadata(
        {b"pandas": json.dumps({"index_columns": ["site", 3], "columns": [{"name": "x"}]}).encode()}
    ),
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


def part_rewritten(folder: Path, which: int, how: str, where: int) -> str:
    """Change a table of a part, with its size and checksum, and leave the finished tables to be made anew."""
    paths = sorted(folder.glob("parts/*/*.parquet"))
    path = paths[which % len(paths)]
    table = TABLE_CHANGES[how](pq.read_table(path), where)
    pq.write_table(table, path)
    number, kind, _ = path.name.split(".")
    manifest = path.with_name("manifest.jsonl")
    lines = []
    for line in manifest.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("number") == int(number):
            entry |= {f"{kind}_bytes": path.stat().st_size, f"{kind}_sha256": files.sha256(path)}
        lines.append(json.dumps(entry) + "\n")
    manifest.write_text("".join(lines), encoding="utf-8")
    for name in ("runs.parquet", "series.parquet", records.LEDGER):
        (folder / name).unlink()
    return f"{path.name}: {how}, {where}"


def copied(made: Path, folder: Path) -> Path:
    """Return a copy of results that may be changed."""
    return Path(shutil.copytree(made, folder / made.name))

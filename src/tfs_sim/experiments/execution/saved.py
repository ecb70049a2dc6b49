"""The runs of one scenario in a folder: `runs.parquet`, `series.parquet`, with sets `sets.parquet`, and provenance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tfs_sim.experiments.execution.plan import sets_table
from tfs_sim.experiments.execution.result import Result
from tfs_sim.experiments.storage import files, tables
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers

MARK = "tfs-sim runs"
SETS = "sets.parquet"


def check(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder into which runs must not be written; make it if it is not there.

    Raises
    ------
    UserError
        When it is a file, holds other things than runs of ours, or cannot be written to.
    """
    folder = Path(folder)
    found = files.read_json(folder / "provenance.json")
    if not isinstance(found, dict) or found.get("format") != MARK:
        refuse_strangers(folder, "runs")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise files.explained(problem, folder, "made") from problem
    files.writable(folder)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for runs; refuse what `check` refuses, and a second writer."""
    check(folder)
    with only_one(folder):
        yield


def save(result: Result, folder: str | os.PathLike[str]) -> None:
    """Write the runs of `result` into `folder`: all files, or none, and what was there stays as it was.

    The sets of parameters under which they were run stand in `sets.parquet`, a row a set and a column a parameter.
    """
    folder = Path(folder)
    sets = [] if result.sets is None else [(SETS, iter([sets_table(result.sets)]))]
    with held(folder):
        files.sweep_up(folder)
        runs = _told_apart(tables.runs_table(0, result.summaries, result.sites, result.metrics), result)
        named = [("runs.parquet", iter([runs])), ("series.parquet", _series(result)), *sets]
        gone = () if sets else (SETS,)  # those of runs that were there before
        with files.exchanged(folder, ("provenance.json", *(name for name, _ in named)), gone) as (provenance, *others):
            for path, (_, content) in zip(others, named, strict=True):
                _write(path, content)
            files.write_json(provenance, {"format": MARK} | dict(result.provenance))


def _series(result: Result) -> Iterator[pa.Table]:
    """Yield the months, about `ROWS` rows at a time."""
    step = max(1, tables.ROWS // (result.months * len(result.sites)))
    for first in range(0, len(result.values), step):
        values = result.values[first : first + step]
        yield _told_apart(tables.series_table(first, values, result.sites, result.metrics, result.start), result)


def _told_apart(table: pa.Table, result: Result) -> pa.Table:
    """Return a table whose column "replicate" counts runs with the set (where there are sets) and replicate of each."""
    if result.sets is None:
        return table
    run = table.column("replicate").to_numpy()
    replicate = pa.array((run % result.replicates).astype(np.int32))
    names = pa.array(result.sets.ids, pa.string()).take(pa.array(run // result.replicates))
    table = table.set_column(table.column_names.index("replicate"), "replicate", replicate)
    return table.add_column(0, "set", names)


def _write(path: Path, content: Iterator[pa.Table]) -> None:
    with files.written(path) as file:
        writer: pq.ParquetWriter | None = None
        try:
            for table in content:
                writer = writer or pq.ParquetWriter(file, table.schema, **tables.parquet_options(table.schema))
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()

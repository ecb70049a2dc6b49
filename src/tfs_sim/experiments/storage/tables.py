"""The arrays of runs as tidy tables: one row a replicate and site, or a replicate, month and site."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tfs_sim.experiments.storage import files

ROWS = 100_000
"""About how many rows a part, and a row group of a finished table, holds."""


def month_dates(start: Any, months: int) -> NDArray[np.datetime64]:
    """Return the first day of each month from `start` ("2018-06" or a date)."""
    first = np.datetime64(start, "M")
    return (first + np.arange(months)).astype("datetime64[D]").astype("datetime64[ms]")


def runs_table(first: int, summaries: NDArray[np.float64], sites: Sequence[str], metrics: Sequence[str]) -> pa.Table:
    """Return the table of summaries [replicates, sites, metrics] of replicates `first` and following."""
    count = summaries.shape[0]
    columns: dict[str, Any] = {
        "replicate": np.repeat(np.arange(first, first + count, dtype=np.int32), len(sites)),
        "site": _labels(np.tile(np.arange(len(sites)), count), sites),
    }
    flat = summaries.reshape(-1, len(metrics))
    return pa.table(columns | {name: pa.array(np.ascontiguousarray(flat[:, i])) for i, name in enumerate(metrics)})


def series_table(
    first: int, series: NDArray[np.floating[Any]], sites: Sequence[str], metrics: Sequence[str], start: Any
) -> pa.Table:
    """Return the table of series [replicates, months, sites, metrics], the metrics as float32."""
    count, months = series.shape[:2]
    month = np.tile(np.repeat(np.arange(months, dtype=np.int32), len(sites)), count)
    columns: dict[str, Any] = {
        "replicate": np.repeat(np.arange(first, first + count, dtype=np.int32), months * len(sites)),
        "site": _labels(np.tile(np.arange(len(sites)), count * months), sites),
        "month": month,
        "date": pa.array(month_dates(start, months)[month]),
    }
    flat = series.reshape(-1, len(metrics)).astype(np.float32, copy=False)
    return pa.table(columns | {name: pa.array(np.ascontiguousarray(flat[:, i])) for i, name in enumerate(metrics)})


def numbered(
    table: pa.Table, first: int, count: int, size: int, points: pa.Table | None, sets: Sequence[str] = ()
) -> pa.Table:
    """Return the table of `count` runs from `first` on with columns for set, replicate and what the design sets.

    Run n is replicate n // size at place n % size; `points` has a row for each point, `sets` the identity of each set,
    and place p is set p // len(points) at point p % len(points).
    """
    run, each = np.arange(first, first + count), len(table) // count
    place = np.repeat(run % size, each)
    per_set = max(1, size // max(1, len(sets)))
    columns: dict[str, Any] = {"set": _labels(place // per_set, sets)} if sets else {}
    if points is not None:
        taken = points.take(pa.array((place % per_set).astype(np.int32)))
        columns |= dict(zip(taken.column_names, taken.columns, strict=True))
    columns["replicate"] = pa.array(np.repeat((run // size).astype(np.int32), each))
    table = table.drop_columns([name for name in columns if name in table.column_names])
    return pa.table([*columns.values(), *table.columns], names=[*columns, *table.column_names])


def _labels(index: NDArray[np.int64], names: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(list(names), pa.string())).cast(
        pa.string()
    )


def with_keys(table: pa.Table, keys: dict[str, str]) -> pa.Table:
    """Return `table` with constant text columns in front.

    A key takes the place of a metric of the same name: the column says under which condition a run was made.
    """
    table = table.drop_columns([name for name in keys if name in table.column_names])
    names, columns = list(keys), [pa.repeat(pa.scalar(value, pa.string()), len(table)) for value in keys.values()]
    return pa.table(columns + table.columns, names=names + table.column_names)


def to_bytes(table: pa.Table) -> pa.Buffer:
    """Return `table` as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **parquet_options(table.schema))
    return sink.getvalue()


@contextmanager
def opened(path: Path, coded: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """Give the table in a file, of which only what it says of itself is read so far.

    Texts in the columns `coded` are read as they lie there: as places in a list of those that there are.

    Raises
    ------
    OSError, ArrowException
        When it is no ordinary file, or no table.
    """
    with files.opened(path) as file, pq.ParquetFile(file, read_dictionary=list(coded)) as table:
        yield table


def read(path: Path, columns: Sequence[str] | None = None, coded: Sequence[str] = ()) -> pa.Table:
    """Return the table in a file, or some of its columns; texts in those that are `coded` as places in a list of texts.

    Raises
    ------
    UserError
        When what it says of itself would not fit into the memory of this machine: nothing of it is read.
    OSError, ArrowException
        When it is no ordinary file, or no table.
    """
    with opened(path, coded) as table:
        rows, wanted = table.metadata.num_rows, len(columns or table.schema_arrow.names)
        packed = sum(table.metadata.row_group(n).total_byte_size for n in range(table.num_row_groups))
        needed = max(2 * 8 * rows * wanted, 0 if columns else packed)  # once as it is read, once as it is used
        if needed > memory():
            found = f"{rows:,} rows of {wanted:,} columns, about {needed / 1e9:,.0f} GB in memory"
            raise files.too_large(path, found, f"{memory() / 1e9:,.0f} GB")
        return table.read(columns=None if columns is None else list(columns))


@cache
def memory() -> int:
    """Return how many bytes of memory this machine has, or 64 GB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 64 * 10**9


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Return how tables are written: a dictionary for columns that repeat themselves, none for measured numbers."""
    repeating = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return {"compression": "zstd", "use_dictionary": repeating}


def regrouped(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Cut a stream of tables into tables of exactly `rows` rows (the last one shorter), wherever the cuts were."""
    waiting: list[pa.Table] = []
    held = 0
    for table in tables:
        waiting.append(table)
        held += len(table)
        while held >= rows:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, rows).combine_chunks()
            waiting = [joined.slice(rows)]
            held -= rows
    if held:
        yield pa.concat_tables(waiting).combine_chunks()


class TableDigest:
    """A digest of a table's names and values that does not depend on how the table is cut or compressed."""

    def __init__(self) -> None:
        self._columns: dict[str, Any] = {}

    def add(self, table: pa.Table | pa.RecordBatch) -> None:
        """Take in the next rows."""
        for name, column in zip(table.schema.names, table.columns, strict=True):
            self._columns.setdefault(name, hashlib.sha256()).update(_canonical(column))

    def hexdigest(self) -> str:
        """Return the digest of all rows so far."""
        total = hashlib.sha256()
        for name, column in sorted(self._columns.items()):
            total.update(f"{name}={column.hexdigest()};".encode())
        return total.hexdigest()


def _canonical(column: Any) -> bytes:
    """Return the values of `column` as bytes: the same for the same values on every machine."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        words = [hashlib.sha256(word.encode()).digest()[:8] for word in encoded.dictionary.to_pylist()]
        return bytes(np.array(words, "S8").view("V8")[encoded.indices.to_numpy()].tobytes())
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind == "M":
        values = values.astype("datetime64[ms]").astype(np.int64)
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.array(np.nan, values.dtype), values)
    return bytes(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes())

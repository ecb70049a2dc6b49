"""What the finished tables of a sweep are like, compared before a number of them is used.

A folder may come from somebody else, and a right checksum says only that a table is what its maker wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.errors import quote

if TYPE_CHECKING:
    from pandas import DataFrame

_IS: dict[str, Callable[[Any], bool]] = {
    "text": pa.types.is_string,
    "whole numbers": pa.types.is_integer,
    "numbers": pa.types.is_floating,
    "true or false": pa.types.is_boolean,
    "months": pa.types.is_timestamp,
    "texts or numbers": lambda kind: pa.types.is_string(kind) or pa.types.is_floating(kind),
}
_TRACED: dict[str, dict[str, str]] = {
    "network": {"source": "text", "target": "text", "open": "true or false", "trust": "numbers"},
    "organizations": {"replicate": "whole numbers", "organization": "text", "sector": "text", "role": "text",
                      "status": "text", "effort": "numbers", "in_post": "true or false"},
}  # fmt: skip


def look_at(path: Path, mark: Mapping[str, Any]) -> None:
    """Refuse a finished table without the columns of a sweep; only what its file says of itself is read.

    Raises
    ------
    UserError
        When it cannot be read, or a column is missing, there twice or of another kind, or it has no rows.
    """
    try:
        with files.opened(path) as file:
            table = pq.ParquetFile(file)
            schema, rows = table.schema_arrow, table.metadata.num_rows
    except (OSError, pa.ArrowException) as problem:
        raise refusal(f"{path} cannot be read", records.AGAIN) from problem
    wanted = _columns(path.stem, mark)
    for name, kind in wanted.items():
        if name not in schema.names:
            raise _strange(path, f"there is no column {quote(name)}")
        if not _IS[kind](schema.field(schema.names.index(name)).type):
            raise _strange(path, f"the column {quote(name)} does not hold {kind}")
    measured = path.stem in ("runs", "series")
    for field in schema:
        if schema.names.count(field.name) > 1:
            raise _strange(path, f"the column {quote(field.name)} is there twice")
        if measured and field.name not in wanted and not pa.types.is_floating(field.type):
            raise _strange(path, f"the column {quote(field.name)} does not hold numbers")
    if not rows:
        raise _strange(path, "it has no rows")


def look_through(path: Path, frame: DataFrame, mark: Mapping[str, Any]) -> None:
    """Refuse a finished table, or some columns of it, whose values are not those of a sweep.

    Raises
    ------
    UserError
        With the first column that holds something else.
    """
    plan = mark["plan"]
    ends = {"replicate": plan["replicates"], "point": plan["points"], "month": 1200}
    words = {"strategy": set(mark["strategies"]), **{key: set(labels) for key, labels in mark["cross"].items()}}
    for name in map(str, frame.columns):
        column = frame[name]
        if name in ends and not column.between(0, ends[name] - 1).all():
            raise _strange(path, f"the column {quote(name)} goes beyond what the sweep has")
        if name in words and not set(column.unique()) <= words[name]:
            raise _strange(path, f"the column {quote(name)} names what the sweep does not have")
        if name in _varied(mark) and column.dtype.kind == "f":
            continue  # a gap stands for what the scenario says
        if not (column.notna() if column.dtype.kind != "f" else np.isfinite(column)).all():
            raise _strange(path, f"the column {quote(name)} has gaps, or numbers that are not finite")
    if path.stem == "points" and "point" in frame and frame["point"].tolist() != list(range(plan["points"])):
        raise _strange(path, "its rows are not the points of the sweep")
    own = [*words, "site"]
    if path.stem in ("runs", "series") and {*own, *_counted(path.stem, mark)} <= set(frame.columns):
        row = frame.groupby(own, sort=False).ngroup().to_numpy(np.int64)
        whole = (np.bincount(row) % (plan["replicates"] * plan["points"]) == 0).all()
        for name in _counted(path.stem, mark):
            row = row * ends[name] + frame[name].to_numpy(np.int64)
        if not whole or len(np.unique(row)) < len(row):
            raise _strange(path, "it does not have one row for each run, site and month")


def _columns(name: str, mark: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that a table must have, with what they hold."""
    design = mark["design"]
    varied = dict.fromkeys(_varied(mark), "texts or numbers")
    point = {} if design is None else {"point": "whole numbers", **(varied if design["in_runs"] else {})}
    if name == "points":
        return {"point": "whole numbers", **varied}
    keys = {"strategy": "text", **{str(key): "text" for key in mark["cross"]}, "site": "text"}
    if name in _TRACED:
        return {**keys, "month": "whole numbers", **_TRACED[name]}
    outcomes = dict.fromkeys((mark["primary"], *mark["also"]), "numbers")
    when = {"month": "whole numbers", "date": "months"} if name == "series" else {}
    return {**outcomes, **keys, **point, "replicate": "whole numbers", **when}


def _counted(name: str, mark: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that tell the rows of an arm and site apart."""
    month = ("month",) if name == "series" else ()
    return ("replicate", *(() if mark["design"] is None else ("point",)), *month)


def _varied(mark: Mapping[str, Any]) -> tuple[str, ...]:
    return () if mark["design"] is None else tuple(mark["design"]["variables"])


def _strange(path: Path, what: str) -> Exception:
    return refusal(f"{path} is not what a sweep writes: {what}", "Do not trust this folder, or make it anew.")

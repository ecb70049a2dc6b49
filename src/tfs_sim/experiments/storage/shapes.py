"""What the finished tables of a sweep are like, compared before a number of them is used.

A folder may come from somebody else, and a right checksum says only that a table is what its maker wrote.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tfs_sim.experiments.designs.design_checks import COLUMNS
from tfs_sim.experiments.designs.sets import fingerprint
from tfs_sim.experiments.storage import records, tables
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.marks import added, runs_of
from tfs_sim.experiments.storage.record_shapes import METRIC_NAME
from tfs_sim.model.state import ROLES, SECTORS, STATUSES
from tfs_sim.scenario.characters import named, steering
from tfs_sim.scenario.errors import quote
from tfs_sim.scenario.sites import MOST
from tfs_sim.scenario.tables import NATIONAL_SITE

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_IS: dict[str, Callable[[Any], bool]] = {
    "text": pa.types.is_string,
    "whole numbers": pa.types.is_integer,
    "numbers": pa.types.is_floating,
    "true or false": pa.types.is_boolean,
    "months": pa.types.is_timestamp,
    "texts or numbers": lambda kind: pa.types.is_string(kind) or pa.types.is_floating(kind),
}
MOST_MONTHS = 1200
BESIDE = ("added", "crossed")
"""Tables of runs beside those of the sweep."""
PARAMETER_NAME = r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}"
"""What a column of sets.parquet is called: a mechanism and one of its parameters."""
DENSE = 200_000_000
"""Up to this number rows are ticked off one by one, which is ten times sooner than sorting them."""
LARGEST = 1e15
"""No number of a table is larger: sums and squares of such numbers are still finite."""
LONGEST = 2000
"""Letters of a text in a table."""
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
    schema, rows = _footer(path)
    wanted = _columns(path.stem, mark)
    if path.stem in ("series", *BESIDE) and os.path.lexists(path.with_name("runs.parquet")):
        runs, _ = _footer(path.with_name("runs.parquet"))
        wanted |= dict.fromkeys((name for name in runs.names if name not in _columns("runs", mark)), "numbers")
    for name, kind in wanted.items():
        if name not in schema.names:
            raise _strange(path, f"there is no column {quote(name)}")
        if not _IS[kind](schema.field(schema.names.index(name)).type):
            raise _strange(path, f"the column {quote(name)} does not hold {kind}")
    for field in schema:
        name = field.name
        if schema.names.count(name) > 1:
            raise _strange(path, f"the column {quote(name)} is there twice")
        if name in wanted:
            continue
        if path.stem == "sets" and re.fullmatch(PARAMETER_NAME, name) and pa.types.is_floating(field.type):
            continue
        if path.stem not in ("runs", "series", *BESIDE) or name in COLUMNS or not re.fullmatch(METRIC_NAME, name):
            raise _strange(path, f"there is a column {quote(name)}, which no sweep writes")
        if not pa.types.is_floating(field.type):
            raise _strange(path, f"the column {quote(name)} does not hold numbers")
    if not rows:
        raise _strange(path, "it has no rows")
    if rows > (most := _most_rows(path.stem, mark)):
        raise _strange(path, f"it has {rows:,} rows, where the sweep has at most {most:,}")


def _footer(path: Path) -> tuple[pa.Schema, int]:
    """Return what a table says of itself: its columns, and how many rows it has."""
    try:
        with tables.opened(path) as table:
            return table.schema_arrow, table.metadata.num_rows
    except (OSError, pa.ArrowException) as problem:
        raise records.unread(path, problem) from problem


def _most_rows(name: str, mark: Mapping[str, Any]) -> int:
    """Return how many rows a finished table may have."""
    plan, sites = mark["plan"], len(mark["sites"])
    each: int = {
        "runs": runs_of(plan) * sites,
        "series": runs_of(plan) * sites * MOST_MONTHS,
        "crossed": beside(plan, "crossed") * sites,
        "added": beside(plan, "added") * sites,
        "points": plan["points"],
        "sets": plan["sets"],
        "network": MOST * MOST * MOST_MONTHS,
        "organizations": MOST * (sites + 1) * MOST_MONTHS,
    }[name]
    return each if name in ("points", "sets") else each * len(plan["arms"])


def look_through(path: Path, frame: DataFrame, mark: Mapping[str, Any]) -> None:
    """Refuse a finished table, or some columns of it, whose values are not those of a sweep.

    Raises
    ------
    UserError
        With the first column that holds something else.
    """
    plan = mark["plan"]
    ends = {"replicate": plan["replicates"], "point": plan["points"], "set": plan["sets"], "month": MOST_MONTHS}
    if path.stem in BESIDE:
        those = [plan["crossed"]] if path.stem == "crossed" else added(plan)
        ends |= {"replicate": max(each["replicates"] for each in those), "set": sum(each["sets"] for each in those)}
    words = {"strategy": set(mark["strategies"]), **{key: set(labels) for key, labels in mark["cross"].items()}}
    words |= {"site": {*mark["sites"], *((NATIONAL_SITE,) if path.stem == "organizations" else ())}}
    words |= {"sector": set(SECTORS), "role": set(ROLES), "status": set(STATUSES)} if path.stem in _TRACED else {}
    for name in map(str, frame.columns):
        column = frame[name]
        if column.dtype.kind != "f" and not column.notna().all():
            raise _strange(path, f"the column {quote(name)} has gaps")
        if name == "set" and column.nunique() != ends["set"]:
            raise _strange(path, 'the column "set" does not name as many sets as the sweep has')
        if name in ends and name != "set" and not column.between(0, ends[name] - 1).all():
            raise _strange(path, f"the column {quote(name)} goes beyond what the sweep has")
        if name in words and not set(column.unique()) <= words[name]:
            raise _strange(path, f"the column {quote(name)} names what the sweep does not have")
        if column.dtype.kind == "f":
            values = column.to_numpy()  # without a copy of them: there may be ten million
            within = not len(values) or not max(np.fmax.reduce(values), -np.fmin.reduce(values)) > LARGEST
            if not within or (name not in _varied(mark) and np.isnan(values).any()):
                raise _strange(path, f"the column {quote(name)} has gaps, or numbers that are not finite or too large")
        elif column.dtype.kind in "OTU":
            _readable(path, name, column.unique())
    if path.stem == "points" and "point" in frame and frame["point"].tolist() != list(range(plan["points"])):
        raise _strange(path, "its rows are not the points of the sweep")
    if path.stem in ("runs", "series", *BESIDE):
        _complete(path, frame, mark, ends)


def _readable(path: Path, name: str, texts: Any) -> None:
    """Refuse a column of texts that a terminal or a page would not show as they stand."""
    for text in map(str, texts):
        if unseen := steering().search(text):
            raise _strange(path, f"the column {quote(name)} holds a character that cannot be seen, {named(unseen[0])}")
        if len(text) > LONGEST:
            raise _strange(path, f"the column {quote(name)} holds a text of {len(text):,} letters")


def _complete(path: Path, frame: DataFrame, mark: Mapping[str, Any], ends: Mapping[str, int]) -> None:
    """Refuse a table of runs that does not have each run of each arm at all sites and in all months, once."""
    plan = mark["plan"]
    keys = ["strategy", *mark["cross"]]
    within = counted(path.stem, mark)
    if not {*keys, "site", *within} <= set(frame.columns):
        return  # some columns were asked for
    row, there = _groups(frame, [*keys, "site"])
    months: Any = 1
    if path.stem == "series":
        months = np.zeros(len(there), np.int64)
        np.maximum.at(months, row, frame["month"].to_numpy(np.int64) + 1)
    wanted = beside(plan, path.stem) if path.stem in BESIDE else runs_of(plan)
    whole = bool((np.bincount(row, minlength=len(there)) == wanted * months).all())
    for name in within:
        row = row * ends[name] + (_places(frame[name])[0] if name == "set" else frame[name].to_numpy(np.int64))
    if not whole or not _distinct(row):
        raise _strange(path, "it does not have one row for each run, site and month")
    if len({group[:-1] for group in there}) != len(plan["arms"]):
        raise _strange(path, "it does not have every arm of the sweep")


def _groups(frame: DataFrame, keys: Sequence[str]) -> tuple[NDArray[np.int64], list[tuple[Any, ...]]]:
    """Return to which combination of a few columns' values each row belongs, and which combinations there are."""
    row: NDArray[np.int64] = np.zeros(len(frame), np.int64)
    there: list[tuple[Any, ...]] = [()]
    for name in keys:
        places, values = _places(frame[name])
        row, size = row * len(values) + places, len(there) * len(values)
        if size <= DENSE:
            found = np.flatnonzero(np.bincount(row, minlength=size))
            number = np.zeros(size, np.int64)
            number[found] = np.arange(len(found))
            row = number[row]
        else:
            found, inverse = np.unique(row, return_inverse=True)
            row = inverse.astype(np.int64)
        there = [(*there[at // len(values)], values[at % len(values)]) for at in found.tolist()]
    return row, there


def _places(column: Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return the places of a column's values in a list of them."""
    if hasattr(column, "cat"):
        codes: NDArray[np.int64] = np.asarray(column.cat.codes, np.int64)
        return codes, column.cat.categories.tolist()
    places, values = column.factorize()
    return np.asarray(places, np.int64), list(values)


def _distinct(numbers: Any) -> bool:
    """Say whether no number, from 0 on, is there twice."""
    if len(numbers) and int(numbers.max()) < DENSE:
        seen = np.zeros(int(numbers.max()) + 1, bool)
        seen[numbers] = True
        return int(np.count_nonzero(seen)) == len(numbers)
    return len(np.unique(numbers)) == len(numbers)


def of_the_same(path: Path, runs: DataFrame, series: DataFrame, mark: Mapping[str, Any]) -> None:
    """Refuse months that are of other sites than the runs.

    Raises
    ------
    UserError
        When an arm has a site in one of the two tables alone.
    """
    keys = ["strategy", *mark["cross"], "site"]
    one, other = (set(_groups(frame, keys)[1]) for frame in (runs, series))
    if one != other:
        raise _strange(path, "it has other sites than runs.parquet")


def of_some_sets(path: Path, runs: DataFrame, found: DataFrame, mark: Mapping[str, Any]) -> None:
    """Refuse runs beside those of the sweep that are of other sets, or of other replicates, than they may be.

    Raises
    ------
    UserError
        When a set is none of the sweep's, or a replicate was added that every set has.
    """
    if not set(found["set"]) <= set(runs["set"]):
        raise _strange(path, "it has other sets than runs.parquet")
    if path.stem == "added" and found["replicate"].min() < mark["plan"]["replicates"]:
        raise _strange(path, "it has replicates that every set has")


def beside(plan: Mapping[str, Any], name: str) -> int:
    """Return how many runs an arm has in a table beside those of the sweep."""
    if name == "crossed":
        return 0 if plan.get("crossed") is None else int(plan["crossed"]["sets"] * plan["crossed"]["replicates"])
    return sum(each["sets"] * (each["replicates"] - plan["replicates"]) for each in added(plan))


def of_the_sets(path: Path, runs: DataFrame, sets: DataFrame, mark: Mapping[str, Any]) -> None:
    """Refuse a table of sets of parameters that are not those of the sweep, or of its runs.

    Raises
    ------
    UserError
        When a set has other values than the record's fingerprint says, or runs are of other sets.
    """
    if mark["uncertainty"] is None:
        return
    names = [str(name) for name in sets.columns if name != "set"]
    ids = [str(each) for each in sets["set"]]
    if fingerprint(ids, names, sets[names].to_numpy(np.float64)) != mark["uncertainty"]["digest"]:
        raise _strange(path, "its sets are not those of the sweep")
    if set(runs["set"]) != set(ids):
        raise _strange(path, "it has other sets than runs.parquet")


def _columns(name: str, mark: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that a table must have, with what they hold."""
    design = mark["design"]
    varied = dict.fromkeys(_varied(mark), "texts or numbers")
    point = {} if design is None else {"point": "whole numbers", **(varied if design["in_runs"] else {})}
    if name == "points":
        return {"point": "whole numbers", **varied}
    if name == "sets":
        return {"set": "text"}
    keys = {"strategy": "text", **{str(key): "text" for key in mark["cross"]}, "site": "text"}
    if name in _TRACED:
        return {**keys, "month": "whole numbers", **_TRACED[name]}
    outcomes = dict.fromkeys((mark["primary"], *mark["also"]), "numbers")
    when = {"month": "whole numbers", "date": "months"} if name == "series" else {}
    sets = {} if mark["uncertainty"] is None else {"set": "text"}
    return {**outcomes, **keys, **sets, **point, "replicate": "whole numbers", **when}


def counted(name: str, mark: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that tell the rows of an arm and site apart."""
    month = ("month",) if name == "series" else ()
    sets = () if mark["uncertainty"] is None else ("set",)
    return ("replicate", *sets, *(() if mark["design"] is None else ("point",)), *month)


def _varied(mark: Mapping[str, Any]) -> tuple[str, ...]:
    return () if mark["design"] is None else tuple(mark["design"]["variables"])


def _strange(path: Path, what: str) -> Exception:
    return refusal(f"{path} is not what a sweep writes: {what}", "Do not trust this folder, or make it anew.")

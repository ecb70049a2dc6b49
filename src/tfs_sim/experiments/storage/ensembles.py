"""Files of ensembles: sets of parameters that were run, as a JSON record and a Parquet table of the same name.

```
ci1.json       what it is: title, edition, licence, parameters with units, digests, what its sets gave when they ran
ci1.parquet    one row a set: its identity, a column a parameter ("turnover.rate_nonprofit"), in the units of files, and
               a column a target that it was held against ("target: members"), with what the set gave when it was run.
               Parameters have six digits, which numbers of four bytes hold: they are read as these six digits
```
The record carries a checksum of itself and of the table. A file may come from anybody: everything in it is checked
before it is used.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from tfs_sim.experiments.designs.sets import MOST_SETS, Sets, rounded, variables_named
from tfs_sim.experiments.storage import files, records, tables
from tfs_sim.experiments.storage.ensemble_shapes import Named, Record
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import UserError, count, dotted, nearest, quote
from tfs_sim.scenario.fields import catalogue, plain_number
from tfs_sim.scenario.jargon import mistakes_of

FORMAT = "tfs-sim ensemble"
VERSION = 1
LARGEST = 50_000_000
"""Bytes of a table of sets that are read."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TARGET = "target: "
"""How columns of what sets gave begin, which is no name of a parameter."""
_AGAIN = "Ask whoever made it for an intact copy, or make it anew."


@dataclass(frozen=True)
class Ensemble:
    """An ensemble that was read.

    Attributes
    ----------
    path : its JSON file.
    record : what it says of itself.
    sets : its sets of parameters.
    own : what each set gave of each target of `record.own`, on the target's scale: [sets, targets]; missing where a
        set has no value of a target that may be missed.
    """

    path: Path
    record: Record
    sets: Sets
    own: NDArray[np.float64]


def read(path: Path) -> Ensemble:
    """Return the ensemble in a JSON file and the table beside it.

    Raises
    ------
    UserError
        When there is none, it is damaged, or it names what this model does not have, or values that are not allowed.
    """
    content = files.read_json(path)
    if not isinstance(content, dict):
        raise refusal(f"{path} is not there, or is no JSON file of an ensemble")
    if content.get("format") != FORMAT:
        raise refusal(f"{path} is no file of an ensemble", "`tfs-sim ensemble make` writes one from a table of sets.")
    if content.get("version") != VERSION:
        raise refusal(f"{path} has layout {quote(content.get('version'))}; this version reads layout {VERSION}")
    sealed = records.found(path)
    if sealed is None:
        raise refusal(f"{path} is damaged: it is not what was written", _AGAIN)
    try:
        record = Record.model_validate(sealed)
    except ValidationError as error:
        first = mistakes_of(error, Record)[0]
        raise refusal(f"{path} is no sound ensemble at {dotted(first.key)}: {first.message}", _AGAIN) from None
    sets, own = _tables(path.with_suffix(".parquet"), record)
    return Ensemble(path, record, replace(sets, agreement=record.agreement), own)


def _tables(path: Path, record: Record) -> tuple[Sets, NDArray[np.float64]]:
    try:
        content = files.read_bytes(path, LARGEST)
        if hashlib.sha256(content).hexdigest() != record.table:
            raise refusal(f"{path} is not the table that its record was written with", _AGAIN)
        table = tables.read(path)
    except (OSError, pa.ArrowException) as problem:
        if isinstance(problem, OSError) and problem.errno is not None and not files.is_no_file(problem):
            raise files.explained(problem, path, "read") from problem
        raise refusal(f"{path}, the table of the ensemble, cannot be read", _AGAIN) from None
    if len(set(table.column_names)) < table.num_columns:
        raise refusal(f"{path} has a column that is there twice", _AGAIN)
    columns = {name: table.column(name) for name in table.column_names if name != "set"}
    if "set" not in table.column_names or not pa.types.is_string(table.column("set").type):
        raise refusal(f'{path} has no column "set" with the identities of its sets', _AGAIN)
    if table.column("set").null_count:
        raise refusal(f"{path} has a set without an identity", _AGAIN)
    if not all(pa.types.is_floating(each.type) for each in columns.values()):
        raise refusal(f"{path} has a column that is no column of numbers", _AGAIN)
    if len(table) != record.sets:
        raise refusal(f"{path} has {len(table):,} sets, and its record says {record.sets:,}", _AGAIN)
    ids = [str(each) for each in table.column("set").to_pylist()]
    values = {name: _digits(each.to_numpy()) for name, each in columns.items()}
    if {name for name in values if name.startswith(_TARGET)} != {f"{_TARGET}{name}" for name in record.own}:
        raise refusal(f"{path} has other targets than its record says", _AGAIN)
    own = np.array([values.pop(f"{_TARGET}{name}") for name in record.own]).reshape(-1, len(ids)).T
    if np.isinf(own).any():
        raise refusal(f"{path} has a set with an infinite value of a target", _AGAIN)
    sets = checked(str(path), record.title, ids, values)
    for name, unit in _units(sets).items():
        if record.units.get(name) != unit:
            there = quote(record.units[name]) if name in record.units else "nothing"
            raise refusal(f"{path}: the unit of {name} is {quote(unit)}, and its record says {there}", _AGAIN)
    return sets, own


def _units(sets: Sets) -> dict[str, str]:
    """Return the unit of each parameter that sets vary."""
    declared = _declared()
    return {each.name: declared[each.path[1]][each.path[2]].unit for each in sets.variables}


def _digits(column: NDArray[Any]) -> NDArray[np.float64]:
    """Return a column as it was written: of numbers of four bytes the digits that a value has."""
    whole = column.astype(np.float64)
    return rounded(whole, -np.inf, np.inf) if column.dtype == np.float32 else whole


def checked(place: str, title: str, ids: Sequence[str], values: Mapping[str, NDArray[np.float64]]) -> Sets:
    """Return sets of parameters, or refuse those that this model cannot run; `place` says where they stand.

    Raises
    ------
    UserError
        With the first set or parameter that is wrong.
    """
    for fault in faults(ids, values):
        raise refusal(f"{place}{'' if fault.sentence.startswith('has ') else ':'} {fault.sentence}", fault.hint)
    table = np.column_stack([rounded(column, -np.inf, np.inf) for column in values.values()])
    table.flags.writeable = False
    return Sets("ensemble", title, tuple(ids), variables_named([_parameter(name) for name in values]), table)


class Fault(NamedTuple):
    """What is wrong with sets: a sentence, whose subject is the file where it begins with "has".

    Attributes
    ----------
    sentence, hint : what is told.
    column, row : where it stands: the name of a column ("" for none) and which set, from 0 (None for none).
    """

    sentence: str
    hint: str = ""
    column: str = ""
    row: int | None = None


def faults(ids: Sequence[str], values: Mapping[str, NDArray[np.float64]]) -> Iterator[Fault]:
    """Yield what of sets this model cannot run; of the values of a parameter the first.

    Parameters
    ----------
    ids : identities of the sets.
    values : by parameter, its value in each set.
    """
    if not 2 <= len(ids) <= MOST_SETS:
        yield Fault(f"has {count(len(ids), 'set')} of parameters, where there are 2 to {MOST_SETS:,}")
    seen: set[str] = set()
    for row, name in enumerate(ids):
        if not _ID.fullmatch(name):
            yield Fault(f"{quote(name)} is no identity of a set (letters, digits, dots and hyphens)", "", "set", row)
        if name in seen:
            yield Fault(f"the set {name} is there twice", "", "set", row)
        seen.add(name)
    if not values:
        yield Fault("has no parameters, so no set differs from another")
    found: set[tuple[str, str]] = set()
    for column, numbers in values.items():
        owner, field = pair = _parameter(column)
        known = specification(catalogue().MECHANISMS[owner]) if owner in catalogue().MECHANISMS else {}
        if field not in known:
            near = nearest(column, [f"{one}.{key}" for one, each in _declared().items() for key in each])
            yield Fault(f"there is no parameter {quote(column)}{f' (nearest: {near})' if near else ''}", "", column)
            continue
        declared = known[field]
        if declared.choices:
            yield Fault(f"{column} is a choice among words, which sets of parameters do not vary", "", column)
            continue
        if pair in found:
            yield Fault(f"{owner}.{field} is there twice", "", column)
        found.add(pair)
        wrong = ~np.isfinite(numbers) | (numbers < declared.smallest) | (numbers > declared.largest)
        wrong |= bool(declared.whole) & (numbers != np.round(numbers))
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            said = f"{plain_number(declared.smallest)} to {plain_number(declared.largest)}"
            kind = "a whole number" if declared.whole else "a number"
            yield Fault(
                f"set {ids[at]} has {owner}.{field} = {numbers[at]:g}, where it is {kind} from {said}",
                f"tfs-sim explain {owner}.{field}",
                column,
                at,
            )


def _parameter(name: str) -> tuple[str, str]:
    """Return mechanism and name of a parameter by its dotted name."""
    owner, _, field = name.removeprefix("parameters.").partition(".")
    return owner, field


def _declared() -> dict[str, Mapping[str, Any]]:
    """Return what is declared of every parameter, by mechanism and name."""
    return {name: specification(mechanism) for name, mechanism in catalogue().MECHANISMS.items()}


def ready(path: Path, said: Mapping[str, str]) -> None:
    """Refuse, before any set is run, what an ensemble cannot be called, and where it cannot be written.

    Parameters
    ----------
    path : its JSON file.
    said : what `Named` has.

    Raises
    ------
    UserError
        With what is wrong.
    """
    try:
        Named.model_validate(said)
    except ValidationError as error:
        raise UserError(mistakes_of(error, Named)) from None
    place_for(path)
    files.writable(path.parent)


def name_for_sets(name: str) -> None:
    """Refuse a name after which sets, and the ensemble of them, cannot be called.

    Raises
    ------
    UserError
        When their identities, NAME-00001 and so on, could not be read again.
    """
    if not _ID.fullmatch(f"{name}-00000-again"):
        raise refusal(
            f"sets would be called {quote(f'{name}-00001')}, which is no identity of a set",
            "Name the file with letters, digits, dots and hyphens, 50 at most.",
        )


def place_for(path: Path) -> None:
    """Refuse to write over anything but an ensemble.

    Raises
    ------
    UserError
        With what is there.
    """
    table, content = path.with_suffix(".parquet"), files.read_json(path)
    ours = isinstance(content, dict) and content.get("format") == FORMAT
    for each in (path, table):
        if os.path.lexists(each) and not (ours and each.is_file()):
            raise refusal(f"{each} is there already, and is no ensemble", "Choose another name with --out.")


def write(
    path: Path, sets: Sets, facts: Mapping[str, Any], own: Mapping[str, NDArray[np.float64]] | None = None
) -> Ensemble:
    """Write an ensemble: its record and its table, whole or not at all; of before, or anew, where that fails.

    Parameters
    ----------
    path : the JSON file; the table stands beside it.
    sets : its sets.
    facts : what else the record says (see `Record`).
    own : what each set gave of each target that `facts["own"]` names, [sets].
    """
    place_for(path)
    given = dict(own or {})
    if given.keys() != set(facts["own"]):
        raise ValueError("the record and what sets gave name different targets")
    columns: dict[str, Any] = {"set": pa.array(sets.ids)}
    for column, variable in enumerate(sets.variables):
        columns[variable.name] = pa.array(sets.table[:, column].astype(np.float32))
    columns |= {f"{_TARGET}{name}": pa.array(np.asarray(values, np.float64)) for name, values in given.items()}
    content = tables.to_bytes(pa.table(columns))
    record = {
        "format": FORMAT,
        "version": VERSION,
        "sets": len(sets),
        "table": hashlib.sha256(content).hexdigest(),
        "units": _units(sets),
        **facts,
    }
    try:
        sound = Record.model_validate(record)
    except ValidationError as error:
        raise UserError(mistakes_of(error, Record)) from None
    table = path.with_suffix(".parquet")
    for left in path.parent.iterdir():
        if left.name.startswith(files.TEMPORARY) and left.name.endswith((path.name, table.name)):
            files.removed(left)  # of a process that died
    with files.exchanged(path.parent, (path.name, table.name)) as (first, second):
        files.write_bytes(second, content)
        records.write(first, record)
    return Ensemble(
        path, sound, replace(sets, agreement=sound.agreement), np.array(list(given.values())).reshape(-1, len(sets)).T
    )

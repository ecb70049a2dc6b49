"""JSON files that carry a checksum of what they say, and the checksums of the finished tables.

`experiment.json`, `provenance.json` and `tables.json` are such records: a single changed bit is noticed when they are
read. `tables.json` says of every finished table what it was made from and the checksum of its file; and, once more,
whose results the folder has, so that a damaged `experiment.json` can be made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tfs_sim.experiments.storage import files, tables
from tfs_sim.scenario.errors import UserError

SEAL = "checksum"
LEDGER = "tables.json"
_NAMES = ("runs", "series", "points", "sets", "added", "crossed", "network", "organizations")
TABLES = tuple(f"{name}.parquet" for name in _NAMES)

AGAIN = "The same `tfs-sim sweep` (or `merge`) makes it anew from what is intact."


def _seal(content: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in content.items() if key != SEAL}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode("ascii")).hexdigest()


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all."""
    plain = json.loads(json.dumps(content))
    files.write_json(path, plain | {SEAL: _seal(plain)})


def found(path: Path) -> dict[str, Any] | None:
    """Return what a record says; None where there is none, or not what was written."""
    content = files.read_json(path)
    if not isinstance(content, dict) or content.get(SEAL) != _seal(content):
        return None
    return {key: value for key, value in content.items() if key != SEAL}


def read(path: Path) -> dict[str, Any]:
    """Return what a record says.

    Raises
    ------
    UserError
        When it is not what was written.
    """
    content = found(path)
    if content is None:
        raise changed(path)
    return content


def changed(path: Path) -> Exception:
    """Return the error that says that a file is not what was written."""
    if os.path.lexists(path):
        return files.refusal(f"{path} is damaged: it is not what was written", AGAIN)
    return files.refusal(f"{path} is gone", AGAIN)


def ledger(folder: Path) -> dict[str, Any]:
    """Return `tables.json`: by what was made, its "inputs" and the checksums of its "files"; {} where there is none."""
    content = found(folder / LEDGER) or {}
    made = content.get("made")
    if not isinstance(made, dict) or not all(_entry(each) for each in made.values()):
        return {}
    return content


def _entry(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and each.keys() == {"inputs", "files"}
        and isinstance(each["files"], dict)
        and all(
            name in TABLES and isinstance(total, str) and re.fullmatch("[0-9a-f]{64}", total)
            for name, total in each["files"].items()
        )
    )


def checksums(folder: Path) -> dict[str, str]:
    """Return the checksums of the finished tables, by the names of their files."""
    made = ledger(folder).get("made", {})
    return {name: total for entry in made.values() for name, total in entry["files"].items()}


def damage(folder: Path) -> list[str]:
    """Return the names of the finished tables, and of the records, that are not what was written."""
    sums = checksums(folder)
    wrong = [] if ledger(folder) else [LEDGER]
    for name in TABLES:
        path = folder / name
        if name in sums and not _is(path, sums[name]):
            wrong.append(name if os.path.lexists(path) else f"{name} (it is gone)")
    path = folder / "provenance.json"
    return wrong + ([path.name] if os.path.lexists(path) and found(path) is None else [])


def intact(path: Path) -> Path:
    """Return the path of a finished table, having compared it with its checksum.

    Raises
    ------
    UserError
        When it is not what was written.
    """
    total = checksums(path.parent).get(path.name)
    if total is None:
        kept = path.parent / LEDGER
        if os.path.lexists(kept) and not ledger(path.parent):
            raise changed(kept)
        raise files.refusal(f"{path} is damaged, or not finished: its checksum is not there", AGAIN)
    try:
        if _is_sum(path, total):
            return path
    except OSError as problem:
        if not files.is_no_file(problem):
            raise files.explained(problem, path, "read") from problem
    raise changed(path)


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Give a finished table, having compared it with its checksum.

    Raises
    ------
    UserError
        When it is not what was written, or the disk does not let it be read, now or later.
    """
    try:
        with tables.opened(intact(path)) as table:
            yield table
    except OSError as problem:
        raise files.explained(problem, path, "read") from problem


def unread(path: Path, problem: Exception) -> UserError:
    """Return the error that says that a finished table cannot be read: for now, where the disk does not let it be."""
    if isinstance(problem, OSError) and problem.errno is not None and not files.is_no_file(problem):
        return files.explained(problem, path, "read")
    return files.refusal(f"{path} cannot be read", AGAIN)


def is_intact(path: Path) -> bool:
    """Say whether a finished table is what was written."""
    total = checksums(path.parent).get(path.name)
    return total is not None and _is(path, total)


def _is(path: Path, total: str) -> bool:
    try:
        return _is_sum(path, total)
    except OSError:
        return False


def _is_sum(path: Path, total: str) -> bool:
    with files.opened(path) as file:
        about = os.fstat(file.fileno())
    return _sum(path, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns) == total


@lru_cache(maxsize=64)
def _sum(path: Path, *about: int) -> str:
    """Return the SHA-256 of a file, reckoned once for as long as nobody writes to it."""
    return files.sha256(path)

"""The finished runs of one arm, in parts that never change once they are written.

An arm's folder is named after what its runs depend on: the scenario (by digest), the seed and the version of the
model. A part holds some runs in two Parquet files, `00000007.runs.parquet` and `00000007.series.parquet`, without
columns for strategy, point or replicate: which runs they are is said by their keys (see `keys`), and the table that
they end up in says the rest. `manifest.jsonl` lists the parts, a line each, with the keys and the checksums of the
files; lines are only ever added, so that the millionth run costs what the first does. A file that is not listed does
not count, nor does a last line that was not finished.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tfs_sim.experiments.storage import files, tables
from tfs_sim.experiments.storage.keys import WIDTH, Keys

Kind = Literal["runs", "series"]
KINDS: tuple[Kind, Kind] = ("runs", "series")

_COLUMNS: dict[Kind, dict[str, pa.DataType]] = {
    "runs": {"site": pa.string()},
    "series": {"site": pa.string(), "month": pa.int32(), "date": pa.timestamp("ms")},
}

WINDOW = 4
"""So many parts' worth of runs are put in order at a time."""

LONGEST_LINE = 50_000_000
LARGEST_MANIFEST = 4_000_000_000
"""Bytes of a line, and of a manifest, that are read: a part of two million runs, and 180 million runs of an arm."""


@dataclass(frozen=True, slots=True)
class Address:
    """What the runs of an arm depend on."""

    scenario: str
    seed: int
    model: str

    @property
    def folder(self) -> str:
        """The name of the arm's folder."""
        return f"{self.scenario[:20]}-{self.seed}-{self.model}"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of this number: the keys of its runs, and the sizes and checksums of its two files."""

    number: int
    keys: bytes
    runs_sha256: str
    series_sha256: str
    runs_bytes: int
    series_bytes: int

    @property
    def count(self) -> int:
        """How many runs it has."""
        return len(self.keys) // WIDTH

    def file(self, kind: Kind) -> str:
        """Return the name of the part's file of this kind."""
        return f"{self.number:08d}.{kind}.parquet"

    def checksum(self, kind: Kind) -> tuple[int, str]:
        """Return the size in bytes and the SHA-256 of the part's file of this kind."""
        return (self.runs_bytes, self.runs_sha256) if kind == "runs" else (self.series_bytes, self.series_sha256)

    def line(self) -> bytes:
        """Return the part's line in the manifest."""
        content = asdict(self) | {"keys": base64.b64encode(self.keys).decode()}
        return json.dumps(content).encode() + b"\n"


class DamagedPartError(Exception):
    """A part's file is not what was written."""

    def __init__(self, arm: ArmParts, part: Part, what: str) -> None:
        super().__init__(what)
        self.arm, self.part, self.what = arm, part, what


class ArmParts:
    """The parts of one arm on the disk."""

    def __init__(self, parts_folder: Path, address: Address) -> None:
        self.address = address
        self.folder = parts_folder / address.folder
        self.manifest = self.folder / "manifest.jsonl"
        self._parts, self._length = _listed(self.manifest, address)
        self._sorted: tuple[Keys, NDArray[np.int64]] | None = None

    @property
    def parts(self) -> list[Part]:
        """The finished parts, in the order in which they were written."""
        return list(self._parts.values())

    def keys(self) -> Keys:
        """Return the keys of the runs that are stored."""
        return self._stored()[0]

    def _stored(self) -> tuple[Keys, NDArray[np.int64]]:
        """Return the keys that are stored, sorted, and where each is: part number and row, int64 [runs, 2]."""
        if self._sorted is None:
            keys = np.frombuffer(b"".join(part.keys for part in self.parts), f"S{WIDTH}")
            places = [np.column_stack([np.full(p.count, p.number), np.arange(p.count)]) for p in self.parts]
            order = np.argsort(keys, kind="stable")
            where = np.concatenate(places) if places else np.zeros((0, 2), np.int64)
            self._sorted = keys[order], where[order]
        return self._sorted

    def _found(self, wanted: Keys) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return which runs are stored, and where (where they are)."""
        keys, places = self._stored()
        if not len(keys):
            return np.zeros(len(wanted), bool), np.zeros((len(wanted), 2), np.int64)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return keys[at] == wanted, places[at]

    def holds(self, wanted: Keys) -> NDArray[np.bool_]:
        """Say of each run whether it is stored."""
        return self._found(wanted)[0]

    def missing(self, wanted: Keys, distinct: bool = False) -> list[tuple[int, int]]:
        """Return the positions in `wanted` of runs that are to be made, as (first, end) pairs.

        Where a run is wanted more than once, its first place counts; `distinct` says that none is.
        """
        lacking = np.flatnonzero(~self.holds(wanted))
        if not distinct:
            lacking = lacking[np.sort(np.unique(wanted[lacking], return_index=True)[1])]
        if not len(lacking):
            return []
        cuts = np.flatnonzero(np.diff(lacking) != 1) + 1
        firsts, lasts = lacking[np.r_[0, cuts]], lacking[np.r_[cuts - 1, len(lacking) - 1]]
        return list(zip(firsts.tolist(), (lasts + 1).tolist(), strict=True))

    def add(self, keys: Keys, runs: pa.Table, series: pa.Table) -> None:
        """Write the next part: its two files, then the line of the manifest that makes them count."""
        files.made_folder(self.folder)
        runs_bytes, series_bytes = tables.to_bytes(runs), tables.to_bytes(series)
        number = max(self._parts, default=-1) + 1
        name = Part(number, b"", "", "", 0, 0)
        part = Part(
            number,
            keys.tobytes(),
            files.write_bytes(self.folder / name.file("runs"), runs_bytes),
            files.write_bytes(self.folder / name.file("series"), series_bytes),
            len(runs_bytes),
            len(series_bytes),
        )
        self.enter(part)

    def enter(self, part: Part) -> None:
        """Add a part, whose files are written, to the manifest."""
        if not self._length:
            self._write_manifest({})
        line = part.line()
        files.append(self.manifest, line, self._length)
        self._length += len(line)
        self._parts[part.number] = part
        self._sorted = None

    def drop(self, part: Part) -> None:
        """Forget a damaged part, so that its runs are missing again."""
        self._write_manifest({number: kept for number, kept in self._parts.items() if number != part.number})

    def _write_manifest(self, parts: dict[int, Part]) -> None:
        content = b"".join([_first_line(self.address), *(part.line() for part in parts.values())])
        files.write_bytes(self.manifest, content)
        self._parts, self._length, self._sorted = parts, len(content), None

    def damage(self) -> Iterator[tuple[Part, str]]:
        """Yield every part that is not what was written, and what is wrong with it."""
        for part in self.parts:
            what = next(filter(None, (self._wrong(part, kind) for kind in KINDS)), None)
            if what:
                yield part, what

    def _wrong(self, part: Part, kind: Kind) -> str | None:
        path, (size, checksum) = self.folder / part.file(kind), part.checksum(kind)
        try:
            with files.opened(path) as file:
                found = os.fstat(file.fileno()).st_size
            if found != size:
                return f"{path.name} is {found:,} bytes long instead of {size:,}"
            if files.sha256(path) != checksum:
                return f"{path.name} has changed since it was written"
        except FileNotFoundError:
            return f"{path.name} is gone"
        except OSError as problem:
            return f"{path.name} cannot be read ({problem.strerror})"
        return None

    def table(self, part: Part, kind: Kind) -> pa.Table:
        """Return the table of a part.

        Raises
        ------
        DamagedPartError
            When the file is not what was written.
        """
        what = self._wrong(part, kind)
        if what:
            raise DamagedPartError(self, part, what)
        path = self.folder / part.file(kind)
        try:
            table = tables.read(path).replace_schema_metadata()
        except (OSError, pa.ArrowException) as problem:
            raise DamagedPartError(self, part, f"{path.name} cannot be read as a table") from problem
        if not _is_of(kind, table.schema):
            raise DamagedPartError(self, part, f"{path.name} does not have the columns of {kind}")
        if not len(table) or len(table) % part.count:
            raise DamagedPartError(self, part, f"{path.name} has {len(table):,} rows for {part.count:,} runs")
        return table

    def read(self, kind: Kind, wanted: Keys) -> Iterator[tuple[int, pa.Table]]:
        """Yield the tables of runs, in the order in which they are wanted, with the position of the first run.

        Raises
        ------
        DamagedPartError
            When a file is not what was written.
        """
        there, places = self._found(wanted)
        if not there.all():
            raise LookupError(f"{np.count_nonzero(~there):,} runs are not there")
        step = WINDOW * max((part.count for part in self.parts), default=1)
        last: tuple[int, Any] = (-1, None)
        for start in range(0, len(wanted), step):
            numbers, rows = places[start : start + step].T
            order = np.argsort(numbers, kind="stable")
            pieces = []
            for number in np.unique(numbers).tolist():
                part = self._parts[number]
                if last[0] != number:
                    last = number, self.table(part, kind)
                pieces.append(_rows(last[1], rows[order][numbers[order] == number], part.count))
            joined = pa.concat_tables(pieces)
            back = np.argsort(order)
            yield start, joined if (np.diff(back) == 1).all() else _rows(joined, back, len(back))

    def tidy(self) -> None:
        """Remove files that no part lists: what a process that died had begun."""
        if not os.path.lexists(self.folder):
            return
        files.made_folder(self.folder)
        files.sweep_up(self.folder)
        listed = {part.file(kind) for part in self.parts for kind in KINDS}
        for path in self.folder.glob("*.parquet"):
            if path.name not in listed:
                path.unlink(missing_ok=True)


def _is_of(kind: Kind, schema: pa.Schema) -> bool:
    """Say whether a table has the columns of a part: those that tell rows apart, and metrics."""
    columns = dict(zip(schema.names, schema.types, strict=True))
    keys = {name: columns.pop(name, None) for name in _COLUMNS[kind]}
    once = len(schema.names) == len(keys) + len(columns)
    return once and keys == _COLUMNS[kind] and all(map(pa.types.is_floating, columns.values()))


def _rows(table: pa.Table, runs: NDArray[np.int64], count: int) -> pa.Table:
    """Return the rows of some of the `count` runs that a table holds, in the order given."""
    each = len(table) // count
    if (np.diff(runs) == 1).all():
        return table.slice(int(runs[0]) * each, len(runs) * each)
    return table.take(pa.array((runs[:, None] * each + np.arange(each)).ravel()))


def _first_line(address: Address) -> bytes:
    return json.dumps({"address": asdict(address)}).encode() + b"\n"


def _listed(path: Path, address: Address) -> tuple[dict[int, Part], int]:
    """Return the parts of a manifest of this address, and how many of its bytes are whole lines."""
    parts: dict[int, Part] = {}
    length = end = 0
    try:
        for line in () if path.parent.is_symlink() else _lines(path):
            if not end and line != _first_line(address):
                return parts, 0
            part = _entered(line) if end else None
            end += len(line)
            if part is not None:  # else it is damaged, or unfinished; those after it count all the same
                parts[part.number] = part
            if part is not None or not length:
                length = end
    except OSError as problem:
        if not files.is_no_file(problem):
            raise files.explained(problem, path, "read") from problem
    return parts, length


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a manifest; one at a time is in memory."""
    with files.opened(path) as file:
        if (size := os.fstat(file.fileno()).st_size) > LARGEST_MANIFEST:
            raise files.too_large(path, f"{size:,} bytes", f"{LARGEST_MANIFEST:,}")
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise files.too_large(path, f"a line of more than {LONGEST_LINE:,} bytes", "that many")
            yield line


def _entered(line: bytes) -> Part | None:
    """Return the part of a line of a manifest; None where it is not what was written."""
    try:
        entry = json.loads(line)
        part = Part(**entry | {"keys": base64.b64decode(entry["keys"], validate=True)})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return part if line.endswith(b"\n") and _possible(part) else None


def _possible(part: Part) -> bool:
    """Say whether a line of a manifest, which may come from anybody, is of a part."""
    sums, sizes = (part.runs_sha256, part.series_sha256), (part.number, part.runs_bytes, part.series_bytes)
    return (
        part.count > 0
        and len(part.keys) % WIDTH == 0
        and all(isinstance(each, str) and re.fullmatch("[0-9a-f]{64}", each) for each in sums)
        and all(type(each) is int and 0 <= each < 2**53 for each in sizes)
    )


def size_of_run(parts: ArmParts) -> tuple[int, int] | None:
    """Return (sites, months) of a run, as the first part that is whole shows; None without one."""
    for part in parts.parts:
        try:
            sites, rows = (len(parts.table(part, kind)) // part.count for kind in KINDS)
        except DamagedPartError:
            continue
        return sites, rows // sites
    return None

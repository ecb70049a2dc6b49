"""A folder of results that survives: `results/<experiment>/`.

```
experiment.json        what was asked: titles, labels, outcomes, the plan of runs; marks the folder as ours
provenance.json        what the numbers came from: scenario, seed, versions, machine, time
runs.parquet           one row a strategy, level, replicate and site
series.parquet         one row a strategy, level, replicate, site and month
points.parquet         with a design: one row a point, a column a variable
sets.parquet           with sets of parameters: one row a set, a column a parameter
added.parquet          replicates beyond those that every set has: one row a strategy, level, set, replicate and site
crossed.parquet        the same luck under several sets, with the same rows
network.parquet        one site's relationships at a few moments of one replicate
organizations.parquet  every organization in every month of that replicate
parts/<arm>/           the finished runs, see `parts`; the tables above are put together from them
parts/<places>.words   what an arm's runs are known by at each place, see `keys`
tables.json            what each finished table was made from, and its checksum, see `records`
```
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tfs_sim.experiments.designs import studies
from tfs_sim.experiments.storage import files, records, tables
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.keys import ONE_PLACE, Keys, Words, fingerprint, run_keys, words_file
from tfs_sim.experiments.storage.marks import FORMAT, MARK, read_mark, whose
from tfs_sim.experiments.storage.parts import KINDS, Address, ArmParts, DamagedPartError, Kind, Part


@dataclass(frozen=True, slots=True)
class StoredArm:
    """An arm in the store.

    Attributes
    ----------
    keys : its key columns.
    parts : its finished runs.
    months, sites : the rows that one of its runs takes.
    words : what its runs are known by at each place: a point of the design under a set.
    points : the table of the points, or None.
    sets : the identities of the sets of parameters, if there are any.
    """

    keys: Mapping[str, str]
    parts: ArmParts
    months: int
    sites: int
    words: Words
    points: pa.Table | None = None
    sets: tuple[str, ...] = ()

    def wanted(self, first: int, end: int) -> Keys:
        """Return the keys of runs `first` to `end` - 1."""
        return run_keys(self.words, first, end)

    def read(self, kind: Kind, end: int, first: int = 0) -> Iterator[pa.Table]:
        """Yield the tables of runs `first` to `end` - 1, in order, with the columns of the design.

        Raises
        ------
        DamagedPartError
            When a part is not what was written.
        """
        each = self.sites * (self.months if kind == "series" else 1)
        for start, table in self.parts.read(kind, self.wanted(first, end)):
            yield tables.numbered(table, first + start, len(table) // each, len(self.words), self.points, self.sets)

    @property
    def label(self) -> str:
        """The arm in words, for messages."""
        return ", ".join(self.keys.values())


Piece = tuple[StoredArm, int, int]
"""Runs `first` to `end` - 1 of an arm."""


class Store:
    """The folder of one experiment, held by this process; made by `opened`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / "parts"
        self._whose: dict[str, Any] = {}

    def arm(self, address: Address) -> ArmParts:
        """Return the parts of the arm with this address, without what a process that died had begun."""
        parts = ArmParts(self.parts, address)
        parts.tidy()
        return parts

    def drop_damaged(self, arms: Iterable[StoredArm]) -> Iterator[tuple[StoredArm, str]]:
        """Drop every part that is not what was written; yield its arm and what was wrong."""
        seen: set[str] = set()
        for arm in arms:
            if arm.parts.address.folder in seen:
                continue
            seen.add(arm.parts.address.folder)
            damaged: list[tuple[Part, str]] = list(arm.parts.damage())
            for part, what in damaged:
                arm.parts.drop(part)
                yield arm, what

    def write_places(self, words: Iterable[Words]) -> None:
        """Write what the runs of arms are known by at each place."""
        for each in words:
            path = words_file(self.parts, fingerprint(each))
            if each is not ONE_PLACE and not path.is_file():
                files.write_bytes(path, each.astype("<u8").tobytes())

    def write_lists(self, points: pa.Table | None, sets: pa.Table | None) -> None:
        """Write what the points of the design and the sets are."""
        self._write_listed("points", points)
        self._write_listed("sets", sets)

    def _write_listed(self, name: str, table: pa.Table | None) -> None:
        """Write a table of the plan, or remove the one that is not asked for any more."""
        path = self.folder / f"{name}.parquet"
        if table is None:
            files.removed(path)
            self._record(name, None, {})
            return
        content = tables.to_bytes(table)
        total = hashlib.sha256(content).hexdigest()
        if not self._current(name, total):
            self._record(name, total, {path.name: files.write_bytes(path, content)})

    def assemble(self, arms: Sequence[StoredArm], runs: int) -> bool:
        """Put `runs.parquet` and `series.parquet` together from the parts; say whether they had to be.

        Raises
        ------
        DamagedPartError
            When a part is not what was written.
        """
        inputs = [[dict(arm.keys), arm.parts.address.folder, _content(arm), runs] for arm in arms]
        if self._current("tables", inputs):
            return False
        pieces = [(arm, 0, runs) for arm in arms]
        sums = {f"{kind}.parquet": self._join(kind, kind, pieces) for kind in KINDS}
        self._record("tables", inputs, sums)
        return True

    def assemble_beside(self, name: str, pieces: Sequence[Piece]) -> None:
        """Put a table of runs beside those of the sweep together from the parts, or remove it where there are none.

        Raises
        ------
        DamagedPartError
            When a part is not what was written.
        """
        if not pieces:
            self.drop(name)
            return
        inputs = [[dict(arm.keys), arm.parts.address.folder, _content(arm), *span] for arm, *span in pieces]
        if not self._current(name, inputs):
            self._record(name, inputs, {f"{name}.parquet": self._join(name, "runs", pieces)})

    def _join(self, name: str, kind: Kind, pieces: Sequence[Piece]) -> str:
        """Write one finished table, piece by piece, never more than a few parts in memory; return its checksum."""
        with files.written(self.folder / f"{name}.parquet") as file:
            writer: pq.ParquetWriter | None = None
            try:
                for arm, first, end in pieces:
                    run_rows = arm.sites * (arm.months if kind == "series" else 1)
                    group = run_rows * max(1, tables.ROWS // run_rows)
                    for table in tables.regrouped(arm.read(kind, end, first), group):
                        keyed = tables.with_keys(table, dict(arm.keys))
                        writer = writer or pq.ParquetWriter(file, keyed.schema, **tables.parquet_options(keyed.schema))
                        if keyed.schema != writer.schema:
                            raise refusal(
                                f"runs of {arm.label} in {self.folder} have other columns than those of other arms",
                                "No sweep writes such parts: do not trust this folder, or make it anew.",
                            )
                        writer.write_table(keyed, row_group_size=group)
            finally:
                if writer is not None:
                    writer.close()
        return file.sha256

    def write_traced(self, name: str, inputs: Any, make: Any) -> None:
        """Write a table of the traced replicate, unless the one from the same inputs is there.

        `make` yields tables, all of one schema; nothing is written if it yields none.
        """
        if self._current(name, inputs):
            return
        path = self.folder / f"{name}.parquet"
        with files.written(path) as file:
            writer: pq.ParquetWriter | None = None
            try:
                for table in make():
                    writer = writer or pq.ParquetWriter(file, table.schema, **tables.parquet_options(table.schema))
                    writer.write_table(table)
            finally:
                if writer is not None:
                    writer.close()
        if writer is None:
            files.removed(path)
        self._record(name, inputs, {path.name: file.sha256} if writer is not None else {})

    def drop(self, name: str) -> None:
        """Remove a table that the experiment does not ask for any more."""
        if records.ledger(self.folder).get("made", {}).get(name, {}).get("files"):
            files.removed(self.folder / f"{name}.parquet")
            self._record(name, None, {})

    def _current(self, what: str, inputs: Any) -> bool:
        """Say whether the files of `what` were made from these inputs and are still what was written."""
        entry = records.ledger(self.folder).get("made", {}).get(what)
        if entry is None or entry["inputs"] != inputs:
            return False
        return all(records.is_intact(self.folder / name) for name in entry["files"])

    def _record(self, what: str, inputs: Any, checksums: dict[str, str]) -> None:
        made = records.ledger(self.folder).get("made", {})
        made |= {what: {"inputs": inputs, "files": checksums}}
        records.write(self.folder / records.LEDGER, self._whose | {"made": made})

    def take_over(self, table: Path) -> None:
        """Copy a table of the traced replicate from another folder of results, where it is what was written."""
        path = self.folder / table.name
        with files.written(path) as file, files.opened(records.intact(table)) as source:
            shutil.copyfileobj(source, file)
        self._record(table.stem, None, {path.name: file.sha256})

    def describe(self, description: dict[str, Any]) -> None:
        """Write `experiment.json`: what was asked."""
        mark = {"format": MARK, "version": FORMAT}
        self._whose = mark | {key: description[key] for key in ("name", "study", "model")}
        ledger = records.ledger(self.folder)
        if ledger != self._whose | {"made": ledger.get("made")}:
            records.write(self.folder / records.LEDGER, self._whose | {"made": ledger.get("made", {})})
        records.write(self.folder / "experiment.json", mark | description)

    def write_provenance(self, provenance: dict[str, Any]) -> None:
        """Write `provenance.json`: what the numbers came from."""
        records.write(self.folder / "provenance.json", provenance)


def _content(arm: StoredArm) -> str:
    """Return a fingerprint of what an arm's tables are made from."""
    total = hashlib.sha256(fingerprint(arm.words).encode())
    for part in arm.parts.parts:
        total.update(f"{part.runs_sha256} {part.series_sha256};".encode())
    if arm.points is not None:
        table = tables.TableDigest()
        table.add(arm.points)
        total.update(table.hexdigest().encode())
    total.update("|".join(arm.sets).encode())
    return total.hexdigest()


@contextmanager
def opened(folder: Path, description: dict[str, Any], *, fresh: bool = False) -> Iterator[Store]:
    """Hold `folder` for an experiment, and make it if need be.

    Parameters
    ----------
    folder : where the results go: empty, not there yet, or results of the same study.
    description : what `experiment.json` says; its "study" and "model" must be those of the results there.
    fresh : throw away what is stored there and begin again.

    Raises
    ------
    UserError
        When the folder is not ours, of another study or model version, in use, or cannot be written to.
    """
    _check(folder, description, fresh)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise files.explained(problem, folder, "made") from problem
    with only_one(folder):
        _check(folder, description, fresh)
        files.made_folder(folder / "parts")
        if fresh:
            _clear(folder)
        files.sweep_up(folder)
        files.sweep_up(folder / "parts")
        store = Store(folder)
        store.describe(description)
        yield store


def _check(folder: Path, description: dict[str, Any], fresh: bool) -> None:
    """Refuse a folder into which this experiment must not write."""
    mark = _known(folder, description, fresh) if folder.is_dir() else None
    if mark is None:
        refuse_strangers(folder, "results", _begun_by_us)
        return
    alike = mark.get("name") == description["name"]
    if not fresh and not studies.same(mark.get("study"), description["study"], folder, alike):
        one, other = (studies.told(each, folder) for each in (mark.get("study"), description["study"]))
        raise refusal(
            f"{folder} holds the results of another study ({one}), which {other} must not write over",
            "Choose another folder with --out; `tfs-sim sweep --fresh` throws those away and begins again there.",
        )
    if mark.get("model") != description["model"] and not fresh:
        raise refusal(
            f"{folder} was made by another version of the model ({mark.get('model')}; this is {description['model']})",
            "Old and new runs are never mixed: add --fresh to begin again there, or choose another folder with --out.",
        )


def _known(folder: Path, description: dict[str, Any], fresh: bool) -> dict[str, Any] | None:
    """Return what is known of the results in a folder, even if its records are lost; None if it has none."""
    path = folder / "experiment.json"
    content = files.read_json(path)
    ours = isinstance(content, dict) and content.get("format") == MARK
    if ours and (content.get("version") != FORMAT or records.found(path) is not None):
        return read_mark(folder)
    known = whose(folder)
    if known is None and ours and fresh:
        return {}
    if known is None and _has_runs_of(folder, description):
        return description
    return read_mark(folder) if known is None and os.path.lexists(path) else known


def _has_runs_of(folder: Path, description: dict[str, Any]) -> bool:
    """Say whether a folder has finished runs of this experiment: its parts say whose they are, records or not."""
    plan, parts = description["plan"], folder / "parts"
    found = {Address(arm["scenario"], plan["seed"], description["model"]) for arm in plan["arms"]}
    return not parts.is_symlink() and any(ArmParts(parts, address).parts for address in found)


def _begun_by_us(path: Path) -> bool:
    """Say whether `path` is what a process leaves that died while it made a folder of results, or its shards."""
    if path.is_symlink():
        return False
    if path.name == "shards":
        return path.is_dir() and all((each / "experiment.json").is_file() for each in path.iterdir())
    if path.name == "parts":
        return path.is_dir() and not any(path.iterdir())
    return path.name == records.LEDGER


def _clear(folder: Path) -> None:
    """Remove what is stored in a folder of ours; other files stay."""
    try:
        shutil.rmtree(folder / "parts")
    except OSError as problem:
        raise files.explained(problem, folder / "parts", "removed") from problem
    files.made_folder(folder / "parts")
    for name in (*records.TABLES, records.LEDGER, "provenance.json"):
        files.removed(folder / name)


def digest(folder: Path) -> str:
    """Return one digest of the numbers in a folder of results.

    It is the same however the runs were cut into parts, distributed over workers or interrupted.
    """
    total = []
    for kind in ("runs", "series"):
        table = tables.TableDigest()
        path = Path(folder) / f"{kind}.parquet"
        if not path.is_file():
            raise refusal(f"{path} is not there", "The sweep is not finished: give the same command again.")
        with records.opened(path) as file:
            for batch in file.iter_batches():
                table.add(pa.Table.from_batches([batch]))
        total.append(table.hexdigest())
    return hashlib.sha256(" ".join(total).encode()).hexdigest()


__all__ = ["DamagedPartError", "Store", "StoredArm", "digest", "opened"]

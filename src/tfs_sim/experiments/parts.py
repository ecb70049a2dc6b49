"""The finished runs of one arm, in parts that never change once they are written.

An arm's folder is named after what its runs depend on: the scenario (by digest), the seed and the version
of the model. A part holds neighbouring replicates in two Parquet files, `00000200-00000399.runs.parquet`
and `….series.parquet`; `manifest.json` lists the parts with the checksums of their files. A file that is
not listed does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tfs_sim.experiments import files, tables

Kind = Literal["runs", "series"]
KINDS: tuple[Kind, Kind] = ("runs", "series")


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
    """Replicates `first` to `first + count - 1` of an arm, and the checksums of their two files."""

    first: int
    count: int
    runs_sha256: str
    series_sha256: str
    runs_bytes: int
    series_bytes: int

    @property
    def end(self) -> int:
        """The replicate after the last."""
        return self.first + self.count

    def file(self, kind: Kind) -> str:
        """Return the name of the part's file of this kind."""
        return f"{self.first:08d}-{self.end - 1:08d}.{kind}.parquet"

    def checksum(self, kind: Kind) -> tuple[int, str]:
        """Return the size in bytes and the SHA-256 of the part's file of this kind."""
        return (self.runs_bytes, self.runs_sha256) if kind == "runs" else (self.series_bytes, self.series_sha256)


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
        self._parts = {part.first: part for part in _listed(self.folder / "manifest.json", address)}

    @property
    def parts(self) -> list[Part]:
        """The finished parts, by replicate."""
        return [self._parts[first] for first in sorted(self._parts)]

    def missing(self, replicates: int) -> list[tuple[int, int]]:
        """Return the gaps in replicates 0 to `replicates - 1`, as (first, end) pairs."""
        gaps, at = [], 0
        for part in self.parts:
            if at < min(part.first, replicates):
                gaps.append((at, min(part.first, replicates)))
            at = max(at, part.end)
        if at < replicates:
            gaps.append((at, replicates))
        return gaps

    def done(self, replicates: int) -> int:
        """Return how many of the first `replicates` runs are there."""
        return replicates - sum(end - first for first, end in self.missing(replicates))

    def add(self, first: int, runs: pa.Table, series: pa.Table, count: int) -> None:
        """Write the next part: its two files, then the manifest that makes them count."""
        if first in self._parts:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        runs_bytes, series_bytes = tables.to_bytes(runs), tables.to_bytes(series)
        names = Part(first, count, "", "", 0, 0)
        part = Part(
            first,
            count,
            files.write_bytes(self.folder / names.file("runs"), runs_bytes),
            files.write_bytes(self.folder / names.file("series"), series_bytes),
            len(runs_bytes),
            len(series_bytes),
        )
        self._write_manifest({**self._parts, first: part})

    def drop(self, part: Part) -> None:
        """Forget a damaged part, so that it is missing again."""
        self._write_manifest({first: kept for first, kept in self._parts.items() if first != part.first})

    def _write_manifest(self, parts: dict[int, Part]) -> None:
        content = {"address": asdict(self.address), "parts": [asdict(parts[first]) for first in sorted(parts)]}
        files.write_json(self.folder / "manifest.json", content)
        self._parts = parts

    def damage(self) -> Iterator[tuple[Part, str]]:
        """Yield every part that is not what was written, and what is wrong with it."""
        for part in self.parts:
            what = next(filter(None, (self._wrong(part, kind) for kind in KINDS)), None)
            if what:
                yield part, what

    def _wrong(self, part: Part, kind: Kind) -> str | None:
        path, (size, checksum) = self.folder / part.file(kind), part.checksum(kind)
        try:
            if path.stat().st_size != size:
                return f"{path.name} is {path.stat().st_size:,} bytes long instead of {size:,}"
            if files.sha256(path) != checksum:
                return f"{path.name} has changed since it was written"
        except FileNotFoundError:
            return f"{path.name} is gone"
        except OSError as problem:
            return f"{path.name} cannot be read ({problem.strerror})"
        return None

    def read(self, kind: Kind, replicates: int) -> Iterator[pa.Table]:
        """Yield the tables of the first `replicates` replicates, in order, part by part.

        Raises
        ------
        DamagedPartError
            When a file is not what was written.
        """
        for part in self.parts:
            if part.first >= replicates:
                return
            what = self._wrong(part, kind)
            if what:
                raise DamagedPartError(self, part, what)
            table = pq.read_table(pa.BufferReader((self.folder / part.file(kind)).read_bytes()))
            if part.end > replicates:
                rows = len(table) // part.count
                table = table.slice(0, rows * (replicates - part.first))
            yield table

    def tidy(self) -> None:
        """Remove files that no part lists: what a process that died had begun."""
        if not self.folder.is_dir():
            return
        files.sweep_up(self.folder)
        listed = {part.file(kind) for part in self.parts for kind in KINDS}
        for path in self.folder.glob("*.parquet"):
            if path.name not in listed:
                path.unlink(missing_ok=True)


def _listed(path: Path, address: Address) -> Iterator[Part]:
    """Yield the parts of a manifest that is whole and of this address; none otherwise."""
    content = files.read_json(path)
    if not isinstance(content, dict) or content.get("address") != asdict(address):
        return
    end = 0
    for entry in content.get("parts", []):
        try:
            part = Part(**entry)
            whole = part.first >= end and part.count > 0
        except TypeError:
            continue
        if whole:
            end = part.end
            yield part

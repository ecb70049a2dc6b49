"""What was observed of sets of parameters, kept in a folder so that it can go on from there.

```
evaluations.json              what they are of: the calibration's text and digest, versions, machine
parts/000001-3f2a….parquet    rows (set, key, target, how, value, variance, asked, raw); the name has the file's digest
```
A row stands under what it depends on: `key` is a digest of the set's identity and values, `how` one of the observation,
its populations, seed, replicates and version of the model. So sets and targets may be added, and what is there is not
run again; what was observed otherwise is left alone. A part that is not what was written is not used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tfs_sim.calibration.estimates import Estimate
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.work import Notice
from tfs_sim.experiments.storage import files, records, tables
from tfs_sim.experiments.storage.holding import refuse_strangers

RECORD = "evaluations.json"
LARGEST = 200_000_000
"""Bytes of a part that are read."""
_PART = re.compile(r"(\d{6})-([0-9a-f]{16})\.parquet")
_SCHEMA = pa.schema(
    [("set", pa.string()), ("key", pa.string()), ("target", pa.string()), ("how", pa.string()), ("value", pa.float64()),
     ("variance", pa.float64()), ("asked", pa.int64()), ("raw", pa.float64())]
)  # fmt: skip


def key_of(sets: Sets, number: int) -> str:
    """Return a digest of a set: its identity, and each parameter with its value."""
    total = hashlib.sha256(sets.ids[number].encode())
    for variable, value in zip(sets.variables, sets.table[number].tolist(), strict=True):
        total.update(f"|{variable.dotted}={value!r}".encode())
    return total.hexdigest()[:32]


def place_for(folder: Path) -> None:
    """Refuse a folder that holds something else than observations of ours.

    Raises
    ------
    UserError
        With what it holds.
    """
    if records.found(folder / RECORD) is None:
        parts = folder / "parts"
        ours = parts.is_dir() and not parts.is_symlink()
        inside = [path.name for path in parts.iterdir()] if ours else []
        ours &= all(_PART.fullmatch(name) or name.startswith(files.TEMPORARY) for name in inside)
        # the record comes last, and may be damaged: what is kept is intact
        begun = {"parts", RECORD} if ours and inside else {"parts"} if ours else set()
        refuse_strangers(folder, "observations", lambda path: path.name in begun)


class Kept:
    """Observations in a folder.

    Attributes
    ----------
    rows : by (key, how), what was observed of the sets and targets that are asked about.
    """

    def __init__(self, folder: Path, keys: Sequence[str], hows: Sequence[str], notice: Notice) -> None:
        """Open a folder and read what is there of some sets and observations; make it if there is none."""
        self._keys, self._hows = pa.array(keys, pa.string()), pa.array(hows, pa.string())
        self._parts = files.made_folder(files.made_folder(folder) / "parts")
        files.writable(self._parts)
        files.sweep_up(folder)
        files.sweep_up(self._parts)
        self._folder = folder
        self.rows: dict[tuple[str, str], Estimate] = {}
        self._waiting: list[tuple[Any, ...]] = []
        self._next = 1
        for path in sorted(self._parts.iterdir()):
            name = _PART.fullmatch(path.name)
            if name is None:
                continue
            self._next = max(self._next, int(name[1]) + 1)
            if not self._taken(path, name[2]):
                notice(f"{path} is damaged; what it held is run again")

    def add(self, identity: str, key: str, target: str, how: str, found: Estimate) -> None:
        """Take in an observation; `flush` writes what has been taken in."""
        self.rows[key, how] = found
        self._waiting.append((identity, key, target, how, *found))

    def flush(self) -> None:
        """Write what has been taken in as a part, whole or not at all."""
        if not self._waiting:
            return
        columns = zip(*self._waiting, strict=True)
        arrays = [pa.array(list(each), kind.type) for each, kind in zip(columns, _SCHEMA, strict=True)]
        content = tables.to_bytes(pa.table(arrays, schema=_SCHEMA))
        total = hashlib.sha256(content).hexdigest()[:16]
        files.write_bytes(self._parts / f"{self._next:06d}-{total}.parquet", content)
        self._next += 1
        self._waiting.clear()

    def describe(self, facts: Mapping[str, Any]) -> None:
        """Write what the observations are of."""
        records.write(self._folder / RECORD, facts)

    def _taken(self, path: Path, total: str) -> bool:
        try:
            content = files.read_bytes(path, LARGEST)
            if hashlib.sha256(content).hexdigest()[:16] != total:
                return False
            table = tables.read(path)
        except (OSError, pa.ArrowException):
            return False
        if table.schema != _SCHEMA:
            return False
        asked_about = pc.and_(
            pc.is_in(table.column("key"), value_set=self._keys), pc.is_in(table.column("how"), value_set=self._hows)
        )
        table = table.filter(asked_about)
        columns = {name: table.column(name) for name in _SCHEMA.names}
        numbers = {name: columns[name].to_numpy() for name in ("value", "variance", "raw", "asked")}
        keys = zip(columns["key"].to_pylist(), columns["how"].to_pylist(), strict=True)
        stacked = np.column_stack([numbers[name] for name in ("value", "variance", "raw")]).tolist()
        for key, (value, variance, raw), asked in zip(keys, stacked, numbers["asked"].tolist(), strict=True):
            self.rows[key] = Estimate(value, variance, asked, raw)
        return True

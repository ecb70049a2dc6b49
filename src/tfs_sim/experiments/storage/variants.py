"""Runs of variants of a study's arms, kept beside its results so that no run is made twice.

```
variants/000001-3f2a….parquet   rows (scenario, set, replicate), a column a metric; the name has the file's digest
```
A row is a run's single numbers as the mean over sites. It stands under what it depends on: the digest of the scenario
that was run, one of its set's identity and values, replicate, seed and version of the model. So whatever asks (which
mechanisms, which forms) takes what is there, and a part that is not what was written is not used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tfs_sim.experiments.storage import files, tables

FOLDER = "variants"
LARGEST = 500_000_000
"""Bytes of a part that are read."""
KEYS = ("scenario", "set", "replicate")
_PART = re.compile(r"(\d{6})-([0-9a-f]{16})\.parquet")

Key = tuple[str, str, int]
"""Digest of the scenario, digest of the set (empty without sets), replicate."""


class Kept:
    """Runs of variants in a folder of results.

    Attributes
    ----------
    rows : by key, the metrics of a run as means over sites, float64 [metrics].
    """

    def __init__(
        self, folder: Path, metrics: Sequence[str], seed: int, model: str, notice: Any, about: str = ""
    ) -> None:
        """Open what is kept in a folder of results of this seed and version of the model.

        `about` is what else the numbers depend on, where that may be asked for otherwise.
        """
        facts = [("scenario", pa.string()), ("set", pa.string()), ("replicate", pa.int64())]
        self._schema = pa.schema(
            [*facts, *((name, pa.float64()) for name in metrics)],
            metadata={"seed": str(seed), "model": model} | ({"about": about} if about else {}),
        )
        self._folder = files.made_folder(folder / FOLDER)
        files.writable(self._folder)
        files.sweep_up(self._folder)
        self.rows: dict[Key, NDArray[np.float64]] = {}
        self._waiting: list[Key] = []
        self._next = 1
        for path in sorted(self._folder.iterdir()):
            name = _PART.fullmatch(path.name)
            if name is None:
                continue
            self._next = max(self._next, int(name[1]) + 1)
            if not self._taken(path, name[2]):
                notice(f"{path} is damaged; what it held is run again")

    def add(self, key: Key, values: NDArray[np.float64]) -> None:
        """Take in a run; `flush` writes what has been taken in."""
        self.rows[key] = values
        self._waiting.append(key)

    def take(self, known: Mapping[Key, NDArray[np.float64]]) -> None:
        """Take in runs that are stored elsewhere in the folder, which need not be written."""
        self.rows.update(known)

    def flush(self) -> None:
        """Write what has been taken in as a part, whole or not at all."""
        if not self._waiting:
            return
        columns: list[Iterable[Any]] = [*zip(*self._waiting, strict=True)]
        columns += list(np.stack([self.rows[key] for key in self._waiting]).T)
        arrays = [pa.array(list(each), kind.type) for each, kind in zip(columns, self._schema, strict=True)]
        content = tables.to_bytes(pa.table(arrays, schema=self._schema))
        total = hashlib.sha256(content).hexdigest()[:16]
        files.write_bytes(self._folder / f"{self._next:06d}-{total}.parquet", content)
        self._next += 1
        self._waiting.clear()

    def _taken(self, path: Path, total: str) -> bool:
        """Take a part in; say whether it is what was written."""
        try:
            content = files.read_bytes(path, LARGEST)
            if hashlib.sha256(content).hexdigest()[:16] != total:
                return False
            table = tables.read(path)
        except (OSError, pa.ArrowException):
            return False
        facts = table.schema.metadata or {}
        mine = self._schema.metadata
        if b"about" in mine and facts.get(b"about") != mine[b"about"]:
            return True  # intact, and of other numbers: left alone
        if not table.schema.equals(self._schema, check_metadata=False):
            return False
        if any(facts.get(name) != mine[name] for name in (b"seed", b"model")):
            return True  # intact, and of another luck or version: left alone
        numbers = np.column_stack([table.column(name).to_numpy() for name in self._schema.names[len(KEYS) :]])
        keys = zip(*(table.column(name).to_pylist() for name in KEYS), strict=True)
        self.rows.update(zip(keys, numbers, strict=True))
        return True

"""A calibration's folder: what was proposed, and what it gave, so that it goes on from where it stopped.

```
calibration.json       whose it is: targets, prior, code, seed and sizes, by a digest
wave-2.parquet         proposals: a row a set: identity, how it was proposed, and a column a parameter, as it was run
wave-2.json            checksum of that table, and what was left when it was made
wave-2-00100.json      what a block of its sets gave, from the 100th on
```
Every file is written whole or not at all, and every record carries its checksum: a process may end at any time.
Proposals are stored before they are run, and never made twice: emulators are not bit-equal across processors, and the
same proposals give the same simulations on any.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tfs_sim.calibration.held import Array
from tfs_sim.experiments.storage import files, holding, records, tables
from tfs_sim.experiments.storage.files import refusal

FORMAT = "tfs-sim calibration"
MARK = "calibration.json"
LARGEST = 500_000_000
"""Bytes of a table of proposals that are read."""

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Proposed:
    """The sets that a wave runs.

    Attributes
    ----------
    ids : their identities, never renumbered: their luck is keyed by it.
    rank : [sets], on which of the outputs' implausibilities they were cut (2: second-largest, 1: largest).
    table : [sets, parameters], values in the units of files, as they are run.
    left : estimated share of the prior that was left.
    levels : in how many steps they were led inside (0: by rejection).
    """

    ids: tuple[str, ...]
    rank: Array
    table: Array
    left: float
    levels: int

    def __len__(self) -> int:
        return len(self.ids)

    def digest(self) -> str:
        """Return a fingerprint of what is run."""
        total = hashlib.sha256("|".join(self.ids).encode())
        total.update(np.ascontiguousarray(self.table).astype("<f8").tobytes())
        return total.hexdigest()


@dataclass(frozen=True)
class Folder:
    """The folder of a calibration that this process holds."""

    path: Path
    names: tuple[str, ...]
    notice: Notice

    def _wave(self, number: int) -> Path:
        return self.path / f"wave-{number}.json"

    def proposed(self, number: int) -> Proposed | None:
        """Return what a wave proposed, or None where it has not, or where that is damaged and so is all after it."""
        path = self._wave(number)
        if (said := self._record(path)) is None:
            return None
        try:
            content = files.read_bytes(path.with_suffix(".parquet"), LARGEST)
            if hashlib.sha256(content).hexdigest() != said["table"]:
                raise OSError
            table = tables.read(path.with_suffix(".parquet"))
            values = np.column_stack([table.column(name).to_numpy() for name in self.names])
            rank = table.column("rank").to_numpy().astype(np.float64)
            ids = tuple(map(str, table.column("set").to_pylist()))
            return Proposed(ids, rank, values, float(said["left"]), int(said["levels"]))
        except (OSError, pa.ArrowException, KeyError, ValueError, TypeError):
            self.notice(f"the proposals of wave {number} are damaged; that wave is made and run again")
            return None

    def propose(self, number: int, proposed: Proposed) -> None:
        """Store what a wave proposes; what was stored of it, or after it, goes."""
        for path in self.path.glob("wave-*"):
            if _number(path) >= number:
                files.removed(path)
        columns: dict[str, Any] = {"set": pa.array(proposed.ids), "rank": pa.array(proposed.rank)}
        columns |= {name: pa.array(proposed.table[:, n]) for n, name in enumerate(self.names)}
        path = self._wave(number)
        total = files.write_bytes(path.with_suffix(".parquet"), tables.to_bytes(pa.table(columns)))
        facts = {"table": total, "sets": len(proposed), "left": proposed.left, "levels": proposed.levels}
        records.write(path, facts)

    def gave(self, number: int, proposed: Proposed, outputs: int) -> tuple[Array, Array]:
        """Return what is known of a wave's sets: values and variances of luck [sets, outputs].

        Luck is missing where a set was not run yet.
        """
        values, luck = (np.full((len(proposed), outputs), np.nan) for _ in range(2))
        whose = proposed.digest()
        for path in sorted(self.path.glob(f"wave-{number}-*.json")):
            said = self._record(path) or {}
            try:
                first = int(said["first"])
                rows = np.array(said["values"], float), np.array(said["luck"], float)  # None: missing
                if said["proposed"] != whose or rows[0].shape[1:] != (outputs,) or first < 0:
                    raise ValueError
                values[first : first + len(rows[0])], luck[first : first + len(rows[1])] = rows
            except (KeyError, ValueError, TypeError):
                self.notice(f"{path.name} is damaged; its sets are run again")
        return values, luck

    def give(self, number: int, proposed: Proposed, first: int, values: Array, luck: Array) -> None:
        """Store what a block of sets gave."""
        path = self.path / f"wave-{number}-{first:05d}.json"
        records.write(
            path,
            {"proposed": proposed.digest(), "first": first, "values": plain(values), "luck": plain(luck)},
        )

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a record of what was found."""
        records.write(self.path / name, content)

    def _record(self, path: Path) -> dict[str, Any] | None:
        return records.found(path)


def plain(values: Any) -> Any:
    """Return numbers as JSON has them: missing ones as None."""
    if isinstance(values, dict):
        return {key: plain(each) for key, each in values.items()}
    if isinstance(values, np.ndarray):
        return plain(values.tolist())
    if isinstance(values, list | tuple):
        return [plain(each) for each in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values


def _number(path: Path) -> int:
    """Return of which wave a file is; 0 for what is none of ours."""
    found = re.match(r"wave-(\d+)[-.]", path.name)
    return int(found[1]) if found else 0


def are_ours(path: Path) -> bool:
    """Say whether a folder has the waves of a calibration."""
    return (records.found(path / MARK) or {}).get("format") == FORMAT


@contextmanager
def opened(path: Path, names: Sequence[str], whose: Mapping[str, Any], notice: Notice) -> Iterator[Folder]:
    """Hold the folder of a calibration, made where it is not there.

    Parameters
    ----------
    names : the parameters.
    whose : what the calibration is of; a folder of another one is refused.

    Raises
    ------
    UserError
        When it has something else, or another calibration, or cannot be written to.
    """
    mark = path / MARK
    if records.found(mark) is None and not any(path.glob("wave-*.json")):
        holding.refuse_strangers(path, "waves")
    files.made_folder(path)
    files.writable(path)
    with holding.only_one(path):
        files.sweep_up(path)
        said = records.found(mark)
        plan = {"format": FORMAT, **plain(dict(whose))}
        if said is None and any(path.glob("wave-*.json")):
            raise refusal(f"{mark} is damaged or gone, and waves are there", "Choose another folder, or begin anew.")
        if said is not None and said != plan:
            moved = next((key for key in plan if said.get(key) != plan[key]), "format")
            raise refusal(
                f"{path} has the waves of another calibration: its {moved} differs",
                "Choose another folder, or remove this one.",
            )
        if said is None:
            records.write(mark, plan)
        yield Folder(path, tuple(names), notice)

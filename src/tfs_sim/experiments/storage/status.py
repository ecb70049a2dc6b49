"""What a folder of results holds, what is missing, and what is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfs_sim.experiments.storage import records, shapes
from tfs_sim.experiments.storage.keys import run_keys, words_of
from tfs_sim.experiments.storage.marks import read_mark, read_provenance
from tfs_sim.experiments.storage.parts import Address, ArmParts


@dataclass(frozen=True, slots=True)
class ArmStatus:
    """How far an arm is: finished and wanted runs, and what is damaged."""

    keys: dict[str, str]
    done: int
    wanted: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What a folder of results holds, what is missing, what is damaged, and what nothing refers to.

    `saved` is the share of the months that shared pasts saved; `spare` are runs of these arms that are kept and that
    the experiment does not ask for (now); `damaged` are finished tables and records that are not what was written.
    """

    folder: Path
    name: str
    arms: tuple[ArmStatus, ...]
    unused: tuple[str, ...]
    finished: bool
    saved: float = 0.0
    spare: int = 0
    damaged: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Finished runs."""
        return sum(arm.done for arm in self.arms)

    @property
    def wanted(self) -> int:
        """Runs that the experiment asks for."""
        return sum(arm.wanted for arm in self.arms)


def saving_in_words(share: float) -> str:
    """Return what shared pasts saved as the terminal says it, or nothing where that was nothing."""
    return f"shared pasts ran once: {share:.0%} of the months saved" if share >= 0.005 else ""


def status(folder: Path) -> Status:
    """Look through a folder of results, checksums included; change nothing.

    Raises
    ------
    UserError
        When it holds no results, or what no sweep would write.
    """
    folder = Path(folder)
    mark = read_mark(folder)
    plan, model = mark["plan"], mark["model"]
    runs = plan["replicates"] * plan["points"]
    shard, shards = plan.get("shard") or (1, 1)
    low, high = (shard - 1) * runs // shards, shard * runs // shards
    arms, used = [], set()
    spare: dict[str, int] = {}
    for arm in plan["arms"]:
        parts = ArmParts(folder / "parts", Address(arm["scenario"], plan["seed"], model))
        used.add(parts.address.folder)
        damaged = list(parts.damage())
        words = words_of(folder / "parts", arm)
        if words is None or len(words) != plan["points"]:
            arms.append(ArmStatus(arm["keys"], 0, high - low, ("its points are not there",)))
            continue
        wanted = np.unique(run_keys(words, low, high))
        lost = np.frombuffer(b"".join(part.keys for part, _ in damaged), wanted.dtype)
        there = parts.holds(wanted)
        done = int(np.count_nonzero(there & ~np.isin(wanted, lost)))
        if shards == 1:
            spare[arm["scenario"]] = len(np.unique(parts.keys())) - int(np.count_nonzero(there))
        arms.append(ArmStatus(arm["keys"], done, len(wanted), tuple(what for _, what in damaged)))
    parts_folder = folder / "parts"
    here = {path.name for path in parts_folder.iterdir() if path.is_dir()} if parts_folder.is_dir() else set()
    finished = shards > 1 or all((folder / f"{kind}.parquet").is_file() for kind in ("runs", "series"))
    damaged_tables = tuple(records.damage(folder))
    for name in sorted(records.checksums(folder).keys() - set(damaged_tables)):
        if (folder / name).exists():
            shapes.look_at(folder / name, mark)
    complete = finished and not damaged_tables and all(arm.done == arm.wanted for arm in arms)
    shared = {} if "provenance.json" in damaged_tables else read_provenance(folder).get("shared_pasts") or {}
    unused, saved = tuple(sorted(here - used)), float(shared.get("saved", 0.0))
    return Status(folder, mark["name"], tuple(arms), unused, complete, saved, sum(spare.values()), damaged_tables)

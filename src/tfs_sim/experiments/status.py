"""What a folder of results holds, what is missing, and what is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfs_sim.experiments import files
from tfs_sim.experiments.keys import run_keys, words_of
from tfs_sim.experiments.parts import Address, ArmParts
from tfs_sim.experiments.store import read_mark


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
    the experiment does not ask for (now).
    """

    folder: Path
    name: str
    arms: tuple[ArmStatus, ...]
    unused: tuple[str, ...]
    finished: bool
    saved: float = 0.0
    spare: int = 0

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
    """Look through a folder of results, checksums included; change nothing."""
    folder = Path(folder)
    mark = read_mark(folder)
    plan, model = mark["plan"], mark["model"]
    runs = plan["replicates"] * plan.get("points", 1)
    shard, shards = plan.get("shard", (1, 1))
    low, high = (shard - 1) * runs // shards, shard * runs // shards
    arms, used = [], set()
    spare: dict[str, int] = {}
    for arm in plan["arms"]:
        parts = ArmParts(folder / "parts", Address(arm["scenario"], plan["seed"], model))
        used.add(parts.address.folder)
        damaged = list(parts.damage())
        words = words_of(folder / "parts", arm)
        if words is None:
            arms.append(ArmStatus(arm["keys"], 0, high - low, ("its points are not there",)))
            continue
        wanted = np.unique(run_keys(words, low, high))
        lost = np.frombuffer(b"".join(part.keys for part, _ in damaged), wanted.dtype)
        there = parts.holds(wanted)
        done = int(np.count_nonzero(there & ~np.isin(wanted, lost)))
        if shards == 1:
            spare[arm["scenario"]] = len(np.unique(parts.keys())) - int(np.count_nonzero(there))
        arms.append(ArmStatus(arm["keys"], done, len(wanted), tuple(what for _, what in damaged)))
    here = (
        {path.name for path in (folder / "parts").iterdir() if path.is_dir()} if (folder / "parts").is_dir() else set()
    )
    finished = shards > 1 or all((folder / f"{kind}.parquet").is_file() for kind in ("runs", "series"))
    complete = finished and all(arm.done == arm.wanted for arm in arms)
    saved = (files.read_json(folder / "provenance.json") or {}).get("shared_pasts", {}).get("saved", 0.0)
    return Status(
        folder, mark["name"], tuple(arms), tuple(sorted(here - used)), complete, float(saved), sum(spare.values())
    )

"""What a folder of results holds, what is missing, and what is damaged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.experiments.storage import records, shapes
from tfs_sim.experiments.storage.keys import Keys, Words, run_keys, words_of
from tfs_sim.experiments.storage.marks import added, read_mark, read_provenance, runs_of
from tfs_sim.experiments.storage.parts import Address, ArmParts
from tfs_sim.scenario.errors import count


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
    the experiment does not ask for (now); `damaged` are finished tables and records that are not what was written, or
    are gone, and links in the place of folders of ours.
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
    def whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damaged and not any(arm.damaged for arm in self.arms)

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


def _misplaced(folder: Path, *files: Path) -> list[str]:
    """Return what stands in the place of a folder of ours, or of files in it, if it is something else."""
    if folder.is_symlink():
        return [f"{folder.name} is a link"]
    if os.path.lexists(folder) and not folder.is_dir():
        return [f"{folder.name} is no folder"]
    return [
        f"{path.name} is a link" if path.is_symlink() else f"{path.name} is no file"
        for path in files
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file())
    ]


def _was_finished(folder: Path, mark: dict[str, Any]) -> bool:
    """Say whether the tables were made from all runs of this plan, so that those that are missing are lost."""
    plan, made = mark["plan"], records.ledger(folder).get("made", {}).get("tables", {}).get("inputs")
    runs = runs_of(plan)
    wanted = [[arm["keys"], Address(arm["scenario"], plan["seed"], mark["model"]).folder, runs] for arm in plan["arms"]]
    entries = made if isinstance(made, list) else []
    return [[*each[:2], each[3]] for each in entries if isinstance(each, list) and len(each) == 4] == wanted


def _span(runs: int, part: Sequence[int]) -> tuple[int, int]:
    """Return the run numbers of a shard (i, n), counted from 1: the first, and the one after the last."""
    return (part[0] - 1) * runs // part[1], part[0] * runs // part[1]


def _keys(words: Words | None, runs: int, part: Sequence[int]) -> Keys:
    assert words is not None
    return run_keys(words, *_span(runs, part))


def _lacking(arm: ArmStatus) -> ArmStatus:
    return replace(arm, damaged=(f"{count(arm.wanted - arm.done, 'finished run')} cannot be found",))


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
    part = plan.get("shard") or (1, 1)
    shards = part[1]
    beside = [each for each in (plan.get("crossed"), *added(plan)) if each is not None]
    sizes = [(plan["points"] * plan["sets"], runs_of(plan))]
    sizes += [(each["sets"], each["sets"] * each["replicates"]) for each in beside]
    arms, used = [], set()
    spare: dict[str, int] = {}
    for number, arm in enumerate(plan["arms"]):
        parts = ArmParts(folder / "parts", Address(arm["scenario"], plan["seed"], model))
        used.add(parts.address.folder)
        damaged = list(parts.damage())
        wrong = [*_misplaced(parts.folder, parts.manifest), *(what for _, what in damaged)]
        listed = [words_of(folder / "parts", name) for name in (arm["places"], *(e["places"][number] for e in beside))]
        if any(words is None or len(words) != size for words, (size, _) in zip(listed, sizes, strict=True)):
            begun = bool(wrong) or os.path.lexists(parts.folder)
            low, high = _span(runs_of(plan), part)
            arms.append(ArmStatus(arm["keys"], 0, high - low, ("its points and sets are not there",) if begun else ()))
            continue
        wanted = np.unique(
            np.concatenate([_keys(words, runs, part) for words, (_, runs) in zip(listed, sizes, strict=True)])
        )
        lost = np.frombuffer(b"".join(part.keys for part, _ in damaged), wanted.dtype)
        there = parts.holds(wanted)
        done = int(np.count_nonzero(there & ~np.isin(wanted, lost)))
        if shards == 1:
            spare[arm["scenario"]] = len(np.unique(parts.keys())) - int(np.count_nonzero(there))
        arms.append(ArmStatus(arm["keys"], done, len(wanted), tuple(wrong)))
    parts_folder = folder / "parts"
    here = {path.name for path in parts_folder.iterdir() if path.is_dir()} if parts_folder.is_dir() else set()
    damaged_tables = (*_misplaced(parts_folder), *records.damage(folder))
    if _was_finished(folder, mark):
        arms = [arm if arm.done == arm.wanted or arm.damaged else _lacking(arm) for arm in arms]
    last = ("runs.parquet", "series.parquet", "provenance.json")
    finished = shards > 1 or all((folder / name).is_file() for name in last)
    for name in sorted(records.checksums(folder).keys() - set(damaged_tables)):
        if (folder / name).exists():
            shapes.look_at(folder / name, mark)
    complete = finished and not damaged_tables and all(arm.done == arm.wanted for arm in arms)
    shared = {} if "provenance.json" in damaged_tables else read_provenance(folder).get("shared_pasts") or {}
    unused, saved = tuple(sorted(here - used)), float(shared.get("saved", 0.0))
    return Status(folder, mark["name"], tuple(arms), unused, complete, saved, sum(spare.values()), damaged_tables)

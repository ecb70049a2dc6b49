"""The shards of a sweep, run apart, put together into one folder of results."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tfs_sim.experiments.designs import studies
from tfs_sim.experiments.storage import records, shapes, store, tables
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.keys import WIDTH, Words, run_keys, words_of
from tfs_sim.experiments.storage.marks import read_mark, read_provenance, runs_of
from tfs_sim.experiments.storage.parts import KINDS, Address, ArmParts, DamagedPartError, Part, size_of_run
from tfs_sim.experiments.storage.store import StoredArm
from tfs_sim.scenario.characters import shown

TRIES = 3
"""How often what was copied is copied again when it cannot be read back."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Runs `first` to `end` - 1 of an arm, which no shard has, and the shards of n to which they belong."""

    arm: str
    first: int
    end: int
    shards: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging.

    Attributes
    ----------
    folder : of the results.
    done, wanted : runs that are there, and that the experiment asks for.
    gaps : what is missing.
    damaged : parts of shards that are not what was written, and that were left out.
    shards : how many shards the experiment was cut into.
    """

    folder: Path
    done: int
    wanted: int
    gaps: tuple[Gap, ...]
    damaged: tuple[str, ...]
    shards: int


def merge(folders: Sequence[Path], out: Path | None = None) -> Merged:
    """Put shards together; with all of them there, the results are those of one sweep, to the last bit.

    Raises
    ------
    UserError
        When a folder is no shard, or shards are of different experiments, seeds or versions.
    """
    marks = [(Path(folder), read_mark(Path(folder))) for folder in folders]
    _check(marks)
    first = marks[0][1]
    description = {key: value for key, value in first.items() if key not in ("format", "version")}
    description["plan"] = {key: value for key, value in first["plan"].items() if key != "shard"}
    if out is None:
        from tfs_sim.experiments.execution.runner import default_folder

        out = default_folder(first["name"])
    description["study"] = studies.moved(first.get("study"), marks[0][0], out)
    plan = description["plan"]
    with store.opened(out, description) as target:
        beside = plan.get("crossed")
        words = [_words(marks, entry["keys"], entry["places"], plan["points"] * plan["sets"]) for entry in plan["arms"]]
        crossed: list[Words] = []
        if beside is not None:
            each = zip(plan["arms"], beside["places"], strict=True)
            crossed = [_words(marks, entry["keys"], name, beside["sets"]) for entry, name in each]
        table, sets = _listed(marks, "design", "points"), _listed(marks, "uncertainty", "sets")
        target.write_places([*words, *crossed])
        target.write_lists(table, sets)
        ids = () if sets is None else tuple(sets.column("set").to_pylist())
        if table is not None and not description["design"]["in_runs"]:
            table = table.select(["point"])
        for _ in range(TRIES):
            try:
                return _together(out, marks, target, description, words, crossed, table, ids)
            except DamagedPartError as damage:
                damage.arm.drop(damage.part)
                problem = f"{damage.arm.folder}: {damage.what}"
    raise refusal(problem, "It was copied just now, more than once: is the disk in order? The shards are whole.")


def _together(
    out: Path,
    marks: Sequence[tuple[Path, dict[str, Any]]],
    target: store.Store,
    description: dict[str, Any],
    words: Sequence[Words],
    crossed: Sequence[Words],
    table: pa.Table | None,
    ids: tuple[str, ...],
) -> Merged:
    """Copy what is not there yet, and put the tables together where nothing is missing.

    Raises
    ------
    DamagedPartError
        When what was copied is not what was written.
    """
    plan = description["plan"]
    shards = (marks[0][1]["plan"].get("shard") or (1, 1))[1]
    beside, runs = plan.get("crossed"), runs_of(plan)
    damaged: list[str] = []
    arms: dict[str, ArmParts] = {}
    for entry in plan["arms"]:
        digest = entry["scenario"]
        if digest in arms:
            continue
        address = Address(digest, plan["seed"], description["model"])
        arms[digest] = target.arm(address)
        for folder, _ in marks:
            damaged += _taken_over(arms[digest], ArmParts(folder / "parts", address), folder)
    again = 0 if beside is None else beside["sets"] * beside["replicates"]
    wanted = [run_keys(each, 0, runs) for each in words]
    shared = [run_keys(each, 0, again) for each in crossed]
    gaps = tuple(
        Gap(f"{', '.join(entry['keys'].values())}{also}", start, end, _shards(start, end, count, shards))
        for each, count, also in ((wanted, runs, ""), (shared, again, ", the same luck under several sets"))
        for entry, keys in zip(plan["arms"], each, strict=bool(each))
        for start, end in arms[entry["scenario"]].missing(keys)
    )
    if not gaps:
        stored = _stored(plan["arms"], arms, description, words, table, ids)
        under = _stored(plan["arms"], arms, description, crossed, None, ids[: 0 if beside is None else beside["sets"]])
        target.assemble(stored, runs)
        target.assemble_beside("crossed", [(arm, 0, again) for arm in under])
        _tables_of_the_traced(marks, target)
        target.write_provenance(_provenance(marks, plan))
    unique = {
        entry["scenario"]: np.unique(np.concatenate([each[number] for each in (wanted, shared) if each]))
        for number, entry in enumerate(plan["arms"])
    }
    done = sum(int(arms[digest].holds(keys).sum()) for digest, keys in unique.items())
    return Merged(out, done, sum(map(len, unique.values())), gaps, tuple(damaged), shards)


def _stored(
    entries: Sequence[dict[str, Any]],
    arms: dict[str, ArmParts],
    description: dict[str, Any],
    words: Sequence[Words],
    points: pa.Table | None,
    sets: tuple[str, ...],
) -> list[StoredArm]:
    """Return the arms in the store, each with what its runs are known by; none where there are no such runs."""
    return [
        StoredArm(
            entry["keys"], arms[entry["scenario"]], *_shape(arms[entry["scenario"]], description), each, points, sets
        )
        for entry, each in zip(entries, words, strict=bool(words))
    ]


def _words(marks: Sequence[tuple[Path, dict[str, Any]]], keys: dict[str, str], name: str, size: int) -> Words:
    """Return what an arm's runs are known by at each of so many places, from the first shard that has it."""
    for folder, _ in marks:
        found = words_of(folder / "parts", name)
        if found is not None and len(found) == size:
            return found
    raise refusal(
        f"the points and sets of {', '.join(keys.values())} are not in {marks[0][0]}",
        "Give the sweep of one shard again: it writes them anew.",
    )


def _listed(marks: Sequence[tuple[Path, dict[str, Any]]], asked: str, name: str) -> pa.Table | None:
    """Return the table of the design's points, or of the sets of parameters, if there are any."""
    folder, mark = marks[0]
    if mark[asked] is None:
        return None
    path = records.intact(folder / f"{name}.parquet")
    shapes.look_at(path, mark)
    try:
        table = tables.read(path).replace_schema_metadata()
    except (OSError, pa.ArrowException) as problem:
        raise records.unread(path, problem) from problem
    shapes.look_through(path, table.to_pandas(), mark)
    return table


def _shape(parts: ArmParts, description: dict[str, Any]) -> tuple[int, int]:
    """Return the months and the sites of an arm's runs, as its first part shows."""
    found = size_of_run(parts)
    return (found[1], found[0]) if found else (int(description["months"]), max(1, len(description["sites"])))


def _check(marks: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    """Refuse what does not belong together."""
    folder, first = marks[0]
    for other, mark in marks[1:]:
        for what, said in (("name", "experiment"), ("model", "version of the model")):
            if mark.get(what) != first.get(what):
                raise refusal(
                    f"{other} is of another {said} than {folder} ({mark.get(what)} instead of {first.get(what)})",
                    "Merge shards of one experiment, made by one version.",
                )
        plans = ({key: value for key, value in each["plan"].items() if key != "shard"} for each in (mark, first))
        one, two = plans
        if one != two:
            differs = next((key for key in one if one[key] != two.get(key)), "plan")
            raise refusal(
                f"{other} and {folder} are shards of different plans: they differ in {differs}",
                "Merge shards of the same file, with the same seed and number of replicates.",
            )


def _taken_over(into: ArmParts, parts: ArmParts, folder: Path) -> list[str]:
    """Copy the parts that are whole and whose runs are not there yet; return what was wrong with others."""
    bad = {part.number: what for part, what in parts.damage()}
    found = [np.frombuffer(part.keys, f"S{WIDTH}") for part in parts.parts]
    known = into.holds(np.concatenate(found)) if found else np.zeros(0, bool)
    end = 0
    for part, keys in zip(parts.parts, found, strict=True):
        first, end = end, end + len(keys)
        if part.number not in bad and not known[first:end].all():
            try:
                runs, series = (parts.table(part, kind) for kind in KINDS)
                _alike(into, parts, part, (runs, series))
            except DamagedPartError as damage:
                if damage.arm is into:
                    raise
                bad[part.number] = damage.what
                continue
            into.add(keys, runs, series)
    return [f"{folder.name}: {what}" for what in bad.values()]


def _alike(into: ArmParts, parts: ArmParts, part: Part, found: tuple[pa.Table, pa.Table]) -> None:
    """Refuse a part whose tables are of another kind than those that are there."""
    for kind, table in zip(KINDS, found, strict=True):
        there = next((into.table(each, kind).schema for each in into.parts[:1]), table.schema)
        if table.schema != there:
            raise DamagedPartError(parts, part, f"{part.file(kind)} has other columns than the parts before it")


def _shards(first: int, end: int, runs: int, shards: int) -> tuple[int, ...]:
    """Return which shards of n, counted from 1, runs belong to."""
    return tuple(
        shard + 1 for shard in range(shards) if shard * runs // shards < end and first < (shard + 1) * runs // shards
    )


def _tables_of_the_traced(marks: Sequence[tuple[Path, dict[str, Any]]], target: store.Store) -> None:
    """Copy the tables of the traced replicate from the shard that has them."""
    for name in ("network.parquet", "organizations.parquet"):
        for folder, _ in marks:
            if os.path.lexists(folder / name):
                target.take_over(folder / name)
                break


def _provenance(marks: Sequence[tuple[Path, dict[str, Any]]], plan: dict[str, Any]) -> dict[str, Any]:
    """Return the first shard's provenance, with the time and the machines of all."""
    found = [read_provenance(folder) for folder, _ in marks]
    first = next((each for each in found if each), None)
    if first is None:
        raise refusal("none of these shards is finished (provenance.json is not there)", "Give one of them again.")
    shared = [each.get("shared_pasts") or {} for each in found]
    run, full = (sum(each.get(key, 0) for each in shared) for key in ("months_run", "months_in_full"))
    return {
        **first,
        "plan": plan,
        "runs_made": sum(each.get("runs_made", 0) for each in found),
        "wall_seconds": round(sum(float(each.get("wall_seconds", 0.0)) for each in found), 3),
        "shared_pasts": {"months_run": run, "months_in_full": full, "saved": round(1 - run / full, 4) if full else 0.0},
        "shards": [
            {"folder": shown(folder.name), **{key: each[key] for key in ("date", "platform", "processor")}}
            for (folder, _), each in zip(marks, found, strict=True)
            if each
        ],
    }

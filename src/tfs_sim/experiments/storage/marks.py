"""`experiment.json`: what marks a folder as one of results, checked before anything in it becomes a path or a size.

The folder may come from somebody else. `record_shapes` says what each value of a record may be; here is what must fit
together, and how what does not is told.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tfs_sim.experiments.designs.design_checks import COLUMNS
from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.record_shapes import Ledger, Mark, Provenance
from tfs_sim.scenario.errors import dotted, listed, quote
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.table import Table

MARK = "tfs-sim results"
FORMAT = 6
"""Version of the layout of the folder."""

MOST_RUNS = 1_000_000_000


def read_mark(folder: Path) -> dict[str, Any]:
    """Return `experiment.json` of a folder of results.

    Raises
    ------
    UserError
        When the folder holds no results, results that this version cannot read, or an `experiment.json` that is not
        what was written, or that no sweep would write.
    """
    if not folder.is_dir():
        if os.path.lexists(folder):
            raise refusal(f"{folder} is a file, not a folder", "Give the folder of results.")
        raise refusal(f"there is no folder {folder}")
    path = folder / "experiment.json"
    content = files.read_json(path)
    if not isinstance(content, dict) or content.get("format") != MARK:
        if whose(folder) is not None:
            raise records.changed(path)
        raise refusal(
            f"{folder} holds no results of tfs-sim (no experiment.json of ours)",
            "Results come from `tfs-sim sweep`.",
        )
    version = content.get("version")
    if version != FORMAT:
        age = "a newer" if isinstance(version, int) and version > FORMAT else "an older"
        found = quote(version) if version is not None else "without a number"
        raise refusal(
            f"{folder} was written by {age} version of tfs-sim (layout {found}; this one reads {FORMAT})",
            "Use that version for it, or run the sweep again into another folder with --out.",
        )
    mark = _checked(path, records.read(path), Mark)
    _fitting(path, mark)
    for arm in mark["plan"]["arms"]:  # JSON keeps no order of keys, and columns have one
        arm["keys"] = {key: arm["keys"][key] for key in ("strategy", *mark["cross"])}
    return mark


def runs_of(plan: Mapping[str, Any]) -> int:
    """Return how many runs every arm of a plan has."""
    return int(plan["replicates"] * plan["points"] * plan["sets"])


def added(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the plans of sets that have more replicates than the others."""
    return list(plan.get("added") or ())


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return `provenance.json` of a folder of results; {} where there is none.

    Raises
    ------
    UserError
        When it is not what was written, or what no sweep would write.
    """
    path = folder / "provenance.json"
    return _checked(path, records.read(path), Provenance) if os.path.lexists(path) else {}


def whose(folder: Path) -> dict[str, Any] | None:
    """Return name, study and model of results whose `experiment.json` is damaged, as `tables.json` has them."""
    content = records.ledger(folder)
    if content.get("format") != MARK:
        return None
    return _checked(folder / records.LEDGER, content, Ledger)


def _checked(path: Path, content: dict[str, Any], shape: type[Table]) -> dict[str, Any]:
    """Return `content` if it has this shape, or refuse it with the first place that does not."""
    try:
        shape.model_validate(content)
    except ValidationError as error:
        first = mistakes_of(error, shape)[0]
        raise _strange(path, dotted(first.key), first.message) from None
    return content


def _fitting(path: Path, mark: dict[str, Any]) -> None:
    """Refuse a mark whose parts do not fit each other."""
    for place, what in (*_of_the_plan(mark), *_of_the_names(mark)):
        raise _strange(path, place, what)


def _of_the_plan(mark: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the plan of runs, with its place."""
    plan, design = mark["plan"], mark["design"]
    runs = runs_of(plan)
    if runs > MOST_RUNS:
        yield "plan", f"{runs:,} runs of each arm are more than can be stored"
    if plan["points"] != (1 if design is None else design["points"]):
        yield "plan.points", "the design has another number of points"
    if plan["sets"] != (1 if mark["uncertainty"] is None else mark["uncertainty"]["sets"]):
        yield "plan.sets", "there is another number of sets"
    shard, shards = plan.get("shard") or (1, 1)
    if not shard <= shards <= runs:
        yield "plan.shard", "there is no such shard"
    for place, beside in (("plan.crossed", plan.get("crossed")), *(("plan.added", each) for each in added(plan))):
        if beside is not None and (mark["uncertainty"] is None or mark["design"] is not None):
            yield place, "there are no sets, or a design, beside which nothing is run"
        elif beside is not None and (beside["sets"] > plan["sets"] or len(beside["places"]) != len(plan["arms"])):
            yield place, "it has more sets, or other arms, than the sweep"
    if any(each["replicates"] <= plan["replicates"] for each in added(plan)):
        yield "plan.added", "no replicates were added there"
    arms = [arm["keys"] for arm in plan["arms"]]
    if any(keys.keys() != {"strategy", *mark["cross"]} for keys in arms):
        yield "plan.arms", "the arms have other keys than the experiment"
    elif any(keys["strategy"] not in mark["strategies"] for keys in arms):
        yield "plan.arms", "an arm is of no strategy of the experiment"
    elif any(keys[key] not in labels for keys in arms for key, labels in mark["cross"].items()):
        yield "plan.arms", "an arm is under no condition of the experiment"
    elif len({tuple(sorted(keys.items())) for keys in arms}) < len(arms):
        yield "plan.arms", "an arm is there twice"
    elif len(arms) != len(mark["strategies"]) * math.prod(map(len, mark["cross"].values())):
        yield "plan.arms", "they are not every strategy under every condition"


def _of_the_names(mark: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the first name in each list that stands for nothing, or for two things, with its place."""
    scheduled = ("shocks", "orders", "grants", "rules")
    entries = [(f"{kind}[{n + 1}]", each) for kind in scheduled for n, each in enumerate(mark[kind])]
    strategies = [("against", mark["against"]), *((at, each["strategy"]) for at, each in entries if "strategy" in each)]
    strategies += [("parameters", each) for each in mark["parameters"]]
    strategies += [("nothing", mark["nothing"])] if mark["nothing"] is not None else []
    yield from _unknown(strategies, mark["strategies"], "strategy")
    sites = [(at, each["site"]) for at, each in entries if each.get("site") is not None]
    sites += [(at, site) for at, each in entries for site in each.get("sites", ())]
    sites += [("snapshots", mark["snapshots"]["site"])] if mark["snapshots"] is not None else []
    yield from _unknown(sites, mark["sites"], "site")
    for at, each in entries:
        for key, labels in each.get("levels", {}).items():
            yield from _unknown([(at, label) for label in (labels if key in mark["cross"] else [key])],
                                mark["cross"].get(key, ()), "condition")  # fmt: skip
    variables = () if mark["design"] is None else mark["design"]["variables"]
    outcomes = dict.fromkeys((mark["primary"], *mark["also"]))
    named = [*COLUMNS, *mark["cross"], *variables, *outcomes]
    twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    if twice:
        yield "", f"{quote(twice[0])} names two columns of its tables"
    for key, labels in mark["cross"].items():
        if len(set(labels)) < len(labels):
            yield f"cross.{key}", "a condition is there twice"


def _unknown(said: Iterable[tuple[str, str]], known: Iterable[str], what: str) -> Iterator[tuple[str, str]]:
    there = set(known)
    for place, name in said:
        if name not in there:
            yield place, f"there is no {what} {quote(name)}; there are {listed(list(known), 5)}"


def _strange(path: Path, place: str, what: str) -> Exception:
    where = f" at {place}" if place else ""
    return refusal(f"{path} is not what a sweep writes{where}: {what}", "Do not trust this folder, or make it anew.")

"""`experiment.json`: what marks a folder as one of results, checked before anything in it becomes a path or a size.

The folder may come from somebody else. So names of folders are made of digests, numbers and letters alone, counts are
within what an experiment can ask for, and texts hold nothing that would steer a terminal.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from tfs_sim.experiments.designs.design_checks import MOST_ARMS
from tfs_sim.experiments.designs.sampling import MOST_POINTS
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES
from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.characters import UNSEEN, named
from tfs_sim.scenario.errors import KeyPath, dotted, quote
from tfs_sim.scenario.fields import LARGEST_SEED

MARK = "tfs-sim results"
FORMAT = 4
"""Version of the layout of the folder."""

MOST_RUNS = 1_000_000_000

Digest = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[StrictStr, Field(max_length=2000)]
Count = Annotated[StrictInt, Field(ge=0, le=2**53)]
Month = Annotated[StrictInt, Field(ge=-2400, le=24_000)]
Seconds = StrictFloat | StrictInt
Levels = dict[Text, list[Text]]


class _Read(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Titled(_Read):
    title: Text


class _Arm(_Read):
    keys: dict[Text, Text]
    scenario: Digest
    points: Digest


class _Plan(_Read):
    replicates: Annotated[StrictInt, Field(ge=1, le=MOST_REPLICATES)]
    points: Annotated[StrictInt, Field(ge=1, le=MOST_POINTS)]
    seed: Annotated[StrictInt, Field(ge=0, le=LARGEST_SEED)]
    arms: Annotated[list[_Arm], Field(min_length=1, max_length=MOST_ARMS)]
    shard: tuple[Annotated[StrictInt, Field(ge=1)], Annotated[StrictInt, Field(ge=1)]] | None = None


class _Design(_Read):
    method: Text
    points: Count
    left_out: Count
    constraints: list[Text]
    in_runs: StrictBool
    variables: dict[Text, dict[Text, Any]]


class _Shock(_Read):
    title: Text
    onset_month: Month
    levels: Levels


class _Order(_Read):
    strategy: Text
    title: Text
    levels: Levels


class _Grant(_Read):
    strategy: Text
    label: Text
    levels: Levels


class _Snapshots(_Read):
    site: Text
    months: list[Text]


class _Mark(_Read):
    name: Annotated[Text, Field(min_length=1)]
    study: dict[Text, Text]
    model: Annotated[StrictStr, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,99}$")]
    title: Text
    question: Text
    start: Annotated[StrictStr, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    months: Annotated[StrictInt, Field(ge=1, le=1200)]
    sites: Annotated[dict[Text, _Titled], Field(min_length=1)]
    strategies: Annotated[dict[Text, _Titled], Field(min_length=1)]
    against: Text
    cross: Levels
    primary: Text
    also: list[Text]
    not_modelled: list[Text]
    shocks: list[_Shock]
    orders: list[_Order]
    grants: list[_Grant]
    design: _Design | None
    snapshots: _Snapshots | None
    plan: _Plan


class _Shared(_Read):
    months_run: Count
    months_in_full: Count
    saved: Seconds = 0.0


class _Provenance(_Read):
    runs_made: Count = 0
    wall_seconds: Seconds = 0.0
    date: Text = ""
    shared_pasts: _Shared | None = None


class _Ledger(_Read):
    name: Annotated[Text, Field(min_length=1)]
    study: dict[Text, Text]
    model: Text


def read_mark(folder: Path) -> dict[str, Any]:
    """Return `experiment.json` of a folder of results.

    Raises
    ------
    UserError
        When the folder holds no results, results that this version cannot read, or an `experiment.json` that is not
        what was written, or that no sweep would write.
    """
    if not folder.is_dir():
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
    mark = _checked(path, records.read(path), _Mark)
    _fitting(path, mark)
    return mark


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return `provenance.json` of a folder of results; {} where there is none.

    Raises
    ------
    UserError
        When it is not what was written, or what no sweep would write.
    """
    path = folder / "provenance.json"
    return _checked(path, records.read(path), _Provenance) if os.path.lexists(path) else {}


def whose(folder: Path) -> dict[str, Any] | None:
    """Return name, study and model of results whose `experiment.json` is damaged, as `tables.json` has them."""
    content = records.ledger(folder)
    if content.get("format") != MARK:
        return None
    return _checked(folder / records.LEDGER, content, _Ledger)


def _checked(path: Path, content: dict[str, Any], model: type[_Read]) -> dict[str, Any]:
    """Return `content` if it is of this kind, or refuse it with the first place that is not."""
    try:
        model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place: KeyPath = tuple(first["loc"])
        raise _strange(path, dotted(place), f"{first['msg'][:1].lower()}{first['msg'][1:]}") from None
    # the study is left out: a file may be called anything, and is shown with what would steer a terminal replaced
    stack: list[tuple[KeyPath, Any]] = [((key,), value) for key, value in content.items() if key != "study"]
    while stack:
        place, value = stack.pop()
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        stack += [((*place, key), each) for key, each in inside]
        for text in (value, *(value if isinstance(value, dict) else ())):
            if isinstance(text, str) and (unseen := UNSEEN.search(text)):
                raise _strange(path, dotted(place), f"it holds a character that cannot be seen, {named(unseen[0])}")
    return content


def _fitting(path: Path, mark: dict[str, Any]) -> None:
    """Refuse a mark whose parts do not fit each other."""
    plan = mark["plan"]
    runs = plan["replicates"] * plan["points"]
    if runs > MOST_RUNS:
        raise _strange(path, "plan", f"{runs:,} runs of each arm are more than can be stored")
    keys = {"strategy", *mark["cross"]}
    if any(arm["keys"].keys() != keys for arm in plan["arms"]):
        raise _strange(path, "plan.arms", "the arms have other keys than the experiment")
    if mark["against"] not in mark["strategies"]:
        raise _strange(path, "against", "there is no such strategy")
    if any(arm["keys"]["strategy"] not in mark["strategies"] for arm in plan["arms"]):
        raise _strange(path, "plan.arms", "an arm is of no strategy of the experiment")
    shard, shards = plan.get("shard") or (1, 1)
    if not shard <= shards <= runs:
        raise _strange(path, "plan.shard", "there is no such shard")


def _strange(path: Path, place: str, what: str) -> Exception:
    where = f" at {place}" if place else ""
    return refusal(f"{path} is not what a sweep writes{where}: {what}", "Do not trust this folder, or make it anew.")

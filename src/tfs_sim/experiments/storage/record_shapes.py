"""The one shape of what the records of a folder of results may say, checked when they are read.

A folder may come from somebody else, and a right checksum says only that a record is what its maker wrote. So every
value is checked here, once, and whoever reads a record later can trust it: names become paths, counts become sizes,
texts are shown, numbers are reckoned with. What `describe` and the runner write has this shape, and nothing else has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from tfs_sim.experiments.designs.design_checks import MOST_ARMS
from tfs_sim.experiments.designs.distributions import NAMES as DISTRIBUTIONS
from tfs_sim.experiments.designs.experiment_tables import WORTHWHILE, Decision
from tfs_sim.experiments.designs.sampling import METHODS, MOST_POINTS
from tfs_sim.experiments.designs.sets import MOST_SETS
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES
from tfs_sim.model.state import PAYERS
from tfs_sim.scenario.characters import unseen
from tfs_sim.scenario.errors import kind_of
from tfs_sim.scenario.fields import (
    KEY,
    LARGEST_SEED,
    LINE,
    MONTH,
    NAME,
    SHARE,
    SWITCH,
    TEXT,
    Check,
    number,
    one_of,
    wrong,
)
from tfs_sim.scenario.table import Table

METRIC_NAME = "[a-z][a-z0-9_]{0,63}"
LONGEST_PATH = 10_000
LATEST = 6_000
"""Months after the start at which something may end: a schedule may go on after the clock's end."""


def _count(smallest: int, largest: int) -> Check:
    """Return the check for a whole number that JSON has as one."""

    def check(value: Any) -> int:
        if type(value) is int and smallest <= value <= largest:
            return value
        raise wrong(f"{NAME} is a whole number between {smallest:,} and {largest:,}; found {kind_of(value)}")

    return Check(check, (("type", "integer"),))


def _matching(pattern: str, what: str) -> Check:
    """Return the check for a text of this form."""

    def check(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise wrong(f"{NAME} is {what}; found {kind_of(value)}")

    return Check(check, (("type", "string"),))


def _path(value: Any) -> str:
    """Return a name or path: it may be anything that a file is called, and is shown with care."""
    if isinstance(value, str) and 0 < len(value) <= LONGEST_PATH:
        return value
    raise wrong(f"{NAME} is a name or path; found {kind_of(value)}")


def _name(value: Any) -> str:
    """Return what a person reads: one line that is not empty."""
    if said := LINE.function(value):
        return str(said)
    raise wrong(f"{NAME} is empty")


def _long(value: Any) -> str:
    """Return a text of any reasonable length."""
    if isinstance(value, str) and len(value) <= 1_000_000 and not unseen().search(value):
        return value
    raise wrong(f"{NAME} is a text; found {kind_of(value)}")


MOST_CONTENT = 30_000_000
"""Characters of a file that a provenance keeps."""


def _content(value: Any) -> str:
    """Return what a file holds."""
    if isinstance(value, str) and len(value) <= MOST_CONTENT and not unseen().search(value):
        return value
    raise wrong(f"{NAME} is what a file holds, as text; found {kind_of(value)}")


def _parameter(value: Any) -> float | str:
    return _long(value) if isinstance(value, str) else float(NUMBER.function(value))


def _end(value: Any) -> float | str | None:
    return None if value is None else _parameter(value)


def _table(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise wrong(f"{NAME} is a table of keys; found {kind_of(value)}")


NUMBER = number(-1e300, 1e300, "a number")
ANYTHING = Check(_table, (("type", "object"),))
DIGEST = _matching("[0-9a-f]{64}", "a checksum of 64 digits")
MODEL = _matching(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,99}", "the version of a model")
METRIC = _matching(METRIC_NAME, "the name of a metric")
VARIABLE = _matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}", "the name of a variable")
PATH = Check(_path, (("type", "string"),))
LONG = Check(_long, (("type", "string"),))
CONTENT = Check(_content, (("type", "string"),))
PARAMETER = Check(_parameter, (("type", ["number", "string"]),))
END = Check(_end, (("type", ["number", "string", "null"]),))

Count = Annotated[int, _count(0, 2**53)]
Runs = Annotated[int, _count(1, MOST_REPLICATES)]
Index = Annotated[int, _count(0, 1200)]
Late = Annotated[int, _count(0, LATEST)]
Months = Annotated[int, _count(1, 2400)]
Amount = Annotated[float, number(0, 1e15, "a number")]
Key = Annotated[str, KEY]
Name = Annotated[str, Check(_name, (("type", "string"),))]
Line = Annotated[str, LINE]
Text = Annotated[str, TEXT]
Metric = Annotated[str, METRIC]
Number = Annotated[float, NUMBER]
Study = Annotated[dict[Annotated[str, one_of(("ready_made", "file", "python"), "what a study is known by")],
                       Annotated[str, PATH]], Field(min_length=1, max_length=1)]  # fmt: skip
Levels = dict[Key, list[Line]]


class Titled(Table):
    """A site or a strategy."""

    title: Line


class Based(Table):
    """The scenario that the experiment varies."""

    title: Line
    question: Text
    digest: Annotated[str, DIGEST]


class Shock(Table):
    """A shock and when it is there."""

    use: Key
    title: Line
    onset: Annotated[str, MONTH]
    onset_month: Index
    depth: Annotated[float, SHARE]
    lasts: Months
    decay: Annotated[float, number(0, 2400, "a number of months")]
    levels: Levels


class Order(Table):
    """An intervention that a strategy schedules."""

    strategy: Key
    use: Key
    title: Line
    payer: Annotated[str, one_of(PAYERS, "who pays")]
    begins: Index = Field(alias="from")
    until: Late
    taper: Annotated[int, _count(0, 2400)]
    dose: Amount
    stage: Key | None
    adaptive: Annotated[bool, SWITCH]
    levels: Levels


class Grant(Table):
    """A grant that a strategy brings."""

    strategy: Key
    label: Line
    site: Key | None
    stage: Key | None
    begins: Index = Field(alias="from")
    until: Late
    taper: Annotated[int, _count(0, 2400)]
    amount: Amount
    levels: Levels


class Rule(Table):
    """What an adaptive intervention goes by."""

    strategy: Key
    use: Key
    title: Line
    rule: Text
    begins: Index = Field(alias="from")
    until: Late
    sites: list[Key]
    stage: Index
    indicator: Metric
    above: Annotated[bool, SWITCH]
    threshold: Number
    end: Number
    every: Months
    over: Months
    at_least: Months


class Snapshots(Table):
    """Whose network was kept, and of when."""

    site: Key
    months: list[Annotated[str, MONTH]]


class Varied(Table):
    """A variable of a design."""

    of: Text
    title: Annotated[str, LONG]
    kind: Annotated[str, one_of(("number", "whole", "month", "choice"), "a kind of variable")]
    distribution: Annotated[str, one_of((*DISTRIBUTIONS, "table", "values"), "how it was drawn")]
    mean: Number | None = None
    sd: Number | None = None
    mode: Number | None = None
    values: list[Annotated[float | str | None, END]]


class Design(Table):
    """The points at which every strategy was run."""

    method: Annotated[str, one_of(METHODS, "a method")]
    points: Annotated[int, _count(1, MOST_POINTS)]
    corners: Count = 0
    left_out: Count
    constraints: list[Text]
    in_runs: Annotated[bool, SWITCH]
    variables: dict[Annotated[str, VARIABLE], Varied]


class Agreement(Table):
    """What the sets of a calibrated ensemble agree with."""

    name: Line
    edition: Line
    licence: Line
    figures: Annotated[int, _count(1, 10_000)]
    origin: Text
    misses: list[Text]
    conditioned: Text = ""
    unusual: Text = ""


class Uncertainty(Table):
    """Over what sets of parameters every strategy was run."""

    origin: Annotated[str, one_of(("plausible", "ensemble"), "where sets come from")]
    title: Line
    sets: Annotated[int, _count(1, MOST_SETS)]
    parameters: Count
    digest: Annotated[str, DIGEST]
    agreement: Agreement | None


class Stopping(Table):
    """Why no more pairs were added."""

    unit: Annotated[str, one_of(("pairs", "sets"), "what was added")]
    until: Key
    of: Metric
    at: Number
    between: Annotated[list[Key], Field(min_length=2, max_length=2)]
    max: Runs
    most: Line
    pairs: Runs
    half_width: Number
    reached: Annotated[bool, SWITCH]
    differences: dict[Text, Number]
    interval: Text


class Sharpening(Table):
    """How many replicates were added to sets near a threshold, and what came of it."""

    of: Metric
    between: Annotated[list[Key], Field(min_length=2, max_length=2)]
    at: Number
    first: Runs
    max: Runs
    sets: Count
    replicates: Count
    doubt: Number
    reliability: Number
    reached: Annotated[bool, SWITCH]


class Beside(Table):
    """Runs of the same arms beside those of the plan, under some of its sets."""

    sets: Annotated[int, _count(1, MOST_SETS)]
    replicates: Runs
    places: list[Annotated[str, DIGEST]]


class Budget(Table):
    """What strategies' doses were scaled to, in words."""

    said: Line


class Arm(Table):
    """An arm of the plan."""

    keys: Annotated[dict[Key, Line], Field(min_length=1)]
    scenario: Annotated[str, DIGEST]
    places: Annotated[str, DIGEST]


class Plan(Table):
    """Which runs there are."""

    replicates: Runs
    points: Annotated[int, _count(1, MOST_POINTS)]
    sets: Annotated[int, _count(1, MOST_SETS)]
    seed: Annotated[int, _count(0, LARGEST_SEED)]
    arms: Annotated[list[Arm], Field(min_length=1, max_length=MOST_ARMS)]
    crossed: Beside | None = None
    added: Annotated[list[Beside], Field(max_length=1000)] = Field(default_factory=list)
    shard: Annotated[list[Annotated[int, _count(1, 2**53)]], Field(min_length=2, max_length=2)] | None = None


class Owner(Table):
    """Whose results a folder has."""

    format: Line
    version: Count
    name: Name
    study: Study
    model: Annotated[str, MODEL]


class Mark(Owner):
    """`experiment.json`."""

    title: Line
    question: Text
    scenario: Based
    not_modelled: list[Text]
    start: Annotated[str, MONTH]
    months: Annotated[int, _count(1, 1200)]
    sites: Annotated[dict[Key, Titled], Field(min_length=1)]
    strategies: Annotated[dict[Key, Titled], Field(min_length=1)]
    against: Key
    cross: dict[Key, Annotated[list[Line], Field(min_length=1)]]
    primary: Metric
    also: list[Metric]
    shocks: list[Shock]
    orders: list[Order]
    grants: list[Grant]
    parameters: dict[Key, dict[Line, Annotated[float | str, PARAMETER]]]
    nothing: Key | None
    rules: list[Rule]
    snapshots: Snapshots | None
    design: Design | None
    uncertainty: Uncertainty | None
    worthwhile: Annotated[float, WORTHWHILE] | None
    decision: Decision | None = None
    budget: Budget | None = None
    plan: Plan
    stopping: Stopping | None = None
    sharpening: Sharpening | None = None


class Ledger(Owner):
    """`tables.json`."""

    made: Annotated[Mapping[str, Any], ANYTHING]


class Shared(Table):
    """What shared pasts saved."""

    months_run: Count
    months_in_full: Count
    saved: Number


class ShardMade(Table):
    """Where a shard was run."""

    folder: Annotated[str, PATH]
    date: Text
    platform: Text
    processor: Text


class FileKept(Table):
    """A file that a study read: as text, or in base 64; the checksum alone where it was too large."""

    sha256: Annotated[str, DIGEST]
    text: Annotated[str, CONTENT] | None = None
    base64: Annotated[str, CONTENT] | None = None


class Provenance(Table):
    """`provenance.json`."""

    tfs_sim: Line
    model: Annotated[str, MODEL]
    python: Line
    packages: dict[Line, Line]
    platform: Line
    processor: Line
    processors: Count
    experiment: Annotated[Mapping[str, Any], ANYTHING]
    experiment_file: Annotated[str, LONG]
    scenario: Annotated[Mapping[str, Any], ANYTHING]
    scenario_files: Annotated[Mapping[str, Any], ANYTHING]
    files: dict[Annotated[str, PATH], FileKept] = Field(default_factory=dict)
    scenario_digest: Annotated[str, DIGEST]
    seed: Annotated[int, _count(0, LARGEST_SEED)]
    replicates: Runs
    plan: Plan
    uncertainty: Uncertainty | None = None
    runs_made: Count
    wall_seconds: Amount
    date: Line
    executor: Line = ""
    shared_pasts: Shared | None = None
    shards: list[ShardMade] = Field(default_factory=list)

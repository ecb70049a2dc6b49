"""The tables of a file of what was seen of one town: `tfs-sim calibrate --data`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from tfs_sim.calibration.observing import WHATS
from tfs_sim.calibration.tables import MOST_MONTHS, SHARE_ABOVE
from tfs_sim.scenario.fields import (
    KEY,
    LARGEST_SEED,
    LINE,
    NAME,
    TEXT,
    WHEN,
    Check,
    declared,
    number,
    one_of,
    whole,
    whole_number,
    wrong,
)
from tfs_sim.scenario.table import Table

SEEN = tuple(name for name, kind in WHATS.items() if kind.of_each is not None)
"""Kinds of observations that one town has by itself."""
EVENTS = ("alive", "milestones")
"""Those that are so or not."""
MOST_SEEN = 60
"""Observations that a file may have: of more, luck could not be told from so few runs of a set."""
DISCREPANCY = 0.1
"""How far the model may be off, as a share of the value, where nobody says it: as in calibrations."""


def _month(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return whole_number(value, 1, MOST_MONTHS, "a month of the scenario, counted from 1")
    return str(WHEN.function(value))


def _truth(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    return float(number(-1e12, 1e12, "a number").function(value))


def _error(value: Any) -> float:
    found = float(number(0, 1e12, "a standard deviation").function(value))
    if found <= 0:
        raise wrong(
            f"{NAME} is a standard deviation above 0: nothing is seen without any error",
            hint="Leave it out where it is not known.",
        )
    return found


_MONTH = Check(
    _month,
    (
        ("anyOf", [{"type": "integer", "minimum": 1, "maximum": MOST_MONTHS}, dict(WHEN.schema)]),
        ("examples", [12, "month 12", "2021-05"]),
    ),
)
_METRIC = declared("metric")
_ANY = number(-1e12, 1e12, "a number")


class SeenTable(Table):
    """Something that was seen of the town; which keys there are depends on `what`, as in calibration files."""

    title: Annotated[str, LINE] = Field("", description="one line; default: its key")
    what: Annotated[str, one_of(SEEN, "what one town shows by itself")] = Field(description="what was looked at")
    metric: Annotated[str, _METRIC] | None = Field(None, description="a recorded metric")
    per: Annotated[str, _METRIC] | None = Field(None, description="the metric that it is divided by")
    times: Annotated[float, number(1e-9, 1e12, "a number above 0")] | None = Field(None, description="factor")
    month: Annotated[int | str, _MONTH] | None = Field(None, description="month of the question")
    first: Annotated[int | str, _MONTH] | None = Field(None, alias="from", description="first month")
    to: Annotated[int | str, _MONTH] | None = Field(None, description="last month")
    within: Annotated[int, whole(1, 120, "a number of months")] | None = Field(None, description="in so many months")
    answers: Annotated[float, SHARE_ABOVE] | None = Field(None, description="share of members who answered")
    lowest: Annotated[float, _ANY] | None = Field(None, description="lowest mark of the scale")
    highest: Annotated[float, _ANY] | None = Field(None, description="highest mark of the scale")
    members: Annotated[int, whole(1, 500, "a number of members")] | None = Field(None, description="so many members")
    sectors: Annotated[int, whole(1, 8, "a number of sectors")] | None = Field(None, description="of so many sectors")
    value: Annotated[float, Check(_truth, (("type", ["number", "boolean"]),))] | None = Field(
        None, description="what was seen; of yes and no true or false; left out: it is not known"
    )
    sd: Annotated[float, Check(_error, (("type", "number"), ("exclusiveMinimum", 0)))] | None = Field(
        None, description="standard deviation of its error, in its own units; default: by its kind"
    )
    discrepancy: Annotated[float, number(0, 10, "a share of the value")] | None = Field(
        None, description="how far the model may be off, as a share of the value; default: that of the file"
    )


class TownTable(Table):
    """A file of what was seen of one town."""

    title: Annotated[str, LINE] = Field(description="one line: of whom it is")
    scenario: Annotated[str, TEXT] = Field(description="the town: a scenario's file or folder, of one community")
    calibration: Annotated[str, TEXT] | None = Field(
        None, description="what the sets of a file of your own were calibrated by (with --prior FILE)"
    )
    runs: Annotated[int, whole(8, 1000, "a whole number")] = Field(32, description="runs of the town under each set")
    sets: Annotated[int, whole(2, 100_000, "a whole number")] = Field(5_000, description="how many are run at most")
    seed: Annotated[int, whole(0, LARGEST_SEED, "a whole number")] = Field(1, description="which luck")
    discrepancy: Annotated[float, number(0, 10, "a share of the value")] = Field(
        DISCREPANCY,
        description="how far the model may be off, as a share of the value (of a share: of the rarer answer)",
    )
    observed: dict[Annotated[str, KEY], SeenTable] = Field(
        description="what was seen", min_length=1, max_length=MOST_SEEN
    )

"""Every unit in which something is declared, once: how its values are read, bounded and said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "index", "money", "count", "amount", "none"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Attributes
    ----------
    name : as declarations and files say it.
    kind : "share" (of something countable: said in percent, differences in percentage points), "index" (a number
        between two ends that is no share of anything), "money" (thousand dollars), "count" (of things
        that the subject of a sentence names already), "amount", or "none" (a bare number).
    low, high : the smallest and the largest value.
    of : what a share is of, where a label must say so.
    divided_by : a file's value divided by this is what kernels read.
    """

    name: str
    kind: Kind = "amount"
    low: float = 0.0
    high: float = float("inf")
    of: str = ""
    divided_by: float = 1.0


_SHARES = (
    *("share of organizations", "share of needs met", "share of students", "share of runs", "share of partners"),
    "share of pairs",
)
_AMOUNTS = (
    *("FTE", "FTE for each FTE", "FTE-months", "student-months", "students", "students a month", "awards"),
    *("months", "weeks", "hours", "hours a month", "per month", "dollars", "dollars an hour", "dollars a month"),
    *("students for 1,000 in need", "points", "utility", "appeal", "precision", "variance", "variance a month"),
    *("distance", "exponent", "levels", "facts", "relationships", "logit", "log of time", "largest effort"),
    *("sd", "sd of log", "sd of readiness", "sd of worth", "contests", "partners", "sectors"),
)

UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("", "none"),
        Unit("share", "share", 0.0, 1.0),
        *(Unit(name, "share", 0.0, 1.0) for name in _SHARES),
        Unit("share of partners' work", "share", 0.0, 1.0, of="of their work"),
        Unit("0 to 1", "index", 0.0, 1.0),
        Unit("−1 to 1", "index", -1.0, 1.0),
        Unit("thousand dollars", "money"),
        *(Unit(name, "count") for name in ("organizations", "people", "encounters", "interventions")),
        Unit("per year", divided_by=12.0),
        *(Unit(name, "none") for name in ("factor", "stage")),
        *(Unit(name) for name in _AMOUNTS),
    )
}
"""The units by name; a declaration with another one is refused."""

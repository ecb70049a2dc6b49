"""What a community's money could be spent on: practices that go together, at the same cost whichever are chosen.

A package that costs less than there is leaves the rest to coordinating staff; one that costs more is cut down. So
strategies differ in what the money is for, not in how much it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tfs_sim.scenario.fields import catalogue

STAFF = "backbone-staffing"
DIGITS = 4
"""Decimals of a dose."""


@dataclass(frozen=True)
class Package:
    """Practices with their usual doses, taken as far as there is money; a title, and what they are in a line."""

    title: str
    meaning: str
    doses: Mapping[str, float]


PACKAGES: Mapping[str, Package] = {
    "coordinator": Package("A coordinator", "staff who coordinate, and nothing else", {}),
    "meetings": Package(
        "Meetings and steady contact", "facilitated meetings, and calls and visits between them",
        {"trust-building-convenings": 0.5, "steady-communication": 0.5},
    ),
    "handover": Package(
        "Prepared handovers", "manuals, overlap of leavers and successors, transition plans",
        {"procedure-manuals": 0.8, "overlap": 1.0, "transition-plan": 0.8},
    ),
    "goals": Package(
        "Clear goals", "retreats on the shared goals, and principles in writing",
        {"goal-clarity-retreats": 0.25, "written-principles": 1.0},
    ),
    "data": Package(
        "Data and accountability", "one data system, and going through who has done what they said",
        {"shared-data-system": 0.8, "accountability-practice": 0.8},
    ),
    "reach": Package(
        "Reaching out", "information and invitations to those who stay away, at times that suit them",
        {"patience-with-information": 0.5, "persistent-invitation": 0.5, "accommodation": 0.5},
    ),
    "families": Package(
        "Parents and students", "parents and students are asked, heard and given a part in the work",
        {"parent-and-student-engagement": 0.5},
    ),
}  # fmt: skip
"""By the names of strategies."""


class Order(NamedTuple):
    """An intervention with its dose; `each`: it acts on every partner, and costs as often."""

    use: str
    dose: float
    each: bool


def orders(name: str, monthly: float, partners: int) -> list[Order]:
    """Return what a package comes to for so much money a month.

    Parameters
    ----------
    name : of a package.
    monthly : dollars a month.
    partners : organizations beside the backbone.

    Returns
    -------
    list
        Its practices, and coordinating staff for what they leave over; together they cost `monthly`, less than a
        dollar for each of them, since doses have `DIGITS` decimals.
    """
    known = catalogue().INTERVENTIONS
    doses = PACKAGES[name].doses
    price = {use: known[use].cost * (1 if known[use].scope == "site" else partners) for use in (*doses, STAFF)}
    wanted = sum(dose * price[use] for use, dose in doses.items())
    share = min(1.0, monthly / wanted) if wanted else 1.0
    found = [Order(use, _floor(share * dose), known[use].scope != "site") for use, dose in doses.items()]
    left = monthly - sum(order.dose * price[order.use] for order in found)
    found.append(Order(STAFF, min(_floor(left / price[STAFF]), known[STAFF].largest_dose), False))
    return [order for order in found if order.dose > 0.0]


def _floor(dose: float) -> float:
    return math.floor(dose * 10.0**DIGITS + 1e-9) / 10.0**DIGITS

"""M25: aligned nationals lower start-up conflict between members of different networks in one community."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tfs_sim.model.engine import Template
from tfs_sim.model.state import ACTIVE
from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import OfMonths, laboratory, ubiquity

MONTHS = 24
_NETWORKS = {
    "coalition": [f"nonprofit-{n:02d}" for n in range(1, 6)],
    "communities": [f"nonprofit-{n:02d}" for n in range(6, 11)],
    "strive": ["backbone", "health-01", "health-02", "business-01", "government-01"],
}
_SAME_MEETINGS = {"participation": False, "ties": False}  # or more trust would mean more meetings to go wrong


def _community(aligned: bool, mistake: bool = False) -> Scenario:
    work = [{"use": "national-alignment", "dose": 1.0, "target": {"role": "national"}, "paid_by": "outside"}]
    shock = [{"use": "national-mistake", "onset": "2020-02", "depth": 1.0, "target": {"role": "national"}}]
    return laboratory(
        months=MONTHS,
        nationals={name: {} for name in _NETWORKS},
        sites={"lab": {"networks": _NETWORKS, "at_the_table": 1.0}},
        mechanisms=_SAME_MEETINGS,
        interventions=work if aligned else [],
        shocks=shock if mistake else [],
    )


def _between_networks(_: Template, months: Iterator[Any]) -> float:
    """Return how many promises a month are broken between partners who are members of different networks."""
    broken, over = 0, 0
    for world in months:
        if over == 0:
            mine, other = world.affiliation[world.source], world.affiliation[world.target]
            apart = (mine >= 0) & (other >= 0) & (mine != other)
        at_table = world.status == ACTIVE
        broken += int((world.failed[apart] * (at_table[world.source] & at_table[world.target])[apart]).sum())
        over += 1
    return broken / over


BROKEN = OfMonths(_between_networks)


def _alignment(budget: Budget) -> Measured:
    return ubiquity(
        budget, _community(False), _community(True), BROKEN,
        "promises broken between members of different networks in the first two years, nationals aligned against not",
        sign=-1,
    )  # fmt: skip


def _mistake(budget: Budget) -> Measured:
    return ubiquity(
        budget, _community(False), _community(False, mistake=True), BROKEN,
        "promises broken between members of different networks after a mistake between nationals against none",
    )  # fmt: skip


ROWS = (
    Row("M25a", "Aligned nationals lower start-up conflict", "[together2020], lesson one", "ubiquity",
        "less conflict between members of different networks in one community", _alignment,
        (Null({"national.conflict": 0.0}),)),
    Row("M25b", "Mistakes between nationals reach the sites", "[together2020], lesson two", "ubiquity",
        "more conflict between members of different networks after a mistake between nationals", _mistake,
        (Null({"national.conflict": 0.0}), Null({"national.hurt": 0.0}))),
)  # fmt: skip

"""Levers of a scenario that is watched: how much of what it does is done, with its grants, through its shocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfs_sim.model.catalogue import INTERVENTIONS
from tfs_sim.model.catalogue import SHOCKS as CATALOGUE
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario
    from tfs_sim.scenario.tables import ScheduledIntervention

AS_WRITTEN = 100
"""Percent of a scenario's own doses."""
STEP = 25
MOST = 200
GRANTS, SHOCKS = "grants", "shocks"
"""Levers that are switches; no intervention has such a name (a test looks)."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Something of a scenario that can be done more, less or not at all.

    Attributes
    ----------
    name : of the intervention, or `GRANTS`, or `SHOCKS`.
    title : as people read it.
    said : the scenario's own doses, in words.
    most : the largest percent of these that it can be moved to; a switch is at 0 or `AS_WRITTEN`.
    """

    name: str
    title: str
    said: str
    most: int = AS_WRITTEN

    @property
    def switch(self) -> bool:
        """Whether it is on or off, with nothing in between."""
        return self.name in (GRANTS, SHOCKS)


def levers_of(scenario: Scenario) -> list[Lever]:
    """Return a scenario's levers: every intervention in force, once, and whether there are grants and shocks."""
    orders, grants = scenario.in_force()
    found = [_lever(use, [each for each in orders if each.use == use]) for use in dict.fromkeys(o.use for o in orders)]
    if grants:
        total = sum(each.amount for each in grants)
        found.append(Lever(GRANTS, "Grants", f"{count(len(grants), 'grant')}, {total:,.0f} thousand dollars in all"))
    if scenario.shocks:
        said = ", ".join(f"{CATALOGUE[each.use].title} from {each.onset}" for each in scenario.shocks)
        found.append(Lever(SHOCKS, "Shocks", said))
    return found


def _lever(use: str, orders: list[ScheduledIntervention]) -> Lever:
    declared = INTERVENTIONS[use]
    doses = sorted(each.amount for each in orders)
    said = f"{doses[0]:g}" if doses[0] == doses[-1] else f"{doses[0]:g} to {doses[-1]:g}"
    room = declared.largest_dose / doses[-1] if doses[-1] > 0 else 1.0
    most = min(MOST, int(room * AS_WRITTEN / STEP + 1e-9) * STEP)  # 0.3 / 0.1 is 2.99…
    return Lever(use, declared.title, f"{said} {declared.dose_unit}", max(most, AS_WRITTEN))


def moved(scenario: Scenario, levers: Mapping[str, int]) -> Scenario:
    """Return a scenario with its levers at these percents of what it says; those not named stay as written.

    Raises
    ------
    UserError
        where nothing can be run so.
    """
    if all(percent == AS_WRITTEN for percent in levers.values()):
        return scenario
    orders, grants = scenario.in_force()
    kept = []
    for order in orders:
        percent = levers.get(order.use, AS_WRITTEN)
        if percent == AS_WRITTEN:
            kept.append(order)
        elif percent > 0:
            most = INTERVENTIONS[order.use].largest_dose
            kept.append(order.model_copy(update={"dose": min(most, order.amount * percent / AS_WRITTEN)}))
    return scenario.with_(
        strategy=(),
        interventions=tuple(kept),
        grants=grants if levers.get(GRANTS, AS_WRITTEN) else (),
        shocks=scenario.shocks if levers.get(SHOCKS, AS_WRITTEN) else (),
    )

"""M5: with the same budget, steadier contact gives higher trust and clarity."""

from __future__ import annotations

import dataclasses

from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget, Effects, Measured, Null, Row
from tfs_sim.validation.space import Measure, Point, laboratory, metric, ubiquity

ALL_BOUGHT: Point = {"trust": {"joint_contact": 0.0, "table_contact": 0.0}}
"""Partners meet as the budget says and, by themselves, in everyday life and in their teams: no meetings beside it."""
MONTHS, PERIOD, BURSTS = 72, 24, 4
"""What is compared begins with the second period: at first the burst is ahead, because it comes first."""


def _scenario(orders: list[dict[str, object]]) -> Scenario:
    # who is at the table and who has a tie stays the same: newcomers would lower the means where there are more
    still = {"participation": False, "patience": False, "invitation": False, "ties": False}
    return laboratory(months=MONTHS, mechanisms=still, sites={"lab": {"at_the_table": 1.0}}, interventions=orders)


def _dates(month: int) -> str:
    return f"{2020 + month // 12}-{month % 12 + 1:02d}"


def _steady() -> Scenario:
    use = "steady-communication"
    return _scenario([{"use": use, "dose": 1.0 / BURSTS, "paid_by": "outside"}])


def _in_bursts() -> Scenario:
    """The same dose-months, six months in every two years at full dose."""
    use = "steady-communication"
    return _scenario(
        [
            {"use": use, "dose": 1.0, "from": _dates(y), "until": _dates(y + PERIOD // BURSTS), "paid_by": "outside"}
            for y in range(0, MONTHS, PERIOD)
        ]
    )


def _compare(budget: Budget, measure: Measure, quantity: str) -> Measured:
    measured = ubiquity(budget, _in_bursts(), _steady(), measure, quantity, fixed=ALL_BOUGHT)
    effects = measured.figure
    assert isinstance(effects, Effects)
    note = f"the sign is right in {(effects.values > 0).mean():.0%} of the points"
    return dataclasses.replace(measured, note=note)


ROWS = (
    Row("M5a", "The same contact makes more trust when it is spread over months", "[together2020], lesson two",
        "ubiquity", "same budget: trust is higher than with bursts",
        lambda budget: _compare(budget, metric("trust", PERIOD), "trust, steady less bursts"),
        (Null({"communication.contact": 0.0}),)),
    Row("M5b", "Steadier contact, more clarity", "[together2020], lesson two", "ubiquity",
        "same budget: goals are clearer than with bursts",
        lambda budget: _compare(budget, metric("clarity", PERIOD), "clarity, steady less bursts"),
        (Null({"understanding.contact_information": 0.0}),)),
)  # fmt: skip

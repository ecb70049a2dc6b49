"""M27: practices that work diffuse in a network of communities, and peers shorten start-up."""

from __future__ import annotations

from functools import cache

from tfs_sim.model.engine import Template
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import judge, laboratory, metric, plausible_points, run_all
from tfs_sim.validation.space import with_parameters as at

MONTHS = 36
_TOWN = {
    "students": 5_000,
    "organizations": {"nonprofit": 6, "health": 2, "business": 2, "community_group": 2},
    "backbone": {"fte": 0.5},
    "at_the_table": 0.5,
    "copies": 12,
}


@cache
def _network(dose: float) -> Template:
    visits = [{"use": "peer-learning-network", "dose": dose, "paid_by": "outside"}]
    return laboratory(months=MONTHS, sites={"lab": None, "town": _TOWN}, interventions=visits).to_template()


def _compared(budget: Budget, name: str, first: int, last: int, sign: int, quantity: str) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    replicates = max(2, budget.replicates // 2)
    templates = [at(_network(dose), point) for dose in (0.0, 1.0) for point in points]
    values = run_all(templates, replicates, budget.seed, budget.workers, metric(name, first, last))
    without, with_it = values[: len(points)], values[len(points) :]
    return judge(sign * (with_it - without), without.std(axis=1, ddof=1), 0.2, quantity)


ROWS = (
    Row("M27a", "Practices that work diffuse", "[rogers2003]; [lazer2007]", "ubiquity",
        "coordination takes less time after three years in a network",
        lambda budget: _compared(budget, "practice_time", MONTHS - 6, MONTHS, -1, "time that coordination takes"),
        (Null({"peers.visits": 0.0}), Null({"peers.effect": 0.0}))),
    Row("M27b", "Peers shorten start-up", "[together2020] on its network members", "ubiquity",
        "coordination is better in the second year",
        lambda budget: _compared(budget, "coordination", 12, 24, 1, "quality of coordination in the second year"),
        (Null({"peers.visits": 0.0}), Null({"peers.effect": 0.0}))),
)  # fmt: skip

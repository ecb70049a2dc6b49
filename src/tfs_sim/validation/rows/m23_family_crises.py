"""M23: families in an emergency are served sooner where organizations trust each other and differ."""

from __future__ import annotations

from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.rows.m19_strengths import communities
from tfs_sim.validation.space import judge, laboratory, metric, plausible_points, run_all, ubiquity
from tfs_sim.validation.space import with_parameters as at

MONTHS = 24


def _trust(budget: Budget) -> Measured:
    return ubiquity(
        budget,
        laboratory(months=MONTHS, sites={"lab": {"grievance": 0.7}}),
        laboratory(months=MONTHS, sites={"lab": {"grievance": 0.0}}),
        metric("time_to_service", 0, MONTHS),
        "weeks until service, without difficult histories against many",
        sign=-1,
    )


def _diversity(budget: Budget) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    templates = [at(communities(mixed, months=12), point) for mixed in (False, True) for point in points]
    values = run_all(templates, budget.replicates // 2, budget.seed, budget.workers, metric("time_to_service"))
    alone, mixed = values[: len(points)], values[len(points) :]
    return judge(alone - mixed, alone.std(axis=1, ddof=1), 0.2, "weeks saved in mixed against single-sector sites")


ROWS = (
    Row("M23a", "A trusted network serves families sooner", "[together2020], lesson five", "ubiquity",
        "time to service falls with trust", _trust,
        (Null({"histories.soured": 0.0, "histories.on_record": 0.0, "histories.broken_promises": 0.0}),)),
    Row("M23b", "A diverse network serves families sooner", "[together2020], lesson five", "ubiquity",
        "time to service falls with sector diversity", _diversity,
        (Null(alike=True),)),
)  # fmt: skip

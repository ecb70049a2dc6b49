"""M23: families in an emergency are served sooner where organizations trust each other and differ."""

from __future__ import annotations

from tfs_sim.analysis.validation.row import Budget, Measured, Row
from tfs_sim.analysis.validation.rows.m19_strengths import _communities
from tfs_sim.analysis.validation.space import laboratory, metric, ubiquity

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
    return ubiquity(
        budget,
        _communities(mixed=False, recognized=False).with_(months=12),
        _communities(mixed=True, recognized=False).with_(months=12),
        metric("time_to_service", 0, 12),
        "weeks until service in mixed against single-sector sites",
        sign=-1,
    )


ROWS = (
    Row("M23a", "A trusted network serves families sooner", "The brief, lesson five", "ubiquity",
        "time to service falls with trust", _trust),
    Row("M23b", "A diverse network serves families sooner", "The brief, lesson five", "ubiquity",
        "time to service falls with sector diversity", _diversity),
)  # fmt: skip

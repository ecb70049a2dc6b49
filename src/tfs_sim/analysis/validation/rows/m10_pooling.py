"""M10: participation and trust rise with the pooled share, with diminishing returns."""

from __future__ import annotations

from tfs_sim.analysis.validation.row import Budget, Measured, Row
from tfs_sim.analysis.validation.space import laboratory, metric, ubiquity


def _pooled(share: float) -> list[dict[str, object]]:
    return [{"use": "pooled-funding", "dose": share}]


def _participation(budget: Budget) -> Measured:
    return ubiquity(
        budget,
        laboratory(interventions=_pooled(0.0)),
        laboratory(interventions=_pooled(0.6)),
        metric("partners", 24, 60),
        "partners with 60% pooled against none",
    )


def _trust(budget: Budget) -> Measured:
    return ubiquity(
        budget,
        laboratory(interventions=_pooled(0.0)),
        laboratory(interventions=_pooled(0.6)),
        metric("trust", 24, 60),
        "trust with 60% pooled against none",
    )


ROWS = (
    Row("M10a", "Pooled funds bring partners", "The brief, lesson four", "ubiquity",
        "participation rises with the pooled share", _participation),
    Row("M10b", "Pooled funds protect trust", "The brief, lesson four", "ubiquity",
        "trust rises with the pooled share", _trust),
)  # fmt: skip

"""M19: coverage rises with sector diversity at equal headcount, more so when strengths are recognized."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.validation.row import Budget, Measured, Row
from tfs_sim.analysis.validation.space import judge, laboratory, metric, plausible_points, run_all, ubiquity
from tfs_sim.analysis.validation.space import with_parameters as at
from tfs_sim.model.state import SECTORS
from tfs_sim.scenario import Scenario

MONTHS = 36
_RECOGNIZED = [{"use": "recognition-of-strengths", "dose": 1.0, "paid_by": "outside"}]

_SAME_PARTNERS = {"participation": False}  # or newcomers, whom nobody knows yet, would lower the mean


def _communities(mixed: bool, recognized: bool) -> Scenario:
    """Eight communities of sixteen: each of all sectors alike, or each of a single one (the same ones in all)."""
    sites: dict[str, object] = {"lab": None}
    for sector in SECTORS:
        counts = dict.fromkeys(SECTORS, 2) if mixed else {sector: 16}
        sites[f"town-{sector.replace('_', '-')}"] = {
            "students": 6_000,
            "poverty": 0.55,
            "organizations": counts,
            "backbone": {"fte": 2.0},
            "at_the_table": 1.0,
        }
    return laboratory(months=MONTHS, sites=sites, interventions=_RECOGNIZED if recognized else [])


def _values(budget: Budget) -> dict[tuple[bool, bool], NDArray[np.float64]]:
    points = plausible_points(budget.points, budget.seed)
    kinds = [(mixed, recognized) for mixed in (False, True) for recognized in (False, True)]
    templates = [at(_communities(*kind).to_template(), point) for kind in kinds for point in points]
    replicates = max(2, budget.replicates // 2)  # a replicate is eight communities
    values = run_all(templates, replicates, budget.seed, budget.workers, metric("coverage", 24, MONTHS))
    return dict(zip(kinds, np.split(values, 4), strict=True))


def _diversity(budget: Budget) -> Measured:
    values = _values(budget)
    without = values[False, False]
    return judge(
        values[True, False] - without, without.std(axis=1, ddof=1), 0.2, "coverage of mixed against single-sector sites"
    )


def _recognition(budget: Budget) -> Measured:
    values = _values(budget)
    gain = (values[True, True] - values[True, False]) - (values[False, True] - values[False, False])
    spread = values[True, False].std(axis=1, ddof=1)
    return judge(gain, spread, 0.2, "what recognition adds to coverage, mixed less single-sector sites")


def _respect(budget: Budget) -> Measured:
    return ubiquity(
        budget,
        laboratory(months=MONTHS, mechanisms=_SAME_PARTNERS),
        laboratory(months=MONTHS, mechanisms=_SAME_PARTNERS, interventions=_RECOGNIZED),
        metric("quality", 12, MONTHS),
        "trust between partners with strengths recognized against not",
    )


ROWS = (
    Row("M19a", "Diverse communities cover more needs", "The brief, lesson one", "ubiquity",
        "coverage rises with sector diversity at equal headcount", _diversity),
    Row("M19b", "Recognition makes more of diversity", "The brief, lesson four", "ubiquity",
        "the gain from diversity is larger when strengths are recognized", _recognition),
    Row("M19c", "Respect earns trust", "The brief, lesson four", "ubiquity",
        "trust rises where strengths are recognized", _respect),
)  # fmt: skip

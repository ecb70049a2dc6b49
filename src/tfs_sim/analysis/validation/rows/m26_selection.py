"""M26: the effect of selection is reported apart from that of the grant; those left out keep some gains."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.validation.row import Budget, Effects, Measured, Row
from tfs_sim.analysis.validation.space import METRIC_NAMES, judge, laboratory, plausible_points
from tfs_sim.analysis.validation.space import with_parameters as at
from tfs_sim.model import engine
from tfs_sim.model.engine import Template

MONTHS = 30
STAGE, SUPPORT, PARTNERS = (METRIC_NAMES.index(name) for name in ("stage", "support", "partners"))
_TOWN = {
    "students": 5_000,
    "organizations": {"district": 1, "nonprofit": 6, "health": 2, "business": 2, "community_group": 2},
    "backbone": {"fte": 0.3},
    "at_the_table": 0.3,
    "copies": 16,
}


@cache
def _funnel(planning: bool, implementation: bool) -> Template:
    """Sixteen communities, six planning grants, two implementation grants, each with or without the money."""
    grants: list[dict[str, object]] = []
    staff: list[dict[str, object]] = []
    if planning:
        grants.append({"stage": "planning", "from": "2020-03", "amount": 120, "months": 7})
        staff.append({"use": "backbone-staffing", "stage": "planning", "until": "2020-10", "dose": 2.0})
    if implementation:
        grants.append({"stage": "implementation", "from": "2020-10", "amount": 500, "months": 24})
        staff.append({"use": "backbone-staffing", "stage": "implementation", "from": "2020-10", "dose": 2.0})
    stages = [
        {"name": "planning", "month": "2020-03", "places": 6},
        {"name": "implementation", "month": "2020-10", "from": "planning", "places": 2},
    ]
    return laboratory(
        months=MONTHS, sites={"lab": None, "town": _TOWN}, selection={"stages": stages}, grants=grants,
        interventions=staff,
    ).to_template()  # fmt: skip


def _runs(budget: Budget, planning: bool, implementation: bool) -> NDArray[np.float64]:
    """Return out [points, replicates, months, sites, metrics]."""
    points = plausible_points(max(20, budget.points // 2), budget.seed)
    replicates = max(4, budget.replicates // 2)
    arm = _funnel(planning, implementation)
    return np.array(
        [[engine.run_replicate(at(arm, p), budget.seed, r) for r in range(replicates)] for p in points]
    )  # fmt: skip


def _mean(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mean over the sites in the mask: [points, replicates]."""
    return np.asarray((values * mask).sum(axis=-1) / np.maximum(mask.sum(axis=-1), 1))


def _parts(budget: Budget) -> Measured:
    with_it, without = _runs(budget, True, True), _runs(budget, True, False)
    chosen = with_it[:, :, -1, :, STAGE] == 2
    others = with_it[:, :, -1, :, STAGE] == 1
    last = slice(MONTHS - 12, MONTHS)
    funded = with_it[:, :, last, :, PARTNERS].mean(axis=2)
    unfunded = without[:, :, last, :, PARTNERS].mean(axis=2)
    naive = (_mean(funded, chosen) - _mean(funded, others)).mean(axis=1)
    grant = (_mean(funded, chosen) - _mean(unfunded, chosen)).mean(axis=1)
    selection = naive - grant
    return Measured(
        holds=bool(np.median(selection) > 0),
        found=f"partners of the chosen over the others {naive.mean():.1f}: "
        f"{grant.mean():.1f} by the grant, {selection.mean():.1f} by selection",
        figure=Effects(selection, 0.0, "part of the naive difference in partners that is selection"),
    )


def _curse(budget: Budget) -> Measured:
    out = _runs(budget, False, False)
    chosen = out[:, :, -1, :, STAGE] >= 1
    luck = []
    points = plausible_points(max(20, budget.points // 2), budget.seed)
    for p, point in enumerate(points):
        row = []
        for r in range(out.shape[1]):
            for month, world, _ in engine.trace(at(_funnel(False, False), point), budget.seed, r):
                if month == 2:
                    ready = (world.site_readiness - world.site_readiness.mean()) / world.site_readiness.std()
                    row.append(float((world.score - ready)[chosen[p, r]].mean()))
                    break
        luck.append(row)
    return judge(np.array(luck), np.ones(len(luck)), 0.2, "luck in the scores of the chosen, SD of readiness")


def _left_out(budget: Budget, late: bool) -> Measured:
    planned, never = _runs(budget, True, False), _runs(budget, False, False)
    left = planned[:, :, -1, :, STAGE] == 1
    after = slice(9, 15)
    gain = _mean((planned - never)[:, :, after, :, PARTNERS].mean(axis=2), left)
    spread = _mean(never[:, :, after, :, PARTNERS].mean(axis=2), left).std(axis=1, ddof=1)
    if late:
        later = _mean((planned - never)[:, :, 24:, :, PARTNERS].mean(axis=2), left)
        return judge(gain - later, spread, 0.2, "gain in partners lost a year later, planning grant only")
    return judge(gain, spread, 0.2, "partners kept after a planning grant alone")


ROWS = (
    Row("M26a", "Effect of selection apart from the grant's", "Thaler 1988; the brief", "reported",
        "the naive difference splits into grant and selection", _parts),
    Row("M26b", "Winner's curse", "Thaler 1988", "ubiquity",
        "the scores of the chosen were lucky, by 0.2 SD of readiness or more", _curse),
    Row("M26c", "Those not chosen keep some gains", "evidence.md, pattern 10", "ubiquity",
        "more partners after a planning grant alone than without", lambda budget: _left_out(budget, False)),
    Row("M26d", "… and lose momentum", "evidence.md, pattern 10", "ubiquity",
        "their gain is smaller a year later", lambda budget: _left_out(budget, True)),
)  # fmt: skip

"""M26: the effect of selection is reported apart from that of the grant; a planning grant alone leaves gains behind.

What a planning grant pays for here is planning: a person who coordinates, meetings at which partners come to know
each other and agree on goals, and writing these down, at $120,000 in seven months. Gains are in size and quality of the
partnership (the brief: they "have grown in size and quality"), and momentum is the pace at which these grow.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.validation import running
from tfs_sim.validation.row import Budget, Effects, Measured, Null, Row
from tfs_sim.validation.space import METRIC_NAMES, judge, laboratory, plausible_points
from tfs_sim.validation.space import with_parameters as at

MONTHS = 30
STAGE, PARTNERS, QUALITY = (METRIC_NAMES.index(name) for name in ("stage", "partners", "quality"))
ALIVE = 3
"""Organizations that a partnership has at the least."""
BEGINS, ENDS = 2, 9
"""Months in which the planning grant is first paid, and last."""
_PLANNING = (
    ("backbone-staffing", 1.0), ("trust-building-convenings", 0.5), ("goal-clarity-retreats", 0.25),
    ("written-principles", 1.0), ("steady-communication", 0.5),
)  # fmt: skip
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
        order = {"stage": "planning", "until": "2020-10", "paid_by": "backbone"}
        staff += [{"use": use, "dose": dose, **order} for use, dose in _PLANNING]
    if implementation:
        grants.append({"stage": "implementation", "from": "2020-10", "amount": 500, "months": 24})
        order = {"stage": "implementation", "from": "2020-10", "paid_by": "backbone"}
        staff.append({"use": "backbone-staffing", "dose": 2.0, **order})
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
        [[running.run_replicate(at(arm, p), budget.seed, r) for r in range(replicates)] for p in points]
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
        figure=Effects(selection, 0.0, "part of the naive difference in partners that is selection", "organizations"),
    )


def _curse(budget: Budget) -> Measured:
    out = _runs(budget, False, False)
    chosen = out[:, :, -1, :, STAGE] >= 1
    luck = []
    points = plausible_points(max(20, budget.points // 2), budget.seed)
    for p, point in enumerate(points):
        row = []
        for r in range(out.shape[1]):
            for month, world, _ in running.trace(at(_funnel(False, False), point), budget.seed, r):
                if month == 2:
                    ready = (world.site_readiness - world.site_readiness.mean()) / world.site_readiness.std()
                    row.append(float((world.score - ready)[chosen[p, r]].mean()))
                    break
        luck.append(row)
    return judge(np.array(luck), np.ones(len(luck)), 0.2, "luck in the scores of the chosen", unit="SD of readiness")


def _left_out(budget: Budget, late: bool) -> Measured:
    planned, never = _runs(budget, True, False), _runs(budget, False, False)
    left = planned[:, :, -1, :, STAGE] == 1
    after = slice(ENDS, ENDS + 6)

    def gained(months: slice) -> NDArray[np.float64]:
        """Return the gain in size and quality, mean of the two in SD between replicates without any grant."""
        parts = []
        for metric in (PARTNERS, QUALITY):
            usual = _mean(never[:, :, after, :, metric].mean(axis=2), left).std(axis=1, ddof=1)
            gain = _mean((planned - never)[:, :, months, :, metric].mean(axis=2), left)
            parts.append(gain / np.maximum(usual, 1e-12)[:, None])
        return np.asarray(np.mean(parts, axis=0))

    # what holds nobody together without a grant is no partnership that could keep anything
    there = _mean(never[:, :, after, :, PARTNERS].mean(axis=2), left).mean(axis=1) >= ALIVE
    note = f"in {there.sum()} of {len(there)} points there are {ALIVE} partners or more without any grant"
    unit = np.ones(int(there.sum()))
    if late:
        end = gained(slice(ENDS - 1, ENDS + 2))
        since = gained(slice(2 * ENDS - BEGINS - 1, 2 * ENDS - BEGINS + 2)) - end
        shrunk = (end - gained(slice(24, None))).mean(axis=1) > 0.0
        note += f"; a year later the gain itself is smaller in {shrunk[there].mean():.0%} of them"
        return judge((end - since)[there], unit, 0.2, "gain while planning less gain in as many months after it", note)
    return judge(gained(after)[there], unit, 0.2, "size and quality kept after a planning grant alone", note)


NOTHING_BOUGHT = Null(without=tuple(use for use, _ in _PLANNING))
"""What the planning grant pays for does nothing."""


ROWS = (
    Row("M26a", "Effect of selection apart from the grant's", "[thaler1988]; [together2020]", "reported",
        "the naive difference splits into grant and selection", _parts,
        "it splits a difference into two parts, whatever their sizes, and says nothing of what makes them"),
    Row("M26b", "Winner's curse", "[thaler1988]", "ubiquity",
        "the scores of the chosen were lucky, by 0.2 SD of readiness or more", _curse,
        (Null({"selection.noise": 0.0}),)),
    Row("M26c", "A planning grant alone leaves gains behind", "[together2020]; no measurement found", "ubiquity",
        "more partners and better partnerships after a planning grant alone than without",
        lambda budget: _left_out(budget, False),
        (NOTHING_BOUGHT,)),
    Row("M26d", "… that grow more slowly than during it", "[together2020]; no measurement found", "ubiquity",
        "they gain less in the months after the grant than during it", lambda budget: _left_out(budget, True),
        (NOTHING_BOUGHT,)),
)  # fmt: skip

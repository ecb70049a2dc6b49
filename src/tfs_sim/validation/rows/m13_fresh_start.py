"""M13: after a departure relationships below the newcomer's prior improve, and those above it fall."""

from __future__ import annotations

import numpy as np

from tfs_sim.model import engine
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.rows.m11_turnover import STILL, partners_at, send_away, stable
from tfs_sim.validation.space import Point, judge

MONTH, MARGIN = 24, 0.05


def _check(budget: Budget, sign: int) -> Measured:
    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        fork = Fork(template, budget.seed, replicate, MONTH)
        leavers = partners_at(fork)
        now = fork.now()
        p = template.parameters[engine.RECORDS.index("trust")]
        prior = p.prior_good / (p.prior_good + p.prior_bad)
        good = p.prior_good + now.personal_good
        between_people = good / (good + p.prior_bad + now.personal_bad + now.betrayal)
        held = np.isin(now.source, leavers)
        watched = held & (between_people < prior - MARGIN if sign > 0 else between_people > prior + MARGIN)
        if not watched.any():
            return np.nan, np.nan
        stay, _ = fork.go_on(1)
        leave, _ = fork.go_on(1, None, send_away(fork, leavers))
        kept = fork.world(stay).trust[watched]
        return float((fork.world(leave).trust[watched] - kept).mean()), float(kept.mean())

    cheap = Budget(budget.points, budget.replicates // 2, budget.workers, budget.seed)
    found = over_points(cheap, stable(MONTH + 2), measure, fixed={**STILL})
    # in some points no relationship is that far from what a stranger is credited with: nothing to see there
    seen = np.isfinite(found[..., 0]).any(axis=1)
    change = sign * np.nanmean(found[seen, :, 0], axis=1, keepdims=True)
    spread = np.nan_to_num(np.nanstd(found[seen, :, 1], axis=1, ddof=1))
    note = f"mean change of trust {sign * change.mean():+.3f}, over {int(seen.sum())} points with such relationships"
    return judge(change, spread, 0.2, "change of trust in the month of the departure", note)


NOTHING_PERSONAL = Null({
    "institutional_trust.recorded": 1.0, "institutional_trust.recorded_in_writing": 1.0,
    "community.personal_at_start": 0.0,
})  # fmt: skip
"""All that two know of each other is on the record, so that nothing leaves with a person."""


ROWS = (
    Row("M13a", "A fresh start helps where trust was low", "[together2020], lesson three", "ubiquity",
        "relationships below the newcomer's prior improve", lambda budget: _check(budget, 1),
        (Null(off=("fresh_start",)),)),
    Row("M13b", "A departure costs trust where it was high", "[together2020], lesson three", "ubiquity",
        "relationships above the newcomer's prior fall", lambda budget: _check(budget, -1),
        (NOTHING_PERSONAL,)),
)  # fmt: skip

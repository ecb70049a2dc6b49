"""M17: performance is an inverted U of partnership size for fixed capacity; the best size grows with capacity.

Sixty organizations of which a share is at the table throughout (participation is switched off).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import METRIC_NAMES, Point, judge, laboratory, metric, over_points, run_all

MONTHS = 24
SHARES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
SIZE = 60
SECTORS = {"district": 2, "nonprofit": 22, "health": 6, "business": 8, "government": 5, "philanthropy": 3,
           "higher_education": 4, "community_group": 10}  # fmt: skip
SCARCE, USUAL, AMPLE = 0.75, 1.5, 6.0
PERFORMANCE = metric("performance", 12, MONTHS)
SOURCE = "[together2020], lesson three; [kania2011]"


def partnership(share: float, fte: float) -> Scenario:
    """Return a community in which so large a share of organizations is at the table, with so much backbone staff."""
    site = {"backbone": {"fte": fte}, "at_the_table": share, "organizations": SECTORS}
    return laboratory(months=MONTHS, mechanisms={"participation": False}, sites={"lab": site})


def _inverted_u(budget: Budget) -> Measured:
    replicates = 6 * budget.replicates
    curves, errors = {}, {}
    for fte in (SCARCE, USUAL, AMPLE):
        templates = [partnership(share, fte).to_template() for share in SHARES]
        values = run_all(templates, replicates, budget.seed, budget.workers, PERFORMANCE)
        curves[f"{fte:g} FTE"] = values.mean(axis=1)
        errors[f"{fte:g} FTE"] = values.std(axis=1, ddof=1) / np.sqrt(replicates)
    usual, error = curves[f"{USUAL:g} FTE"], errors[f"{USUAL:g} FTE"]
    best = int(usual.argmax())
    ample = curves[f"{AMPLE:g} FTE"]
    sure = 2 if budget.quick else 3  # standard errors
    rises = usual[best] - usual[0] > sure * (error[best] ** 2 + error[0] ** 2) ** 0.5
    falls = usual[best] - usual[-1] > sure * (error[best] ** 2 + error[-1] ** 2) ** 0.5
    return Measured(
        holds=bool(0 < best < len(SHARES) - 1 and rises and falls and ample.argmax() == len(SHARES) - 1),
        found=f"with {USUAL:g} FTE best at {SHARES[best] * SIZE:.0f} of {SIZE} organizations; with {AMPLE:g}, at "
        f"{SHARES[int(ample.argmax())] * SIZE:.0f}",
        figure=Region(SIZE * np.array(SHARES), curves, errors, "Partners", "Joint gain (students for 1,000 in need)",
                      threshold=0.0),
        note="Capacity ample for all shows no inverted U: the region without.",
    )  # fmt: skip


def _optimum(budget: Budget) -> Measured:
    shares = SHARES[:3] + SHARES[4::2]
    arms: list[tuple[Scenario, Point]] = [(partnership(share, fte), {}) for fte in (SCARCE, AMPLE) for share in shares]
    means = over_points(budget, arms, PERFORMANCE, 2).mean(axis=2).reshape(2, len(shares), budget.points)
    pays = means[1].max(axis=0) > np.maximum(means[1, 0], 0.0)  # joint work gains something at some size
    best = SIZE * np.array(shares)[means.argmax(axis=1)][:, pays]
    note = (
        f"In organizations; required is one more. In {pays.mean():.0%} of the space joint work pays at some size with "
        "ample capacity; elsewhere no size is best, and nothing is claimed."
    )
    found = judge(
        (best[1] - best[0])[:, None],
        np.ones(int(pays.sum())),
        1.0,
        "best size with 6 FTE beyond 0.75",
        note,
        unit="organizations",
    )
    if budget.quick and found.interval:  # a handful of points: not refuted is all that they can say
        found = replace(found, holds=found.interval[1] >= 0.9)
    return found


def _full_time(budget: Budget) -> Measured:
    loads = []
    for share in SHARES:
        template = partnership(share, USUAL).to_template()
        out = run_all([template], budget.replicates, budget.seed, budget.workers, _months_of_a_full_job)
        loads.append((float(out.mean()), float(out.std(ddof=1) / np.sqrt(out.size))))
    means, errors = np.array(loads).T
    return Measured(
        holds=bool(means[0] < 0.05 and means[-1] > 0.95),
        found=f"in {means[0]:.0%} of months with 6 partners, in {means[2]:.0%} with 21, in {means[-1]:.0%} with 60",
        figure=Region(SIZE * np.array(SHARES), {"months": means}, {"months": errors}, "Partners",
                      "Share of months with a load of at least 1 FTE"),
    )  # fmt: skip


def _months_of_a_full_job(out: NDArray[np.float64]) -> float:
    return float((out[:, :, METRIC_NAMES.index("load")] >= 1.0).mean())


NO_MORE_WORK = Null({f"backbone.{of}_hours": 0.0 for of in ("partner", "newcomer", "conflict", "vacancy", "tie")})
"""More partners are no more work for the backbone."""


ROWS = (
    Row("M17a", "More partners help until the backbone is swamped", SOURCE, "existence",
        "joint gain an inverted U of size with usual capacity, not with ample", _inverted_u,
        (NO_MORE_WORK,)),
    Row("M17b", "The best size grows with capacity", SOURCE, "ubiquity",
        "where joint work pays, the best size is larger with 6 FTE than with 0.75", _optimum,
        (NO_MORE_WORK,)),
    Row("M17c", "Leading can take a full-time job", SOURCE, "existence",
        "load of at least 1 FTE in most months in large, in hardly any in small partnerships", _full_time,
        (NO_MORE_WORK,)),
)  # fmt: skip

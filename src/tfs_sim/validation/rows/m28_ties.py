"""M28: a grant keeps density and transitivity up, and they fall after it; ties in use outlast those held by the hub."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.scenario import Scenario, load_scenario
from tfs_sim.validation import running
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import Point, judge, metric, with_parameters

MOMENTS = (4, 43, 91)
"""Months that are compared: the beginning, the grant's end, and four years on (by the quarter, as transitivity is)."""
UNTIL, FOLLOWED, IN_USE, QUARTER = 45, 24, 3, 3
PRACTICES = (
    ("backbone-staffing", 2.0), ("trust-building-convenings", 0.5), ("recruiting-the-willing", 1.0),
    ("recognition-of-strengths", 0.5),
)  # fmt: skip


def _granted(practices: tuple[tuple[str, float], ...] = PRACTICES) -> Scenario:
    """Return the flagship's communities with what the grant pays, all of which ends with the grant; no pandemic."""
    orders = [{"use": use, "dose": dose, "until": "2022-03", "paid_by": "outside"} for use, dose in practices]
    return load_scenario("together-for-students").with_(
        shocks=[], strategy=[], interventions=orders, months=MOMENTS[-1] + 1
    )


def _less(budget: Budget) -> Budget:
    return Budget(budget.points, max(4, budget.replicates // 4), budget.workers, budget.seed)


def _network(template: engine.Template, seed: int, replicate: int) -> list[float]:
    """Return density over all pairs of the communities at the three moments, then transitivity."""
    fork = Fork(template, seed, replicate, 1)
    density, transitivity, state, since = [], [], fork.state, 1
    for month in MOMENTS:
        state, out = fork.go_on(month - since, None, state, since - 1)
        since = month
        world = fork.world(state)
        among = (world.role[world.one_end] != BACKBONE) & (world.role[world.other_end] != BACKBONE)
        density.append(float(world.is_open[among].mean()))
        transitivity.append(metric("transitivity")(out[-1:]))
    return density + transitivity


@lru_cache(1)
def _networks(budget: Budget, _: running.Variation) -> NDArray[np.float64]:
    """Return both at the three moments, with the grant and without it: [points, replicates, arm, which, moment]."""
    alone = _granted(()).to_template()

    def measure(template: engine.Template, point: Point, replicate: int) -> list[float]:
        arms = (template, with_parameters(alone, point))
        return [value for arm in arms for value in _network(arm, budget.seed, replicate)]

    found = over_points(_less(budget), _granted(), measure)
    return found.reshape(*found.shape[:2], 2, 2, len(MOMENTS))


def _rise_and_fall(budget: Budget, name: str) -> Measured:
    found = _networks(budget, running.current())[..., 0 if name == "density" else 1, :]
    start, during, after = (found[:, :, 0, k] for k in range(3))
    start_alone, alone_then, alone_after = (found[:, :, 1, k] for k in range(3))
    rise = (during - start - (alone_then - start_alone)).mean(axis=1)
    fall = (during - after).mean(axis=1)
    spread = alone_then.std(axis=1, ddof=1)
    note = f"{name} {start.mean():.2f} at first, {during.mean():.2f} at the end, {after.mean():.2f} four years on; "
    note += f"without a grant {start_alone.mean():.2f}, {alone_then.mean():.2f}, {alone_after.mean():.2f}. "
    note += f"More than without a grant in {(rise > 0.2 * spread).mean():.0%} of points, "
    note += f"fall in {(fall > 0.2 * spread).mean():.0%}"
    return judge(np.minimum(rise, fall)[:, None], spread, 0.2, f"rise and fall of {name}, the smaller", note)


def _outlast(budget: Budget) -> Measured:
    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        fork = Fork(template, budget.seed, replicate, UNTIL)
        now = fork.now()
        one, other = now.one_end, now.other_end
        ties = (now.is_open == 1) & (now.role[one] != BACKBONE) & (now.role[other] != BACKBONE)
        ties &= (now.status[one] == ACTIVE) & (now.status[other] == ACTIVE)
        used, held = ties & (now.idle < IN_USE), ties & (now.idle >= IN_USE)
        if not used.any() or not held.any():
            return np.nan, np.nan
        months, left, state = np.zeros(ties.size), ties, None
        for since in range(0, FOLLOWED, QUARTER):
            months += QUARTER * left
            state, _ = fork.go_on(QUARTER, None, state, since)
            left = left & (fork.world(state).is_open == 1)
        return float(months[used].mean()), float(months[held].mean())

    found = over_points(budget, _granted(), measure)
    used, held = found[..., 0], found[..., 1]
    seen = np.isfinite(used).sum(axis=1) > 1  # points in which there are ties of both kinds
    used, held = used[seen], held[seen]
    gain = np.nanmean(used - held, axis=1, keepdims=True)
    note = f"of the two years after the grant ties in use last {np.nanmean(used):.1f} months, others "
    note += f"{np.nanmean(held):.1f}"
    return judge(gain, np.nanstd(held, axis=1, ddof=1), 0.2, "months that ties last, those in use less others", note)


NOTHING_DONE = Null(without=tuple(use for use, _ in PRACTICES))
"""What the grant pays for does nothing."""
NONE_CLOSE = Null({"ties.closing": 0.0, "ties.closed_by_departure": 0.0})
"""Ties last for good."""


ROWS = (
    Row("M28a", "A grant keeps networks denser, and they thin out after it", "[bevc2015]; [mccullough2016]", "ubiquity",
        "rises against the same communities without the grant, and falls by four years later",
        lambda budget: _rise_and_fall(budget, "density"),
        (NOTHING_DONE, NONE_CLOSE)),
    Row("M28b", "A grant keeps transitivity up, and it falls after it", "[bevc2015]; [mccullough2016]", "ubiquity",
        "rises against the same communities without the grant, and falls by four years later",
        lambda budget: _rise_and_fall(budget, "transitivity"),
        (NOTHING_DONE, NONE_CLOSE)),
    Row("M28c", "Ties in use outlast", "[gilfoyle2025]", "ubiquity",
        "ties of partners who met in the last quarter last longer than those that only the table holds together",
        _outlast,
        (Null({"ties.closing": 0.0}),)),
)  # fmt: skip

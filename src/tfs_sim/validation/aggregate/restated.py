"""M1a put to the aggregate model: the row forks worlds, which means have none of, so it is asked again in equations."""

from __future__ import annotations

import copy

import numpy as np

from tfs_sim.validation.aggregate.community import Community, State
from tfs_sim.validation.aggregate.setting import settings_of
from tfs_sim.validation.row import Budget, Measured
from tfs_sim.validation.rows.m01_trust import ALWAYS, LONGEST, START, STEP, still
from tfs_sim.validation.space import Point, judge, plausible_points, with_parameters


def slow_to_build(budget: Budget) -> Measured:
    """Compare months to gain STEP of trust if every promise is kept with months to lose it if every one is broken.

    There is one course at a point and no luck, so that the effect is in months, of which one is required.
    """
    template = still(START + LONGEST + 1).to_template()
    times = []
    for point in plausible_points(budget.points, budget.seed):
        here = with_parameters(template, point)
        (setting,) = settings_of(here)
        before = Community(here, setting)
        state = before.start()
        for month in range(START):
            before.step(state, month)
        arms: list[tuple[Point, float]] = [(ALWAYS[1.0], STEP), (ALWAYS[0.0], -STEP)]
        times.append([_months_to(Community(with_parameters(here, p), setting), state, change) for p, change in arms])
    gain, loss = np.array(times).T
    note = f"median {np.median(gain):.0f} months to gain {STEP:g}, {np.median(loss):.0f} to lose it"
    return judge((gain - loss)[:, None], np.ones(len(gain)), 1.0, "months to gain less months to lose", note)


def _months_to(community: Community, state: State, change: float) -> float:
    """Return the months until trust has changed by so much, the longest that is followed if it never does."""
    state = copy.deepcopy(state)
    first = None
    for month in range(START, START + LONGEST):
        community.step(state, month)
        trust = state.inside.trust(community.p.trust)
        first = trust if first is None else first
        if (trust - first) / change >= 1.0:
            return float(month - START)
    return float(LONGEST)

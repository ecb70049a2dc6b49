"""M1a put to the aggregate model: the row forks worlds, which means have none of, so it is asked again in equations."""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

from tfs_sim.validation.aggregate.community import Community, State
from tfs_sim.validation.aggregate.setting import settings_of
from tfs_sim.validation.row import Budget, Measured
from tfs_sim.validation.rows.m01_trust import ALWAYS, EQUAL, LONGEST, PART, START, months_to, still
from tfs_sim.validation.space import judge, plausible_points, with_parameters


def slow_to_build(budget: Budget) -> Measured:
    """Compare months to gain PART of what trust is missing if every promise is kept with those to lose PART of it.

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
        arms = ((1.0, here), (0.0, here), (0.0, with_parameters(here, EQUAL)))
        courses = ((end, Community(with_parameters(arm, ALWAYS[end]), setting)) for end, arm in arms)
        times.append([months_to(_course(community, state), end) for end, community in courses])
    gain, loss, equal = np.array(times).T
    note = f"median {np.median(gain):.0f} months to gain {PART:.0%} of what is missing, {np.median(loss):.0f} to lose "
    note += f"{PART:.0%} of what is there"
    slower = np.minimum(gain, equal) - loss
    return judge(slower[:, None], np.ones(len(gain)), 1.0, "months to gain, or at equal weights, less to lose", note)


def _course(community: Community, state: State) -> NDArray[np.float64]:
    """Return trust month by month from a state on, as long as is followed."""
    state = copy.deepcopy(state)
    course = []
    for month in range(START, START + LONGEST):
        community.step(state, month)
        course.append(state.inside.trust(community.p.trust))
    return np.array(course)

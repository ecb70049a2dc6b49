"""Several arms over the same points and the same luck: for claims about what two things do together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget
from tfs_sim.validation.space import Measure, plausible_points, run_all, with_parameters

Arm = tuple[Scenario, Mapping[str, Mapping[str, float | str]]]
"""A scenario, and the parameters that do not vary with the point in this arm."""


def over_points(
    budget: Budget, arms: Sequence[Arm], measure: Measure, mechanisms: Iterable[str] | None = None
) -> NDArray[np.float64]:
    """Return `measure` of every replicate of every arm at every point: float64 [arms, points, replicates].

    Parameters
    ----------
    arms : the point's parameters are set in each, and over them the arm's own.
    mechanisms : whose parameters vary with the point (default: all).
    """
    points = plausible_points(budget.points, budget.seed, mechanisms)
    templates = []
    for scenario, fixed in arms:
        template = scenario.to_template()
        templates += [with_parameters(with_parameters(template, point), fixed) for point in points]
    values = run_all(templates, budget.replicates, budget.seed, budget.workers, measure)
    return values.reshape(len(arms), len(points), budget.replicates)

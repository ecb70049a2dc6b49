"""Forks: the same world going on in several ways from one month, over the same luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.scenario import Scenario
from tfs_sim.validation import running
from tfs_sim.validation.row import Budget
from tfs_sim.validation.space import Point, plausible_points, with_parameters

State = NDArray[np.uint8]


class Fork:
    """One replicate of a template, stopped at the start of a month, from where it can go on in several ways."""

    def __init__(self, template: engine.Template, seed: int, replicate: int, month: int) -> None:
        self.template, self.month = template, month
        self.key = draws.run_key(seed, replicate)
        self.state, world = template.fresh()
        running.run_months(template, world, self.key, engine.DRAW_START, month, template.output())

    def world(self, state: State, template: engine.Template | None = None) -> Any:
        """Return the world that views `state`."""
        template = template or self.template
        return template.layout.world(template.fixed, state)

    def now(self) -> Any:
        """Return the world as it stands at the fork."""
        return self.world(self.state)

    def go_on(
        self, months: int, template: engine.Template | None = None, state: State | None = None, since: int = 0
    ) -> tuple[State, NDArray[np.float64]]:
        """Return the state so many months later, under another template if given, and what was observed.

        `state` and `since` go on from a state that an earlier call returned, `since` months after the fork.
        """
        template = template or self.template
        state = (self.state if state is None else state).copy()
        out = template.output()
        first = self.month + since
        running.run_months(template, self.world(state, template), self.key, first, first + months, out)
        return state, out[first : first + months]


def over_points(
    budget: Budget,
    scenario: Scenario,
    measure: Callable[[engine.Template, Point, int], Sequence[float]],
    fixed: Point | None = None,
) -> NDArray[np.float64]:
    """Return what `measure(template, point, replicate)` finds: [points, replicates, quantities]."""
    template = scenario.to_template()
    points = plausible_points(budget.points, budget.seed)
    for point in points:
        for name, held in (fixed or {}).items():
            point.setdefault(name, {}).update(held)
    tasks = [(point, replicate) for point in points for replicate in range(budget.replicates)]
    engine.warm_up()
    with running.Threads(max(1, budget.workers)) as pool:
        found = list(pool.map(lambda t: measure(with_parameters(template, t[0]), t[0], t[1]), tasks))
    return np.array(found).reshape(len(points), budget.replicates, -1)

"""M16: low clarity and high portfolio pressure together make an initiative fade, also where trust is high.

The flagship's fact: in the first year of implementation nationals lacked clarity and feared that the initiative would
be pushed aside; local partners did not. It is held against the ensemble: how often do nationals have both less clarity
and less attention for it than the four communities' partners? Nothing in the model tells nationals apart but that they
meet at a table of three, and have no students to serve there; everything else on a desk weighs the same everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.model.state import ACTIVE, NATIONAL, PARTNER
from tfs_sim.scenario import load_scenario
from tfs_sim.validation import running
from tfs_sim.validation.factorial import Arm, over_points
from tfs_sim.validation.row import Budget, Effects, Measured, Null, Row
from tfs_sim.validation.space import (
    judge,
    laboratory,
    metric,
    plausible_points,
    wilson,
    with_parameters,
)

MONTHS = 36
SOURCE = "[together2020] on clarity and portfolio pressure"
TRUSTING: dict[str, dict[str, float | str]] = {"trust": {"prior_good": 3.0, "prior_bad": 0.5, "reliability": 0.97}}


def _arm(clear: bool, crowded: bool) -> Arm:
    practices = [("goal-clarity-retreats", 0.5), ("written-principles", 1.0)]
    interventions = [{"use": use, "dose": dose, "paid_by": "outside"} for use, dose in practices] if clear else []
    scenario = laboratory(months=MONTHS, interventions=interventions)
    return scenario, {**TRUSTING, "portfolio": {"pressure": 0.8 if crowded else 0.2}}


def _fades(budget: Budget) -> Measured:
    neither, both = over_points(budget, [_arm(True, False), _arm(False, True)], metric("support", 12, MONTHS))
    return judge(neither - both, neither.std(axis=1, ddof=1), 0.2, "support with neither less support with both",
                 note="trust in strangers .86, promises kept 97%")  # fmt: skip


def _together(budget: Budget) -> Measured:
    arms = [_arm(True, True), _arm(False, False), _arm(False, True)]
    crowded, unclear, both = over_points(budget, arms, metric("attention", 12, MONTHS))
    alone = np.minimum(crowded.mean(axis=1, keepdims=True), unclear.mean(axis=1, keepdims=True))
    return judge(alone - both, both.std(axis=1, ddof=1), 0.2, "attention with the worse of the two less with both",
                 note="the worse of the two alone, at each point")  # fmt: skip


FIRST_YEAR = (9, 21)
"""Months of the flagship from 2019-03 to 2020-02: the first of implementation, and that in which leaders were asked."""


def nationals_and_partners(template: engine.Template, seed: int, replicate: int) -> NDArray[np.float64]:
    """Return mean clarity and attention of nationals, then of local partners, in the first year of implementation."""
    _, world = template.fresh()
    out, key = template.output(), draws.run_key(seed, replicate)
    running.run_months(template, world, key, engine.DRAW_START, FIRST_YEAR[0], out)
    months = []
    for month in range(*FIRST_YEAR):
        running.run_months(template, world, key, month, month + 1, out)
        asked = (world.role == NATIONAL, (world.role == PARTNER) & (world.status == ACTIVE))
        chosen = [who & (world.in_post == 1) for who in asked]
        if all(who.any() for who in chosen):
            months.append([value[who].mean() for who in chosen for value in (world.clarity, world.attention)])
    return np.mean(months, axis=0) if months else np.full(4, np.nan)


def _at_the_national_level(budget: Budget) -> Measured:
    template = load_scenario("together-for-students").with_(months=48).to_template()
    engine.warm_up()
    tasks = [(template, replicate) for replicate in range(10 * budget.replicates)]
    tasks += [(with_parameters(template, p), 0) for p in plausible_points(budget.points, budget.seed)]
    with running.Threads(max(1, budget.workers)) as pool:
        found = np.array(list(pool.map(lambda task: nationals_and_partners(task[0], budget.seed, task[1]), tasks)))
    runs = 10 * budget.replicates
    gaps = found[:, 2:] - found[:, :2]
    both = (gaps > 0.0).all(axis=1)
    national, local = found[:runs, :2].mean(axis=0), found[:runs, 2:].mean(axis=0)
    low, high = wilson(int(both[:runs].sum()), runs)
    return Measured(
        holds=low > 0.5,
        found=f"clarity {national[0]:.2f} of nationals and {local[0]:.2f} of partners, attention {national[1]:.2f} and "
        f"{local[1]:.2f}; both less in {both[:runs].mean():.0%} of {runs} runs",
        figure=Effects(
            gaps[:runs].min(axis=1), 0.0, "partners less nationals: clarity or attention, the smaller gap", "0 to 1"
        ),
        interval=(low, high),
        note=f"less clarity in {(gaps[:runs, 0] > 0).mean():.0%}, less attention in {(gaps[:runs, 1] > 0).mean():.0%}; "
        f"both at {both[runs:].mean():.0%} of {budget.points} plausible points, one run each",
    )


ROWS = (
    Row("M16a", "Crowded out, an initiative fades, also where there is trust", SOURCE, "ubiquity",
        "less support with high portfolio pressure and low clarity than with neither, at high trust", _fades,
        (Null({"portfolio.pressure": 0.0}), Null({"portfolio.pull": 0.0}))),
    Row("M16b", "Both together take more attention than either", SOURCE, "ubiquity",
        "less attention with both than with the worse of the two alone", _together,
        (Null({"portfolio.pressure": 0.0}), Null({"portfolio.clarity": 0.0}))),
    Row("M16c", "Trouble with clarity and portfolio at the national level", "[together2020], lesson three", "reported",
        "less clarity and attention of nationals than of local partners in more than half of the runs",
        _at_the_national_level,
        "no parameter makes the national table small: who sits there is the flagship's own list"),
)  # fmt: skip

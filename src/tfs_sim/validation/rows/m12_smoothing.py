"""M12: each practice shortens its own delay; how much they cut recovery together is reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, State, over_points
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.rows.m11_turnover import STILL, partners_at, send_away, stable
from tfs_sim.validation.space import Point, judge, with_parameters

MONTH, NOTICE, SEARCH, LONGEST_WAIT, FOLLOWED = 12, 2, 4, 2, 24
DOSES = {"procedure-manuals": 0.8, "overlap": 1.0, "transition-plan": 0.8}
PRACTICES = tuple(DOSES)


def _scenario(*practices: str) -> Scenario:
    orders: list[dict[str, object]] = [
        {"use": use, "dose": DOSES[use] if use in practices else 0.0, "paid_by": "outside"} for use in PRACTICES
    ]
    return stable(MONTH + FOLLOWED + 1, orders)


def _less(budget: Budget, by: int) -> Budget:
    return Budget(budget.points, max(2, budget.replicates // by), budget.workers, budget.seed)


def _announced(fork: Fork) -> tuple[State, NDArray[np.int64]]:
    """Return the state in which every third partner has announced a departure, and who they are."""
    leavers = partners_at(fork)[::3]
    state = send_away(fork, leavers, NOTICE)
    fork.world(state).waiting_for[leavers] = SEARCH
    # as many as usual leave without notice, and a search begins only then
    fork.world(state).waiting_for[leavers[::4]] = SEARCH + NOTICE + LONGEST_WAIT
    return state, leavers


def _own_delay(practice: str, quantity: str, after: int) -> Callable[[Budget], Measured]:
    """Return the check that a practice raises what leavers' successors have, so many months after the notice."""

    def check(budget: Budget) -> Measured:
        helped = _scenario(practice).to_template()

        def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
            found = []
            for arm in (template, with_parameters(helped, point)):
                fork = Fork(arm, budget.seed, replicate, MONTH)
                state, leavers = _announced(fork)
                before = fork.now().trust.copy()
                state, _ = fork.go_on(after, arm, state)
                world = fork.world(state)
                if quantity == "trust":
                    # where trust is above a stranger's: elsewhere a hand-over has nothing to save
                    p = arm.parameters[engine.RECORDS.index("trust")]
                    ties = np.isin(world.source, leavers) & (before > p.prior_good / (p.prior_good + p.prior_bad))
                    found.append(float((world.trust - before)[ties].mean()) if ties.any() else 0.0)
                else:
                    at_work = leavers[world.in_post[leavers] == 1] if practice == "procedure-manuals" else leavers
                    found.append(float(world.ramp[at_work].mean()) if at_work.size else 0.0)
            return found[0], found[1]

        found = over_points(_less(budget, 2), _scenario(), measure, fixed={**STILL})
        without, with_it = found[..., 0], found[..., 1]
        note = f"{without.mean():.3f} without, {with_it.mean():.3f} with"
        return judge(with_it - without, without.std(axis=1, ddof=1), 0.2, f"{quantity} of successors' posts", note)

    return check


def _first_day(budget: Budget) -> Measured:
    helped = _scenario("overlap").to_template()

    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        found = []
        for arm in (template, with_parameters(helped, point)):
            fork = Fork(arm, budget.seed, replicate, MONTH)
            state, leavers = _announced(fork)
            at_start: dict[int, float] = {}
            for month in range(8):
                state, _ = fork.go_on(1, arm, state, month)
                world = fork.world(state)
                for i in leavers:
                    if world.arrived[i] and i not in at_start:
                        at_start[i] = float(world.ramp[i])
            found.append(float(np.mean(list(at_start.values()))) if at_start else 0.0)
        return found[0], found[1]

    found = over_points(_less(budget, 4), _scenario(), measure, fixed={**STILL})
    without, with_it = found[..., 0], found[..., 1]
    note = f"understanding in the first month in post {without.mean():.3f} without, {with_it.mean():.3f} with"
    spread = np.maximum(without.std(axis=1, ddof=1), 1e-3)
    return judge(with_it - without, spread, 0.2, "understanding of successors in their first month", note)


def _recovery(budget: Budget) -> Measured:
    months: dict[str, list[float]] = {"none": [], "all": []}
    for name, scenario in {"none": _scenario(), "all": _scenario(*PRACTICES)}.items():
        template = with_parameters(scenario.to_template(), STILL)
        engine.warm_up()
        for replicate in range(12 if budget.quick else 80):
            fork = Fork(template, budget.seed, replicate, MONTH)
            state, leavers = _announced(fork)
            lost = 0.0
            for month in range(FOLLOWED):
                state, _ = fork.go_on(1, template, state, month)
                world = fork.world(state)
                lost += float(1.0 - (world.in_post * world.ramp * world.backing)[leavers].mean())
            months[name].append(lost)
    none, everything = np.array(months["none"]), np.array(months["all"])
    cut = 1.0 - everything.mean() / none.mean()
    error = float(np.sqrt((none / none.mean() - everything / everything.mean()).var(ddof=1) / len(none)) * (1 - cut))
    return Measured(
        holds=0.35 <= cut <= 0.45,
        found=f"{none.mean():.1f} months of a representative's work lost for each departure, "
        f"{everything.mean():.1f} with all three practices: {cut:.0%} less; the source has 35–45% for ramp-up alone",
        interval=(cut - 1.96 * error, cut + 1.96 * error),
        figure=Agreement(("all three practices",), (0.40,), (float(cut),), (error,), "cut of what a departure costs"),
        note="work that is filled, understood and backed; three of four departures announced",
    )


ROWS = (
    Row("M12a", "Manuals shorten learning", "[mellon2003]", "ubiquity",
        "successors in post understand more half a year after the departure",
        _own_delay("procedure-manuals", "ramp", 8),
        (Null({"smoothing.manual_saving": 0.0}),)),
    Row("M12b", "Hand-over saves trust", "[together2020], lesson three", "ubiquity",
        "less trust is lost in leavers' relationships", _own_delay("transition-plan", "trust", 3),
        (Null({"smoothing.handed_over": 0.0}),)),
    Row("M12c", "Overlap shortens learning", "[mellon2003]", "ubiquity",
        "successors understand more in their first month", _first_day,
        (Null({"smoothing.overlap_learning": 0.0}),)),
    Row("M12d", "Overlap saves trust", "[together2020], lesson three", "ubiquity",
        "less trust is lost in leavers' relationships", _own_delay("overlap", "trust", 3),
        (Null(without=("overlap",)),)),
    Row("M12e", "Together they cut recovery", "[mellon2003]: 12–16 weeks instead of 20–26", "reported",
        "about 35–45% less", _recovery,
        (Null(without=PRACTICES),)),
)  # fmt: skip

"""M8: participation is bistable in the start; retention is steepest where benefit meets cost; table size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine, seats
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms.endings import chance_of_joint_meeting
from tfs_sim.model.state import BACKBONE
from tfs_sim.model.world import SITE_LEVERS
from tfs_sim.validation.row import Budget, Effects, Measured, Null, Region, Row
from tfs_sim.validation.rows.r2_weak_link import COST, TABLES, table
from tfs_sim.validation.space import (
    METRIC_NAMES,
    Measure,
    OfMonths,
    Point,
    enough,
    laboratory,
    metric,
    percent,
    plausible_points,
    run_all,
    wilson,
)
from tfs_sim.validation.space import with_parameters as at

MONTHS = 120
STARTS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
PLACES: dict[str, dict[str, Any]] = {"as it is": {},
          "money pooled": {"interventions": [{"use": "pooled-funding", "dose": 0.5}]},
          "no commitment, no norms, little gain": {
              "parameters": {"effort": {"commitment": 0.0, "norm": 0.0, "joint_gain": 7.5}}}}  # fmt: skip
LARGE, SMALL = 16, 5
"""Partners, of 27: a large partnership, and what is left of none."""
MONTHS_TO_LEAVE = 4
STEPS = np.linspace(-0.2, 0.2, 11)
WITHIN = 0.05
"""How near, in utility: little more than a step."""


def _ends_large(out: NDArray[np.float64]) -> float:
    return float(out[-1, 0, METRIC_NAMES.index("partners")] >= LARGE)


def _ends_between(out: NDArray[np.float64]) -> float:
    return float(SMALL < out[-1, 0, METRIC_NAMES.index("partners")] < LARGE)


def _bistable(budget: Budget) -> Measured:
    replicates = 4 * budget.replicates
    curves, errors, between = {}, {}, 0.0
    for place, changes in PLACES.items():
        templates = [
            laboratory(months=MONTHS, sites={"lab": {"at_the_table": x}}, **changes).to_template() for x in STARTS
        ]
        large = run_all(templates, replicates, budget.seed, budget.workers, _ends_large)
        curves[place] = large.mean(axis=1)
        errors[place] = np.sqrt(curves[place] * (1 - curves[place]) / replicates)
        if place == "as it is":
            between = float(run_all(templates, replicates, budget.seed, budget.workers, _ends_between).mean())
    gains = {place: float(curve[-1] - curve[0]) for place, curve in curves.items()}
    usual, pooled, nobody = gains.values()
    error = float(np.hypot(errors["as it is"][0], errors["as it is"][-1]))
    return Measured(
        holds=usual - 1.96 * error > 0.2 and between <= 0.2 and pooled <= 0.1 and nobody <= 0.1,
        found=f"from 5% to 95% at the table at the start, {usual:+.0%} end large ({between:.0%} in between); "
        f"{pooled:+.0%} with money pooled, {nobody:+.0%} without commitment and norms, where little is gained",
        figure=Region(np.array(STARTS), curves, errors, "Share at the table at the start",
                      f"Share of runs that end with {LARGE} of 27 partners or more"),
        interval=(usual - 1.96 * error, usual + 1.96 * error),
        note=f"Over the same luck, after {MONTHS} months. With money pooled all end large, without both none.",
    )  # fmt: skip


def _steepest(budget: Budget) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    whole = laboratory(months=MONTHS_TO_LEAVE, sites={"lab": {"at_the_table": 1.0}}).to_template()
    replicates = max(2, budget.replicates // 4)

    def over(templates: list[engine.Template], measure: Measure | OfMonths) -> NDArray[np.float64]:
        return np.asarray(run_all(templates, replicates, budget.seed, budget.workers, measure).mean(axis=1))

    nobody_leaves: Point = {"participation": {"leaving_rate": 0.0, "chance_rate": 0.0}}
    sitting, inertia = (np.array([float(p["participation"][name]) for p in points]) for name in ("sitting", "inertia"))
    usual = over([at(at(whole, point), nobody_leaves) for point in points], OfMonths(_worth)) + sitting
    # what a seat must be worth to stay, from well below what it is worth in this place to well above
    bars = usual + STEPS[:, None]
    arms = [
        at(at(whole, point), {"participation": {"sitting": float(bar + held)}})
        for row in bars
        for point, bar, held in zip(points, row, inertia, strict=True)
    ]
    stayed = over(arms, metric("partners", -1)).reshape(bars.shape)
    net = over(arms, OfMonths(_worth)).reshape(bars.shape) + inertia
    lost = np.cumsum(np.maximum(stayed[:-1] - stayed[1:], 0.0), axis=0)
    lost = np.vstack([np.zeros(len(points)), lost])
    places = range(len(points))
    steepest = np.array([np.interp(lost[-1, n] / 2.0, lost[:, n], bars[:, n]) for n in places])  # half are lost
    meets = np.array([np.interp(0.0, net[::-1, n], bars[::-1, n]) for n in places])
    distance = np.abs(steepest - meets)
    good = int((distance < WITHIN).sum())
    share = good / distance.size
    return Measured(
        holds=enough(share, distance.size),
        found=f"in {percent(share)} of {distance.size} points (median distance {np.median(distance):.3f} of a range of "
        f"{np.ptp(STEPS):.1f})",
        figure=Effects(WITHIN - distance, 0.0, f"{WITHIN:g} less the distance", "utility"),
        interval=wilson(good, distance.size),
        share=share,
        note="What taking part is worth: at least so much to half of the organizations, while they decide",
    )


def worth_of_seats(world: Any, parameters: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return what a seat would be worth to every organization of a world now over what it costs, in units of utility.

    `parameters` are the mechanisms' records by name. The world is left as it is.
    """
    value = np.zeros(world.role.size)
    records = {f"p_{name}": record for name, record in parameters.items()}
    accommodation = world.site_doses[SITE_LEVERS.index("accommodation")]
    given = {**world._asdict(), **records, "joining_value": value, "dose_accommodation": accommodation}
    given["p"] = parameters["participation"]
    for s, (first, end) in enumerate(zip(world.first_organization, world.end_organization, strict=True)):
        meets = chance_of_joint_meeting(world.coordination[s], world.contact_factor[s], parameters["endings"])
        here = {"who": np.arange(first, end), "count": end - first, "s": s, "meets": meets}
        play(seats.weigh_seats, {**given, **here})
    return value


def _worth(template: engine.Template, months: Iterator[Any]) -> float:
    """Return by how much a seat is worth more than it costs to the one in the middle, while others may leave."""
    parameters = dict(zip(engine.RECORDS, template.parameters, strict=True))
    worth = [worth_of_seats(world, parameters)[world.role != BACKBONE] for world in islice(months, MONTHS_TO_LEAVE - 1)]
    return float(np.median(worth))


def _bigger_tables(budget: Budget) -> Measured:
    gains = np.array([1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0])
    replicates, months, burn = budget.replicates * 2, 500, 350
    curves, errors = {}, {}
    for n in TABLES:
        templates = [table(n, gain * COST, months) for gain in gains]
        values = 7 * run_all(templates, replicates, budget.seed, budget.workers, metric("least_effort", burn))
        curves[f"table of {n}"] = values.mean(axis=1)
        errors[f"table of {n}"] = values.std(axis=1, ddof=1) / np.sqrt(replicates)
    needed = [float(np.interp(4.0, curve, gains)) for curve in curves.values()]
    return Measured(
        holds=bool((np.diff(needed) > 0.5).all()),
        found=f"gain at which a table gives half: {', '.join(f'{g:.1f}' for g in needed)} times the cost for "
        f"{', '.join(map(str, TABLES))}",
        figure=Region(
            gains, curves, errors, "Joint gain, times the cost", "Mean least effort (levels 1 to 7)", threshold=4.0
        ),
    )


ROWS = (
    Row("M8a", "Partnerships end large or nearly empty, depending on the start", "[granovetter1978]", "existence",
        "bistable in the start as it is; one end alone with money pooled, or without commitment and norms", _bistable,
        (Null({"effort.joint_gain": 0.0}),)),
    Row("M8b", "Retention is steepest where benefit meets cost", "[mckelvey1995]", "ubiquity",
        f"most are lost within {WITHIN:g} of where taking part is worth what it must be", _steepest,
        (Null({"participation.leaving_rate": 0.0}),)),
    Row("M8c", "Bigger tables need bigger joint gains", "[vanhuyck1990]", "existence",
        "the gain that tips a table rises with its size", _bigger_tables,
        (Null({"effort.joint_gain": 0.0}),)),
)  # fmt: skip

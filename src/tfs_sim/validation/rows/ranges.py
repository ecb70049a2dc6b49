"""Ranges hold: with everything at once anywhere in its range nothing leaves its domain and no cent is lost."""

from __future__ import annotations

from tfs_sim.validation.ranges import survey, variables
from tfs_sim.validation.row import Agreement, Budget, Measured, Row


def _check(budget: Budget) -> Measured:
    points = 200 if budget.quick else 2000
    wrong = list(survey(points, budget.seed, budget.workers))
    first = f"; point {wrong[0].point}, month {wrong[0].month}: {wrong[0].mistakes[0]}" if wrong else ""
    return Measured(
        holds=not wrong,
        found=f"{len(wrong)} of {points} points of {variables()} numbers with a value out of its domain{first}",
        figure=Agreement(("points with a mistake",), (0.0,), (float(len(wrong)),), (0.0,), "points"),
        note="`make ranges` looks at 10,000",
    )


ROWS = (
    Row("ranges", "Ranges hold", "Latin hypercube ([mckay1979]) over all parameters, doses, depths and times", "exact",
        "no state leaves its domain, nothing is NaN, accounts conserve", _check,
        "it looks at all parameters at once, wherever they are"),
)  # fmt: skip

"""R6: the share of vacant posts is the renewal ratio, with whole-month filling."""

from __future__ import annotations

import numpy as np
from scipy.stats import lognorm

from tfs_sim.scenario import load_scenario
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import metric, run_all, with_parameters

BURN_IN = 120
CASES = ((0.19, 1.971, 1.03), (0.37, 1.971, 1.03), (0.19, 4.0, 0.6), (0.12, 1.0, 1.2))
"""Turnover a year, median months to fill, spread of the log; the first is the scenario's."""


def renewal_ratio(rate: float, median: float, spread: float) -> float:
    """Return E⌈T⌉ / (E⌈T⌉ + 12 / rate), with E⌈T⌉ = Σ P(T > k) over k = 0, 1, 2 …"""
    months = float(lognorm.sf(np.arange(20000), spread, scale=median).sum())
    return months / (months + 12.0 / rate)


def _check(budget: Budget) -> Measured:
    template = load_scenario("r6-vacancy-renewal").to_template()
    templates = [
        with_parameters(
            template, {"turnover": {"rate_nonprofit": rate, "time_to_fill": median, "time_to_fill_spread": spread}}
        )
        for rate, median, spread in CASES
    ]
    runs = run_all(templates, 8 if budget.quick else 40, budget.seed, budget.workers, metric("vacancy", BURN_IN))
    expected = np.array([renewal_ratio(*case) for case in CASES])
    means = runs.mean(axis=1)
    errors = runs.std(axis=1, ddof=1) / np.sqrt(runs.shape[1])
    z = np.abs(means - expected) / errors
    return Measured(
        holds=bool((z < 4.0).all()),
        found=f"{means[0]:.2%} vacant at 19% a year, renewal ratio {expected[0]:.2%}; "
        f"largest difference over {len(CASES)} cases {z.max():.1f} standard errors",
        interval=(float(means[0] - 1.96 * errors[0]), float(means[0] + 1.96 * errors[0])),
        figure=Agreement(
            tuple(f"{rate:.0%} a year, {median:g} months" for rate, median, _ in CASES),
            tuple(expected),
            tuple(means),
            tuple(errors),
            "share of posts that are vacant",
        ),
    )


ROWS = (
    Row("R6", "Vacancy renewal", "Renewal theory ([cox1962]); [philanthropyjournal2008] for the case", "exact",
        "vacancy share = E⌈T⌉ / (E⌈T⌉ + 12 / rate)", _check,
        (Null({"turnover.time_to_fill": 0.0}),)),
)  # fmt: skip

"""R7: the step response of the delay of outcomes equals the Erlang distribution function at whole months."""

from __future__ import annotations

import numpy as np

from tfs_sim.model.state import DELAY_STAGES
from tfs_sim.scenario import load_scenario
from tfs_sim.validation import running
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import METRIC_NAMES, with_parameters

STEP = 6
"""Month in which needs rise in the scenario."""
DELAYS = (24.0, 48.0, 84.0)
TOLERANCE = 1e-12
SHOWN = (6, 12, 24, 48, 96)


def distribution(months: np.ndarray, delay: float) -> np.ndarray:
    """Return the Erlang distribution function with mean `delay` at so many months."""
    x = DELAY_STAGES * months / delay
    term = np.exp(-x)
    total = np.zeros_like(x)
    for m in range(DELAY_STAGES):
        total += term
        term = term * x / (m + 1)
    return 1.0 - total


def _check(budget: Budget) -> Measured:
    template = load_scenario("r7-erlang-delay").to_template()
    outcome, coverage = METRIC_NAMES.index("outcome"), METRIC_NAMES.index("coverage")
    labels, expected, measured = [], [], []
    worst = 0.0
    for delay in DELAYS:
        model = with_parameters(template, {"outcomes": {"delay": delay}})
        out = running.run_replicate(model, budget.seed, 0)[:, 0]
        *_, (_, world, _) = running.trace(model, budget.seed, 0)
        met = world.served[:, :, 0].sum(axis=0) / world.need[:, :, 0].sum(axis=0)
        share = world.students[:, 0] / world.students[:, 0].sum()
        step = float((share * (met - world.outcome_at_start[:, 0])).sum())
        assert abs(out[STEP - 1, coverage] - out[STEP, coverage]) > 0.01, "needs must make a step"
        months = np.arange(1, len(out) - STEP + 1)
        response = out[STEP:, outcome] / step
        exact = distribution(months.astype(float), delay)
        worst = max(worst, float(np.abs(response - exact).max()))
        for m in SHOWN:
            labels.append(f"{m} months, delay {delay:g}")
            expected.append(float(exact[m - 1]))
            measured.append(float(response[m - 1]))
    return Measured(
        holds=worst < TOLERANCE,
        found=f"largest difference {worst:.1e} over {len(DELAYS)} delays and all whole months",
        figure=Agreement(
            tuple(labels), tuple(expected), tuple(measured), (0.0,) * len(labels), "part of the step that is done"
        ),
    )


ROWS = (
    Row("R7", "Erlang delay of outcomes", "[macdonald1978] (linear chain)", "exact",
        "step response equals the distribution function at whole months", _check,
        (Null({"outcomes.delay": 0.1}),)),
)  # fmt: skip

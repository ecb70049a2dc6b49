"""M22: crises: trust before makes the response, the same shock has different outcomes, joint work gains more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.validation.row import Budget, Measured, Region, Row
from tfs_sim.analysis.validation.space import METRIC_NAMES, judge, laboratory, plausible_points, run_all, wilson
from tfs_sim.analysis.validation.space import with_parameters as at
from tfs_sim.model.engine import Template

ONSET, MONTHS = 30, 37
_CRISIS = [{"use": "community-crisis", "onset": "2022-07", "depth": 0.7, "lasts": 12}]
_WORK = [
    {"use": "trust-building-convenings", "dose": 0.5, "paid_by": "outside"},
    {"use": "backbone-staffing", "dose": 1.0, "paid_by": "outside"},
]
SUPPORT, PERFORMANCE = METRIC_NAMES.index("support"), METRIC_NAMES.index("performance")
SERVED, COVERAGE = METRIC_NAMES.index("served"), METRIC_NAMES.index("coverage")
GRIEVANCES = (0.0, 0.3, 0.6, 0.9)
DEEPENED = 0.05
AT_WORK = 0.9
"""Effort that is held, share of the largest: with little effort meetings cost more than joint work gains."""


def _arm(grievance: float, crisis: bool, held: bool = False) -> Template:
    """Return a community at work; `held` keeps partners and their effort as they are, so that there is joint work."""
    sites = {"lab": {"grievance": grievance, "at_the_table": 1.0 if held else 0.6}}
    switches = {"participation": False, "effort": False} if held else {}
    shocks = _CRISIS if crisis else []
    return laboratory(months=MONTHS, sites=sites, interventions=_WORK, shocks=shocks, mechanisms=switches).to_template()


def _change(out: NDArray[np.float64]) -> float:
    """Return support over months +1 … +6 after the onset less that over −6 … −1."""
    return float(out[ONSET + 1 :, :, SUPPORT].mean() - out[ONSET - 6 : ONSET, :, SUPPORT].mean())


def _joint_gain(out: NDArray[np.float64]) -> float:
    """Return the joint gain in student-months, months +1 … +6."""
    row = out[ONSET + 1 :, 0]
    need = row[:, SERVED] / np.maximum(row[:, COVERAGE], 1e-9)
    return float((row[:, PERFORMANCE] * need / 1000.0).mean())


def _gain_over_separate(out: NDArray[np.float64]) -> float:
    """Return the joint gain as a share of what the same organizations would serve separately, months +1 … +6."""
    gain, served = out[ONSET + 1 :, 0, PERFORMANCE] / 1000.0, out[ONSET + 1 :, 0, COVERAGE]
    return float((gain / np.maximum(served - gain, 1e-9)).mean())


def _response(budget: Budget) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    arms = [_arm(grievance, crisis=True, held=True) for grievance in (0.9, 0.0)]
    values = run_all(
        [at(arm, p) for arm in arms for p in points], budget.replicates, budget.seed, budget.workers, _joint_gain
    )
    low, high = np.split(values, 2)
    return judge(high - low, low.std(axis=1, ddof=1), 0.2, "joint gain in the crisis, much against little trust before")


def _differs(budget: Budget) -> Measured:
    replicates = 60 if budget.quick else 400
    changes = run_all([_arm(g, crisis=True) for g in GRIEVANCES], replicates, budget.seed, budget.workers, _change)
    shares = (changes >= DEEPENED).mean(axis=1)
    low, high = wilson(int((changes[0] >= DEEPENED).sum()), replicates)
    mixed = bool((shares > 0.05).any() and (shares < 0.95).all())
    errors = np.sqrt(shares * (1 - shares) / replicates)
    return Measured(
        holds=mixed and bool(shares[0] - shares[-1] > 2 * np.hypot(errors[0], errors[-1])),
        found="support deepened in " + ", ".join(f"{s:.0%}" for s in shares) + " of sites, least grievance first",
        figure=Region(np.array(GRIEVANCES), {"deepened": shares}, {"deepened": errors},
                      "share of pairs with a difficult history", "share of sites in which support deepened", 0.2),
        interval=(low, high),
    )  # fmt: skip


def _gain(budget: Budget, salience: bool) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    for point in points:
        point["community"]["first_effort"] = AT_WORK
        if not salience:
            point["crisis"]["salience"] = 0.0
    arms = [_arm(0.2, crisis, held=True) for crisis in (False, True)]
    values = run_all(
        [at(arm, p) for arm in arms for p in points],
        budget.replicates,
        budget.seed,
        budget.workers,
        _gain_over_separate,
    )
    calm, crisis = np.split(values, 2)
    return judge(crisis - calm, calm.std(axis=1, ddof=1), 0.2, "joint gain over separate work, crisis against calm")


ROWS = (
    Row("M22a", "Trust before a crisis makes the response", "The brief, lesson five", "ubiquity",
        "sites with more trust before respond better", _response),
    Row("M22b", "The same shock deepens support in some sites only", "The brief, lesson five: two of four sites",
        "existence", "support deepens in some sites and not in others, more with more trust before", _differs),
    Row("M22c", "Joint work gains more in a crisis", "The brief, lesson five", "ubiquity",
        "the gain of joint over separate work, as a share of the latter, is larger in a crisis",
        lambda budget: _gain(budget, True)),
    Row("M22d", "… also without salience", "The brief, lesson five", "ubiquity",
        "the same with the salience of the shared purpose switched off", lambda budget: _gain(budget, False)),
)  # fmt: skip

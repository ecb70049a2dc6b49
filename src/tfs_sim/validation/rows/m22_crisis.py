"""M22: crises: trust before makes the response, the same shock has different outcomes, joint work gains more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.engine import Template
from tfs_sim.validation import running
from tfs_sim.validation.forks import Fork
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import (
    METRIC_NAMES,
    Point,
    judge,
    laboratory,
    plausible_points,
    run_all,
    wilson,
)
from tfs_sim.validation.space import with_parameters as at

LATE, AFTER = 30, 7
"""Onset of a crisis that strikes communities whose partners have long known each other, and months followed."""
FIRST_YEAR = 12
"""Onset in M22b: as in the source, when the first full year of work is over and support is still growing."""
_WORK = [
    {"use": "trust-building-convenings", "dose": 0.5, "paid_by": "outside"},
    {"use": "backbone-staffing", "dose": 1.0, "paid_by": "outside"},
]
SUPPORT, PERFORMANCE = METRIC_NAMES.index("support"), METRIC_NAMES.index("performance")
SERVED, COVERAGE = METRIC_NAMES.index("served"), METRIC_NAMES.index("coverage")
GRIEVANCES = (0.0, 0.3, 0.6, 0.9)
DEEPENED = 0.05
AT_WORK = 0.9
"""Effort before the onset where it is held, share of the largest: communities in which there is joint work."""


def _arm(grievance: float, crisis: bool, onset: int, held: bool = False, everyone: bool = False) -> Template:
    """Return a community at work.

    `held` keeps partners and their effort as they are at the start; `everyone` puts all at the table then.
    """
    sites = {"lab": {"grievance": grievance, "at_the_table": 1.0 if everyone else 0.6}}
    switches = {"participation": False, "effort": False} if held else {}
    begins = f"{2020 + onset // 12}-{onset % 12 + 1:02d}"
    shocks = [{"use": "community-crisis", "onset": begins, "depth": 0.7, "lasts": 12}] if crisis else []
    return laboratory(
        months=onset + AFTER, sites=sites, interventions=_WORK, shocks=shocks, mechanisms=switches
    ).to_template()


def _change(out: NDArray[np.float64]) -> float:
    """Return support over months +1 … +6 after the onset less that over −6 … −1."""
    onset = len(out) - AFTER
    return float(out[onset + 1 :, :, SUPPORT].mean() - out[onset - 6 : onset, :, SUPPORT].mean())


def _joint_gain(out: NDArray[np.float64]) -> float:
    """Return the joint gain G in student-months, mean of months +1 … +6."""
    row = out[1 - AFTER :, 0]
    need = row[:, SERVED] / np.maximum(row[:, COVERAGE], 1e-9)
    return float((row[:, PERFORMANCE] * need / 1000.0).mean())


def _response(budget: Budget) -> Measured:
    """Compare what the crisis changes in communities with much and with little trust before it."""
    points = plausible_points(budget.points, budget.seed)
    arms = [
        _arm(grievance, crisis=crisis, onset=LATE, held=True, everyone=True)
        for crisis in (True, False)
        for grievance in (0.0, 0.9)
    ]
    values = run_all(
        [at(arm, p) for arm in arms for p in points], budget.replicates, budget.seed, budget.workers, _joint_gain
    )
    high, low, calm_high, calm_low = np.split(values, 4)
    return judge(
        (high - calm_high) - (low - calm_low),
        low.std(axis=1, ddof=1),
        0.2,
        "what the crisis adds to joint gain, with much less with little trust before",
    )


def _differs(budget: Budget) -> Measured:
    replicates = 60 if budget.quick else 400
    arms = [_arm(g, crisis, FIRST_YEAR) for crisis in (True, False) for g in GRIEVANCES]
    deepened = run_all(arms, replicates, budget.seed, budget.workers, _change) >= DEEPENED
    crisis, calm = np.split(deepened, 2)
    shares = crisis.mean(axis=1)
    low, high = wilson(int(crisis[0].sum()), replicates)
    mixed = bool((shares > 0.05).any() and (shares < 0.95).all())
    errors = np.sqrt(shares * (1 - shares) / replicates)
    more = (crisis.astype(float) - calm).mean(axis=0)  # over the same luck
    by_crisis, doubt = float(more.mean()), float(more.std(ddof=1) / np.sqrt(replicates))
    return Measured(
        holds=mixed and bool(shares[0] - shares[-1] > 2 * np.hypot(errors[0], errors[-1])) and by_crisis > 2 * doubt,
        found="support deepened in " + ", ".join(f"{s:.0%}" for s in shares) + " of sites, least grievance first; "
        "without the crisis in " + ", ".join(f"{s:.0%}" for s in calm.mean(axis=1)),
        figure=Region(np.array(GRIEVANCES), {"deepened": shares}, {"deepened": errors},
                      "share of pairs with a difficult history", "share of sites in which support deepened", 0.2),
        interval=(low, high),
    )  # fmt: skip


def _gain(budget: Budget, salience: bool) -> Measured:
    """Compare communities in which joint work gains something, free to choose their effort from the onset."""
    points = plausible_points(budget.points, budget.seed)
    before = _arm(0.2, crisis=False, onset=LATE, held=True, everyone=True)
    after = [_arm(0.2, crisis, onset=LATE, everyone=True) for crisis in (False, True)]
    engine.warm_up()

    def pair(task: tuple[Point, int]) -> list[float]:
        point, replicate = task
        own: Point = {**point, "community": {**point["community"], "first_effort": AT_WORK}}
        if not salience:
            own["crisis"] = {**own["crisis"], "salience": 0.0}
        fork = Fork(at(before, own), budget.seed, replicate, LATE)
        return [_joint_gain(fork.go_on(AFTER, at(template, own))[1]) for template in after]

    tasks = [(point, replicate) for point in points for replicate in range(budget.replicates)]
    with running.Threads(max(1, budget.workers)) as pool:
        found = np.array(list(pool.map(pair, tasks))).reshape(len(points), budget.replicates, 2)
    # where joint work does not gain by two standard errors, there is no gain to compare
    errors = found[..., 0].std(axis=1, ddof=1) / np.sqrt(budget.replicates)
    found = found[found[..., 0].mean(axis=1) > 2.0 * errors]
    calm, crisis = found[..., 0], found[..., 1]
    more = (crisis - calm).mean(axis=1)
    note = f"joint work gains in {len(found)} of {len(points)} points; more in a crisis in {(more > 0).mean():.0%} of "
    note += f"them, by {np.median(more / calm.mean(axis=1)):.0%} (median)"
    return judge(crisis - calm, calm.std(axis=1, ddof=1), 0.2, "joint gain over separate work, crisis less calm", note)


NO_NEED = Null({"crisis.need_rise": 0.0, "crisis.other_rise": 0.0})
"""A crisis in which needs do not rise."""


ROWS = (
    Row("M22a", "Trust before a crisis makes the response to needs", "[together2020], lesson five", "ubiquity",
        "a crisis adds more to joint gain in sites with more trust before", _response,
        (Null({"histories.depth": 0.0}), NO_NEED)),
    Row("M22b", "The same shock deepens support in some sites only", "[together2020], lesson five: two of four sites",
        "existence", "support deepens in some sites and not in others, more with more trust before", _differs,
        (Null({"histories.depth": 0.0}),
         Null({"crisis.need_rise": 0.0, "crisis.other_rise": 0.0, "crisis.salience": 0.0}))),
    Row("M22c", "Joint work gains more in a crisis, as needs rise", "[together2020], lesson five", "ubiquity",
        "the gain of joint over separate work is larger in a crisis, where there is one",
        lambda budget: _gain(budget, True),
        (NO_NEED,)),
    Row("M22d", "… also without salience", "[together2020], lesson five", "ubiquity",
        "the same with the salience of the shared purpose switched off", lambda budget: _gain(budget, False),
        (NO_NEED,)),
)  # fmt: skip

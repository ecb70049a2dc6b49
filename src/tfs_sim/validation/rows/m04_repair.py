"""M4: a repaired failure leaves more trust than the same failure unrepaired, and sometimes more than none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import Point, judge, laboratory, with_parameters

MONTH, AFTER = 12, 12
ARMS: dict[str, Mapping[str, Mapping[str, float]]] = {
    "repaired": {"repair": {"apology": 1.0, "deceit": 0.0}},
    "unrepaired": {"repair": {"apology": 0.0, "principles": 0.0, "facilitation": 0.0, "deceit": 0.0}},
    "suppressed": {
        "repair": {"apology": 0.0, "principles": 0.0, "facilitation": 0.0, "deceit": 0.0, "hardening": 0.0},
        "trust": {"negativity": 0.0},
    },
    "deceived, repaired": {"repair": {"apology": 1.0, "deceit": 1.0, "deceit_forgiven": 1.0}},
}
"""What is different in the one month of the failure; all else, and all luck, is the same."""


def _scenario() -> Scenario:
    # nobody leaves: a pair is followed, not its people's successors
    return laboratory(
        months=MONTH + 1 + AFTER, mechanisms={"turnover": False, "smoothing": False, "fresh_start": False}
    )


def _episode(
    template: engine.Template,
    seed: int,
    replicate: int,
    arms: tuple[str, ...],
    after: int = AFTER,
    *,
    forgiving: bool = True,
) -> NDArray[np.float64]:
    """Return trust of those who were let down in the month of the fork, so many months later, in each arm."""
    fork = Fork(template, seed, replicate, MONTH)
    if forgiving:
        fork.now().forgiveness[:] = 1.0
    found = []
    hurt = None
    for arm in arms:
        state, _ = fork.go_on(1, with_parameters(template, ARMS[arm]))
        hurt = fork.world(state).failed.astype(bool) if hurt is None else hurt
        if after:
            state, _ = fork.go_on(after, None, state, 1)
        found.append(fork.world(state).trust[hurt])
    return np.array(found)


def _better(budget: Budget) -> Measured:
    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        trust = _episode(template, budget.seed, replicate, ("repaired", "unrepaired"))
        return (float(trust[0].mean()), float(trust[1].mean())) if trust.size else (np.nan, np.nan)

    cheap = Budget(budget.points, budget.replicates // 2, budget.workers, budget.seed)
    trust = over_points(cheap, _scenario(), measure)
    spread = np.nanstd(trust[..., 1], axis=1, ddof=1)
    gain = np.nanmean(trust[..., 0] - trust[..., 1], axis=1, keepdims=True)
    note = f"a year later, {np.nanmean(gain):+.3f} of trust on average"
    return judge(gain, spread, 0.2, "trust after a repaired less an unrepaired failure", note)


def _above(budget: Budget) -> Measured:
    reliability = np.array([0.3, 0.5, 0.7, 0.85, 0.94, 0.98])
    replicates = 40 if budget.quick else 120
    base = _scenario().to_template()
    curves: dict[str, list[float]] = {"honest failure": [], "deceit": []}
    errors: dict[str, list[float]] = {"honest failure": [], "deceit": []}
    engine.warm_up()
    for value in reliability:
        template = with_parameters(base, {"trust": {"reliability": float(value)}})
        gains: dict[str, list[float]] = {"honest failure": [], "deceit": []}
        for replicate in range(replicates):
            trust = _episode(template, budget.seed, replicate, ("repaired", "suppressed", "deceived, repaired"))
            if trust.size:
                gains["honest failure"].append(float((trust[0] - trust[1]).mean()))
                gains["deceit"].append(float((trust[2] - trust[1]).mean()))
        for name, values in gains.items():
            curves[name].append(float(np.mean(values)))
            errors[name].append(float(np.std(values, ddof=1) / np.sqrt(len(values))))
    honest, deceit = np.array(curves["honest failure"]), np.array(curves["deceit"])
    wide = 2.0 * np.array(errors["honest failure"])
    above, below = honest - wide > 0.0, honest + wide < 0.0
    holds = bool(above[-1] and below[0] and (deceit < 0.0).all())
    return Measured(
        holds=holds,
        found=f"against no failure at all: {honest[-1]:+.4f} after a repaired honest failure at reliability "
        f"{reliability[-1]}, {honest[0]:+.4f} at {reliability[0]}; after deceit at best {deceit.max():+.4f}",
        figure=Region(
            reliability,
            {name: np.array(v) for name, v in curves.items()},
            {name: np.array(v) for name, v in errors.items()},
            "chance that a promise is kept",
            "trust a year later, against the failure suppressed",
            record(MECHANISMS["trust"].parameters).reliability,
            0.0,
        ),
    )


def _apology(budget: Budget) -> Measured:
    template = _scenario().to_template()
    engine.warm_up()
    pairs = [
        _episode(template, budget.seed, r, ("repaired", "unrepaired"), 0, forgiving=False)
        for r in range(40 if budget.quick else 200)
    ]
    repaired, unrepaired = np.concatenate([p for p in pairs if p.size], axis=1)
    spread = np.sqrt(0.5 * (repaired.var(ddof=1) + unrepaired.var(ddof=1)))
    d = float((repaired.mean() - unrepaired.mean()) / spread)
    error = float(np.sqrt(2.0 / len(repaired)))
    return Measured(
        holds=abs(d - 0.44) < 0.1,
        found=f"d = {d:.2f} over {len(repaired)} failures; published 0.44",
        interval=(d - 1.96 * error, d + 1.96 * error),
        figure=Agreement(("apology, accepted or not",), (0.44,), (d,), (error,), "standardized difference of trust"),
    )


ROWS = (
    Row("M4a", "Repair pays", "[together2020], lesson two", "ubiquity",
        "trust is higher than after the same failure unrepaired", _better,
        (Null({"repair.mended": 0.0, "repair.amends": 0.0, "repair.hardening": 0.0, "repair.deceit_hardening": 0.0}),)),
    Row("M4b", "Repair can leave more than no failure", "[together2020], lesson two; [schweitzer2006]", "existence",
        "above only after honest failures between trustworthy pairs, never after deceit", _above,
        (Null({"repair.mended": 0.0}), Null({"repair.amends": 0.0}))),
    Row("M4c", "Size of the effect of an apology", "[yuan2017] (36 effects, N = 4,731)", "reported",
        "d = 0.44", _apology,
        (Null({"repair.mended": 0.0, "repair.amends": 0.0, "repair.hardening": 0.0, "repair.deceit_hardening": 0.0}),)),
)  # fmt: skip

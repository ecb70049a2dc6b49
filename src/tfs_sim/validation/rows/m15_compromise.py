"""M15: agreement rises with flexibility until missions are given up; then partners withdraw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import laboratory, metric, run_all

LEVELS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
LEAST = 0.2
"""Standard deviations between replicates by which more must withdraw than where nobody is flexible."""
SOURCE = "[together2020] on flexible goals"


def _sweep(budget: Budget, name: str, core: float = 0.3) -> NDArray[np.float64]:
    """Return a metric of every replicate at every level of flexibility, over the same luck."""
    runs = 10 * budget.replicates
    chosen = {"flexibility_spread": 0.0, "core": core}
    templates = [
        laboratory(months=36, parameters={"compromise": {"flexibility": f, **chosen}}).to_template() for f in LEVELS
    ]
    return run_all(templates, runs, budget.seed, budget.workers, metric(name, 0, 36))


def _error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1]))


def _exceeds(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Say whether a's mean is above b's by two standard errors of the paired difference."""
    return bool((a - b).mean() > 2 * _error(a - b))


def _agreement_and_withdrawal(budget: Budget) -> Measured:
    agreed, left = _sweep(budget, "actual_agreement"), _sweep(budget, "withdrew")
    more = (left - left[0]).mean(axis=1) >= LEAST * left[0].std(ddof=1)
    turn = int(np.argmax(more)) - 1 if more.any() else len(LEVELS) - 1
    inside = 0 < turn < len(LEVELS) - 1
    curves = {"agreement": agreed.mean(axis=1), "withdrawals a month": left.mean(axis=1)}
    return Measured(
        holds=inside and _exceeds(agreed[turn], agreed[0]) and _exceeds(left[-1], left[turn]),
        found=f"agreement {agreed[0].mean():.2f} to {agreed[turn].mean():.2f} from flexibility 0 to {LEVELS[turn]:g}, "
        f"{left[0].mean():.2f} and {left[turn].mean():.2f} withdrawals a month; {left[-1].mean():.2f} at 1",
        figure=Region(
            np.array(LEVELS), curves, {"agreement": _error(agreed), "withdrawals a month": _error(left)}, "flexibility",
            "mean agreement; withdrawals a month, over three years", default=0.3,
        ),
    )  # fmt: skip


def _optimum(budget: Budget) -> Measured:
    core, none = _sweep(budget, "performance"), _sweep(budget, "performance", core=10.0)
    best = int(np.argmax(core.mean(axis=1)))
    inside = 0 < best < len(LEVELS) - 1
    return Measured(
        holds=inside and _exceeds(core[best], core[0]) and _exceeds(core[best], core[-1])
        and not _exceeds(none[best], none[-1]),
        found=f"joint gain {core[0].mean():.1f} at 0, {core[best].mean():.1f} at {LEVELS[best]:g}, "
        f"{core[-1].mean():.1f} at 1; where missions have no core {none[best].mean():.1f} and {none[-1].mean():.1f}",
        figure=Region(
            np.array(LEVELS), {"missions with a core": core.mean(axis=1), "without": none.mean(axis=1)},
            {"missions with a core": _error(core), "without": _error(none)}, "flexibility", "joint gain", default=0.3,
        ),
    )  # fmt: skip


ROWS = (
    Row("M15a", "Flexibility brings agreement, then withdrawal", SOURCE, "existence",
        "agreement rises up to a flexibility at which no more withdraw than at none; withdrawals rise beyond",
        _agreement_and_withdrawal,
        (Null({"compromise.flexibility": 0.0}), Null({"compromise.strain": 0.0}))),
    Row("M15b", "Compromise has an interior optimum", SOURCE, "existence",
        "joint gain largest between no flexibility and full; not where missions have no core", _optimum,
        (Null({"compromise.flexibility": 0.0}), Null({"compromise.strain": 0.0}))),
)  # fmt: skip

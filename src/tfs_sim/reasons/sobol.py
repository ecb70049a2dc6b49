"""Sobol indices of a noisy simulator, and elementary effects: designs by SALib, luck taken out.

With y(x) the mean outcome at inputs x, first and total index of input i are

    S_i = Var E[y | x_i] / Var y,        T_i = E Var[y | all but x_i] / Var y.

SALib lays out N base rows, each with the points A, AB_1 … AB_k and B, where AB_i is A with B's value of input i [1]_.
Of a simulator with luck only means of R runs are seen, with variance s² / R about y. Luck of different points is
independent, so it leaves the products alone, and adds to squares and to the variance just what can be measured: the
mean of s² / R is taken from each (as in the analysis of variance, and unbiased like it [2]_):

    Var y = var(A, B) − mean(s²_A + s²_B) / 2R
    S_i   = mean y_B (y_ABi − y_A) / Var y                             (Saltelli et al. 2010)
    T_i   = [mean (y_A − y_ABi)² − mean(s²_A + s²_ABi) / R] / 2 Var y    (Jansen 1999)

Without luck these are SALib's own numbers. Intervals are bootstraps over base rows, in which luck goes along.

An elementary effect [3]_ is the change of the outcome along one step of a trajectory, over the step's length in the
unit cube. All points of a trajectory have the same luck, so that an input without effect has none exactly; an input's
importance μ* is the mean size of its effects.

References
----------
.. [1] Saltelli et al. (2010), "Variance based sensitivity analysis of model output", Computer Physics Communications
   181(2):259-270; Jansen (1999), "Analysis of variance designs for model output", the same 117:35-43.
.. [2] Sun, Apley & Staum (2011), "Efficient nested simulation for estimating the variance of a conditional
   expectation", Operations Research 59(4):998-1007.
.. [3] Morris (1991), "Factorial sampling plans for preliminary computational experiments", Technometrics 33(2):161-174;
   Campolongo, Cariboni & Saltelli (2007), "An effective screening design for sensitivity analysis of large models",
   Environmental Modelling & Software 22(10):1509-1518.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = 4
"""Levels of an input along trajectories."""
DRAWS = 1000
"""Bootstrap draws of base rows."""
NARROW = 0.1
"""Totals are settled where no 95% interval of one is wider than this."""
ESTIMATOR = "Saltelli et al. 2010 (first), Jansen 1999 (total), less the variance between runs of a point"

Verdict = Literal["settled", "not settled", "luck alone"]


@dataclass(frozen=True)
class Indices:
    """Sobol indices with their 95% intervals (bootstrap over base rows).

    Attributes
    ----------
    first, total : float64 [inputs, 3]: value, low, high.
    variance : of the mean outcome over the inputs, and its interval: float64 [3].
    luck : variance of a point's mean by luck, averaged over points.
    base : how many base rows.
    verdict : "settled" (every interval of a total is at most `NARROW` wide); "not settled"; "luck alone" (the variance
        over inputs can be told from none by no more than chance).
    needed : base rows at which it would be settled, as far as these intervals tell; None where it is, or luck is all.
    estimator : its name.
    """

    first: Array
    total: Array
    variance: Array
    luck: float
    base: int
    verdict: Verdict
    needed: int | None
    estimator: str = ESTIMATOR


def rows(inputs: int, base: int, seed: int) -> Array:
    """Return the points of a design in the unit cube: float64 [base, inputs + 2, inputs]; A, AB_1 …, B of each row.

    `base` is a power of 2, as Sobol's sequence wants it.
    """
    from SALib.sample import sobol

    points = sobol.sample(_problem(inputs), base, calc_second_order=False, scramble=True, seed=seed)
    return np.asarray(points, np.float64).reshape(base, inputs + 2, inputs)


def trajectories(inputs: int, count: int, seed: int) -> Array:
    """Return trajectories through the unit cube: float64 [count, inputs + 1, inputs]; one input a step."""
    from SALib.sample import morris

    points = morris.sample(_problem(inputs), count, num_levels=LEVELS, seed=seed)
    return np.asarray(points, np.float64).reshape(count, inputs + 1, inputs)


def _problem(inputs: int) -> dict[str, Any]:
    return {"num_vars": inputs, "names": [str(n) for n in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}


def effects(points: Array, values: Array) -> Array:
    """Return the elementary effects of trajectories [count, inputs + 1, inputs] with these values [count, inputs + 1].

    Returns
    -------
    float64 [count, inputs]; missing where a value is.
    """
    steps = np.diff(points, axis=1)
    changed = np.abs(steps).argmax(-1)
    length = np.take_along_axis(steps, changed[..., None], -1)[..., 0]
    found = np.full((len(points), points.shape[-1]), np.nan)
    np.put_along_axis(found, changed, np.diff(values, axis=1) / length, 1)
    return found


def indices(values: Array, luck: Array, draws: int = DRAWS, seed: int = 1) -> Indices:
    """Return the Sobol indices of a design of `rows`.

    Parameters
    ----------
    values : float64 [base, inputs + 2], means of the runs of each point; rows with a missing one are left out.
    luck : float64 [base, inputs + 2], the variance of each mean (s² / R); zeros for a simulator without luck.

    Raises
    ------
    ValueError
        When fewer than eight rows are whole.
    """
    whole = ~np.isnan(values).any(1)
    values, luck = values[whole], luck[whole]
    base = len(values)
    if base < 8:
        raise ValueError(f"indices need eight base rows at least; {base} have all their values")
    values = values - values[:, [0, -1]].mean()
    found = _estimated(values, luck, np.full((1, base), 1.0 / base))
    dealt = np.random.default_rng(seed).multinomial(base, np.full(base, 1 / base), draws) / base
    drawn = _estimated(values, luck, dealt)
    spans = [np.nanquantile(each, (0.025, 0.975), axis=0) for each in drawn]
    first, total = (np.stack([one[0], *ends], axis=-1) for one, ends in zip(found[:2], spans[:2], strict=True))
    variance = np.array([found[2][0], *spans[2]])
    widest = float((total[:, 2] - total[:, 1]).max())
    verdict: Verdict = "settled" if widest <= NARROW else "not settled"
    if not variance[1] > 0:
        verdict = "luck alone"
    needed = None
    if verdict == "not settled":
        needed = 2 ** math.ceil(math.log2(base * (widest / NARROW) ** 2))
    return Indices(first, total, variance, float(luck.mean()), base, verdict, needed)


def _estimated(values: Array, luck: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Return first and total indices [draws, inputs], and the variance [draws], under weights of rows [draws, base]."""
    a, b, ab = values[:, 0], values[:, -1], values[:, 1:-1]
    mean = weights @ (a + b) / 2
    base = values.shape[0]
    square = (weights @ (a**2 + b**2) / 2 - mean**2) * (2 * base / (2 * base - 1))
    variance = square - weights @ (luck[:, 0] + luck[:, -1]) / 2
    first = weights @ (b[:, None] * (ab - a[:, None])) - mean[:, None] * (weights @ (ab - a[:, None]))
    apart = weights @ ((a[:, None] - ab) ** 2 - luck[:, :1] - luck[:, 1:-1]) / 2
    there = np.where(variance > 0, variance, np.nan)[:, None]
    return first / there, apart / there, variance

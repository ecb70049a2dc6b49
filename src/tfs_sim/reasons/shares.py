"""Of values at given inputs, correlated or not: by which inputs they differ (shares of R², split by Shapley values).

Sets of a calibrated ensemble are no design: inputs are correlated, so no variance belongs to one of them alone, and
conditional indices would need runs at points that disagree with what is known. The share of an input is then that of
the explained variance of a linear regression, R²(S) for the inputs S, split by Shapley values [1]_: shares add up to
R², an input without a part of its own gets some by being correlated with one that has. Straight and bent parts of an
input go together.

Luck in means of few runs belongs to nobody: shares are of the variance of true values, var(values) less the mean of
s² / R. Intervals are a bootstrap over sets with the inputs held that were found: not that others may be found.

References
----------
.. [1] Grömping (2007), "Estimators of relative importance in linear regression based on variance decomposition", The
   American Statistician 61(2):139-147; Owen & Prieur (2017), "On Shapley value for measuring importance of dependent inputs", SIAM/ASA Journal on
   Uncertainty Quantification 5(1):986-1002.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfs_sim.reasons import shapley

Array = NDArray[np.float64]

DRAWS = 400
ESTIMATOR = "Shapley values of R² of a linear regression (Grömping 2007), less the variance of luck"


@dataclass(frozen=True)
class Shares:
    """Shares of the variance of true values.

    Attributes
    ----------
    share : float64 [inputs, 3]: value, low, high.
    explained : of all inputs together, and its interval: float64 [3].
    variance : of true values.
    estimator : its name.
    """

    share: Array
    explained: Array
    variance: float
    estimator: str = ESTIMATOR


def shares(x: Array, values: Array, luck: Array | None = None, draws: int = DRAWS, seed: int = 1) -> Shares:
    """Return by which inputs values differ.

    Parameters
    ----------
    x : float64 [sets, inputs], at most `shapley.MOST` of them.
    values : float64 [sets].
    luck : float64 [sets], the variance of each value; None without.

    Raises
    ------
    ValueError
        When there are too many inputs, or fewer than four sets an input.
    """
    count = x.shape[1]
    if not 1 <= count <= shapley.MOST:
        raise ValueError(f"shares are of 1 to {shapley.MOST} inputs; found {count}")
    if len(x) < 4 * count + 4:
        raise ValueError(f"{len(x)} sets are too few for {count} inputs")
    noise = np.zeros(len(values)) if luck is None else luck
    columns = [x[:, [n]] for n in range(count)]
    bent = [np.hstack([each, (each - each.mean()) ** 2]) for each in columns]
    found = _split(bent, values, noise)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        at = rng.integers(0, len(x), len(x))
        drawn.append(_split([each[at] for each in bent], values[at], noise[at])[0])
    each = np.array(drawn)
    low, high = np.nanquantile(each, (0.025, 0.975), axis=0)
    whole = np.nanquantile(each.sum(1), (0.025, 0.975))
    share = np.stack([found[0], low, high], axis=-1)
    return Shares(share, np.array([found[0].sum(), *whole]), found[1])


def _split(columns: Sequence[Array], values: Array, luck: Array) -> tuple[Array, float]:
    """Return each input's part of the variance of true values as a share of it, and that variance."""
    count, n = len(columns), len(values)
    centred = values - values.mean()
    seen = float(centred @ centred) / (n - 1)
    true = seen - float(luck.mean())
    game = np.zeros(1 << count)
    for number in range(1, 1 << count):
        within = np.hstack([columns[i] for i in range(count) if number >> i & 1])
        within = within - within.mean(0)
        fit, *_ = np.linalg.lstsq(within, centred, rcond=None)
        left = centred - within @ fit
        terms = within.shape[1]
        game[number] = seen - float(left @ left) / max(n - 1 - terms, 1)  # what chance explains is taken out
    parts = shapley.values(game)
    return (parts / true if true > 0 else np.full(count, np.nan)), true

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
   American Statistician 61(2):139-147; Owen & Prieur (2017), "On Shapley value for measuring importance of dependent
   inputs", SIAM/ASA Journal on Uncertainty Quantification 5(1):986-1002.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfs_sim.reasons import shapley

Array = NDArray[np.float64]

DRAWS = 200
_RIDGE = 1e-9
"""Of its variance, what is added to that of an input, so that two that are the same share evenly."""
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
    straight = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1.0)
    terms = np.stack([straight, straight**2], axis=-1)
    found = _split(terms, values, noise)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        at = rng.integers(0, len(x), len(x))
        drawn.append(_split(terms[at], values[at], noise[at])[0])
    each = np.array(drawn)
    low, high = np.nanquantile(each, (0.025, 0.975), axis=0)
    whole = np.nanquantile(each.sum(1), (0.025, 0.975))
    share = np.stack([found[0], low, high], axis=-1)
    return Shares(share, np.array([found[0].sum(), *whole]), found[1])


def _split(terms: Array, values: Array, luck: Array) -> tuple[Array, float]:
    """Return each input's part of the variance of true values as a share of it, and that variance.

    Parameters
    ----------
    terms : float64 [sets, inputs, 2], the straight and the bent part of each input.
    """
    n, count, _ = terms.shape
    x = terms.reshape(n, -1) - terms.reshape(n, -1).mean(0)
    y = values - values.mean()
    gram, product = x.T @ x / (n - 1), x.T @ y / (n - 1)
    gram[np.diag_indices(len(gram))] *= 1.0 + _RIDGE
    seen = float(y @ y) / (n - 1)
    true = seen - float(luck.mean())
    game = np.zeros(1 << count)
    for size in range(1, count + 1):  # all coalitions of a size at once
        members = np.array(list(itertools.combinations(range(count), size)))
        at = (2 * members[..., None] + [0, 1]).reshape(len(members), -1)
        own = product[at]
        fit = np.linalg.solve(gram[at[:, :, None], at[:, None, :]], own[..., None])[..., 0]
        left = (seen - (own * fit).sum(-1)) * (n - 1) / max(n - 1 - 2 * size, 1)
        game[(1 << members).sum(-1)] = seen - left  # what chance explains is taken out
    parts = shapley.values(game)
    return (parts / true if true > 0 else np.full(count, np.nan)), true

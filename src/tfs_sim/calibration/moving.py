"""New sets near those that were run, by a move that leaves the prior as it is.

Places of the prior, put on the normal scale, are drawn towards the middle and moved at random,

    z' = √(1 − h²) z + h ξ,   ξ normal,

which makes of sets drawn from the prior sets drawn from the prior, in any number of dimensions (preconditioned
Crank-Nicolson [1]_). h is small in directions of which what is seen of the town, or what the sets were calibrated to,
says anything, so that a new set is like the one that it comes from where that counts; elsewhere it is large, so that
what nothing is known of stays as open as it was. Of calibrated sets this holds before they are tried on what they were
calibrated to, which is done to those that are taken.

References
----------
.. [1] Cotter, Roberts, Stuart & White (2013), "MCMC methods for functions: modifying old algorithms to make them
   faster", Statistical Science 28(3):424-446.
"""

from __future__ import annotations

import numpy as np
import scipy
from scipy.special import ndtr, ndtri

from tfs_sim.calibration.held import Array, Mask

STEP = 0.4
"""h of parameters that count."""
FAR = 1.0
"""h of all others where sets are of the prior: they are drawn anew."""
FAR_CALIBRATED = 0.8
"""h of all others where sets are calibrated, most of which narrows them a little, together."""
CLEAR = 3.5
"""Correlations count that are so many times what chance makes of them."""
_EDGE = 1e-4
"""Places this near to an end of the prior are taken to be so far from it."""


def telling(places: Array, means: Array) -> Mask:
    """Say which parameters move what is seen of the town: bool [parameters].

    Parameters
    ----------
    places : [sets, parameters], as the prior has them.
    means : [sets, observations], means over runs; NaN where a set has none.
    """
    known = np.isfinite(means).all(axis=1)
    if known.sum() < 10:
        return np.ones(places.shape[1], bool)
    x, y = scipy.stats.rankdata(places[known], axis=0), scipy.stats.rankdata(means[known], axis=0)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    size = np.sqrt(np.outer((x**2).sum(axis=0), (y**2).sum(axis=0)))
    together = np.divide(x.T @ y, size, out=np.zeros_like(size), where=size > 0)
    return np.asarray((np.abs(together) > CLEAR / np.sqrt(known.sum())).any(axis=1))


def narrowed(places: Array) -> Mask:
    """Say of which parameters places are not even in [0, 1], as those of the prior would be: bool [parameters]."""
    return np.array([scipy.stats.kstest(column, "uniform").pvalue < 0.05 for column in places.T])


def moved(places: Array, steps: Array, rng: np.random.Generator) -> Array:
    """Return new places [sets, parameters] near these.

    Parameters
    ----------
    places : in [0, 1].
    steps : h of each parameter, in [0, 1].
    """
    z = ndtri(np.clip(places, _EDGE, 1.0 - _EDGE))
    return np.asarray(ndtr(np.sqrt(1.0 - steps**2) * z + steps * rng.standard_normal(z.shape)))

"""What is known of every set of parameters: the mean over its luck, and how far luck may have moved that mean.

A set has few replicates (2 to 16), so its own variance says little of its luck, and luck differs between sets.
Variances are therefore *moderated* [1]_: with s_i² the variance of set i over d_i degrees of freedom, and variances of
sets distributed like s₀² d₀ / χ²(d₀), each set's is

    (d₀ s₀² + d_i s_i²) / (d₀ + d_i),        (mean − truth) / error ~ t(d₀ + d_i).

d₀ and s₀² come from mean and variance of log s_i² (closed form but for one inversion). Where sets' variances differ no
more than luck makes them, d₀ is without bound, all sets have the pooled variance and errors are normal; where luck
differs much, d₀ is small and each set keeps its own. The t-likelihood then says how little few replicates tell: the
tails of a set with two replicates do not pull on the distribution of true differences as a normal error would. A
variance smoothed over the mean was not taken: luck that is large for some reason other than the mean would be missed.

References
----------
.. [1] Smyth (2004), "Linear models and empirical Bayes methods for assessing differential expression in microarray
   experiments", Statistical Applications in Genetics and Molecular Biology 3(1):3, sections 3 and 6.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.estimators.mixtures import Array
from tfs_sim.scenario.errors import Mistake, UserError

_LEAST = 1e-4
"""Share of the mean variance that a set's own has at least: luck that did nothing may yet do something."""


@dataclass(frozen=True)
class SetMeans:
    """Sets of parameters with the mean difference of each.

    Attributes
    ----------
    name : [sets], the sets' identities, in order.
    mean, variance : float64 [sets], over each set's replicates (the variance missing where there is one).
    count : int [sets], replicates of each.
    """

    name: NDArray[Any]
    mean: Array
    variance: Array
    count: NDArray[np.int64]

    @classmethod
    def of(cls, values: Array, sets: NDArray[Any]) -> SetMeans:
        """Return the sets of a sample, from the differences of pairs and the set of each ([pairs]).

        Pairs with a missing value are left out, and sets without any other.

        Raises
        ------
        UserError
            Where fewer than two sets have a value, or none has two replicates, so that nothing is known of luck.
        """
        known = ~np.isnan(values)
        name, code = np.unique(sets[known], return_inverse=True)
        count = np.bincount(code, minlength=len(name))
        if len(name) < 2:
            said = "one set of parameters" if len(name) else "no set of parameters with a value"
            raise UserError(
                Mistake(f"found {said}; how sets differ needs two sets at least, and a hundred to say much")
            )
        if count.max() < 2:
            raise UserError(
                Mistake(
                    f"every one of the {len(name)} sets has a single replicate, so that nothing is known of luck; "
                    "run two replicates of each set at least"
                )
            )
        mean = np.bincount(code, values[known]) / count
        squares = np.bincount(code, (values[known] - mean[code]) ** 2)
        twice = count > 1
        variance = np.where(twice, squares / np.where(twice, count - 1, 1), np.nan)
        return cls(name, mean, variance, count)

    def __len__(self) -> int:
        return len(self.mean)

    @cached_property
    def _moderated(self) -> tuple[Array, Array]:
        from scipy.special import digamma

        twice = self.count > 1
        own, freedom = self.variance[twice], np.asarray(self.count[twice] - 1, np.float64)
        d0, log0 = math.inf, 0.0
        if own.max() > 0:
            logs = np.log(np.maximum(own, _LEAST * own.mean())) - digamma(freedom / 2) + np.log(freedom / 2)
            d0, log0 = _prior(np.asarray(logs), freedom)
        more = np.where(twice, self.count - 1.0, 0.0)
        seen = np.where(twice, self.variance, 0.0)
        if math.isinf(d0):
            pooled = float((own * freedom).sum() / freedom.sum())
            return np.full(len(self), pooled), np.full(len(self), math.inf)
        return (d0 * math.exp(log0) + more * seen) / (d0 + more), d0 + more

    @property
    def error(self) -> Array:
        """Standard error of each set's mean, from its moderated variance."""
        return np.asarray(np.sqrt(self._moderated[0] / self.count))

    @property
    def freedom(self) -> Array:
        """Degrees of freedom of each set's error (infinite where sets do not differ in luck)."""
        return self._moderated[1]

    @property
    def between(self) -> Array:
        """Each set's part of the variance between sets: its squared deviation less what luck adds, [sets].

        Their mean is the estimate by unweighted means (`variance`); a set with one replicate has the others' luck.
        """
        n = len(self)
        luck = np.where(self.count > 1, self.variance, np.nanmean(self.variance)) / self.count
        return np.asarray((self.mean - self.mean.mean()) ** 2 * (n / (n - 1)) - luck)


def _prior(logs: Array, freedom: Array) -> tuple[float, float]:
    """Return degrees of freedom and log variance of the distribution that sets' variances come from."""
    from scipy.optimize import brentq
    from scipy.special import digamma, polygamma

    excess = float(logs.var(ddof=1) - polygamma(1, freedom / 2).mean()) if len(logs) > 1 else 0.0
    if excess <= float(polygamma(1, 5e4)):  # as good as none
        return math.inf, float(logs.mean())
    half = math.exp(brentq(lambda log: float(polygamma(1, math.exp(log))) - excess, -12.0, 12.0))
    return 2 * half, float(logs.mean() + digamma(half) - math.log(half))

"""What so many communities say together, and how far luck may move it.

A value is natural (a share, a number of members, a mark from 1 to 4), with the variance that comes from there being so
few communities: what another draw of as many would change. Communities of one run are independent of each other under
one set of parameters, which is all that this needs; sizes of communities count as luck, so it is rather too large.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Estimate(NamedTuple):
    """A natural value.

    Attributes
    ----------
    value : what is compared with a target; of a share with half an answer added to each side, so that it has odds.
        NaN where nobody could be asked, or too few: one community alone does not show luck.
    variance : of its luck.
    asked : communities on which it rests.
    raw : the value as it was seen, without half answers.
    """

    value: float
    variance: float
    asked: int
    raw: float


NOBODY = Estimate(math.nan, math.nan, 0, math.nan)


def share(yes: Array, of: Array) -> Estimate:
    """Return the share Σ yes / Σ of over communities.

    Parameters
    ----------
    yes, of : float64 [communities]; how many said yes, of how many that were asked (0 or 1 each where it is the
        community itself that is asked).

    Half an answer is added to each side (a share of all or none has no odds: Haldane 1956). The variance
    is that of a ratio of sums, at least the binomial one.
    """
    asked, total = int((of > 0).sum()), float(of.sum())
    if total <= 0:
        return NOBODY
    raw = float(yes.sum()) / total
    value = (float(yes.sum()) + 0.5) / (total + 1.0)
    binomial = value * (1.0 - value) / (total + 1.0)
    return Estimate(value, max(_of_ratio(yes, of, raw), binomial), asked, raw)


def mean(top: Array, bottom: Array) -> Estimate:
    """Return Σ top / Σ bottom over communities, a mean weighted by `bottom`; needs two communities that have any.

    Parameters
    ----------
    top, bottom : float64 [communities].
    """
    asked, total = int((bottom > 0).sum()), float(bottom.sum())
    if asked < 2:
        return NOBODY._replace(asked=asked)
    value = float(top.sum()) / total
    return Estimate(value, _of_ratio(top, bottom, value), asked, value)


def quotient(one: Estimate, other: Estimate) -> Estimate:
    """Return one value over another one, of other communities; both are positive, or nothing can be said."""
    asked = one.asked + other.asked
    if not (one.value > 0 and other.value > 0):
        return NOBODY._replace(asked=asked)
    value = one.value / other.value
    relative = one.variance / one.value**2 + other.variance / other.value**2
    return Estimate(value, value**2 * relative, asked, value)


def jackknifed(statistic: Callable[[NDArray[np.int64]], float], communities: int) -> Estimate:
    """Return a statistic of communities, with the variance that leaving out each in turn shows (Efron & Stein 1981).

    Parameters
    ----------
    statistic : its value over the communities with these numbers; NaN where they do not say it.
    communities : how many there are.
    """
    everyone = np.arange(communities)
    value = statistic(everyone)
    if math.isnan(value):
        return NOBODY
    without = np.array([statistic(np.delete(everyone, n)) for n in everyone]) if communities > 1 else np.array([np.nan])
    if np.isnan(without).any():
        return NOBODY._replace(asked=communities)
    spread = float(((without - without.mean()) ** 2).sum())
    return Estimate(value, spread * (communities - 1) / communities, communities, value)


def _of_ratio(top: Array, bottom: Array, ratio: float) -> float:
    """Return the variance of a ratio of sums over communities, to first order."""
    asked, total = int((bottom > 0).sum()), float(bottom.sum())
    if asked < 2:
        return 0.0
    off = top - ratio * bottom
    return float((off**2).sum()) / total**2 * asked / (asked - 1)

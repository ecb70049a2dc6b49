"""At what level intervals of many means over the same sets hold at once.

Bonferroni's 1 − 0.05 / m holds however m means depend on each other, and is too careful where they move together, as
those of neighbouring conditions over the same sets do. Here the largest of their t-statistics is drawn: each set's
deviations, weighted by a normal draw of the set (the multiplier bootstrap of Chernozhukov, Chetverikov & Kato 2013,
"Gaussian approximations and multiplier bootstrap for maxima of sums of high-dimensional random vectors", Annals of
Statistics 41(6):2786-2819). Its 95% quantile is that of a single interval at some higher level, which is what is
returned: so t-quantiles, which allow for few sets, can be taken at it. It is never above Bonferroni's, nor below 0.95.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from tfs_sim.decisions.tables import Array

LEVEL = 0.95
DRAWS = 2000
FEWEST = 20
"""With fewer sets Bonferroni's level is taken."""
SEED = 20130601


def together(values: Array, level: float = LEVEL) -> float:
    """Return the level of each interval at which the intervals of all means hold at once.

    Parameters
    ----------
    values : what each mean is over: float [sets, means], all there.
    level : at which all of them are to hold.
    """
    sets, means = values.shape
    away = values - values.mean(axis=0)
    size = np.sqrt((away**2).sum(axis=0))
    known = size > 1e-12 * max(1e-300, float(np.abs(values).max(initial=0.0)))
    away = away[:, known] / size[known]
    careful = 1.0 - (1.0 - level) / max(1, means)
    if sets < FEWEST or away.shape[1] < 2:
        return careful if away.shape[1] > 1 else level
    weights = np.random.default_rng(SEED).standard_normal((DRAWS, sets))
    largest = np.abs(weights @ away).max(axis=1)
    single = 1.0 - 2.0 * float(special.ndtr(-np.quantile(largest, level)))
    return float(np.clip(single, level, careful))

"""The ratio of two means over the same pairs, with an interval that is not symmetric.

Fieller's [1]_: the ratios that a t-test at that level does not refuse. Where the mean below may be nothing, they have
no bounds, and nothing is said.

References
----------
.. [1] Fieller (1954), "Some problems in interval estimation", Journal of the Royal Statistical Society B 16(2):175-185.
"""

from __future__ import annotations

import math

from tfs_sim.analysis.pooling import LEVEL, Units, mean_of
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import Array


def ratios(above: Array, below: Array, units: Units, level: float = LEVEL) -> list[Part | None]:
    """Return each column's mean as a ratio of the mean of `below`, with its interval; None where it has no bounds.

    Parameters
    ----------
    above : [pairs, columns].
    below : [pairs].
    units : where the pairs come from.
    level : of each interval.
    """
    from scipy.special import stdtrit

    of_below, of_above, of_both = (mean_of(each, units) for each in (below[:, None], above, above + below[:, None]))
    total, error = float(of_below.value[0]), float(of_below.error[0])
    found: list[Part | None] = []
    for value, own_error, both_error, freedom in zip(
        of_above.value, of_above.error, of_both.error, of_above.freedom, strict=True
    ):
        t2 = float(stdtrit(freedom, 0.5 + level / 2)) ** 2
        shared = (both_error**2 - own_error**2 - error**2) / 2
        a, b, c = total**2 - t2 * error**2, value * total - t2 * shared, value**2 - t2 * own_error**2
        if not a > 0:
            found.append(None)
            continue
        half = math.sqrt(max(b * b - a * c, 0.0)) / a
        found.append(Part(float(value / total), float(b / a - half), float(b / a + half)))
    return found

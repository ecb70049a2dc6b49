"""By how much the best place on sliders is optimistic: what is promised there, less what runs then give.

Whoever looks for the best of many places finds one that an emulator overrates (the optimizer's curse [1]_). Half of the
points and half of the sets look for it, among places where the other half was run; the other half of the sets says
there what it is worth. That is done both ways, over many halvings, and averaged.

References
----------
.. [1] Smith & Winkler (2006), "The optimizer's curse: skepticism and postdecision surprise in decision analysis",
   Management Science 52(3):311-322.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.calibration import processes
from tfs_sim.reasons.surfaces import Array, Cells, Subject

HALVINGS = 24
_FEWEST = 8


def optimism(places: Array, values: Array, found: Subject, sign: float) -> float:
    """Return by how much a best place is overrated, in the quantity's unit; missing where that cannot be told.

    Parameters
    ----------
    places : [points, sliders] in [0, 1].
    values : float64 [points, sets, replicates].
    found : its emulator, whose lengths are taken.
    sign : 1 where more is better, −1 where less is.
    """
    if found.same is not None:
        return 0.0
    known = found.mean.at
    values = values[known] if values.shape[1] > 1 else np.swapaxes(values[known], 1, 2)
    runs, x = values.shape[1], processes.spread(places[known])
    if runs < 2 or len(known) < 2 * _FEWEST:
        return float("nan")
    rng = np.random.default_rng(runs)
    whole = found.mean.noise
    off = []
    for _ in range(HALVINGS):
        points, own = (np.array_split(rng.permutation(count), 2) for count in (len(known), runs))
        for looking, looked in ((0, 1), (1, 0)):
            means = [Cells(values[:, half]).mean for half in (own[looking], own[looked])]
            fit = points[looking][np.isfinite(means[0][points[looking]])]
            there = points[looked][np.isfinite(means[0][points[looked]]) & np.isfinite(means[1][points[looked]])]
            if min(len(fit), len(there)) < _FEWEST:
                continue
            noise = whole[fit] * runs / len(own[looking])
            said = processes.refitted(found.mean.process, x[fit], means[0][fit], noise).at(x[there])[0]
            best = int(np.argmax(sign * said))
            off.append(sign * float(said[best] - means[1][there[best]]))
    return float(np.mean(off)) if off else float("nan")

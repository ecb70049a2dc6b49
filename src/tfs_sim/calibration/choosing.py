"""The ensemble: sets that were run and miss nothing, chosen to fill what is left, and its file.

Accepted sets are evenly spread over what is left, and luckily so: here a heap, there a hole. Those of the ensemble are
taken one after the other, each so that the energy distance [1]_ between those that are taken and all that were accepted
is least [2]_. So any first few of them stand for all, without one place counting twice; no set is made up, none has a
weight.

Set 0 is the one whose outputs are nearest the median of all, in standard deviations of the targets.

References
----------
.. [1] Székely & Rizzo (2013), "Energy statistics: a class of statistics based on distances", Journal of Statistical
   Planning and Inference 143(8):1249-1272.
.. [2] Mak & Joseph (2018), "Support points", Annals of Statistics 46(6A):2562-2592.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from tfs_sim.calibration import held
from tfs_sim.calibration.held import Array, Held
from tfs_sim.calibration.matching import Calibration
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.storage import ensembles
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.files import refusal

Rows = NDArray[np.int64]


def chosen(found: Calibration) -> Rows:
    """Return the rows of the sets that make the ensemble, set 0 first, each first few of them standing for all.

    Raises
    ------
    UserError
        When fewer were accepted than are wanted, unless it is a trial.
    """
    rows = np.flatnonzero(found.accepted)
    wanted = found.budget.wanted
    if len(rows) < wanted and not found.budget.quick:
        raise refusal(
            f"{len(rows):,} of {len(found.ids):,} sets that were run miss nothing, where {wanted:,} are wanted",
            f"Give it a larger budget than {found.budget.sets:,} sets; it goes on from what was run.",
        )
    return rows[filling(found.places[rows][:, _read(found)], min(wanted, len(rows)), middle(found, rows))]


def _read(found: Calibration) -> list[int]:
    """Return the inputs that any target hangs on, or all where none is known to."""
    return list(found.region.active) or list(range(len(found.space)))


def middle(found: Calibration, rows: Rows) -> int:
    """Return which of some rows is nearest their median, in standard deviations of the targets."""
    scaled = found.gave[rows] / np.sqrt(held.variances(found.outputs))
    off = scaled - np.nanmedian(scaled, axis=0)
    # a value that is missing, of a target that may be missed, is as far off as the furthest
    off = np.where(np.isfinite(off), np.abs(off), np.nanmax(np.abs(off), axis=0, initial=0.0))
    return int((off**2).sum(axis=1).argmin())


def filling(places: Array, count: int, first: int) -> Rows:
    """Return `count` of some places [n, d] that stand for all of them, one given as the first."""
    far = cdist(places, places)
    mean = far.mean(axis=1)
    taken, near = [first], far[first].copy()
    free = np.ones(len(places), bool)
    free[first] = False
    while len(taken) < count:
        score = np.where(free, mean - near / (len(taken) + 1), np.inf)
        best = int(score.argmin())
        taken.append(best)
        free[best] = False
        near += far[best]
    return np.array(taken, np.int64)


def sets_of(found: Calibration, rows: Rows, title: str) -> Sets:
    """Return rows as sets of parameters, with the identities under which they were run."""
    return found.space.sets(found.table[rows], [found.ids[n] for n in rows], title)


def missed(found: Calibration, rows: Rows) -> list[str]:
    """Return a sentence on each target that may be missed, and is by some of the sets."""
    return misses(found.gave[rows], found.outputs)


def misses(gave: Array, outputs: Sequence[Held]) -> list[str]:
    """Return a sentence on each target that some sets miss, which gave [sets, outputs]."""
    off = np.abs(gave - held.centres(outputs)) / np.sqrt(held.variances(outputs))
    said = []
    for n, output in enumerate(outputs):
        share = float((~(off[:, n] <= 3.0)).mean())
        if share > 0:
            said.append(f"{output.name}: missed by more than 3 standard deviations in {share:.0%} of sets")
    return said


def written(path: Path, found: Calibration, rows: Rows, facts: Mapping[str, Any]) -> Ensemble:
    """Write the ensemble with each set's own targets, and return it.

    Parameters
    ----------
    path : its JSON file.
    found, rows : the waves, and the sets of them (`chosen`).
    facts : name, title, edition, licence, model, prior, code and behaviour, as its record has them.

    Raises
    ------
    UserError
        When it is a trial, of which nothing is written that an experiment would take.
    """
    if found.budget.quick:
        raise refusal("a quick calibration is a trial, and writes no ensemble", "Calibrate without --quick.")
    sets = sets_of(found, rows, str(facts["title"]))
    own = {each.name: found.gave[rows, n] for n, each in enumerate(found.outputs)}
    more = {
        "calibrated": True,
        "targets": held.digest(found.outputs),
        "figures": len(found.outputs),
        "misses": missed(found, rows),
        "own": {each.name: each.scale for each in found.outputs},
    }
    return ensembles.write(path, sets, {**facts, **more}, own)

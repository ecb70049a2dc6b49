"""Whether what is found this way can be trusted: known truths, in turn.

*Ranks and coverage.* Every set of the last wave is the truth once: what it gave, moved by an error, is what is known,
and the other sets that miss it by no more than 3 deviations are its ensemble [1]_. If that is right, the truth stands
anywhere among them with equal chance: ranks are even (χ²), a 90% range holds the truth nine times in ten. Unweighted
sets that were cut at 3 deviations are a sample given errors that are even within the cut [2]_: with those, ranks must
be even. With normal errors of the same deviations they lie more in the middle, and ranges hold the truth more often
than they say: by how much is told.

*Whole recoveries*, which do all waves anew, with emulators, for some truths, are `recovering`.

References
----------
.. [1] Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration",
   arXiv:1804.06788.
.. [2] Wilkinson (2013), "Approximate Bayesian computation (ABC) gives exact results under the assumption of model
   error", Statistical Applications in Genetics and Molecular Biology 12(2):129-141.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from tfs_sim.calibration import held
from tfs_sim.calibration.emulators import CUT
from tfs_sim.calibration.held import Array, Held
from tfs_sim.calibration.matching import Calibration

Errors = Literal["even", "normal"]

LEAST = 20
"""Sets that a truth's ensemble has at least: ranks among fewer say nothing."""
BINS = 10
CLEARLY = 0.01


@dataclass(frozen=True)
class Ranks:
    """Where truths stand among the sets that agree with what they would have shown.

    Attributes
    ----------
    names : of the parameters.
    truths : how many truths had an ensemble.
    tried : how many there were.
    p : [parameters], of the χ² of ranks.
    uneven : parameters whose ranks are not even (p ≤ .01 after Holm).
    half, most : [parameters], in what share of truths the middle 50% and 90% hold it.
    """

    names: tuple[str, ...]
    truths: int
    tried: int
    p: Array
    uneven: tuple[str, ...]
    half: Array
    most: Array


def holm(p: Array) -> Array:
    """Return p-values adjusted for how many there are: the smallest counts for all, the next for one fewer."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def ranks(
    names: Sequence[str], places: Array, values: Array, outputs: Sequence[Held], errors: Errors, seed: int
) -> Ranks:
    """Return where every set of a table stands among those that agree with it.

    Parameters
    ----------
    names : of the parameters.
    places : [sets, parameters], independent draws of one distribution.
    values : [sets, outputs], what they gave.
    outputs : what outputs are held against; their figures do not matter here, their variances do.
    errors : by what a truth's figures are off: even within the cut, or normal.
    """
    rng = np.random.default_rng(seed)
    scaled = np.asarray((values / np.sqrt(held.variances(outputs)))[:, held.required(outputs)], float)
    there = np.isfinite(scaled).all(axis=1)
    scaled, places = scaled[there], places[there]
    moved = scaled + (rng.uniform(-CUT, CUT, scaled.shape) if errors == "even" else rng.standard_normal(scaled.shape))
    found = []
    for truth in range(len(scaled)):
        agree = np.asarray((np.abs(scaled - moved[truth]) <= CUT).all(axis=1))
        agree[truth] = False
        others = np.asarray(places[agree], float)
        if len(others) >= LEAST:
            below = (others < places[truth]).sum(axis=0)
            equal = (others == places[truth]).sum(axis=0)
            found.append((below + rng.random(places.shape[1]) * (equal + 1)) / (len(others) + 1))
    shares: Array = np.array(found).reshape(-1, places.shape[1])
    counts = np.array([np.histogram(column, BINS, (0.0, 1.0))[0] for column in shares.T])
    enough = len(shares) >= 5 * BINS
    p = np.array([scipy.stats.chisquare(each).pvalue for each in counts]) if enough else np.ones(len(counts))
    uneven = tuple(name for name, each in zip(names, holm(p), strict=True) if each <= CLEARLY)
    half, most = (_held(shares, width) for width in (0.5, 0.9))
    return Ranks(tuple(names), len(shares), len(scaled), p, uneven, half, most)


def _held(shares: Array, width: float) -> Array:
    """Return in what share of truths a middle range holds each parameter, missing where there are none."""
    return (np.abs(shares - 0.5) <= width / 2).mean(axis=0) if len(shares) else np.full(shares.shape[1], np.nan)


def ranks_of(found: Calibration, errors: Errors, seed: int) -> Ranks:
    """Return the ranks of all sets of the last wave, each the truth in turn."""
    last = found.waves[-1]
    places = found.space.places(last.proposed.table)
    return ranks(found.space.names, places, last.values, found.outputs, errors, seed)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A target, predicted by sets that agree with all others.

    Attributes
    ----------
    name : of the target.
    figure : what is known, on the scale that people read.
    low, middle, high : the middle 90% of what is predicted (with what figure and model are off by), and its median.
    sets : how many sets predict it.
    inside : whether the figure is inside; None where sets are too few to say.
    """

    name: str
    figure: float
    low: float
    middle: float
    high: float
    sets: int
    inside: bool | None


def left_out(found: Calibration, seed: int) -> tuple[LeftOut, ...]:
    """Predict every target with itself left out, by sets that no cut on it alone has touched."""
    rng = np.random.default_rng(seed)
    alike = found.on_second
    off = np.abs(found.gave - held.centres(found.outputs)) / np.sqrt(held.variances(found.outputs))
    needed = held.required(found.outputs)
    said = []
    for n, output in enumerate(found.outputs):
        others = needed.copy()
        others[n] = False
        agree = alike & (off[:, others] <= CUT).all(axis=1) & np.isfinite(found.gave[:, n])
        count = int(agree.sum())
        if count < LEAST:
            said.append(LeftOut(output.name, output.natural(output.centre), np.nan, np.nan, np.nan, count, None))
            continue
        noise = rng.normal(0.0, np.sqrt(output.variance), (200, count))
        low, middle, high = np.quantile(found.gave[agree, n] + noise, (0.05, 0.5, 0.95)).tolist()
        inside = bool(low <= output.centre <= high)
        figure, low, middle, high = (output.natural(each) for each in (output.centre, low, middle, high))
        said.append(LeftOut(output.name, figure, low, middle, high, count, inside))
    return tuple(said)

"""Whether what the tool says at the top hangs on choices of the calibration: discrepancies, and which sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration import held
from tfs_sim.calibration.choosing import Rows, filling, middle, sets_of
from tfs_sim.calibration.held import Array
from tfs_sim.calibration.implausibility import accepted
from tfs_sim.calibration.matching import Calibration
from tfs_sim.experiments.designs.sets import Sets

Headlines = Callable[[Sets], Array]
"""Runs sets and returns the numbers that the tool leads with: [sets, headlines]."""

FACTORS = (0.5, 1.0, 2.0)
APART = 3.0
"""Halves of an ensemble differ where their means do by so many standard errors."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline over the sets that agree at one discrepancy.

    Attributes
    ----------
    name : of the headline.
    factor : what discrepancies were multiplied by (standard deviations).
    sets : how many sets agree.
    mean, error : over those that were run for it, with the standard error of luck and sets.
    low, high : the middle 90% of sets.
    """

    name: str
    factor: float
    sets: int
    mean: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Half:
    """A headline in the two halves of an ensemble: their means, and by how many standard errors they differ."""

    name: str
    one: float
    other: float
    apart: float

    @property
    def moves(self) -> bool:
        """Whether it hangs on which half is taken."""
        return abs(self.apart) > APART


def at_discrepancies(
    found: Calibration, names: Sequence[str], headlines: Headlines, most: int = 200
) -> tuple[Headline, ...]:
    """Return headlines at half, stated and double discrepancy, over at most so many sets of each.

    At double, later waves have looked no further than the stated discrepancy lets: sets that then agree, too, are
    those that earlier waves ran, and what emulators were not sure of.
    """
    said = []
    for factor in FACTORS:
        rows = np.flatnonzero(accepted(found.gave, held.granted(found.outputs, factor)))
        if len(rows) < 3:
            blank = [np.nan] * 4
            said += [Headline(name, factor, len(rows), *blank) for name in names]
            continue
        read = list(found.region.active) or list(range(len(found.space)))
        some = rows[filling(found.places[rows][:, read], min(most, len(rows)), middle(found, rows))]
        values = np.asarray(headlines(sets_of(found, some, f"discrepancy × {factor:g}")), float)
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        ends = np.quantile(values, (0.05, 0.95), axis=0)
        said += [
            Headline(name, factor, len(rows), float(values[:, n].mean()), float(error[n]), *ends[:, n].tolist())
            for n, name in enumerate(names)
        ]
    return tuple(said)


def by_halves(found: Calibration, rows: Rows, names: Sequence[str], headlines: Headlines) -> tuple[Half, ...]:
    """Return headlines in the two halves of an ensemble, every other set in each."""
    values = np.asarray(headlines(sets_of(found, rows, "halves")), float)
    one, other = values[::2], values[1::2]
    gap = one.mean(axis=0) - other.mean(axis=0)
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    apart = np.where(error > 0, gap / np.where(error > 0, error, 1.0), np.where(gap == 0, 0.0, np.inf))
    return tuple(
        Half(name, float(one[:, n].mean()), float(other[:, n].mean()), float(apart[n])) for n, name in enumerate(names)
    )

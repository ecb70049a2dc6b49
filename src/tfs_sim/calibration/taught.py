"""What was seen of a town has taught: how it lies beside what was expected, and what of parameters is known better.

The numbers of *before* are of the first sets, those of *after* of the sets that are taken. What would have been seen is
of single runs, as the real town is one: parameters and luck are both in it. Of parameters there are places, as shares
of the prior; one is *moved* where those of before and after are told apart (Kolmogorov-Smirnov, p ≤ .01 after Holm).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy

from tfs_sim.calibration import likelihood, quantities, weighing
from tfs_sim.calibration.conditioning import Conditioned
from tfs_sim.calibration.held import Array
from tfs_sim.calibration.keeping import plain
from tfs_sim.calibration.trust import CLEARLY, holm

NOISY = 1.5
"""A log likelihood with more noise than this, as a standard deviation, makes weights hang on which runs were made."""
UNUSUAL = 0.05
"""A town is unusual where so small a share of those that the sets expect are as unlikely."""
_ENDS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class SeenFound:
    """Something that was seen beside what runs show (5%, middle, 95%); of events the share of runs in which it is so.

    Attributes
    ----------
    name, title, value : what was seen.
    sd, off : standard deviations of its error, and of what the model may be off, in its units.
    before, after : of runs of the sets as they were known before, and of those that are taken; NaN: nobody could see
        it.
    place : share of runs before that show less.
    """

    name: str
    title: str
    value: float
    sd: float
    off: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    place: float


@dataclass(frozen=True, slots=True)
class Learned:
    """A parameter before and after: the middle 90% and the median of places, 1 − deviation after over before."""

    name: str
    contraction: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    moved: bool


@dataclass(frozen=True)
class Taught:
    """What conditioning came to.

    Attributes
    ----------
    title : of the file.
    prior : what the sets were before, in words.
    said : whether what was seen said anything; else the sets are taken as they were.
    reached : whether as many sets as wanted stand for the town.
    wanted : how many.
    goes_on : whether there could be waves.
    waves : of each wave how many sets it ran.
    runs : of the town under each set.
    reweighted : how many sets the first are worth by their weights.
    effective : how many all are worth.
    taken, new : how many sets make the ensemble, and how many of them waves found.
    cut : share of the weight that was more than one set's, and is cut.
    tried, met : how many new sets were run on what the first were calibrated to, and met it.
    noise : standard deviation of a log likelihood that comes from so few runs.
    surprise, towns : share of the towns that the sets expect which are as unlikely as this one, and of how many.
    seen : what was seen.
    missing : names of what has no value.
    parameters : those that moved, and those that moved most beside them, by how far their middle moved.
    moved, of : how many moved clearly, of how many.
    """

    title: str
    prior: str
    said: bool
    reached: bool
    wanted: int
    goes_on: bool
    waves: tuple[int, ...]
    runs: int
    reweighted: float
    effective: float
    taken: int
    new: int
    cut: float
    tried: int
    met: int
    noise: float
    surprise: float
    towns: int
    seen: tuple[SeenFound, ...]
    missing: tuple[str, ...]
    parameters: tuple[Learned, ...]
    moved: int
    of: int

    @property
    def unusual(self) -> str:
        """How far the town is unusual for the sets, in words; empty where it is not."""
        if not self.surprise < UNUSUAL:  # NaN: nothing was seen
            return ""
        return f"of {self.towns:,} towns that they expect, {self.surprise:.1%} look as unlikely to them"

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it, missing numbers as null."""
        found = plain(asdict(self))
        assert isinstance(found, dict)
        return found


_TOLD = 12
"""Parameters that are told of, where fewer moved clearly."""


def taught(
    found: Conditioned, title: str, prior: str, titles: dict[str, str], missing: tuple[str, ...], seed: int
) -> Taught:
    """Return what conditioning came to.

    Parameters
    ----------
    found : what became of the sets.
    title, prior : of the file, and what the sets were before.
    titles : what observations are called, by name.
    missing : names of what has no value.
    seed : of what is drawn.
    """
    first = found.waves[0]
    known = len(first.ids)
    _, after = found.weights()
    nothing = not found.observed
    noise = surprise = float("nan")
    towns = 0
    if not nothing:
        scaled, there = quantities.scaled(found.values, found.observed), quantities.seen(found.observed)
        noise = likelihood.noise(scaled, there, found.luck, after)
        surprise, towns = likelihood.surprise(scaled[:known], there, found.luck, seed)
    parameters = _parameters(found)
    clear = [each for each in parameters if each.moved]
    order = sorted(parameters, key=lambda each: (not each.moved, -abs(each.after[1] - each.before[1])))
    return Taught(
        title,
        prior,
        found.said,
        found.reached,
        found.limits.wanted,
        found.goes_on,
        tuple(len(wave.ids) for wave in found.waves),
        found.limits.runs,
        weighing.effective(weighing.pooled([first.prior], found.logs()[:1])[1]),
        weighing.effective(after),
        len(found.rows),
        int((found.rows >= known).sum()),
        found.cut,
        len(found.own),
        sum(each is not None for each in found.own.values()),
        noise,
        surprise,
        towns,
        tuple(_seen(found, n, titles) for n in range(len(found.observed))),
        missing,
        tuple(order[: max(_TOLD, len(clear))]) if found.said else (),
        len(clear) if found.said else 0,
        len(parameters),
    )


def _seen(found: Conditioned, n: int, titles: dict[str, str]) -> SeenFound:
    each = found.observed[n]
    values = found.values[:, :, n]
    known = len(found.waves[0].ids)
    runs = values[:known].ravel()
    there = runs[np.isfinite(runs)]
    place = float(((there < each.value) + 0.5 * (there == each.value)).mean()) if len(there) else float("nan")
    event = each.scale == "event"
    return SeenFound(
        each.name,
        titles.get(each.name, each.name),
        each.value,
        each.sd,
        each.off,
        _ends(runs, event),
        _ends(values[found.rows].ravel(), event),
        float("nan") if event else place,
    )


def _ends(values: Array, event: bool) -> tuple[float, float, float]:
    there = values[np.isfinite(values)]
    if not len(there):
        return (float("nan"),) * 3
    if event:
        return (float("nan"), float(there.mean()), float("nan"))
    low, middle, high = np.quantile(there, _ENDS).tolist()
    return low, middle, high


def _parameters(found: Conditioned) -> list[Learned]:
    before = found.space.places(found.waves[0].table)
    after = found.space.places(found.table[found.rows])
    if len(after) < 3:
        return []
    p = np.array([scipy.stats.ks_2samp(one, other).pvalue for one, other in zip(before.T, after.T, strict=True)])
    clear = holm(p) <= CLEARLY
    spread = before.std(axis=0, ddof=1), after.std(axis=0, ddof=1)
    contraction = 1.0 - np.divide(spread[1], spread[0], out=np.ones_like(spread[0]), where=spread[0] > 0)
    ends = [np.quantile(each, _ENDS, axis=0).T.tolist() for each in (before, after)]
    return [
        Learned(name, float(contraction[n]), tuple(ends[0][n]), tuple(ends[1][n]), bool(clear[n]))
        for n, name in enumerate(found.space.names)
    ]

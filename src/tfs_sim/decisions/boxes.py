"""Where an answer holds: boxes of conditions in which what is looked for is common (scenario discovery).

A box is a handful of limits ("begins with less than 30% at the table, and more than .4 of pairs with a difficult
history"). It is found by the patient rule induction method, PRIM [1]_: from all points, the slice of a tenth is
peeled off whose loss makes what is left richest for each point that is given up [2]_, again and again; each step is a
box with a *coverage* (share of what is looked for that lies in it) and a *density* (share of its points that are
looked for).

From the step that tells best (coverage less the share of all others that lie in the box: Youden's J [3]_), and from
three smaller ones, a plain box is made: limits are moved, out or in, to where the box tells best given the others (in
place of pasting, which moves them out alone), and the one of least use is given up, again and again, until each is of
use: until the box is denser with it than chance would make it (a binomial tail at the density without the limit, at
most 5%; the "quasi p-value" of [4]_). The plain box that tells best is taken.

A box that was looked for fits what it was found in better than anything else. So [4]_:

- boxes are found in one half of the points; coverage, density and each limit's chance are told of the *other half*;
- a limit is shown only if at least 70% of boxes that are found in resampled halves restrict the same variable on the
  same side;
- a limit's *chance* is its binomial tail in the held-out half, which had no part in finding it;
- a box is shown only if what is looked for is commoner in it than outside, in the held-out half (Fisher's exact test,
  at 5% over all boxes that may be shown).

What a box holds is taken out before the next is looked for. Limits are the roundest numbers between the points that
they keep apart.

References
----------
.. [1] Friedman & Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9(2):123-143.
.. [2] Kwakkel & Jaxa-Rozen (2016), "Improving scenario discovery for handling heterogeneous uncertainties and
   multinomial classified outcomes", Environmental Modelling & Software 79:311-321 (a gain by what is given up, so that
   words and whole numbers, which cannot be peeled by tenths, are not preferred).
.. [3] Youden (1950), "Index for rating diagnostic tests", Cancer 3(1):32-35.
.. [4] Bryant & Lempert (2010), "Thinking inside the box: A participatory, computer-assisted approach to scenario
   discovery", Technological Forecasting and Social Change 77(1):34-49.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from scipy import special

from tfs_sim.decisions.features import Features, Limit, Span
from tfs_sim.decisions.tables import Array, refuse
from tfs_sim.scenario.errors import count

Mask = NDArray[np.bool_]

PEELED = 0.1
"""Share of a box's points that a step gives up, where a variable lets it."""
LEAST = 0.05
"""Share of all points that a box holds at least."""
STARTS = (0.4, 0.2, 0.1)
"""Masses of the steps from which a box is made plain, beside the one that tells best."""
BOOTSTRAPS = 100
REPRODUCED = 0.7
"""Share of bootstraps that restrict a limit which is shown."""
MOST_BOXES = 3
LEVEL = 0.95
FEWEST = 40
"""Fewer points, halved, say nothing of boxes."""
FEWEST_OF_A_KIND = 10
"""So many of the points must be looked for, and so many not."""
SEED = 20100101
UNCONFIRMED = "what was found in one half of the points was not confirmed in the other"


@dataclass(frozen=True)
class Share:
    """A share of points with its 95% interval (Wilson 1927): what other points of the same kind would give."""

    value: float
    low: float
    high: float
    of: int

    @classmethod
    def counted(cls, found: int, of: int) -> Share:
        """Return a share of a number of points, at least one."""
        ends = scipy.stats.binomtest(found, of).proportion_ci(LEVEL, "wilson")
        return cls(found / of, float(ends.low), float(ends.high), of)


@dataclass(frozen=True)
class Box:
    """Limits within which what is looked for is common.

    Attributes
    ----------
    limits : those that are shown; the surest first.
    coverage, density : of the held-out half.
    chance : of a density so much higher than outside, in the held-out half, if the box told nothing.
    coverage_found, density_found : of the half in which it was found, where they are too good.
    inside : which points (of both halves) lie in it.
    left_out : names of variables whose limits were found and are not shown, since bootstraps do not reproduce them.
    """

    limits: tuple[Limit, ...]
    coverage: Share
    density: Share
    chance: float
    coverage_found: float
    density_found: float
    inside: Mask
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Boxes:
    """What was found at points: boxes, and why there are no more.

    Attributes
    ----------
    features : what is known of the points.
    wanted : which points are looked for.
    held : which points were held out.
    boxes : none or several; points in one are not looked for in those after it.
    ended : why no further box is shown.
    """

    features: Features
    wanted: Mask
    held: Mask
    boxes: tuple[Box, ...]
    ended: str

    @property
    def base(self) -> Share:
        """Which share of all points is looked for."""
        return Share.counted(int(self.wanted.sum()), len(self.wanted))

    @property
    def inside(self) -> Mask:
        """Which points lie in some box."""
        return np.any([box.inside for box in self.boxes], axis=0) if self.boxes else np.zeros(len(self.wanted), bool)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a limit of each box: its ends, how often it was reproduced, its chance, and the box's figures."""
        rows = [
            {"box": number, **limit.record(), "coverage": box.coverage.value, "density": box.density.value,
             "density_low": box.density.low, "density_high": box.density.high, "held_out": box.density.of}
            for number, box in enumerate(self.boxes, 1)
            for limit in box.limits
        ]  # fmt: skip
        head = ["box", "variable", "low", "high", "words", "reproduced", "chance", "coverage", "density"]
        return pd.DataFrame(rows, columns=[*head, "density_low", "density_high", "held_out"])


def prim(table: pd.DataFrame, wanted: Sequence[bool] | Mask, most: int = MOST_BOXES) -> Boxes:
    """Return boxes in which what is looked for is common.

    Parameters
    ----------
    table : a row a point, a column a variable: numbers, whole numbers or words. The order of rows changes nothing.
    wanted : which points are looked for [points].
    most : boxes that are looked for at most.

    Raises
    ------
    UserError
        Where there are fewer than 40 points, or fewer than 10 that are looked for or that are not; no variable; a cell
        without a value; or all points are alike.

    Examples
    --------
    >>> towns = pd.DataFrame({"students": range(100), "poverty": [n * 37 % 100 / 100 for n in range(100)]})
    >>> found = prim(towns, [n >= 60 for n in range(100)])
    >>> len(found.boxes)
    1
    """
    features = Features.of(table)
    looked = sought(wanted, len(table))
    if most < 1:
        refuse(f"at least one box is looked for; found {most}")
    rng = np.random.default_rng(SEED)
    held = half(features, looked, rng)
    left = np.ones(len(looked), bool)  # points in no box so far
    found: list[Box] = []
    ended = f"at most {count(most, 'box', 'boxes')} {'is' if most == 1 else 'are'} shown"
    while len(found) < most:
        own = left & ~held
        if min(int((looked & own).sum()), int((~looked & own).sum())) < FEWEST_OF_A_KIND // 2:
            ended = "too few other points are left"
            break
        box = _box(features, looked, own, left & held, int((looked & held).sum()), most, rng)
        if isinstance(box, str):
            ended = box
            break
        if box.chance > (1 - LEVEL) / most:
            ended = UNCONFIRMED
            break
        found.append(box)
        left = left & ~box.inside
    return Boxes(features, looked, held, tuple(found), ended)


def sought(wanted: Sequence[bool] | Mask, points: int) -> Mask:
    """Return which points are looked for, once it is seen that there are enough of both kinds.

    Raises
    ------
    UserError
        As `prim`.
    """
    looked = np.asarray(wanted)
    if looked.shape != (points,) or looked.dtype != bool:
        refuse(f"what is looked for is true or false of each of {count(points, 'point')}")
    if points < FEWEST:
        refuse(f"boxes need at least {FEWEST} points, half of which are held out; found {points}")
    many = int(looked.sum())
    if min(many, points - many) < FEWEST_OF_A_KIND:
        said = f"boxes need at least {FEWEST_OF_A_KIND} points that are looked for and {FEWEST_OF_A_KIND} that are not"
        refuse(f"{said}; of {points} points {many or 'none'} {'is' if many == 1 else 'are'}")
    return looked


def half(features: Features, wanted: Mask, rng: np.random.Generator) -> Mask:
    """Return which points are held out: half of those that are looked for and of the others, whatever their order."""
    held = np.zeros(len(wanted), bool)
    order = features.order(wanted)
    for kind in (True, False):
        own = order[wanted[order] == kind]
        held[rng.permutation(own)[: len(own) // 2]] = True
    return held


def _box(
    features: Features, wanted: Mask, own: Mask, held: Mask, all_held: int, most: int, rng: np.random.Generator
) -> Box | str:
    """Return the next box, or why there is none."""
    places = features.order(wanted)
    places = places[own[places]]
    limits = _limits(features, wanted, places)
    if not limits:
        return "nothing that is known of the points tells them apart"
    if _by_chance(wanted, held, features.within(limits)) > (1 - LEVEL) / most:
        return UNCONFIRMED
    again: dict[tuple[int, str], int] = {}
    for _ in range(BOOTSTRAPS):
        drawn = rng.choice(places, len(places))
        for limit in _limits(features, wanted, drawn):
            again[limit.variable, limit.side] = again.get((limit.variable, limit.side), 0) + 1
    kept = [replace(each, reproduced=again.get((each.variable, each.side), 0) / BOOTSTRAPS) for each in limits]
    sure = [each for each in kept if each.reproduced >= REPRODUCED]
    shown = [
        replace(each, reproduced=again[each.variable, each.side] / BOOTSTRAPS)
        for each in _limits(features, wanted, places, features.sides(sure))
    ]
    if not shown:
        return "no limit was found again in enough bootstraps"
    left_out = tuple(dict.fromkeys(each.name for each in kept if each.reproduced < REPRODUCED))
    inside = features.within(shown)
    if not (inside & held).any():
        return "no held-out point lies in what was found"
    tested = [replace(each, chance=_chance(features, wanted, held, shown, each)) for each in shown]
    hit, size = int((wanted & inside & held).sum()), int((inside & held).sum())
    found = own & inside
    return Box(
        tuple(sorted(tested, key=lambda each: (-each.reproduced, each.chance, each.name))),
        Share.counted(hit, all_held),
        Share.counted(hit, size),
        _by_chance(wanted, held, inside),
        float((wanted & found).sum() / max(1, (wanted & own).sum())),
        float((wanted & found).sum() / max(1, found.sum())),
        inside & (own | held),
        left_out,
    )


def _by_chance(wanted: Mask, held: Mask, inside: Mask) -> float:
    """Return the chance of so many held-out points that are looked for in a box, if it told nothing (Fisher's)."""
    hit, size = int((wanted & inside & held).sum()), int((inside & held).sum())
    return float(scipy.stats.hypergeom.sf(hit - 1, int(held.sum()), int((wanted & held).sum()), size))


def _chance(features: Features, wanted: Mask, held: Mask, limits: list[Limit], one: Limit) -> float:
    """Return the chance of so dense a box in the held-out half if one limit were of no use."""
    inside = held & features.within(limits)
    without = held & features.within([each for each in limits if each is not one])
    return _tail(int(wanted[inside].sum()), int(inside.sum()), float(wanted[without].mean()))


def _tail(hits: int, of: int, share: float) -> float:
    """Return the chance of at least so many hits at a share."""
    return 1.0 if not hits else float(special.bdtrc(hits - 1, of, share))


def _limits(features: Features, wanted: Mask, places: NDArray[np.int64], sides: Mask | None = None) -> list[Limit]:
    """Return the limits of the box that tells best among points (which may stand there twice), on some sides alone."""
    values, hits = features.values[places], wanted[places]
    sides = np.ones(2 * values.shape[1], bool) if sides is None else sides
    steps = peeled(values, hits, features.worded, sides)
    best = max(range(len(steps)), key=lambda n: (_told(hits, steps[n]), int(steps[n].sum()), -n))
    masses = np.array([step.mean() for step in steps])
    starts = dict.fromkeys([best, *(int(np.abs(masses - mass).argmin()) for mass in STARTS)])
    spans = [_plain(hits, features.span(values, steps[start], sides), values, features) for start in starts]
    span = max(spans, key=lambda each: _told(hits, each.outside(values).sum(axis=1) == 0))
    return features.limits(values, span, span.outside(values).sum(axis=0) > 0)


def _plain(hits: Mask, span: Span, values: Array, features: Features) -> Span:
    """Return a box with limits where it tells best, and only those that are of use."""
    while True:
        span = settled(hits, span, values)
        useless = _useless(hits, span.outside(values))
        if useless < 0:
            return span
        span = features.opened(span, useless, values)


def _told(hits: Mask, inside: Mask) -> float:
    """Return coverage less the share of all others that lie inside."""
    return float(hits[inside].sum() / max(1, hits.sum()) - (~hits[inside]).sum() / max(1, (~hits).sum()))


def _useless(hits: Mask, outside: Mask) -> int:
    """Return the side of a box that is of least use, by its chance; −1 if all of them have a low one.

    Parameters
    ----------
    outside : which points lie beyond which side [points, sides].
    """
    beyond = outside.sum(axis=1)
    inside = beyond == 0
    found, of = int(hits[inside].sum()), int(inside.sum())
    worst, most = -1, 1 - LEVEL
    for side in np.flatnonzero(outside.any(axis=0)):
        chance = _tail(found, of, float(hits[beyond == outside[:, side]].mean()))
        if chance > most:
            worst, most = int(side), chance
    return worst


def trajectory(table: pd.DataFrame, wanted: Sequence[bool] | Mask) -> pd.DataFrame:
    """Return every step of peeling in all points, nothing held out: coverage, density, mass, how many limits.

    Raises
    ------
    UserError
        As `prim`.
    """
    features = Features.of(table)
    looked = sought(wanted, len(table))
    rows = []
    sides = np.ones(2 * len(features.names), bool)
    for step, inside in enumerate(peeled(features.values, looked, features.worded, sides)):
        beyond = features.span(features.values, inside, sides).outside(features.values).any(axis=0)
        hit = int((looked & inside).sum())
        rows.append(
            {"step": step, "coverage": hit / int(looked.sum()), "density": hit / int(inside.sum()),
             "mass": float(inside.mean()), "limits": int(beyond.sum())}
        )  # fmt: skip
    return pd.DataFrame(rows)


def peeled(values: Array, hits: Mask, worded: Mask, sides: Mask) -> list[Mask]:
    """Return which points each box of the peeling holds, from all of them on [steps of points].

    Parameters
    ----------
    values, hits : points [points, variables], and which are looked for.
    worded : which variables have words.
    sides : from which sides may be peeled (see `features.Span`).
    """
    inside = np.ones(len(hits), bool)
    fewest = max(1.0, LEAST * len(hits))
    steps = [inside]
    while True:
        here = np.flatnonzero(inside)
        own, mine = values[here], hits[here]
        slices = _slices(own, worded, sides)
        given = slices.sum(axis=0)
        rest = len(here) - given
        open_ = (given > 0) & (rest >= fewest)
        if mine.all() or not open_.any():
            return steps
        left = (mine.sum() - mine @ slices.astype(float)) / np.maximum(rest, 1)
        gain = np.where(open_, (left - mine.mean()) / np.maximum(given, 1), -np.inf)
        best = int(np.flatnonzero(gain >= gain.max() - 1e-12)[0])
        inside = inside.copy()
        inside[here[slices[:, best]]] = False
        steps.append(inside)


def _slices(values: Array, worded: Mask, sides: Mask) -> Mask:
    """Return what may be peeled off [points, slices]: of a variable the lowest or the highest tenth, or a word."""
    low_side, high_side = sides.reshape(2, -1)
    ordered = np.sort(values, axis=0)
    many = max(1, int(PEELED * len(values)))
    low, high = ordered[many], ordered[-many - 1]
    # where a value is held by more than a tenth, all that have it go together
    below = np.where(low > ordered[0], values < low, values == ordered[0])
    above = np.where(high < ordered[-1], values > high, values == ordered[-1])
    words = [column == level for column in values[:, worded & low_side].T for level in np.unique(column)]
    return np.column_stack([below[:, ~worded & low_side], above[:, ~worded & high_side], *words])


def settled(hits: Mask, span: Span, values: Array) -> Span:
    """Return a box each of whose limits lies where the box tells best, given the others."""
    weight = hits / max(1, hits.sum()) - ~hits / max(1, (~hits).sum())
    outside = span.outside(values)
    beyond = outside.sum(axis=1)
    told = -np.inf
    while True:
        for side in np.flatnonzero(outside.any(axis=0)):
            near = beyond == outside[:, side]  # within all other limits
            span = span.at_best(int(side), values[near], weight[near])
            own = span.beyond(values, int(side))
            beyond = beyond + own - outside[:, side]
            outside[:, side] = own
        now = float(weight[beyond == 0].sum())
        if now <= told + 1e-12:
            return span
        told = now

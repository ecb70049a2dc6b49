"""Sliders: which variables of a design a reader may move, between what ends, and where runs are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.pooling import coded
from tfs_sim.analysis.stored import Stored
from tfs_sim.reasons.conditions import Known, counted
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

Array = NDArray[np.float64]
MOST = 6
"""Sliders that a page has at most."""


@dataclass(frozen=True)
class Slider:
    """A variable that may be moved.

    Attributes
    ----------
    name, title : its column, and what it is in words.
    kind : "number", "whole" or "month" (months counted from year 0).
    low, high : its ends.
    lever : whether somebody decides it (an intervention), and not a condition.
    calibrated : whether moving it leaves what sets of parameters agree with.
    """

    name: str
    title: str
    kind: str
    low: float
    high: float
    lever: bool
    calibrated: bool

    def said(self, value: float) -> str:
        """Return a value in words."""
        return Known(self.name, self.title, self.kind == "month").said(value)


@dataclass(frozen=True)
class Space:
    """The sliders of a study, and its runs among them.

    Attributes
    ----------
    sliders : the sliders.
    points : numbers of the points, [points].
    places : where they are, [points, sliders] in [0, 1].
    left : titles of what varies and has no slider.
    """

    sliders: tuple[Slider, ...]
    points: NDArray[np.int64]
    places: Array
    left: tuple[str, ...]
    _at: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]

    def by_point(self, runs: Array) -> Array:
        """Return values of pairs by point, set and replicate (without sets each replicate of one set)."""
        shape = [int(each.max()) + 1 for each in self._at]
        found = np.full(shape, np.nan)
        found[self._at] = runs
        return found

    def place(self, values: Mapping[str, float | str]) -> Array:
        """Return a place in [0, 1] of values by slider; those that are not named stand in their middle."""
        names = [each.name for each in self.sliders]
        for name in values:
            if name not in names:
                raise UserError(Mistake(f"there is no slider {quote(name)}", suggestion=nearest(name, names)))
        found = []
        for each in self.sliders:
            value = values.get(each.name, (each.low + each.high) / 2.0)
            number = counted(value) if each.kind == "month" and isinstance(value, str) else value
            if not isinstance(number, int | float) or not math.isfinite(number):
                raise UserError(Mistake(f"{each.name} is a {each.kind}; found {quote(value)}"))
            found.append((number - each.low) / (each.high - each.low))
        return np.array(found)


def space(stored: Stored, named: Sequence[str] | None = None) -> Space:
    """Return the sliders of a study over points.

    Parameters
    ----------
    named : which variables; default: all that are numbers or months and vary.

    Raises
    ------
    UserError
        Where there are none, more than six, or one is named that is none.
    """
    variables: Mapping[str, Any] = (stored.experiment.get("design") or {}).get("variables") or {}
    table = stored.points.set_index("point").sort_index()
    numbers = {name: _numbers(table[name], about) for name, about in variables.items() if about["kind"] != "choice"}
    there = {name: each for name, each in numbers.items() if np.nanmax(each) > np.nanmin(each)}
    if not there:
        raise UserError(Mistake("nothing that varies here is a number or a month, which a slider could move"))
    for name in named or ():
        if name not in there:
            said = f"there is no variable {quote(name)} that a slider could move; there are {listed(list(there))}"
            raise UserError(Mistake(said, suggestion=nearest(name, list(there))))
    for name in named or ():
        if list(named or ()).count(name) > 1:
            raise UserError(Mistake(f"the slider {quote(name)} is asked for twice", hint="Name each once."))
    chosen = list(named) if named else list(there)
    if not chosen or len(chosen) > MOST:
        said = f"a page has at most {MOST} sliders, and here {len(chosen)} variables vary: {listed(chosen, 12)}"
        raise UserError(Mistake(said, hint=f"Choose: --sliders {','.join(chosen[:MOST])}"))
    calibrated = stored.agreement is not None
    sliders = tuple(_slider(name, variables[name], there[name], calibrated) for name in chosen)
    ran, code = np.unique(stored.units.point, return_inverse=True)
    rows = np.searchsorted(table.index.to_numpy(), ran)
    places = np.stack([(there[each.name][rows] - each.low) / (each.high - each.low) for each in sliders], axis=1)
    if np.isnan(places).any():
        said = (
            "at some points of this design (one at a time) a slider's variable is as the scenario says, and no number"
        )
        raise UserError(Mistake(said, hint="A latin-hypercube, sobol or grid design has a value at every point."))
    left = tuple(str(about.get("title") or name) for name, about in variables.items() if name not in chosen)
    sets = np.zeros(len(code), np.int64) if stored.units.set is None else coded(stored.units.set)[0]
    return Space(sliders, ran, np.round(places, 9), left, (code, sets, coded(stored.units.replicate)[0]))


def _numbers(column: Any, about: Mapping[str, Any]) -> Array:
    if about["kind"] == "month":
        return np.asarray(column.map(counted), float)
    return np.asarray(column, float)


def _slider(name: str, about: Mapping[str, Any], values: Array, calibrated: bool) -> Slider:
    """Return a slider between the ends that a design gives, or else between those of its points."""
    ends = [counted(each) if isinstance(each, str) else each for each in about.get("values") or ()]
    given = [float(each) for each in ends if isinstance(each, int | float) and math.isfinite(each)]
    low, high = (given[0], given[-1]) if len(given) == 2 and given[0] < given[-1] else (values.min(), values.max())
    area = str(about["of"]).partition(".")[0]
    title = str(about.get("title") or name.replace("_", " ").capitalize())
    leaves = calibrated and area == "parameters"
    return Slider(name, title, str(about["kind"]), float(low), float(high), area == "interventions", leaves)

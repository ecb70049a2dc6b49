"""Where in a design each strategy does best: the regions of a map, with how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.compare import Paired, over_sites
from tfs_sim.analysis.ranking import ranked
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, metric

MOST_LEVELS = 7
"""A variable with more values than this is cut into ranges."""
RANGES = 4


@dataclass(frozen=True)
class Axis:
    """One variable of a design as an axis of a map.

    Attributes
    ----------
    name, title : its column; what it is, in words.
    labels : of its levels, or of the ranges that it is cut into.
    level_of : level of every point of the design.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    level_of: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found at one level of each axis.

    Attributes
    ----------
    at : levels on the two axes.
    points : how many points of the design lie here.
    best, second : the strategy with the best mean, and the first of the others that cannot be told apart from it (or
        the second best, where all can).
    lead : best less second, paired over the same luck at the same points; its interval holds in all places at once.
    gain : best less the reference (None if the reference is best), likewise.
    clear : whether the best can be told apart from every other strategy.
    """

    at: tuple[int, int]
    points: int
    best: str
    second: str
    lead: Paired
    gain: Paired | None
    clear: bool


@dataclass(frozen=True)
class Map:
    """Two variables of a design, and what was found at each pair of their levels; `others` were averaged over."""

    across: Axis
    down: Axis
    cells: list[Cell]
    others: list[Axis]


def regimes(stored: Stored) -> Map | None:
    """Return the map of the primary outcome over a design; None where no two variables, or no two strategies, vary."""
    known = axes(stored) if len(stored.strategies) > 1 else []
    chosen = strongest(stored, known, stored.primary, stored.main) if len(known) > 1 else []
    if len(chosen) < 2:
        return None
    across, down = chosen
    found = cells(stored, across, down, stored.primary, stored.main)
    return Map(across, down, found, [axis for axis in known if axis.name not in (across.name, down.name)])


def axes(stored: Stored) -> list[Axis]:
    """Return the variables that take more than one value over the design's points, in the order of the file."""
    design = stored.experiment.get("design")
    if not design or "point" not in stored.points.columns:
        return []
    table = stored.points.set_index("point").sort_index()
    found = []
    for name, about in (design.get("variables") or {}).items():
        if name in table.columns and table[name].nunique() > 1:
            known = table[name].dropna()  # a gap stands for what the scenario says, which is no level of the map
            found.append(_axis(str(name), about, known, int(design["points"])))
    return found


def _axis(name: str, about: Mapping[str, Any], values: Any, points: int) -> Axis:
    title = str(about.get("title") or name.replace("_", " ").capitalize())
    level_of = np.full(points, -1, np.int64)
    at = values.index.to_numpy()
    distinct = sorted(values.unique())
    if len(distinct) <= MOST_LEVELS or about.get("kind") in ("choice", "month"):
        order = [str(v) for v in about.get("values") or []] if about.get("kind") == "choice" else []
        distinct = [v for v in order if v in set(values.unique())] or distinct
        place = {value: n for n, value in enumerate(distinct)}
        level_of[at] = [place[value] for value in values]
        return Axis(name, title, tuple(_said(value) for value in distinct), level_of)
    numbers = values.to_numpy(float)
    ends = np.linspace(numbers.min(), numbers.max(), RANGES + 1)
    level_of[at] = np.clip(np.searchsorted(ends, numbers, side="right") - 1, 0, RANGES - 1)
    labels = tuple(f"{_said(low)} to {_said(high)}" for low, high in pairwise(ends))
    return Axis(name, title, labels, level_of)


def _said(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float | np.floating) else str(value)


def cells(stored: Stored, across: Axis, down: Axis, name: str, levels: tuple[str, ...]) -> list[Cell]:
    """Return, for every place on the map that has points, which strategy does best on a metric, and by how much.

    Everything else that the design varies is averaged over. Intervals hold in all places at once.
    """
    m = metric(name, stored.metrics)
    values = over_sites(stored, name)
    by_strategy = {s: values[stored.arm(s, levels)] for s in stored.strategies}
    units = stored.units
    column, row = across.level_of[units.point], down.level_of[units.point]
    places = [(x, y) for x in range(len(across.labels)) for y in range(len(down.labels))]
    here = {at: (column == at[0]) & (row == at[1]) for at in places}
    places = [at for at in places if here[at].any()]
    found = []
    for at in places:
        own = units.at(here[at])
        ranking = ranked({s: v[here[at]] for s, v in by_strategy.items()}, m.better, own, len(places))
        if ranking is None:
            continue
        gain = None
        if ranking.best != stored.against and stored.against in ranking.order:
            gain = ranking.leads[ranking.order.index(stored.against) - 1]
        second = ranking.tied[0] if ranking.tied else ranking.second
        lead = ranking.leads[ranking.order.index(second) - 1]
        found.append(Cell(at, own.points, ranking.best, second, lead, gain, ranking.clear))
    return found


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def strongest(stored: Stored, candidates: list[Axis], name: str, levels: tuple[str, ...]) -> list[Axis]:
    """Return the two axes along which strategies' advantage over the reference changes most (in their given order)."""
    if len(candidates) <= 2:
        return candidates
    values = over_sites(stored, name)
    point_of = stored.units.point
    base = values[stored.arm(stored.against, levels)]
    effects = [values[stored.arm(s, levels)] - base for s in stored.strategies if s != stored.against]

    def spread(axis: Axis) -> float:
        level = axis.level_of[point_of]
        return max(
            float(np.std([_mean(effect[level == n]) for n in range(len(axis.labels)) if (level == n).any()]))
            for effect in effects
        )

    chosen = [axis.name for axis in sorted(candidates, key=spread, reverse=True)[:2]]
    return [axis for axis in candidates if axis.name in chosen]

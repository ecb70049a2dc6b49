"""The map of a design: which strategy does best where, and where that is too close to call."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING

from pandas import DataFrame

from tfs_sim.analysis import headlines, words
from tfs_sim.analysis.compare import Paired
from tfs_sim.analysis.regimes import Axis, Cell, regimes
from tfs_sim.analysis.sentences import lower
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.captions import caption, conditions
from tfs_sim.figures.style import (
    GREY,
    INK,
    LIGHT,
    NARROW,
    WIDTH,
    Chart,
    Look,
    framed,
    looks,
    place,
    plain,
    wrapped,
    write,
    x_label,
    y_label,
)
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPEN = "#EEF0F2"
"""A tile on which the best cannot be told apart from the second best."""


def regime_map(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw which strategy does best on the primary outcome at every point of a design (None without one)."""
    stored = Stored.of(sweep)
    found = regimes(stored)
    title = headlines.map_title(stored)
    if found is None or title is None:
        return None
    across, down, tiles = found.across, found.down, found.cells
    m, look = metric(stored.primary), looks(stored)
    said = words.unit(m, difference=True)
    reference = words.quoted(stored.title(stored.against))
    subtitle = (
        f"{words.short(m)} {words.window(m, stored.months)}{conditions(stored)}: the best strategy at each place by "
        f"its mark. Numbers: how much more than {reference}{f', in {said}' if said else ''}. Grey with two marks: the "
        f"best cannot be told apart from the next (95%, paired, for all {count(len(tiles), 'place')} at once)."
        f"{_axes_said(found.others)}"
    )
    made = caption(stored, "each place over the same luck")
    wide, tall = len(across.labels), len(down.labels)
    width = NARROW if narrow else WIDTH
    names = [s for s in stored.strategies if any(s in (tile.best, *_also(tile)) for tile in tiles)]
    left = 0.85 if narrow else 1.0
    right = (width - 0.25) if narrow else 5.7
    high = min(0.62, 3.4 / tall) * tall
    legend = 0.3 * len(names) + 0.15 if narrow else 0.0
    chart = framed("map", title, subtitle, made, high + 1.05 + legend, width)
    ax = place(chart, left, 0.6 + legend, right, 0.6 + legend + high)
    _tiles(ax, tiles, stored, look, (right - left) / wide)
    ax.grid(False)
    ax.set_xlim(0, wide)
    ax.set_ylim(0, tall)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([n + 0.5 for n in range(wide)], [plain(wrapped(text, 10)) for text in across.labels])
    ax.set_yticks([n + 0.5 for n in range(tall)], [plain(wrapped(text, 9)) for text in down.labels])
    x_label(ax, wrapped(across.title, 40 if narrow else 70))
    y_label(ax, wrapped(down.title, 44 if narrow else 70))
    _names(chart, ax, names, stored, look, tiles, narrow=narrow)
    chart.data = _table(stored, across, down, tiles)
    counts = Counter(tile.best for tile in tiles if tile.clear)
    chart.alt = f"{chart.title}. " + " ".join(
        f"{stored.title(s)} is best at {counts.get(s, 0)} of {len(tiles)} places." for s in names
    )
    return chart


NAMED = 3
"""How many variables beside the axes a subtitle names; the others are counted."""


def _axes_said(others: list[Axis]) -> str:
    """Return why these two variables are the axes, and over what else the map averages."""
    if not others:
        return ""
    names = [words.quoted(shorten(lower(axis.title), 48, placeholder=" …")) for axis in others[:NAMED]]
    more = len(others) - len(names)
    averaged = words.joined([*names, *([f"{count(more, 'other variable')}"] if more else [])])
    return (
        f" Of {len(others) + 2} variables the axes are the two along which strategies' lead over the reference changes "
        f"most; averaged over {averaged}."
    )


def _also(tile: Cell) -> tuple[str, ...]:
    return () if tile.clear else (tile.second,)


def _tiles(ax: Axes, tiles: list[Cell], stored: Stored, look: dict[str, Look], inches: float) -> None:
    """Draw every place: coloured where one strategy is best, grey where two cannot be told apart."""
    from matplotlib.patches import Rectangle

    m = metric(stored.primary)
    for tile in tiles:
        x, y = tile.at
        face = look[tile.best].colour if tile.clear else OPEN
        ax.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=face, alpha=0.28 if tile.clear else 1.0,
                               edgecolor="none"))  # fmt: skip
        marks = (tile.best, *_also(tile))
        for n, s in enumerate(marks):
            at = x + 0.5 + (n - 0.5 * (len(marks) - 1)) * 0.22 / max(inches, 0.5)
            ax.plot(at, y + 0.68, look[s].marker, color=look[s].colour, markersize=7.5)
        write(ax, x + 0.5, y + 0.3, _gain(tile.gain, stored), ha="center", fontsize=9, color=INK if m else GREY)


def _gain(gain: Paired | None, stored: Stored) -> str:
    m = metric(stored.primary)
    return "0" if gain is None else words.difference(gain.difference, gain.low, gain.high, m)


def _names(
    chart: Chart, ax: Axes, names: list[str], stored: Stored, look: dict[str, Look], tiles: list[Cell], *, narrow: bool
) -> None:
    """Name the marks, with how many places each strategy has."""
    counts = Counter(tile.best for tile in tiles if tile.clear)
    key = chart.figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False)
    key.set_axis_off()
    wide, tall = (float(inches) for inches in chart.figure.get_size_inches())
    key.set_xlim(0, wide)
    key.set_ylim(0, tall)
    x = 0.35 if narrow else 5.95
    y = chart.body[1] + 0.3 * len(names) if narrow else chart.body[3] - 0.6
    for s in names:
        places = counts.get(s, 0)
        text = f"{stored.title(s)}: best at {places}" if narrow else wrapped(f"{stored.title(s)}: best at {places}", 24)
        key.plot(x, y, look[s].marker, color=look[s].colour, markersize=8)
        write(key, x + 0.18, y, text, color=look[s].colour, fontsize=9, linespacing=1.15)
        y -= 0.3 if narrow else 0.24 + 0.17 * text.count("\n") + 0.14
    if not narrow:
        openly = sum(not tile.clear for tile in tiles)
        key.plot(x, y, "s", color=OPEN, markeredgecolor=LIGHT, markersize=10)
        write(key, x + 0.18, y, wrapped(f"Too close to call at {openly} of {len(tiles)}", 24), color=GREY, fontsize=9)


def _table(stored: Stored, across: Axis, down: Axis, tiles: list[Cell]) -> DataFrame:
    """Return the numbers behind the map, one row a place."""
    rows = []
    for tile in tiles:
        gain = tile.gain
        rows.append(
            {
                across.name: across.labels[tile.at[0]],
                down.name: down.labels[tile.at[1]],
                "points": tile.points,
                "best": stored.title(tile.best),
                "second": stored.title(tile.second),
                "told_apart": tile.clear,
                **{f"lead_{k}": getattr(tile.lead, k) for k in ("difference", "low", "high", "pairs")},
                **{f"gain_{k}": getattr(gain, k) if gain else 0.0 for k in ("difference", "low", "high")},
            }
        )
    return DataFrame(rows)

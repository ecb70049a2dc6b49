"""The map of a design: which strategy does best where, and where that is too close to call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

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
    entries = _entries(stored, names, look, tiles, 42 if narrow else 24)
    below = _room(entries) + 0.15 if narrow else 0.0
    beside = 0.0 if narrow else max(0.0, _room(entries) - high)
    chart = framed("map", title, subtitle, made, high + 1.05 + below + beside, width)
    bottom = 0.6 + below + beside
    ax = place(chart, left, bottom, right, bottom + high)
    _tiles(ax, tiles, stored, look, (right - left) / wide)
    ax.grid(False)
    ax.set_xlim(0, wide)
    ax.set_ylim(0, tall)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([n + 0.5 for n in range(wide)], [plain(wrapped(text, 10)) for text in across.labels])
    ax.set_yticks([n + 0.5 for n in range(tall)], [plain(wrapped(text, 9)) for text in down.labels])
    x_label(ax, wrapped(across.title, 40 if narrow else 70))
    y_label(ax, wrapped(down.title, 44 if narrow else 70))
    _key(chart, entries, *((0.35, chart.body[1] + below - 0.15) if narrow else (5.95, chart.body[1] + bottom + high)))
    chart.data = _table(stored, across, down, tiles)
    counts = Counter(tile.best for tile in tiles if tile.clear)
    chart.alt = f"{chart.title}. " + " ".join(
        f"{stored.title(s)} is best at {counts.get(s, 0)} of {len(tiles)} places." for s in names
    )
    return chart


GAP = 0.13
"""Inches between two entries of the key."""
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

    for tile in tiles:
        x, y = tile.at
        face = look[tile.best].colour if tile.clear else OPEN
        ax.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=face, alpha=0.28 if tile.clear else 1.0,
                               edgecolor="none", label=f"place:{x},{y}"))  # fmt: skip
        marks = (tile.best, *_also(tile))
        for n, s in enumerate(marks):
            at = x + 0.5 + (n - 0.5 * (len(marks) - 1)) * 0.22 / max(inches, 0.5)
            ax.plot(at, y + 0.68, look[s].marker, color=look[s].colour, markersize=7.5, label=f"mark:{x},{y}:{s}")
        write(ax, x + 0.5, y + 0.3, _gain(tile.gain, stored), ha="center", fontsize=9, label=f"gain:{x},{y}")


def _gain(gain: Paired | None, stored: Stored) -> str:
    m = metric(stored.primary)
    return "0" if gain is None else words.difference(gain.difference, gain.low, gain.high, m)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the key says of a mark: its name for reading back, how it looks, and the words."""

    name: str
    marker: str
    colour: str
    ink: str
    text: str

    @property
    def high(self) -> float:
        """Inches that its lines take."""
        return 0.17 * (self.text.count("\n") + 1)


def _entries(stored: Stored, names: list[str], look: dict[str, Look], tiles: list[Cell], letters: int) -> list[Entry]:
    """Return the key: at how many places each strategy is best, and at how many that is open."""
    counts = Counter(tile.best for tile in tiles if tile.clear)
    said = {s: wrapped(f"{stored.title(s)}: best at {counts.get(s, 0)}", letters) for s in names}
    found = [Entry(s, look[s].marker, look[s].colour, look[s].colour, said[s]) for s in names]
    openly = sum(not tile.clear for tile in tiles)
    return [*found, Entry("open", "s", OPEN, GREY, wrapped(f"Too close to call at {openly} of {len(tiles)}", letters))]


def _room(entries: list[Entry]) -> float:
    """Return the inches that the key takes from top to bottom."""
    return sum(entry.high + GAP for entry in entries)


def _key(chart: Chart, entries: list[Entry], x: float, top: float) -> None:
    """Write the key downwards from a place in inches."""
    ax = chart.figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False, label="key")
    ax.set_axis_off()
    wide, tall = (float(inches) for inches in chart.figure.get_size_inches())
    ax.set_xlim(0, wide)
    ax.set_ylim(0, tall)
    for entry in entries:
        y = top - entry.high / 2
        edge = LIGHT if entry.name == "open" else entry.colour
        ax.plot(x, y, entry.marker, color=entry.colour, markeredgecolor=edge, markersize=8, label=f"mark:{entry.name}")
        look: dict[str, Any] = {"color": entry.ink, "fontsize": 9, "linespacing": 1.15}
        write(ax, x + 0.18, y, entry.text, label=f"name:{entry.name}", **look)
        top -= entry.high + GAP


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

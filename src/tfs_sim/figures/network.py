"""A site's network at a few moments: the same places in all panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis.windows import Array
from tfs_sim.figures.style import INK, LIGHT, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECTORS = {
    "district": ("School district", "#0072B2", "s"),
    "nonprofit": ("Nonprofit", "#C44E00", "o"),
    "health": ("Health", "#00775A", "P"),
    "business": ("Business", "#E0A100", "v"),
    "government": ("Government", "#5B4B9E", "D"),
    "philanthropy": ("Philanthropy", "#A2457F", "*"),
    "higher_education": ("Higher education", "#56A8D8", "^"),
    "community_group": ("Parents and students", "#3F3F3F", "p"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """An organization at a moment."""

    name: str
    sector: str
    status: str
    backbone: bool


def layout(count: int, pairs: Array, weights: Array, rounds: int = 160) -> Array:
    """Return places in the unit square, the same for the same input.

    Organizations with ties are placed by spring forces (Fruchterman and Reingold 1991) and then drawn apart, so that
    the disc is evenly filled and order from the centre is kept; those without any stand on a ring around them.

    Parameters
    ----------
    count : how many organizations.
    pairs : positions of the two ends, one row a tie.
    weights : strength of each tie.
    """
    tied = np.unique(pairs.astype(int))
    alone = np.setdiff1d(np.arange(count), tied)
    at = np.full((count, 2), 0.5)
    if len(tied):
        number = np.full(count, -1)
        number[tied] = np.arange(len(tied))
        at[tied] = 0.5 + (0.36 if len(alone) else 0.47) * _disc(
            _springs(number[pairs.astype(int)], weights, len(tied), rounds)
        )
    angle = 2 * np.pi * np.arange(len(alone)) / max(1, len(alone))
    at[alone] = 0.5 + 0.47 * np.stack([np.cos(angle), np.sin(angle)], 1)
    return at


def _disc(at: Array) -> Array:
    """Return places on the unit disc with the same directions and order from the centre, evenly spread."""
    at = at - at.mean(0)
    radius = np.sqrt((at**2).sum(1)) + 1e-9
    rank = np.argsort(np.argsort(radius, kind="stable"), kind="stable")
    return np.asarray(at / radius[:, None] * np.sqrt((rank + 0.5) / len(at))[:, None])


def _springs(pairs: Array, weights: Array, count: int, rounds: int) -> Array:
    angle = np.arange(count) * 2.399963229728653
    radius = np.sqrt((np.arange(count) + 0.5) / count)
    at = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    ideal = 1.6 / np.sqrt(count)
    a, b = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    stiff = weights * 6.0 * count / (6.0 * len(a) + count)
    for step in range(rounds):
        apart = at[:, None, :] - at[None, :, :]
        force = (apart * (ideal**2 / ((apart**2).sum(-1) + 1e-9))[..., None]).sum(1) - 0.35 * at
        along = at[a] - at[b]
        pull = along * (np.sqrt((along**2).sum(1)) / ideal * stiff)[:, None]
        np.add.at(force, a, -pull)
        np.add.at(force, b, pull)
        size = np.sqrt((force**2).sum(1)) + 1e-9
        limit = 0.2 * (1 - step / rounds) + 0.002
        at = at + force * (np.minimum(size, limit) / size)[:, None]
    return np.asarray(at)


def _size(marker: str) -> float:
    """Return how large a mark must be to weigh as much as the others: a star has little ink."""
    return 8.5 if marker == "*" else 6.5


def network(
    ax: Axes,
    nodes: Sequence[Node],
    places: Mapping[str, tuple[float, float]],
    ties: Sequence[tuple[str, str, float]],
    title: str,
    caption: str,
) -> None:
    """Draw active organizations by sector, the others hollow, and open ties the darker the more trust they carry."""
    from matplotlib.collections import LineCollection

    lines = [(places[a], places[b]) for a, b, _ in ties]
    faint = min(1.0, 1.8 / np.sqrt(len(ties) / 40 + 1))
    alphas = [min(1.0, (0.05 + 0.9 * trust**2) * faint) for *_, trust in ties]
    widths = [0.4 + 1.4 * trust * faint for *_, trust in ties]
    ax.add_collection(
        LineCollection(lines, colors=[(0.25, 0.28, 0.33, a) for a in alphas], linewidths=widths, zorder=1, label="ties")
    )
    for node in nodes:
        x, y = places[node.name]
        _, colour, marker = SECTORS.get(node.sector, ("Other", LIGHT, "o"))
        active = node.status == "active"
        face = colour if active else "white"
        look: dict[str, Any] = {
            "markerfacecolor": face,
            "markeredgecolor": "white" if active else LIGHT,
            "zorder": 3 if active else 2,
        }
        size = _size(marker) if active else 3.8
        ax.plot(x, y, marker, markersize=size, markeredgewidth=0.7, label=f"organization:{node.name}", **look)
        if node.backbone:
            ring: dict[str, Any] = {
                "markerfacecolor": "none",
                "markeredgecolor": INK,
                "markeredgewidth": 1.6,
                "zorder": 4,
            }
            ax.plot(x, y, "o", markersize=14, label=f"backbone:{node.name}", **ring)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    ax.axis("off")
    date, _, when = title.partition("\n")
    write(ax, 0.0, 1.1, date, fontsize=10, weight="bold", va="bottom")
    write(ax, 0.0, 1.03, when, fontsize=8.5, va="bottom")
    write(ax, 0.0, -0.02, caption, fontsize=9, va="top", linespacing=1.35)


def key(ax: Axes, present: Sequence[str], columns: int = 4) -> int:
    """Draw the key of the sectors, the ring and the hollow marks in so many columns; return the number of rows."""
    ax.axis("off")
    shown = [(label, colour, marker) for name, (label, colour, marker) in SECTORS.items() if name in present]
    rows = -(-(len(shown) + 3) // columns)
    ax.set_xlim(0, columns)
    ax.set_ylim(rows - 0.5, -0.5)
    spots = [(at % columns, at // columns) for at in range(len(shown) + 3)]
    for (x, y), (label, colour, marker) in zip(spots, shown, strict=False):
        ax.plot(
            x + 0.04, y, marker, color=colour, markersize=_size(marker), markeredgewidth=0.7, markeredgecolor="white"
        )
        write(ax, x + 0.12, y, label, fontsize=9)
    ring, hollow, tie = spots[-3:]
    ax.plot(
        ring[0] + 0.04, ring[1], "o", markersize=10, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.5
    )
    write(ax, ring[0] + 0.12, ring[1], "Backbone", fontsize=9)
    ax.plot(hollow[0] + 0.04, hollow[1], "o", markersize=4, markerfacecolor="white", markeredgecolor=LIGHT)
    write(ax, hollow[0] + 0.12, hollow[1], "Not at the table", fontsize=9)
    ax.plot([tie[0], tie[0] + 0.09], [tie[1]] * 2, color="#40474F", linewidth=1.4)
    write(ax, tie[0] + 0.12, tie[1], "Tie in use (darker: more trust)", fontsize=9)
    return rows

"""Who is at the table at a moment, by sector: a circle a sector, and the ties in use between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tfs_sim.figures.network import SECTORS, Node
from tfs_sim.figures.style import INK, LIGHT, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BACKBONE = "backbone"
SAID = {
    "district": "School district",
    "nonprofit": "Nonprofits",
    "health": "Health",
    "business": "Business",
    "government": "Government",
    "philanthropy": "Philanthropy",
    "higher_education": "Higher\neducation",
    "community_group": "Parents,\nstudents",
}
"""Sectors as labels around a circle."""
PALE = ("business", "higher_education")
"""Sectors in whose colour white cannot be read."""
LARGEST = 0.15
"""Radius of the largest circle, of a panel's width."""
THICKEST = 9.0
"""Points of the thickest line."""


def spots(present: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the place of each sector on a circle, in the order of `SECTORS`, and of the backbone in its middle."""
    ordered = [*(name for name in SECTORS if name in present), *(n for n in present if n not in SECTORS)]
    found = {BACKBONE: (0.5, 0.5)}
    for at, name in enumerate(ordered):
        angle = math.pi / 2 - 2 * math.pi * at / max(1, len(ordered))
        found[name] = (0.5 + 0.36 * math.cos(angle), 0.5 + 0.36 * math.sin(angle))
    return found


def seats(nodes: Sequence[Node]) -> dict[str, int]:
    """Return how many organizations of each sector are at the table, the backbone apart."""
    found: dict[str, int] = {}
    for node in nodes:
        if not node.backbone:
            found[node.sector] = found.get(node.sector, 0) + (node.status == "active")
    return found


def between(nodes: Sequence[Node], ties: Sequence[tuple[str, str, float]]) -> dict[tuple[str, str], int]:
    """Return how many ties are in use between organizations at the table, by the two ends' sectors (or backbone)."""
    where = {n.name: BACKBONE if n.backbone else n.sector for n in nodes if n.backbone or n.status == "active"}
    found: dict[tuple[str, str], int] = {}
    for a, b, _ in ties:
        if a in where and b in where:
            one, other = sorted((where[a], where[b]))
            found[one, other] = found.get((one, other), 0) + 1
    return found


def table(
    ax: Axes,
    nodes: Sequence[Node],
    places: Mapping[str, tuple[float, float]],
    ties: Sequence[tuple[str, str, float]],
    most: tuple[int, int],
    title: str,
    caption: str,
) -> None:
    """Draw a circle for each sector, with its number at the table in it, and a line for the ties between two sectors.

    Parameters
    ----------
    places : of each sector and of the backbone (see `spots`).
    most : the largest number at the table of a sector, and the largest number of ties between two, in all panels.
    """
    for (one, other), many in sorted(between(nodes, ties).items()):
        if one != other:
            (x0, y0), (x1, y1) = places[one], places[other]
            width = 0.5 + (THICKEST - 0.5) * many / max(1, most[1])
            ax.plot([x0, x1], [y0, y1], color="#B9C0C9", linewidth=width, zorder=1, label=f"ties:{one}:{other}",
                    solid_capstyle="round")  # fmt: skip
    from matplotlib.patches import Circle

    for name, many in seats(nodes).items():
        x, y = places[name]
        colour = SECTORS.get(name, ("", LIGHT, ""))[1]
        radius = LARGEST * math.sqrt(many / max(1, most[0])) if many else 0.022
        face = {"facecolor": colour if many else "white", "edgecolor": "white" if many else LIGHT}
        ax.add_patch(Circle((x, y), max(radius, 0.04) if many else radius, zorder=3, label=f"sector:{name}", **face))
        if many:
            ink = INK if name in PALE else "white"
            write(ax, x, y, f"{many}", ha="center", color=ink, weight="bold", fontsize=9.5, zorder=4)
        away = 1.0 + (max(radius, 0.04) + 0.05) / 0.36
        across, up = 0.5 + (x - 0.5) * away, 0.5 + (y - 0.5) * away
        side = "left" if across > 0.55 else "right" if across < 0.45 else "center"
        if side == "center" or abs(y - 0.5) > 0.3:
            side, up = "center", up + math.copysign(0.025, y - 0.5)
        write(ax, across, up, SAID.get(name, name.replace("_", " ")), ha=side, fontsize=8.5, linespacing=1.0)
    if any(node.backbone for node in nodes):
        ax.add_patch(Circle(places[BACKBONE], 0.045, facecolor=INK, edgecolor="white", zorder=3, label="backbone"))
        write(ax, 0.5, 0.5 - 0.085, "Backbone", ha="center", fontsize=8.5, weight="bold", zorder=4)
    ax.set_xlim(-0.3, 1.3)
    ax.set_ylim(-0.12, 1.12)
    ax.set_aspect("equal")
    ax.axis("off")
    date, _, when = title.partition("\n")
    write(ax, 0.0, 1.13, date, fontsize=10, weight="bold", va="bottom", transform=ax.transAxes)
    write(ax, 0.0, 1.04, when, fontsize=8.5, va="bottom", transform=ax.transAxes)
    write(ax, 0.0, -0.02, caption, fontsize=9, va="top", linespacing=1.35, transform=ax.transAxes)

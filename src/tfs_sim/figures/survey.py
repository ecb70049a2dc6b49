"""The picture of an imported network: organizations without names, ties the darker the stronger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.figures.network import SECTORS, Node, layout, network
from tfs_sim.figures.save import png, svg
from tfs_sim.figures.style import GREY, LIGHT, WIDTH, write
from tfs_sim.survey.notes import FEWEST_SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.survey import Survey

DRAWN_AS_LINES = 600
"""Ties up to which the picture is drawn in lines; with more it consists of points, which is smaller."""
COARSE = 300
"""Organizations from which on places are found in fewer rounds."""
OTHER = "other"
"""The kind of those whose own has too few to be shown."""


def picture(survey: Survey) -> tuple[str, bytes]:
    """Return the kind of picture ("svg+xml" or "png") and its bytes.

    No name and no code stands in it, nor who said what: a tie is drawn alike, whoever reported it. Kinds of fewer than
    five organizations are drawn as others, unless the survey was imported with names.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    codes = sorted(survey.codes[name] for name in survey.here)
    number = {code: place for place, code in enumerate(codes)}
    ties = [(survey.codes[a], survey.codes[b], share) for (a, b), share in survey.ties.items()]
    pairs = np.array([(number[a], number[b]) for a, b, _ in ties], float).reshape(-1, 2)
    weights = np.array([share for *_, share in ties], float)
    spots = layout(len(codes), pairs, weights, 160 if len(codes) <= COARSE else max(20, 160 * COARSE // len(codes)))
    places = {code: (float(spots[n, 0]), float(spots[n, 1])) for code, n in number.items()}
    kinds = _kinds(survey)
    figure = Figure(figsize=(WIDTH, 7.6), facecolor="white")
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.02, 0.12, 0.96, 0.87))
    network(ax, [Node(code, kinds[code], "active", False) for code in codes], places, ties, "", "")
    _key(figure.add_axes((0.03, 0.01, 0.94, 0.1)), set(kinds.values()))
    if len(ties) > DRAWN_AS_LINES or len(codes) > COARSE:
        return "png", png(figure, 110)
    return "svg+xml", svg(figure)


def _kinds(survey: Survey) -> dict[str, str]:
    """Return the sector of each code, or `OTHER` where too few are of it."""
    counted = Counter(member.sector for member in survey.members.values())
    small = set() if survey.named else {sector for sector, n in counted.items() if n < FEWEST_SHOWN}
    return {
        survey.codes[n]: OTHER if member.sector in small else member.sector
        for n, member in survey.members.items()
        if n in survey.here
    }


def _key(ax: Axes, kinds: set[str]) -> None:
    ax.axis("off")
    shown = [each for name, each in SECTORS.items() if name in kinds]
    if OTHER in kinds:
        shown.append((f"Kinds with fewer than {FEWEST_SHOWN}", LIGHT, "o"))
    ax.set_xlim(0, 4)
    ax.set_ylim(2.5, -0.5)
    for at, (label, colour, marker) in enumerate(shown):
        ax.plot(at % 4 + 0.04, at // 4, marker, color=colour, markersize=6.5, markeredgecolor="white")
        write(ax, at % 4 + 0.12, at // 4, label, fontsize=9)
    at = len(shown)
    ax.plot([at % 4 + 0.02, at % 4 + 0.1], [at // 4] * 2, color=GREY, linewidth=1.4)
    write(ax, at % 4 + 0.15, at // 4, "Tie (darker: stronger)", fontsize=9)

"""The picture of an imported network: organizations without names, ties the darker the stronger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.figures.network import Node, key, layout, network
from tfs_sim.figures.save import png, svg
from tfs_sim.figures.style import WIDTH

if TYPE_CHECKING:
    from tfs_sim.survey import Survey

DRAWN_AS_LINES = 400
"""Ties up to which a picture is a drawing; of more, points are smaller."""
COARSE = 300
"""Organizations from which places are found in fewer rounds."""


def picture(survey: Survey) -> tuple[str, bytes]:
    """Return the kind of picture ("svg+xml" or "png") and its bytes.

    No name and no code stands in it, nor who said what: a tie is drawn alike, whoever reported it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    codes = sorted(survey.codes.values())
    number = {code: place for place, code in enumerate(codes)}
    sector = {survey.codes[name]: member.sector for name, member in survey.members.items()}
    ties = [(survey.codes[a], survey.codes[b], share) for (a, b), share in survey.ties.items()]
    pairs = np.array([(number[a], number[b]) for a, b, _ in ties], float).reshape(-1, 2)
    weights = np.array([share for *_, share in ties], float)
    spots = layout(len(codes), pairs, weights, 160 if len(codes) <= COARSE else 40)
    places = {code: (float(spots[n, 0]), float(spots[n, 1])) for code, n in number.items()}
    figure = Figure(figsize=(WIDTH, 7.4), facecolor="white")
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.03, 0.14, 0.94, 0.84))
    network(ax, [Node(code, sector[code], "active", False) for code in codes], places, ties, "", "")
    keys = figure.add_axes((0.03, 0.01, 0.94, 0.1))
    key(keys, sorted(set(sector.values())))
    if len(ties) > DRAWN_AS_LINES or len(codes) > COARSE:
        return "png", png(figure, 110)
    return "svg+xml", svg(figure)

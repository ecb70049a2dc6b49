"""A model that is watched: a community's network now, and the months so far; small enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.story import MONTHS
from tfs_sim.figures.network import SECTORS, Node, network
from tfs_sim.figures.style import (
    BAND,
    COLOURS,
    GREY,
    NARROW,
    Chart,
    framed,
    place,
    plain,
    wrapped,
    write,
    y_label,
    year_ticks,
)
from tfs_sim.model.catalogue import METRICS, SHOCKS
from tfs_sim.model.state import ROLES, STATUSES
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.analysis.windows import Array
    from tfs_sim.model.partnership import PartnershipModel
    from tfs_sim.scenario import Scenario

WATCHED = ("partners", "trust", "quality", "support")
"""Metrics whose months are drawn."""
ONE_RING = 40
"""From so many organizations on they stand on two rings, turn about."""
RING, INNER, LABELS = 0.305, 0.248, 0.33
GAP = 0.012
"""Radii, and the share of the circle that is left free between two sectors."""
EDGE = 0.09
"""What is left free above and below."""


def month_name(month: str) -> str:
    """Return "2020-03" as "March 2020"."""
    return f"{MONTHS[int(month[5:7]) - 1]} {int(month[:4])}"


def standing(model: PartnershipModel, site: str) -> tuple[list[Node], list[tuple[str, str, float]]]:
    """Return a community's organizations and its open ties, each with the mean of both ends' trust, as they are now.

    Parameters
    ----------
    model : at any month.
    site : one of its communities.
    """
    world = model.world
    here = np.flatnonzero(np.asarray(world.site_of) == model.template.sites.index(site)).tolist()
    names = {row: model.template.organizations[row].identity for row in here}
    nodes = [
        Node(names[n], model.organizations[n].sector, STATUSES[world.status[n]], ROLES[world.role[n]] == "backbone")
        for n in here
    ]
    pairs = world.one_end.size
    ties = []
    for q in np.flatnonzero(np.asarray(world.is_open)).tolist():
        one, other = int(world.one_end[q]), int(world.other_end[q])
        if one in names and other in names:
            ties.append((names[one], names[other], float(world.trust[q] + world.trust[q + pairs]) / 2.0))
    return nodes, ties


def by_sector(nodes: Sequence[Node]) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Return places in the unit square that depend on who there is alone, so that they stay from month to month.

    The backbone stands in the centre, everybody else around it, sector by sector.

    Parameters
    ----------
    nodes : a community's organizations.

    Returns
    -------
    dict, dict
        The place of each organization by name; of each sector the angle of its middle, in turns from the top,
        clockwise.
    """
    hubs = [node.name for node in nodes if node.backbone]
    at = {name: (0.5 + 0.04 * (n - (len(hubs) - 1) / 2), 0.5) for n, name in enumerate(hubs)}
    around = [node for node in nodes if not node.backbone]
    order = {sector: rank for rank, sector in enumerate(SECTORS)}
    around.sort(key=lambda node: (order.get(node.sector, len(order)), node.sector, node.name))
    sectors = list(dict.fromkeys(node.sector for node in around))
    share = (1.0 - GAP * len(sectors)) / max(1, len(around))
    middles: dict[str, float] = {}
    turn, number = GAP / 2, 0
    for sector in sectors:
        members = [node for node in around if node.sector == sector]
        middles[sector] = turn + share * len(members) / 2
        for node in members:
            angle = 2 * np.pi * (turn + share / 2)
            radius = INNER if len(around) > ONE_RING and number % 2 else RING
            at[node.name] = (0.5 + radius * float(np.sin(angle)), 0.5 + radius * float(np.cos(angle)))
            turn += share
            number += 1
        turn += GAP
    return at, middles


def network_now(model: PartnershipModel, site: str, title: str, date: str) -> Chart:
    """Draw a community's network as it is now.

    Parameters
    ----------
    model : at any month.
    site : one of its communities.
    title : its name, as people read it.
    date : the month that has run ("2020-03").
    """
    nodes, ties = standing(model, site)
    at, middles = by_sector(nodes)
    partners = sum(node.status == "active" and not node.backbone for node in nodes)
    others = sum(not node.backbone for node in nodes)
    when = month_name(date) if model.month else f"before {month_name(date)}"
    said = f"{partners} of {count(others, 'organization')} at the table, {count(len(ties), 'tie')} in use"
    chart = framed(
        "network", f"{title}, {when}", said + ".",
        "Filled: at the table; hollow: not. Ring in the middle: the backbone. Ties: the darker, the more trust.",
        NARROW * (1 - 2 * EDGE) + 0.05, NARROW,
    )  # fmt: skip
    ax = place(chart, 0.0, 0.0, NARROW, NARROW * (1 - 2 * EDGE))
    ax.set_label("network")
    network(ax, nodes, at, ties, "", "")
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(EDGE, 1.0 - EDGE)
    for sector, turn in middles.items():
        label, colour, _ = SECTORS.get(sector, (sector.capitalize(), GREY, "o"))
        x, y = np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn)
        side = "center" if abs(x) < 0.35 else "left" if x > 0 else "right"
        level = "bottom" if y > 0.8 else "top" if y < -0.8 else "center"
        write(
            ax, 0.5 + LABELS * x, 0.5 + LABELS * y, wrapped(label, 12), color=colour, fontsize=8, ha=side, va=level,
            linespacing=1.0,
        )  # fmt: skip
    known = {node.name: node.sector for node in nodes}
    chart.data = DataFrame(
        [(a, known[a], b, known[b], trust) for a, b, trust in ties], columns=["a", "sector_a", "b", "sector_b", "trust"]
    )
    chart.alt = f"Network of {title}, {when}: {said}."
    return chart


def months_so_far(model: PartnershipModel, scenario: Scenario, site: str, title: str) -> Chart:
    """Draw a community's partners, trust, quality and support over the months that have run.

    Parameters
    ----------
    model : at any month.
    scenario : what it was made of: its start, its length and its shocks.
    site : one of its communities.
    title : its name, as people read it.
    """
    column = model.template.sites.index(site)
    names = list(METRICS)
    clock = scenario.clock
    x = int(clock.start[:4]) + (int(clock.start[5:7]) - 1) / 12 + np.arange(clock.months) / 12
    values = {
        name: model.observed[: model.month, column, names.index(name)] * words.factor(METRICS[name]) for name in WATCHED
    }
    tall = 0.9
    chart = framed(
        "months", f"{title}, month by month", f"{model.month} of {count(clock.months, 'month')} have run.",
        "One run: luck is part of every number.", len(WATCHED) * (tall + 0.55) + 0.2, NARROW,
    )  # fmt: skip
    for k, name in enumerate(WATCHED):
        bottom = 0.3 + (len(WATCHED) - 1 - k) * (tall + 0.55)
        ax = place(chart, 0.5, bottom, NARROW - 0.55, bottom + tall)
        ax.set_label(name)
        _panel(ax, x, values[name], name, COLOURS[k])
        for shock in scenario.shocks:
            first = clock.index(shock.onset)
            ends = x[0] + np.array([first, first + shock.duration]) / 12
            ax.axvspan(ends[0], min(ends[1], x[-1]), color=BAND, zorder=0, linewidth=0, label="shock")
            if k == 0:
                look = {"fontsize": 8, "color": "#80632F", "va": "top", "ha": "left"}
                write(ax, ends[0] + 0.05, 0.97, SHOCKS[shock.use].title, transform=ax.get_xaxis_transform(), **look)
        year_ticks(ax, x, 6)
    chart.data = DataFrame({"month": [clock.date(n) for n in range(model.month)], **values})
    chart.alt = f"{title}, {count(model.month, 'month')} of {clock.months}: {said_now(model, site)}"
    return chart


def _panel(ax: Axes, x: Array, values: Array, name: str, colour: str) -> None:
    m = METRICS[name]
    ran = x[: len(values)]
    ax.plot(ran, values, color=colour, linewidth=1.8, label=name)
    low, high = (edge * words.factor(m) for edge in m.domain)
    if not np.isfinite(high):
        high = 1.4 * max(1.0, float(np.nanmax(values, initial=1.0)))
    ax.set_ylim(low, high)
    y_label(ax, words.axis(m))
    if len(values) and np.isfinite(values[-1]):
        ax.plot(ran[-1:], values[-1:], "o", color=colour, markersize=4)
        look: dict[str, Any] = {"color": colour, "fontsize": 9, "ha": "left"}
        ax.annotate(
            plain(_level(name, float(values[-1]) / words.factor(m))), (ran[-1], values[-1]), (6, 0),
            textcoords="offset points", va="center", annotation_clip=False, **look,
        )  # fmt: skip


def said_now(model: PartnershipModel, site: str) -> str:
    """Return a community's partners, trust, quality and support in the month that has run, as a sentence."""
    if not model.month:
        return "No month has run."
    said = []
    for name in WATCHED:
        m, value = METRICS[name], model.observe(name, site)
        said.append(f"{words.short(m).lower()} {_level(name, value) if np.isfinite(value) else 'not known'}")
    return capital(", ".join(said)) + "."


def _level(name: str, value: float) -> str:
    """Return a value with its unit; of one run, a number of partners is whole."""
    return f"{value:.0f}" if name == "partners" else words.level(value, METRICS[name])

"""Pictures of a model that is watched: they show the world as it is now, and nobody moves from month to month."""

from __future__ import annotations

import io
import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from matplotlib.axes import Axes

from tfs_sim.experiments.execution.exporting import graphml
from tfs_sim.figures.live import WATCHED, by_sector, month_name, months_so_far, network_now, said_now, standing
from tfs_sim.figures.network import Node
from tfs_sim.figures.save import svg
from tfs_sim.figures.style import NARROW
from tfs_sim.live.watched import Watched, WatchedModel
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario import Scenario

SITE = "memphis"


def all_of(ax: Axes, label: str) -> list[Any]:
    """Return everything on axes that was drawn under a label."""
    return [artist for artist in ax.get_children() if artist.get_label() == label]


def the(ax: Axes, label: str) -> Any:
    (artist,) = all_of(ax, label)
    return artist


@pytest.fixture(scope="module")
def town(flagship: Scenario) -> Scenario:
    return flagship.with_(months=24)


@pytest.fixture(scope="module")
def model(town: Scenario) -> WatchedModel:
    model = Watched(town, 1).model()
    for _ in range(20):
        model.step()
    return model


def test_the_network_is_that_of_the_month(town: Scenario, model: WatchedModel) -> None:
    """Read by another way: the network that `tfs-sim export` writes of the same run."""
    graph = nx.read_graphml(io.BytesIO(graphml(town, 20, SITE, seed=1)))
    nodes, ties = standing(model, SITE)
    wanted = {name: (each["sector"], each["status"], each["role"] == "backbone") for name, each in graph.nodes.items()}
    assert {node.name: (node.sector, node.status, node.backbone) for node in nodes} == wanted
    edges = {tuple(sorted(pair)): each["trust"] for pair, each in graph.edges.items()}
    assert {tuple(sorted((a, b))): trust for a, b, trust in ties} == pytest.approx(edges)
    assert len(ties) == len(edges) > 20


def test_what_is_drawn_is_who_is_there(model: WatchedModel) -> None:
    chart = network_now(model, SITE, "Memphis, Tenn.", model.date)
    (ax,) = chart.figure.axes
    nodes, ties = standing(model, SITE)
    at, _ = by_sector(nodes)
    for node in nodes:
        mark = the(ax, f"organization:{node.name}")
        assert (mark.get_xdata()[0], mark.get_ydata()[0]) == pytest.approx(at[node.name])
        assert (mark.get_markerfacecolor() == "white") == (node.status != "active")
    assert len(the(ax, "ties").get_segments()) == len(ties) == len(chart.data)
    partners = sum(node.status == "active" and not node.backbone for node in nodes)
    assert partners == model.observe("partners", SITE)
    said = f"{partners} of {len(nodes) - 1} organizations at the table, {len(ties)} ties in use"
    assert chart.subtitle == said + "." and said in chart.alt
    assert chart.title == "Memphis, Tenn., January 2020" == f"Memphis, Tenn., {month_name(model.date)}"
    assert svg(chart.figure).startswith(b"<?xml")


def test_nobody_moves_from_month_to_month(town: Scenario) -> None:
    model = Watched(town, 2).model()
    places = []
    for _ in range(4):
        places.append(by_sector(standing(model, SITE)[0])[0])
        model.step()
    assert all(each == places[0] for each in places)


@pytest.mark.parametrize("many", [1, 2, 28, 40, 41, 100, 120])
def test_a_hundred_organizations_can_be_told_apart(many: int) -> None:
    sectors = ["nonprofit", "health", "business", "district", "community_group"]
    nodes = [Node(f"t/{n:03d}", sectors[n * n % 5], "active", False) for n in range(many)]
    at, middles = by_sector([*nodes, Node("t/backbone", "nonprofit", "active", True)])
    assert at["t/backbone"] == (0.5, 0.5) and len(at) == many + 1
    points = np.array(list(at.values()))
    gaps = [np.hypot(*(a - b)) * NARROW * 72 for a, b in itertools.combinations(points, 2)]
    assert min(gaps) > 6.5  # the size of a mark in points
    assert (points > 0.15).all() and (points < 0.85).all()  # room for the names of sectors
    assert set(middles) == {node.sector for node in nodes}


def test_members_of_a_sector_stand_side_by_side(model: WatchedModel) -> None:
    nodes, _ = standing(model, SITE)
    at, _ = by_sector(nodes)
    around = [node for node in nodes if not node.backbone]
    angle = {node.name: np.arctan2(at[node.name][0] - 0.5, at[node.name][1] - 0.5) % (2 * np.pi) for node in around}
    order = [node.sector for node in sorted(around, key=lambda node: angle[node.name])]
    assert len([sector for sector, _ in itertools.groupby(order)]) == len(set(order))


def test_months_are_those_that_have_run(town: Scenario, model: WatchedModel) -> None:
    chart = months_so_far(model, town, SITE, "Memphis")
    column = model.template.sites.index(SITE)
    by_name = {ax.get_label(): ax for ax in chart.figure.axes}
    assert list(by_name) == list(WATCHED)
    for name, ax in by_name.items():
        line = the(ax, name)
        factor = 100 if name == "support" else 1
        assert np.allclose(line.get_ydata(), model.observed[:20, column, list(METRICS).index(name)] * factor)
        assert line.get_xdata()[[0, -1]] == pytest.approx([2018 + 5 / 12, 2020])
        assert ax.get_xlim()[1] == pytest.approx(2018 + 5 / 12 + 23 / 12)  # room for the months to come
    assert chart.subtitle == "20 of 24 months have run."
    assert all_of(by_name["trust"], "shock")
    assert said_now(model, SITE) in chart.alt
    assert f"{model.observe('trust', SITE):.2f}" in said_now(model, SITE)


def test_before_the_first_month_there_is_a_network_and_no_number(town: Scenario) -> None:
    model = Watched(town, 1).model()
    assert said_now(model, SITE) == "No month has run."
    assert network_now(model, SITE, "Memphis", model.date).title == "Memphis, before June 2018"
    assert svg(months_so_far(model, town, SITE, "Memphis").figure)

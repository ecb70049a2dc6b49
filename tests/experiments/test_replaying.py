from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

import tfs_sim as tfs

TOWN = """
[clock]
start = "2020-01"
months = 3

[sites.town]
students = 9_000
organizations_file = "who.csv"
relationships_file = "ties.csv"
at_the_table = 1.0
backbone = { fte = 0.5 }
"""


@pytest.fixture
def town(tmp_path: Path) -> tuple[Path, nx.Graph]:
    """A town of twelve with a ring, chords and two who have no tie."""
    graph = nx.circulant_graph(10, [1, 2])
    graph.add_nodes_from([10, 11])
    (tmp_path / "who.csv").write_text("id,sector,joins\n" + "".join(f"o{n},nonprofit,0\n" for n in graph))
    ties = "".join(f"o{a},o{b},0.7\n" for a, b in graph.edges)
    (tmp_path / "ties.csv").write_text(f"source,target,strength\n{ties}")
    (tmp_path / "town.toml").write_text(TOWN)
    return tmp_path / "town.toml", graph


def test_what_is_given_shows_before_anybody_acts(town: tuple[Path, nx.Graph]) -> None:
    path, graph = town
    found = tfs.as_given(path, replicates=4, seed=3)
    assert list(found["replicate"]) == [0, 1, 2, 3] and set(found["site"]) == {"town"}
    assert set(found["density"]) == {nx.density(graph)}
    assert found["transitivity"].to_numpy() == pytest.approx(nx.transitivity(graph), abs=1e-15)
    assert set(found["partners"]) == {12}
    acted = tfs.simulate(path, replicates=4, seed=3).series
    assert set(acted.loc[acted["month"] == 0, "density"]) != {nx.density(graph)}


def test_what_is_given_is_the_same_whoever_asks_and_leaves_runs_alone(town: tuple[Path, nx.Graph]) -> None:
    path, _ = town
    before = tfs.simulate(path, replicates=2, seed=3).values.tobytes()
    one, two = (tfs.as_given(path, replicates=2, seed=3) for _ in range(2))
    assert one.equals(two)
    assert tfs.simulate(path, replicates=2, seed=3).values.tobytes() == before
    with pytest.raises(tfs.UserError, match="replicates is a whole number"):
        tfs.as_given(path, replicates=0)

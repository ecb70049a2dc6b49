from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from synthetic import synthetic, under_sets

from tfs_sim.analysis.outcomes import Stored
from tfs_sim.figures import save
from tfs_sim.figures.charts import charts
from tfs_sim.figures.fan import quantiles
from tfs_sim.figures.ladder import first_above, last_above
from tfs_sim.figures.network import layout
from tfs_sim.figures.style import looks, plain, spread

NAMES = ["answer", "cost", "differences", "ladder", "trust", "partners", "network"]


@pytest.fixture(scope="module")
def drawn(sweep):
    return charts(sweep)


def texts(chart) -> list:
    from matplotlib.text import Text

    return [t for t in chart.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_chart_is_drawn_with_its_words_and_data(sweep, narrow: bool) -> None:
    made = charts(sweep, narrow=narrow)
    assert list(made) == NAMES
    for chart in made.values():
        assert chart.title and chart.subtitle and chart.alt and len(chart.data)
        assert "seed 20200313" in chart.caption and "not calibrated" in chart.caption and "320 runs" in chart.caption
        assert min(t.get_fontsize() for t in texts(chart)) >= 8.5


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("strategies", [2, 4, 8])
def test_words_neither_overlap_nor_leave_the_figure(strategies: int, narrow: bool) -> None:
    sweep = synthetic(strategies=strategies, replicates=6)
    titles = sweep.experiment["strategies"]
    list(titles.values())[-1]["title"] = "Initiative with a crisis channel and an emergency fund"
    sweep.experiment["shocks"][0]["label"] = "Community-wide crisis"
    sweep.experiment["scenario"] = "Mmmmmmm WWWWWW mm " * strategies
    for chart in charts(sweep, narrow=narrow).values():
        figure = chart.figure
        figure.canvas.draw()
        boxes = []
        for axes in figure.axes:
            if not axes.axison:
                continue
            boxes += [
                t.get_window_extent() for t in [*axes.texts, axes.title, axes._left_title] if t.get_text().strip()
            ]
        page = figure.bbox
        for box in [*boxes, *(t.get_window_extent() for t in figure.texts)]:
            assert box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1, chart.stem
            assert box.y0 >= page.y0 - 1 and box.y1 <= page.y1 + 1, chart.stem
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                wide = min(a.x1, b.x1) - max(a.x0, b.x0)
                tall = min(a.y1, b.y1) - max(a.y0, b.y0)
                assert wide <= 1 or tall <= 3, (chart.stem, narrow)


def test_files_are_the_same_bytes_every_time(sweep, tmp_path) -> None:
    stored = Stored.of(sweep)
    for folder in ("one", "two"):
        for stem, chart in charts(stored).items():
            save(chart.figure, tmp_path / folder / stem, dpi=40)
    for stem in NAMES:
        for kind in ("png", "svg"):
            name = f"{stem}.{kind}"
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert sorted(p.name for p in (tmp_path / "one").iterdir()) == sorted(
        f"{s}.{k}" for s in NAMES for k in ("png", "svg")
    )


def test_titles_from_files_cannot_break_a_figure(sweep, tmp_path) -> None:
    nasty = "<script>alert('$x_1$ & \"y\"')</script> $\\frac{1}{0$ -->"
    strategies = {key: {"title": f"{nasty} {key}"} for key in sweep.experiment["strategies"]}
    said = {"strategies": strategies, "scenario": nasty, "sites": {"chicago": {"title": nasty}}}
    shocks = [shock | {"label": nasty} for shock in sweep.experiment["shocks"]]
    for stem, chart in charts(replace(sweep, experiment=sweep.experiment | said | {"shocks": shocks})).items():
        _, svg = save(chart.figure, tmp_path / stem, dpi=40)
        root = ElementTree.fromstring(svg.read_bytes())
        assert not [e for e in root.iter() if e.tag.lower().endswith("script")]


def test_no_global_state_changes(sweep) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    charts(sweep)
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_not_needed() -> None:
    code = "import sys, tfs_sim.figures.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_small_and_odd_sweeps_are_drawn(small) -> None:
    assert "answer" in charts(small)
    assert charts(synthetic(replicates=1, months=30))
    bare = replace(small, network=small.network.iloc[:0], organizations=small.organizations.iloc[:0])
    assert "network" not in charts(bare)
    cheap = replace(small, runs=small.runs.drop(columns=["cost", "hours"]))
    assert "cost" not in charts(cheap)


def test_a_strategy_keeps_its_look(sweep) -> None:
    one = looks(Stored.of(sweep))
    fewer = replace(sweep, runs=sweep.runs[sweep.runs["strategy"] != "convenings"])
    two = looks(Stored.of(fewer))
    assert all(two[s] == one[s] for s in two)
    assert len({(v.colour, v.marker) for v in one.values()}) == len(one)


def test_spread_keeps_apart_and_near() -> None:
    at = spread([1.0, 1.01, 1.02, 5.0], 0.5, 0.0, 6.0)
    assert np.all(np.diff(sorted(at)) >= 0.5 - 1e-9) and at[3] == 5.0
    assert np.argsort(at).tolist() == [0, 1, 2, 3]
    assert min(spread([0.0, 0.0], 1.0, 0.0, 6.0)) == 0.0
    assert max(spread([6.0, 6.0, 6.0], 1.0, 0.0, 6.0)) == 6.0
    assert spread([], 1.0, 0.0, 1.0) == []


def test_layout_is_deterministic_and_inside() -> None:
    pairs = np.array([[0, 1], [1, 2], [2, 0], [3, 4]], float)
    a, b = layout(7, pairs, np.ones(4)), layout(7, pairs, np.ones(4))
    assert np.array_equal(a, b) and a.min() >= 0 and a.max() <= 1
    distance = np.linalg.norm(a[:, None] - a[None, :], axis=-1) + np.eye(7)
    assert distance.min() > 0.02
    assert layout(0, np.empty((0, 2)), np.empty(0)).shape == (0, 2)


def test_quantiles_and_thresholds() -> None:
    q = quantiles(np.arange(101.0)[:, None] * np.ones((1, 2)))
    assert q[:, 0].tolist() == [5, 25, 50, 75, 95]
    assert np.isnan(quantiles(np.full((3, 1), np.nan))).all()
    low = np.array([0, 0.3, 0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.3, 0, 0, 0.3])
    assert first_above(low) == 3 and last_above(low, 3) == 10
    assert first_above(np.zeros(20)) is None
    assert plain("$5") == r"\$5"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("sets", [2, 3, 4, 5])
def test_few_sets_of_parameters_are_drawn_without_intervals_that_they_cannot_have(sets: int, narrow: bool) -> None:
    """Below five sets no interval is had: what shows nothing else is left out, and nothing breaks."""
    made = charts(under_sets(synthetic(strategies=3, replicates=2 * sets), 2), narrow=narrow)
    assert ("ladder" in made) == (sets >= 5) and {"answer", "differences", "trust"} <= set(made)
    for chart in made.values():
        for ax in chart.figure.axes:
            assert np.isfinite([*ax.get_xlim(), *ax.get_ylim()]).all()

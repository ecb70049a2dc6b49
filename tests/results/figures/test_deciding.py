"""Charts of a decision, read back from what is drawn, against numbers worked out afresh from the runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reading import all_of, colour, spot, t_interval, the
from synthetic import Synthetic, choosing

from tfs_sim import decisions
from tfs_sim.analysis import words
from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.stored import Stored
from tfs_sim.decisions import information
from tfs_sim.figures.charts import charts
from tfs_sim.figures.deciding import decision_charts
from tfs_sim.figures.style import looks
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import specification

TOLD = (60.0, 200.0)


@pytest.fixture(autouse=True)
def _real_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue")


@pytest.fixture(scope="module")
def made() -> tuple[Synthetic, dict[str, Any]]:
    sweep = choosing(worths=list(TOLD), population=10, horizon=2)
    stored = Stored.of(sweep)
    (view,) = decided(stored)
    return sweep, {"view": view, **{chart.stem: chart for chart in decision_charts(view)}}


def by_set(sweep: Synthetic) -> pd.DataFrame:
    """Return each set's mean dollars and student-months of every strategy, both sites and months together."""
    series = sweep.series.assign(cost=1000 * sweep.series["cost"])
    totals = series.groupby(["strategy", "set", "replicate"])[["cost", "served"]].sum()
    return totals.groupby(["strategy", "set"]).mean().unstack("strategy")


def test_the_plane_has_a_dot_a_set_and_the_mean_of_each_strategy(made: Any) -> None:
    sweep, drawn = made
    ax = drawn["plane"].figure.axes[0]
    wide, look = by_set(sweep), looks(drawn["view"].stored)
    for key in ("manuals", "staff"):
        x, y = (wide[what][key] - wide[what]["nothing"] for what in ("served", "cost"))
        dots = the(ax, f"sets:{key}")
        assert np.allclose(sorted(dots.get_xdata()), sorted(x)) and np.allclose(dots.get_ydata(), y.mean())
        assert spot(the(ax, f"mean:{key}")) == pytest.approx((x.mean(), y.mean()))
        assert colour(dots) == look[key].colour and the(ax, f"name:{key}").get_text() == key.capitalize()
    assert not all_of(ax, "sets:nothing") and "Nothing" in drawn["plane"].title
    for worth in TOLD:
        line = the(ax, f"worth:{worth:g}")
        assert np.allclose(line.get_ydata(), worth * line.get_xdata())
    assert len(drawn["plane"].data) == 2 * 40


def test_curves_are_shares_and_losses_bold_where_a_strategy_is_recommended(made: Any) -> None:
    sweep, drawn = made
    view = drawn["view"]
    for stem, answer, column, by in (
        ("acceptability", decisions.acceptability, "share", 100.0),
        ("loss", decisions.expected_loss, "loss", 1.0),
    ):
        ax = drawn[stem].figure.axes[0]
        for worth in TOLD:
            assert the(ax, f"worth:{worth:g}").get_xdata()[0] == worth
            found = answer(view.main, worth, errors=False).set_index("strategy")[column]
            for key in ("nothing", "manuals", "staff"):
                line = the(ax, f"curve:{key}")
                place = list(line.get_xdata()).index(worth)
                assert line.get_ydata()[place] == pytest.approx(by * found[key.capitalize()])
        means = by_set(sweep).mean()
        for key in ("nothing", "manuals", "staff"):
            for bold in all_of(ax, f"best:{key}"):
                for worth in bold.get_xdata():
                    net = {s: worth * means["served", s] - means["cost", s] for s in ("nothing", "manuals", "staff")}
                    assert net[key] == pytest.approx(max(net.values()), abs=1e-6 * max(map(abs, net.values())))
        assert all_of(ax, "best:manuals") and all_of(ax, "best:nothing")
    low, high = drawn["loss"].figure.axes[0].get_ylim()
    assert low == 0 and high < 0.5 * the(drawn["loss"].figure.axes[0], "curve:nothing").get_ydata().max()


def test_each_budget_has_the_best_that_it_pays_for(made: Any) -> None:
    sweep, drawn = made
    ax, wide = drawn["budget"].figure.axes[0], by_set(sweep)
    for key in ("manuals", "staff"):
        gain = wide["served"][key] - wide["served"]["nothing"]
        mean, low, high = t_interval(gain)
        assert spot(the(ax, f"mean:{key}")) == pytest.approx((wide["cost"][key].mean(), mean))
        assert the(ax, f"interval:{key}").get_ydata() == pytest.approx((low, high))
    step = the(ax, "best within budget")
    assert list(step.get_xdata()[:3]) == pytest.approx([0, 20_000, 90_000])
    assert list(np.diff(step.get_ydata()[:3]) > 0) == [True, True]
    assert "from $20,000 on" in drawn["budget"].alt


def test_bars_are_what_knowing_is_worth_to_all_who_decide(made: Any) -> None:
    _, drawn = made
    ax, view = drawn["information"].figure.axes[0], drawn["view"]
    assert view.learnt_at in TOLD and view.decisions == 20
    everything = decisions.evpi(view.main, view.learnt_at).iloc[0]
    assert the(ax, "bar:all that sets differ in").get_width() == pytest.approx(20 * everything["evpi"])
    found = decisions.evppi(view.main, view.stored.sets, view.learnt_at).set_index("parameter")
    seen = list(found.index[found["seen"]])
    assert "reach" in seen and "idle" not in seen
    assert the(ax, "bar:reach").get_width() == pytest.approx(20 * found["evppi"]["reach"])
    assert the(ax, "floor").get_xdata()[0] == pytest.approx(20 * found["floor"]["reach"])
    assert "20 decisions" in drawn["information"].subtitle


def test_titles_are_what_was_found(made: Any) -> None:
    """Read from the curves: who leads in the shares from which worth to which, and who loses least."""
    _, drawn = made
    ax = drawn["acceptability"].figure.axes[0]
    shares = {key: the(ax, f"curve:{key}").get_ydata() for key in ("nothing", "manuals", "staff")}
    worths = the(ax, "curve:nothing").get_xdata()
    leaders = [max(shares, key=lambda key: shares[key][n]) for n in range(len(worths))]
    title = drawn["acceptability"].title
    assert title.startswith(f"“{leaders[0].capitalize()}” is the best in ") and "sets up to $" in title
    until = worths[[n for n, key in enumerate(leaders) if key == leaders[0]][-1]]
    assert f"up to ${until:,.3g} a student-month" in title and f"“{leaders[-1].capitalize()}”" in title
    lost = {key: the(drawn["loss"].figure.axes[0], f"curve:{key}") for key in shares}
    at = list(worths).index(TOLD[0])
    best = min(lost, key=lambda key: lost[key].get_ydata()[at])
    assert drawn["loss"].title.startswith(f"At $60 a student-month “{best.capitalize()}” loses least, and still $")
    assert words.money(lost[best].get_ydata()[at] / 1000) in drawn["loss"].title


@pytest.mark.parametrize("narrow", [False, True])
def test_names_stand_at_the_ends_of_their_curves(narrow: bool) -> None:
    (view,) = decided(choosing(worths=list(TOLD)))
    for chart in decision_charts(view, narrow=narrow)[2:4]:
        (ax,) = chart.figure.axes
        low, high = ax.get_ylim()
        inches = ax.get_position().height * chart.figure.get_size_inches()[1]
        for key in ("nothing", "manuals", "staff"):
            end = min(float(the(ax, f"curve:{key}").get_ydata()[-1]), high)
            lead, name = the(ax, f"lead:{key}"), the(ax, f"name:{key}")
            assert lead.get_ydata() == pytest.approx((end, name.get_position()[1])) and lead.get_xdata()[0] == 1
            assert abs(name.get_position()[1] - end) * inches / (high - low) < 0.25


@pytest.mark.parametrize("by", [1, 60, 4000])
@pytest.mark.parametrize("narrow", [False, True])
def test_numbers_of_an_axis_of_dollars_keep_apart(narrow: bool, by: int) -> None:
    sweep = choosing(sets=6, replicates=2)
    sweep.series["cost"] *= by
    sweep.runs["cost"] *= by
    chart = decision_charts(decided(sweep)[0], narrow=narrow)[0]
    chart.figure.canvas.draw()
    (ax,) = chart.figure.axes
    low, high = ax.get_xlim()
    shown = [t for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]
    boxes = [t.get_window_extent() for t in shown]
    assert len(boxes) >= 2 and all(a.x1 + 5 < b.x0 for a, b in pairwise(boxes))
    said = [t.get_text().replace("\\$", "$") for t in shown]
    assert said[0] == "$0" and all(each.startswith("$") for each in said)
    assert all(each.endswith(" million") for each in said[1:]) == (by > 1)


def test_bars_over_the_floor_by_chance_are_said_to_be(made: Any) -> None:
    view = replace(made[1]["view"])
    learning = pd.concat([made[1]["view"].learning.assign(seen=False)] * 40, ignore_index=True)
    learning["parameter"] = [f"idle.p{n}" for n in range(len(learning))]
    learning.loc[0, ["parameter", "seen"]] = ["trust.negativity", True]
    view.__dict__["learning"] = learning
    chart = next(each for each in decision_charts(view) if each.stem == "information")
    assert "No single parameter is told from chance" in chart.title
    assert "1 of 120 parameters are above it" in chart.subtitle
    assert f"about {120 / (information.PERMUTED + 1):.0f} would be by chance" in chart.subtitle
    (ax,) = chart.figure.axes
    meaning = specification(MECHANISMS["trust"].parameters)["negativity"].meaning.rstrip(".")
    said = " ".join(ax.get_yticklabels()[1].get_text().split())
    assert said == f"{meaning[0].lower()}{meaning[1:]} (trust.negativity)"


@pytest.mark.parametrize("narrow", [False, True])
def test_words_keep_apart_and_inside(narrow: bool) -> None:
    (view,) = decided(choosing(sets=31, replicates=2))
    for chart in decision_charts(view, narrow=narrow):
        figure = chart.figure
        figure.canvas.draw()
        texts = [t for ax in figure.axes for t in (*ax.texts, ax.xaxis.label) if t.get_text().strip()]
        boxes = [t.get_window_extent() for t in texts]
        for n, box in enumerate(boxes):
            assert box.x0 >= 0 and box.x1 <= figure.bbox.width, (chart.stem, texts[n].get_text())
            assert not any(box.overlaps(other) for other in boxes[:n]), (chart.stem, texts[n].get_text())


def test_what_an_experiment_does_not_hold_is_left_out() -> None:
    few = decided(choosing(sets=6, replicates=2))
    assert [chart.stem for chart in decision_charts(few[0])] == ["budget", "plane", "acceptability", "loss"]
    plain = choosing(sets=1, replicates=5)
    stems = [chart.stem for chart in decision_charts(decided(plain)[0])]
    assert stems == ["budget", "plane"]
    lacking = choosing(sets=3, replicates=2)
    lacking.runs = lacking.runs.drop(columns="served")
    assert decided(lacking) == []


def test_each_view_has_figures_of_its_own() -> None:
    sweep = choosing(sets=4, replicates=2, hour=45.0)
    funder, society = decided(sweep)
    assert (funder.view, society.view) == ("funder", "society")
    more = society.main["cost"].to_numpy() - funder.main["cost"].to_numpy()
    assert (more > 0).all()
    stems = [chart.stem for each in (funder, society) for chart in decision_charts(each)]
    assert "plane" in stems and "plane-society" in stems and len(set(stems)) == len(stems)
    assert not set(stems) - set(charts(sweep))

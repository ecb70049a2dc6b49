"""What a sceptical reader found untrue or unanswered on a demo's page, each as a test of its kind."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from synthetic import Synthetic, choosing, synthetic, under_sets

from tfs_sim.analysis.conditions import by_condition, stability
from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.pooling import mean_of
from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.story import story
from tfs_sim.analysis.windows import metric
from tfs_sim.decisions.information import PERMUTED, by_chance
from tfs_sim.figures.one_run import parted
from tfs_sim.report.sections import one_run
from tfs_sim.report.short import short
from tfs_sim.report.short_money import steps


@pytest.fixture(scope="module")
def sweep() -> Synthetic:
    return under_sets(synthetic(strategies=4, replicates=24, months=48), 4, spread=0.05, worthwhile=0.01)


def test_the_run_that_is_told_is_of_the_first_set_of_the_table_and_not_of_the_alphabet(sweep: Synthetic) -> None:
    """Ensembles are drawn from in an order of their own: ci1-03066 may stand before ci1-00428."""
    stored = Stored.of(sweep)
    turned = dataclasses.replace(stored, sets=stored.sets.iloc[::-1].reset_index(drop=True))
    found = one_run.SECTION.content(SimpleNamespace(stored=turned, figures={"network": None}))
    assert found is not None and found["first_set"] == turned.sets["set"].iloc[0] != min(turned.sets["set"])


def line(sweep: Synthetic, asked: str) -> str:
    (found,) = [each.said for each in short(Stored.of(sweep)).lines if asked in each.asked]
    return found


def test_the_shock_is_said_to_do_what_it_does_under_the_best_by_name(sweep: Synthetic) -> None:
    stored = Stored.of(sweep)
    best = short(stored).lines[0].said.split("”")[0].removeprefix("“")
    assert f"With “{best}” the" in line(sweep, "change")


def test_intervals_that_hold_at_once_say_so(sweep: Synthetic) -> None:
    first = short(Stored.of(sweep)).lines[0].said
    assert "95% interval" not in first or "comparisons at once" in first


def test_signs_are_told_of_the_places_where_they_can_be_told(sweep: Synthetic) -> None:
    """No sentence says higher of a place where it cannot be told apart from none."""
    stored = Stored.of(sweep)
    strategies = [s for s in stored.strategies if s != stored.against]
    conditions = by_condition(stored, stored.primary, strategies)
    for strategy, said in zip(strategies, stability(stored, stored.primary, strategies), strict=True):
        open_ = [c.label for c in conditions if not c.results[strategy].distinguishable]
        told = said.split("It cannot be told apart")[0]
        if open_ and " here: " in told and "cannot be told apart from what" not in told:
            assert not any(label in told for label in open_)


def test_what_many_parameters_are_worth_by_chance_is_told_before_one_is_named() -> None:
    assert by_chance(21) == pytest.approx(21 / (PERMUTED + 1))
    sweep = choosing(sets=31, replicates=2, worths=[60.0, 200.0], population=3, horizon=2)
    known = sweep.sets
    rng = np.random.default_rng(1)
    many = {f"idle.n{n}": rng.uniform(size=len(known)) for n in range(120)}
    crowded = dataclasses.replace(sweep, sets=pd.concat([known, pd.DataFrame(many)], axis=1))
    said = line(crowded, "decides")
    assert "No single parameter is told from chance" in said or "Worth measuring first" in said
    if "No single" in said:
        assert f"about {by_chance(len(known.columns) - 1 + 120):.0f} would" in said
    assert "Worth measuring first" in line(sweep, "decides")


def test_lines_that_differ_from_the_first_month_on_are_never_said_to_be_one(sweep: Synthetic) -> None:
    stored = Stored.of(sweep)

    def run(values: list[float]) -> SimpleNamespace:
        return SimpleNamespace(months=lambda *_: np.array(values))

    assert parted(stored, run([1, 2, 3]), run([0, 2, 3]), ["partners"]) == "these lines differ from the first month on"
    assert "are one until" in parted(stored, run([1, 2, 3]), run([1, 2, 4]), ["partners"])


def test_nothing_is_told_of_the_fall_and_return_of_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    base = synthetic(strategies=3, replicates=4, months=48)
    series = base.series.copy()
    series["support"] = 0.001
    told = [str(each) for each in story(Stored.of(dataclasses.replace(base, series=series)))]
    assert any("begins" in each and "support stood at" in each for each in told)
    assert not any("95% of" in each for each in told) and not math.isnan(len(told))


def with_alive(sweep: Synthetic, shares: dict[str, float]) -> Stored:
    """Results in which so many of the partnerships of a strategy are there at the end: the first so many pairs."""
    stored = Stored.of(sweep)
    runs = stored.runs.copy()
    rank = runs.groupby(["strategy", *[k for k in stored.keys if k != "strategy"], "site"])["pair"].rank(pct=True)
    runs["alive"] = (rank <= runs["strategy"].map(shares).fillna(1.0)).astype(float)
    return dataclasses.replace(stored, runs=runs, _cache={}, spreads={})


def test_partnerships_that_are_gone_are_told_first(sweep: Synthetic) -> None:
    stored = Stored.of(sweep)
    lines = short(stored).lines
    best = next(s for s in stored.strategies if lines[0].said.startswith(f"“{stored.title(s)}”"))
    base = stored.nothing or stored.against
    told = short(with_alive(sweep, {best: 0.5, base: 0.25}))
    (said,) = [each.said for each in told.lines if each.asked == "Does the partnership last?"]
    assert f"With “{stored.title(best)}” 50% of partnerships are still there after 48 months" in said
    assert f"; with “{stored.title(base)}” 25%" in said and "cannot be told apart" not in said
    assert told.data[told.data["what"] == "still there"]["value"].tolist() == [50.0, 25.0]
    (said,) = [e.said for e in short(with_alive(sweep, {best: 0.5, base: 0.5})).lines if "last?" in e.asked]
    assert "50%, which cannot be told apart" in said
    for shares in ({best: 0.95, base: 0.2}, {}):
        assert not [e for e in short(with_alive(sweep, shares)).lines if "last?" in e.asked]


def test_the_headline_names_the_months_and_money_has_its_line(sweep: Synthetic) -> None:
    assert "in the last year" in short(Stored.of(sweep)).verdict, "a number of the last year is not one of the crisis"
    stored = Stored.of(choosing(sets=40, replicates=2))
    found = short(stored)
    (view,) = decided(stored)
    prices = [price for _, _, price in steps(view)]
    lines = {each.asked: each.said for each in found.lines}
    if any(price is not None for price in prices):
        best = ranking(stored, stored.primary, stored.main)
        assert best is not None
        said = lines["And counting what it costs?"]
        assert view.words()[0][1][0].split(":")[0].lower() in said.lower()
        chosen = set(view.bands[stored.main]["best"])
        assert ("at no worth" in said) is (view.names[best.best] not in chosen)
    assert "Not for ranking real partners" in found.caveat[1]


@pytest.mark.parametrize(("sets", "priced"), [(40, [True, False]), (2, [False])])
def test_what_may_do_nothing_has_no_price(sets: int, priced: list[bool]) -> None:
    """Two sets cannot tell 300 student-months from none."""
    stored = Stored.of(choosing(sets=sets, replicates=2))
    (view,) = decided(stored)
    found = steps(view)
    assert found
    for before, after, price in found:
        _, effect, units = view.pairs
        low, high = mean_of((effect[after] - effect[before]).to_numpy(), units).ends(0.95)
        assert (price is None) is not bool(low > 0 or high < 0)
    assert [price is not None for _, _, price in found][: len(priced)] == priced
    (said,) = [e.said for e in short(stored).lines if e.asked.startswith("What does one more")]
    assert ("no price can be told" in said) is not all(priced)


def test_other_outcomes_by_which_another_does_better_are_told(sweep: Synthetic) -> None:
    stored = Stored.of(sweep)
    name = next(n for n in stored.metrics if n not in ("cost", "hours", stored.primary) and metric(n).better == "higher")
    best = ranking(stored, stored.primary, stored.main)
    assert best is not None
    runs = stored.runs.copy()
    noise = np.random.default_rng(1).normal(0, 1e-6, len(runs))
    runs[name] = noise + (runs["strategy"] == best.order[1]) * 0.5
    experiment = {**stored.experiment, "also": [name]}
    moved = dataclasses.replace(stored, runs=runs, experiment=experiment, _cache={}, spreads={})
    (said,) = [e.said for e in short(moved).lines if "change the answer" in e.asked]
    assert f"“{stored.title(best.order[1])}” does better." in said
    same = dataclasses.replace(
        stored, runs=runs.assign(**{name: noise}), experiment=experiment, _cache={}, spreads={}
    )
    assert not [e for e in short(same).lines if "change the answer" in e.asked and "does better." in e.said]


def test_one_set_of_parameters_has_no_bands_and_a_page_all_the_same() -> None:
    asked = [each.asked for each in short(Stored.of(choosing(sets=1, replicates=4))).lines]
    assert "What does best?" in asked and "And counting what it costs?" not in asked

from __future__ import annotations

import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from reading import per_run, says, t_interval
from synthetic import synthetic, under_sets

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import against, paired
from tfs_sim.analysis.conditions import naive, stability
from tfs_sim.analysis.findings import candidates, findings, split_of_sites
from tfs_sim.analysis.headlines import answer_title, cost_aside, cost_title, course, fan_title, ladder_title, map_title
from tfs_sim.analysis.outcomes import Stored
from tfs_sim.analysis.pooling import Units

METRICS = ("support", "trust", "performance", "coverage", "alive", "partners", "outcome")


def alike(sweep, strategies, like: str = "as-funded", spread: float = 1e-3):
    """Return the sweep with strategies that differ from another by noise alone."""
    runs, series = sweep.runs.copy(), sweep.series.copy()
    rng = np.random.default_rng(3)
    for frame in (runs, series):
        pool = frame[frame["strategy"] == like]
        for s in strategies:
            for name in METRICS:
                noise = rng.normal(size=len(pool)) * spread
                same = pool[name].to_numpy(float) + (noise - noise.mean() if spread else 0.0)
                frame.loc[frame["strategy"] == s, name] = same.astype(frame[name].dtype)
    return replace(sweep, runs=runs, series=series)


def with_experiment(sweep, **more):
    return replace(sweep, experiment=sweep.experiment | more)


def test_findings_answer_the_question_then_say_what_the_crisis_does(sweep) -> None:
    found = findings(sweep)
    assert [each.kind for each in found] == ["best", "reference", "crisis", "softening"]
    assert found[0].kind == "best" and (found[0].strategy, found[0].against) == ("handover", "convenings")
    assert found[0].sentence.startswith(
        "In the crisis, partners' support in the last year was highest with “Handover practices” ("
    )
    assert "then “Trust-building convenings”" not in found[0].sentence
    assert ", then with “Trust-building convenings” (" in found[0].sentence
    assert "apart (95% interval for 3 comparisons at once " in found[0].sentence
    assert found[1].kind == "reference" and (found[1].strategy, found[1].against) == ("handover", "as-funded")
    assert "with “Handover practices” than with “Initiative as funded”" in found[1].sentence
    assert found[2].kind == "crisis"
    assert all("95% interval" in f.sentence and "40 pairs" in f.sentence for f in found)


def test_findings_are_about_different_things(sweep) -> None:
    found = findings(sweep, 6)
    assert len({f.sentence for f in found}) == len(found)
    assert len({(f.kind, f.metric) for f in found}) == len(found)


def test_a_reference_that_is_among_the_best_two_is_not_said_twice(sweep) -> None:
    against = with_experiment(sweep, against="handover")
    assert [f.kind for f in findings(against)][:2] == ["best", "crisis"]


def test_lower_is_better_where_the_metric_says_so(sweep) -> None:
    found = findings(with_experiment(sweep, primary="equity_gap"))
    assert "was lowest with" in found[0].sentence and "was lowest with" in answer_title(
        Stored.of(with_experiment(sweep, primary="equity_gap"))
    )
    values = sweep.runs[sweep.runs["crisis"] == "crisis"].groupby("strategy")["equity_gap"].mean()
    assert found[0].strategy == values.idxmin()


@pytest.mark.parametrize("primary", ["equity_gap", "performance"])
def test_a_lead_is_said_as_a_distance_with_both_ends_whichever_way_is_better(sweep, primary: str) -> None:
    (first, *_) = findings(with_experiment(sweep, primary=primary))
    by = 100 if primary == "equity_gap" else 1
    own, next_ = (per_run(sweep, primary, s, crisis="crisis") for s in (first.strategy, first.against))
    ahead = (next_ - own if primary == "equity_gap" else own - next_) * by
    distance, low, high = t_interval(ahead, 1 - 0.05 / 3)
    said = re.search(r": ([\d.]+) [^()]* apart \(95% interval for 3 comparisons at once (.*?), 40 pairs", first.sentence)
    assert says(said[1], distance) and says(said[2], low, high)


def test_what_does_worse_than_nothing_is_named(sweep) -> None:
    runs = sweep.runs.copy()
    for strategy, by in (("as-funded", 0.1), ("convenings", 0.05)):
        runs.loc[runs["strategy"] == strategy, "support"] -= by + 0.2
    found = findings(replace(sweep, runs=runs), 5)
    worse = next(f for f in found if f.kind == "worse")
    assert "was lower than with “No initiative”: with “Initiative as funded” (" in worse.sentence
    assert "; and with “Trust-building convenings” (" in worse.sentence
    assert not any(f.kind == "worse" for f in findings(sweep, 6))


def test_what_does_not_differ_is_said_not_to(sweep) -> None:
    near = alike(sweep, ("handover", "convenings"))
    found = findings(near)
    assert found[0].kind == "best" and not found[0].distinguishable
    assert "but the two cannot be told apart, nor from " in found[0].sentence
    assert "cannot be told apart from" in answer_title(Stored.of(near))
    same = alike(sweep, ("handover", "convenings"), spread=0.0)
    said = findings(same)[0].sentence
    assert "was the same with" in said and "in all 40 pairs" in said
    assert "was the same with" in answer_title(Stored.of(same))


def test_two_strategies_and_one(small) -> None:
    found = findings(small)
    assert [f.kind for f in found][0] == "best" and "for 1 comparisons" not in found[0].sentence
    assert "95% interval " in found[0].sentence and "5 pairs" in found[0].sentence
    alone = replace(small, runs=small.runs[small.runs["strategy"] == "as-funded"])
    assert all(f.kind == "sites" for f in findings(alone))


def test_a_single_replicate_gives_no_intervals() -> None:
    single = synthetic(replicates=1)
    text = " ".join(f.sentence for f in findings(single))
    assert "in 1 pair: too few" in text and "nan" not in text and "95%" not in text


def test_findings_are_not_silent_about_money_that_was_not_paid(sweep) -> None:
    handover = (sweep.runs["strategy"] == "handover").to_numpy()
    late = (sweep.series["strategy"] == "handover").to_numpy() & (sweep.series["month"] >= 60).to_numpy()
    runs = sweep.runs.assign(unpaid_backbone=np.where(handover, 60.0, 0.0), cost=np.where(handover, 4.0, 0.0))
    series = sweep.series.assign(unpaid_backbone=np.where(late, 1.0, 0.0))
    orders = [{"strategy": "handover", "title": "Overlap", "payer": "backbone", "levels": {}},
              {"strategy": "handover", "title": "Retreats", "payer": "funder", "levels": {}}]  # fmt: skip
    short = with_experiment(replace(sweep, runs=runs, series=series), orders=orders)
    found = findings(short)
    assert found[-1].kind == "unpaid" and found[-1].sentence == (
        "Not paid in full: “Handover practices” with no crisis: $240,000 of the $256,000 that it asks for, which the "
        "backbone had to pay for overlap (from month 61 on); “Handover practices” in the crisis: $240,000 of the $256,000 "
        "that it asks for, which the backbone had to pay for overlap (from month 61 on)."
    )
    for finding in found[:2]:
        assert finding.sentence.endswith("(“Handover practices” was not paid in full.)")
    assert "not paid" not in found[2].sentence, "the crisis is about another strategy"
    assert "not paid" not in " ".join(f.sentence for f in findings(sweep))


def test_money_unpaid_under_one_condition_alone_is_told(sweep) -> None:
    calm = ((sweep.runs["strategy"] == "handover") & (sweep.runs["crisis"] == "no crisis")).to_numpy()
    runs = sweep.runs.assign(unpaid_partners=np.where(calm, 60.0, 0.0), cost=0.0)
    months = ((sweep.series["strategy"] == "handover") & (sweep.series["crisis"] == "no crisis")).to_numpy()
    series = sweep.series.assign(unpaid_partners=np.where(months, 1.0, 0.0))
    found = findings(replace(sweep, runs=runs, series=series))
    assert found[-1].sentence == (
        "Not paid in full: “Handover practices” with no crisis: $240,000 of the $240,000 that it asks for, which partners "
        "had to pay (from month 1 on)."
    )
    assert "not paid" not in found[0].sentence, "under the crisis it was paid"


def test_findings_say_what_strategies_do_not_share_beyond_their_schedule(sweep) -> None:
    parameters = {"handover": {"turnover.rate_nonprofit": 0.19}, "convenings": {"turnover.rate_nonprofit": 0.5},
                  "as-funded": {"turnover.rate_nonprofit": 0.5}, "no-initiative": {"turnover.rate_nonprofit": 0.5}}  # fmt: skip
    found = findings(with_experiment(sweep, parameters=parameters))
    said = "differ in parameters too, so this is not the effect of interventions alone: turnover.rate_nonprofit (0.19; 0.5)."
    assert found[0].sentence.endswith(f"“Handover practices” and “Trust-building convenings” {said}")
    assert found[1].sentence.endswith(said) and "parameters" not in found[2].sentence


def test_sites_that_deepen_and_erode_add_up(sweep) -> None:
    deepened, eroded = split_of_sites(Stored.of(sweep), "as-funded") or (None, None)
    assert deepened is not None and eroded is not None
    assert 0 <= deepened.difference + eroded.difference <= 1
    assert any(f.kind == "sites" and "of sites" in f.sentence for f in candidates(sweep))


def test_headlines_follow_the_numbers(sweep) -> None:
    stored = Stored.of(sweep)
    assert fan_title(stored, "trust").startswith(
        "With “Initiative as funded”, the pandemic lowered the median of trust in ties that are in use by up to"
    )
    rising = replace(sweep, series=sweep.series.assign(trust=1 - sweep.series["trust"]))
    assert "raised the median of trust in ties that are in use by up to" in fan_title(Stored.of(rising), "trust")
    said = ladder_title([("trust", 4), ("outcome", 30)], ("no crisis",))
    assert said.startswith("With no crisis, trust in ties")
    assert "moved first, in month 5; students' outcome in month 31" in said
    assert ladder_title([("trust", 4), ("outcome", None)], ()).endswith("students' outcome not by enough to be noticed")
    assert ladder_title([("trust", None)], ()).startswith("Nothing moved")


def test_a_fan_without_a_shock_names_its_runs_months_and_arm(small) -> None:
    calm = with_experiment(small, shocks=[])
    stored = Stored.of(calm)
    of_arm = small.runs[small.runs["strategy"] == "as-funded"].groupby("replicate")["trust"].mean()
    low, high = np.quantile(of_arm, (0.05, 0.95))
    title = fan_title(stored, "trust")
    assert title.startswith("Trust in ties that are in use in the last year lay between ")
    assert title.endswith(" in 90% of the 5 runs with “Initiative as funded”")
    assert f"{low:.2f}" in title and f"{high:.2f}" in title


def test_the_price_of_the_best_is_said_in_both_directions(sweep) -> None:
    stored = Stored.of(sweep)
    better = paired(np.full(5, 1.0) + np.arange(5) * 1e-3, np.zeros(5))
    for cost, said in ((20.0, ", for $20,000 more"), (-20.0, ", for $20,000 less"), (0.0, ", for the same money")):
        price = paired(np.full(5, cost), np.zeros(5))
        assert cost_title(stored, {"handover": better}, {"handover": price}, "as-funded").endswith(said)
    worse = paired(-np.full(5, 1.0) + np.arange(5) * 1e-3, np.zeros(5))
    none = cost_title(stored, {"handover": worse}, {}, "as-funded")
    assert none == "No strategy made partners' support distinguishably higher than with “Initiative as funded”"
    noisy = paired(np.array([9.0, -3.0, 4.0]), np.zeros(3))
    found = cost_title(stored, {"convenings": noisy, "handover": better}, {}, "as-funded")
    assert found.startswith("“Handover practices”: partners' support"), "the larger mean is not the one that is known"


def test_course_is_the_paired_interval_month_by_month() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(12, 3)), rng.normal(size=(12, 3))
    c = course(a, b, Units.replicates(12))
    for month in range(3):
        r = paired(a[:, month], b[:, month])
        assert (c.low[month], c.high[month]) == pytest.approx((r.low, r.high))
    units = Units(np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4), design=True)
    c = course(a, b, units, jump=9.0)
    r = paired(a[:, 0], b[:, 0], units=units, jump=9.0)
    assert (c.low[0], c.high[0]) == pytest.approx((r.low, r.high))


def test_conditions_and_naive_growth(sweep, small) -> None:
    stored = Stored.of(sweep)
    lines = stability(stored, "support", ["handover", "convenings"])
    said = "“Handover practices”: partners' support is higher than with “Initiative as funded” under every condition and at all 4 sites."
    assert lines[0] == said
    assert "Only the second is an effect" in (naive(stored, "support") or "")
    assert naive(stored, "cost") is None, "the last year's growth and a total of all months are no match"
    one = replace(small, runs=small.runs[small.runs["site"] == "chicago"])
    assert stability(Stored.of(one), "support", ["no-initiative"]) == []
    assert map_title(sweep) is None


def test_places_that_end_with_a_stop_have_one_and_no_difference_is_no_effect(sweep) -> None:
    """“Cannot be told apart from none here: Memphis, Tenn..” says of none of what, and has a stop too many."""
    sites = list(sweep.experiment["sites"])
    clear, open_ = sites[0], sites[1]
    keys = ["strategy", "site", *sweep.experiment["cross"], "replicate"]
    runs = sweep.runs.sort_values(keys, ignore_index=True)
    rows, reference = (
        (runs["strategy"] == each) & (runs["site"] == open_) for each in ("handover", sweep.experiment["against"])
    )
    noise = np.random.default_rng(1).normal(0.0, 0.05, rows.sum())
    runs.loc[rows, "support"] = runs.loc[reference, "support"].to_numpy() + noise
    titled = {key: {"title": {clear: "Memphis, Tenn.", open_: "Austin, Tex."}.get(key, key)} for key in sites}
    moved = replace(sweep, runs=runs, experiment=sweep.experiment | {"sites": titled})
    (said,) = stability(Stored.of(moved), "support", ["handover"])
    assert ".." not in said and "It cannot be told apart from no effect here: " in said and said.endswith("Austin, Tex.")


def test_a_shock_that_shows_again_has_not_left_no_trace(sweep) -> None:
    """Six months without a clear gap are no end of it; in the end it may even be the other way round."""
    series = sweep.series.copy()
    onset = sweep.experiment["shocks"][0]["onset_month"]
    hit = (series["crisis"] == "crisis") & (series["strategy"] == "as-funded")
    calm = series[(series["crisis"] == "no crisis") & (series["strategy"] == "as-funded")]
    series.loc[hit, "trust"] = calm["trust"].to_numpy()
    for first, end, by in ((onset, onset + 12, -0.2), (onset + 40, onset + 60, 0.1)):
        series.loc[hit & series["month"].between(first, end - 1), "trust"] += by
    said = fan_title(Stored.of(replace(sweep, series=series)), "trust")
    assert said.endswith("and left no trace after 60 months")
    series.loc[hit & (series["month"] >= onset + 40), "trust"] += 0.05
    assert fan_title(Stored.of(replace(sweep, series=series)), "trust").endswith("in the end it was the other way round")


def test_a_difference_that_is_surely_less_than_what_is_worthwhile_is_said_to_be(sweep) -> None:
    for least, told in ((0.9, True), (1e-6, False), (None, False)):
        asked = replace(sweep, experiment=sweep.experiment | {"worthwhile": least})
        best = next(each for each in findings(asked) if each.kind == "best")
        assert ("That is less than the" in best.sentence and "worthwhile" in best.sentence) == told


# ── What a mean must not be silent about ────────────────────────────────────────────────────────────────


def test_whether_the_best_practice_softens_the_crisis_is_said_even_where_it_does_not(sweep) -> None:
    (said,) = (each for each in findings(sweep) if each.kind == "softening")
    assert (said.strategy, said.against, said.metric) == ("handover", "as-funded", "support")
    assert said.sentence.startswith("The effect of the pandemic on partners' support in the last year was ")
    near = [each for each in findings(alike(sweep, ("handover", "convenings"))) if each.kind == "softening"]
    assert len(near) == 1 and "was not distinguishable" in near[0].sentence
    own = with_experiment(sweep, against="handover")
    assert [f.strategy for f in findings(own) if f.kind == "softening"] == ["convenings"], "the best of the others"
    assert not [f for f in findings(synthetic(strategies=2, replicates=8)) if f.kind == "softening"], "no practice"


def test_where_few_sets_make_most_of_a_mean_the_middle_one_stands_beside_it() -> None:
    plain = under_sets(synthetic(strategies=3, replicates=160), 4, worthwhile=0.5)
    few = plain.runs.copy()
    gains = few["set"].isin(sorted(set(few["set"]))[:8]) & (few["strategy"] == "handover")
    few.loc[gains, "support"] += 0.4
    stored = Stored.of(replace(plain, runs=few))
    first = next(each for each in findings(stored) if "Few sets" in each.sentence)
    by_set = stored.runs[stored.runs["crisis"] == "crisis"].groupby(["strategy", "set"])["support"].mean()
    middle = 100 * float((by_set["handover"] - by_set[first.against]).median())
    said = re.search(r"Few sets of parameters make most of this mean: under the middle set the difference is (.*?) p", first.sentence)
    assert first.result.few and said is not None and says(said[1], middle)
    title = re.search(r"in the mean over sets of parameters; under the middle set it is (.*)$", answer_title(stored))
    assert title is not None and says(title[1], middle)
    assert "Few sets" not in findings(plain)[0].sentence and "middle set" not in answer_title(Stored.of(plain))


@pytest.mark.parametrize(
    ("difference", "middle", "clear", "few"),
    [(1.0, 0.49, True, True), (1.0, 0.51, True, False), (-1.0, -0.49, True, True), (-1.0, -0.51, True, False),
     (1.0, -0.6, True, True), (1.0, 0.1, False, False), (1.0, np.nan, True, False)],
)  # fmt: skip
def test_few_sets_make_most_of_a_mean_of_which_the_middle_one_has_less_than_half(
    difference: float, middle: float, clear: bool, few: bool
) -> None:
    ends = sorted((difference / 2, 2 * difference)) if clear else (-1.0, 3.0)
    blank = replace(paired(np.zeros(3), np.ones(3)), difference=difference, middle=middle, low=ends[0], high=ends[1])
    assert blank.few is few


def test_a_mean_over_those_at_the_table_says_so_once_and_how_many_they_were(sweep, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue")  # the stand-in says of no metric over whom it is
    moving = re.compile("This is a mean over the partners at the table in that month, and moves as these change, too: ")
    found = findings(sweep)
    assert [bool(moving.search(each.sentence)) for each in found] == [True, False, False, False]
    tail = moving.split(found[0].sentence)[1].partition(".)")[0]
    at = [float(per_run(sweep, "partners", s, crisis="crisis").mean()) for s in ("handover", "convenings")]
    assert says(tail, *at)
    other = findings(with_experiment(sweep, primary="performance"))
    assert not moving.search(other[0].sentence), "a gain is no mean over partners"


def test_a_price_and_an_effect_are_split_at_the_reference_of_which_the_best_is_a_part(sweep) -> None:
    stored = Stored.of(sweep)
    effects = {s: against(stored, "support", s, "no-initiative", stored.main) for s in ("as-funded", "handover")}
    costs = {s: against(stored, "cost", s, "no-initiative", stored.main) for s in effects}
    said = cost_aside(stored, effects, costs, "no-initiative")
    own = against(stored, "support", "handover", "as-funded", stored.main)
    dollars = costs["handover"].difference - costs["as-funded"].difference
    tail = re.search(r"^Beyond “Initiative as funded” that is (.*?) for (.*)\.$", said)
    assert tail is not None and says(tail[1], 100 * own.difference) and tail[2] == words.money(dollars, sign=True)
    alone = cost_aside(stored, {"as-funded": effects["as-funded"]}, costs, "no-initiative")
    assert not alone and "eyond" not in cost_aside(stored, {"handover": own}, costs, "as-funded")
    assert "eyond" not in cost_title(stored, effects, costs, "no-initiative"), "a title says one thing"

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic import synthetic

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import paired
from tfs_sim.analysis.conditions import naive, stability
from tfs_sim.analysis.findings import candidates, findings, sentence, split_of_sites
from tfs_sim.analysis.headlines import answer_title, course, fan_title, ladder_title
from tfs_sim.analysis.outcomes import Stored, metric


def test_three_findings_answer_the_crisis_and_the_practice(sweep) -> None:
    found = findings(sweep)
    assert len(found) == 3
    assert {"crisis", "practice"} <= {f.kind for f in found}
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    assert all("95% interval" in f.sentence and "40 pairs" in f.sentence for f in found)
    practice = next(f for f in found if f.kind == "practice")
    assert practice.strategy == "handover"
    assert "with handover practices than with the initiative as funded" in practice.sentence


def test_findings_are_about_different_things(sweep) -> None:
    found = findings(sweep, 6)
    assert len({f.sentence for f in found}) == len(found)
    assert len({(f.kind, f.metric) for f in found}) == len(found)


def test_what_does_not_differ_is_said_not_to(sweep) -> None:
    runs, series = sweep.runs.copy(), sweep.series.copy()
    for frame in (runs, series):
        rng = np.random.default_rng(3)
        pool = frame[frame["strategy"] == "as-funded"]
        for s in ("handover", "convenings"):
            for name in ("support", "trust", "performance", "coverage", "alive", "partners", "outcome"):
                noise = rng.normal(size=len(pool)) * 1e-3
                same = pool[name].to_numpy(float) + noise - noise.mean()
                frame.loc[frame["strategy"] == s, name] = same.astype(frame[name].dtype)
    found = findings(replace(sweep, runs=runs, series=series))
    practice = next(f for f in found if f.kind == "practice")
    assert not practice.distinguishable
    assert "not distinguishable" in practice.sentence
    assert found[-1] is practice or not found[-1].distinguishable
    assert "could not be told apart" in answer_title(Stored.of(replace(sweep, runs=runs, series=series)))


def test_findings_without_levels_and_with_nothing_to_compare(small) -> None:
    found = findings(small)
    assert found and {f.kind for f in found} <= {"initiative", "sites"}
    alone = replace(small, runs=small.runs[small.runs["strategy"] == "as-funded"])
    assert all(f.kind == "sites" for f in findings(alone))


def test_a_single_replicate_gives_no_intervals() -> None:
    single = synthetic(replicates=1)
    text = " ".join(f.sentence for f in findings(single))
    assert "single pair" in text and "nan" not in text


def test_sentence_uses_unit_and_direction() -> None:
    b = np.linspace(0.2, 0.4, 20)
    jitter = np.tile([0.01, -0.01], 10)
    lower = paired(b - 0.1 + jitter, b)
    text = sentence(lower, "coverage", "In the crisis", "with a", "with b")
    assert text.startswith("In the crisis, the share of students' needs that are met")
    assert "10.0 percentage points lower (95% interval 9.5 to 10.5, 20 pairs) with a than with b." in text
    same = paired(b, b)
    assert "the same with a as with b, in all 20 pairs" in sentence(same, "trust", "", "with a", "with b")
    open_ = paired(b + jitter, b)
    assert "not distinguishable with a from what it was with b" in sentence(open_, "trust", "", "with a", "with b")


def test_sites_that_deepen_and_erode_add_up(sweep) -> None:
    deepened, eroded = split_of_sites(Stored.of(sweep), "as-funded") or (None, None)
    assert deepened is not None and eroded is not None
    assert 0 <= deepened.difference + eroded.difference <= 1
    assert any(f.kind == "sites" and "of sites" in f.sentence for f in candidates(sweep))


def test_headlines_follow_the_numbers(sweep) -> None:
    stored = Stored.of(sweep)
    assert "lowered trust between organizations by up to" in fan_title(stored, "trust")
    rising = replace(sweep, series=sweep.series.assign(trust=1 - sweep.series["trust"]))
    assert "raised trust between organizations by up to" in fan_title(Stored.of(rising), "trust")
    assert "moved first, from month 5; students' outcome from month 31" in ladder_title([("trust", 4), ("outcome", 30)])
    assert "did not in these months" in ladder_title([("trust", 4), ("outcome", None)])
    assert "Nothing moved" in ladder_title([("trust", None)])


def test_course_is_the_paired_interval_month_by_month() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(12, 3)), rng.normal(size=(12, 3))
    c = course(a, b)
    for month in range(3):
        r = paired(a[:, month], b[:, month])
        assert (c.low[month], c.high[month]) == pytest.approx((r.low, r.high))


def test_conditions_and_naive_growth(sweep) -> None:
    stored = Stored.of(sweep)
    lines = stability(stored, "support", ["handover", "convenings"])
    said = (
        "Handover practices: partners' support is higher than with the reference under every level and at every site."
    )
    assert lines[0] == said
    assert "Only the second is an effect" in (naive(stored, "support") or "")


def test_words() -> None:
    assert words.number(-0.004, 2) == "0.00" and words.number(-1234.5, 1) == "−1,234.5"
    assert words.money(5842.0) == "$5.8 million" and words.money(640) == "$640,000" and words.money(0) == "$0"
    assert words.condition(("crisis",)) == "In the crisis" and words.condition(("no crisis",)) == "With no crisis"
    assert words.condition(("wet", "crisis")) == "Under “wet” and in the crisis"
    assert words.joined(["a", "b", "c"]) == "a, b and c" and words.joined(["Dayton, Ohio", "b"]) == "Dayton, Ohio; b"
    assert words.percent(0.001) == "under 1%" and words.percent(0.0) == "0%" and words.percent(1.0) == "100%"
    assert words.interval(0.048, 0.072, metric("trust")) == "0.048 to 0.072"
    assert words.inside("Handover practices", "handover") == "handover practices"
    assert words.inside("Chicago plan", "plan-b") == "Chicago plan"

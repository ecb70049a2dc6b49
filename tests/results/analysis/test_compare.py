from __future__ import annotations

import io
import math
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tfs_sim.analysis.compare import Paired, compare, compare_arms, crisis_effects, paired
from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.outcomes import ArmRuns, arm
from tfs_sim.analysis.pooling import wilson
from tfs_sim.analysis.story import story


def runs(values: np.ndarray, **more: object) -> ArmRuns:
    replicates, sites = values.shape
    frame = pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(replicates), sites),
            "site": [f"site-{s}" for s in range(sites)] * replicates,
            "support": values.reshape(-1),
        }
    )
    return ArmRuns(**({"title": "some", "runs": frame, "series": frame, "seed": 1} | more))  # type: ignore[arg-type]


def test_interval_is_the_paired_t_interval() -> None:
    rng = np.random.default_rng(1)
    b = rng.normal(size=30)
    a = b + 0.1 + 0.3 * rng.normal(size=30)
    r = paired(a, b, "higher")
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (r.low, r.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    assert r.difference == pytest.approx((a - b).mean())
    deviation = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    assert r.standardized == pytest.approx((a - b).mean() / deviation)
    assert r.worse == pytest.approx((a < b).mean())
    assert r.pairing == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))


def test_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(2000):
        b = rng.normal(size=10)
        r = paired(b + 0.5 + rng.normal(size=10), b)
        covered += r.low <= 0.5 <= r.high
    assert abs(covered / 2000 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)]
)
def test_wilson(count: int, n: int, low: float, high: float) -> None:
    assert wilson(count, n) == pytest.approx((low, high), abs=1e-4)


def test_worse_honours_what_is_better() -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([0.0, 3.0, 3.0])
    assert paired(a, b, "higher").worse == pytest.approx(1 / 3)
    assert paired(a, b, "lower").worse == pytest.approx(1 / 3)
    assert paired(a, np.array([0.0, 1.0, 3.0]), "lower").worse == pytest.approx(2 / 3)
    assert math.isnan(paired(a, b, "").worse)


@pytest.mark.parametrize(
    ("low", "high", "told"), [(0.0, 1.0, False), (-1.0, 0.0, False), (0.1, 1.0, True), (-1.0, -0.1, True)]
)
def test_an_interval_that_ends_at_zero_tells_nothing_apart(low: float, high: float, told: bool) -> None:
    assert Paired(9, 9, 0, low=low, high=high).distinguishable is told
    assert Paired(9, 9, 0, low=0.0, high=0.0).same and not Paired(9, 9, 0, low=low, high=high).same


def test_a_comparison_names_both_unless_they_are_called_alike() -> None:
    values = np.random.default_rng(6).normal(size=(12, 2))
    named = compare(runs(values, title="Before"), runs(values + 1, title="After"), "support")
    assert (named.a, named.b) == ("Before", "After")
    alike = compare(runs(values, title="Town"), runs(values + 1, title="Town"), "support")
    assert (alike.a, alike.b) == ("first (a)", "second (b)")


def test_degenerate_samples() -> None:
    same = paired(np.ones(5), np.ones(5), "higher")
    assert (same.difference, same.low, same.high, same.standardized, same.worse) == (0, 0, 0, 0, 0)
    assert not same.distinguishable
    single = paired(np.ones(1), np.zeros(1))
    assert single.pairs == 1 and math.isnan(single.low) and not single.distinguishable
    missing = paired(np.array([1.0, np.nan, 2.0]), np.array([1.0, 1.0, np.nan]))
    assert missing.pairs == 1
    assert paired(np.array([np.nan]), np.array([1.0])).pairs == 0


def test_compare_is_the_mean_over_sites_unless_a_site_is_named() -> None:
    values = np.arange(12.0).reshape(4, 3)
    a, b = runs(values + np.array([0.0, 0.0, 3.0])), runs(values)
    assert compare(a, b).result.difference == pytest.approx(1.0)
    assert compare(a, b, site="site-2").result.difference == pytest.approx(3.0)
    assert compare(a, b).result.pairs == 4


def test_arms_of_a_sweep_compare_as_the_report_does(sweep) -> None:
    mixed = sweep.runs.copy()
    rng = np.random.default_rng(3)
    mixed["support"] = np.where(rng.random(len(mixed)) < 0.6, 0.45, 0.05) + 0.02 * rng.normal(size=len(mixed))
    found = replace(sweep, runs=mixed)
    one, other = (arm(found, s, crisis="crisis") for s in ("handover", "as-funded"))
    expected = compare_arms(found).query("strategy == 'handover' and against == 'as-funded' and crisis == 'crisis'").iloc[0]
    made = compare(one, other).result
    assert made.jump == expected["jump"] > 0.05
    assert (made.low, made.high) == pytest.approx((expected["low"], expected["high"]), rel=1e-12)
    alone = [runs(v) for v in rng.choice([0.05, 0.45], (2, 40, 1)) + 0.02 * rng.normal(size=(2, 40, 1))]
    assert compare(*alone).result.jump == pytest.approx(0.4, abs=0.05)


def test_compare_pairs_by_replicate_and_not_by_row() -> None:
    rng = np.random.default_rng(1)
    a = runs(rng.normal(size=(6, 2)))
    shuffled = replace(a, runs=a.runs.sample(frac=1, random_state=1))
    assert compare(shuffled, a).result.difference == pytest.approx(0.0)
    assert compare(shuffled, a).result.high == pytest.approx(0.0)


def test_compare_refuses_what_cannot_be_paired() -> None:
    a = runs(np.zeros((4, 2)))
    with pytest.raises(ValueError, match="different seeds"):
        compare(a, replace(a, seed=2))
    with pytest.raises(ValueError, match="same replicates"):
        compare(a, runs(np.zeros((5, 2))))
    with pytest.raises(ValueError, match='did you mean "support"'):
        compare(a, a, metric="suport")
    with pytest.raises(ValueError, match="no site"):
        compare(a, a, site="nowhere")


def test_a_comparison_prints_and_escapes(sweep) -> None:
    c = compare(arm(sweep, "handover", crisis="crisis"), arm(sweep, "as-funded", crisis="crisis"), metric="trust")
    text = str(c)
    assert "95% interval" in text and "40 pairs" in text and "Handover practices, crisis" in text
    assert len(c.frame) == 1 and c.frame["pairs"][0] == 40
    nasty = replace(c, a="<script>alert(1)</script>")
    assert "<script>" not in nasty._repr_html_() and "&lt;script&gt;" in nasty._repr_html_()


def test_every_strategy_is_compared_with_the_reference_and_with_nothing(sweep) -> None:
    table = compare_arms(sweep, "support")
    assert len(table) == 2 * (3 + 3)
    assert set(table["against"]) == {"as-funded", "no-initiative"}
    row = table.query("strategy == 'handover' and against == 'as-funded' and crisis == 'crisis'").iloc[0]
    means = sweep.runs.groupby(["strategy", "crisis", "replicate"])["support"].mean()
    a, b = means["handover", "crisis"], means["as-funded", "crisis"]
    assert row["difference"] == pytest.approx((a - b).mean(), abs=1e-6)


def test_difference_in_differences_is_paired(sweep) -> None:
    table = crisis_effects(sweep, "support").set_index(["kind", "strategy"])
    effect = table.loc[("effect", "handover"), "difference"] - table.loc[("effect", "as-funded"), "difference"]
    assert table.loc[("difference", "handover"), "difference"] == pytest.approx(effect, abs=1e-12)


def test_arm_says_what_there_is(sweep) -> None:
    with pytest.raises(ValueError, match="no strategy"):
        arm(sweep, "nope", crisis="crisis")
    with pytest.raises(ValueError, match="crisis must be one of no crisis, crisis"):
        arm(sweep, "handover")


def test_what_is_found_prints_on_every_code_page(sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    found = findings(sweep)
    for each in (compare(*(arm(sweep, name, crisis="crisis") for name in ("handover", "as-funded"))), found, found[0], *story(sweep)[:1]):
        print(each, flush=True)
    assert b"?" not in written.getvalue()

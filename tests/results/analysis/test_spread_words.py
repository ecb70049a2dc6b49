from __future__ import annotations

import re

import numpy as np
import pytest
from synthetic import synthetic, under_sets

from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.spread_words import in_cells, of_kinds, sentence
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored


def over(each: int, spread: float, worthwhile: float | None = None) -> Stored:
    return Stored.of(under_sets(synthetic(strategies=3, replicates=120), each, spread, worthwhile))


def said(stored: Stored) -> str:
    return sentence(stored, "support", "handover", "as-funded", stored.main)


def test_what_sets_say_is_told_with_shares_where_the_experiment_says_what_is_worthwhile() -> None:
    text = said(over(6, 0.01))
    assert re.search(r"in the middle 90% of 20 sets the true difference goes from −?[\d.]+ to [\d.]+ percentage points\.", text)
    text = said(over(6, 0.01, 0.02))
    assert "It is better by 2 percentage points or more under" in text.replace("2.0", "2")
    shares = [int(each) for each in re.findall(r"under (\d+)% \(", text)]
    assert len(shares) == 3 and sum(shares) == pytest.approx(100, abs=2)


def test_what_cannot_be_told_is_said_so() -> None:
    few = said(over(2, 0.0006))
    alike = said(over(6, 0.0))
    assert "too few replicates for shares of sets" in few and re.search(r"\d+ replicates of each set would tell", few)
    assert "one set cannot be told from another (what sets seem to differ by is no more than luck)" in alike
    assert not said(Stored.of(synthetic(strategies=3, replicates=8))), "without sets there is nothing to say"


def test_cells() -> None:
    stored = over(6, 0.01, 0.02)
    found = spread(stored, "support", "handover", "as-funded", stored.main)
    span, shares = in_cells(found, "support")
    assert re.fullmatch(r"−?[\d.]+ to [\d.]+", span) and shares.count("/") == 2
    assert in_cells(None, "support") == ("–", "–")
    few = over(2, 0.0006, 0.02)
    found = spread(few, "support", "handover", "as-funded", few.main)
    assert found is not None
    assert in_cells(found, "support") == (f"too few replicates ({found.needed} of each set would tell)", "–")


def test_two_kinds_over_sets_are_said_with_the_chance_of_the_upper_one() -> None:
    sweep = under_sets(synthetic(strategies=2, replicates=200), 4)
    luck = np.random.default_rng(1).random(50) < 0.3
    taken_off = sweep.runs["set"].map({f"p-{n:03d}": bool(off) for n, off in enumerate(luck)}).to_numpy()
    sweep.runs["support"] = np.where(taken_off, 0.6, 0.1) + np.random.default_rng(2).normal(0, 0.01, len(sweep.runs))
    stored = Stored.of(sweep)
    text = of_kinds(stored, "support", "as-funded", stored.main)
    assert text is not None and "runs are of two kinds" in text and "over 50 sets of parameters" in text
    assert f"in {luck.mean():.0%} (" in text and "no run was of the upper kind" in text
    assert of_kinds(over(6, 0.0), "support", "as-funded", stored.main) is None


def test_findings_end_with_how_the_answer_depends_on_parameters() -> None:
    stored = over(6, 0.01, 0.02)
    kinds = [finding.kind for finding in findings(stored)]
    assert kinds.count("sets") == 1 and kinds[-1] == "sets"
    assert "sets" not in [finding.kind for finding in findings(synthetic(strategies=3, replicates=8))]



def test_where_there_are_too_few_sets_it_is_sets_that_are_asked_for() -> None:
    few = findings(under_sets(synthetic(strategies=3, replicates=12), 3))
    assert "too few to tell strategies apart; run more sets of parameters" in few[0].sentence

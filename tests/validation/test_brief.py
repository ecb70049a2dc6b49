"""The brief's facts: what counts as each, chances beside a placebo's, growth beside effect."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.model.catalogue import METRICS
from tfs_sim.validation.brief import found as brief
from tfs_sim.validation.brief import growth, watched
from tfs_sim.validation.brief.facts import FACTS, verdict
from tfs_sim.validation.brief.found import Found
from tfs_sim.validation.brief.watched import ARMS, AS_IT_WAS, CALM, PLACEBO, UNFUNDED, Watched

HOLDS = {fact.name: fact.holds for fact in FACTS}


def blank(**metrics: tuple[tuple[float, float], ...]) -> Watched:
    """Return a run in which a metric of four sites has one value before the pandemic and one from its onset on."""
    series = np.zeros((watched.MONTHS, 4, len(METRICS)))
    for name, sites in metrics.items():
        place = list(METRICS).index(name)
        for site, (before, after) in enumerate(sites):
            series[: watched.ONSET, site, place] = before
            series[watched.ONSET :, site, place] = after
    seven = np.ones(7, bool)
    return Watched(tuple(METRICS), series, (0.4, 0.5), (0.5, 0.4), seven, seven, 2.0)


def test_support_that_deepens_at_two_sites_counts() -> None:
    two = blank(support=((0.1, 0.2), (0.1, 0.11), (0.1, 0.1), (0.1, 0.0)))
    assert HOLDS["deepened"](two) and not HOLDS["deepened-clearly"](two)
    assert HOLDS["deepened-clearly"](blank(support=((0.1, 0.2), (0.1, 0.16), (0.1, 0.1), (0.1, 0.0))))
    assert not HOLDS["deepened"](blank(support=((0.1, 0.2), (0.1, 0.1), (0.1, 0.1), (0.1, 0.0))))


def test_staff_clarity_and_attention_are_of_all_and_of_nationals_below_partners() -> None:
    usual = blank()
    assert HOLDS["staff"](usual) and HOLDS["staff-or-partners"](usual)
    one = replace(usual, own=np.array([True] * 6 + [False]))
    assert not HOLDS["staff"](one) and HOLDS["staff-or-partners"](one)
    assert HOLDS["clarity"](usual) and not HOLDS["portfolio"](usual)
    nobody = replace(usual, clarity=(float("nan"), float("nan")))
    assert not HOLDS["clarity"](nobody)


def test_growth_is_at_every_site_and_in_both() -> None:
    run = blank(partners=((5.0, 5.0),) * 4, quality=((0.3, 0.3),) * 4)
    place = list(METRICS).index("partners")
    run.series[18:21, :, place] = 9.0
    assert HOLDS["grew-in-size"](run) and not HOLDS["grew-in-quality"](run) and not HOLDS["grew"](run)
    run.series[18:21, :, list(METRICS).index("quality")] = 0.4
    assert HOLDS["grew"](run)
    run.series[18:21, 3, place] = 5.0
    assert not HOLDS["grew"](run)


def test_hundreds_no_change_and_a_full_time_job() -> None:
    assert HOLDS["hundreds"](blank(partners=((0.0, 25.0),) * 4))
    assert not HOLDS["hundreds"](blank(partners=((30.0, 24.0),) * 4))
    quiet = blank(indicator=((50.0, 50.0),) * 4, load=((0.9, 1.5),) * 4)
    assert HOLDS["no-change"](quiet) and not HOLDS["full-time"](quiet)
    place = list(METRICS).index("indicator")
    quiet.series[20, 2, place] = 50.0 + 1.96 * np.sqrt(2) * 2.0 + 0.01
    assert not HOLDS["no-change"](quiet)
    assert HOLDS["full-time"](blank(load=((1.0, 0.0),) + ((0.2, 0.2),) * 3))


@pytest.mark.parametrize(
    ("chance", "placebo", "low", "high", "times", "said"),
    [
        (0.9, 0.2, 0.5, 0.9, 4.5, "tells apart"),
        (0.9, 0.4, 0.3, 0.7, 2.25, "does not tell apart"),
        (0.9, 0.2, -0.1, 0.9, 4.5, "does not tell apart"),
        (0.1, 0.9, -0.9, -0.5, 1 / 9, "speaks against"),
        (0.4, 0.0, 0.2, 0.6, 80.0, "tells apart"),
    ],
)
def test_a_fact_tells_apart_by_a_factor_of_three(
    chance: float, placebo: float, low: float, high: float, times: float, said: str
) -> None:
    assert verdict(chance, placebo, low, high, 100) == (pytest.approx(times), said)


@pytest.fixture(scope="module")
def runs() -> dict[str, list[Watched]]:
    return watched.watched(drawn(5), 1, 3, workers=1)


def test_arms_share_luck_until_they_differ(runs: dict[str, list[Watched]]) -> None:
    for struck, calm in ((AS_IT_WAS, CALM), (UNFUNDED, PLACEBO)):
        for one, other in zip(runs[struck], runs[calm], strict=True):
            np.testing.assert_array_equal(one.series[: watched.ONSET], other.series[: watched.ONSET])
            assert one.clarity == other.clarity or np.isnan(one.clarity[0])
        assert any((one.series != other.series).any() for one, other in zip(runs[struck], runs[calm], strict=True))
    assert all(run.own.shape == (7,) and not (run.own & ~run.partners).any() for each in runs.values() for run in each)
    place = list(METRICS).index("grants")
    assert all(run.series[:, :, place].sum() > 0 for run in runs[AS_IT_WAS])
    assert not any(run.series[:, :, place].any() for run in runs[PLACEBO])


def test_chances_are_of_runs_and_growth_is_beside_its_effect(runs: dict[str, list[Watched]]) -> None:
    (hundreds,) = [fact for fact in FACTS if fact.name == "hundreds"]
    told = brief.told(hundreds, runs, 5)
    for arm in ARMS:
        assert told.chances[arm].chance == pytest.approx(np.mean([hundreds.holds(run) for run in runs[arm]]))
    assert told.more == pytest.approx(told.chances[AS_IT_WAS].chance - told.chances[PLACEBO].chance)
    grown = growth.of_flagship(runs, 5)
    assert [each.metric for each in grown] == ["partners", "quality", "support"]
    place = list(METRICS).index("partners")
    with_it, without = (np.mean([run.series[18:21, :, place].mean() for run in runs[arm]]) for arm in (AS_IT_WAS,
                        UNFUNDED))  # fmt: skip
    at_first = np.mean([run.series[:3, :, place].mean() for run in runs[AS_IT_WAS]])
    assert grown[0].effect.mean == pytest.approx(with_it - without)
    assert grown[0].naive.mean == pytest.approx(with_it - at_first)
    assert grown[0].naive.low < grown[0].naive.mean < grown[0].naive.high


def test_what_was_found_is_json_and_the_call_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "facts.json"
    assert brief.main([str(path), "--sets", "5", "--replicates", "1", "--funnel-sets", "0"]) == 0
    content = json.loads(path.read_text())
    assert [fact["name"] for fact in content["facts"]] == list(HOLDS)
    assert content["funnel_sets"] == 0 and len(content["growth"]) == 3
    assert set(content) == set(Found.__dataclass_fields__)
    assert brief.main([str(path), "--uncertainty", "none.json"]) == 2
    assert "none.json" in capsys.readouterr().err


@pytest.mark.slow
def test_the_funnel_chooses_four_and_pays_them() -> None:
    """One run of three hundred communities, with and without the grants."""
    grown = growth.of_funnel(drawn(1), 1, 3, workers=1)
    assert [each.story for each in grown] == ["funnel"] * 3
    assert all(each.others is not None and each.ahead is not None for each in grown)
    assert grown[0].effect.mean != 0.0

"""What foretells, against normal indicators whose area, threshold and shares are known; leaks between sets."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from asked import command
from scipy import stats

from tfs_sim.reasons import foretelling
from tfs_sim.reasons.foretelling import area, scorecard, threshold, went_badly


def cases(n: int, shift: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return an indicator that is higher by `shift` standard deviations in the half that goes badly."""
    rng = np.random.default_rng(seed)
    bad = rng.uniform(size=n) < 0.5
    return rng.normal(size=n) + shift * bad, bad


def test_area_threshold_and_shares_of_two_normals() -> None:
    values, bad = cases(40_000, 1.5)
    assert area(values, bad) == pytest.approx(stats.norm.cdf(1.5 / np.sqrt(2)), abs=0.006)
    assert threshold(values, bad) == pytest.approx(0.75, abs=0.12)
    (sign,) = scorecard({"x": -values}, bad, np.arange(40_000) % 200, draws=50)
    assert sign.below and sign.clear and sign.threshold.value == pytest.approx(-0.75, abs=0.12)
    assert sign.area.value == pytest.approx(stats.norm.cdf(1.5 / np.sqrt(2)), abs=0.006)
    assert sign.beyond.value == pytest.approx(stats.norm.cdf(0.75), abs=0.02)
    assert sign.short.value == pytest.approx(stats.norm.cdf(-0.75), abs=0.02)
    assert sign.beyond.low < sign.beyond.value < sign.beyond.high


def test_area_is_what_comparing_all_pairs_gives() -> None:
    rng = np.random.default_rng(2)
    values, bad = rng.integers(0, 6, 60).astype(float), rng.uniform(size=60) < 0.4
    weight = rng.integers(0, 3, 60)
    ill, well = np.repeat(values[bad], weight[bad]), np.repeat(values[~bad], weight[~bad])
    pairs = (ill[:, None] > well[None, :]) + 0.5 * (ill[:, None] == well[None, :])
    assert area(values, bad, weight) == pytest.approx(pairs.mean())


def test_what_only_names_the_set_foretells_nothing_of_other_sets() -> None:
    """Sets go badly or well as a whole, by lot; an indicator is each set's own number, and nothing else.

    One in twenty such indicators seems to tell something, as the level says; were cases of a set taken for cases of
    their own, nearly every one would.
    """
    seen = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sets = np.repeat(np.arange(40), 10)
        bad = (rng.uniform(size=40) < 0.5)[sets]
        name = rng.normal(size=40)[sets] + 1e-3 * rng.normal(size=len(sets))
        seen += sum(sign.clear for sign in scorecard({"name": name}, bad, sets, draws=60, seed=seed))
    assert seen <= 7


def test_thresholds_are_tried_on_cases_that_they_were_not_found_in() -> None:
    """Of noise the share that goes badly is the same on either side; where thresholds were found it is not."""
    gaps = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        bad = rng.uniform(size=60) < 0.4
        (sign,) = scorecard({"noise": rng.normal(size=60)}, bad, np.arange(60), draws=4, seed=seed)
        gaps.append(sign.beyond.value - sign.short.value)
    known = np.array(gaps)[~np.isnan(gaps)]
    assert abs(known.mean()) < 4 * known.std(ddof=1) / math.sqrt(len(known)) and known.mean() < 0.06


def test_chance_is_called_clear_as_rarely_as_it_should() -> None:
    """Twelve indicators of nothing, 25 times: at most a few of 25 scorecards have one that seems clear."""
    seen = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        known = {f"x{n}": rng.normal(size=400) for n in range(12)}
        bad = rng.uniform(size=400) < 0.3
        seen += any(sign.clear for sign in scorecard(known, bad, np.arange(400) // 8, draws=100, seed=seed))
    assert seen <= 5


def test_what_has_one_value_alone_is_left_out_and_missing_values_too() -> None:
    values, bad = cases(400, 1.0)
    values[:50] = np.nan
    signs = scorecard({"same": np.ones(400), "x": values}, bad, np.arange(400) // 10, draws=20)
    assert [sign.name for sign in signs] == ["x"]


def test_the_worst_third_is_the_low_one_unless_lower_is_better() -> None:
    values = np.arange(9.0)
    assert list(np.flatnonzero(went_badly(values, "support"))) == [0, 1, 2]
    assert list(np.flatnonzero(went_badly(values, "vacancy"))) == [6, 7, 8]
    assert list(went_badly(np.array([1.0, 0.4, 0.0]), "alive")) == [False, True, True]


@pytest.fixture(scope="module")
def found(of_people):
    return foretelling(of_people.folder, "manuals", "trust", first=6, at=24)


def test_cases_are_sites_of_runs_and_worked_out_again_from_the_stored_table(of_people, found) -> None:
    assert found.cases <= 64 and found.sets == 32
    series = of_people.series
    series = series[(series["strategy"] == "manuals") & (series["crisis"] == "crisis")].astype({"trust": float})
    late = series[series["month"].between(12, 23)].groupby(["set", "replicate"], observed=True)["trust"].mean().dropna()
    assert found.cases == len(late)
    assert found.bad == pytest.approx((late <= late.quantile(1 / 3)).mean())
    assert "site" not in found.frame and {"indicator", "threshold", "area"} <= set(found.frame)


def test_the_command_prints_writes_and_refuses(of_people, swept, found, capsys) -> None:
    asked = ("foretell", str(of_people.folder), "manuals", "--metric", "trust", "--first", "6", "--at", "24")
    code, out, _ = command(capsys, *asked)
    assert code == 0 and "of what went badly" in out
    table = pd.read_csv(of_people.folder / "reasons" / "foretell-manuals-trust.csv")
    assert list(table["indicator"]) == [sign.name for sign in found.signs]
    code, out, _ = command(capsys, *asked, "--json")
    assert code == 0 and '"signs"' in out and "NaN" not in out
    code, _, err = command(capsys, *asked[:-1], "25")
    assert code == 2 and "at most 24" in err
    code, _, err = command(capsys, "foretell", str(swept[1].folder), "more", "--first", "6", "--at", "24")
    assert code == 2 and "6 sets of parameters are too few" in err

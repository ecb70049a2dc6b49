from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from tfs_sim.analysis import windows
from tfs_sim.analysis.outcomes import Stored, change_around, metric, outcomes, recovery_months, summarize


def test_summaries() -> None:
    months = np.arange(24.0)
    total, end, last = (replace(metric("support"), summary=s) for s in ("total", "end", "last-year"))
    assert summarize(months, total) == 276
    assert summarize(months, end) == 23
    assert summarize(months, last) == 17.5


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_a_mean_of_very_many_is_the_same(axis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(size=(3, 4, 5))
    values[0, 1], values[2, 3, 1], values[:, 2, 4] = np.nan, np.nan, np.nan
    usual = windows.mean_over(values, axis)
    monkeypatch.setattr(windows, "LARGE", 1)
    assert windows.mean_over(values, axis).tobytes() == usual.tobytes()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.allclose(np.nanmean(values, axis), usual, equal_nan=True)


def test_change_leaves_the_month_of_the_onset_out() -> None:
    values = np.zeros(30)
    values[10] = 99.0
    values[11:17] = 0.3
    values[4:10] = 0.1
    assert change_around(values, 10) == pytest.approx(0.2)
    assert np.isnan(change_around(values, 5)) and np.isnan(change_around(values, 24))
    assert change_around(np.arange(30.0), 6) == pytest.approx(7.0)


def test_recovery_is_the_first_month_back_after_the_trough() -> None:
    values = np.ones(60)
    values[20:30] = 0.9
    values[25] = 0.5
    values[22] = 1.0
    assert recovery_months(values, 20) == 10
    values[26:] = 0.9
    assert np.isnan(recovery_months(values, 20))
    assert recovery_months(np.ones(60), 20) == 0
    both = recovery_months(np.stack([values, np.ones(60)]), 20)
    assert np.isnan(both[0]) and both[1] == 0


def test_outcomes_have_a_row_a_run_and_site(sweep) -> None:
    table = outcomes(sweep)
    assert len(table) == len(sweep.runs)
    merged = table.merge(sweep.runs, on=["strategy", "crisis", "replicate", "site"], suffixes=("", "_stored"))
    assert np.allclose(merged["trust"], merged["trust_stored"])
    assert np.allclose(merged["hours"], merged["hours_stored"])
    hit = table[table["crisis"] == "crisis"]
    assert ((hit["support_change"] >= 0.05) == hit["deepened"].astype(bool)).all()
    assert ((hit["support_change"] <= -0.05) == hit["eroded"].astype(bool)).all()
    assert hit["recovery_months"].isna().equals(hit["recovered"] == 0)


def test_rows_may_come_in_any_order(sweep) -> None:
    shuffled = replace(
        sweep, runs=sweep.runs.sample(frac=1, random_state=1), series=sweep.series.sample(frac=1, random_state=2)
    )
    a, b = Stored.of(sweep), Stored.of(shuffled)
    assert np.array_equal(a.values("support"), b.values("support"))
    assert np.array_equal(a.monthly("trust"), b.monthly("trust"))
    assert a.monthly_over_sites("trust") == pytest.approx(a.monthly("trust").mean(2))


def test_only_whole_replicates_are_pairs(sweep) -> None:
    cut = replace(sweep, runs=sweep.runs[~((sweep.runs["replicate"] == 3) & (sweep.runs["strategy"] == "handover"))])
    stored = Stored.of(cut)
    assert len(stored.pairs) == 39 and 3 not in stored.pairs
    assert not np.isnan(stored.values("support")).any() and not np.isnan(stored.monthly("support")).any()
    apart = sweep.runs.assign(replicate=sweep.runs["replicate"] + 100 * (sweep.runs["strategy"] == "handover"))
    with pytest.raises(ValueError, match="no replicate"):
        Stored.of(replace(sweep, runs=apart)).values("support")


def test_the_crisis_is_found_from_the_levels_of_the_shocks(sweep, small) -> None:
    stored = Stored.of(sweep)
    assert stored.crisis == (("crisis",), ("no crisis",)) and stored.main == ("crisis",) and stored.onset == 21
    plain = Stored.of(small)
    assert plain.crisis is None and plain.main == () and plain.onset == 21
    with pytest.raises(ValueError, match="did you mean"):
        stored.values("suport")


def test_shocks_are_read_as_stored(sweep) -> None:
    told = {"use": "x", "title": "Flood", "onset_month": 12, "lasts": 15.0, "decay": 6.0, "levels": {}}
    shock = Stored.of(replace(sweep, experiment=sweep.experiment | {"shocks": [told]})).shocks(("crisis",))[0]
    assert (shock.label, shock.onset, shock.end) == ("Flood", 12, 27)

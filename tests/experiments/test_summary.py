from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.experiments.storage.summary import summarize


def test_each_metric_is_summed_up_in_its_own_way() -> None:
    months = np.arange(24.0)
    series = np.stack([months, months, months], axis=1)[:, None, :]
    assert summarize(series, ("last-year", "total", "end")).tolist() == [[17.5, 276.0, 23.0]]


def test_a_short_run_has_a_short_last_year() -> None:
    assert summarize(np.array([[[2.0]], [[4.0]]]), ("last-year",)).tolist() == [[3.0]]


def test_an_unknown_way_and_a_wrong_number_of_ways_are_refused() -> None:
    with pytest.raises(ValueError, match="no such summary: median"):
        summarize(np.zeros((2, 1, 1)), ("median",))
    with pytest.raises(ValueError, match="1 metrics, but 2 ways"):
        summarize(np.zeros((2, 1, 1)), ("end", "end"))


def test_the_input_is_not_changed() -> None:
    series = np.random.default_rng(1).random((30, 2, 3))
    before = series.copy()
    summarize(series, ("last-year", "total", "end"))
    assert (series == before).all()

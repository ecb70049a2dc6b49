"""The months of a sweep read column by column: the same numbers, and the same refusals, as read whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fakes
import numpy as np
import pyarrow as pa
import pytest
from test_shapes import EXPERIMENT, METRIC, column, rewritten

from tfs_sim.analysis.stored import Stored
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError


def test_columns_are_those_of_the_whole_table(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    months, whole = Sweep.load(sweep.folder).by_month, sweep.series
    assert len(months) == len(whole)
    for name in whole.columns:
        if name != "date":
            assert list(months[name].astype(whole[name].dtype)) == list(whole[name]), name
    assert METRIC in months and "month" in months and "nothing" not in months
    more = months.assign(pair=np.arange(len(whole)))
    assert "pair" in more and "pair" not in months and list(more["pair"]) == list(range(len(whole)))
    assert list(more.whole().columns) == [*whole.columns, "pair"]


def test_stored_is_the_same_by_column_as_whole(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")

    class Whole:
        by_month = None

        def __getattr__(self, name: str) -> object:
            return getattr(sweep, name)

    one, other = Stored.of(sweep), Stored.of(Whole())  # type: ignore[arg-type]
    assert one.months == other.months == 6
    for name in one.metrics:
        found = one.monthly(name)
        assert found.dtype == np.float64 and np.array_equal(found, other.monthly(name), equal_nan=True)
        found[:] = 0.0
        assert np.array_equal(one.monthly(name), other.monthly(name), equal_nan=True), (
            "what is kept is nobody's to change"
        )
    assert one.every_month().equals(other.every_month())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (column(METRIC, lambda old: [np.inf, *old[1:]]), "numbers that are not finite"),
        (column("site", lambda old: [None, *old[1:]]), "has gaps"),
        (column("strategy", lambda old: ["s9", *old[1:]]), '"strategy" names what the sweep does not have'),
        (column("month", lambda old: [2**40, *old[1:]]), '"month" goes beyond what the sweep has'),
        (lambda t: t.slice(1), "one row for each run, site and month"),
        (lambda t: pa.concat_tables([t, t]), "one row for each run, site and month"),
    ],
)
def test_what_no_sweep_writes_is_refused_by_column_too(
    engine: fakes.Engine, tmp_path: Path, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    rewritten(sweep.folder, "series.parquet", change)
    with pytest.raises(UserError) as caught:
        Sweep.load(sweep.folder).by_month[METRIC]
        _ = len(Sweep.load(sweep.folder).by_month)
    (mistake,) = caught.value.mistakes
    assert "series.parquet is not what a sweep writes" in mistake.message and said in mistake.message


def test_a_damaged_table_is_refused(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    path = sweep.folder / "series.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match=r"series\.parquet"):
        _ = Sweep.load(sweep.folder).by_month[METRIC]

"""Tables with the right checksum that no sweep writes are told in a sentence, by `status` and whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment(levels=(1.0,), months=6)
METRIC = fakes.METRICS[0]


def rewritten(folder: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a finished table, and its checksum with it."""
    path = folder / name
    pq.write_table(change(pq.read_table(path)), path)
    ledger = records.read(folder / records.LEDGER)
    for entry in ledger["made"].values():
        if name in entry["files"]:
            entry["files"][name] = files.sha256(path)
    records.write(folder / records.LEDGER, ledger)


def column(name: str, values: Callable[[list], object]) -> Callable[[pa.Table], pa.Table]:  # type: ignore[type-arg]
    def change(table: pa.Table) -> pa.Table:
        at = table.column_names.index(name)
        return table.set_column(at, name, pa.array(values(table.column(name).to_pylist())))

    return change


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("runs.parquet", lambda t: t.drop_columns(["site"]), 'there is no column "site"'),
        ("series.parquet", lambda t: t.drop_columns(["month"]), 'there is no column "month"'),
        ("runs.parquet", lambda t: t.slice(0, 0), "it has no rows"),
        ("runs.parquet", lambda t: t.append_column("more", pa.array(["x"] * len(t))), '"more" does not hold numbers'),
        ("runs.parquet", lambda t: t.append_column("site", t.column("site")), 'the column "site" is there twice'),
        ("runs.parquet", column("replicate", lambda old: [str(each) for each in old]), "does not hold whole numbers"),
        ("network.parquet", column("trust", lambda old: ["x"] * len(old)), '"trust" does not hold numbers'),
        ("organizations.parquet", lambda t: t.drop_columns(["effort"]), 'there is no column "effort"'),
    ],
)
def test_other_columns_are_told_by_status_too(
    engine: fakes.Engine, tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    folder = tmp_path / "trial"
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=folder)
    rewritten(folder, name, change)
    for use in (lambda: status(folder), lambda: sweep.read(Path(name).stem)):  # type: ignore[arg-type]
        with pytest.raises(UserError) as caught:
            use()
        (mistake,) = caught.value.mistakes
        assert name in mistake.message and said in mistake.message


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("runs", column(METRIC, lambda old: [np.nan, *old[1:]]), "numbers that are not finite"),
        ("series", column(METRIC, lambda old: [np.inf, *old[1:]]), "numbers that are not finite"),
        ("runs", column("site", lambda old: [None, *old[1:]]), "has gaps"),
        ("runs", column("site", lambda old: ["elsewhere", *old[1:]]), '"site" names what the sweep does not have'),
        ("runs", column("strategy", lambda old: ["s9", *old[1:]]), '"strategy" names what the sweep does not have'),
        ("runs", column("replicate", lambda old: [-1, *old[1:]]), '"replicate" goes beyond what the sweep has'),
        ("series", column("month", lambda old: [2**40, *old[1:]]), '"month" goes beyond what the sweep has'),
        ("series", lambda t: t.slice(1), "one row for each run, site and month"),
        ("runs", column("site", lambda old: [old[1], *old[1:]]), "one row for each run, site and month"),
        ("series", lambda t: pa.concat_tables([t, t]), "one row for each run, site and month"),
        ("runs", lambda t: pa.concat_tables([t, t]), "it has 16 rows, where the sweep has at most 8"),
        ("runs", column(METRIC, lambda old: [1e300, *old[1:]]), "finite or too large"),
        ("runs", lambda t: t.filter(pa.array([level == "calm" for level in t["crisis"].to_pylist()])), "every arm"),
    ],
)
def test_other_values_are_told_when_they_are_read(
    engine: fakes.Engine, tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    rewritten(sweep.folder, f"{name}.parquet", change)
    with pytest.raises(UserError) as caught:
        Sweep.load(sweep.folder).read(name)  # type: ignore[arg-type]
    (mistake,) = caught.value.mistakes
    assert f"{name}.parquet is not what a sweep writes" in mistake.message and said in mistake.message


def test_some_columns_of_a_table_are_no_whole_rows(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    some = sweep.read("series", columns=["strategy", *EXPERIMENT.cross, "site", "replicate", METRIC])
    assert len(some) == len(sweep.series)

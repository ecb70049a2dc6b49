"""Tables with the right checksum that no sweep writes are told in a sentence, by `status` and whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import real

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.merging import merge
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


# ── Sets of parameters ──────────────────────────────────────────────────────────────────────────────────

ROWS = 6 * 3 * 2
"""Six arms under three sets, two replicates each, at one site."""


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("sets", lambda t: t.drop_columns(["set"]), 'there is no column "set"'),
        ("sets", lambda t: t.slice(0, 0), "it has no rows"),
        ("sets", lambda t: pa.concat_tables([t, t]), "it has 6 rows, where the sweep has at most 3"),
        ("sets", column("set", lambda old: [1, 2, 3]), 'the column "set" does not hold text'),
        ("sets", lambda t: t.append_column("more", pa.array([0.5] * 3)), 'there is a column "more"'),
        ("sets", lambda t: t.append_column("a.b/../c", pa.array([0.5] * 3)), 'there is a column "a.b/../c"'),
        ("sets", lambda t: t.append_column("trust.more", pa.array(["x"] * 3)), 'there is a column "trust.more"'),
        ("sets", lambda t: t.append_column("trust.memory", t["trust.memory"]), "is there twice"),
        ("runs", lambda t: t.drop_columns(["set"]), 'there is no column "set"'),
        ("series", lambda t: t.drop_columns(["set"]), 'there is no column "set"'),
        ("runs", column("set", lambda old: [1] * len(old)), 'the column "set" does not hold text'),
        ("runs", lambda t: t.append_column("set", t["set"]), 'the column "set" is there twice'),
    ],
)
def test_other_columns_of_sets_are_told(
    tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    sweep = runner.sweep(real.over_sets(tmp_path), out=tmp_path / "trial")
    rewritten(sweep.folder, f"{name}.parquet", change)
    for use in (lambda: status(sweep.folder), lambda: sweep.read(name)):  # type: ignore[arg-type]
        with pytest.raises(UserError) as caught:
            use()
        (mistake,) = caught.value.mistakes
        assert f"{name}.parquet" in mistake.message and said in mistake.message


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("sets", column("set", lambda old: [old[0], *old[:2]]), "does not name as many sets as the sweep has"),
        ("sets", column("set", lambda old: [None, *old[1:]]), "has gaps"),
        ("sets", column("set", lambda old: ["a\x1b[31mb", *old[1:]]), "a character that cannot be seen"),
        ("sets", column("set", lambda old: ["x" * 3000, *old[1:]]), "holds a text of 3,000 letters"),
        ("sets", column("trust.memory", lambda old: [np.nan, *old[1:]]), "numbers that are not finite"),
        ("sets", column("trust.memory", lambda old: [np.inf, *old[1:]]), "numbers that are not finite"),
        ("sets", column("trust.memory", lambda old: [1e300, *old[1:]]), "finite or too large"),
        ("runs", column("set", lambda old: ["elsewhere", *old[1:]]), "does not name as many sets as the sweep has"),
        ("runs", column("set", lambda old: [old[0]] * len(old)), "does not name as many sets as the sweep has"),
        ("runs", column("set", lambda old: [old[1], *old[1:]]), "one row for each run, site and month"),
        ("series", column("set", lambda old: [old[-1], *old[1:]]), "one row for each run, site and month"),
        ("runs", column("set", lambda old: [None, *old[1:]]), "has gaps"),
        ("runs", lambda t: t.slice(1), "one row for each run, site and month"),
        ("runs", lambda t: pa.concat_tables([t, t]), f"it has {2 * ROWS} rows, where the sweep has at most {ROWS}"),
    ],
)
def test_other_values_of_sets_are_told(
    tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    sweep = runner.sweep(real.over_sets(tmp_path), out=tmp_path / "trial")
    rewritten(sweep.folder, f"{name}.parquet", change)
    with pytest.raises(UserError) as caught:
        Sweep.load(sweep.folder).read(name)  # type: ignore[arg-type]
    (mistake,) = caught.value.mistakes
    assert f"{name}.parquet is not what a sweep writes" in mistake.message and said in mistake.message


def test_sets_that_are_damaged_or_gone_are_told_and_made_anew(tmp_path: Path) -> None:
    experiment = real.over_sets(tmp_path)
    sweep = runner.sweep(experiment, out=tmp_path / "trial")
    path, digest = sweep.folder / "sets.parquet", sweep.digest()
    whole = path.read_bytes()
    for content in (whole[:-9], b"", whole[:60] + bytes([whole[60] ^ 8]) + whole[61:], None):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        assert any("sets.parquet" in what for what in status(sweep.folder).damaged)
        with pytest.raises(UserError, match=r"sets\.parquet is"):
            _ = Sweep.load(sweep.folder).sets
        with pytest.raises(UserError, match=r"sets\.parquet is"):
            merge([sweep.folder], tmp_path / "merged")
        again = runner.sweep(experiment, out=sweep.folder)
        assert again.digest() == digest and path.read_bytes() == whole and again.provenance["runs_made"] in (0, 36)
    assert status(sweep.folder).finished


def test_a_sweep_over_sets_is_not_read_as_one_without(tmp_path: Path) -> None:
    """Nor the other way round: the columns say it."""
    over = runner.sweep(real.over_sets(tmp_path), out=tmp_path / "over")
    mark = records.read(over.folder / "experiment.json")
    for change in (
        {"uncertainty": None},
        {"uncertainty": mark["uncertainty"] | {"sets": 2}},
        {"plan": mark["plan"] | {"sets": 2}},
        {"plan": mark["plan"] | {"sets": 6, "replicates": 1}},
        {"uncertainty": mark["uncertainty"] | {"sets": 6}, "plan": mark["plan"] | {"sets": 6, "replicates": 1}},
    ):
        records.write(over.folder / "experiment.json", mark | change)
        with pytest.raises(UserError):
            _ = Sweep.load(over.folder).runs
    records.write(over.folder / "experiment.json", mark)
    assert len(Sweep.load(over.folder).runs) == ROWS


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("sets", column("trust.memory", lambda old: [old[0] + 1e-9, *old[1:]]), "its sets are not those of the sweep"),
        ("sets", column("set", lambda old: [old[1], old[0], *old[2:]]), "its sets are not those of the sweep"),
        ("runs", column("set", lambda old: [f"{each}x" for each in old]), "it has other sets than runs.parquet"),
    ],
)
def test_sets_are_those_that_were_run(
    tmp_path: Path, name: str, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    sweep = runner.sweep(real.over_sets(tmp_path), out=tmp_path / "trial")
    assert len(Sweep.load(sweep.folder).sets) == 3
    rewritten(sweep.folder, f"{name}.parquet", change)
    with pytest.raises(UserError, match=said):
        _ = Sweep.load(sweep.folder).sets

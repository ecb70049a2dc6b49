"""Whatever stands in the files of an ensemble, with right checksums too: it is refused in a sentence, or is run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cases
import doors
import numpy as np
import pyarrow.parquet as pq
import pytest
import stored
from hypothesis import given, note
from hypothesis import strategies as st

from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.storage import ensembles, records
from tfs_sim.experiments.storage.provenance import model_version

EXPERIMENT = """\
scenario = "town.toml"
replicates = 1
uncertainty = "mine.json"
sets = 3
[strategies.nothing]
[strategies.manuals]
add = [{ use = "procedure-manuals", from = "2020-02", paid_by = "funder" }]
[outcomes]
primary = "support"
"""
NUMBER = st.integers(0, 9999)
SHARE = 30 + cases.CASES // 200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a town, an experiment, and the ensemble that it is over."""
    folder = tmp_path_factory.mktemp("ensemble")
    (folder / "town.toml").write_text(stored.TOWN, encoding="utf-8")
    (folder / "trial.toml").write_text(EXPERIMENT, encoding="utf-8")
    sets = drawn(3, "plausible: trust, turnover.notice", stream="mine")
    behaviour = {"scenario": "laboratory", "months": 12, "replicates": 2, "seed": 1, "sets": list(sets.ids[:1]),
                 "digest": "0" * 64, "means": {"trust": [0.5]}, "errors": {"trust": [0.1]}}  # fmt: skip
    facts = {"name": "mine", "title": "Mine", "edition": "1", "licence": "CC-BY-4.0", "calibrated": True,
             "model": model_version(), "prior": "0" * 64, "targets": "0" * 64, "code": "0" * 64,
             "own": {"members": "log"}, "figures": 1, "misses": [], "behaviour": behaviour}  # fmt: skip
    ensembles.write(folder / "mine.json", sets, facts, {"members": np.array([3.1, 3.2, np.nan])})
    return folder


@contextlib.contextmanager
def copied(made: Path) -> Iterator[Path]:
    """Go into a copy that may be changed."""
    home, case = Path.cwd(), cases.Case("trial.toml", {}, {})
    with doors.inside(case) as folder:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        try:
            yield folder
        finally:
            for path in made.iterdir():
                (folder / path.name).unlink()
    assert Path.cwd() == home


def looked_at(folder: Path) -> bool:
    """Check the experiment, and run what passes; return whether it passed."""
    behaving._compared.cache_clear()
    found = doors.told("check", "trial.toml")
    if found.code != 0:
        doors.refusal_is_good(found, {"trial.toml"})
        return False
    assert found.out.startswith("trial.toml: good (") and not found.err, found.out + found.err
    assert not doors.PLUMBING.search(found.out) and not doors.UNSEEN.search(found.out), repr(found.out)
    doors.experiment_runs_well(doors.load_experiment(folder / "trial.toml"))
    return True


def test_what_is_not_changed_passes(made: Path) -> None:
    with copied(made) as folder:
        assert looked_at(folder)


def test_a_record_that_says_something_else(made: Path, record_property: Any) -> None:
    outcomes: list[bool] = []

    @given(NUMBER, NUMBER, st.booleans())
    def holds(where: int, what: int, sealed: bool) -> None:
        with copied(made) as folder:
            note(stored.changed(folder / "mine.json", where, what, sealed))
            outcomes.append(looked_at(folder))

    cases.drawn(holds, 3 * SHARE, 800)()
    record_property("passed", sum(outcomes))
    record_property("refused", len(outcomes) - sum(outcomes))
    assert 0 < sum(outcomes) < len(outcomes)


def test_a_table_with_the_right_checksum_that_holds_something_else(made: Path, record_property: Any) -> None:
    outcomes: list[bool] = []

    @given(st.sampled_from(sorted(stored.TABLE_CHANGES)), NUMBER)
    def holds(how: str, where: int) -> None:
        with copied(made) as folder:
            table = stored.TABLE_CHANGES[how](pq.read_table(folder / "mine.parquet"), where)
            pq.write_table(table, folder / "mine.parquet")
            note(f"{how}, column {where % max(1, table.num_columns)} of {table.column_names}")
            total = hashlib.sha256((folder / "mine.parquet").read_bytes()).hexdigest()
            content = records.read(folder / "mine.json") | {"table": total}
            if where % 2:
                content["sets"] = max(2, len(table))
            records.write(folder / "mine.json", content)
            outcomes.append(looked_at(folder))

    cases.drawn(holds, 2 * SHARE, 801)()
    record_property("passed", sum(outcomes))
    record_property("refused", len(outcomes) - sum(outcomes))
    assert 0 < sum(outcomes) < len(outcomes)


def test_bytes_of_its_files_that_are_changed(made: Path) -> None:
    """Never a traceback, and never other numbers: every single change is told."""

    @given(st.sampled_from(["mine.json", "mine.parquet"]), NUMBER, st.integers(0, 7))
    def holds(name: str, where: int, bit: int) -> None:
        with copied(made) as folder:
            content = bytearray((folder / name).read_bytes())
            content[where % len(content)] ^= 1 << bit
            (folder / name).write_bytes(content)
            note(f"{name}: byte {where % len(content)}, bit {bit}")
            assert not looked_at(folder)

    cases.drawn(holds, SHARE, 802)()


def test_files_that_are_gone_or_something_else(made: Path) -> None:
    for name in ("mine.json", "mine.parquet"):
        for content in (b"", b"[" * 10_000, b"PAR1 nothing PAR1", b"\xff\xfe", b"{}", b"9" * 5000):
            with copied(made) as folder:
                (folder / name).write_bytes(content)
                assert not looked_at(folder), (name, content)
        with copied(made) as folder:
            (folder / name).rename(folder / "moved")
            assert not looked_at(folder)
            if os.name != "nt":
                (folder / name).symlink_to(folder / "moved")
                assert not looked_at(folder)
                (folder / name).unlink()
            (folder / "moved").rename(folder / name)

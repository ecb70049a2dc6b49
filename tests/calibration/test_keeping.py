"""A calibration's folder: what is stored is read as it was, and nothing that belongs to something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfs_sim.calibration import keeping
from tfs_sim.calibration.keeping import Folder, Proposed
from tfs_sim.scenario.errors import UserError

NAMES = ("trust.memory", "trust.gain")


def proposed(seed: int, count: int = 5) -> Proposed:
    rng = np.random.default_rng(seed)
    ids = tuple(f"ci1-{seed}-{n}" for n in range(count))
    return Proposed(ids, rng.integers(1, 3, count).astype(float), rng.random((count, 2)), 0.125, 3)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path, told: list[str]) -> Folder:
    with keeping.opened(tmp_path, NAMES, {"seed": 1}, told.append) as kept:
        return kept


def test_proposals_and_values_are_read_as_they_were(folder: Folder, told: list[str]) -> None:
    """To the last bit, missing values included, a part of a wave or all of it."""
    wave = proposed(1)
    assert folder.proposed(1) is None
    folder.propose(1, wave)
    found = folder.proposed(1)
    assert found is not None and found.digest() == wave.digest()
    assert (found.ids, found.left, found.levels) == (wave.ids, 0.125, 3)
    assert np.array_equal(found.table, wave.table) and np.array_equal(found.rank, wave.rank)
    values, luck = folder.gave(1, wave, 3)
    assert np.isnan(values).all() and np.isnan(luck).all()
    some = np.random.default_rng(2).normal(size=(2, 3)) / 3
    some[0, 1] = np.nan
    folder.give(1, wave, 2, some, np.abs(np.nan_to_num(some)))
    values, luck = folder.gave(1, wave, 3)
    assert np.array_equal(values[2:4], some, equal_nan=True) and np.array_equal(luck[2:4], np.abs(np.nan_to_num(some)))
    assert np.isnan(luck[[0, 1, 4]]).all() and told == []


def test_values_of_other_proposals_are_not_taken(folder: Folder, told: list[str]) -> None:
    one, other = proposed(1), proposed(2)
    folder.propose(1, one)
    folder.give(1, one, 0, np.ones((5, 3)), np.ones((5, 3)))
    assert np.isnan(folder.gave(1, other, 3)[1]).all() and len(told) == 1
    assert np.isnan(folder.gave(1, one, 2)[1]).all()  # nor of other outputs


def test_a_wave_that_is_proposed_anew_takes_with_it_what_came_after(folder: Folder) -> None:
    for number in (1, 2, 3, 10, 11):
        folder.propose(number, proposed(number))
        folder.give(number, proposed(number), 0, np.ones((5, 3)), np.ones((5, 3)))
    folder.propose(2, proposed(7))
    assert [n for n in (1, 2, 3, 10, 11) if folder.proposed(n) is not None] == [1, 2]
    assert np.isfinite(folder.gave(1, proposed(1), 3)[1]).all()
    assert np.isnan(folder.gave(2, proposed(7), 3)[1]).all()


def test_wave_1_is_not_wave_10(folder: Folder) -> None:
    wave = proposed(1)
    folder.propose(1, wave)
    folder.propose(10, wave)
    folder.give(10, wave, 0, np.ones((5, 3)), np.ones((5, 3)))
    assert np.isnan(folder.gave(1, wave, 3)[1]).all()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"first": 1}', "\x00", '{"first": -1, "values": [[1]]}'])
def test_a_block_that_is_something_else_is_run_again(folder: Folder, told: list[str], content: str) -> None:
    wave = proposed(1)
    folder.propose(1, wave)
    (folder.path / "wave-1-00000.json").write_text(content, encoding="utf-8")
    assert np.isnan(folder.gave(1, wave, 3)[1]).all()
    assert told == ["wave-1-00000.json is damaged; its sets are run again"]


def test_a_link_is_not_followed(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with keeping.opened(elsewhere, NAMES, {"seed": 1}, lambda _: None) as other:
        other.propose(1, proposed(1))
    for name in ("wave-1.json", "wave-1.parquet"):
        (folder.path / name).symlink_to(elsewhere / name)
    assert folder.proposed(1) is None


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UserError), keeping.opened(tmp_path / "file", NAMES, {}, lambda _: None):
        pass

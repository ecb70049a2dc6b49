"""The ensemble that is shipped: its sets were run, miss nothing, and give again what its file says they gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfs_sim.calibration import evaluate, held, load_calibration
from tfs_sim.calibration.calibrating import held_of
from tfs_sim.calibration.reading import Calibration
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.storage import ensembles
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.scenario import presets

NAME = "collective-impact"


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return load_calibration(NAME)


@pytest.fixture(scope="module")
def path() -> Path:
    home = presets.folder("calibrations")
    assert home is not None
    return home / f"{NAME}.json"


@pytest.fixture(scope="module")
def shipped(path: Path) -> Ensemble:
    return ensembles.read(path)


def test_it_is_small_and_has_five_hundred_distinct_sets(path: Path, shipped: Ensemble) -> None:
    assert sum(each.stat().st_size for each in (path, path.with_suffix(".parquet"))) < 1_000_000
    assert len(shipped.sets) >= 500 and len(np.unique(shipped.sets.table, axis=0)) == len(shipped.sets)
    assert all(name.startswith("ci1-") for name in shipped.sets.ids)


def test_it_is_of_these_targets_and_this_prior(calibration: Calibration, shipped: Ensemble) -> None:
    record = shipped.record
    assert record.calibrated and record.licence == "CC0-1.0"
    assert record.targets == held.digest(held_of(calibration))
    assert record.prior == behaving.prior_digest(shipped.sets)
    assert list(record.own) == [each.name for each in calibration.outputs()] and record.figures == len(record.own)


def test_no_set_misses_a_target(calibration: Calibration, shipped: Ensemble) -> None:
    outputs = held_of(calibration)
    off = np.abs(shipped.own - held.centres(outputs)) / np.sqrt(held.variances(outputs))
    assert off.max() <= 3 and shipped.record.misses == []


def test_a_sample_gives_again_what_the_file_says(calibration: Calibration, shipped: Ensemble) -> None:
    """The same bits where the model is the one that made it; else no further off than luck moves a run."""
    some, whole = [0, 250, 499], shipped.sets
    ids = tuple(whole.ids[n] for n in some)
    sets = Sets(whole.origin, whole.title, ids, whole.variables, whole.table[some])
    table = calibration.table
    made = evaluate(sets, calibration, table.seed + 1, replicates=table.again)
    off = (made.values - shipped.own[some]) / np.sqrt(2 * made.luck + 1e-12)
    assert np.abs(off).max() < 4
    if shipped.record.model == model_version():
        assert np.median(np.abs(off)) < 1e-6, "most come out to the bit, on whatever processor"

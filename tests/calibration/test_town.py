"""A small real town from its file to an ensemble that experiments take, through Python and the command line."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_town_files import SEEN, written

from tfs_sim.analysis import stamps
from tfs_sim.calibration import condition, load_calibration, load_town
from tfs_sim.calibration.calibrating import held_of
from tfs_sim.calibration.looks import Runs
from tfs_sim.calibration.town import meets_of
from tfs_sim.calibration.town_runs import TownRuns, of_each
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.fields import DataFile

WIDE = SEEN.replace("value = true\n", "").replace("sets = 200", "sets = 40").replace("sd = 2\n", "")
for name in ("value = 4", "value = 3.5", "value = 2.9", "value = 0.1"):
    WIDE = WIDE.replace(f"{name}\n", "")
WIDE = WIDE.replace("value = 8.5", "value = 8.5\nsd = 1e9").replace("discrepancy = 0.25", "")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("done")
    return condition(written(folder), "plausible", folder / "out", workers=1), folder


def test_the_ensemble_is_one_that_experiments_take(done) -> None:  # type: ignore[no-untyped-def]
    found, folder = done
    read = ensembles.read(folder / "out" / "seen.json")
    assert len(read.sets) == found.found.taken >= 20
    assert read.record.conditioned == "6 observations of Riverton" and not read.record.calibrated
    assert read.sets.agreement is None and "conditioned on 6 observations of Riverton" in read.sets.title
    sets = listed_sets(DataFile("seen.json", folder / "out"), 20)
    assert set(sets.ids) <= {f"plausible-{n:04d}" for n in range(1, 101)} | {f"seen-{n:05d}" for n in range(101, 201)}
    said = json.loads((folder / "out" / "findings.json").read_text())
    assert said["runs"] == 8 and said["missing"] == ["density"] and sum(said["waves"]) == 200
    assert "What was seen, and what single runs show" in (folder / "out" / "findings.txt").read_text()


def test_the_same_bits_on_any_workers_and_nothing_is_run_twice(done, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    _, folder = done
    ran: list[int] = []
    whole = TownRuns.__call__

    def counted(self: TownRuns, sets):  # type: ignore[no-untyped-def]
        ran.append(len(sets))
        return whole(self, sets)

    monkeypatch.setattr(TownRuns, "__call__", counted)
    shutil.copytree(folder / "out", tmp_path / "again")
    condition(folder / "seen.toml", "plausible", tmp_path / "again", workers=2)
    assert not ran
    path = written(tmp_path, SEEN.replace("sets = 200", "sets = 60"))
    tables = []
    for workers in (1, 3):
        town = TownRuns(load_town(path), workers)
        tables.append(town(drawn(6)))
    assert np.array_equal(*tables, equal_nan=True)
    assert ran == [6, 6]


def test_what_is_observed_of_a_run_is_what_calibrations_observe(tmp_path: Path) -> None:
    """Of many runs together a calibration sees the mean of what is seen of each."""
    data = load_town(written(tmp_path))
    values = TownRuns(data, 1)(drawn(2))
    assert values.shape == (2, 8, 6)
    series = np.zeros((3, 12, 1, 2))
    series[:, :, 0, 0] = [[2.0] * 12, [4.0] * 12, [6.0] * 12]
    series[:, :, 0, 1] = [[1.0] * 12, [1.0] * 12, [0.0] * 12]  # the third has ended
    runs = Runs(("partners", "alive"), series, ({}, {}, {}), (1, 2, 3))
    seen = of_each(data.looked["members"], runs)
    assert seen[:2] == pytest.approx([2, 4]) and np.isnan(seen[2])
    assert of_each(data.looked["alive"], runs).tolist() == [1, 1, 0]


def test_answers_that_say_nothing_return_the_ensemble(tmp_path: Path) -> None:
    made = condition(written(tmp_path, WIDE), "plausible", tmp_path / "out", workers=1)
    assert not made.found.said and made.ensemble.sets.ids == drawn(20).ids
    assert np.array_equal(made.ensemble.sets.table, drawn(20).table)
    nothing = "".join(line for line in WIDE.splitlines(True) if not line.startswith(("value", "sd")))
    path = written(tmp_path, nothing)
    again = condition(path, tmp_path / "out" / "seen.json", tmp_path / "none", workers=1)
    assert again.ensemble.sets.ids == made.ensemble.sets.ids and not again.found.said
    assert "Nothing was seen that has a value" in (tmp_path / "none" / "findings.txt").read_text()


def test_sets_of_a_file_without_its_calibration_are_weighed_alone(tmp_path: Path, done) -> None:  # type: ignore[no-untyped-def]
    _, folder = done
    path = written(tmp_path, SEEN.replace("value = 4", "value = 8\nsd = 0.05").replace("sets = 200", "sets = 2_000"))
    other = tmp_path / "other.toml"
    path.rename(other)
    with pytest.raises(UserError) as found:
        condition(other, folder / "out" / "seen.json", tmp_path / "out", workers=1)
    assert "nothing says how others are like them" in found.value.render()
    with pytest.raises(UserError, match="as new ones would be"):
        condition(written(tmp_path), folder / "out" / "seen.json", tmp_path / "o", workers=1)


def test_calibrated_sets_stay_calibrated_and_stamps_say_both(tmp_path: Path) -> None:
    """The shipped ensemble, weighed by something that says little."""
    text = SEEN.replace("sets = 200", "sets = 2")
    for line in ("value = 8.5", "value = 2.9", "value = 0.1", "value = 3.5", "value = true"):
        text = text.replace(f"{line}\n", "")
    text = text.replace("sd = 2\n", "").replace("value = 4", "value = 4\nsd = 3")
    text = text.replace('from = "2019-07"\nto = "month 12"', "from = 1\nto = 2")
    made = condition(written(tmp_path, text), out=tmp_path / "out", workers=1)
    shipped = ensembles.read(Path(__file__).parents[2] / "calibrations" / "collective-impact.json")
    assert made.found.reached and 100 <= made.found.taken < 500
    rows = [shipped.sets.ids.index(name) for name in made.ensemble.sets.ids]
    assert np.array_equal(made.ensemble.own, shipped.own[rows])
    record = made.ensemble.record
    assert record.calibrated and record.targets == shipped.record.targets and record.figures == 9
    agreement = made.ensemble.sets.agreement
    assert agreement is not None
    lead, rest = stamps.stamp(agreement.record(), over_sets=True)
    assert lead.endswith("then conditioned on 1 observation of Riverton.") and "this town" in rest
    assert record.unusual == "" and '"unusual"' not in (tmp_path / "out" / "seen.json").read_text()
    assert "conditioned" not in shipped.sets.agreement.record()  # type: ignore[union-attr]


def test_that_a_town_is_unusual_stays_with_the_ensemble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SEEN.replace("sets = 200", "sets = 2")
    for line in ("value = 8.5", "value = 2.9", "value = 0.1", "value = 3.5", "value = true"):
        text = text.replace(f"{line}\n", "")
    text = text.replace("sd = 2\n", "").replace("value = 4", "value = 4\nsd = 3")
    text = text.replace('from = "2019-07"\nto = "month 12"', "from = 1\nto = 2")
    monkeypatch.setattr("tfs_sim.calibration.likelihood.surprise", lambda *_: (0.01, 200))
    condition(written(tmp_path, text), out=tmp_path / "out", workers=1)
    read = ensembles.read(tmp_path / "out" / "seen.json")
    assert read.record.unusual == "of 200 towns that they expect, 1.0% look as unlikely to them"
    assert read.record.title.endswith("of Riverton, a town that is unusual for these sets")
    assert read.sets.agreement is not None and read.sets.agreement.record()["unusual"] == read.record.unusual
    assert not stamps.trustworthy(read.sets.agreement.record())
    monkeypatch.setattr("tfs_sim.calibration.likelihood.surprise", lambda *_: (0.5, 200))
    (tmp_path / "more").mkdir()
    (path := written(tmp_path / "more", text)).rename(path.with_name("more.toml"))
    condition(path.with_name("more.toml"), tmp_path / "out" / "seen.json", tmp_path / "more-out", workers=1)
    again = ensembles.read(tmp_path / "more-out" / "more.json")
    assert again.record.unusual == read.record.unusual, "what was conditioned on another town before stays so"


def test_new_sets_are_held_to_the_targets_as_calibrations_do(tmp_path: Path) -> None:
    from hand import written as calibration_written

    calibration = load_calibration(calibration_written(tmp_path))
    outputs = held_of(calibration)
    sets = drawn(6)
    own = meets_of(calibration, outputs, tmp_path / "met", 1, lambda _: None)(sets)
    loose = tuple(replace(each, observation=1e6) for each in outputs)
    all_of_them = meets_of(calibration, loose, tmp_path / "met", 1, lambda _: None)(sets)
    assert len(own) == 6 and sum(each is not None for each in own) <= sum(each is not None for each in all_of_them)
    assert all(each is None or each.shape == (len(outputs),) for each in all_of_them)


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ("plausibel", 'did you mean "plausible"?'),
        ("none.json", "none.json is not there"),
    ],
)
def test_sets_that_cannot_be_weighed(tmp_path: Path, prior: str, said: str) -> None:
    with pytest.raises(UserError) as found:
        condition(written(tmp_path), prior, tmp_path / "out", workers=1)
    assert said in " ".join(found.value.render().split())
    assert not os.path.lexists(tmp_path / "out")


def test_a_calibration_that_the_sets_are_not_of(tmp_path: Path) -> None:
    from hand import written as calibration_written

    (tmp_path / "theirs").mkdir()
    calibration_written(tmp_path / "theirs")
    path = written(tmp_path, SEEN.replace("runs = 8", 'runs = 8\ncalibration = "theirs/mine.toml"'))
    shipped = Path(__file__).parents[2] / "calibrations" / "collective-impact.json"
    with pytest.raises(UserError, match="was not made by the calibration mine"):
        condition(path, shipped, tmp_path / "out", workers=1)

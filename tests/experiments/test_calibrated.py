"""A calibrated ensemble: what it agrees with goes with results, and "calibrated" stands for the shipped one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import real

from tfs_sim.cli import main
from tfs_sim.experiments.designs import uncertainty
from tfs_sim.experiments.designs.sets import Agreement, Sets, drawn
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.replaying import events
from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.experiments.execution.uncertain import listed_sets, one_set
from tfs_sim.experiments.storage import ensembles
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import UserError

AGREEMENT = Agreement("mine", "2", "CC0-1.0", 2, "mostly of <b>others</b>", ("members: missed in 12% of sets",))
FACTS = {"calibrated": True, "edition": "2", "licence": "CC0-1.0", "targets": "1" * 64, "code": "2" * 64, "figures": 2,
         "own": {"members": "log", "alive": "logit"}, "origin": AGREEMENT.origin,
         "misses": list(AGREEMENT.misses)}  # fmt: skip


def written(path: Path, count: int = 3, **more: Any) -> Sets:
    """Write a calibrated ensemble."""
    sets = drawn(count, "plausible: turnover", stream="ci1")
    own = {"members": np.linspace(2, 3, count), "alive": np.linspace(0, 1, count)}
    return ensembles.write(path, sets, real.facts(sets) | FACTS | more, own).sets


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sets:
    """An ensemble in the place of that which this version brings."""
    home = tmp_path / "ready-made"
    home.mkdir()
    folder = presets.folder
    monkeypatch.setattr(presets, "folder", lambda kind: home if kind == "calibrations" else folder(kind))
    return written(home / f"{uncertainty.SHIPPED}.json")


@pytest.fixture
def none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ensemble in its place."""
    folder = presets.folder
    monkeypatch.setattr(presets, "folder", lambda kind: tmp_path if kind == "calibrations" else folder(kind))


def test_what_sets_agree_with_goes_with_the_results(tmp_path: Path) -> None:
    made = written(tmp_path / "mine.json")
    assert made.agreement == AGREEMENT == ensembles.read(tmp_path / "mine.json").sets.agreement
    assert (
        made.first(2).agreement
        == made.at([1]).agreement
        == made.without([made.variables[0].path]).agreement
        == AGREEMENT
    )
    sweep = runner.sweep(real.over_sets(tmp_path, over="mine.json", sets="2", replicates="1"), out=tmp_path / "out")
    for record in (sweep.experiment, sweep.provenance):
        assert record["uncertainty"]["agreement"] == AGREEMENT.record()
        assert record["uncertainty"]["sets"] == 2 and record["uncertainty"]["origin"] == "ensemble"
    drawn_ones = runner.sweep(real.over_sets(tmp_path, sets="2", replicates="1"), out=tmp_path / "drawn")
    assert drawn_ones.experiment["uncertainty"]["agreement"] is None
    assert Sweep.load(tmp_path / "out").experiment["uncertainty"]["agreement"]["figures"] == 2


def test_of_a_simulation_too(tmp_path: Path) -> None:
    made = written(tmp_path / "mine.json")
    scenario = real.over_sets(tmp_path).base
    found = simulate(scenario, sets=2, uncertainty=str(tmp_path / "mine.json"))
    assert found.provenance["sets"] == {
        "title": "Mine", "sets": 2, "digest": made.first(2).digest(), "agreement": AGREEMENT.record(),
    }  # fmt: skip
    assert simulate(scenario, sets=2, uncertainty="plausible").provenance["sets"]["agreement"] is None


@pytest.mark.usefixtures("shipped")
def test_calibrated_is_the_shipped_ensemble(tmp_path: Path, shipped: Sets, capsys: Any) -> None:
    experiment = real.over_sets(tmp_path, over="calibrated", replicates="1")
    assert experiment.uncertainty == "calibrated"
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    assert tuple(sweep.sets["set"]) == shipped.ids
    assert sweep.experiment["uncertainty"]["agreement"] == AGREEMENT.record()
    assert listed_sets("calibrated", 2).ids == shipped.ids[:2] and one_set("calibrated", "ci1-0003").ids == (
        "ci1-0003",
    )
    assert len(events(experiment.base, parameter_set="ci1-0001", uncertainty="calibrated").columns) == 8
    for command in (["explain", "calibrated"], ["ensemble", "check", "calibrated"]):
        with pytest.raises(SystemExit) as left:
            main(command)
        assert left.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "calibrated to 2 figures, mostly of <b>others</b>; misses 1 of them (members: missed in 12% of sets)" in said
    assert "good (3 sets)" in said


@pytest.mark.usefixtures("none")
def test_where_none_is_shipped_a_sentence_says_so(tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(UserError, match="this version has no calibrated ensemble yet") as caught:
        real.over_sets(tmp_path, over="calibrated")
    assert "trial.toml:5" in str(caught.value)
    run = ["run", "laboratory", "--sets", "2", "--uncertainty", "calibrated"]
    for command in (["explain", "calibrated"], ["ensemble", "check", "calibrated"], run):
        with pytest.raises(SystemExit) as left:
            main(command)
        said = capsys.readouterr()
        assert left.value.code == 2 and "no calibrated ensemble yet" in said.err and "Traceback" not in said.err


def test_the_shipped_ensemble_is_sought_beside_its_calibration() -> None:
    home = presets.folder("calibrations")
    assert home is not None and (home / f"{uncertainty.SHIPPED}.toml").is_file()
    found = uncertainty.shipped()
    assert found is None or (found.parent == home and found.with_suffix(".parquet").is_file())


def test_an_ensemble_does_not_miss_more_than_it_was_held_against(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="it misses more figures, 3, than it was held against, 2"):
        written(tmp_path / "mine.json", misses=["a", "b", "c"])


def test_a_rule_for_sets_says_why_a_small_ensemble_is_too_small(tmp_path: Path) -> None:
    written(tmp_path / "mine.json", 20)
    rule = '{ until = "half-width", of = "trust", at = 0.1, between = ["manuals", "as-it-is"], max = 60 }'
    with pytest.raises(UserError) as caught:
        runner.sweep(real.over_sets(tmp_path, over="mine.json", sets=rule), out=tmp_path / "out")
    said = str(caught.value)
    assert "mine.json has 20 sets of parameters, and with fewer than 32 the interval that sets are added for" in said
    assert "Write sets = 20." in said and not (tmp_path / "out").exists()

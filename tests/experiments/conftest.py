from __future__ import annotations

import sys

import fakes
import pytest
import real

from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage.stored import Sweep


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> fakes.Engine:
    """A stand-in in the place of the real engine, for one test."""
    import tfs_sim.model  # noqa: F401, what is put in its place is a module of it
    from tfs_sim.scenario import beginnings

    monkeypatch.setattr(beginnings, "template_of", fakes.template_of)
    made = fakes.Engine()
    for name, module in fakes.modules(made).items():
        monkeypatch.setitem(sys.modules, name, module)
        package, _, short = name.rpartition(".")
        monkeypatch.setattr(sys.modules[package], short, module, raising=False)
    from tfs_sim.experiments.execution import forks, tracing, work

    monkeypatch.setattr(forks, "foundation", fakes.foundation)
    monkeypatch.setattr(forks, "run_alone", fakes.run_alone)
    for user in (runner, tracing, work):
        monkeypatch.setattr(user, "model_version", lambda: fakes.MODEL)
    return made


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, Sweep]:
    """Three strategies under two conditions, three sets and two replicates."""
    folder = tmp_path_factory.mktemp("swept")
    experiment = real.over_sets(folder)
    return experiment, runner.sweep(experiment, out=folder / "out", workers=2)

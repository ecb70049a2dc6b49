from __future__ import annotations

import sys

import fakes
import pytest


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> fakes.Engine:
    """A stand-in in the place of the real engine, for one test."""
    import tfs_sim.model
    import tfs_sim.scenario  # noqa: F401

    made = fakes.Engine()
    for name, module in fakes.modules(made).items():
        monkeypatch.setitem(sys.modules, name, module)
        package, _, short = name.rpartition(".")
        monkeypatch.setattr(sys.modules[package], short, module, raising=False)
    from tfs_sim.experiments.execution import forks, runner, tracing, work

    monkeypatch.setattr(forks, "foundation", fakes.foundation)
    monkeypatch.setattr(forks, "run_alone", fakes.run_alone)
    for user in (runner, tracing, work):
        monkeypatch.setattr(user, "model_version", lambda: fakes.MODEL)
    return made

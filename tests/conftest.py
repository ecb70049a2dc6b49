"""What tests share: the laboratory scenario, and one cache of compiled code for all workers."""

import gc
import os
import signal
from contextlib import contextmanager
from importlib import import_module

import numpy as np
import pytest

from tfs_sim.experiments.storage import holding
from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # started in the background of a script, which ignores Ctrl-C, as would every process that a test starts
    signal.signal(signal.SIGINT, signal.default_int_handler)

if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # started with nohup

gc.set_threshold(20_000, 50, 50)  # a tenth of the time went into looking through what lives on


def pytest_collection_modifyitems(items):
    """Begin with what takes long, so that no worker is left with a minute's work when the other has finished.

    What takes minutes by itself is left out, but for `make long`.
    """
    if not os.environ.get("TFS_SIM_LONG"):
        for item in items:
            if "long" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="takes minutes by itself: make long"))
    items.sort(key=lambda item: "slow" not in item.keywords)


@pytest.fixture(scope="session")
def lab():
    """One community, nothing scheduled."""
    return load_scenario("laboratory")


@pytest.fixture(scope="session")
def flagship():
    return load_scenario("together-for-students")


@pytest.fixture
def held_elsewhere():
    """Hold a folder of results as another process does."""

    @contextmanager
    def hold(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with holding._own(folder / holding.LOCK, folder):
            yield
            (folder / holding.LOCK).unlink()

    return hold


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the pictures of reports blank, which take seconds each time: charts, words, data and files are made."""
    monkeypatch.setattr(import_module("tfs_sim.figures.save"), "_render", lambda *_, **__: b"blank")


def everything_at_once(lab):
    """Return the laboratory with every intervention and every shock at once, and a backbone that is short of time."""
    from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS

    small = {"pooled-funding": 0.05}  # with more, everyone joins at once
    struck = {"scandal": {"sector": "philanthropy"}}  # at one organization: at all of them nothing would be left
    return lab.with_(
        months=36,
        sites={
            "lab": {
                "backbone": {"fte": 0.6},
                "at_the_table": 0.3,
                "grievance": 0.7,
                "networks": {
                    "one": ["backbone", "nonprofit-01", "health-01"],
                    "two": ["nonprofit-02", "nonprofit-03"],
                    "three": ["nonprofit-04", "business-01"],
                    "four": ["nonprofit-05", "government-01"],
                },
            },
            "annex": {"students": 3000, "organizations": {"nonprofit": 4, "health": 2, "community_group": 1}},
        },
        nationals={"one": {}, "two": {}, "three": {}, "four": {}},
        selection={
            "stages": [
                {"name": "applicants", "month": "2020-03", "places": 2},
                {"name": "planning", "month": "2020-06", "places": 1, "from": "applicants"},
            ]
        },
        interventions=[
            {
                "use": name,
                "from": "2020-02",
                "until": "2022-06",
                "paid_by": "funder" if lever.mechanism == "national" else "backbone",
                "dose": small.get(name, 0.6 * lever.largest_dose if lever.combine == "share" else 0.2),
            }
            for name, lever in INTERVENTIONS.items()
        ],
        shocks=[{"use": name, "onset": "2021-01", "depth": 0.6, "target": struck.get(name, "all")} for name in SHOCKS],
        grants=[
            {"site": "lab", "amount": 3000, "months": 30},
            {"site": "annex", "amount": 400, "months": 30},
            {"stage": "planning", "from": "2020-06", "amount": 300, "months": 24, "taper": 6, "flexible": 0.3},
        ],
    )


@pytest.fixture
def busy(lab):
    """The laboratory with every intervention and every shock at once, and a backbone that is short of time."""
    return everything_at_once(lab)


@pytest.fixture
def run():
    """Run replicates of a scenario: float64 [replicates, months, sites, metrics]."""

    def runner(scenario, seed=1, replicates=1):
        template = scenario.to_template()
        return np.array([engine.run_replicate(template, seed, r) for r in range(replicates)])

    return runner

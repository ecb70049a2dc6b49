"""A small study with something to buy: two years of the laboratory, without a run-in."""

from __future__ import annotations

from typing import Any

from tfs_sim.experiments.designs.design import Experiment, experiment_from
from tfs_sim.scenario import load_scenario

RULE = {"indicator": "clarity", "below": 0.6, "every": 6, "over": 3}
PRACTICES: dict[str, Any] = {
    "backbone-staffing": {"doses": [0.5, 1.0], "paid_by": "funder"},
    "manuals": {"use": "procedure-manuals", "target": {"role": "partner"}, "from": ["2020-01"], "paid_by": "funder"},
}
STRATEGIES: dict[str, Any] = {
    "nothing": {"title": "Nothing"},
    "staff": {"title": "A coordinator", "add": [{"use": "backbone-staffing", "paid_by": "funder"}]},
}


def study(optimize: dict[str, Any] | None = None, **more: Any) -> Experiment:
    """Return the study; `optimize` changes its table, None takes a key away."""
    table = {"objective": "served", "a_year": 120_000, "from": ["2020-01", "2021-01"], "practices": PRACTICES}
    table = {key: value for key, value in (table | (optimize or {})).items() if value is not None}
    data = {
        "title": "What to buy",
        "scenario": "laboratory",
        "uncertainty": "plausible",
        "sets": 10,
        "replicates": 2,
        "outcomes": {"primary": "served"},
        "strategies": STRATEGIES,
        "optimize": table,
    }
    data = {key: value for key, value in (data | more).items() if value is not None}
    return experiment_from(data, load_scenario("laboratory").with_(months=24, clock={"run_in": 0}))

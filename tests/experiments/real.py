"""A small town and experiments over it that run the real engine in a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfs_sim.experiments.designs.design import Experiment, load_experiment
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.storage.provenance import model_version

TOWN = """
[clock]
start = "2019-01"
months = 24
[sites.riverton]
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
[[shocks]]
use = "community-crisis"
onset = "2020-03"
depth = 0.5
lasts = "3 months"
[[bundles.manuals.interventions]]
use = "procedure-manuals"
from = "2019-07"
until = "2020-07"
dose = 0.8
taper = "3 months"
paid_by = "funder"
"""

TRIAL = """
scenario = "town.toml"
replicates = 5
seed = 3
uncertainty = "defaults"
[strategies.as-it-is]
[strategies.manuals]
add = ["manuals"]
[strategies.more]
extends = "manuals"
add = [{ use = "overlap", from = "2020-01", paid_by = "funder" }]
[cross]
crisis = [{ label = "calm", shocks = [] }, { label = "crisis" }]
[outcomes]
primary = "support"
"""

DESIGN = """
[design]
method = "latin-hypercube"
points = 6
constraints = ["manuals + table <= 1.6"]
[design.vary]
leaving = "parameters.turnover.rate_nonprofit"
manuals = "interventions.procedure-manuals.dose"
begin = { of = "interventions.procedure-manuals.from", low = "2019-03", high = "2019-12" }
table = { of = "sites.all.at_the_table", low = 0.2, high = 0.8 }
depth = { of = "shocks.community-crisis.depth", distribution = "triangular", mode = 0.5 }
onset = { of = "shocks.community-crisis.onset", low = "2020-01", high = "2020-06" }
whom = { of = "interventions.procedure-manuals.target", values = ["all", { role = "partner" }] }
"""


def trial(folder: Path, *more: str, change: tuple[str, str] = ("", "")) -> Experiment:
    """Return the experiment with further text and a change."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "town.toml").write_text(TOWN, encoding="utf-8")
    text = TRIAL.replace(*change) if change[0] else TRIAL
    (folder / "trial.toml").write_text(text + "".join(more), encoding="utf-8")
    return load_experiment(folder / "trial.toml")


def over_sets(folder: Path, *more: str, sets: str = "3", replicates: str = "2", over: str = "plausible") -> Experiment:
    """Return the experiment run over sets of parameters."""
    lines = f'replicates = {replicates}\nseed = 3\nuncertainty = "{over}"\nsets = {sets}\n'
    return trial(folder, *more, change=('replicates = 5\nseed = 3\nuncertainty = "defaults"\n', lines))


def facts(sets: Sets, **more: Any) -> dict[str, Any]:
    """Return what the record of an ensemble says beside its sets: made by this version, so nothing is run again."""
    behaviour = {"scenario": "laboratory", "months": 12, "replicates": 2, "seed": 1, "sets": list(sets.ids[:1]),
                 "digest": "0" * 64, "means": {"trust": [0.5]}, "errors": {"trust": [0.1]}}  # fmt: skip
    return {"name": "mine", "title": "Mine", "edition": "1", "licence": "CC-BY-4.0", "calibrated": False,
            "model": model_version(), "prior": "0" * 64, "targets": None, "code": None, "own": {},
            "figures": 0, "misses": [], "behaviour": behaviour, **more}  # fmt: skip

"""A problem set of two small communities, quick to run."""

from __future__ import annotations

from pathlib import Path

from tfs_sim.problems import Problems, load_problems

TOWN = """
[clock]
start = "2019-01"
months = 24
run_in = "6 months"
[sites.NAME]
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
backbone = { fte = 1.0, from = "2019-01" }
at_the_table = 0.5
[[bundles.help.interventions]]
use = "backbone-staffing"
dose = 2.0
from = "2020-01"
paid_by = "outside"
"""

SET = """
title = "Two towns"
question = "What will be?"
key = "a key for tests"
until = 12
futures = 5
[communities.east]
file = "east.toml"
surveys = [6, 12]
answers = 0.7
[communities.west]
file = "west.toml"
surveys = [8]
answers = 1.0
[questions.alive]
title = "Alive"
ask = "chance"
metric = "alive"
month = 24
[questions.members]
title = "Members"
ask = "level"
metric = "partners"
from = 19
to = 24
unit = 2
[questions.help]
title = "What help adds"
ask = "effect"
strategy = "help"
metric = "partners"
from = 19
to = 24
unit = 2
[questions.sitting]
title = "Cost of a seat"
ask = "parameter"
parameter = "participation.sitting"
"""


def written(folder: Path, text: str = SET) -> Path:
    """Write the set and its communities; return its file."""
    for name in ("east", "west"):
        (folder / f"{name}.toml").write_text(TOWN.replace("NAME", name))
    path = folder / "towns.toml"
    path.write_text(text)
    return path


def loaded(folder: Path, text: str = SET) -> Problems:
    """Write and read the set."""
    return load_problems(written(folder, text))

"""A community of five members and a backbone, drawn by hand, and a small calibration over real communities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.calibration.looks import Look, Runs
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, WITHDRAWN


def look(**changes: Any) -> Look:
    """Organizations 0 to 4 are members of community 0, 5 is its backbone; 6 has left; 7 and 8 are those of community 1.

    Ties within three months: 0–1, 0–2, 1–2, 0–5; 3–4 is a tie that was not used for five months.
    """
    pairs = [(0, 1), (0, 2), (1, 2), (0, 5), (3, 4), (0, 3), (0, 6), (7, 8)]
    usual: dict[str, Any] = {
        "site_of": np.array([0, 0, 0, 0, 0, 0, 0, 1, 1]),
        "sector": np.array([0, 1, 1, 2, 3, 1, 4, 0, 1]),
        "role": np.array([PARTNER] * 5 + [BACKBONE] + [PARTNER] * 3),
        "status": np.array([ACTIVE] * 6 + [WITHDRAWN] + [ACTIVE] * 2),
        "in_post": np.array([True, True, True, False, True, True, True, True, True]),
        "met": np.array([2.0, 1.0, 0.0, 1.0, 0.0, 3.0, 1.0, 0.0, 0.0]),
        "gap": np.array([0, 2]),
        "one": np.array([one for one, _ in pairs]),
        "other": np.array([other for _, other in pairs]),
        "is_open": np.array([True, True, True, True, True, False, True, False]),
        "idle": np.array([0.0, 1.0, 2.0, 0.0, 5.0, 0.0, 0.0, 0.0]),
        "trust": np.array([[0.5, 0.6, 0.7, 0.9, 0.2, 0.1, 0.1, 0.1], [0.9, 0.8, 0.3, 0.9, 0.2, 0.1, 0.1, 0.1]]),
        "identity": np.arange(9, dtype=np.uint64),
    }
    return Look(**{**usual, **changes})


def runs(**metrics: list[list[float]]) -> Runs:
    """Return one replicate of metrics, each [months, communities]."""
    series = np.stack([np.array(values, float) for values in metrics.values()], axis=-1)[None]
    return Runs(tuple(metrics), series, ({},), (1,))


TOWN = """
[clock]
start = "2019-01"
months = 24
run_in = "6 months"
[sites.riverton]
copies = 4
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
backbone = { fte = 1.0, from = "2019-01" }
at_the_table = 0.5
"""

MINE = """
title = "Mine"
budget = 1_000_000
seed = 3
[populations.towns]
file = "town.toml"
[populations.calm]
file = "calm.toml"
[targets.alive]
title = "Alive after two years"
kind = "data"
population = "towns"
observe = { what = "alive", month = 24 }
sample = 50
centre = 0.6
sd = 0.4
scale = "logit"
discrepancy = 0.1
source = "no measurement found: made up"
[targets.trust]
title = "Trust"
kind = "data"
population = "towns"
observe = { what = "trust", month = 12, within = 3, answers = 0.7, lowest = 1, highest = 4 }
sample = 1
centre = 3.0
sd = 0.4
scale = "identity"
discrepancy = 0.1
source = "no measurement found: made up"
[targets.falls]
title = "Falls"
kind = "sign"
population = "towns"
observe = { what = "falls", metric = "partners", during = [1, 6], after = [19, 24], sites = 3 }
sample = 7
centre = 1.0
scale = "binomial"
discrepancy = 0.0
source = "no measurement found: made up"
[targets.density]
title = "Density"
kind = "prior-only"
population = "towns"
observe = { what = "density", month = 24, within = 3, answers = 0.7 }
low = 0.1
high = 0.4
source = "no measurement found: made up"
[targets.gain]
title = "Gain"
kind = "prior-only"
population = "towns"
observe = { what = "effect", metric = "outcome", month = 24, beside = "calm" }
low = 0.0
high = 0.1
source = "no measurement found: made up"
[targets.posts]
title = "Posts"
kind = "prior-only"
parameter = "key_people.posts"
low = 3
high = 4
source = "no measurement found: made up"
"""


def written(folder: Path, text: str = MINE) -> Path:
    """Write the small calibration and its populations; return its file."""
    (folder / "town.toml").write_text(TOWN)
    (folder / "calm.toml").write_text('extends = "town.toml"\n[sites.riverton]\nbackbone = { fte = 0.0 }\n')
    path = folder / "mine.toml"
    path.write_text(text)
    return path

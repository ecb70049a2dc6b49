"""Made-up sweeps over a design with sets of parameters, whose answers change at known places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from synthetic import Synthetic

from tfs_sim.analysis.stored import Stored

EMPTY = pd.DataFrame({"month": []})


def over_points(
    points: int = 80, sets: int = 12, replicates: int = 2, luck: float = 0.3, primary: str = "trust", **changed: Any
) -> Stored:
    """A design over staff and hurt: coordinators gain 1 − staff in trust (in tenths), manuals .1 of it, everywhere.

    So coordinators are the best below .9 of staff, manuals above.
    """
    rng = np.random.default_rng(11)
    known = pd.DataFrame(
        {"point": range(points), "staff": rng.uniform(0.1, 1.5, points), "hurt": rng.uniform(size=points)}
    )
    rows = []
    names = [f"p-{n:03d}" for n in range(sets)]
    for n, name in enumerate(names):
        for replicate in range(replicates):
            for at, staff, hurt in known.itertuples(index=False):
                shared = rng.normal() / 10
                for strategy, gain in (("nothing", 0.0), ("coordinator", 1.0 - staff), ("manuals", 0.1)):
                    value = 0.5 + shared + (gain + luck * rng.normal() + 0.1 * (n - sets / 2) / sets) / 10
                    keys = {"strategy": strategy, "set": name, "point": at, "staff": staff, "hurt": hurt}
                    rows.append({**keys, "replicate": replicate, "site": "lab", primary: value})
    experiment = {
        "title": "Made up",
        "strategies": {each: {"title": each.capitalize()} for each in ("nothing", "coordinator", "manuals")},
        "against": "nothing",
        "primary": primary,
        "cross": {},
        "months": 24,
        "start": "2020-01",
        "sites": {"lab": {"title": "Lab"}},
        "uncertainty": {"sets": sets, "title": "made up"},
        "design": {
            "method": "latin-hypercube",
            "points": points,
            "variables": {
                "staff": {"of": "sites.all.backbone.fte", "title": "Backbone staff (FTE)", "kind": "number"},
                "hurt": {"of": "sites.all.grievance", "title": "Share of pairs that differ", "kind": "number"},
            },
        },
    } | changed
    parameters = pd.DataFrame({"set": names, "trust.gain": 0.1})
    made = Synthetic(pd.DataFrame(rows), EMPTY, EMPTY, EMPTY, experiment, {"seed": 1}, known, parameters)
    return Stored.of(made)


def under_parameters(sets: int = 90, replicates: int = 3) -> Stored:
    """A sweep whose better strategy follows from the parameter turnover.notice_share alone: manuals from .5 on."""
    rng = np.random.default_rng(12)
    names = [f"p-{n:03d}" for n in range(sets)]
    known = pd.DataFrame(
        {"set": names, "turnover.notice_share": rng.uniform(size=sets), "trust.gain": rng.uniform(size=sets)}
    )
    for n in range(10):
        known[f"no.{n}"] = rng.uniform(size=sets)
    rows = [
        {"strategy": strategy, "set": name, "replicate": replicate, "site": "lab",
         "trust": 0.5 + 0.1 * (strategy == "manuals") * (share - 0.45) + 0.004 * rng.normal()}
        for name, share in zip(names, known["turnover.notice_share"], strict=True)
        for replicate in range(replicates)
        for strategy in ("nothing", "manuals")
    ]  # fmt: skip
    experiment = {
        "title": "Made up",
        "strategies": {each: {"title": each.capitalize()} for each in ("nothing", "manuals")},
        "against": "nothing",
        "primary": "trust",
        "cross": {},
        "months": 24,
        "sites": {"lab": {"title": "Lab"}},
        "uncertainty": {"sets": sets, "title": "made up"},
    }
    made = Synthetic(pd.DataFrame(rows), EMPTY, EMPTY, EMPTY, experiment, {"seed": 1}, pd.DataFrame(), known)
    return Stored.of(made)


def from_both_ends(
    left: float,
    closing: float = 0.0,
    kinds: bool = False,
    sets: int = 20,
    replicates: int = 2,
    months: int = 48,
    **more: Any,
) -> Stored:
    """Partners from a start of 5 and of 20: `left` of the difference stays for good, and `closing` a year still goes.

    With `kinds` all runs of odd sets end at 2 or 30 by their start, and those of even sets at 30.
    """
    rng = np.random.default_rng(13)
    t = np.arange(months)
    rows = []
    for label, high in (("few", False), ("many", True)):
        for strategy in ("nothing", "coordinator"):
            for n in range(sets):
                for replicate in range(replicates):
                    luck = np.random.default_rng([n, replicate]).normal(0, 1, months).cumsum() / 10  # shared by both
                    between = 15 * (left + (1 - left) * np.exp(-t / 3)) + closing * (months - t) / 12
                    course = 10 + luck + 0.02 * rng.normal(size=months) + (between if high else 0.0)
                    if kinds:
                        end = 30.0 if high or n % 2 == 0 else 2.0
                        course = end + 0.2 * rng.normal(size=months)
                    keys = {
                        "strategy": strategy,
                        "start": label,
                        "set": f"p-{n:03d}",
                        "replicate": replicate,
                        "site": "lab",
                    }
                    rows += [{**keys, "month": m, "partners": course[m]} for m in t]
    series = pd.DataFrame(rows)
    ids = ["strategy", "start", "set", "replicate", "site"]
    runs = series[series["month"] >= months - 12].groupby(ids, sort=False)["partners"].mean().reset_index()
    experiment = {
        "title": "Made up",
        "strategies": {each: {"title": each.capitalize()} for each in ("nothing", "coordinator")},
        "against": "nothing",
        "primary": "partners",
        "cross": {"start": ["few", "many"]},
        "months": months,
        "start": "2020-01",
        "sites": {"lab": {"title": "Lab"}},
        "uncertainty": {"sets": sets, "title": "made up"},
    } | more
    made = Synthetic(runs, series, EMPTY, EMPTY, experiment, {"seed": 1}, pd.DataFrame(), pd.DataFrame({"set": []}))
    return Stored.of(made)

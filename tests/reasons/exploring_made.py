"""Made-up sweeps over two or three sliders whose means, spreads and luck are known everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc
from synthetic import Synthetic

from tfs_sim.analysis.stored import Stored

EMPTY = pd.DataFrame({"month": []})
STAFF, HURT = (0.2, 2.2), (0.0, 0.6)
STRATEGIES = ("nothing", "coordinator", "manuals")
SETS_SPREAD, LUCK = 0.05, 0.03
"""Standard deviations between sets, and of luck in a run, of every strategy; sets and a part of luck are shared."""

MORE = {"nothing": 0.0, "coordinator": 0.3, "manuals": 0.1}
"""How much more sets differ under a strategy than under none, as a share of that."""

NUMBER, DOSE = {"kind": "number"}, "interventions.backbone-staffing.dose"


def truth(strategy: str, staff: Any, hurt: Any) -> Any:
    """Mean trust of a strategy: coordinators gain less the more staff there is, manuals the same everywhere."""
    u = (staff - STAFF[0]) / (STAFF[1] - STAFF[0])
    base = 0.4 + 0.15 * np.sin(2.5 * u) - 0.25 * hurt
    return base + {"nothing": 0.0, "coordinator": 0.12 * (1.0 - 1.4 * u), "manuals": 0.02}[strategy]


def places(points: int, corners: bool = True, without: Callable[[Any, Any], Any] | None = None) -> pd.DataFrame:
    """Points of a Latin hypercube with its four corners, less those of a part of the space."""
    u = qmc.LatinHypercube(2, rng=np.random.default_rng(3)).random(points)
    if corners:
        u = np.concatenate([u, [[0, 0], [0, 1], [1, 0], [1, 1]]])
    table = pd.DataFrame(
        {"staff": STAFF[0] + u[:, 0] * (STAFF[1] - STAFF[0]), "hurt": HURT[0] + u[:, 1] * (HURT[1] - HURT[0])}
    )
    if without is not None:
        table = table[~without(u[:, 0], u[:, 1])].reset_index(drop=True)
    table.insert(0, "point", range(len(table)))
    return table


def swept(
    table: pd.DataFrame | None = None,
    sets: int = 10,
    replicates: int = 3,
    luck: float = LUCK,
    spread: float = SETS_SPREAD,
    mean: Callable[[str, Any, Any], Any] = truth,
    title: str = "Made up",
    apart: float = 0.01,
    agreement: bool = False,
    **changed: Any,
) -> Stored:
    """A sweep: mean of a strategy at a place + what a set does everywhere + luck that strategies share + its own."""
    table = places(70) if table is None else table
    rng = np.random.default_rng(7)
    points, n = len(table), len(STRATEGIES)
    of_set = spread * _standard(rng.normal(size=sets))
    shared = luck * rng.normal(size=(points, sets, replicates))
    frames = []
    for strategy in STRATEGIES:
        means = mean(strategy, table["staff"].to_numpy(), table["hurt"].to_numpy())
        own = apart * rng.normal(size=(points, sets, replicates)) + MORE[strategy] * of_set[None, :, None]
        values = means[:, None, None] + of_set[None, :, None] + shared + own
        index = pd.MultiIndex.from_product(
            [table["point"], [f"p-{k:03d}" for k in range(sets)], range(replicates)],
            names=["point", "set", "replicate"],
        )
        frame = pd.DataFrame({"trust": values.reshape(-1)}, index=index).reset_index()
        frame["cost"] = {"nothing": 0.0, "coordinator": 100.0, "manuals": 10.0}[strategy]
        frame["served"] = 1000.0 * frame["trust"]
        frames.append(frame.merge(table, on="point").assign(strategy=strategy, site="lab"))
    assert n == len(frames)
    runs = pd.concat(frames, ignore_index=True)
    experiment = {
        "title": title,
        "question": "Where does a coordinator pay?",
        "strategies": {each: {"title": each.capitalize()} for each in STRATEGIES},
        "against": "nothing",
        "primary": "trust",
        "also": [],
        "cross": {},
        "months": 24,
        "start": "2020-01",
        "sites": {"lab": {"title": "Lab"}},
        "worthwhile": 0.01,
        "uncertainty": {"sets": sets, "title": "made up", "agreement": AGREED if agreement else None},
        "design": {
            "method": "latin-hypercube",
            "points": points,
            "corners": 4,
            "variables": {
                "staff": NUMBER | {"of": DOSE, "title": "Backbone staff (FTE)", "values": list(STAFF)},
                "hurt": NUMBER | {"of": "parameters.trust.gain", "title": "Pairs that differ", "values": list(HURT)},
            },
        },
    } | changed  # fmt: skip
    parameters = pd.DataFrame({"set": [f"p-{k:03d}" for k in range(sets)]})
    return Stored.of(Synthetic(runs, EMPTY, EMPTY, EMPTY, experiment, {"seed": 1}, table, parameters))


AGREED = {
    "name": "collective-impact", "edition": "1", "licence": "CC0", "figures": 9, "origin": "made up", "misses": [],
    "conditioned": "",
}  # fmt: skip


def _standard(values: Any) -> Any:
    return (values - values.mean()) / values.std(ddof=1) if len(values) > 1 else 0.0 * values

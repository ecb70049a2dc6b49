"""R3: Friedkin & Johnsen (1990): positions settle where linear algebra says, on any network."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario
from tfs_sim.validation import running
from tfs_sim.validation.row import Agreement, Budget, Measured, Row

TOLERANCE = 1e-9
MEMBERS = 10


def _with_random_weights(rng: np.random.Generator, density: float) -> engine.Template:
    """Return the ready-made scenario with another network, given as a user gives it: by a file."""
    names = [f"nonprofit-{n:02d}" for n in range(1, MEMBERS + 1)]
    listens = (rng.random((MEMBERS, MEMBERS)) < density) | np.eye(MEMBERS, dtype=bool)
    weights = rng.random((MEMBERS, MEMBERS)) * listens
    weights /= weights.sum(axis=1, keepdims=True)
    rows = ["source,target,weight"]
    rows += [f"{names[i]},{names[j]},{float(weights[i, j])!r}" for i, j in np.argwhere(listens)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "w.csv").write_text("\n".join(rows), "utf-8")
        file = Path(folder) / "s.toml"
        file.write_text('extends = "r3-friedkin-johnsen"\n[sites.network]\ninfluence_file = "w.csv"\n', "utf-8")
        return load_scenario(file).to_template()


def settled(template: engine.Template, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (I − AW)⁻¹ (I − A) x(0) and the positions at the end of a run, [organizations, goals]."""
    *_, (_, world, _) = running.trace(template, seed, 0)
    n = world.role.size
    weights = np.zeros((n, n))
    weights[world.source, world.target] = np.maximum(world.given_influence, 0.0)
    weights[np.arange(n), np.arange(n)] = world.given_own_influence
    listens = weights.sum(axis=1) > 0
    a = np.diag(np.where(listens, world.openness, 0.0))
    expected = np.linalg.solve(np.eye(n) - a @ weights, (np.eye(n) - a) @ world.mission.T)
    return expected[listens], world.position.T[listens].copy()


def _fixed_point(budget: Budget) -> Measured:
    rng = np.random.default_rng(budget.seed)
    templates = [load_scenario("r3-friedkin-johnsen").to_template()]
    templates += [_with_random_weights(rng, density) for density in (0.1, 0.3, 1.0)]
    pairs = [settled(template, budget.seed) for template in templates]
    errors = [float(np.abs(expected - found).max()) for expected, found in pairs]
    expected, found = pairs[0]
    return Measured(
        holds=max(errors) < TOLERANCE,
        found=f"largest error {max(errors):.1e} over {len(errors)} networks",
        figure=Agreement(
            tuple(f"organization {n + 1}" for n in range(len(expected))), tuple(expected[:, 0]), tuple(found[:, 0]),
            (0.0,) * len(expected), "position on the first goal",
        ),
    )  # fmt: skip


ROWS = (
    Row("R3", "Positions anchored in the own mission", "[friedkin1990]",
        "published", "the fixed point (I − AW)⁻¹ (I − A) x(0) within 1e-9", _fixed_point,
        "an identity, which holds at every openness, none included"),
)  # fmt: skip

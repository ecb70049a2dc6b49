"""R1: March (1991), mutual learning: what the agenda knows in equilibrium, and with turnover."""

from __future__ import annotations

import numpy as np

from tfs_sim.model.engine import Template
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import metric, run_all, with_parameters

COPIES = 20
"""Organizations of fifty people in one run, each with a reality of its own: they know nothing of each other."""
TOLERANCE = 0.01
RUNS, QUICK_RUNS = 2000, 400
SOURCE = "[march1991]"

Cell = tuple[float, float, float, int, float]
"""p1, p2, p3, periods, published value."""


def _equilibrium_cells() -> tuple[Cell, ...]:
    table = {0.1: (0.864, 0.805, 0.800, 0.805, 0.813), 0.5: (0.954, 0.869, 0.810, 0.768, 0.742)}
    return tuple(
        (p1, p2, 0.0, 150 if p1 < 0.2 else 80, value)  # after which nothing changes any more
        for p2, values in table.items()
        for p1, value in zip((0.1, 0.3, 0.5, 0.7, 0.9), values, strict=True)
    )


def _turnover_cells() -> tuple[Cell, ...]:
    table = {0.1: (0.788, 0.784, 0.765, 0.739, 0.695), 0.9: (0.741, 0.761, 0.808, 0.838, 0.863)}
    return tuple(
        (p1, 0.5, p3, 20, value)
        for p1, values in table.items()
        for p3, value in zip((0.0, 0.01, 0.05, 0.1, 0.2), values, strict=True)
    )


def march(periods: int) -> Template:
    """Return March's scenario with so many copies of his organization side by side."""
    scenario = load_scenario("r1-mutual-learning")
    site = scenario.as_written()["sites"]["march"]
    sites = {f"march-{n}": site for n in range(COPIES)}
    return scenario.with_(months=periods, sites={"march": None, **sites}).to_template()


def with_chances(template: Template, p1: float, p2: float, p3: float = 0.0, p4: float = 0.0) -> Template:
    """Return the template with March's four chances."""
    agenda: dict[str, float | str] = {"learning": p1, "agenda_learning": p2, "turbulence": 12.0 * p4}
    return with_parameters(template, {"agenda": agenda, "turnover": {"rate_nonprofit": 12.0 * p3}})


def _table(cells: tuple[Cell, ...], budget: Budget) -> Measured:
    shown = cells[::3] if budget.quick else cells
    runs = (QUICK_RUNS if budget.quick else RUNS) // COPIES
    templates = [with_chances(march(periods), p1, p2, p3) for p1, p2, p3, periods, _ in shown]
    values = run_all(templates, runs, budget.seed, budget.workers, metric("agenda", -1))
    means, errors = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(runs)
    published = np.array([cell[-1] for cell in shown])
    off = np.abs(means - published)
    allowed = np.maximum(TOLERANCE, 3.3 * errors) if budget.quick else np.full(len(shown), TOLERANCE)
    worst = int(np.argmax(off / allowed))
    return Measured(
        holds=bool((off < allowed).all()),
        found=f"largest difference {off[worst]:.4f} over {len(shown)} cells of {runs * COPIES:,} runs",
        figure=Agreement(
            tuple(f"p1 {p1:g}, p2 {p2:g}, p3 {p3:g}" for p1, p2, p3, _, _ in shown),
            tuple(published), tuple(means), tuple(errors), "knowledge of the code",
        ),
        interval=(float(means[worst] - published[worst] - 1.96 * errors[worst]),
                  float(means[worst] - published[worst] + 1.96 * errors[worst])),
        note="standard errors between runs of twenty organizations each; evidence.md lists the rules",
    )  # fmt: skip


ROWS = (
    Row("R1a", "Mutual learning: equilibrium knowledge", SOURCE, "published",
        "knowledge of the code within .01 of the values", lambda budget: _table(_equilibrium_cells(), budget),
        (Null({"agenda.learning": 0.0}),)),
    Row("R1b", "Mutual learning with turnover", SOURCE, "published",
        "knowledge of the code after 20 periods within .01", lambda budget: _table(_turnover_cells(), budget),
        (Null({"turnover.rate_nonprofit": 0.0}),)),
)  # fmt: skip

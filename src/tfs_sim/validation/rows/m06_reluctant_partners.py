"""M6 and M7: patience is slower and breaks less; persistence wins where cost holds back, else patience."""

from __future__ import annotations

import numpy as np

from tfs_sim.model import engine
from tfs_sim.model.state import ACTIVE, RELUCTANT
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import Point, judge, laboratory, metric, run_all, with_parameters

PATIENCE, PERSISTENCE = "patience-with-information", "persistent-invitation"
BROKEN = 0.05
"""A relationship is broken whose trust has fallen by this much since the start."""


def _site(grievance: float, use: str, months: int) -> Scenario:
    return laboratory(
        months=months,
        sites={"lab": {"grievance": grievance, "at_the_table": 0.25, "backbone": {"fte": 2.5}}},
        interventions=[{"use": use, "dose": 1.0 if use else 0.0, "paid_by": "outside"}] if use else [],
    )


def _pairs(budget: Budget, broken: bool) -> Measured:
    histories = 0.5 if broken else 0.2  # what breaks are relationships with those who are far from ready
    persistent = _site(histories, PERSISTENCE, 18).to_template()

    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        runs = []
        for arm in (template, with_parameters(persistent, point)):
            fork = Fork(arm, budget.seed, replicate, 0)
            state, out = fork.go_on(arm.months)
            runs.append((fork.world(state), metric("partners")(out)))
        (patient, _), (pressed, _) = runs
        before = fork.now().trust
        if not broken:
            return runs[0][1], runs[1][1]
        # the same relationships in both: of those who stayed outside, with those who were at the table in either
        outside = (patient.status != ACTIVE) & (pressed.status == RELUCTANT)
        inside = (patient.status == ACTIVE) & (pressed.status == ACTIVE)
        watched = outside[patient.source] & inside[patient.target]
        if not watched.any():  # all have come: nobody was left to be pressed
            return np.nan, np.nan
        broke = [(before - world.trust)[watched] > BROKEN for world in (patient, pressed)]
        return float(broke[0].mean()), float(broke[1].mean())

    found = over_points(budget, _site(histories, PATIENCE, 18), measure)
    seen = np.isfinite(found[..., 0]).sum(axis=1) > 1
    patient, pressed = found[seen, :, 0], found[seen, :, 1]
    name = "share of relationships broken" if broken else "partners over 18 months"
    note = f"{name}: {np.nanmean(patient):.2f} with patience, {np.nanmean(pressed):.2f} with persistent invitation"
    less = np.nanmean(pressed - patient, axis=1, keepdims=True)
    return judge(less, np.nanstd(patient, axis=1, ddof=1), 0.2, f"{name}, persistence less patience", note)


def _boundary(budget: Budget) -> Measured:
    shares = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    replicates = 72 if budget.quick else 160
    arms = {use: [_site(float(s), use, 36).to_template() for s in shares] for use in ("", PATIENCE, PERSISTENCE)}
    runs = {
        use: run_all(templates, replicates, budget.seed, budget.workers, metric("partners", 24, 36))
        for use, templates in arms.items()
    }
    curves = {
        "persistence less patience": runs[PERSISTENCE] - runs[PATIENCE],
        "persistence less neither": runs[PERSISTENCE] - runs[""],
        "patience less neither": runs[PATIENCE] - runs[""],
    }
    means = {name: gain.mean(axis=1) for name, gain in curves.items()}
    errors = {name: gain.std(axis=1, ddof=1) / np.sqrt(replicates) for name, gain in curves.items()}
    between, error = means["persistence less patience"], errors["persistence less patience"]
    holds = bool(between[0] > 2.0 * error[0] and (between + 2.0 * error).min() < 0.0)
    crossing = shares[between > 0.0].max() if (between > 0.0).any() else float("nan")
    return Measured(
        holds=holds,
        found=f"partners in the third year, persistence less patience: {between[0]:+.1f} without histories, "
        f"{between.min():+.1f} at worst; persistence is ahead up to a share of {crossing:.1f}",
        figure=Region(
            shares, means, errors, "share of pairs with a difficult history", "partners in the third year", 0.2, 0.0
        ),
    )


ROWS = (
    Row("M6a", "Patience is slower", "[together2020], lesson two", "ubiquity",
        "fewer partners over the first 18 months than with persistent invitation",
        lambda budget: _pairs(budget, broken=False),
        (Null({"invitation.outreach": 0.0, "invitation.stated_value": 0.0}),)),
    Row("M6b", "Patience breaks less", "[together2020], lesson two", "ubiquity",
        "fewer broken relationships than with persistent invitation", lambda budget: _pairs(budget, broken=True),
        (Null({"invitation.pressure_felt": 0.0}),)),
    Row("M7", "Where persistence wins and where patience does", "[together2020], lesson two", "existence",
        "persistence brings more partners than patience without difficult histories, fewer with many: a boundary",
        _boundary,
        (Null({"invitation.outreach": 0.0, "invitation.stated_value": 0.0}),
         Null({"patience.encounters": 0.0, "invitation.reactance": 0.0, "invitation.pressure_felt": 0.0}))),
)  # fmt: skip

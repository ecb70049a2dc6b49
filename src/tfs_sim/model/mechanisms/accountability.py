"""M18 Actionable data and shared accountability.

A partner's contribution is seen with noise σ: what is seen is effort + σ ε. Data shrink σ (and the noise with which
results are seen, M14a). Where partners hold each other to account, esteem, and what depends on it, goes to those who
are seen to give more than the partnership's mean ē (a tournament: Lazear & Rosen 1981). An organization that gives x
is then seen above the mean with chance Φ((x − ē)/σ), which a logistic function stands for,

    u(x) ← u(x) + expected_esteem(x),   data ← data_after(data, dose)

Of pooled money (M10) the share `by_contribution_as_seen` follows contributions as they are seen, each
max(effort + σ ε, 0) · FTE; the rest goes by staff. Neither practice refers to the other: with poor data esteem and
money fall on anyone, and without accountability little follows from what data show.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.national import with_coaching
from tfs_sim.model.state import ACTIVE, BACKBONE, DATA


class Parameters(NamedTuple):
    """What is seen of contributions, and what follows from it."""

    noise: float = parameter(
        1.0,
        unit="largest effort",
        plausible=(0.6, 1.6),
        domain=(0.001, 1000),
        grade="assumed",
        meaning="Noise with which contributions are seen without data, against the largest that anyone would give.",
    )
    shown: float = parameter(
        0.8,
        unit="share",
        plausible=(0.6, 0.95),
        domain=(0, 0.99),
        grade="assumed",
        meaning="Share of that noise that a complete shared data system takes away.",
    )
    building: float = parameter(
        6.0,
        unit="months",
        plausible=(3, 12),
        domain=(1, 120),
        grade="assumed",
        meaning="Months until two thirds of a data system are in use, or out of use.",
    )
    esteem: float = parameter(
        0.25,
        unit="utility",
        plausible=(0.1, 0.4),
        domain=(0, 1000),
        grade="assumed",
        source="[lazear1981] for the form",
        meaning="Worth of esteem and reward, from seen far below to seen far above the rest, at full accountability.",
    )
    by_contribution: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.7),
        grade="assumed",
        meaning="Share of pooled money that follows contributions as they are seen where nobody is held to account.",
    )


MECHANISM = Mechanism(
    name="accountability",
    rows=("M18",),
    title="Actionable data and shared accountability",
    summary="Data make contributions visible; accountability attaches esteem and rewards to contributions as seen.",
    source="[lazear1981]; [together2020] on data and shared accountability",
    parameters=Parameters,
    file=__name__,
    needs=("effort",),
)

INTERVENTIONS = (
    Intervention("shared-data-system", "Shared data system",
                 "Partners' work and its results are recorded in one system that all can use.",
                 "accountability", "site", "share of partners' work", 0.8, 1.0, cost=5000, hours=0, payer="funder"),
    Intervention("accountability-practice", "Accountability practice",
                 "Partners regularly go through who has done what they said, and esteem and reward follow it.",
                 "accountability", "site", "share of contributions", 0.8, 1.0, cost=800, hours=0, payer="funder"),
)  # fmt: skip

LOGISTIC_SCALE = 1.7
"""Λ(1.7 x) is within .01 of Φ(x) everywhere: noise that is drawn as normal is reckoned with as logistic."""


@rule
def data_after(data, kept_up, p):
    """data + (d − data) / building: what is in use of a data system a month later; kept_up: d, the dose."""
    return data + (kept_up - data) / p.building


@rule
def esteem_at_stake(practice, p):
    """esteem · dose: worth of being seen far above the rest, against far below; practice: dose of accountability."""
    return p.esteem * practice


@rule
def by_contribution_as_seen(practice, p):
    """b + (1 − b) · dose: the share of pooled money that follows contributions; b: by_contribution."""
    return p.by_contribution + (1.0 - p.by_contribution) * practice


@rule
def mean_contribution(given, partners, p_effort):
    """ē = Σ e / (partners · largest): the mean effort at the table, as a share of the largest (0 without partners)."""
    return given / (partners * p_effort.largest) if partners > 0.0 else 0.0


@rule
def clearness(data, p):
    """1.7 / σ, σ = noise · (1 − shown · data): how sharply contributions are seen, as the slope of a logistic curve."""
    return LOGISTIC_SCALE / (p.noise * (1.0 - p.shown * data))


@rule
def noise_in_sight(clearness, p_effort):
    """σ · largest = 1.7 · largest / clearness: noise of contributions as they are seen (0 if nothing is set)."""
    return LOGISTIC_SCALE * p_effort.largest / clearness if clearness > 0.0 else 0.0


@kernel
def build_data_system(org, site, dose, p):
    """Build the data system, or let it fall out of use."""
    for s in range(site.data.size):
        kept_up = with_coaching(dose.shared_data_system[s], org.coaching[DATA, site.backbone[s]])
        site.data[s] = data_after(site.data[s], kept_up, p)


@kernel
def expect_esteem(org, site, dose, p_effort, p):
    """Set what a contribution can expect at each site: esteem, above which mean; reward; how sharply it is seen."""
    for s in range(site.first_organization.size):
        partners = given = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                given += org.effort[i]
        site.esteem_weight[s] = esteem_at_stake(dose.accountability_practice[s], p)
        site.by_seen[s] = by_contribution_as_seen(dose.accountability_practice[s], p)
        site.esteem_bar[s] = mean_contribution(given, partners, p_effort)
        site.esteem_slope[s] = clearness(site.data[s], p)

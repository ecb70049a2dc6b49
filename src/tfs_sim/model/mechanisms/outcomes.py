"""M21 Early wins, late outcomes: students' outcomes follow support through a distributed delay of years.

The share of needs met, by group, passes an Erlang delay of `DELAY_STAGES` stages; the monthly transition is
exact. The deviations d_m of the stages from the month's level of support obey

    d_m(t + 1) = Σ_j d_{m−j}(t) · P(j stages in a month),   level = needs met / needs · take-up
    outcome = last stage, weighted by students, less that at the start

The first month's level is taken for the past's. The luck of a measured indicator is that of the school year's cohort.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.numerics import clip, exp
from tfs_sim.model.state import DELAY_STAGES, G, K


class Parameters(NamedTuple):
    """The delay and the indicator."""

    delay: float = parameter(
        48.0,
        unit="months",
        plausible=(24, 84),
        domain=(0.1, 1200),
        grade="derived",
        source="[hawkins2008]: risk factors 2–5 years, behaviour 4–10 years",
        meaning="Mean delay from support to students' outcomes.",
    )
    indicator_at_start: float = parameter(
        50.0,
        unit="points",
        plausible=(30, 70),
        domain=(0, 1000),
        grade="assumed",
        meaning="Points of the indicator at the start, without the luck of a cohort.",
    )
    indicator_gain: float = parameter(
        40.0,
        unit="points",
        plausible=(20, 60),
        domain=(0, 1000),
        grade="assumed",
        meaning="Points of the indicator between no need met and all needs met.",
    )
    cohort_noise: float = parameter(
        2.5,
        unit="points",
        plausible=(1, 4),
        domain=(0, 100),
        grade="assumed",
        meaning="Year-to-year standard deviation of the measured indicator.",
    )
    cohort_months: float = parameter(
        12.0,
        unit="months",
        domain=(1, 120),
        whole=True,
        grade="assumed",
        meaning="Months for which the same cohort of students is measured: a school year.",
    )


MECHANISM = Mechanism(
    name="outcomes",
    rows=("M21",),
    title="Early wins, late outcomes",
    summary="Students' outcomes follow the share of needs met through an Erlang delay; the indicator is noisy.",
    source="[hawkins2008]; [macdonald1978] (linear chain)",
    parameters=Parameters,
    file=__name__,
    needs=("delivery",),
)

COHORT_STREAM = draws.stream("cohort")


@rule
def stages_a_month(p):
    """r = DELAY_STAGES / delay: stages of the delay that a month passes, on average."""
    return DELAY_STAGES / p.delay


@rule
def passes_no_stage(r):
    """e^(−r): the chance that a month passes no stage (Poisson), r: `stages_a_month`."""
    return exp(-r)


@rule
def passes_one_more(chance, j, r):
    """P(j + 1) = P(j) · r / (j + 1): the chance that a month passes one stage more than j, from the chance of j."""
    return chance * (r / (j + 1.0))


@rule
def indicator(outcome, luck, p):
    """indicator_at_start + indicator_gain · outcome + luck: measured, points; luck: of the cohort."""
    return p.indicator_at_start + p.indicator_gain * outcome + luck


@rule
def luck_of_cohort(z, p):
    """cohort_noise · z: how far a school year's measured indicator lies off, points; z: standard normal."""
    return p.cohort_noise * z


@inline
def share_met(g, s, need, served):
    """Return the share of a group's needs that are met."""
    met = 0.0
    all_need = 0.0
    for k in range(K):
        met += served[k, g, s]
        all_need += need[k, g, s]
    return met / all_need if all_need > 0.0 else 0.0


@kernel
def follow(month, site, run_in, p):
    """Move every stage of the delay by exactly one month; the first month's level is taken as the past's.

    The start that changes are told from is that of month 0, after the run-in.
    """
    r = stages_a_month(p)
    for s in range(site.take_up.size):
        for g in range(G):
            level = share_met(g, s, site.need, site.served) * site.take_up[s]
            if month == -run_in:
                for m in range(DELAY_STAGES):
                    site.delay[m, g, s] = level
            if month == -run_in or month == 0:
                site.outcome_at_start[g, s] = site.delay[DELAY_STAGES - 1, g, s]
            for m in range(DELAY_STAGES - 1, -1, -1):
                moved = 0.0
                chance = passes_no_stage(r)
                for j in range(m + 1):
                    moved += (site.delay[m - j, g, s] - level) * chance
                    chance = passes_one_more(chance, j, r)
                site.delay[m, g, s] = clip(level + moved, 0.0, 1.0)


@inline
def outcome_gain(s, site):
    """Return the change of the outcome level since the start, over all students."""
    total = 0.0
    gain = 0.0
    for g in range(G):
        total += site.students[g, s]
        gain += site.students[g, s] * (site.delay[DELAY_STAGES - 1, g, s] - site.outcome_at_start[g, s])
    return gain / total if total > 0.0 else 0.0


@inline
def cohort_luck(key, identity, month, p):
    """Return this school year's deviation of the measured indicator, in points."""
    return luck_of_cohort(
        draws.normal(draws.uniform(key, COHORT_STREAM, month // np.int64(p.cohort_months), identity)), p
    )

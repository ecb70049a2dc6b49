"""M21 Early wins, late outcomes: students' outcomes follow support through a distributed delay of years.

The share of needs met, by group, passes an Erlang delay of `DELAY_STAGES` stages; the monthly transition is
exact: with r = `DELAY_STAGES` / delay, the deviations d_m of the stages from the month's level of support obey

    d_m(t + 1) = Σ_j d_{m−j}(t) e^(−r) r^j / j!,   level = needs met / needs · take-up
    outcome = last stage, weighted by students, less that at the start;   indicator = 50 + gain · outcome + luck

The luck of a measured indicator is that of the school year's cohort.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel
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
START_LEVEL = 50.0


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
def follow(month, site, p):
    """Move every stage of the delay by exactly one month; the first month's level is taken as the past's."""
    r = DELAY_STAGES / p.delay
    for s in range(site.take_up.size):
        for g in range(G):
            level = share_met(g, s, site.need, site.served) * site.take_up[s]
            if month == 0:
                for m in range(DELAY_STAGES):
                    site.delay[m, g, s] = level
                site.outcome_at_start[g, s] = level
            for m in range(DELAY_STAGES - 1, -1, -1):
                moved = 0.0
                chance = exp(-r)
                for j in range(m + 1):
                    moved += (site.delay[m - j, g, s] - level) * chance
                    chance *= r / (j + 1.0)
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
    return p.cohort_noise * draws.normal(draws.uniform(key, COHORT_STREAM, month // 12, identity))

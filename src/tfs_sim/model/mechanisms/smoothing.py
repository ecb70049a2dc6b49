"""M12 Smoothing turnover: manuals, overlap and transition plans, each with its own target and cost.

Manuals (written procedures) shorten the learning of the role; a transition plan hands relationships over;
overlap of leaver and successor, possible only when the departure was announced, does both. How much they
cut recovery together is reported by the model, not built in.

With D the dose of manuals, doc what is written down, plan and overlap the doses of the other two:

    doc ← doc + (D − doc) / writing_time   if D > doc,   else doc · (1 − going_stale · (1 − D))
    time to learn = ramp · (1 − manual_saving · doc)
    kept evidence = 1 − (1 − handed_over · plan) · (1 − overlap_introductions · overlap)
    vacancy with overlap = max(months to fill − notice − overlap · longest_wait, 0)

The last holds of announced departures alone, and so does the overlap's part of the evidence that is kept.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.mechanisms.national import with_coaching
from tfs_sim.model.numerics import clip
from tfs_sim.model.state import CASES


class Parameters(NamedTuple):
    """What each practice saves."""

    writing_time: float = parameter(
        6.0,
        unit="months",
        plausible=(3, 12),
        domain=(0.1, 120),
        grade="assumed",
        meaning="Months to write down two thirds of an organization's part.",
    )
    going_stale: float = parameter(
        0.15,
        unit="per year",
        plausible=(0.05, 0.3),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of what is written that goes out of date in a year without upkeep.",
    )
    manual_saving: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.5),
        grade="derived",
        source="[mellon2003]: internal hires, who know the house, need 12–16 weeks instead of 20–26",
        meaning="By how much complete manuals shorten a successor's learning.",
    )
    overlap_learning: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        meaning="Share of the way to full understanding and backing that full overlap covers.",
    )
    overlap_introductions: float = parameter(
        0.35,
        unit="share",
        plausible=(0.15, 0.55),
        grade="assumed",
        meaning="Share of personal evidence that survives when leaver and successor overlap fully.",
    )
    longest_wait: float = parameter(
        2.0,
        unit="months",
        plausible=(1, 3),
        domain=(0, 12),
        grade="assumed",
        meaning="Months that a leaver stays on, at full dose, so that a successor can start first.",
    )
    handed_over: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        meaning="Share of personal evidence that a full transition plan hands over.",
    )


MECHANISM = Mechanism(
    name="smoothing",
    rows=("M12",),
    title="Smoothing turnover",
    summary="Manuals shorten learning, transition plans hand relationships over, overlap does both.",
    source="[together2020], lesson three; [mellon2003]",
    parameters=Parameters,
    file=__name__,
    needs=("turnover",),
)

INTERVENTIONS = (
    Intervention("procedure-manuals", "Procedure manuals",
                 "Organizations write down how their part of the work is done.",
                 "smoothing", "organization", "share written down", 0.8, 1.0, cost=150, hours=3, payer="funder"),
    Intervention("overlap", "Overlap of leaver and successor",
                 "When a departure is announced, the successor starts before the leaver goes.",
                 "smoothing", "organization", "share of announced departures", 1.0, 1.0, cost=120, hours=1,
                 payer="funder"),
    Intervention("transition-plan", "Transition plans", "Relationships are handed over by a written plan.",
                 "smoothing", "organization", "share of relationships covered", 0.8, 1.0, cost=60, hours=2,
                 payer="funder"),
)  # fmt: skip


@kernel
def write_manuals(org, dose, p):
    """Move documentation towards what the practice keeps up; let it go stale without it."""
    for i in range(org.documentation.size):
        written = with_coaching(dose.procedure_manuals[i], org.coaching[CASES, i])
        gap = written - org.documentation[i]
        if gap > 0.0:
            org.documentation[i] += gap / p.writing_time if p.writing_time > 1.0 else gap
        else:
            org.documentation[i] *= 1.0 - min(p.going_stale, 1.0) * (1.0 - written)
        org.documentation[i] = clip(org.documentation[i], 0.0, 1.0)

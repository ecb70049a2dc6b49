"""M12 Smoothing turnover: manuals, overlap and transition plans, each with its own target and cost.

Manuals (written procedures) shorten the learning of the role; a transition plan hands relationships over;
overlap of leaver and successor, possible only when the departure was announced, does both. How much they
cut recovery together is reported by the model, not built in.

What a successor needs to learn, and what is kept of two people's evidence, are rules of M11 (`ramp_time`,
`evidence_kept`) that read what these practices do:

    doc ← documentation_after(doc, written),   written = dose of manuals with what coaching adds (M25)
    vacancy ← vacancy_with_overlap   after a departure that was announced
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
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


@rule
def documentation_after(documentation, written, p):
    """doc + (D − doc) / writing_time where D > doc, else doc · (1 − going_stale · (1 − D)), in [0, 1]: a month later.

    written: D, the share that the practice keeps written down.
    """
    gap = written - documentation
    if gap > 0.0:
        documentation += gap / p.writing_time if p.writing_time > 1.0 else gap
    else:
        documentation *= 1.0 - min(p.going_stale, 1.0) * (1.0 - written)
    return clip(documentation, 0.0, 1.0)


@rule
def vacancy_with_overlap(vacancy, overlap, p):
    """max(v − ⌈longest_wait · overlap⌉, 0): months until a successor starts, if the leaver may stay on for a while.

    vacancy: v, months after the end of the notice; overlap: dose.
    """
    return max(vacancy - ceil(overlap * p.longest_wait), 0)


@rule
def closer_by_overlap(stock, overlap, p):
    """u + overlap_learning · overlap · (1 − u): a successor's understanding, or backing, u after overlap."""
    head_start = p.overlap_learning * overlap
    return stock + head_start * (1.0 - stock)


@kernel
def write_manuals(org, dose, p):
    """Move documentation towards what the practice keeps up; let it go stale without it."""
    for i in range(org.documentation.size):
        written = with_coaching(dose.procedure_manuals[i], org.coaching[CASES, i])
        org.documentation[i] = documentation_after(org.documentation[i], written, p)

"""M13 Fresh start: a newcomer brings no grudges.

Personal evidence, bad as well as good, belonged to the person who left. That the good of it leaves is what turnover
costs (M11); that the bad of it leaves as well is this mechanism: without it, successors inherit the grudges that were
held against their predecessors and by them. The kernel is turnover's (`lose_personal_evidence`). Handing relationships
over hands grudges over too; embracing the fresh start is the practice of leaving them behind.

When a person leaves, the evidence of promises kept and broken in its relationships becomes

    G ← G · kept,   B ← B · bad_kept(kept),

with `kept` the share that is handed over (`evidence_kept` of M11; 0 without a plan or overlap).
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism
from tfs_sim.model.forms import rule


class Parameters(NamedTuple):
    """The practice's dose is all there is to set."""


MECHANISM = Mechanism(
    name="fresh_start",
    rows=("M13",),
    title="Fresh start",
    summary="Bad personal evidence leaves with the person; embracing it keeps grudges out of the hand-over.",
    source="[together2020], lesson three: `embracing the opportunity to start fresh`",
    parameters=Parameters,
    file=__name__,
    needs=("turnover",),
)

INTERVENTIONS = (
    Intervention("fresh-start-practice", "Fresh-start practice",
                 "Successors are met without the grudges of their predecessors.",
                 "fresh_start", "organization", "share of grudges left behind", 1.0, 1.0, cost=0, hours=0.5,
                 payer="organization"),
)  # fmt: skip


@rule
def bad_kept(kept, practice, on_fresh_start):
    """kept · (1 − dose), 1 without the mechanism: of bad personal evidence, the share that outlasts a departure.

    kept: what is handed over of good evidence; practice: dose of meeting successors without old grudges.
    """
    return kept * (1.0 - practice) if on_fresh_start else 1.0

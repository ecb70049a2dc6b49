"""Policy change: new rules from outside make part of what has been learned obsolete and draw leaders' attention.

A new mandate, funding formula or accountability law strikes organizations (all, or a sector). What their
representatives understand of the shared work and what is written down lose a share in the month in which the
rules change, and so does backing by their leaders; all three must be built up again (Honig & Hatch 2004 on
crafting coherence under external demands).

With what the depth of the change rises by in a month (nothing while it lasts):

    understanding ← still_valid · understanding,   written down ← still_valid · written down
    backing ← still_attended · backing
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism, Shock, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.levers import rise


class Parameters(NamedTuple):
    """What a change of full depth takes."""

    obsolete: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 0.8),
        grade="assumed",
        meaning="Share of what is understood and written down that a change of full depth makes obsolete.",
    )
    attention: float = parameter(
        0.4,
        unit="share",
        plausible=(0.1, 0.7),
        grade="assumed",
        meaning="Share of leaders' backing for the shared work that a change of full depth draws away.",
    )


MECHANISM = Mechanism(
    name="policy",
    rows=(),
    title="Policy change",
    summary="New rules make part of what was learned obsolete and draw leaders' attention away.",
    source="[honig2004]",
    parameters=Parameters,
    file=__name__,
)

SHOCKS = (
    Shock("policy-change", "Policy change",
          "New rules from outside: procedures and understanding go out of date, leaders look elsewhere.",
          "policy", "organization", lasts=12, decay=0),
)  # fmt: skip


@rule
def still_valid(rise, p):
    """1 − obsolete · Δd: of what is understood and written down, the share that new rules leave valid."""
    return 1.0 - p.obsolete * rise


@rule
def still_attended(rise, p):
    """1 − attention · Δd: of leaders' backing, the share that new rules leave."""
    return 1.0 - p.attention * rise


@kernel
def change_rules(org, shock, p):
    """Take away what the change makes obsolete, once, when its depth rises."""
    for i in range(org.ramp.size):
        news = rise(shock.policy_change[i], org.rules_changed[i])
        org.rules_changed[i] = shock.policy_change[i]
        org.ramp[i] *= still_valid(news, p)
        org.documentation[i] *= still_valid(news, p)
        org.backing[i] *= still_attended(news, p)

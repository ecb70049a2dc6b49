"""M24 Adaptation in a crisis: contact moves to other channels, at a cost and with lower quality.

The share of lost contact that is carried over, and contact with it, are

    carried = 1 − (1 − spontaneous) · (1 − channel · dose),   contact ← contact + (1 − contact) · carried · quality.

So contact that is carried over counts for less than contact face to face (quality < 1), and an organized channel adds
to what people do by themselves.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.numerics import clip


class Parameters(NamedTuple):
    """How much contact other channels can carry."""

    spontaneous: float = parameter(
        0.2,
        unit="share",
        plausible=(0.05, 0.35),
        grade="assumed",
        meaning="Share of the lost contact that organizations in the end move to other channels by themselves.",
    )
    channel: float = parameter(
        0.7,
        unit="share",
        plausible=(0.4, 0.9),
        grade="assumed",
        meaning="Share of the lost contact that a prepared crisis channel carries.",
    )
    quality: float = parameter(
        0.85,
        unit="share",
        plausible=(0.6, 1.0),
        grade="assumed",
        meaning="Worth of an encounter through other channels against one in person.",
    )


MECHANISM = Mechanism(
    name="adaptation",
    rows=("M24",),
    title="Adaptation in a crisis",
    summary="Part of the lost contact moves to other channels, with lower quality.",
    source="[together2020], lesson five: `finding different ways to build and sustain trusting relationships`",
    parameters=Parameters,
    file=__name__,
    needs=("crisis",),
)

INTERVENTIONS = (
    Intervention("crisis-channel", "Crisis channel",
                 "A prepared way to meet at a distance: devices, accounts, and a habit of using them.",
                 "adaptation", "site", "share of partners equipped", 0.8, 1.0, cost=1500, hours=0, payer="funder"),
)  # fmt: skip


@kernel
def adapt(site, dose, p):
    """Bring back part of the contact that a crisis stopped."""
    for s in range(site.contact_factor.size):
        lost = 1.0 - site.contact_factor[s]
        carried = 1.0 - (1.0 - p.spontaneous) * (1.0 - p.channel * dose.crisis_channel[s])
        site.contact_factor[s] = clip(site.contact_factor[s] + lost * carried * p.quality, 0.0, 1.0)

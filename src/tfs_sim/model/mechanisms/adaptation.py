"""M24 Adaptation in a crisis: contact moves to other channels, at a cost and with lower quality.

Contact that is carried over counts for less than contact face to face (quality < 1), and an organized channel adds to
what people do by themselves.

    contact ← contact_regained(contact, share carried over)
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
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


@rule
def carried_over(channel, p):
    """1 − (1 − spontaneous) · (1 − channel · dose): the share of lost contact that moves to other channels.

    channel: dose of a prepared crisis channel.
    """
    return 1.0 - (1.0 - p.spontaneous) * (1.0 - p.channel * channel)


@rule
def contact_regained(contact, carried, p):
    """contact + (1 − contact) · carried · quality, in [0, 1]: contact with what is carried over, of what is usual."""
    return clip(contact + (1.0 - contact) * carried * p.quality, 0.0, 1.0)


@kernel
def adapt(site, dose, p):
    """Bring back part of the contact that a crisis stopped."""
    for s in range(site.contact_factor.size):
        site.contact_factor[s] = contact_regained(site.contact_factor[s], carried_over(dose.crisis_channel[s], p), p)

"""M15 Flexibility without losing the mission.

When positions are revised, partners go beyond being persuaded (M14b): each gives way towards the shared goals in
proportion to its flexibility,

    x ← position_after(x, g, flexibility).

Within a core distance of its own mission an organization can do so freely. Beyond it the mission is being given up,
and its board, members and national office mind: taking part is worth less by `strain_beyond_core`. How much compromise
a partnership bears is not set anywhere; it follows from who leaves.

Members of a national network are bound by it more or less: of the flexibility that one would have of its own it keeps
the latitude that its national organization leaves affiliates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.community import trait
from tfs_sim.model.state import ACTIVE, BACKBONE, GOALS


class Parameters(NamedTuple):
    """How far organizations give way, and what that costs them."""

    flexibility: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Mean share of the way to the shared goals that a partner gives way.",
    )
    flexibility_spread: float = parameter(
        0.12,
        unit="share",
        plausible=(0.0, 0.2),
        grade="assumed",
        meaning="Standard deviation of that share between organizations.",
    )
    latitude: float = parameter(
        0.9,
        unit="share",
        plausible=(0.6, 1.0),
        grade="assumed",
        source="[together2020], lesson four: core tenets held, flexibility for local affiliates",
        meaning="Share of its own flexibility that a national organization leaves a local affiliate.",
    )
    core: float = parameter(
        0.3,
        unit="distance",
        plausible=(0.2, 0.45),
        domain=(0.001, 10),
        grade="assumed",
        meaning="Distance from the own mission up to which a compromise costs nothing (goals run from 0 to 1).",
    )
    strain: float = parameter(
        1.0,
        unit="utility",
        plausible=(0.5, 2),
        domain=(0, 1000),
        grade="assumed",
        meaning="Worth of taking part that is lost at twice that distance.",
    )


MECHANISM = Mechanism(
    name="compromise",
    rows=("M15",),
    title="Flexibility without losing the mission",
    summary="Partners give way towards the shared goals; beyond the core of the own mission that costs them.",
    source="[together2020] on flexible goals; [friedkin1990] for positions and anchors",
    parameters=Parameters,
    file=__name__,
    needs=("understanding",),
)

STREAM = draws.stream("flexibility")


@rule
def flexibility_of(z, is_affiliate, p):
    """A trait, times latitude for an affiliate: the share of the way to the shared goals that one gives way."""
    own = trait(p.flexibility, p.flexibility_spread, z)
    return own * p.latitude if is_affiliate else own


@rule
def position_after(position, goal, flexibility):
    """x + f · (g − x): a position on one goal after giving way to the shared one."""
    return position + flexibility * (goal - position)


@rule
def strain_beyond_core(distance, p):
    """strain · max(‖x − m‖ / core − 1, 0): worth of taking part that is lost so far from the own mission, utility."""
    return p.strain * max(distance / p.core - 1.0, 0.0)


@kernel
def begin(key, org, p):
    """Draw how flexible each organization is, as far as its national organization leaves it free."""
    for i in range(org.organization_id.size):
        u = draws.uniform(key, STREAM, 0, org.organization_id[i])
        org.flexibility[i] = flexibility_of(draws.normal(u), org.affiliation[i] >= 0, p)


@kernel
def give_way(month, run_in, org, site, p_understanding, p):
    """Let partners give way towards the shared goals, and feel how far that is from their mission."""
    if (month + run_in) % max(1, np.int64(p_understanding.revised_every)) != 0:
        return
    for i in range(org.flexibility.size):
        org.mission_strain[i] = 0.0
        if org.status[i] != ACTIVE or org.role[i] == BACKBONE:
            continue
        s = org.site_of[i]
        squares = 0.0
        for k in range(GOALS):
            org.position[k, i] = position_after(org.position[k, i], site.shared_goals[k, s], org.flexibility[i])
            squares += (org.position[k, i] - org.mission[k, i]) * (org.position[k, i] - org.mission[k, i])
        org.mission_strain[i] = strain_beyond_core(squares**0.5, p)

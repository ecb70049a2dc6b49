"""Goal space: where the missions of sectors lie in it, and how agreement falls with distance.

A point says how much weight one gives to each of three ends, from 0 to 1. The parameters are those of M14b
(`understanding`).
"""

from __future__ import annotations

from tfs_sim.model.declare import Table
from tfs_sim.model.forms import rule
from tfs_sim.model.numerics import clip, exp

MISSIONS = Table(
    "sector_mission",
    {
        "district": (1.0, 0.3, 0.3),
        "nonprofit": (0.4, 0.8, 0.7),
        "health": (0.1, 1.0, 0.4),
        "business": (0.8, 0.1, 0.4),
        "government": (0.4, 0.5, 0.7),
        "philanthropy": (0.6, 0.6, 0.6),
        "higher_education": (0.9, 0.2, 0.2),
        "community_group": (0.3, 0.6, 1.0),
    },
    columns=("attainment in school", "well-being of the whole child", "strength of families and neighbourhoods"),
    unit="weight",
    plausible=(0.0, 1.0),
    meaning="Usual mission of a sector's organizations, if sectors lay as far apart as they could.",
)
SECTOR_MISSION = MISSIONS.values

CENTRE = 0.5
"""The middle of goal space, in each dimension."""


@rule
def centre_of(mission, p):
    """½ + sector_distance · (m − ½): where a sector's missions lie in one dimension of goals; mission: m, its usual."""
    return CENTRE + p.sector_distance * (mission - CENTRE)


@rule
def mission_of(centre, z, p):
    """centre + mission_spread · z, in [0, 1]: an organization's mission in one dimension; z: standard normal."""
    return clip(centre + p.mission_spread * z, 0.0, 1.0)


@rule
def squared_distance(dx, dy, dz):
    """‖d‖² = dx² + dy² + dz²: of two points of goal space."""
    return dx * dx + dy * dy + dz * dz


@rule
def steepness(p):
    """1 / (2 · tolerance²): how fast agreement falls with squared distance."""
    return 0.5 / (p.tolerance * p.tolerance)


@rule
def agreement(squared_distance, steepness):
    """e^(−‖d‖² · steepness): agreement of two positions, 1 where they are the same."""
    return exp(-steepness * squared_distance)

"""What organizations of a sector are like: what they do and how many they are. Both are assumed."""

from __future__ import annotations

from tfs_sim.model.declare import Table
from tfs_sim.model.state import NEEDS

PROFILES = Table(
    "sector_profile",
    {
        "district": (0.70, 0.08, 0.07, 0.15),
        "nonprofit": (0.30, 0.15, 0.30, 0.25),
        "health": (0.05, 0.75, 0.10, 0.10),
        "business": (0.45, 0.10, 0.35, 0.10),
        "government": (0.10, 0.25, 0.45, 0.20),
        "philanthropy": (0.30, 0.20, 0.25, 0.25),
        "higher_education": (0.65, 0.15, 0.05, 0.15),
        "community_group": (0.15, 0.10, 0.25, 0.50),
    },
    columns=NEEDS,
    unit="share",
    plausible=(0.0, 1.0),
    meaning="How the work of a sector's organizations divides over the kinds of support.",
)
STAFF = Table(
    "sector_staff",
    {
        "district": 30.0,
        "nonprofit": 8.0,
        "health": 12.0,
        "business": 3.0,
        "government": 8.0,
        "philanthropy": 2.0,
        "higher_education": 6.0,
        "community_group": 2.0,
    },
    unit="FTE",
    plausible=(1.0, 60.0),
    meaning="Staff for students of a sector's median organization; only the ratios count.",
)
SECTOR_PROFILE, SECTOR_STAFF = PROFILES.values, STAFF.values

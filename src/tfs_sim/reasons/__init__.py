"""Why a difference came about, whether it holds in other forms of the model, and what drives it.

Everything here goes on from the results of a sweep: the same arms, sets of parameters and luck, run otherwise.
"""

from __future__ import annotations

from tfs_sim.reasons.groups import GROUPS, Group, named
from tfs_sim.reasons.why import Why, why

__all__ = ["GROUPS", "Group", "Why", "named", "why"]

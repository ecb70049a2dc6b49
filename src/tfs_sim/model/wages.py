"""What staff costs, and what money buys of it: where organizations earn, pay, bid, and weigh gains (M9, M10)."""

from __future__ import annotations

from tfs_sim.model.forms import rule


@rule
def wages(fte, p):
    """w F = F · dollars_per_fte: dollars that so much staff costs in a month, FTE."""
    return fte * p.dollars_per_fte


@rule
def staff_for(dollars, p):
    """dollars / dollars_per_fte: staff that so much money pays for a month, FTE."""
    return dollars / p.dollars_per_fte

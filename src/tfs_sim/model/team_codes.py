"""Who is in one team: an organization's teams of all four kinds of support as four 16-bit numbers in one word."""

from __future__ import annotations

import numpy as np

from tfs_sim.model.forms import inline

LONE, FOUR_TIMES = np.uint64(0x8000), np.uint64(0x0001000100010001)


@inline
def lone_code(place: int) -> np.uint64:
    """Return the team code of an organization in no team: four times a number of 16 bits that nobody else has."""
    return (np.uint64(place) | LONE) * FOUR_TIMES


@inline
def sixteen_bits(code: np.uint64) -> np.uint64:
    """Return the first of a code's four numbers."""
    return code & np.uint64(0xFFFF)


@inline
def in_one_team(code: np.uint64, other: np.uint64) -> int:
    """Return 1 if two team codes agree in any of their four numbers, else 0: whether a word has a zero field.

    How one is found at once is from Warren, Hacker's Delight.
    """
    differ = code ^ other
    return 1 if (differ - FOUR_TIMES) & ~differ & (LONE * FOUR_TIMES) else 0

"""What is seen of a community as numbers: what runs are compared by with what was seen.

Every number is made of the files alone, so that it is the same of what was seen and of what a run would have shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tfs_sim.problems.seen import Seen, Wave

YEAR = 12


def summaries(found: Seen) -> dict[str, float]:
    """Return the numbers of what is seen, by name; NaN where nobody could be asked.

    Of each year: mean members, share of months with a meeting and in which it is alive, hours a member and month, share
    of members' posts that are filled, share of members that came. Of each survey: members, density, mean mark of trust,
    and degree centralization with the backbone.
    """
    numbers: dict[str, float] = {}
    for year in range(found.members.size // YEAR):
        months = slice(year * YEAR, (year + 1) * YEAR)
        rows = (found.month > year * YEAR) & (found.month <= (year + 1) * YEAR)
        members = float(found.members[months].sum())
        told = {
            "members": members / YEAR,
            "meetings": float(found.meeting[months].mean()),
            "alive": float(found.alive[months].mean()),
            "hours": float(found.hours[months].sum()) / members if members else math.nan,
            "posts": float(found.in_post[rows].mean()) if rows.any() else math.nan,
            "came": float(found.came[rows].mean()) if rows.any() else math.nan,
        }
        numbers |= {f"{name}, year {year + 1}": value for name, value in told.items()}
    for wave in found.waves:
        numbers |= {f"{name}, month {wave.month}": value for name, value in of_wave(wave, found).items()}
    return numbers


def of_wave(wave: Wave, found: Seen) -> Mapping[str, float]:
    """Return the numbers of a survey: what `calibration.surveys` finds of it, but for whole marks."""
    (lead,) = np.flatnonzero(found.lead)[:1].tolist() or [-1]
    among = (wave.source != lead) & (wave.target != lead)
    pairs = {tuple(sorted(pair)) for pair in zip(wave.source.tolist(), wave.target.tolist(), strict=True)}
    everyone, silent = wave.asked.size, int((~wave.answered).sum())
    possible = (everyone * (everyone - 1) - silent * (silent - 1)) / 2
    there = sum(lead not in pair for pair in pairs)
    marks = wave.mark[among]
    return {
        "members": float(everyone),
        "density": there / possible if possible > 0 else math.nan,
        "trust": float(marks.mean()) if marks.size else math.nan,
        "hub": _centralization(pairs, [*wave.asked.tolist(), lead]),
    }


def _centralization(pairs: set[tuple[int, ...]], everyone: list[int]) -> float:
    """Return Σ (largest degree − degree) / ((n − 1)(n − 2)) (Freeman 1978); NaN where nobody has a tie, or two are."""
    degrees = np.array([sum(who in pair for pair in pairs) for who in everyone])
    if degrees.size < 3 or degrees.max() == 0:
        return math.nan
    return float((degrees.max() - degrees).sum() / ((degrees.size - 1) * (degrees.size - 2)))

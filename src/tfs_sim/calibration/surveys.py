"""What surveys would have found: who takes part in meetings, who deals with whom, how far members trust each other.

Everything is asked of members: organizations at the table, without the backbone. Each function takes the looks of one
run and returns two arrays over its communities, the sum and what it is to be divided by; nobody there to be asked is 0
and 0. Which members answer is drawn by run, month and organization, and is the same for every question of a survey.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration.looks import Array, Look
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, SECTORS

Pair = tuple[Array, Array]
Answer = NDArray[np.bool_]


def members(look: Look) -> NDArray[np.bool_]:
    """Say of each organization whether it is a member."""
    return np.asarray((look.status == ACTIVE) & (look.role == PARTNER))


def came(look: Look) -> NDArray[np.bool_]:
    """Say of each organization whether it is a member that came to a meeting in this month.

    The model holds joint meetings and has no list of who comes: a member came if, in a month with a joint meeting, its
    representative's post was filled and it met another member.
    """
    held = look.gap[look.site_of] == 0
    return np.asarray(held & members(look) & look.in_post & (look.met > 0))


def active(looks: Sequence[Look], sites: int) -> Pair:
    """Return how many members came to a meeting, of how many there are in the last of some months.

    Parameters
    ----------
    looks : of the months that are asked about, in order.
    sites : how many communities there are.
    """
    last = looks[-1]
    ever = np.any([came(look) for look in looks], axis=0)
    here = members(last)
    return _by_site(last, here & ever, sites), _by_site(last, here, sites)


def milestones(looks: Sequence[Look], sites: int, fewest: int, sectors: int) -> Pair:
    """Say of each community whether it has so many members of so many sectors, and met in every one of some months.

    Parameters
    ----------
    looks : of these months, in order; members are counted in the last.
    sites : how many communities there are.
    fewest, sectors : how many members of how many sectors there must be.
    """
    last = looks[-1]
    here = members(last)
    found = np.zeros((sites + 1, len(SECTORS)), bool)  # and one for those whom nobody asks
    found[last.site_of[here], last.sector[here]] = True
    met = np.all([look.gap[:sites] == 0 for look in looks], axis=0)
    reached = (_by_site(last, here, sites) >= fewest) & (found[:sites].sum(axis=1) >= sectors) & met
    return reached.astype(np.float64), np.ones(sites)


def answering(look: Look, key: int, month: int, answers: float) -> NDArray[np.bool_]:
    """Say of each organization whether it is a member who answers a survey of this month.

    Parameters
    ----------
    look : the month.
    key, month : of the run's luck, and of the survey.
    answers : share of members who answer.
    """
    asked = members(look)
    found = np.zeros(asked.size, bool)
    start = f"survey/{key}/{month}/".encode()
    for n in np.flatnonzero(asked).tolist():
        word = hashlib.blake2b(start + int(look.identity[n]).to_bytes(8, "little"), digest_size=8).digest()
        found[n] = (int.from_bytes(word, "little") + 0.5) / 2.0**64 < answers
    return found


def ties(look: Look, within: float, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each pair whether it is a tie between two of some organizations who dealt with each other lately.

    Parameters
    ----------
    look : the month.
    within : months within which they did.
    among : bool [organizations].
    """
    return np.asarray(look.is_open & (look.idle < within) & among[look.one] & among[look.other])


def density(look: Look, sites: int, within: float, answer: NDArray[np.bool_], among: Answer | None = None) -> Pair:
    """Return each community's density among members: of the pairs of which somebody answered, those that are ties.

    Parameters
    ----------
    look, sites, within : the month, how many communities, and months within which two must have met.
    answer : bool [organizations], who answers.
    among : bool [organizations], whom the survey is about; default: members.
    """
    asked_about = members(look) if among is None else among
    named = ties(look, within, asked_about) & (answer[look.one] | answer[look.other])
    there = np.bincount(look.site_of[look.one[named]], minlength=sites)[:sites]
    everyone, silent = (_by_site(look, who, sites) for who in (asked_about, asked_about & ~answer))
    pairs = (everyone * (everyone - 1) - silent * (silent - 1)) / 2
    asked = pairs > 0
    return np.where(asked, there / np.maximum(pairs, 1), 0.0), asked.astype(np.float64)


def transitivity(look: Look, sites: int, within: float, answer: NDArray[np.bool_], among: Answer | None = None) -> Pair:
    """Return each community's transitivity of the ties that are reported: closed two-paths, and all two-paths.

    Parameters
    ----------
    look, sites, within, answer, among : as of `density`.
    """
    asked_about = members(look) if among is None else among
    named = ties(look, within, asked_about) & (answer[look.one] | answer[look.other])
    closed, paths = np.zeros(sites), np.zeros(sites)
    for site in range(sites):
        here = np.flatnonzero(asked_about & (look.site_of == site))
        place = np.full(asked_about.size, -1)
        place[here] = np.arange(here.size)
        own = named & (look.site_of[look.one] == site)
        table = np.zeros((here.size, here.size))
        table[place[look.one[own]], place[look.other[own]]] = 1.0
        table += table.T
        degree = table.sum(axis=1)
        closed[site] = float(((table @ table) * table).sum())
        paths[site] = float((degree * (degree - 1)).sum())
    return closed, paths


def trust(
    look: Look,
    sites: int,
    within: float,
    answer: NDArray[np.bool_],
    lowest: float,
    highest: float,
    among: Answer | None = None,
) -> Pair:
    """Return each community's mean trust of those who answer in those whom they have a tie with.

    Parameters
    ----------
    look, sites, within : the month, how many communities, and months within which two must have met.
    answer : bool [organizations], who answers.
    lowest, highest : the ends of the scale on which they mark.
    among : bool [organizations], whom the survey is about; default: members.
    """
    tie = ties(look, within, members(look) if among is None else among)
    total, marks = np.zeros(sites), np.zeros(sites)
    for row, who in enumerate((look.one, look.other)):
        told = tie & answer[who]
        where = look.site_of[who[told]]
        total += np.bincount(where, weights=look.trust[row, told], minlength=sites)[:sites]
        marks += np.bincount(where, minlength=sites)[:sites]
    asked = marks > 0
    mark = lowest + (highest - lowest) * total / np.maximum(marks, 1)
    return np.where(asked, mark, 0.0), asked.astype(np.float64)


def hub(look: Look, sites: int, within: float, answer: NDArray[np.bool_]) -> Pair:
    """Return each community's degree centralization, the backbone among the members (Freeman 1978).

    Σ (largest degree − degree) / ((n − 1)(n − 2)): 1 for a star, 0 where all are alike. The backbone answers.
    """
    backbone = (look.role == BACKBONE) & (look.site_of < sites)
    everyone, tells = members(look) | backbone, answer | backbone
    tie = ties(look, within, everyone) & (tells[look.one] | tells[look.other])
    degree = np.bincount(look.one[tie], minlength=everyone.size) + np.bincount(look.other[tie], minlength=everyone.size)
    value, asked = np.zeros(sites), np.zeros(sites)
    for site in range(sites):
        here = degree[everyone & (look.site_of == site)]
        if here.size > 2 and here.max() > 0:
            value[site] = (here.max() - here).sum() / ((here.size - 1) * (here.size - 2))
            asked[site] = 1.0
    return value, asked


BEFORE = 6
"""Months before a departure in which contacts are counted."""


def departures(looks: Mapping[int, Look], first: int, last: int, after: int, sites: int) -> tuple[Array, Array]:
    """Return contacts at the table around departures of members' representatives.

    Parameters
    ----------
    looks : of all months from `first` − `BEFORE` to `last` + `after`.
    first, last : months in which departures are counted.
    after : months after each in which contacts are counted.
    sites : how many communities there are.

    Returns
    -------
    Encounters a month before, [communities], and in each of the months after, [communities, after], both summed over
    departures of those who are members all the time.
    """
    months = range(first - BEFORE, last + after)
    met = np.array([looks[month].met for month in months])
    post = np.array([looks[month].in_post for month in months])
    there = np.array([members(looks[month]) for month in months])
    where = looks[first].site_of
    usual, course = np.zeros(sites + 1), np.zeros((sites + 1, after))
    for t in range(BEFORE, BEFORE + last - first + 1):
        stays = there[t - BEFORE : t + after].all(axis=0)
        for n in np.flatnonzero(post[t - 1] & ~post[t] & stays).tolist():
            usual[where[n]] += met[t - BEFORE : t, n].mean()
            course[where[n]] += met[t : t + after, n]
    return usual[:sites], course[:sites]


def recovered(before: Array, after: Array, part: float) -> float:
    """Return how many months after departures contacts are back at a part of what they were, all departures together.

    Parameters
    ----------
    before, after : as `departures` gives them, of some communities.
    part : share of what they were.

    Contacts are smoothed over three months. It is 1 where there is no dip, all the months that were counted where they
    do not come back, and NaN where nobody left.
    """
    if before.sum() <= 0:
        return float("nan")
    course = after.sum(axis=0) / before.sum()
    course = np.convolve(course, np.ones(3) / 3, mode="valid")
    below = np.flatnonzero(course < part)
    if not below.size:
        return 1.0
    back = np.flatnonzero(course[below[0] :] >= part)
    return float(below[0] + back[0] + 1) if back.size else float(after.shape[1])


def _by_site(look: Look, who: NDArray[np.bool_], sites: int) -> Array:
    return np.bincount(look.site_of[who], minlength=sites)[:sites].astype(np.float64)

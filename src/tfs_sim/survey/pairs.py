"""What two ends say of their tie: reciprocated, one-sided, in conflict, heard from one end, unobserved.

A pair is observed where at least one of the two answered. Who answered and did not name another has said that there is
no tie; who did not answer, or answered "don't know", has said nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tfs_sim.survey.answers import Answers, Key
from tfs_sim.survey.scales import Scale

STATUSES = {
    "reciprocated": "both ends report a tie, and answers lie at most half of the scale apart",
    "in conflict": "both ends report a tie, and answers lie more than half of the scale apart",
    "one-sided": "one end reports a tie, and the other, who answered, reports none",
    "one end heard": "one end reports a tie; the other did not answer, or does not know",
    "mutual": "listed as a tie without a direction",
    "none": "no tie: nobody who answered reports one",
    "unobserved": "nobody was heard: neither end answered, or neither knows",
}
"""What two reports can come to."""


class Pair(NamedTuple):
    """Two organizations, in the order of their names, and what is known of their tie.

    Attributes
    ----------
    one, other : names.
    said_one, said_other : what each said of the other, on the relation's scale; NaN: nothing. Of mutual ties both are
        what is listed.
    status : see `STATUSES`.
    share : mean of what was said, from no tie (0) to the strongest (1); NaN: unobserved.
    """

    one: str
    other: str
    said_one: float
    said_other: float
    status: str
    share: float


def pairs_of(answers: Answers, key: Key, answered: set[str]) -> list[Pair]:
    """Return the pairs of which something was said in a wave about a relation, sorted.

    Parameters
    ----------
    answered : who answered in this wave.
    """
    scale = answers.scales[key[1]]
    each, mutual = answers.each.get(key, {}), answers.mutual.get(key, {})
    ends = {(a, b) if a < b else (b, a) for a, b in each}
    found = [_compared(a, b, each, answered, scale) for a, b in sorted(ends)]
    found += [_mutual(a, b, value, scale) for (a, b), value in sorted(mutual.items()) if (a, b) not in ends]
    return sorted(found)


def _compared(a: str, b: str, each: dict[tuple[str, str], float], answered: set[str], scale: Scale) -> Pair:
    def said(source: str, target: str) -> float:
        return each.get((source, target), scale.least if source in answered else math.nan)

    one, other = said(a, b), said(b, a)
    shares = [scale.share(value) for value in (one, other) if not math.isnan(value)]
    share = sum(shares) / len(shares) if shares else math.nan
    if not shares:
        status = "unobserved"
    elif share <= 0.0:
        status = "none"
    elif len(shares) == 1:
        status = "one end heard"
    elif min(shares) <= 0.0:
        status = "one-sided"
    else:
        status = "reciprocated" if abs(shares[0] - shares[1]) <= 0.5 else "in conflict"
    return Pair(a, b, one, other, status, share)


def _mutual(a: str, b: str, value: float, scale: Scale) -> Pair:
    share = math.nan if math.isnan(value) else scale.share(value)
    return Pair(a, b, value, value, "unobserved" if math.isnan(share) else "mutual" if share > 0.0 else "none", share)


def counted(pairs: Sequence[Pair], organizations: int, answered: set[str] | None) -> dict[str, int]:
    """Return how many pairs there are of each status, all pairs of the organizations among them.

    Parameters
    ----------
    pairs : those of which something was said.
    organizations : how many there are.
    answered : who answered; None where ties without a direction are listed: of all, and the others are none.
    """
    found = Counter(pair.status for pair in pairs)
    rest = organizations * (organizations - 1) // 2 - len(pairs)
    unheard = 0
    if answered is not None:  # of the other pairs, those between two who did not answer are unobserved
        silent = organizations - len(answered)
        said = sum(pair.one not in answered and pair.other not in answered for pair in pairs)
        unheard = silent * (silent - 1) // 2 - said
    found["unobserved"] += unheard
    found["none"] += rest - unheard
    return {status: found[status] for status in STATUSES if found[status]}


def strengths(tables: Iterable[Sequence[Pair]], take: str) -> dict[tuple[str, str], float]:
    """Return the strength of each tie in (0, 1]: the mean over relations of what is reported of the pair.

    Parameters
    ----------
    tables : the pairs of each relation that makes the network.
    take : "either": a tie that one end reports is one; "both": a one-sided tie counts as none.

    Returns
    -------
    dict
        Over relations in which the pair was observed; unobserved pairs, and pairs without a tie, are not in it.
    """
    sums: dict[tuple[str, str], float] = {}
    seen: Counter[tuple[str, str]] = Counter()
    relations = 0
    unobserved: Counter[tuple[str, str]] = Counter()
    for table in tables:
        relations += 1
        for pair in table:
            ends = (pair.one, pair.other)
            seen[ends] += 1
            if math.isnan(pair.share):
                unobserved[ends] += 1
            elif pair.status != "one-sided" or take == "either":
                sums[ends] = sums.get(ends, 0.0) + pair.share
    return {
        ends: min(1.0, total / (relations - unobserved[ends])) for ends, total in sorted(sums.items()) if total > 0.0
    }

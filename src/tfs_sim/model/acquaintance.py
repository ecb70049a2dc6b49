"""Who could know whom in a community that is too large for all pairs: drawn by identity, before any run.

Every organization knows of the likeliest others. A pair's luck u is a hash of its two identities, the same seen from
both ends; with weight w it is among an organization's k likeliest where u^(1/w) is among the k largest, which draws k
without replacement with chances in proportion to w (Efraimidis & Spirakis 2006). Organizations of one sector have twice
the weight.
"""

from __future__ import annotations

import math

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.arrays import Bytes, Floats, Integers, Words
from tfs_sim.model.forms import inline, kernel, rule


@rule
def likelihood(luck: float, alike: bool) -> float:
    """u^(1/w), w = 2 for organizations of one sector, 1 for others; luck: u of the pair, in (0, 1)."""
    return math.sqrt(luck) if alike else luck


@inline
def luck_of(one: draws.Word, other: draws.Word) -> float:
    """Return a pair's luck in (0, 1), the same whichever end comes first."""
    word = draws.mix(min(one, other), max(one, other))
    return (np.float64(np.int64(word >> np.uint64(11))) + 0.5) / 9007199254740992.0


@kernel
def draw_acquaintances(
    identity: Words, sector: Bytes, hub: Bytes, each: int, chance: Floats, best: Floats, drawn: Integers, known: Bytes
) -> None:
    """Mark in `known` [organizations, organizations] whom each organization knows of, seen from both ends.

    Parameters
    ----------
    identity, sector, hub : of each organization; hub: 1 for the backbone, which everybody knows of.
    each : how many others an organization knows of, the backbone among them.
    chance : room for a number of each organization.
    best, drawn : room for those of the `each` likeliest, from the largest on, and for who they are.
    """
    n = identity.size
    wanted = each
    for j in range(n):
        wanted -= 1 if hub[j] else 0
    for i in range(n):
        if hub[i]:
            for j in range(n):
                if j != i:
                    known[i, j] = known[j, i] = 1
            continue
        if wanted <= 0:
            continue
        own, mine = identity[i], sector[i]
        for j in range(n):
            luck = luck_of(own, identity[j])
            chance[j] = 0.0 if hub[j] else likelihood(luck, sector[j] == mine)
        chance[i] = 0.0
        found, least = 0, 0.0
        for j in range(n):
            if chance[j] <= least:
                continue
            place = min(found, wanted - 1)
            while place > 0 and best[place - 1] < chance[j]:
                best[place], drawn[place] = best[place - 1], drawn[place - 1]
                place -= 1
            best[place], drawn[place] = chance[j], j
            found = min(found + 1, wanted)
            least = best[wanted - 1] if found == wanted else 0.0
        for k in range(found):
            known[i, drawn[k]] = known[drawn[k], i] = 1

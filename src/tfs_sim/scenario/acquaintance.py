"""Who could ever know whom: all pairs of a site, or in a large one the likeliest by a keyed draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.influence import Influence
from tfs_sim.scenario.organizations import Organization, Relationship

Ends = NDArray[np.int64]


def candidates(
    members: Sequence[Organization],
    identities: NDArray[np.uint64],
    given: Iterable[Relationship | Influence],
    community: Mapping[str, Any],
    national: bool,
) -> Ends:
    """Return who could ever know whom in a site, [relationships, 2], sorted.

    Nationals all know each other. In a large site every organization knows of the backbone and of the likeliest
    others, those of its own sector being twice as likely; a pair is a candidate if either end drew it, or a file lists
    it.

    Parameters
    ----------
    members, identities : the site's organizations, and the hashes of their identities.
    given : ties and weights of files.
    community : parameters of the mechanism of this name.
    national : whether it is the table of the nationals.
    """
    n = len(members)
    everyone = np.argwhere(~np.eye(n, dtype=bool))
    if n > float(community["all_pairs_up_to"]) and not national:
        sectors = np.array([SECTORS.index(o.sector) for o in members])
        a, b = everyone[:, 0], everyone[:, 1]
        key = mix(np.minimum(identities[a], identities[b]), np.maximum(identities[a], identities[b]))
        uniform = ((key >> np.uint64(11)).astype(float) + 0.5) / 2.0**53
        score = -np.log(-np.log(uniform)) + np.log(2.0) * (sectors[a] == sectors[b])
        hub = np.array([member.role == "backbone" for member in members])
        score[hub[a] | hub[b]] = np.inf
        # both ends draw by the same score, so about six in ten of their choices are the same pairs
        each = min(n - 1, max(1, round(float(community["candidates"]) * 0.72)))
        chosen = np.zeros((n, n), bool)
        table = np.full((n, n), -np.inf)
        table[a, b] = score
        best = np.argsort(-table, axis=1, kind="stable")[:, :each]
        np.put_along_axis(chosen, best, True, axis=1)
        chosen |= np.isinf(table) & (table > 0)
        row = {member.identity: place for place, member in enumerate(members)}
        for tie in given:
            chosen[row[tie.source], row[tie.target]] = True
        everyone = np.argwhere(chosen | chosen.T).astype(np.int64)
    return everyone


def reach(pairs: int, partners: int, community: Mapping[str, Any]) -> float:
    """Return how many possible acquaintances each pair of a site's partners stands for.

    In a large site those who could know each other are drawn, as many for each organization as memory allows; each
    stands for so many that an organization has as many acquaintances as in the largest site where all pairs are.

    Parameters
    ----------
    pairs : of partners that could know each other.
    partners : organizations beside the backbone.
    community : parameters of the mechanism of this name.
    """
    largest = float(community["all_pairs_up_to"])
    if partners + 1 <= largest:
        return 1.0
    each = 2.0 * pairs / partners
    return max((largest - 2.0) / each, 1.0) if each > 0 else 1.0


def mix(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `draws.mix` of two arrays of identities."""
    with np.errstate(over="ignore"):
        z = a + np.uint64(0x9E3779B97F4A7C15) * (b + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))

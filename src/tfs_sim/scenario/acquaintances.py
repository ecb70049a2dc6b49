"""Who could ever know whom, site by site: what a template's relationships and pairs are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.acquaintance import draw_acquaintances

Rows = NDArray[np.uint32]

SHARE_OF_EACH = 0.72
"""Both ends draw by the same luck, so that about six in ten of their choices are the same pairs: drawing so large a
share of the candidates that are wanted, seen from one end, gives about their number, seen from both."""


@dataclass(frozen=True)
class Acquaintances:
    """The relationships that could come about in a site, sorted by source and target.

    Attributes
    ----------
    source, target : positions within the site; each pair stands twice, once from either end.
    """

    source: Rows
    target: Rows

    def counts(self, organizations: int) -> NDArray[np.int64]:
        """Return how many each of the site's organizations has."""
        return np.bincount(self.source, minlength=organizations)

    def reversed(self) -> NDArray[np.int64]:
        """Return where each relationship stands as seen from its other end."""
        # sorted by target and source they are the same list, seen from the other ends; 16 bits are sorted by counting
        return np.argsort(self.target.astype(np.uint16), kind="stable")

    def codes(self, organizations: int, first: int = 0) -> NDArray[np.int64]:
        """Return source · organizations + target of each, of positions that are counted from `first`."""
        return (self.source + np.int64(first)) * organizations + (self.target + np.int64(first))

    def places(self, ends: NDArray[np.int64], organizations: int) -> NDArray[np.int64]:
        """Return where the relationships between such ends [number, 2] stand, which must be among them."""
        return np.searchsorted(self.codes(organizations), ends[:, 0] * organizations + ends[:, 1])

    def reach(self, hub: NDArray[np.bool_], all_pairs_up_to: float) -> float:
        """Return how many possible acquaintances each pair stands for.

        In a large site those who could know each other are drawn, as many for each organization as memory allows; each
        stands for so many that an organization has as many acquaintances as in the largest site where all pairs are.
        """
        partners = hub.size - 1
        if partners + 1 <= all_pairs_up_to:
            return 1.0
        among = float(np.count_nonzero(~(hub[self.source] | hub[self.target])))
        return max((all_pairs_up_to - 2.0) / (among / partners), 1.0) if among > 0 else 1.0


@lru_cache(maxsize=64)
def all_pairs(organizations: int) -> Acquaintances:
    """Return those of a site in which any two may come to know each other."""
    source = np.repeat(np.arange(organizations, dtype=np.uint32), organizations - 1)
    target = np.tile(np.arange(organizations - 1, dtype=np.uint32), organizations)
    target += target >= source  # all but itself
    return Acquaintances(source, target)


def drawn(
    identities: NDArray[np.uint64],
    sectors: NDArray[Any],
    hub: NDArray[np.bool_],
    candidates: float,
    known: Iterable[tuple[int, int]],
) -> Acquaintances:
    """Return those of a large site: everybody knows of the backbone and of the likeliest others.

    Parameters
    ----------
    identities, sectors, hub : of each organization; hub: whether it is the backbone.
    candidates : how many others an organization could come to know, about.
    known : ends of pairs that are there in any case, because a file names them.
    """
    n = identities.size
    each = min(n - 1, max(1, round(candidates * SHARE_OF_EACH)))
    found = np.zeros((n, n), np.uint8)
    for one, other in known:
        found[one, other] = found[other, one] = 1
    room = np.zeros(n), np.zeros(each), np.zeros(each, np.int64)
    draw = engine.kept(draw_acquaintances)
    draw(identities, sectors.astype(np.uint8), hub.astype(np.uint8), each, *room, found)
    source, target = np.divmod(np.flatnonzero(found.view(np.bool_)), n)
    return Acquaintances(source.astype(np.uint32), target.astype(np.uint32))

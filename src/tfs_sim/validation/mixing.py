"""The null of random mixing: the same engine in which who knows whom carries no information.

After every month everything that two organizations have between them (whether there is a tie, what each has seen of
the other, what was never forgiven) goes to a random pair of the same kind. Levels, spreads and numbers of ties stay as
they are; what goes is the memory of a pair, and with it any pattern in the network of ties. It is the annealed
network of epidemic and evolutionary models, in which neighbours are drawn anew each time (May & Anderson 1991 on
homogeneous mixing; Vilone & Castellano 2004 on annealed against quenched networks).

Pairs are of one kind that are in the same site, with as many ends at the table, and of which the backbone is or is
not one end: what partners have among themselves stays among partners.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfs_sim.model import draws, engine
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms import community
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.validation.running import Variation

BETWEEN_TWO = ("is_open", "idle")
AT_EITHER_END = (
    "personal_good", "personal_bad", "institutional_good", "institutional_bad", "grievance", "betrayal", "forgiveness",
    "trust",
)  # fmt: skip
"""State of a relationship that is a memory. Overlap and alignment are facts about the two ends, and stay."""

STREAM = int(draws.stream("random mixing"))
KINDS = 6


def shuffle(template: engine.Template, world: Any, key: np.uint64, month: int) -> None:
    """Give what every pair has between its two ends to a random pair of the same kind, the same for both ends."""
    at_table = (world.status == ACTIVE).astype(np.int64)
    backbone = world.role == BACKBONE
    one, other = world.one_end, world.other_end
    kind = world.pair_site.astype(np.int64) * KINDS + 3 * (backbone[one] | backbone[other])
    kind += at_table[one] + at_table[other]
    seed = (int(key), STREAM, month)
    luck = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed))).random(kind.size)
    takes, gives = np.argsort(kind, kind="stable"), np.lexsort((luck, kind))
    for name in (*BETWEEN_TWO, *AT_EITHER_END):
        values = getattr(world, name).reshape(-1, kind.size)
        values[:, takes] = values[:, gives]
    play(community.note_ties, world._asdict())


RANDOM_MIXING = Variation("random mixing", between_months=shuffle)

"""M9: trust falls as scarcity and niche overlap rise, most of those who lose; pooled funding removes the effect.

Partners are held as they are at the start, and trust is taken over the ties of the start: otherwise newcomers,
whom nobody knows yet, would lower the mean wherever more join.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfs_sim.model.engine import Template
from tfs_sim.model.state import BACKBONE
from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import (
    OfWorlds,
    Point,
    judge,
    laboratory,
    over_points,
    trust_of_first_ties,
)

MONTHS = 48
PLENTY: Point = {"competition": {"contested": 0.05}}
SCARCITY: Point = {"competition": {"contested": 0.25}}
TRUST = OfWorlds(trust_of_first_ties)
SOURCE = "[together2020], lessons one and two; [tullock1980]"


def _same_partners(contests: bool = True, pooled: float = 0.0) -> Scenario:
    interventions = [{"use": "pooled-funding", "dose": pooled}] if pooled else []
    switches = {"participation": False} | ({} if contests else {"competition": False})
    return laboratory(months=MONTHS, mechanisms=switches, interventions=interventions)


def trust_in_the_unlike(_: Template, before: Any, after: Any) -> float:
    """Return how much more trust the half of the first ties with less overlap holds than the half with more."""
    backbone = before.role == BACKBONE
    ties = (before.is_open[before.pair] == 1) & ~backbone[before.source] & ~backbone[before.target]
    overlap, trust = before.overlap[before.pair[ties]], after.trust[ties]
    unlike = overlap <= np.median(overlap)
    return float(trust[unlike].mean() - trust[~unlike].mean())


def trust_of_winners(_: Template, before: Any, after: Any) -> float:
    """Return how much more trust winners have in losers than losers in them, over the first ties of much overlap.

    Of two, the one that was awarded more contests is the winner.
    """
    backbone = before.role == BACKBONE
    ties = (before.is_open[before.pair] == 1) & ~backbone[before.source] & ~backbone[before.target]
    overlap = before.overlap[before.pair]
    rivals = ties & (overlap > np.median(overlap[ties]))
    ahead = rivals & (after.awards_won[before.source] > after.awards_won[before.target])
    return float((after.trust - after.trust[before.reverse])[ahead].mean())


def _aggrieved(budget: Budget) -> Measured:
    no_grudges: Point = {"competition": {**SCARCITY["competition"], "grudge": 0.0}}
    arm = _same_partners()
    calm, bitter = over_points(budget, [(arm, no_grudges), (arm, SCARCITY)], OfWorlds(trust_of_winners))
    said = "trust of winners in losers less that of losers in winners, with grudges against none"
    return judge(bitter - calm, calm.std(axis=1, ddof=1), 0.2, said)


def _scarcity(budget: Budget) -> Measured:
    arm = _same_partners()
    plenty, scarce = over_points(budget, [(arm, PLENTY), (arm, SCARCITY)], TRUST)
    return judge(plenty - scarce, plenty.std(axis=1, ddof=1), 0.2, "trust with 5% contested, less with 25%")


def _overlap(budget: Budget) -> Measured:
    arms: list[tuple[Scenario, Point]] = [(_same_partners(contests=False), {}), (_same_partners(), SCARCITY)]
    calm, contested = over_points(budget, arms, OfWorlds(trust_in_the_unlike))
    said = "trust that contests cost pairs of much overlap beyond others"
    return judge(contested - calm, calm.std(axis=1, ddof=1), 0.2, said)


def _pooled(budget: Budget) -> Measured:
    alone, pooled = _same_partners(), _same_partners(pooled=1.0)
    arms: list[tuple[Scenario, Point]] = [(alone, PLENTY), (alone, SCARCITY), (pooled, PLENTY), (pooled, SCARCITY)]
    plenty, scarce, pooled_plenty, pooled_scarce = over_points(budget, arms, TRUST)
    # a fifth of the loss may remain; that a larger pool brings partners together more is no loss
    loss, spread = (plenty - scarce).mean(axis=1), plenty.std(axis=1, ddof=1)
    removed = loss - np.maximum(pooled_plenty - pooled_scarce, 0.0).mean(axis=1) / 0.2
    there = loss - 0.2 * np.maximum(spread, 1e-9)  # or it would be true of no loss that nothing remains of it
    said = "loss of trust beyond 0.2 SD, or less five times what remains of it, the smaller"
    return judge(np.minimum(removed, there)[:, None], spread, 0.0, said)


ROWS = (
    Row("M9a", "Scarcity costs trust", SOURCE, "ubiquity", "trust falls as more of the money is contested", _scarcity,
        (Null({"competition.grudge": 0.0}),)),
    Row("M9b", "Competition costs those most who are alike", SOURCE, "ubiquity",
        "contests cost trust between pairs of much overlap beyond others", _overlap,
        (Null({"competition.grudge": 0.0}),)),
    Row("M9c", "Pooled funding removes the effect", SOURCE, "ubiquity",
        "there is a loss, and with all contested money pooled less than a fifth of it remains", _pooled,
        (Null({"competition.grudge": 0.0}),)),
    Row("M9d", "Who loses a contest bears the grudge", SOURCE, "ubiquity",
        "among rivals, losers trust winners less than winners trust losers, beyond what it is without grudges",
        _aggrieved,
        (Null({"competition.grudge": 0.0}),)),
)  # fmt: skip

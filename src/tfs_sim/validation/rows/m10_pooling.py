"""M10: participation and trust rise with the pooled share, with diminishing returns; ledgers turn positive.

Trust is compared over the ties that partners have with each other at the start, with partners held as they are then:
it is they who share the pool. Where pooling may also bring partners, it brings many, whom nobody knows yet and whom
representatives must find time for: over all ties trust then rises in fewer places. That is composition and crowding,
not what is claimed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfs_sim.model.engine import Template
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.scenario import Scenario
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import (
    Measure,
    OfWorlds,
    Point,
    judge,
    laboratory,
    metric,
    over_points,
    ubiquity,
)


def _trust_of_first_partners(_template: Template, _before: Any, after: Any) -> float:
    """Return mean trust in the end between partners, with a tie or without: the same pairs in every arm.

    Nobody joins or leaves after the partnership has begun: who is at the table in the end founded it.
    """
    partner = (after.status == ACTIVE) & (after.role != BACKBONE)
    return float(after.trust[partner[after.source] & partner[after.target]].mean())


TRUST = OfWorlds(_trust_of_first_partners)
SOURCE = "[together2020], lesson four"


def _pooled(share: float, held: bool = False) -> Scenario:
    switches = {"participation": False} if held else {}
    return laboratory(interventions=[{"use": "pooled-funding", "dose": share}], mechanisms=switches)


def _participation(budget: Budget) -> Measured:
    said = "partners with 60% pooled against none"
    return ubiquity(budget, _pooled(0.0), _pooled(0.6), metric("partners", 24, 60), said)


def _trust(budget: Budget) -> Measured:
    said = "trust between the same partners with 60% pooled against none"
    return ubiquity(budget, _pooled(0.0, held=True), _pooled(0.6, held=True), TRUST, said)


def _diminishing(budget: Budget, measure: Measure | OfWorlds, said: str, held: bool) -> Measured:
    arms: list[tuple[Scenario, Point]] = [(_pooled(share, held), {}) for share in (0.0, 0.4, 0.8)]
    none, some, most = over_points(budget, arms, measure)
    first, second = some - none, most - some
    whole = (most - none).mean(axis=1)
    # it is the shape of the gain that is claimed, so it is held against the gain itself; where there is none (M10a and
    # M10b ask how often that is), nothing is claimed and the point counts as one in which it does not hold
    gained = whole >= 0.2 * none.std(axis=1, ddof=1)
    note = f"the gain from 0 to 80% exceeds 0.2 SD in {gained.mean():.0%} of the points; the first half of the share "
    note += f"brings {np.median(first.mean(axis=1)[gained] / whole[gained]):.0%} of it (median)"
    return judge(first - second, np.where(gained, whole, np.inf), 0.2, said, note, unit="of the whole gain")


def _fewer_partners(budget: Budget) -> Measured:
    said = "partners gained from 0 to 40% pooled, less those from 40 to 80%"
    return _diminishing(budget, metric("partners", 24, 60), said, held=False)


def _less_trust(budget: Budget) -> Measured:
    return _diminishing(budget, TRUST, "trust gained from 0 to 40% pooled, less that from 40 to 80%", held=True)


def _win_win(budget: Budget) -> Measured:
    said = "share of partners who gain, with 60% pooled against none"
    return ubiquity(budget, _pooled(0.0, held=True), _pooled(0.6, held=True), metric("win_win", 24, 60), said)


ROWS = (
    Row("M10a", "Pooled funds bring partners", SOURCE, "ubiquity",
        "participation rises with the pooled share", _participation,
        (Null({"effort.money": 0.0}),)),
    Row("M10b", "Pooled funds protect trust", SOURCE, "ubiquity",
        "trust between the same partners rises with the pooled share", _trust,
        (Null({"competition.grudge": 0.0}),)),
    Row("M10c", "Pooled funds bring fewer and fewer further partners", SOURCE, "ubiquity",
        "the first 40% bring 60% or more of what 80% bring", _fewer_partners,
        (Null({"effort.money": 0.0}),)),
    Row("M10d", "Pooled funds add less and less trust", SOURCE, "ubiquity",
        "the first 40% add 60% or more of what 80% add", _less_trust,
        (Null({"competition.grudge": 0.0}),)),
    Row("M10e", "Pooled funds make it win-win", SOURCE, "ubiquity",
        "the share of partners with a positive ledger rises with the pooled share", _win_win,
        (Null({"pooling.paid_out": 0.0}),)),
)  # fmt: skip

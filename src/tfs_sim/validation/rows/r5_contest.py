"""R5: Tullock's contest: the chance to win, and what equals bid in equilibrium."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import run_measures

PRIZE = 100_000.0
CONTESTANTS = {"two": 2, "four": 4, "eight": 8}
SHARES = (0.1, 0.2, 0.3, 0.4)
ACADEMIC = 0
"""The kind of support that these scenarios contest."""


def _bidders(template: Template, site: str) -> list[int]:
    """Return the rows of a site's organizations, without the backbone, in the order of their names."""
    members = [(o.identity, n) for n, o in enumerate(template.organizations) if o.role != "backbone"]
    return [n for identity, n in sorted(members) if identity.split("/")[0] == site]


def _frequencies(budget: Budget) -> Measured:
    runs = 20 if budget.quick else 200
    template = load_scenario("r5-fixed-bids").to_template()
    rows = _bidders(template, "unequal")
    won = run_measures(template, runs, budget.seed, budget.workers, lambda out, world: world.awards_won[rows]).sum(
        axis=0
    )
    contests = int(won.sum())
    shares, expected = won / contests, np.array(SHARES)
    errors = np.sqrt(expected * (1.0 - expected) / contests)
    off = np.abs(shares - expected) / errors
    return Measured(
        holds=bool((off < 3.5).all()) and contests == runs * template.months,
        found=f"shares {', '.join(f'{share:.3f}' for share in shares)} of {contests:,} contests",
        figure=Agreement(tuple(f"bid {n + 1} thousand" for n in range(len(rows))), SHARES, tuple(shares), tuple(errors),
                         "Share of contests won"),
        note="At most 3.5 standard errors off; one contest a month is held.",
    )  # fmt: skip


def _equilibrium(budget: Budget) -> Measured:
    scenario = load_scenario("r5-contest")
    template = scenario.to_template()
    places = [_bidders(template, site) for site in CONTESTANTS]
    expected = np.array([PRIZE * (n - 1) / n**2 for n in CONTESTANTS.values()])

    def last_bids(out: NDArray[np.float64], world: Any) -> NDArray[np.float64]:
        return np.array([world.bid[ACADEMIC, rows].mean() for rows in places])

    bids = run_measures(template, 2, budget.seed, budget.workers, last_bids)
    # all the way to the best response at once, four or more do not settle
    at_once = scenario.with_(parameters={"competition": {"damping": 1.0}}).to_template()
    restless = run_measures(at_once, 1, budget.seed, budget.workers, last_bids)[0]
    worst = float(np.abs(bids / expected - 1.0).max())
    unsettled = np.abs(restless / expected - 1.0)
    return Measured(
        holds=worst < 1e-6 and bool((unsettled[1:] > 0.05).all()),
        found=f"largest relative difference {worst:.0e}; undamped, four and eight end {unsettled[1]:.0%} and "
        f"{unsettled[2]:.0%} away",
        figure=Agreement(tuple(f"{n} contestants" for n in CONTESTANTS.values()), tuple(expected / 1000.0),
                         tuple(bids[0] / 1000.0), (0.0,) * len(places), "Bid in equilibrium (thousand dollars)"),
    )  # fmt: skip


ROWS = (
    Row("R5a", "Contests are won in proportion to bids", "[tullock1980]", "published",
        "shares .1, .2, .3, .4 for bids of 1, 2, 3, 4 thousand", _frequencies,
        "the bids are given, and no parameter enters into who wins"),
    Row("R5b", "Equals bid V(n − 1)/n² under damped best response", "[tullock1980]", "exact",
        "within 1e-6 for 2, 4, 8; undamped, 4 and 8 do not settle", _equilibrium,
        (Null({"competition.damping": 1.0}),)),
)  # fmt: skip

"""Costs and effects of a stored sweep as tidy tables for `tfs_sim.decisions`: two views, which never meet in one sum.

*The funder's*: dollars that are spent, against student-months of support that are delivered. Delivered support is net:
what partners give to joint work they no longer give to separate work, so that their time is paid for in students.

*Society's*: dollars, and the price of every hour that partners give (hours on top, hours for bids, and aligned work),
against student-months of support as if joint work took nothing from separate work (the gross gain). An hour is charged
once: in students in the first view, in dollars in the second.

Of a site and month, with S student-months delivered, C the share of needs that is covered (so that S / C students are
in need), N and G the net and the gross gain for 1,000 in need, D thousand dollars, h hours on top, b hours for bids,
A aligned FTE-months, H hours of an FTE-month and p the price of an hour:

    funder:   effect = S                            cost = 1000 D
    society:  effect = S + (G − N) / 1000 · S / C   cost = 1000 D + p (h + b + H · A)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis import stamps
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.decisions.cells import Units
from tfs_sim.decisions.time import present, rate_checked
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.model.declare import specification
from tfs_sim.scenario.errors import quote
from tfs_sim.scenario.fields import catalogue

if TYPE_CHECKING:
    from pandas import DataFrame

Amounts = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Costs and effects of an arm: pairs × sites × months."""

View = Literal["funder", "society"]
VIEWS = ("funder", "society")
UNIT = "a student-month of support"
COUNTED_IN = Units("$", "student-month")
"""In what tables of decisions count costs and effects."""
NEEDED = {
    "funder": ("cost", "served"),
    "society": ("cost", "served", "coverage", "performance", "gross_gain", "hours", "bid_hours", "staff_given"),
}
"""Metrics that a view reads."""


def costs_and_effects(
    sweep: SweepLike,
    view: View = "funder",
    hour: float | None = None,
    discount_costs: float = 0.0,
    discount_effects: float = 0.0,
) -> DataFrame:
    """Return what each strategy costs and does: one row a strategy, condition, point, set, replicate and site.

    Parameters
    ----------
    sweep : stored results.
    view : "funder" or "society", see the module's text.
    hour : of society's view: what an hour of partners' staff is worth, in dollars, above 0.
    discount_costs, discount_effects : rates a year, in [0, 1), from the first month in which strategies differ.

    Returns
    -------
    DataFrame
        strategy, a column a cross key, with a design point, with sets set, replicate, site, cost (dollars over the
        whole run) and effect (student-months of support).

    Raises
    ------
    UserError
        When the view, the price of an hour or a rate will not do, or the results lack a metric.
    """
    stored = Stored.of(sweep)
    if view not in VIEWS:
        raise refusal(f"there is no view {quote(view)}; there are the funder's and society's")
    if view == "society" and not (hour is not None and np.isfinite(hour) and hour > 0):
        raise refusal("society's view needs the price of an hour of partners' staff, in dollars above 0", "--hour 45")
    if view == "funder" and hour is not None:
        raise refusal("the funder's view has no price of hours: partners' time is paid for in students there")
    if lacking := [name for name in NEEDED[view] if name not in stored.metrics]:
        raise refusal(f"these results do not hold {lacking[0]}, which {view}'s view needs")

    held = {name: stored.as_stored(name) for name in NEEDED[view]}
    an_fte = _hours_of_an_fte(stored)[:, None, None] if view == "society" else np.empty(0)

    def amounts(arm: int) -> Amounts:
        months = {name: values[arm].astype(np.float64) for name, values in held.items()}
        return _funder(months) if view == "funder" else _society(months, float(hour or 0.0), an_fte)

    for name, rate in (("costs", discount_costs), ("effects", discount_effects)):
        rate_checked(name, rate)
    months = np.arange(stored.months)
    first = _first_difference(stored, amounts)
    weights = present(months, first, discount_costs), present(months, first, discount_effects)
    total = [[each @ weight for each, weight in zip(amounts(arm), weights, strict=True)] for arm in _arms(stored)]
    cost, effect = (np.stack(each) for each in zip(*total, strict=True))
    found: DataFrame = rows_of(stored).assign(cost=cost.reshape(-1), effect=effect.reshape(-1))
    return found[found["cost"].notna()].reset_index(drop=True)  # a condition's scenario may have other sites


def whose(view: View) -> str:
    """Return whose view it is, as the beginning of "… view"."""
    return "the funder's" if view == "funder" else "society's"


def in_words(view: View, hour: float | None) -> str:
    """Return what a view sets against what."""
    if view == "funder":
        return (
            "dollars spent at these sites, whoever pays, against student-months of support delivered (net of "
            "partners' separate work)"
        )
    return (
        f"dollars spent and partners' hours at ${hour:g}, against student-months of support as if joint work took "
        "nothing from separate work"
    )


def stamp(stored: Stored) -> str:
    """Return how far costs and effects may be trusted."""
    if stored.agreement is not None:
        return " ".join(stamps.stamp(stored.agreement, over_sets=True))
    return "Not calibrated yet: read this as how the model behaves, not as a forecast of costs or effects."


def _arms(stored: Stored) -> range:
    return range(len(stored.arms))


def _first_difference(stored: Stored, amounts: Callable[[int], Amounts]) -> int:
    """Return the first month in which strategies differ in anything under some condition (0: they never do).

    `amounts` are the costs and effects of an arm: pairs × sites × months.
    """
    firsts = []
    for levels in stored.levels:
        one, *others = (stored.arm(strategy, levels) for strategy in stored.strategies)
        usual = amounts(one)
        for arm in others:
            for here, there in zip(amounts(arm), usual, strict=True):
                firsts += np.flatnonzero((here != there).any(axis=(0, 1)))[:1].tolist()
    return min(firsts, default=0)


def titles(stored: Stored) -> dict[str, str]:
    """Return what each strategy is called in tables: its title, or its key where two have the same title."""
    said = {strategy: stored.title(strategy) for strategy in stored.strategies}
    return said if len(set(said.values())) == len(said) else {strategy: strategy for strategy in said}


def rows_of(stored: Stored) -> DataFrame:
    """Return the columns that tell rows apart, in the order of arms × pairs × sites."""
    from pandas import DataFrame

    arms, pairs, sites = len(stored.arms), len(stored.pairs), len(stored.sites)
    arm = np.repeat(np.arange(arms), pairs * sites)
    pair = np.tile(np.repeat(np.arange(pairs), sites), arms)
    units = stored.units
    columns = {key: [stored.arms[n][at] for n in arm] for at, key in enumerate(stored.keys)}
    called = titles(stored)
    columns["strategy"] = [called[each] for each in columns["strategy"]]
    if units.design:
        columns["point"] = units.point[pair].tolist()
    if units.set is not None:
        names = sorted(set(stored.runs["set"]))
        columns["set"] = [names[n] for n in units.set[pair]]
    columns["replicate"] = units.replicate[pair].tolist()
    columns["site"] = [stored.site_title(site) for site in stored.sites] * (arms * pairs)
    return DataFrame(columns)


def _funder(of: Mapping[str, NDArray[np.float64]]) -> Amounts:
    return 1000.0 * of["cost"], np.nan_to_num(of["served"])


def _society(of: Mapping[str, NDArray[np.float64]], hour: float, an_fte: NDArray[np.float64]) -> Amounts:
    served = np.nan_to_num(of["served"])
    covered = np.where(of["coverage"] > 0, of["coverage"], np.nan)
    need = np.nan_to_num(served / covered)
    restored = np.nan_to_num(of["gross_gain"] - of["performance"]) / 1000.0 * need
    aligned = np.nan_to_num(of["staff_given"]) * an_fte
    hours = np.nan_to_num(of["hours"]) + np.nan_to_num(of["bid_hours"]) + aligned
    return 1000.0 * of["cost"] + hour * hours, served + restored


def _hours_of_an_fte(stored: Stored) -> NDArray[np.float64]:
    """Return the hours of an FTE-month in every pair: its set's, or the scenario's, or the default."""
    default = float(specification(catalogue().MECHANISMS["money"].parameters)["hours_per_fte"].default)
    scenario = stored.provenance.get("scenario") or {}
    given = (scenario.get("parameters") or {}).get("money", {}).get("hours_per_fte")
    found = np.full(len(stored.pairs), default if given is None else float(given))
    if stored.units.set is not None and given is None and "money.hours_per_fte" in stored.sets:
        by_set = stored.sets.sort_values("set")["money.hours_per_fte"].to_numpy(float)
        found = by_set[stored.units.set]
    return found

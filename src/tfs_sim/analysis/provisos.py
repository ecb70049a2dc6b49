"""What a finding about strategies must not be silent about: other parameters, and money that was not paid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired
from tfs_sim.analysis.sentences import capital, lower
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import metric

_WHO = {"backbone": "the backbone", "organization": "partners"}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a payer was asked for under a strategy and did not pay.

    Attributes
    ----------
    payer : "backbone" or "organization".
    unpaid : thousand dollars over the whole run and all sites, mean over the runs.
    asked : what all that the strategy orders asks for, likewise: what was paid, and what was not.
    month : the first month in which it happened in any run.
    uses : titles of the interventions that this payer is asked for.
    """

    payer: str
    unpaid: float
    asked: float
    month: int
    uses: tuple[str, ...]


def shortfalls(stored: Stored, strategy: str, levels: tuple[str, ...]) -> list[Shortfall]:
    """Return what was asked for and not paid under a strategy, payer by payer."""
    arm = stored.arm(strategy, levels)
    found = []
    unpaid_by = {name: metric(name).unpaid_by for name in stored.metrics if metric(name).unpaid_by}
    for name, payer in unpaid_by.items():
        unpaid = stored.values(name)[arm]
        if not np.nansum(unpaid) > 0:
            continue
        short = np.nansum(stored.monthly(name)[arm], axis=(0, 1)) > 0
        orders = [entry for entry in stored.orders(strategy, levels) if entry["payer"] == payer]
        uses = tuple(dict.fromkeys(str(entry["title"]) for entry in orders))
        asked = sum(_in_all(stored, each, arm) for each in ("cost", *unpaid_by) if each in stored.metrics)
        found.append(Shortfall(payer, _in_all(stored, name, arm), asked, int(np.argmax(short)), uses))
    return found


def _in_all(stored: Stored, name: str, arm: int) -> float:
    """Return a total over sites, mean over the runs."""
    return float(np.nanmean(np.nansum(stored.values(name)[arm], axis=-1)))


def unpaid(stored: Stored) -> str:
    """Return who could not pay what, under every strategy and condition; nothing where all was paid."""
    parts = []
    for strategy in stored.strategies:
        for levels in stored.levels:
            for short in shortfalls(stored, strategy, levels):
                where = f" {lower(words.condition(levels))}" if len(stored.levels) > 1 else ""
                what = f" for {words.joined([words.lower_first(use) for use in short.uses])}" if short.uses else ""
                parts.append(
                    f"{words.quoted(stored.title(strategy))}{where}: {words.money(short.unpaid)} of the "
                    f"{words.money(short.asked)} that it asks for, which {_WHO[short.payer]} had to pay{what} (from "
                    f"month {short.month + 1} on)"
                )
    return "; ".join(parts)


def differing_parameters(stored: Stored, one: str, other: str) -> list[str]:
    """Return the parameters in which two strategies differ: "turnover.rate_nonprofit (0.5; 0.19)"."""
    table = stored.experiment.get("parameters") or {}
    first, second = table.get(one) or {}, table.get(other) or {}
    names = [name for name in dict.fromkeys([*first, *second]) if first.get(name) != second.get(name)]
    return [f"{name} ({_said(first.get(name))}; {_said(second.get(name))})" for name in names]


def _said(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def provisos(stored: Stored, compared: Sequence[str], levels: tuple[str, ...]) -> list[str]:
    """Return the sentences that belong to a comparison of one or two strategies under these levels."""
    out = []
    if len(compared) == 2:
        differing = differing_parameters(stored, *compared)
        if differing:
            titles = words.joined([words.quoted(stored.title(s)) for s in compared])
            out.append(
                f"{capital(titles)} differ in parameters too, so this is not the effect of interventions alone: "
                f"{words.joined(differing)}."
            )
    short = [words.quoted(stored.title(s)) for s in compared if shortfalls(stored, s, levels)]
    if short:
        out.append(f"({words.joined(short)} {'was' if len(short) == 1 else 'were'} not paid in full.)")
    return out


def few_sets(r: Paired, name: str) -> list[str]:
    """Say that few sets of parameters make most of a mean difference, with what it is under the middle one."""
    if not r.few:
        return []
    m = metric(name)
    shown = f"{words.difference(r.middle, r.low, r.high, m)} {words.unit(m, difference=True)}".rstrip()
    return [f"Few sets of parameters make most of this mean: under the middle set the difference is {shown}."]


def is_too_little(stored: Stored, r: Paired) -> bool:
    """Say whether a difference in the primary outcome is surely less than the experiment calls worthwhile."""
    least = stored.worthwhile
    return not (least is None or math.isnan(r.low) or r.same) and max(abs(r.low), abs(r.high)) < least


def too_little(stored: Stored, r: Paired) -> list[str]:
    """Say so of a difference in the primary outcome that is."""
    least, m = stored.worthwhile, metric(stored.primary)
    if least is None or not is_too_little(stored, r):
        return []
    shown = words.difference(least, 0, 2 * least, m, sign=False)
    return [f"That is less than the {f'{shown} {words.unit(m, difference=True)}'.rstrip()} that would be worthwhile."]

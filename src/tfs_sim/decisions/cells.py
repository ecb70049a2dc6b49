"""Answers as cells of tables, the same on a screen and on a page: a head, and rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from tfs_sim.decisions.information import by_chance
from tfs_sim.decisions.sites import ALL
from tfs_sim.decisions.tables import AMOUNTS
from tfs_sim.decisions.words import amount

MOST_PARAMETERS = 10
"""Parameters that are shown: those that are worth most."""
STATUS = {"efficient": "", "dominated": "dominated", "extended": "dominated by a mix of two others"}


class Cells(NamedTuple):
    """Headings, rows of cells (the first is what the row is about), and what must be known beside them."""

    head: list[str]
    rows: list[list[str]]
    note: str = ""


class Units(NamedTuple):
    """In what costs and effects are counted: "$", "student-month"; empty where a table does not say it."""

    cost: str = ""
    effect: str = ""

    def of(self, name: str, *more: str) -> str:
        """Return a head with the unit of cost, and what else is in brackets."""
        said = ", ".join(part for part in (self.cost, *more) if part)
        return f"{name} ({said})" if said else name


UNSAID = Units()
"""Of a table that does not say it."""


def frontier_cells(found: pd.DataFrame, units: Units = UNSAID) -> Cells:
    """Return what `frontier` found, without further keys: a row a strategy."""
    rows = []
    for row in found.to_dict("records"):
        ratio = "" if pd.isna(row["ratio"]) else amount(row["ratio"])
        numbers = [amount(row[name]) for name in AMOUNTS]
        rows.append([str(row["strategy"]), *numbers, ratio or STATUS[row["status"]]])
    effect = f"effect ({units.effect}s)" if units.effect else "effect"
    further = f"cost of a further {units.effect}" if units.effect else "cost a further unit"
    return Cells(["strategy", units.of("cost"), effect, units.of(further)], rows)


def best_named(choice: Mapping[Any, Any]) -> str:
    """Return what is best by a row of `choices`: both names where two are worth the same."""
    return f"{choice['best']} or {choice['runner_up']}" if same(choice) else str(choice["best"])


def same(choice: Mapping[Any, Any]) -> bool:
    """Say whether the two that come first are worth the same by expectation, as they are where the choice changes."""
    return bool(abs(choice["lead"]) < 1e-6 * (choice["high"] - choice["low"]))


def choice_cells(chosen: pd.DataFrame, knowing: pd.DataFrame, scale: float = 1.0, units: Units = UNSAID) -> Cells:
    """Return what `choices` and `evpi` found at the same worths, without further keys: a row a worth.

    Of two that are worth the same neither is the best, and none of the others is known to come next.

    Parameters
    ----------
    scale : to how many decisions what is learned is worth something.
    """
    rows = []
    for row, value in zip(chosen.to_dict("records"), knowing.to_dict("records"), strict=True):
        tied = same(row)
        lead = 0.0 if tied else row["lead"]
        least, most = amount(scale * value["lower"]), amount(scale * value["upper"])
        rows.append(
            [
                amount(row["worth"]),
                best_named(row),
                "–" if tied else row["runner_up"],
                f"{amount(lead)} ({amount(row['low'])} to {amount(row['high'])})",
                "yes" if row["apart"] else "no",
                f"{row['share_best']:.0%}" + (" (the first)" if tied else ""),
                amount(scale * value["evpi"]) + (f" ({least} to {most})" if value["luck"] != "none" else ""),
            ]
        )
    luck = set(knowing["luck"])
    note = f"Knowing all is worth so much {scaled(scale)}, in the unit of cost."
    if luck == {"measured"}:
        note += " Luck is taken out; what is in brackets holds without that."
    if "unknown" in luck:
        note += " With one replicate, luck cannot be told from uncertainty: these are upper bounds."
    worth, lead, knowing_all = _worth(units), units.of("lead", "95%"), units.of("knowing all")
    return Cells([worth, "best", "next", lead, "told apart", "best in sets", knowing_all], rows, note)


def _worth(units: Units) -> str:
    said = " a ".join(part for part in units if part)
    return f"worth ({said})" if said else "worth"


def site_cells(found: pd.DataFrame, units: Units = UNSAID, chosen: pd.DataFrame | None = None) -> Cells:
    """Return what `value_by_site` found: a row a worth and site, with further keys in front.

    Parameters
    ----------
    chosen : what `choices` found at the same worths, for all sites together, where there are no further keys.
    """
    for_all = {} if chosen is None else {row["worth"]: best_named(row) for row in chosen.to_dict("records")}
    own = ("worth", "site", "best", "for_all", "gain", "low", "high")
    keys = [str(name) for name in found.columns if name not in own]
    rows = [
        [*(str(row[key]) for key in keys), amount(row["worth"]), row["site"],
         for_all.get(row["worth"], row["best"]) if row["site"] == ALL else row["best"],
         f"{amount(row['gain'])} ({amount(row['low'])} to {amount(row['high'])})"]
        for row in found.to_dict("records")
    ]  # fmt: skip
    return Cells([*keys, _worth(units), "site", "best there", units.of("gain of choosing for each", "95%")], rows)


def parameter_cells(found: pd.DataFrame, scale: float = 1.0) -> Cells:
    """Return what `evppi` found at one worth: a row for each of the parameters that are worth most and were seen."""
    seen = found[found["seen"]].head(MOST_PARAMETERS)
    rows = [
        [row["parameter"], f"{amount(scale * row['evppi'])} ± {amount(scale * row['se'])}"]
        for row in seen.to_dict("records")
    ]
    rest = len(found) - len(seen)
    if rest:
        rows.append(["others", f"{rest}: not seen, or less"])
    chance = by_chance(len(found))
    note = f"Of {len(found)} that are worth nothing about {chance:.0f} stand above the floor by chance."
    return Cells(["parameter", "worth knowing"], rows, note if chance >= 1 else "")


def group_cells(found: pd.DataFrame, scale: float = 1.0) -> Cells:
    """Return what `evppi` found of groups at one worth: a row a group, the noise floor of each beside it."""
    rows = [
        [
            str(row["parameter"]),
            f"{amount(scale * row['evppi'])} ± {amount(scale * row['se'])}",
            amount(scale * row["floor"]),
            "yes" if row["seen"] else "no",
        ]
        for row in found.to_dict("records")
    ]
    note = "A group is worth at least what each of its parameters is; seen: it, or one of them, is above its floor."
    return Cells(["parameters about", "worth knowing", "noise floor", "seen"], rows, note)


def scaled(decisions: float) -> str:
    """Return to how many decisions a value is one."""
    return "to one decision" if decisions == 1 else f"to {decisions:,.6g} decisions"

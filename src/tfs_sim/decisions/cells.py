"""Answers as cells of tables, the same on a screen and on a page: a head, and rows of text."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from tfs_sim.decisions.information import by_chance
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


def frontier_cells(found: pd.DataFrame) -> Cells:
    """Return what `frontier` found, without further keys: a row a strategy."""
    rows = []
    for row in found.to_dict("records"):
        ratio = "" if pd.isna(row["ratio"]) else amount(row["ratio"])
        numbers = [amount(row[name]) for name in AMOUNTS]
        rows.append([str(row["strategy"]), *numbers, ratio or STATUS[row["status"]]])
    return Cells(["strategy", *AMOUNTS, "cost a further unit"], rows)


def choice_cells(chosen: pd.DataFrame, knowing: pd.DataFrame, scale: float = 1.0) -> Cells:
    """Return what `choices` and `evpi` found at the same worths, without further keys: a row a worth.

    Parameters
    ----------
    scale : to how many decisions what is learned is worth something.
    """
    rows = []
    for row, value in zip(chosen.to_dict("records"), knowing.to_dict("records"), strict=True):
        lead = 0.0 if abs(row["lead"]) < 1e-6 * (row["high"] - row["low"]) else row["lead"]  # where the choice changes
        least, most = amount(scale * value["lower"]), amount(scale * value["upper"])
        rows.append(
            [
                amount(row["worth"]),
                row["best"],
                row["runner_up"],
                f"{amount(lead)} ({amount(row['low'])} to {amount(row['high'])})",
                "yes" if row["apart"] else "no",
                f"{row['share_best']:.0%}",
                amount(scale * value["evpi"]) + (f" ({least} to {most})" if value["luck"] != "none" else ""),
            ]
        )
    luck = set(knowing["luck"])
    note = f"Knowing all is worth so much {scaled(scale)}, in the unit of cost."
    if luck == {"measured"}:
        note += " Luck is taken out; what is in brackets holds without that."
    if "unknown" in luck:
        note += " With one replicate, luck cannot be told from uncertainty: these are upper bounds."
    head = ["worth", "best", "next", "lead (95%)", "told apart", "best in sets", "knowing all"]
    return Cells(head, rows, note)


def site_cells(found: pd.DataFrame) -> Cells:
    """Return what `value_by_site` found: a row a worth and site, with further keys in front."""
    own = ("worth", "site", "best", "for_all", "gain", "low", "high")
    keys = [str(name) for name in found.columns if name not in own]
    rows = [
        [*(str(row[key]) for key in keys), amount(row["worth"]), row["site"], row["best"],
         f"{amount(row['gain'])} ({amount(row['low'])} to {amount(row['high'])})"]
        for row in found.to_dict("records")
    ]  # fmt: skip
    return Cells([*keys, "worth", "site", "best there", "gain of choosing for each (95%)"], rows)


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

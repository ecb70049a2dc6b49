"""Who listens to whom: weights of influence between organizations, read from a file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tfs_sim.scenario.csv_files import CsvTable, Row
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.organizations import Organization

ROUNDING = 1e-6
"""How far the weights of one source may be from 1 in all; they are then divided by their sum."""


class Influence(NamedTuple):
    """Weight of the target's position for the source; weights of a source sum to 1."""

    source: str
    target: str
    weight: float


def read_influence(path: Path, site: str, organizations: tuple[Organization, ...]) -> tuple[Influence, ...]:
    """Return the weights of a file with the columns source, target and weight, sorted.

    A source may be its own target. Organizations are named by their id, with or without the site before it; one that is
    no source listens to nobody.

    Raises
    ------
    UserError
        for names that do not exist, weights outside of [0, 1], pairs listed twice, and sources whose weights do not
        sum to 1.
    """
    known = {organization.identity.split("/", 1)[1]: organization.identity for organization in organizations}
    mistakes: list[Mistake] = []
    weights: dict[str, dict[str, float]] = {}
    first_row: dict[str, Row] = {}
    table = CsvTable(path, ("source", "target", "weight"), ())
    for row in table.rows:
        ends = []
        for column in ("source", "target"):
            name = table.cell(row, column).removeprefix(f"{site}/")
            if name not in known:
                message = f"column {column}: there is no organization {quote(name)} in {site}"
                mistakes.append(table.mistake(row, column, message, nearest(name, known)))
            ends.append(known.get(name, ""))
        weight = table.number(row, "weight", 1.0, "a share between 0 and 1", mistakes)
        source, target = ends
        if not source or not target:
            continue
        first_row.setdefault(source, row)
        if target in weights.setdefault(source, {}):
            mistakes.append(table.mistake(row, "source", "this pair is listed a second time"))
        elif weight is not None:
            weights[source][target] = weight
    for source, row in first_row.items():
        total = sum(weights[source].values())
        if not mistakes and abs(total - 1.0) > ROUNDING:
            name = source.split("/", 1)[1]
            message = f"the weights of {quote(name)} sum to {total:g}; those of one source sum to 1"
            mistakes.append(table.mistake(row, "source", message))
    if mistakes:
        raise UserError(mistakes)
    return tuple(
        Influence(source, target, weight / sum(of_source.values()))
        for source, of_source in sorted(weights.items())
        for target, weight in sorted(of_source.items())
    )

"""A survey that was imported, read back from its clean data: what was asked of whom, and what came of it, in codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from tfs_sim.scenario.csv_files import CsvTable
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.fields import KEY, LINE, number
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import read_document
from tfs_sim.scenario.sites import Site
from tfs_sim.scenario.table import Table
from tfs_sim.survey.windows import ASSUMED
from tfs_sim.survey.writing import INSTRUMENT

FOLDER = "survey"
"""Where clean data lie, beside the scenario."""
_MARK = number(-1e9, 1e9, "a number")


class TrustItems(Table):
    """The items about trust, and the ends of the scale on which they are told."""

    items: tuple[Annotated[str, KEY], ...] = Field(min_length=1)
    lowest: Annotated[float, _MARK]
    highest: Annotated[float, _MARK]


class Instrument(Table):
    """`survey/instrument.toml`."""

    site: Annotated[str, KEY]
    wave: Annotated[str, LINE] = ""
    relations: tuple[Annotated[str, KEY], ...] = ()
    within: Annotated[float, number(0.1, 1200.0, "a number of months")] = float(ASSUMED)
    trust: TrustItems | None = None


@dataclass(frozen=True)
class Found:
    """What a survey asked of whom, and what it found.

    Attributes
    ----------
    site : key of the site in the scenario.
    asked, answered : ids of organizations in the scenario, "riverton/org-003".
    scale : lowest and highest mark of trust; None: it did not ask.
    values : "density" over the pairs of whom somebody was heard, "transitivity" of the reported ties, "trust" on the
        scale, over those who answered and had a tie.
    over : of each value, over how many what it is.
    within : months within which two must have dealt with each other for a tie.
    ties : the ties that were reported, each the ids of its ends.
    """

    site: str
    asked: frozenset[str]
    answered: frozenset[str]
    scale: tuple[float, float] | None
    values: Mapping[str, float]
    over: Mapping[str, str]
    within: float = float(ASSUMED)
    ties: frozenset[tuple[str, str]] = frozenset()


def folder_of(site: Site) -> Path | None:
    """Return the folder of the clean data that a site's ties come from; None where they come from none."""
    if site.relationships_file is None:
        return None
    folder = site.relationships_file.path.parent / FOLDER
    return folder if (folder / INSTRUMENT).is_file() else None


def read_found(folder: Path, site: Site) -> Found:
    """Return what the survey in a folder of clean data asked and found.

    Parameters
    ----------
    folder : with instrument.toml, organizations.csv and reports.csv.
    site : of the scenario that was made of it.

    Raises
    ------
    UserError
        where a file lacks, or is not what an import writes.
    """
    document = read_document(folder / INSTRUMENT)
    try:
        instrument = Instrument(**document.data)
    except ValidationError as error:
        raise UserError([document.locate(each) for each in mistakes_of(error, Instrument)]) from None
    key = instrument.site
    table = CsvTable(folder / "organizations.csv", ("wave", "id", "asked", "answered"), ("month", "name", *_MORE))
    rows = [row for row in table.rows if table.cell(row, "wave") == instrument.wave]
    everyone = frozenset(f"{key}/{table.cell(row, 'id')}" for row in rows)
    if not everyone:
        raise UserError(Mistake(f"no row is of the wave {quote(instrument.wave)}", file="organizations.csv"))
    said = any(table.cell(row, "answered") for row in rows)
    answered = frozenset(f"{key}/{table.cell(row, 'id')}" for row in rows if table.cell(row, "answered") == "yes")
    return _found(folder, instrument, site, everyone, answered if said else everyone)


_MORE = ("sector", "category")


def _found(folder: Path, instrument: Instrument, site: Site, asked: frozenset[str], answered: frozenset[str]) -> Found:
    import networkx as nx

    key = instrument.site
    listed = site.relationships_list(key) or ()
    ties = [tie for tie in listed if tie.strength > 0.0 and {tie.source, tie.target} <= asked]
    graph = nx.Graph()
    graph.add_nodes_from(sorted(asked))
    graph.add_edges_from((tie.source, tie.target) for tie in ties if tie.told.chance == 1.0)
    pairs = len(asked) * (len(asked) - 1) // 2 - sum(tie.told.chance < 1.0 for tie in ties)
    values = {
        "density": graph.number_of_edges() / pairs if pairs else float("nan"),
        "transitivity": float(nx.transitivity(graph)),
    }
    over = {"density": f"{pairs:,} pairs", "transitivity": f"{graph.number_of_edges():,} reported ties"}
    scale = None
    if instrument.trust is not None:
        scale = (instrument.trust.lowest, instrument.trust.highest)
        marks = _marks(folder, instrument, graph)
        if marks:
            mean = sum(marks) / len(marks)
            values["trust"] = scale[0] + (scale[1] - scale[0]) * mean
            over["trust"] = f"{len(marks):,} marks"
    reported = frozenset((tie.source, tie.target) for tie in ties if tie.told.chance == 1.0)
    return Found(key, asked, answered, scale, values, over, instrument.within, reported)


def _marks(folder: Path, instrument: Instrument, graph: Any) -> list[float]:
    """Return what each who answered says of each whom it has a tie with, as shares, meant over items."""
    assert instrument.trust is not None
    columns = ("wave", "relation", "source", "target", "share")
    table = CsvTable(folder / "reports.csv", columns, ("kind", "direction", "answer"))
    said: dict[tuple[str, str], list[float]] = {}
    mistakes: list[Mistake] = []
    for row in table.rows:
        if table.cell(row, "wave") != instrument.wave or table.cell(row, "relation") not in instrument.trust.items:
            continue
        ends = (f"{instrument.site}/{table.cell(row, end)}" for end in ("source", "target"))
        source, target = ends
        if table.cell(row, "share") and graph.has_edge(source, target):
            share = table.number(row, "share", 1.0, "a share between 0 and 1", mistakes)
            said.setdefault((source, target), []).append(share or 0.0)
    if mistakes:
        raise UserError(mistakes)
    return [sum(each) / len(each) for each in said.values()]

"""Results for R and Excel, with what every column means, and the network of any month as GraphML: `export`.

runs.csv, series.csv, sets.csv …   the tables as they are stored, texts harmless in spreadsheets
codebook.csv                       of every column: table, what it is, unit, meaning
read.R                             reads them into data frames with the right types
results.xlsx                       about; definitions with units; means by strategy; runs, as far as a sheet goes
network-….graphml                  one replicate's network at the end of a month: organizations, ties, trust both ways
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.experiments.storage.stored import Sweep, TableName
from tfs_sim.scenario.characters import shown
from tfs_sim.scenario.errors import Mistake, UserError

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.scenario import Scenario

TABLES: tuple[TableName, ...] = ("runs", "series", "sets", "points", "network", "organizations")
MOST_ROWS = 1_048_000
"""Rows that a sheet of Excel holds, its head aside."""
_KEYS = {
    "strategy": "which strategy",
    "set": "identity of the set of parameters",
    "point": "number of the point of the design",
    "replicate": "which luck, from 0; the same number is the same luck in every strategy of a set",
    "site": "key of the community",
    "month": "month of the simulation, from 0",
    "date": "the month as a date",
    "source": "who looks: identity of an organization",
    "target": "who is looked at",
    "open": "whether the two have a tie",
    "trust": "trust of the source in the target",
    "organization": "identity",
    "sector": "kind of organization",
    "role": "backbone, partner or national",
    "status": "prospect, reluctant, active (at the table) or withdrawn",
    "effort": "share of its work that is part of the shared plan",
    "in_post": "whether its representative's post is filled",
}
_OF_RUNS = {"last-year": "mean of the last twelve months", "total": "sum over all months", "end": "the last month"}


@dataclass(frozen=True)
class Column:
    """What a column holds."""

    table: str
    column: str
    title: str
    unit: str
    meaning: str


def codebook(sweep: Sweep, names: Mapping[str, list[str]]) -> list[Column]:
    """Return what every column of some tables means.

    Parameters
    ----------
    names : columns by table.
    """
    from tfs_sim.model.catalogue import METRICS
    from tfs_sim.scenario.checks import specification
    from tfs_sim.scenario.fields import catalogue

    cross = sweep.experiment["cross"]
    found = []
    for table, columns in names.items():
        for name in columns:
            owner, _, field = name.partition(".")
            if name in METRICS and table in ("runs", "series"):
                metric = METRICS[name]
                of_run = f"; of a run: {_OF_RUNS[metric.summary]}" if table == "runs" else "; at the end of the month"
                found.append(Column(table, name, metric.title, metric.unit, metric.meaning.rstrip(".") + of_run))
            elif table == "sets" and owner in catalogue().MECHANISMS and field:
                declared = specification(catalogue().MECHANISMS[owner])[field]
                found.append(Column(table, name, name, declared.unit, declared.meaning))
            elif name in cross:
                found.append(Column(table, name, name, "", f"condition: {', '.join(cross[name])}"))
            else:
                found.append(Column(table, name, name, "", _KEYS.get(name, "varied by the design")))
    return found


_R = """\
# Reads what `tfs-sim export` wrote, in this folder: one data frame a table, texts as factors, and the codebook.
# For example:  source("read.R"); aggregate(support ~ strategy, runs, mean); subset(codebook, table == "runs")

here <- if (exists("folder")) folder else "."
codebook <- read.csv(file.path(here, "codebook.csv"), stringsAsFactors = FALSE, encoding = "UTF-8")
for (name in unique(codebook$table)) {{
  path <- file.path(here, paste0(name, ".csv"))
  if (file.exists(path)) {{
    frame <- read.csv(path, stringsAsFactors = TRUE, encoding = "UTF-8", check.names = FALSE)
    if ("date" %in% names(frame)) frame$date <- as.Date(paste0(substr(frame$date, 1, 7), "-01"))
    assign(name, frame)
  }}
}}
cat("{title}: read", paste(unique(codebook$table), collapse = ", "), "\\n")
"""


def export(folder: str | os.PathLike[str], out: str | os.PathLike[str], excel: bool = False) -> list[Path]:
    """Write the results of a sweep as CSV files for R and others, with a codebook; and as a workbook.

    Parameters
    ----------
    folder : results of a sweep.
    out : folder of what is written.
    excel : whether a workbook is written, too; needs openpyxl.

    Returns
    -------
    The files.

    Raises
    ------
    UserError
        where results are not finished or damaged, the folder cannot be written to, another process writes there, or
        openpyxl is lacking.
    """
    sweep = Sweep.load(folder)
    if excel:
        _openpyxl()
    target = files.made_folder(Path(out))
    with only_one(target):
        files.sweep_up(target)
        return _written(sweep, target, excel)


def _written(sweep: Sweep, target: Path, excel: bool) -> list[Path]:
    """Write the files and return them."""
    written: list[Path] = []
    names: dict[str, list[str]] = {}
    for table in TABLES:
        path = sweep.folder / f"{table}.parquet"
        if not os.path.lexists(path):
            continue
        sweep.read(table, ["strategy"] if table in ("runs", "series") else None)  # checked like any other use
        names[table] = _columns(path)
        written.append(target / f"{table}.csv")
        with files.written(written[-1]) as file:
            for chunk in _chunks(path):
                file.write(chunk)
    book = codebook(sweep, names)
    written += [target / "codebook.csv", target / "read.R"]
    files.write_bytes(written[-2], as_csv(_frame(book)))
    title = shown(str(sweep.experiment["title"])).replace("\\", "\\\\").replace('"', '\\"')
    files.write_bytes(written[-1], _R.format(title=title).encode())
    if excel:
        written.append(target / "results.xlsx")
        files.write_bytes(written[-1], workbook(sweep, book))
    return written


def _columns(path: Path) -> list[str]:
    with records.opened(path) as file:
        return list(file.schema_arrow.names)


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a stored table as CSV, some hundred thousand rows at a time."""
    first = True
    with records.opened(path) as file:
        for batch in file.iter_batches():
            text = as_csv(batch.to_pandas())
            yield text if first else text.partition(b"\n")[2]
            first = False


def _frame(book: list[Column]) -> DataFrame:
    import pandas as pd

    return pd.DataFrame([vars(each) for each in book], columns=["table", "column", "title", "unit", "meaning"])


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        hint = 'Install it (pip install "tfs-sim[survey]"), or leave --excel out: CSV files open in Excel, too.'
        raise refusal("workbooks are written with openpyxl, which is not installed", hint) from None
    return openpyxl


def workbook(sweep: Sweep, book: list[Column]) -> bytes:
    """Return results as a workbook: about, definitions, means by strategy, runs as far as a sheet goes.

    Texts are written as texts, whatever they begin with: nothing in it is a formula.
    """
    openpyxl = _openpyxl()
    made = openpyxl.Workbook(write_only=True)
    runs, facts, mark = sweep.runs, sweep.provenance, sweep.experiment
    plan = mark["plan"]
    fit = runs.head(MOST_ROWS)
    about = [
        ("Title", mark["title"]),
        ("Question", mark["question"]),
        ("Seed", plan["seed"]),
        ("Sets of parameters", plan["sets"]),
        ("Replicates of each", plan["replicates"]),
        ("Version", facts["tfs_sim"]),
        ("Model", facts["model"]),
        ("Made", facts["date"]),
        ("Runs in this workbook", f"{len(fit):,} of {len(runs):,}; runs.csv has all"),
        ("Means", "over runs of a strategy, condition and site; the spread of runs is no interval of the mean"),
    ]
    _sheet(made, "About", ["What", "Value"], about)
    _sheet(made, "Definitions", list(_frame(book).columns), _frame(book).itertuples(index=False))
    keys = ["strategy", *mark["cross"], "site"]
    metrics = [each.column for each in book if each.table == "runs" and each.unit]
    means = runs.groupby(keys, observed=True, sort=False)[metrics].agg(["mean", "std"])
    units = {each.column: each.unit for each in book if each.table == "runs"}
    columns = [(name, kind) for name in metrics for kind in ("mean", "std")]
    head = [
        *keys,
        *(f"{name}: {'mean' if kind == 'mean' else 'spread of runs'} ({units[name]})" for name, kind in columns),
    ]
    _sheet(made, "Means", head, means.reset_index().itertuples(index=False))
    titled = [f"{name} ({units[name]})" if units.get(name) else name for name in fit.columns]
    _sheet(made, "Runs", titled, fit.itertuples(index=False))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def _sheet(book: Any, title: str, head: list[str], rows: Any) -> None:
    from openpyxl.cell import WriteOnlyCell

    sheet = book.create_sheet(title)

    def cell(value: Any) -> Any:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, float) and not np.isfinite(value):
            return None
        if isinstance(value, bool | int | float) or value is None:
            return value
        text = WriteOnlyCell(sheet, value=shown(str(value))[:32_000])
        text.data_type = "s"  # never a formula
        return text

    sheet.append([cell(name) for name in head])
    for row in rows:
        sheet.append([cell(value) for value in row])


def graphml(
    scenario: Scenario, month: int, site: str | None = None, replicate: int = 0, seed: int = 1, parameter_set: str = "",
    uncertainty: str = "plausible", settings: Mapping[tuple[str, str, str], Any] | None = None,
) -> bytes:  # fmt: skip
    """Return the network of a community at the end of a month in one run, as GraphML.

    Parameters
    ----------
    scenario : what is run; of an experiment an arm's.
    month : from 1.
    site : which community; default: the only one.
    replicate, seed : which luck.
    parameter_set, uncertainty : under which set of parameters, from where; default: none.
    settings : what the set gives, where it is known already.

    Returns
    -------
    bytes
        Nodes: identity, with sector, role, status, effort. Edges: ties, with trust of each end in the other and the
        months since they last dealt with each other.
    """
    import networkx as nx

    from tfs_sim.experiments.designs.plausible import open_to
    from tfs_sim.experiments.execution import starting
    from tfs_sim.experiments.execution.job import at_point
    from tfs_sim.experiments.execution.uncertain import one_set
    from tfs_sim.experiments.execution.work import warm_up
    from tfs_sim.model.state import ROLES, SECTORS, STATUSES
    from tfs_sim.scenario.beginnings import template_of
    from tfs_sim.scenario.fields import whole_or_refused

    month = whole_or_refused("month", month, 1, scenario.clock.months)
    key = _site(scenario, site)
    template = template_of(scenario)
    if parameter_set:
        given = one_set(uncertainty, parameter_set).settings(0) if settings is None else settings
        template = at_point(template, scenario, open_to(given, scenario), parameter_set)
    warm_up(None)
    world = None
    for at, here, _ in starting.trace(template, seed, replicate, parameter_set):
        if at == month - 1:
            world = here
            break
    assert world is not None
    graph = nx.Graph(site=key, month=month, date=scenario.clock.date(month - 1), replicate=replicate, seed=seed)
    names = [each.identity for each in template.organizations]
    for n in np.flatnonzero(np.asarray(world.site_of) == template.sites.index(key)).tolist():
        graph.add_node(
            names[n], sector=SECTORS[world.sector[n]], role=ROLES[world.role[n]], status=STATUSES[world.status[n]],
            effort=float(world.effort[n]),
        )  # fmt: skip
    pairs = world.one_end.size
    for q in np.flatnonzero(np.asarray(world.is_open)).tolist():
        one, other = names[world.one_end[q]], names[world.other_end[q]]
        if one in graph:
            first, second = sorted((one, other))
            trust = {one: float(world.trust[q]), other: float(world.trust[q + pairs])}
            graph.add_edge(
                first, second, trust_source=trust[first], trust_target=trust[second],
                trust=(trust[first] + trust[second]) / 2.0, months_since_contact=float(world.idle[q]),
            )  # fmt: skip
    kept = io.BytesIO()
    nx.write_graphml(graph, kept)
    return kept.getvalue()


def _site(scenario: Scenario, site: str | None) -> str:
    keys = list(scenario.sites)
    if site is None and len(keys) > 1:
        raise UserError(Mistake(f"there are {len(keys):,} communities", hint="Say which: --site NAME."))
    if site is not None and site not in keys:
        from tfs_sim.scenario.errors import listed, nearest, quote

        message = f"there is no site {quote(site)}; there are {listed(keys)}"
        raise UserError(Mistake(message, suggestion=nearest(site, keys)))
    return site or keys[0]

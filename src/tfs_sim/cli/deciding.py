"""The command `decide`: what to choose at which worth, how sure that is, and what to learn."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tfs_sim.cli.terminal import bold, columns, path, table, tables, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote

if TYPE_CHECKING:
    import pandas as pd

    from tfs_sim.analysis.stored import Stored
    from tfs_sim.decisions.cells import Cells, Units

LARGEST_FILE = 200_000_000
"""Bytes of a table that are read at most."""
MOST_CELLS = 50_000_000
"""Cells of a Parquet table that are read at most: a small file may hold any number of them."""


class Asked(NamedTuple):
    """What a user asks of a decision.

    Attributes
    ----------
    worths : of a unit of effect; without any, those at which the choice changes.
    decisions : to how many decisions what is learned is worth something; None: as a file says, or one.
    """

    worths: tuple[float, ...] = ()
    decisions: float | None = None


class Valued(NamedTuple):
    """How results of a sweep become a table: `view`, price of an hour, rates of discounting; what is worth learning.

    None stands for what the experiment's file says in `[decision]`; of the view, for each that has what it needs.
    """

    view: str | None = None
    hour: float | None = None
    discount_costs: float | None = None
    discount_effects: float | None = None
    learn: bool = False
    pilot: int | None = None
    months: int | None = None


def decide(
    source: Path,
    parameters: Path | None,
    worth: str | None,
    population: int | None,
    horizon: int | None,
    valued: Valued,
) -> None:
    """Print the frontier, bands of worths, and at each worth what to choose and what knowing more is worth."""
    if (population is None) != (horizon is None):
        raise UserError(
            Mistake("--population and --horizon go together: how many decide a year, and for how many years")
        )
    asked = _worths(worth)
    known = None if parameters is None else read(parameters, parameters=True)
    from tfs_sim.decisions import deciders, learnable

    scale = None if population is None or horizon is None else deciders(population, horizon)
    if source.is_dir():
        _of_results(source, known, Asked(asked, scale), valued)
        return
    if valued != Valued():
        raise UserError(
            Mistake("--view, --hour, --discount-…, --learn and --pilot are for folders of results, not for tables")
        )
    runs = read(source)
    if known is not None and "set" in runs and runs["set"].dtype != known["set"].dtype:
        runs["set"], known["set"] = runs["set"].astype(str), known["set"].astype(str)
    if known is not None:
        learnable(runs, known)
    tell(runs, known, Asked(asked, scale))


def _of_results(folder: Path, known: pd.DataFrame | None, asked: Asked, valued: Valued) -> None:
    """Print what the results of a sweep say: by the view that is asked for, or by each that has what it needs.

    That is the funder's, and society's where an hour has a price: two answers, which never meet in one sum.
    """
    from tfs_sim.analysis.stored import Stored
    from tfs_sim.analysis.valued import VIEWS, stamp
    from tfs_sim.experiments.storage.stored import Sweep

    if valued.view is not None and valued.view not in VIEWS:
        said = f"--view is funder or society; found {quote(valued.view)}"
        raise UserError(Mistake(said, suggestion=nearest(valued.view, VIEWS)))
    stored = Stored.of(Sweep.load(folder))
    priced = valued.hour if valued.hour is not None else (stored.experiment.get("decision") or {}).get("hour")
    views = [valued.view] if valued.view is not None else ["funder"] if priced is None else list(VIEWS)
    print(bold(stored.experiment["title"]))
    for place, view in enumerate(views):
        if place:
            print()
        hour = None if valued.view is None and view == "funder" else valued.hour
        _by_view(stored, known, asked, valued._replace(view=view, hour=hour))
    if valued.pilot is not None:
        _pilot(stored, views, asked, valued)
    print("\n" + wrapped(stamp(stored)))


def _pilot(stored: Stored, views: Sequence[str], asked: Asked, valued: Valued) -> None:
    """Print what a pilot is worth, by each view."""
    from dataclasses import replace

    from tfs_sim.analysis.decided import decided
    from tfs_sim.analysis.piloting import pilots
    from tfs_sim.analysis.words import money
    from tfs_sim.decisions.cells import scaled
    from tfs_sim.decisions.words import amount

    if valued.pilot is None:
        return
    known = [view for view in decided(stored) if view.view in views]
    if not known:
        hint = "Society's view needs the price of an hour in the experiment's file ([decision] hour) for it."
        raise UserError(Mistake("what a pilot is worth cannot be told of these results by this view", hint=hint))
    for view in known:
        now, _, _ = _as_filed(stored, asked, valued)
        scale = 1.0 if now.decisions is None else now.decisions
        found = pilots(replace(view, given=now.worths or view.given), valued.pilot, valued.months)
        print(f"\n{bold('What a pilot is worth')} ({view.view}{view.where})")
        for each in found:
            said = f"${amount(scale * each.value)} (one standard error: ± ${amount(scale * each.se)})"
            if not each.seen:
                said = f"not seen to be worth anything: not above ${amount(scale * each.floor)}, what data dealt out "
                said += "anew seem to be worth at most"
            print(wrapped(f"At ${amount(each.worth)} a student-month, {scaled(scale)}: {said}."))
        one = found[0]
        print(
            wrapped(
                f"Of {count(one.communities, 'community', 'communities')} with each of {len(stored.strategies)} "
                f"strategies, looked at for {count(one.months, 'month')}, which take {money(one.spent / 1000)} in that "
                "time. Delivered support is taken to be counted without error: a real pilot tells less."
            )
        )


def _by_view(stored: Stored, known: pd.DataFrame | None, asked: Asked, valued: Valued) -> None:
    """Print what one view says."""
    from tfs_sim.analysis.sentences import capital
    from tfs_sim.analysis.valued import COUNTED_IN, UNIT, View, costs_and_effects, in_words, whose
    from tfs_sim.decisions import learnable, value_by_site
    from tfs_sim.decisions.cells import site_cells

    view: View = "society" if valued.view == "society" else "funder"
    if valued.learn:
        if known is not None:
            raise UserError(Mistake("--learn takes the results' own parameters, and --parameters others: give one"))
        if stored.units.set is None:
            raise UserError(Mistake("--learn needs sets of parameters, and these results have none"))
        known = stored.sets
    asked, hour, rates = _as_filed(stored, asked, valued)
    runs = costs_and_effects(stored, view, hour, *rates)
    if known is not None:
        learnable(runs, known)
    sites = f", {len(stored.sites)} sites together" if len(stored.sites) > 1 else ""
    over = f"over {stored.months} months{sites}; {stored.units.said}"
    print(wrapped(f"{capital(whose(view))} view: {in_words(view, hour)}; {over}{_discounted(rates)}."))
    groups = None
    if valued.learn and known is not None:
        from tfs_sim.reasons.groups import of_parameters

        groups = of_parameters(str(name) for name in known.columns if name != "set")
    tell(runs, known, asked, UNIT, groups, COUNTED_IN)
    if asked.worths and len(stored.sites) > 1 and stored.units.set is not None:
        print(f"\n{bold('For whom')}")
        _told(site_cells(value_by_site(runs, asked.worths), COUNTED_IN))


def _discounted(rates: tuple[float, float]) -> str:
    """Return at which rates a year amounts are discounted."""
    said = [f"{name} at {rate:.3g}" for name, rate in zip(("costs", "effects"), rates, strict=True) if rate]
    return f"; discounted a year: {', '.join(said)}" if said else ""


def _as_filed(stored: Stored, asked: Asked, valued: Valued) -> tuple[Asked, float | None, tuple[float, float]]:
    """Return worths and decisions, the price of an hour and rates: as asked, or else as the experiment's file says."""
    from tfs_sim.decisions import deciders

    filed = stored.experiment.get("decision") or {}
    worths = asked.worths or tuple(filed.get("worths") or ())
    decisions = asked.decisions
    if decisions is None:
        decisions = deciders(filed["population"], filed["horizon"]) if filed.get("population") else 1.0
    hour = filed.get("hour") if valued.hour is None and valued.view == "society" else valued.hour
    given = (valued.discount_costs, valued.discount_effects)
    names = ("discount_costs", "discount_effects")
    costs, effects = (filed.get(name, 0.0) if rate is None else rate for name, rate in zip(names, given, strict=True))
    return Asked(worths, decisions), hour, (costs, effects)


def _worths(text: str | None) -> tuple[float, ...]:
    """Return worths that are apart by commas."""
    if text is None:
        return ()
    from tfs_sim.decisions.tables import worths
    from tfs_sim.scenario.csv_files import plain_float

    found = []
    for part in text.split(","):
        value = plain_float(part.strip().replace("_", ""))
        if value is None:
            raise UserError(Mistake(f"--worth is a number, or several apart by commas; found {quote(part.strip())}"))
        found.append(value)
    return worths(found)


def tell(
    runs: pd.DataFrame,
    known: pd.DataFrame | None,
    asked: Asked,
    unit: str = "a unit of effect",
    groups: Mapping[str, Sequence[str]] | None = None,
    units: Units | None = None,
) -> None:
    """Print what tidy tables say (see `tfs_sim.decisions`), whatever they come from; a worth is that of `unit`.

    In what costs and effects are counted (`units`) stands in the heads of tables, where it is known. With `groups` of
    parameters it is also said what knowing all of a group is worth.
    """
    from tfs_sim import decisions
    from tfs_sim.decisions.cells import Units, choice_cells, frontier_cells
    from tfs_sim.decisions.tables import UNITS

    units = units or Units()
    scale = 1.0 if asked.decisions is None else asked.decisions
    keys = [str(name) for name in runs.columns if name not in (*UNITS, "cost", "effect")]
    for where, part in _apart(runs, keys):
        if where:
            print(f"\n{bold(where)}")
        _told(frontier_cells(decisions.frontier(part), units), apart=False)
        if "set" not in part or part["set"].nunique() < 2:
            print(wrapped("\nThe table has one set of parameters: how sure this is cannot be said."))
            continue
        found = decisions.bands(part)
        print()
        for sentence in decisions.in_words(found, unit):
            print(wrapped(sentence))
        at = asked.worths or tuple(found["high"][:-1][(found["best"] != found["best"].shift(-1))[:-1]])
        if not at:
            if known is not None:
                print(wrapped("The choice is the same at every worth; --worth says where to look for what to learn."))
            continue
        if not asked.worths:
            said = "No worth was given; what follows is told where the choice changes, so that the two that come first "
            print(wrapped(f"{said}are worth the same there by expectation (--worth says another)."))
        print()
        _told(choice_cells(decisions.choices(part, at), decisions.evpi(part, at), scale, units))
        if known is not None:
            _parameters(decisions.evppi(part, known, at), scale)
        if known is not None and groups is not None:
            _groups(decisions.evppi(part, known, at, groups), scale)


def _apart(runs: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the table of each combination of further keys, with what it is called."""
    if not keys:
        yield "", runs
        return
    for values, part in runs.groupby(list(keys), sort=True):
        yield (
            ", ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=True)),
            part.drop(columns=list(keys)),
        )


def _told(cells: Cells, apart: bool = True) -> None:
    """Print a table of answers; what names hold does not steer the terminal."""
    rows = [[quote(cell)[1:-1] for cell in row] for row in cells.rows]
    print("\n\n".join(tables(cells.head, rows)) if apart else table(cells.head, rows))
    if cells.note:
        print(wrapped(cells.note))


def _parameters(found: pd.DataFrame, scale: float) -> None:
    from tfs_sim.decisions.cells import parameter_cells, scaled
    from tfs_sim.decisions.words import amount

    for worth, rows in found.groupby("worth", sort=True):
        floor = amount(scale * float(rows["floor"].iloc[0]))
        print(f"\n{bold(f'Worth knowing at {amount(float(worth))}')} ({scaled(scale)}; noise floor {floor})")  # type: ignore[arg-type]
        cells = parameter_cells(rows, scale)
        print(columns([(name, value) for name, value in cells.rows]))
        if cells.note:
            print(wrapped(cells.note))


def _groups(found: pd.DataFrame, scale: float) -> None:
    from tfs_sim.decisions.cells import group_cells, scaled
    from tfs_sim.decisions.words import amount

    for worth, rows in found.groupby("worth", sort=True):
        print(f"\n{bold(f'Worth knowing together at {amount(float(worth))}')} ({scaled(scale)})")  # type: ignore[arg-type]
        _told(group_cells(rows, scale), apart=False)


def read(file: Path, parameters: bool = False) -> pd.DataFrame:
    """Return a table from a CSV or Parquet file.

    Parameters
    ----------
    parameters : whether it holds parameters: then numbers may stand in any column.

    Raises
    ------
    UserError
        Where the file cannot be read, with the place of what is wrong in it.
    """
    if file.suffix.lower() == ".parquet":
        return _parquet(file)
    import pandas as pd

    from tfs_sim.decisions.tables import is_meant_as_number
    from tfs_sim.scenario.csv_files import CsvTable, plain_float
    from tfs_sim.scenario.reading import read_text

    first = read_text(file, LARGEST_FILE).split("\n", 1)[0]
    header = [cell.strip() for cell in next(csv.reader([first]), [])]
    required = ("set",) if parameters else ("strategy", "cost", "effect")
    given = CsvTable(file, required, tuple(name for name in header if name not in required), LARGEST_FILE)
    mistakes: list[Mistake] = []
    found: dict[str, Any] = {}
    for place, name in enumerate(given.header):
        cells = [row.values[place] for row in given.rows]
        empty = next((row for row in given.rows if not row.values[place]), None)
        if empty is not None:
            mistakes.append(given.mistake(empty, name, f"column {quote(name)} is empty here"))
            continue
        numbers = [plain_float(cell) for cell in cells]
        if name in ("cost", "effect") or (parameters and name != "set" and any(map(is_meant_as_number, cells))):
            wrong = next((row for row, number in zip(given.rows, numbers, strict=True) if number is None), None)
            if wrong is not None:
                cell = quote(wrong.values[place])
                mistakes.append(given.mistake(wrong, name, f"column {quote(name)} is a finite number; found {cell}"))
            found[name] = numbers
        else:
            found[name] = [int(cell) for cell in cells] if all(map(_whole, cells)) else cells
    if mistakes:
        raise UserError(mistakes)
    return pd.DataFrame(found)


def _whole(cell: str) -> bool:
    """Say whether a cell is a whole number, written as such: 01 is another name than 1."""
    return re.fullmatch(r"0|-?[1-9][0-9]{0,14}", cell) is not None


def _parquet(file: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not file.exists():
        raise UserError(Mistake(f"there is no file {path(file)}"))
    if not file.is_file():  # a pipe would be waited for, a device read without end
        raise UserError(Mistake(f"{path(file)} is not an ordinary file"))
    try:
        about = pq.read_metadata(file)
        if (cells := about.num_rows * about.num_columns) > MOST_CELLS:
            raise UserError(Mistake(f"{path(file)} has {cells:,} cells, where at most {MOST_CELLS:,} are read"))
        found = pq.read_table(file)
        for field in found.schema:
            if pa.types.is_nested(field.type):
                raise UserError(Mistake(f"{path(file)}: the column {quote(field.name)} holds lists, not single values"))
        return found.to_pandas()  # type: ignore[no-any-return]
    except (OSError, pa.ArrowException) as problem:
        raise UserError(Mistake(f"{path(file)} cannot be read as a Parquet table")) from problem

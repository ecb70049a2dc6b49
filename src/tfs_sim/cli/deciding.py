"""The command `decide`: what to choose at which worth, how sure that is, and what to learn."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tfs_sim.cli.terminal import bold, columns, path, table, tables, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    import pandas as pd

    from tfs_sim.analysis.stored import Stored

LARGEST_FILE = 200_000_000
"""Bytes of a table that are read at most."""
MOST_CELLS = 50_000_000
"""Cells of a Parquet table that are read at most: a small file may hold any number of them."""
MOST_PARAMETERS = 10
"""Parameters that are shown, those that are worth most."""


class Asked(NamedTuple):
    """What a user asks of a decision.

    Attributes
    ----------
    worths : of a unit of effect; without any, those at which the choice changes.
    decisions : to how many decisions what is learned is worth something.
    """

    worths: tuple[float, ...] = ()
    decisions: float = 1.0


class Valued(NamedTuple):
    """How results of a sweep become a table: `view`, price of an hour, rates of discounting; what is worth learning."""

    view: str = "funder"
    hour: float | None = None
    discount_costs: float = 0.0
    discount_effects: float = 0.0
    learn: bool = False


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

    scale = 1.0 if population is None or horizon is None else deciders(population, horizon)
    if source.is_dir():
        _of_results(source, known, Asked(asked, scale), valued)
        return
    if valued != Valued():
        raise UserError(Mistake("--view, --hour, --discount-… and --learn are for folders of results, not for tables"))
    runs = read(source)
    if known is not None and "set" in runs and runs["set"].dtype != known["set"].dtype:
        runs["set"], known["set"] = runs["set"].astype(str), known["set"].astype(str)
    if known is not None:
        learnable(runs, known)
    tell(runs, known, Asked(asked, scale))


def _of_results(folder: Path, known: pd.DataFrame | None, asked: Asked, valued: Valued) -> None:
    """Print what the results of a sweep say: one of two views, which never meet in one sum."""
    from tfs_sim.analysis.stored import Stored
    from tfs_sim.analysis.valued import UNIT, VIEWS, costs_and_effects
    from tfs_sim.decisions import learnable, value_by_site
    from tfs_sim.decisions.words import amount
    from tfs_sim.experiments.storage.stored import Sweep

    if valued.view not in VIEWS:
        said = f"--view is funder or society; found {quote(valued.view)}"
        raise UserError(Mistake(said, suggestion=nearest(valued.view, VIEWS)))
    stored = Stored.of(Sweep.load(folder))
    if valued.learn:
        if known is not None:
            raise UserError(Mistake("--learn takes the results' own parameters, and --parameters others: give one"))
        if stored.units.set is None:
            raise UserError(Mistake("--learn needs sets of parameters, and these results have none"))
        known = stored.sets
    runs = costs_and_effects(
        stored,
        "society" if valued.view == "society" else "funder",
        valued.hour,
        valued.discount_costs,
        valued.discount_effects,
    )
    if known is not None:
        learnable(runs, known)
    print(bold(stored.experiment["title"]))
    charged = "dollars spent, against student-months of support delivered (net of partners' separate work)"
    if valued.view == "society":
        charged = (
            f"dollars spent and partners' hours at ${valued.hour:g}, against student-months of support as if joint "
            "work took nothing from separate work"
        )
    sites = f", {len(stored.sites)} sites together" if len(stored.sites) > 1 else ""
    print(wrapped(f"The {valued.view}'s view: {charged}; over {stored.months} months{sites}; {stored.units.said}."))
    tell(runs, known, asked, UNIT)
    if asked.worths and len(stored.sites) > 1 and stored.units.set is not None:
        found = value_by_site(runs, asked.worths)
        own = ("worth", "site", "best", "for_all", "gain", "low", "high")
        keys = [name for name in found.columns if name not in own]
        rows = [
            [*(str(row[key]) for key in keys), amount(row["worth"]), row["site"], row["best"],
             f"{amount(row['gain'])} ({amount(row['low'])} to {amount(row['high'])})"]
            for row in found.to_dict("records")
        ]  # fmt: skip
        print(f"\n{bold('For whom')}")
        print("\n\n".join(tables([*keys, "worth", "site", "best there", "gain of choosing for each (95%)"], rows)))
    print("\n" + wrapped(_stamp(stored)))


def _stamp(stored: Stored) -> str:
    if stored.calibrated:
        return "Of sets that agree with published figures; not a probability for your town."
    return "Not calibrated yet: read this as how the model behaves, not as a forecast of costs or effects."


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


def tell(runs: pd.DataFrame, known: pd.DataFrame | None, asked: Asked, unit: str = "a unit of effect") -> None:
    """Print what tidy tables say (see `tfs_sim.decisions`), whatever they come from; a worth is that of `unit`."""
    from tfs_sim import decisions
    from tfs_sim.decisions.tables import UNITS

    scale = asked.decisions
    scaled = "to one decision" if scale == 1 else f"to {scale:,.6g} decisions"
    keys = [str(name) for name in runs.columns if name not in (*UNITS, "cost", "effect")]
    for where, part in _apart(runs, keys):
        if where:
            print(f"\n{bold(where)}")
        _frontier(decisions.frontier(part))
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
                print(
                    wrapped("The choice is the same at every worth; --worth says at which to look for what to learn.")
                )
            continue
        if not asked.worths:
            print(wrapped("No worth was given; what follows is told where the choice changes."))
        _choices(decisions.choices(part, at), decisions.evpi(part, at), scale, scaled)
        if known is not None:
            _parameters(decisions.evppi(part, known, at), scale, scaled)


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


def _frontier(found: pd.DataFrame) -> None:
    from tfs_sim.decisions.words import amount

    said = {"efficient": "", "dominated": "dominated", "extended": "dominated by a mix of two others"}
    rows = []
    for row in found.to_dict("records"):
        ratio = "" if row["ratio"] is None or row["ratio"] != row["ratio"] else amount(row["ratio"])
        rows.append(
            [quote(row["strategy"])[1:-1], amount(row["cost"]), amount(row["effect"]), ratio or said[row["status"]]]
        )
    print(table(["strategy", "cost", "effect", "cost a further unit"], rows))


def _choices(chosen: pd.DataFrame, knowing: pd.DataFrame, scale: float, scaled: str) -> None:
    from tfs_sim.decisions.words import amount

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
    print()
    head = ["worth", "best", "next", "lead (95%)", "told apart", "best in sets", "knowing all"]
    print("\n\n".join(tables(head, rows)))
    luck = set(knowing["luck"])
    print(
        wrapped(
            f"Knowing all is worth so much {scaled}, in the unit of cost. "
            + ("Luck is taken out; what is in brackets holds without that." if luck == {"measured"} else "")
            + (
                "With one replicate, luck cannot be told from uncertainty: these are upper bounds."
                if "unknown" in luck
                else ""
            )
        )
    )


def _parameters(found: pd.DataFrame, scale: float, scaled: str) -> None:
    from tfs_sim.decisions.information import PERMUTED
    from tfs_sim.decisions.words import amount

    for worth, rows in found.groupby("worth", sort=True):
        seen = rows[rows["seen"]].head(MOST_PARAMETERS)
        floor = amount(scale * float(rows["floor"].iloc[0]))
        print(f"\n{bold(f'Worth knowing at {amount(float(worth))}')} ({scaled}; noise floor {floor})")  # type: ignore[arg-type]
        shown = [
            (row["parameter"], f"{amount(scale * row['evppi'])} ± {amount(scale * row['se'])}")
            for row in seen.to_dict("records")
        ]
        rest = len(rows) - len(seen)
        print(columns([*shown, *([("others", f"{rest}: not seen, or less")] if rest else [])]))
        by_chance = len(rows) / (PERMUTED + 1)
        if by_chance >= 1:
            print(
                wrapped(f"Of {len(rows)} that are worth nothing about {by_chance:.0f} stand above the floor by chance.")
            )


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

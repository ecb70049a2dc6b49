"""The command `decide`: what to choose at which worth, how sure that is, and what to learn."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tfs_sim.cli.terminal import bold, columns, path, table, tables, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, quote

if TYPE_CHECKING:
    import pandas as pd

LARGEST_FILE = 200_000_000
"""Bytes of a table that are read at most."""
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


def decide(file: Path, parameters: Path | None, worth: str | None, population: int | None, horizon: int | None) -> None:
    """Print the frontier, bands of worths, and at each worth what to choose and what knowing more is worth."""
    if (population is None) != (horizon is None):
        raise UserError(
            Mistake("--population and --horizon go together: how many decide a year, and for how many years")
        )
    asked = _worths(worth)
    if file.is_dir():
        raise UserError(Mistake(f"{path(file)} is a folder; a table is needed: a CSV or Parquet file"))
    known = None if parameters is None else read(parameters, parameters=True)
    from tfs_sim.decisions import deciders

    scale = 1.0 if population is None or horizon is None else deciders(population, horizon)
    tell(read(file), known, Asked(asked, scale))


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


def tell(runs: pd.DataFrame, known: pd.DataFrame | None, asked: Asked) -> None:
    """Print what tidy tables say (see `tfs_sim.decisions`), whatever they come from."""
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
        for sentence in decisions.in_words(found):
            print(wrapped(sentence))
        at = asked.worths or tuple(found["high"][:-1][(found["best"] != found["best"].shift(-1))[:-1]])
        if not at:
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
            ", ".join(f"{key} {value}" for key, value in zip(keys, values, strict=True)),
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
        if name in ("cost", "effect") or (parameters and name != "set" and None not in numbers):
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
    return re.fullmatch(r"-?[0-9]{1,15}", cell) is not None


def _parquet(file: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(file).to_pandas()  # type: ignore[no-any-return]
    except FileNotFoundError:
        raise UserError(Mistake(f"there is no file {path(file)}")) from None
    except (OSError, pa.ArrowException) as problem:
        raise UserError(Mistake(f"{path(file)} cannot be read as a Parquet table")) from problem

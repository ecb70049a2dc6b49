"""Workbooks (XLSX) as sheets, through openpyxl: values alone; formulas are never reckoned, and macros never run."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.errors import Mistake, UserError, count
from tfs_sim.survey.graphs import refuse_entities
from tfs_sim.survey.sheets import MOST_COLUMNS, Sheet, sheet_of, too_wide

LARGEST_UNPACKED = 200_000_000
"""Bytes of a workbook, unpacked, that are read."""
MOST_ROWS = 200_000


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook that hold something.

    Of formulas the value that was stored with them is taken.

    Raises
    ------
    UserError
        if openpyxl is not installed, the file is no workbook, is too large, declares entities, or has a formula that
        was never reckoned.
    """
    macros = _checked(path)
    try:
        import openpyxl
    except ImportError:
        message = "workbooks are read with openpyxl, which is not installed"
        hint = 'Install it (pip install "tfs-sim[survey]"), or save each sheet as CSV.'
        raise UserError(Mistake(message, file=path.name, hint=hint)) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a workbook has beside values: charts, checks of what is put in
        try:
            stored = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            written = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        except Exception as problem:  # openpyxl raises many kinds of error for what is no workbook
            raise UserError(Mistake("this cannot be read as a workbook (XLSX)", file=path.name)) from problem
        try:
            found = [_sheet(path.name, title, stored[title], written[title]) for title in _titles(stored)]
        except UserError:
            raise
        except Exception as problem:  # sheets are parsed as they are read
            raise UserError(Mistake("this cannot be read as a workbook (XLSX)", file=path.name)) from problem
        finally:
            stored.close()
            written.close()
    sheets = [sheet for sheet in found if sheet is not None]
    if not sheets:
        raise UserError(Mistake("no sheet of the workbook holds anything", file=path.name))
    if macros:
        sheets[0] = replace(sheets[0], remarks=(*sheets[0].remarks, "the workbook has macros, which are not read"))
    return sheets


def _titles(book: Any) -> list[str]:
    return [sheet.title for sheet in book.worksheets]


def _sheet(file: str, title: str, stored: Any, written: Any) -> Sheet | None:
    rows: list[tuple[int, list[str]]] = []
    formulas = 0
    for each in (stored, written):
        each.reset_dimensions()  # what a file says of its size may be anything: rows are as wide as they are
    for number, (values, texts) in enumerate(
        zip(stored.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=False), start=1
    ):
        if len(values) > MOST_COLUMNS and any(each is not None for each in values[MOST_COLUMNS:]):
            raise UserError(too_wide(f"{file}#{title}", len(values)))
        if all(each is None for each in values) and all(each is None for each in texts):
            continue
        if number > MOST_ROWS:
            raise UserError(Mistake(f"the sheet has more than {MOST_ROWS:,} rows", file=f"{file}#{title}"))
        for column, (value, text) in enumerate(zip(values, texts, strict=False), start=1):
            if isinstance(text, str) and text.startswith("="):
                formulas += 1
                if value is None:
                    message = f"the formula in column {column} was never reckoned, so that it has no value"
                    hint = "Open the workbook, save it, and import it again; formulas are not reckoned here."
                    raise UserError(Mistake(message, file=f"{file}#{title}", line=number, hint=hint))
        rows.append((number, [_text(value) for value in values[:MOST_COLUMNS]]))
    if not any(cell.strip() for _, cells in rows for cell in cells):
        return None
    said = f"{count(formulas, 'formula')}: the values that were stored with them are taken"
    return sheet_of(f"{file}#{title}", rows, remarks=(said,) if formulas else ())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)


def _checked(path: Path) -> bool:
    """Refuse what is no workbook, is too large unpacked, or declares entities; say whether it has macros."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise UserError(Mistake("this is not an ordinary file", file=path.name))
        if size > LARGEST_TABLE:
            message = (
                f"the file is too large: {size / 1e6:,.1f} MB, where at most {LARGEST_TABLE / 1e6:,.0f} MB are read"
            )
            raise UserError(Mistake(message, file=path.name))
        with zipfile.ZipFile(path) as book:
            if sum(each.file_size for each in book.infolist()) > LARGEST_UNPACKED:
                message = f"unpacked, the workbook has more than {LARGEST_UNPACKED / 1e6:,.0f} MB"
                raise UserError(Mistake(message, file=path.name))
            for each in book.infolist():
                if each.filename.lower().endswith((".xml", ".rels")):
                    _refuse_hidden(book.read(each), path.name)
            return any(each.filename.lower().endswith("vbaproject.bin") for each in book.infolist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise UserError(Mistake("this cannot be read as a workbook (XLSX)", file=path.name)) from None
    except OSError as problem:
        reason = problem.strerror or "it is not a file"
        raise UserError(Mistake(f"the file cannot be read: {reason}", file=path.name)) from None


def _refuse_hidden(content: bytes, name: str) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise UserError(Mistake("the workbook has parts that are not UTF-8, which are not read", file=name))
    refuse_entities(text, name)

"""The data behind figures as CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

RUN = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
"""What a text begins with that a spreadsheet would run as a formula."""


def as_csv(data: DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file; texts that a spreadsheet would run begin with an apostrophe.

    Numbers stay as they are.
    """
    safe = data.rename(columns=_harmless)
    for place, (_, column) in enumerate(data.items()):
        if column.dtype.kind not in "biufcmM":
            safe.isetitem(place, [_harmless(cell) for cell in column])
    return bytes(safe.to_csv(index=False, lineterminator="\n").encode())


def _harmless(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    line = cell.replace("\r", " ")  # which would begin a row
    return f"'{line}" if cell.startswith(RUN) else line

"""What a page carries with it: pictures and tables of numbers as addresses that hold them, so that no link can die."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.figures.save import body_svg

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.figures.style import Chart


def numbers(data: DataFrame) -> str:
    """Return a table as an address of a CSV file that it holds."""
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(as_csv(data)).decode()}"


def picture(chart: Chart, whole: bytes | None = None) -> str:
    """Return a chart without its words, which the page says, as an address of an SVG file that it holds.

    Parameters
    ----------
    whole : the chart's SVG with its words, where it was drawn already.
    """
    return f"data:image/svg+xml;base64,{base64.b64encode(body_svg(chart, whole)).decode()}"


def shown(chart: Chart, narrow: Chart, whole: bytes | None = None) -> dict[str, str]:
    """Return a figure for the page: pictures (wide, and for a phone), words, and the numbers behind it.

    Parameters
    ----------
    whole : the wide chart's SVG with its words, where it was drawn already.
    """
    words = {"title": chart.title, "subtitle": chart.subtitle, "caption": chart.caption, "alt": chart.alt}
    pictures = {"wide": picture(chart, whole), "narrow": picture(narrow)}
    return {"stem": chart.stem, **pictures, **words, "data": numbers(chart.data)}

"""The report: one self-contained page, its figures and the data behind them, from a stored sweep."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.figures import fonts
from tfs_sim.figures.charts import charts
from tfs_sim.figures.save import save, svg
from tfs_sim.figures.style import Chart
from tfs_sim.literature.glossary import used
from tfs_sim.report.audiences import SAID, file_name, reader
from tfs_sim.report.embedding import numbers, shown
from tfs_sim.report.sections import SECTIONS, Page
from tfs_sim.report.short import short
from tfs_sim.scenario.errors import count


def write_report(sweep: SweepLike, folder: str | os.PathLike[str], audience: str = "researcher") -> Path:
    """Write the page into `folder`: for a researcher, who gets all, with `figures/*.png`, `*.svg` and `data/*.csv`.

    Every file is written whole or not at all; the page comes last, so that it never refers to what is not there.

    Parameters
    ----------
    audience : "funder", "leader" or "researcher": how much is said; the numbers are the same.

    Returns
    -------
    Path
        Of report.html, or report-funder.html, report-leader.html.

    Raises
    ------
    UserError
        When there is no such audience, or another process writes there.
    """
    audience = reader(audience)
    whole = audience == "researcher"
    stored = Stored.of(sweep)
    target = Path(folder)
    drawn, narrow = charts(stored), charts(stored, narrow=True)
    path = target / file_name(audience)
    with only_one(made_folder(target)):
        sweep_up(target)
        for part in ("figures", "data") if whole else ():
            sweep_up(made_folder(target / part))
        pictures = {stem: svg(chart.figure) for stem, chart in drawn.items()}
        for stem, chart in drawn.items() if whole else ():
            save(chart.figure, target / "figures" / stem, drawn=pictures[stem])
            write_bytes(target / "data" / f"{stem}.csv", as_csv(chart.data))
        write_bytes(path, render(stored, drawn, narrow, audience, pictures).encode())
    if sentence := fonts.lacking():
        logging.getLogger("tfs_sim").warning(sentence)
    return path


def render(
    stored: Stored,
    drawn: Mapping[str, Chart],
    narrow: Mapping[str, Chart],
    audience: str = "researcher",
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Return the page as text; it ends with the words that it uses.

    Parameters
    ----------
    pictures : SVG files of the wide charts, by name, where they were drawn already.
    """
    content_, page = content(stored, drawn, narrow, audience, pictures), template("report.html.j2")
    return str(page.render(**content_, words=used(_prose(page.render(**content_, words=())))))


def _prose(page: str) -> str:
    """Return what a page says without commands, whose names are no words, and meanings, which say their own."""
    unsaid = r'<style>.*?</style>|<code>.*?</code>|<ul class="meanings">.*?</ul>|<[^>]*>'
    return unescape(re.sub(unsaid, " ", page, flags=re.DOTALL))


def template(name: str) -> Any:
    """Return a page's template; what is put into it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["numbers"] = numbers
    return environment.get_template(name)


def content(
    stored: Stored,
    drawn: Mapping[str, Chart],
    narrow: Mapping[str, Chart],
    audience: str = "researcher",
    pictures: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Return what the template shows."""
    e, p = stored.experiment, stored.provenance
    figures = {stem: shown(chart, narrow[stem], (pictures or {}).get(stem)) for stem, chart in drawn.items()}
    page = Page(stored, short(stored), figures, audience)
    made = [(s, s.content(page)) for s in SECTIONS if audience in s.readers]
    return {
        "title": str(e.get("title") or "Results"),
        "question": str(e.get("question") or ""),
        "intro": SAID[audience],
        "whole": page.whole,
        "short": page.short,
        "short_data": numbers(page.short.data),
        "calibrated": stamps.trustworthy(stored.agreement),
        "over": stamps.over(e.get("uncertainty")),
        "version": str(p.get("version") or p.get("tfs_sim") or ""),
        "date": str(p.get("date") or "")[:10],
        "seed": p.get("seed"),
        "runs": count(len(stored.arms) * len(stored.pairs), "run"),
        "sample": stored.units.said,
        "over_sites": words.mean_over_sites(len(stored.sites)),
        "arms": count(len(stored.arms), "arm"),
        "scenario": stored.scenario,
        "figures": figures,
        "sections": [{"key": s.key, "asked": s.asked, "content": c} for s, c in made if c is not None],
    }

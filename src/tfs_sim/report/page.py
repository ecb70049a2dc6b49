"""The report: one self-contained page, its figures and the data behind them, from a stored sweep."""

from __future__ import annotations

import base64
import logging
import os
import re
from pathlib import Path
from typing import Any

from tfs_sim.analysis import pooling, stamps, words
from tfs_sim.analysis.conditions import naive, stability
from tfs_sim.analysis.findings import candidates, findings
from tfs_sim.analysis.kinds import SURE
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.story import story
from tfs_sim.analysis.windows import metric
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.figures import fonts
from tfs_sim.figures.charts import charts
from tfs_sim.figures.comparisons import compared
from tfs_sim.figures.save import save, svg
from tfs_sim.figures.style import Chart
from tfs_sim.literature.glossary import used
from tfs_sim.report import changing, deciding, tables
from tfs_sim.scenario.errors import count


def write_report(sweep: SweepLike, folder: str | os.PathLike[str]) -> Path:
    """Write `report.html`, `figures/*.png`, `figures/*.svg` and `data/*.csv` into `folder`.

    Every file is written whole or not at all; the page comes last, so that it never refers to what is not there.

    Returns
    -------
    Path
        Of report.html.
    """
    stored = Stored.of(sweep)
    target = Path(folder)
    drawn, narrow = charts(stored), charts(stored, narrow=True)
    path = target / "report.html"
    with only_one(made_folder(target)):
        sweep_up(target)
        for part in ("figures", "data"):
            sweep_up(made_folder(target / part))
        for stem, chart in drawn.items():
            save(chart.figure, target / "figures" / stem)
            write_bytes(target / "data" / f"{stem}.csv", as_csv(chart.data))
        write_bytes(path, render(stored, drawn, narrow).encode())
    if sentence := fonts.lacking():
        logging.getLogger("tfs_sim").warning(sentence)
    return path


def render(stored: Stored, drawn: dict[str, Chart], narrow: dict[str, Chart]) -> str:
    """Return the page as text; it ends with the words that it uses."""
    shown, page = content(stored, drawn, narrow), template("report.html.j2")
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page.render(**shown, words=()), flags=re.DOTALL)
    return str(page.render(**shown, words=used(text)))


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
    return environment.get_template(name)


def content(stored: Stored, drawn: dict[str, Chart], narrow: dict[str, Chart]) -> dict[str, Any]:
    """Return what the template shows."""
    e, p = stored.experiment, stored.provenance
    others = compared(stored)
    grades = tables.grades()
    return {
        "title": str(e.get("title") or "Results"),
        "question": str(e.get("question") or ""),
        "findings": findings(stored, 3),
        "calibrated": stored.agreement is not None,
        "stamp": stamps.stamp(stored.agreement, stored.units.set is not None),
        "over": stamps.over(e.get("uncertainty")),
        "agreement": stored.agreement,
        "held_against": "" if stored.agreement is None else stamps.held_against(stored.agreement),
        "version": str(p.get("version") or p.get("tfs_sim") or ""),
        "date": str(p.get("date") or "")[:10],
        "seed": p.get("seed"),
        "runs": count(len(stored.arms) * len(stored.pairs), "run"),
        "drawn": stored.units.sampled,
        "sets": stored.units.sets,
        "first_set": "" if stored.units.set is None else str(min(stored.runs["set"])),
        "few": SURE if stored.units.independent and len(stored.pairs) * len(stored.sites) < SURE else None,
        "sample": stored.units.said,
        "over_sites": words.mean_over_sites(len(stored.sites)),
        "arms": count(len(stored.arms), "arm"),
        "strategies": count(len(stored.strategies), "strategy", "strategies"),
        "what": tables.strategies(stored),
        "jumps": stored.primary in stored.metrics and stored.jump(stored.primary, stored.main) > 0,
        "unit": pooling.sentence(stored.units, len(stored.sites), len(stored.levels)),
        "sites": [stored.site_title(s) for s in stored.sites],
        "months": count(stored.months, "month"),
        "scenario": stored.scenario,
        "reference": stored.title(stored.against),
        "primary": metric(stored.primary),
        "primary_said": words.short(metric(stored.primary)),
        "meanings": [(words.short(m), m.explained) for m in map(metric, stored.metrics) if m.meaning],
        "figures": {stem: _shown(chart, narrow[stem]) for stem, chart in drawn.items()},
        "takes": tables.takes(stored),
        "changes": tables.changes(stored),
        "rules": tables.rules(stored),
        "over_parameters": tables.over_sets(stored),
        "holds": stored.units.holds,
        "decisions": deciding.sections(stored),
        "changing": changing.section(stored),
        "conditions": tables.conditions(stored, others),
        "stability": stability(stored, stored.primary, others),
        "naive": naive(stored, stored.primary),
        "looked_at": len(candidates(stored)),
        "story": story(stored),
        "assumptions": [str(line) for line in e.get("assumptions") or []],
        "grades": grades,
        "parameters": sum(count for count, _ in grades),
        "not_modelled": [str(line) for line in e.get("not_modelled") or []],
        "provenance": tables.provenance(stored),
        "crisis": stored.crisis is not None,
    }


def _shown(chart: Chart, narrow: Chart) -> dict[str, str]:
    """Return a figure for the page: the pictures (wide, and for a phone) without their words, which the page says."""
    words_ = {"title": chart.title, "subtitle": chart.subtitle, "caption": chart.caption, "alt": chart.alt}
    return {"stem": chart.stem, "wide": _picture(chart), "narrow": _picture(narrow), **words_}


def _picture(chart: Chart) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg(chart.figure, chart.body)).decode()}"

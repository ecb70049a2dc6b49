"""The page with sliders, from an exploration: its numbers as JSON, its scripts by their checksums, one file.

A Content-Security-Policy names every script and the style by their checksums and allows nothing else: no network, and
no script that came with a title.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.windows import metric
from tfs_sim.experiments.storage.files import replaceable, write_bytes
from tfs_sim.figures.style import looks
from tfs_sim.reasons.exploring import COST, EFFECT, Explorer, Outcome
from tfs_sim.reasons.exploring_words import ends_of, range_sentence, refusals, spread_of, thing, title
from tfs_sim.reasons.sliders import Slider
from tfs_sim.reasons.surfaces import QUARTER, Subject, Surface
from tfs_sim.report.page import template
from tfs_sim.scenario.errors import count

HERE = Path(__file__).parent
SCRIPTS = ("vendor/uPlot.iife.min.js", "emulate.js", "say.js", "page.js", "draw.js", "start.js")
STYLES = ("../style.css", "vendor/uPlot.min.css", "explorer.css")
NET = "net-benefit"


def write_explorer(found: Explorer, path: str | os.PathLike[str]) -> Path:
    """Write the page, whole or not at all; return its path."""
    target = Path(path)
    replaceable(target)
    write_bytes(target, render(found).encode())
    return target


def render(found: Explorer) -> str:
    """Return the page as text."""
    return str(template("explorer/explorer.html.j2").render(**_shown(found)))


def content(found: Explorer) -> dict[str, Any]:
    """Return what the page's scripts read."""
    stored, strategies = found.stored, found.stored.strategies
    look = looks(stored)
    number = {name: n for n, name in enumerate(strategies)} | {"": -1}
    several = stored.units.set is not None
    rest = [each for each in strategies if each != stored.against]
    outcomes = [_outcome(each, found) for each in found.outcomes]
    worths = (stored.experiment.get("decision") or {}).get("worths") or []  # no worth of an outcome is shipped
    if found.net:
        outcomes.append(_net(_together(found)))
    return {
        "strategies": [
            {"key": each, "title": stored.title(each), "colour": look[each].colour, "dash": _dash(look[each].dash)}
            for each in strategies
        ],
        "against": number[stored.against],
        "first": number[next(s for s in [*rest, *strategies] if s != stored.nothing)],
        "sliders": [_slider(each) for each in found.sliders],
        "places": found.space.places.tolist(),
        "outcomes": outcomes,
        "effect": EFFECT,
        "cost": COST,
        "worth": float(worths[0]) if worths else None,
        "subjects": [
            _subject(each, key[0], number[key[1]], number[key[2]]) | {"optimism": _number(_optimism(found, key))}
            for key, each in found.subjects.items()
        ],
        "correlation": {f"{number[a]}|{number[b]}": each for (a, b), each in found.correlation.items()},
        "limit": found.limit.at,
        "t": found.t,
        "quarter": QUARTER,
        "spread": "sets" if several else "luck",
        "heads": _heads(several, stored.title(stored.against)),
        "notes": {"usual": _note(found, several), "net": _note(found, several, net=True)},
    }


def _optimism(found: Explorer, key: tuple[str, str, str]) -> float:
    against = found.stored.against
    mine = key[2] == against or (key[1] == against and not key[2])
    return found.optimism.get(key[:2], math.nan) if mine else math.nan


def _heads(several: bool, against: str) -> list[str]:
    over = "Nine in ten sets of parameters" if several else "Sets of parameters"
    than = f"Difference from {words.quoted(against)}"
    return ["Mean", over, "Nine in ten runs, by luck", "Emulator’s error (95%)", than, "95% interval"]


def _dash(dash: Any) -> list[float]:
    return [] if isinstance(dash, str) else [2.0 * float(each) for each in dash[1]]


def _slider(slider: Slider) -> dict[str, Any]:
    span = slider.high - slider.low
    return {
        "name": slider.name,
        "title": slider.title,
        "kind": slider.kind,
        "low": slider.low,
        "high": slider.high,
        "lever": slider.lever,
        "decimals": max(0, min(6, math.ceil(-math.log10(span / 50)))),
    }


def _outcome(outcome: Outcome, found: Explorer) -> dict[str, Any]:
    """Return how an outcome is shown: its names, units and decimals."""
    here = any(key[0] == outcome.key for key in found.subjects)
    plain = {"key": outcome.key, "title": title(outcome), "thing": thing(outcome), "better": outcome.better}
    if outcome.kind == "total":
        return plain | {"hidden": True}
    m = metric(outcome.metric)
    chance = outcome.kind == "chance"
    factor = 100.0 if chance else words.factor(m)
    unit, differing = ("%", "percentage points") if chance else (words.unit(m), words.unit(m, difference=True))
    axis = f"{title(outcome)} (%)" if chance else f"{words.axis(m)}{_kind(outcome)}"
    low, high = (0.0, 1.0) if chance else m.domain
    worthwhile = found.stored.worthwhile if outcome.metric == found.stored.primary and outcome.kind == "mean" else None
    over = _sites(found) if m.summary == "total" and not chance else ""  # a total may be taken for that of all sites
    window = f"{words.window(m, found.stored.months)}{over}"
    return plain | {
        "hidden": not here,
        "factor": factor,
        "unit": unit,
        "differing": differing,
        "money": 1000.0 if words.is_money(m) else 0,
        "decimals": max(0, m.decimals - (2 if factor == 100.0 else 0)),
        "axis": f"{axis}, {window}" if window else axis,
        "axisDifference": f"Difference{f' ({differing})' if differing else ''}{f', {window}' if window else ''}",
        "low": low if math.isfinite(low) else None,
        "high": high if math.isfinite(high) else None,
        "note": " ".join(filter(None, (ends_of(outcome), "" if chance else m.moving))),
        "compared": outcome.compared,
        "worthwhile": worthwhile,
        "net": False,
    }


def _kind(outcome: Outcome) -> str:
    return {"lower": ", lower kind", "upper": ", upper kind"}.get(outcome.kind, "")


def _together(found: Explorer) -> str:
    """Return what a sum over sites is of, where there are several: it stands beside means of a site."""
    sites = len(found.stored.sites)
    return f", all {sites} sites together" if sites > 1 else ""


def _net(together: str) -> dict[str, Any]:
    note = (
        "Net benefit is the worth that you set times the student-months of support beyond the reference, less the "
        "dollars beyond it: the funder's view. Effects and costs have emulators of their own; errors and luck are "
        "added up, which is at most what they come to."
    )
    return {
        "key": NET, "title": "Net benefit at your worth of a student-month", "thing": "net benefit", "better": "higher",
        "hidden": False, "factor": 1.0, "unit": "", "differing": "", "money": 1.0, "decimals": 0, "axis": "Dollars",
        "axisDifference": f"Dollars beyond the reference, over the whole run{together}", "low": None, "high": None,
        "note": note, "worthwhile": None, "net": True, "compared": True,
    }  # fmt: skip


def _subject(each: Subject, outcome: str, a: int, b: int) -> dict[str, Any]:
    checks = each.checks
    return {
        "outcome": outcome,
        "a": a,
        "b": b,
        "sets_": each.sets,
        "replicates": each.replicates,
        "same": each.same,
        "tails": list(each.tails),
        "held": checks.held,
        "error": _short(checks.error),
        "band": _short(checks.band),
        "inflation": checks.inflation,
        "mean": _surface(each.mean, noise=True),
        "between": None if each.between is None else _surface(each.between),
        "luck": None if each.luck is None else _surface(each.luck),
    }


def _surface(surface: Surface, noise: bool = False) -> dict[str, Any]:
    process = surface.process
    whole = surface.at.tolist() == list(range(len(surface.at)))
    return {
        "at": None if whole else surface.at.tolist(),
        "values": surface.values.tolist(),
        "noise": surface.noise.tolist() if noise else None,
        "shape": process.shape.tolist(),
        "centre": process.mean,
        "size": process.size,
        "scale": surface.scale,
    }


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _number(value: float) -> float | None:
    return _short(value) if math.isfinite(value) else None


def embedded(data: Mapping[str, Any]) -> str:
    """Return data as JSON that can stand within a script element: nothing in it ends the element or opens another."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(names: Sequence[str]) -> list[str]:
    return [(HERE / name).read_text(encoding="utf-8").strip() for name in names]


def _shown(found: Explorer) -> dict[str, Any]:
    """Return what the template shows."""
    stored = found.stored
    e, p = stored.experiment, stored.provenance
    data = content(found)
    style = "\n".join(_read(STYLES))
    several = stored.units.set is not None
    one = next(iter(found.subjects.values()))
    over_runs = (
        f"{count(one.sets, 'set')} × {count(one.replicates, 'replicate')}"
        if several
        else count(one.replicates, "replicate")
    )
    under = f", {', '.join(found.levels)}" if found.levels else ""
    runs = len(stored.strategies) * len(stored.pairs)
    version = re.search(r"\| uPlot \| (\S+) \|", _read(["vendor/README.md"])[0])
    return {
        "title": f"{e.get('title') or 'Results'}{under}",
        "question": str(e.get("question") or ""),
        "calibrated": stamps.trustworthy(stored.agreement),
        "stamp": stamps.stamp(stored.agreement, several),
        "over": capital(stamps.over(e.get("uncertainty"))),
        "runs": f"{count(runs, 'run')} at {count(len(found.space.points), 'point')}",
        "version": str(p.get("version") or p.get("tfs_sim") or ""),
        "date": str(p.get("date") or "")[:10],
        "seed": p.get("seed"),
        "sliders": [_input(each) for each in found.sliders],
        "left": "; ".join(found.space.left),
        "against": words.quoted(stored.title(stored.against)),
        "spread": spread_of(found),
        "band_sets": "sets of parameters: nine in ten" if several else "sets of parameters: none were run",
        "strategies": [stored.title(each) for each in stored.strategies],
        "heads": data["heads"],
        "table_note": data["notes"]["usual"],
        "over_runs": over_runs,
        "sentences": [*refusals(found), range_sentence(found)],
        "uplot": version[1] if version else "",
        "data": embedded(data),
        "style": style,
        "style_hash": _hash(style),
        "scripts": [{"text": each, "hash": _hash(each)} for each in _read(SCRIPTS)],
    }


def _input(slider: Slider) -> dict[str, Any]:
    number = slider.kind == "number"
    ends = (0, 1) if number else (round(slider.low), round(slider.high))
    step = "0.01" if number else "1"
    return {
        "title": slider.title, "lever": slider.lever, "calibrated": slider.calibrated, "min": ends[0], "max": ends[1],
        "step": step, "from": slider.said(slider.low), "to": slider.said(slider.high),
    }  # fmt: skip


def _note(found: Explorer, several: bool, net: bool = False) -> str:
    """Return what the numbers of the table are of: of net benefit there are differences alone, sums over sites."""
    mean = "over sets of parameters" if several else "over luck"
    drawn = "which sets were drawn, luck" if several else "luck"
    worth = found.stored.worthwhile
    interval = (
        f"The interval of a difference holds {drawn} and the emulator’s error, and holds for the best against all "
        "others at once."
    )
    if net:
        of = _together(found)
        return f"Net benefit: dollars beyond the reference over the whole run{of}, mean {mean}. {interval}"
    said = (
        f"Mean: {mean}{_sites(found)}. Beside it: between what nine in ten sets lie, nine in ten runs of one set by "
        f"luck, and how far the emulator may be off. {interval}"
    )
    if worth is not None:
        m = metric(found.stored.primary)
        size = words.number(worth * words.factor(m), words.decimals(m, worth * words.factor(m)))
        said += f" What matters: {size} {words.unit(m, difference=True)} of {words.subject(m)}."
    return said


def _sites(found: Explorer) -> str:
    said = words.mean_over_sites(len(found.stored.sites))
    return f", {said}" if said else ""

"""The page of an imported survey: what was made of every column, who answered, and the network; in codes."""

from __future__ import annotations

import base64
import os
from collections import Counter
from pathlib import Path
from typing import Any

from tfs_sim.experiments.storage.files import write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.figures.survey import picture
from tfs_sim.report.page import template
from tfs_sim.scenario.errors import count
from tfs_sim.survey import Survey
from tfs_sim.survey.columns import Understood
from tfs_sim.survey.concerned import concerned
from tfs_sim.survey.notes import FEWEST_SHOWN, few, suppressed
from tfs_sim.survey.pairs import STATUSES
from tfs_sim.survey.writing import lead_of
from tfs_sim.version import __version__

_USES = {
    "trust": "trust in the first month",
    "agreement": "agreement with the mission in the first month",
    "value": "kept in the clean data alone: nothing in the model is what a partner is worth to another",
    "nothing": "kept in the clean data alone",
}
MOST_SHOWN = 200
"""Columns of a file that the page tells one by one."""
_TAKES = {
    "name": "taken: name of the organization, {coded}",
    "id": "taken: another name of the organization, {coded}",
    "from": "taken: whose tie it is, or who says so, {coded}",
    "to": "taken: to whom the tie goes, {coded}",
    "sector": "taken: kind of organization, brought to the model's sectors",
    "fte": "taken: staff, full-time equivalents",
    "lead": "taken: which organization leads",
    "member": "taken: whether it is at the table",
    "asked": "taken: who was asked",
    "answered": "taken: who answered",
    "wave": "taken: the wave",
    "date": "taken: when the wave was held",
    "which": "taken: which relation the tie is of",
    "partner sector": "taken: kind of the organization that is rated, brought to the model's sectors",
    "partner fte": "taken: staff of the organization that is rated, full-time equivalents",
    "ticked": "taken: of which relations there is a tie; what was not ticked is none",
    "value": "rescaled: the answer",
    "person": "left out: about persons",
    "left": "left",
}


def write_page(survey: Survey, folder: str | os.PathLike[str]) -> Path:
    """Write `import.html` into a folder: one file that holds all that it shows, whole or not at all.

    Organizations have codes unless the survey was imported with names; who said what of whom is not shown, and counts
    below 5 are not either.

    Returns
    -------
    Path
        Of the page.
    """
    target = Path(folder)
    with only_one(target):
        text = str(template("survey.html.j2").render(**content(survey)))
        write_bytes(target / "import.html", text.encode())
    return target / "import.html"


def content(survey: Survey) -> dict[str, Any]:
    """Return what the template shows."""
    from networkx import transitivity

    graph = survey.graph()
    kind, data = picture(survey)
    heard, expected = survey.densities()
    total = len(survey.here) * (len(survey.here) - 1) // 2
    return {
        "site": survey.site,
        "named": survey.named,
        "version": __version__,
        "fewest": FEWEST_SHOWN,
        "organizations": count(len(survey.here), "organization"),
        "ties": count(len(survey.ties), "tie"),
        "pairs": f"{total:,}",
        "density": f"{heard:.3f}",
        "expected": f"{expected:.3f}",
        "unheard": few(len(survey.imputed.chances)) if survey.imputed.chances else "",
        "sure": _sure(survey),
        "transitivity": f"{transitivity(graph):.3f}",
        "relations": survey.relations,
        "take": survey.take,
        "directed": survey.directed,
        "wave": survey.wave.label or survey.wave.month or "",
        "picture": f"data:image/{kind};base64,{base64.b64encode(data).decode()}",
        "files": [_file(each, survey) for each in survey.sheets],
        "scales": [_scale(survey, name) for name in survey.scales],
        "waves": [_wave(survey, label, month) for label, month in survey.waves],
        "statuses": STATUSES,
        "tables": [_statuses(survey, key) for key in survey.pairs],
        "categories": _categories(survey),
        "sectors": suppressed(Counter(member.sector for member in survey.members.values())),
        "lead": lead_of(survey) is not None,
        "notes": [(note.serious, note.named() if survey.named else note.coded(survey.codes)) for note in survey.notes],
        "people": sum(column.role == "person" for each in survey.sheets for column in each.columns),
    }


def _file(each: Understood, survey: Survey) -> dict[str, Any]:
    columns = each.told()
    matrix = sum(column.role == "organization" for column in each.columns)
    coded = "kept beside its code" if survey.named else "replaced by a code"
    shown = [
        {
            "name": column.name,
            "became": (_TAKES.get(column.role, "").format(coded=coded) or _answers(column.role))
            + (f", in one column for each of {number:,} organizations" if number else ""),
            "how": "said" if column.said else "guessed" if column.role != "left" else "–",
            "why": column.why,
            "filled": few(column.filled),
            "rows": len(each.sheet.rows),
        }
        for column, number in columns[:MOST_SHOWN]
    ]
    reports = {
        "each": "each row is what one of the two says",
        "mutual": "ties have no direction",
    }.get(each.reports, "")
    return {
        "name": each.sheet.name,
        "holds": each.holds,
        "rows": count(len(each.sheet.rows), "row"),
        "reports": f"{reports} ({each.why})" if reports else "",
        "columns": shown,
        "more": len(columns) - len(shown),
        "matrix": matrix,
    }


def _answers(role: str) -> str:
    kind, _, name = role.partition(" ")
    if kind == "relation":
        return f"rescaled: answers about {name}"
    return f"rescaled: answers about {name}; they make no tie" if kind == "item" else f"taken: {role}"


def _scale(survey: Survey, name: str) -> dict[str, str]:
    scale = survey.scales[name]
    keys = [key for key in (survey.answers.unknown + survey.answers.blanks) if key[1] == name]
    use = "makes the network" if name in survey.relations else "kept in the clean data alone"
    if survey.answers.kinds[name] == "item":
        use = _USES[survey.means(name)]
    return {
        "name": name,
        "least": f"{scale.least:g}",
        "most": f"{scale.most:g}",
        "how": f"guessed: {scale.guessed}" if scale.guessed else "as the mapping says",
        "unknown": few(sum(survey.answers.unknown[key] for key in keys)),
        "blank": few(sum(survey.answers.blanks[key] for key in keys)),
        "use": use,
    }


def _wave(survey: Survey, label: str, month: str | None) -> dict[str, str]:
    asked, answered = survey.asked(label), survey.answered(label)
    known = asked is not None
    silent = len(asked - answered) if asked is not None else 0
    hidden = 0 < silent < FEWEST_SHOWN or 0 < len(answered) < FEWEST_SHOWN
    named = concerned(survey, label)
    return {
        "said": _of_named(len(named), len(answered & named)) if answered and not known else "",
        "label": label or "the only one",
        "month": month or "not said",
        "asked": few(len(asked)) if asked is not None else "not said",
        "answered": "not shown" if hidden and known else few(len(answered)) if known else "not said",
        "silent": few(silent) if known else "not said",
    }


def _of_named(named: int, answered: int) -> str:
    """Return how many of those that a wave names answered it, where nothing says who was asked."""
    told = f"{answered:,} of {named:,} that are named in this wave answered"
    if answered == named:
        told = f"all {named:,} that are named in this wave answered"
    for number, what in ((answered, "answered"), (named - answered, "did not answer")):
        if 0 < number < FEWEST_SHOWN:
            told = f"of {named:,} that are named in this wave, {few(number)} {what}"
            break
    return f"not known who was asked; {told}"


def _statuses(survey: Survey, key: tuple[str, str]) -> dict[str, Any]:
    found = survey.statuses(key)
    return {"wave": key[0], "relation": key[1], "counts": suppressed(found), "pairs": f"{sum(found.values()):,}"}


def _sure(survey: Survey) -> list[str]:
    """Return in sentences what sets of parameters draw, over whom, and how far reports are taken to be off."""
    guessed, said = survey.imputed, []
    if guessed.chances:
        round_number = round(guessed.expected)
        expected = f"about {round_number:,}" if round_number >= FEWEST_SHOWN else "few"
        said.append(
            f"Ties of {few(len(guessed.chances))} pairs of whom nobody was heard: each has a chance by how active "
            f"others report its ends to be, and whether they are of one sector; {expected} of them have a tie in a set"
        )
    if guessed.errors:
        errors = sorted(guessed.errors.values())
        said.append(
            f"Strengths of the {len(survey.ties):,} reported ties: off by about {errors[len(errors) // 2]:.2f} of the "
            "scale (the median standard deviation), by what both ends differ in"
        )
    if guessed.trust:
        heard = sum(survey.means(item) == "trust" for item, kind in survey.answers.kinds.items() if kind == "item")
        errors = sorted(mark.sd for mark in guessed.trust.values())
        said.append(
            f"Trust in the first month, of each end of a tie in the other, by {count(heard, 'item')}: off by about "
            f"{errors[len(errors) // 2]:.2f} of the scale; where an end did not answer, it is guessed from how it "
            "marks others, and how others mark the partner"
        )
    if guessed.agreement:
        said.append(f"Agreement with the mission of {few(len(guessed.agreement))} organizations, as others see it")
    if guessed.staff:
        said.append(f"Staff of {few(len(guessed.staff))} organizations, from that of the others")
    unknown = sum(not member.sector_known for member in survey.members.values())
    if unknown:
        said.append(
            f"Sectors of {few(unknown)} organizations, from those of the others"
            if len(survey.members) - unknown >= FEWEST_SHOWN
            else f"Sectors of {few(unknown)} organizations are not known: they are nonprofits in every set"
        )
    return said


def _categories(survey: Survey) -> list[dict[str, str]]:
    counted = Counter(member.category for member in survey.members.values() if member.category)
    shown = suppressed(counted)
    return [
        {"name": name, "sector": sector, "how": how, "count": shown[name]}
        for name, (sector, how) in survey.categories.items()
    ]

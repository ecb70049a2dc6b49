"""A survey on disk: a scenario, its two CSV files, the clean data, the mapping, and the key of the codes.

scenario.toml, organizations.csv, relationships.csv    what `tfs-sim run` reads
experiment.toml                                        strategies to compare: `tfs-sim sweep`
SITE-waves.toml                                        what later waves found: `tfs-sim calibrate --data`
*.before.toml                                          what stood in these three before another import
survey/organizations.csv, reports.csv, ties.csv        the clean data: who was asked, who answered, who said what
survey/instrument.toml                                 what was asked, to ask the simulated partnership the same
mapping.toml                                           what was made of each column, to be corrected
key.csv                                                which code is whom: mode 600, git-ignored, for you alone
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tfs_sim.experiments.storage.files import PRIVATE, TEMPORARY, made_folder, removed, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.spreadsheets import RUN, as_csv
from tfs_sim.scenario.characters import shown
from tfs_sim.scenario.csv_files import CsvTable
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.organizations import UNKNOWN, Mark
from tfs_sim.scenario.towns import Town, experiment_of, money_of
from tfs_sim.scenario.writing import to_toml
from tfs_sim.survey import imputing
from tfs_sim.survey.importing import Survey
from tfs_sim.survey.later import as_waves, later
from tfs_sim.survey.mapping import as_toml
from tfs_sim.survey.sheets import LONGEST_NAME
from tfs_sim.survey.windows import window

KEY = "key.csv"
IGNORED = (KEY, "mapping.toml")
"""Files that hold names, or may: they stay on this machine."""
INSTRUMENT = "instrument.toml"
STUDENTS = 10_000
MONTHS = 60
START = "2020-01"
"""What is written where nobody says it."""

_SCENARIO = """\
# {title}: {organizations} organizations and the {ties} ties that they reported{when}, from `tfs-sim import`.
# Organizations are called by code; key.csv, which stays with you, says who is who.

title = {title_quoted}
question = "What would I like to know?"

[clock]
start = "{start}"{start_said}
months = {months}

[sites.{site}]
title = {title_quoted}
students = {students}{students_said}
organizations_file = "organizations.csv"      # joins = 0: at the table in the first month
relationships_file = "relationships.csv"      # strength: what was reported, from no tie (0) to 1
# What strengths stand for, in encounters that two remember: what everyday contact comes to, and contact at the table on
# top. Assumed; spread: how little is known of it (standard deviation of the logarithm between sets of parameters).
evidence = {{ weakest = 3.5, strongest = 25, spread = 0.5 }}
at_the_table = 1.0                            # before the first month, too
backbone = {{ fte = 1.0 }}                      # guessed: the coordinating office{backbone_said}

{money}"""


def write_survey(
    survey: Survey, folder: str | os.PathLike[str], *, students: int | None = None, start: str | None = None
) -> Path:
    """Write a survey as a scenario with its files, the clean data, the mapping and the key.

    Parameters
    ----------
    folder : a new or empty one, or one that an import has written.
    students : in the community's schools; default: a guess of 10,000, which the scenario says.
    start : first month of the scenario; default: that of the wave, or a guess.

    Returns
    -------
    Path
        Of scenario.toml.

    Raises
    ------
    UserError
        where the folder holds something else, or cannot be written to.
    """
    target = Path(folder)
    if not ((target / KEY).is_file() and (target / "survey").is_dir()):
        refuse_strangers(target, "an import", _begun)
    with only_one(made_folder(target)):
        sweep_up(target)
        data = made_folder(target / "survey")
        sweep_up(data)
        _ignore(target)
        before = read_key(target / KEY) if (target / KEY).is_file() else {}
        write_bytes(target / KEY, _table(_key(survey, before)), PRIVATE)
        mapping = as_toml(said(survey))
        _keep(target / "mapping.toml", mapping, PRIVATE)
        write_bytes(target / "mapping.toml", mapping.encode(), PRIVATE)
        write_bytes(data / INSTRUMENT, _instrument(survey).encode())
        for name, rows in (("organizations", _asked), ("reports", _reports), ("ties", _pairs)):
            write_bytes(data / f"{name}.csv", _table(rows(survey)))
        write_bytes(target / "organizations.csv", _table(_organizations(survey)))
        write_bytes(target / "relationships.csv", _table(_relationships(survey)))
        texts = _scenarios(survey, students, start, Path(folder))
        for name, text in texts.items():
            _keep(target / name, text)
            write_bytes(target / name, text.encode())
        waves = target / waves_file(survey.site)
        if waves.name not in texts:  # one that is there belongs to a scenario that began with another wave
            _keep(waves, "")
            removed(waves)
    return target / "scenario.toml"


def _begun(path: Path) -> bool:
    """Say whether something is what an import leaves that could not go on, before it has written the key."""
    if path.is_symlink():
        return False
    if path.name == "survey":
        return path.is_dir() and all(each.name.startswith(TEMPORARY) for each in path.iterdir())
    return path.name == ".gitignore" and path.is_file() and path.read_bytes() == "\n".join([*IGNORED, ""]).encode()


def _keep(path: Path, text: str, rights: int = 0o666) -> None:
    """Keep what stands in a file that will say something else, as NAME.before.toml: the user may have edited it."""
    if path.is_file() and not path.is_symlink() and (was := path.read_bytes()) != text.encode():
        write_bytes(path.with_suffix(".before.toml"), was, rights)


def waves_file(site: str) -> str:
    """Return the name of the file of what later waves found: sets of parameters that it leaves are called after it."""
    return f"{site.replace('_', '-')[:40]}-waves.toml"


CODE = r"[a-z0-9][a-z0-9_-]{0,63}"
"""What stands for an organization: it is the name of a file's row, too."""


def read_key(path: Path) -> dict[str, str]:
    """Return the code of each organization by its name, from the key of an earlier import.

    Raises
    ------
    UserError
        where a code is none, or a code or a name stands twice: nobody could tell then whom it means.
    """
    table = CsvTable(path, ("id", "name"))
    found: dict[str, str] = {}
    for row in table.rows:
        code, name = table.cell(row, "id"), table.cell(row, "name")
        name = name[1:] if name.startswith("'") and name[1:].startswith(RUN) else name
        wrong = ""
        if not re.fullmatch(CODE, code):
            wrong = f'{quote(code)} is no code: small letters, digits and hyphens, such as "org-001"'
        elif code in found.values() or name in found:
            wrong = f"{quote(code) if code in found.values() else quote(name)} stands in the key a second time"
        if wrong:
            raise UserError(Mistake(wrong, file=path.name, line=row.line))
        found[name] = code
    return found


def lead_of(survey: Survey) -> str | None:
    """Return the name of the organization that leads, if exactly one is said to."""
    leads = [name for name, member in survey.members.items() if member.lead]
    return leads[0] if len(leads) == 1 else None


Rows = Iterator[dict[str, Any]]


def _table(rows: Rows) -> bytes:
    from pandas import DataFrame

    found = list(rows)
    head = found.pop(0)  # what the columns are called
    return as_csv(DataFrame(found, columns=list(head)))


def _head(*columns: str) -> dict[str, Any]:
    return dict.fromkeys(columns)


def _by_code(survey: Survey) -> list[str]:
    return sorted(survey.members, key=survey.codes.__getitem__)


def _key(survey: Survey, before: Mapping[str, str]) -> Rows:
    """Yield the codes, those of earlier imports too: a code means the same organization for good."""
    yield _head("id", "name")
    taken = set(survey.codes.values())
    others = {name: code for name, code in before.items() if name not in survey.codes and code not in taken}
    for name, code in sorted((survey.codes | others).items(), key=lambda each: each[1]):
        yield {"id": code, "name": name}


def _organizations(survey: Survey) -> Rows:
    guessed = survey.imputed
    known = sum(member.sector_known for member in survey.members.values())
    more = [*(["fte_sd"] if guessed.staff else []), *(["agreement", "agreement_sd"] if guessed.agreement else [])]
    yield _head("id", "sector", *(["name"] if survey.named else []), "fte", "joins", *more)
    for name in _by_code(survey):
        member = survey.members[name]
        row = {"id": survey.codes[name], "sector": member.sector, "joins": ""}
        if member.member is not False and name in survey.here:
            row["joins"] = "0"
        if not member.sector_known and known >= imputing.FEWEST:
            row["sector"] = UNKNOWN
        row |= {"name": name, "fte": "" if member.fte is None else f"{member.fte:g}"}
        if name in guessed.staff:
            row |= dict(zip(("fte", "fte_sd"), map(_number, guessed.staff[name]), strict=True))
        yield row | _mark("agreement", guessed.agreement.get(name))


def _relationships(survey: Survey) -> Rows:
    guessed = survey.imputed
    marks = ["trust", "trust_sd", "trust_back", "trust_back_sd"] if guessed.trust else []
    yield _head("source", "target", "strength", "strength_sd", *(["chance"] if guessed.chances else []), *marks)
    lead = lead_of(survey)
    found = [(a, b, (share, guessed.errors[a, b], 1.0)) for (a, b), share in survey.ties.items()]
    found += [(a, b, (*guessed.strength, chance)) for (a, b), chance in guessed.chances.items()]
    rows = [(*_coded(survey, a, b), rest) for a, b, rest in found]
    for a, b, rest in sorted(rows, key=lambda each: (survey.codes[each[0]], survey.codes[each[1]])):
        yield _tie(survey, survey.codes[a], survey.codes[b], (a, b), *rest)
    if lead is None:
        return
    # the office that coordinates belongs to the lead, and begins with the ties that the lead has
    yield {"source": "backbone", "target": survey.codes[lead], "strength": "1", "chance": "1"}
    for a, b, rest in sorted(rows, key=lambda each: (survey.codes[each[0]], survey.codes[each[1]])):
        if lead in (a, b):
            other = b if a == lead else a
            yield _tie(survey, "backbone", survey.codes[other], (lead, other), *rest)


def _tie(
    survey: Survey, source: str, target: str, ends: tuple[str, str], share: float, error: float, chance: float
) -> dict[str, Any]:
    row = {"source": source, "target": target, "strength": _share(share), "strength_sd": _number(error)}
    row["chance"] = _number(chance)
    trust = survey.imputed.trust
    return row | _mark("trust", trust.get(ends)) | _mark("trust_back", trust.get(ends[::-1]))


def _mark(name: str, mark: Mark | None) -> dict[str, str]:
    return {} if mark is None else {name: _number(mark.mean), f"{name}_sd": _number(mark.sd)}


def _number(value: float) -> str:
    return f"{value:.4g}"


def _instrument(survey: Survey) -> str:
    """Return what was asked in the wave that the scenario begins with, as `clean` reads it."""
    items = [n for n, kind in survey.answers.kinds.items() if kind == "item" and survey.means(n) == "trust"]
    lowest, highest = survey.trust_scale
    about: dict[str, Any] = {"site": survey.site, "wave": survey.wave.label, "relations": survey.relations}
    about["within"] = window(survey)[0]
    if survey.imputed.trust:
        about["trust"] = {"items": items, "lowest": lowest, "highest": highest}
    head = "# What was asked of whom: `tfs-sim survey` asks the simulated partnership the same.\n"
    head += "# within: months of contact that are meant.\n\n"
    return head + to_toml(about)


def _ends(survey: Survey, a: str, b: str) -> tuple[str, str]:
    """Return the codes of two ends, in their order: codes do not tell the order of names."""
    one, other = _coded(survey, a, b)
    return survey.codes[one], survey.codes[other]


def _coded(survey: Survey, a: str, b: str) -> tuple[str, str]:
    """Return two names in the order of their codes."""
    return (a, b) if survey.codes[a] < survey.codes[b] else (b, a)


def _share(share: float) -> str:
    return f"{max(share, 0.0001):.4f}".rstrip("0").rstrip(".")


def _asked(survey: Survey) -> Rows:
    yield _head("wave", "month", "id", *(["name"] if survey.named else []), "sector", "category", "asked", "answered")
    for wave in survey.waves:
        asked, answered = survey.asked(wave.label), survey.answered(wave.label)
        for name in _by_code(survey):
            member = survey.members[name]
            yield {
                "wave": wave.label, "month": wave.month or "", "id": survey.codes[name], "name": name,
                "sector": member.sector, "category": member.category,
                "asked": "" if asked is None else "yes" if name in asked else "no",
                "answered": "" if asked is None and not answered else "yes" if name in answered else "no",
            }  # fmt: skip


def _reports(survey: Survey) -> Rows:
    yield _head("wave", "relation", "kind", "source", "target", "direction", "answer", "share")
    for direction, tables in (("reported", survey.answers.each), ("mutual", survey.answers.mutual)):
        for (wave, relation), reports in tables.items():
            scale = survey.scales[relation]
            coded = sorted((survey.codes[a], survey.codes[b], value) for (a, b), value in reports.items())
            for source, target, value in coded:
                heard = not math.isnan(value)
                yield {
                    "wave": wave, "relation": relation, "kind": survey.answers.kinds[relation],
                    "source": source, "target": target, "direction": direction,
                    "answer": f"{value:g}" if heard else "", "share": f"{scale.share(value):.4f}" if heard else "",
                }  # fmt: skip


def _pairs(survey: Survey) -> Rows:
    yield _head("wave", "relation", "one", "other", "status", "share")
    for (wave, relation), pairs in survey.pairs.items():
        coded = [(*_ends(survey, p.one, p.other), p.status, p.share) for p in pairs]
        for one, other, status, share in sorted(coded, key=lambda each: each[:2]):
            yield {
                "wave": wave, "relation": relation, "one": one, "other": other, "status": status,
                "share": "" if math.isnan(share) else f"{share:.4f}",
            }  # fmt: skip


def said(survey: Survey) -> dict[str, Any]:
    """Return the mapping that says what was made of every column, as its file has it."""
    files: dict[str, Any] = {}
    for each in survey.sheets:
        told = (column for column in each.columns if column.role != "organization")
        columns = {column.name: column.role for column in told if len(column.name) <= LONGEST_NAME}  # others: guessed
        about: dict[str, Any] = {"holds": each.holds, "reports": each.reports, "wave": each.wave, "columns": columns}
        files[each.sheet.name] = {key: value for key, value in about.items() if value}
    relations: dict[str, Any] = {}
    for name, scale in survey.scales.items():
        ends = {"least": scale.least, "most": scale.most, "blank": scale.blank}
        meaning = survey.means(name) if survey.answers.kinds[name] == "item" else ""
        rest = {"unknown": sorted(scale.unknown), "words": dict(scale.words), "means": meaning}
        relations[name] = ends | {key: value for key, value in rest.items() if value}
    network: dict[str, Any] = {"relations": survey.relations, "take": survey.take}
    return {
        "network": network | ({"wave": survey.wave.label} if survey.wave.label else {}),
        "waves": {wave.label: wave.month for wave in survey.waves if wave.label and wave.month},
        "sectors": {category: sector for category, (sector, _) in survey.categories.items()},
        "same": dict(survey.mapping.same),
        "relations": relations,
        "files": files,
    }


def _scenarios(survey: Survey, students: int | None, start: str | None, folder: Path) -> dict[str, str]:
    lead = lead_of(survey)
    title = survey.site.replace("-", " ").replace("_", " ").capitalize()
    month = start or survey.wave.month
    seen = later(survey, start)
    said = Town(students=students, start=month)
    words = {
        "title": title,
        "title_quoted": json.dumps(title),
        "site": survey.site,
        "organizations": len(survey.here),
        "ties": len(survey.ties),
        "when": f" in {survey.wave.month}" if survey.wave.month else "",
        "start": month or START,
        "months": max([MONTHS, *(each.month + 12 for each in seen)]),
        "start_said": "" if month else "                             # guessed: the files do not say when (--start)",
        "students": f"{students or STUDENTS:_}",
        "students_said": ""
        if students
        else "                             # guessed: how many are in its schools (--students)",
        "backbone_said": f" of {survey.codes[lead]}, which leads" if lead else "",
        "money": money_of(said, survey.site),
    }
    experiment = experiment_of(said, survey.site, title, shown(str(folder)), len(survey.here))
    texts = {"scenario.toml": _SCENARIO.format(**words), "experiment.toml": experiment}
    waves = waves_file(survey.site)
    return texts | ({waves: as_waves(survey, seen, shown(str(folder / waves)))} if seen else {})


def _ignore(folder: Path) -> None:
    """Let git leave alone what holds names: before any of it is written."""
    path = folder / ".gitignore"
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as problem:
        raise UserError(Mistake(f"{path} cannot be read ({problem})")) from None
    lacking = [name for name in IGNORED if name not in lines]
    if lacking:
        write_bytes(path, "\n".join([*lines, *lacking, ""]).encode())

"""Who said what of whom: answers of all sheets as reports, by wave and relation, each with its place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import NamedTuple

from tfs_sim.scenario.csv_files import MOST_TOLD
from tfs_sim.scenario.errors import Mistake, UserError, count, listed, quote
from tfs_sim.survey import scales
from tfs_sim.survey.columns import Understood
from tfs_sim.survey.mapping import Mapping as MappingFile
from tfs_sim.survey.mapping import RelationMap, answers_of, place_of
from tfs_sim.survey.naming import TOTALS, kind_of, slug
from tfs_sim.survey.notes import Note, literal
from tfs_sim.survey.scales import UNKNOWN, Scale
from tfs_sim.survey.shapes import choices

MOST_IN_HINT = 12
"""Different answers that are listed where they are on no known scale."""
NAMES_NOBODY = frozenset(
    {"none", "nobody", "no one", "no partners", "none of the above", "none of these", "none of them", "nothing"}
    | {"no collaboration", "we do not work together", "do not work together"}
)
"""What stands in the place of a partner where somebody answers that there is none."""
NOBODY = NAMES_NOBODY | {"", "n/a", "na", "-", "other", "others"}
"""What stands there where none is named, for whatever reason."""
Key = tuple[str, str]
"""A wave and a relation."""


class Raw(NamedTuple):
    """An answer as it stands in a file."""

    wave: str
    kind: str
    relation: str
    source: str
    target: str
    answer: str
    row: int


@dataclass
class Answers:
    """All reports.

    Attributes
    ----------
    each : by wave and relation, what the first of two said of the second; NaN: asked, and not answered or not known.
    mutual : the same of ties without a direction, the ends in order.
    answered : by wave, who has answered anything.
    named : everyone who is named, in the order of the files.
    kinds : "relation" or "item" by relation.
    scales : by relation.
    blanks, unknown : by wave and relation, how many answers are empty, and how many say that it is not known.
    notes : what was done with what could not be taken as it stands.
    """

    each: dict[Key, dict[tuple[str, str], float]] = field(default_factory=dict)
    mutual: dict[Key, dict[tuple[str, str], float]] = field(default_factory=dict)
    answered: dict[str, set[str]] = field(default_factory=dict)
    named: dict[str, None] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    blanks: Counter[Key] = field(default_factory=Counter)
    unknown: Counter[Key] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)


def answers(found: Sequence[Understood], mapping: MappingFile, called: Mapping[str, str]) -> Answers:
    """Return the reports of all sheets.

    Parameters
    ----------
    found : the sheets.
    mapping : what the user said of scales.
    called : the name by which an organization is known, by every other name or id that files give it.

    Raises
    ------
    UserError
        for answers of an unknown scale, and for two different answers to the same question.
    """
    result = Answers()
    sheets = [each for each in found if each.holds in ("ties", "list", "matrix")]
    _scales(result, sheets, mapping, called)
    mistakes: list[Mistake] = []
    for sheet in sheets:
        _take(result, sheet, called, mistakes)
    if mistakes:
        raise UserError(mistakes)
    return result


def _scales(result: Answers, sheets: Sequence[Understood], mapping: MappingFile, called: Mapping[str, str]) -> None:
    """Find the scale of every relation over all sheets and waves; tell answers that are on none."""
    said: dict[str, Counter[str]] = {}
    rows: dict[str, dict[str, set[str]]] = {}
    of_list: dict[str, bool] = {}
    first: dict[str, Understood] = {}
    for sheet in sheets:
        for raw in filter(lambda raw: raw.target, _raw(sheet, called)):
            said.setdefault(raw.relation, Counter())[raw.answer] += 1
            rows.setdefault(raw.relation, {}).setdefault(raw.source, set()).add(raw.answer)
            of_list[raw.relation] = of_list.get(raw.relation, False) or sheet.holds != "matrix"
            first.setdefault(raw.relation, sheet)
            if result.kinds.setdefault(raw.relation, raw.kind) != raw.kind:
                message = f"{quote(raw.relation)} is a relation in one place and an item in another"
                raise UserError(Mistake(message, file=sheet.sheet.name, line=1))
    for name in mapping.relations:
        if name not in said:
            raise UserError(Mistake(f"mapping: there is no relation {quote(name)}; there are {listed(list(said))}"))
    for name, counted in said.items():
        codes = _codes(rows[name].values()) if name not in mapping.relations else set()
        known = Counter({answer: times for answer, times in counted.items() if answer not in codes})
        scale = _scale(name, known, of_list[name], mapping.relations.get(name), first[name])
        result.scales[name] = replace(scale, unknown=scale.unknown | codes)
        if codes:
            text = f"{listed([quote(each) for each in sorted(codes)])} in {quote(name)} stands through whole rows"
            result.notes.append(Note(literal(f"{text}: taken for who did not answer")))
    _families(result, first)


def _codes(rows: Iterable[set[str]]) -> set[str]:
    """Return negative answers that fill whole rows and stand in no other: those of organizations that said nothing."""
    each = [answers - {""} for answers in rows]
    alone = {next(iter(row)) for row in each if len(row) == 1}
    below = {answer for answer in alone if (scales.leading_number(answer) or 0.0) < 0.0}
    return {answer for answer in below if not any(answer in row and len(row) > 1 for row in each) and len(each) > 1}


def _families(result: Answers, first: Mapping[str, Understood]) -> None:
    """Give items of one sheet, of which some were never marked at the ends, the range that all were marked within."""
    sheets = {id(first[name]): first[name] for name in result.scales}
    for sheet in sheets.values():
        items = {
            name: scale for name, scale in result.scales.items() if first[name] is sheet and _observed(name, result)
        }
        if not items:
            continue
        least, most = min(s.least for s in items.values()), max(s.most for s in items.values())
        if most - least > 10:
            continue
        said = f"{least:g} to {most:g}, within which all questions of this kind were answered; {least:g} is the lowest"
        if 1.0 < least <= 3.0:
            least, said = 1.0, f"1 to {most:g}: nobody gave 1, which is taken for the lowest all the same"
            text = f"{listed([quote(each) for each in items])}: no mark of 1 was given, and 1 is taken for the lowest"
            result.notes.append(Note(literal(f"{text}; if it is not: least, in mapping.toml")))
        if len({(scale.least, scale.most) for scale in items.values()} | {(least, most)}) > 1:
            for name, scale in items.items():
                result.scales[name] = replace(scale, least=least, most=most, guessed=said)


def _observed(name: str, result: Answers) -> bool:
    """Say whether the ends of an item's scale were taken from the numbers that were answered."""
    return result.kinds[name] == "item" and scales.LARGEST in result.scales[name].guessed


def _scale(name: str, counted: Counter[str], of_list: bool, given: RelationMap | None, sheet: Understood) -> Scale:
    """Return the scale of a relation: what the user said of it, and the rest guessed."""
    item = any(answers_of(column.role) == ("item", name) for column in sheet.columns)
    titles = [column.name for column in sheet.columns if (answers_of(column.role) or ("", ""))[1] == name]
    guessed = scales.guess(counted, of_list and not item, titles[0] if titles else "")
    words = {word.casefold(): number for word, number in given.words.items()} if given else {}
    if given and (words or None not in (given.least, given.most)):
        numbers = list(words.values()) or [0.0]
        least = min(numbers) if given.least is None else given.least
        most = max(numbers) if given.most is None else given.most
        if least == most:
            raise UserError(Mistake(f"mapping: least and most of {quote(name)} are the same answer"))
        unknown = frozenset(word.casefold() for word in given.unknown)
        return Scale(least, most, words, unknown, given.blank)
    if guessed is not None and item:
        guessed = replace(guessed, guessed=guessed.guessed.replace("means no tie", "is the lowest"))
    if guessed is None and not any(answer for answer in counted):
        return Scale(0.0, 1.0, guessed="no answer at all")
    if guessed is None:
        odd = [answer for answer in counted if answer and not scales.looks_like_answers([answer])] or list(counted)
        message = f"the answers to {quote(name)} are on no scale that is known, such as {quote(odd[0])}"
        hint = _hint(name, counted)
        row = next((raw for raw in _raw(sheet, {}) if raw.relation == name and raw.answer == odd[0]), None)
        at = sheet.sheet.mistake(row.row, message, odd[0], hint=hint) if row else Mistake(message, hint=hint)
        raise UserError(at)
    if given is None:
        return guessed
    return Scale(
        guessed.least if given.least is None else given.least,
        guessed.most if given.most is None else given.most,
        guessed.words,
        guessed.unknown | {word.casefold() for word in given.unknown},
        given.blank,
        guessed.guessed if given.least is None and given.most is None else "",
    )


def _hint(name: str, counted: Counter[str]) -> str:
    """Return what to write into a mapping: all answers, numbered in the order in which they seem to stand."""
    given = [answer for answer, _ in counted.most_common() if answer]
    if len(given) > MOST_IN_HINT:
        return (
            f"Say in a mapping what they mean: [relations.{name}] words = {{ … }}, or that it is none: columns, left."
        )
    aside = [answer for answer in given if answer.casefold() in scales.UNKNOWN]
    ranks = [(scales.rank_of(answer), answer) for answer in given if answer not in aside]
    order = sorted(ranks, key=lambda each: (each[0] is None, each[0] or 0.0))
    words = ", ".join(
        f"{quote(answer)} = {number if rank is not None else '?'}" for number, (rank, answer) in enumerate(order)
    )
    return (
        f"Write into a file what they mean, 0 for no tie and the strongest last, and give it with --mapping: "
        f"[relations.{name}] words = {{ {words} }}; what says nothing goes into unknown = [ … ]."
    )


def _take(result: Answers, found: Understood, called: Mapping[str, str], mistakes: list[Mistake]) -> None:
    """Put the reports of a sheet to the others."""
    selfs = again = 0
    told: set[int] = set()  # rows with a mistake: one each is told
    lines: dict[tuple[str, str, str, str], int] = {}
    whom = _persons(found)
    voices: dict[tuple[Key, tuple[str, str]], dict[str, float]] = {}
    for raw in _raw(found, called):
        if len(mistakes) >= MOST_TOLD:
            return
        if not raw.target:  # "none": an answer, of which every other is none
            result.named.setdefault(raw.source)
            result.answered.setdefault(raw.wave, set()).add(raw.source)
            continue
        key = (raw.wave, raw.relation)
        scale = result.scales[raw.relation]
        value = math.nan if raw.answer == "" else scale.number(raw.answer)
        if value is None and raw.row not in told:
            told.add(raw.row)
            message = f"{quote(raw.answer)} is not on the scale of {quote(raw.relation)}, {ends(scale)}"
            hint = f"Say in mapping.toml what it means: [relations.{raw.relation}] with least, most, words or unknown."
            mistakes.append(found.sheet.mistake(raw.row, message, raw.answer, hint=hint))
        if value is None:
            continue
        if raw.source == raw.target:
            selfs += value > scale.least
            continue
        if raw.answer == "" and scale.blank == "none":
            value = scale.least
        elif raw.answer == "":
            result.blanks[key] += 1
        elif math.isnan(value):
            result.unknown[key] += 1
        for name in (raw.source, raw.target):
            result.named.setdefault(name)
        if found.reports == "each" and raw.answer:
            result.answered.setdefault(raw.wave, set()).add(raw.source)
        reports = (result.each if found.reports == "each" else result.mutual).setdefault(key, {})
        if found.holds == "matrix" and value == scale.least:
            continue  # as if it were not listed: who answers says so of all the others
        ends_ = (raw.source, raw.target)
        if found.reports == "mutual" and raw.source > raw.target:
            ends_ = (raw.target, raw.source)
        if whom is not None and not math.isnan(value):
            voices.setdefault((key, ends_), {}).setdefault(whom[raw.row], value)
        if ends_ not in reports or math.isnan(reports[ends_]):
            again += ends_ in reports and found.holds != "matrix"
            reports[ends_] = value
        elif math.isnan(value) or reports[ends_] == value:
            again += found.holds != "matrix"
        elif whom is not None and len(voices[key, ends_]) > 1:
            pass  # another person of the same organization: the mean of both is taken below
        elif raw.row not in told:
            told.add(raw.row)
            before = lines.get((*key, *ends_))
            where = f" in line {before}" if before else " in another file"
            message = f"{quote(raw.relation)} of this pair is given a second time, and otherwise{where}"
            hint = 'If both ends answered, say reports = "each" in mapping.toml; if these are waves, say which column.'
            mistakes.append(found.sheet.mistake(raw.row, message, raw.source, hint=hint))
        lines.setdefault((*key, *ends_), found.sheet.lines[raw.row])
    name = literal(found.sheet.name)
    several = {key: each for key, each in voices.items() if len(each) > 1}
    for (key, ends_), each in several.items():
        (result.each if found.reports == "each" else result.mutual)[key][ends_] = math.fsum(each.values()) / len(each)
    if several:
        who = len({ends_[0] for _, ends_ in several})
        text = (
            f"{name}: {count(who, 'organization')} answered by more than one person; the mean of their answers is taken"
        )
        result.notes.append(Note(text))
    if selfs and found.holds != "matrix":
        result.notes.append(Note(f"{name}: {count(selfs, 'tie')} of an organization to itself left out"))
    if again:
        result.notes.append(Note(f"{name}: {count(again, 'answer')} given again with the same content, taken once"))
    nameless = _nameless(found)
    if nameless:
        result.notes.append(Note(f"{name}: {count(nameless, 'row')} without one of the two ends left out"))


def _persons(found: Understood) -> list[str] | None:
    """Return who filled in each row, where columns about persons say so."""
    columns = [found.sheet.column(column.name) for column in found.columns if column.role == "person"]
    if found.reports != "each" or not columns:
        return None
    return ["\0".join(cells) for cells in zip(*columns, strict=True)]


def ends(scale: Scale) -> str:
    """Return the ends of a scale in words."""
    words = f", or {listed(list(scale.words))}" if scale.words else ""
    return f"which goes from {scale.least:g} (no tie) to {scale.most:g} (the strongest){words}"


def _raw(found: Understood, called: Mapping[str, str]) -> Iterator[Raw]:
    """Yield the answers of a sheet, each with whom it is about."""
    waves = found.cells("wave")
    source = found.cells("from") or []
    reader = {"ties": _of_ties, "list": _of_list, "matrix": _of_matrix}[found.holds]
    for row, name in enumerate(source):
        if name.casefold() in NOBODY or (found.holds == "matrix" and name.casefold() in TOTALS):
            continue
        wave = (waves[row] if waves else "") or found.wave
        for kind, relation, target, answer in reader(found, row):
            if target.casefold() not in NOBODY:
                yield Raw(wave, kind, relation, called.get(name, name), called.get(target, target), answer, row)
            elif target.casefold() in NAMES_NOBODY:
                yield Raw(wave, kind, relation, called.get(name, name), "", "", row)


Found = Iterator[tuple[str, str, str, str]]


def _of_ties(found: Understood, row: int) -> Found:
    cells = dict(zip(found.sheet.header, found.sheet.rows[row], strict=True))
    roles = {column.role: column.name for column in found.columns}
    target = cells[roles["to"]]
    if "which" in roles:
        answer = cells[roles["value"]] if "value" in roles else "1"
        naming = next(column for column in found.columns if column.role == "which")
        for which in choices(cells[naming.name], naming.sign):
            if which.casefold() in NAMES_NOBODY:
                yield "relation", "", "none", ""
            elif which.casefold() not in UNKNOWN:
                yield "relation", slug(which), target, answer
        return
    told = False
    for column in found.columns:
        if column.role == "ticked":
            told = True
            cell = cells[column.name]
            unknown = cell.casefold() in UNKNOWN
            ticked = column.offered if unknown else choices(cell, column.sign)
            if any(choice.casefold() in NAMES_NOBODY for choice in ticked):
                yield "relation", "", "none", ""  # it has answered
            for choice in ticked:
                if choice in column.offered:
                    yield "relation", slug(choice), target, cell if unknown else "1"
        if (of := answers_of(column.role)) is not None:
            told = told or of[0] == "relation"
            yield *of, target, cells[column.name]
    if not told and (found.implies or "value" in roles):
        yield "relation", "tie", target, cells[roles["value"]] if "value" in roles else "1"


def _of_list(found: Understood, row: int) -> Found:
    cells = dict(zip(found.sheet.header, found.sheet.rows[row], strict=True))
    for column in found.columns:
        if column.role.split()[0] != "to":
            continue
        number, told = place_of(column.role), False
        for other in found.columns:
            of = answers_of(other.role)
            if of is not None and place_of(other.role) == number:
                told = told or of[0] == "relation"
                yield *of, cells[column.name], cells[other.name]
        if not told and found.implies:
            yield "relation", "tie", cells[column.name], "1"


def _of_matrix(found: Understood, row: int) -> Found:
    cells = found.sheet.rows[row]
    relation = _relation_of(found.sheet.name)
    plain = (kind_of(relation), relation)
    asking = [
        (column.about, *(answers_of(column.role) or plain), cells[place])
        for place, column in enumerate(found.columns)
        if column.role == "organization" or answers_of(column.role)
    ]
    if any(answer for *_, answer in asking):  # else this organization has not answered
        for organization, kind, relation, answer in asking:
            yield kind, relation, organization, answer


def _relation_of(name: str) -> str:
    """Return the relation that a matrix is about: the sheet's name, or the file's, without the wave."""
    file, _, sheet = name.partition("#")
    stem = sheet or PurePath(file).stem
    plain = re.sub(
        r"(?<![a-z])(wave|round|time|t)[\s_-]?\d{1,2}|(19|20)\d\d(-\d\d)?|matrix|adjacency", "", stem, flags=re.I
    )
    return slug(plain) if re.search(r"[A-Za-z]", plain) else "tie"


def _nameless(found: Understood) -> int:
    """Return how many rows of a list of ties lack one end."""
    if found.holds != "ties":
        return 0
    pairs = zip(found.cells("from") or [], found.cells("to") or [], strict=True)
    return sum(a.casefold() in NOBODY or b.casefold() in NOBODY - NAMES_NOBODY for a, b in pairs)

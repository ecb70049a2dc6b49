"""What columns seem to be, by their names and by what stands in them; and what the user said instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfs_sim.scenario.errors import Mistake, UserError, listed, quote
from tfs_sim.survey.answering import ITEM_OR_RELATION, VALUE, answered, of_names
from tfs_sim.survey.columns import Column, Understood
from tfs_sim.survey.describing import (
    Guesses,
    about_whom,
    beside_each_other,
    of_organizations,
    of_who_says_so,
    wave_of_name,
)
from tfs_sim.survey.mapping import FileMap, Mapping, answers_of, may_be, place_of
from tfs_sim.survey.naming import NOTHING, TOTALS, apart, kind_of, slug, wave_label
from tfs_sim.survey.scales import UNKNOWN, looks_like_answers
from tfs_sim.survey.shapes import (
    FROM,
    NAME,
    NUMBERED,
    OF_EACH,
    TO,
    about,
    alters,
    choices,
    ends_by_content,
    grids,
    holds_of,
    is_text,
    likely_names,
    parted,
    partners,
    spaced,
    whose,
)
from tfs_sim.survey.sheets import Sheet

_OF_TIES = (
    ("wave", r"(.* )?(wave|round)( \w+)?|survey|(survey )?(year|period|time)"),
    ("date", r".*(date|timestamp|submitted)( \w+)?|month"),
    (
        "which",
        r"relation(ship)?|(tie|relation|relationship|link|edge).?(type|kind)|type|kind|activity|activities|network",
    ),
)


def understood(sheets: Sequence[Sheet], mapping: Mapping) -> list[Understood]:
    """Return every sheet with what it holds and what its columns are.

    What the mapping says holds; the rest is guessed. Names of organizations in one sheet help to understand others.

    Raises
    ------
    UserError
        where a sheet cannot be understood: ties without both ends, or nothing that is known.
    """
    found = [_one(*each) for each in beside(sheets, mapping)]
    # where one file says who has to do with whom, another that marks partners is no second opinion on that
    asked = any(each.relates for each in found)
    return [replace(each, implies=not (asked and each.marks)) for each in found]


def beside(sheets: Sequence[Sheet], mapping: Mapping) -> Iterator[tuple[Sheet, FileMap, set[str], bool]]:
    """Yield every sheet with what is said of it, likely names of organizations, and whether its workbook has others."""
    known = {name for sheet in sheets for name in likely_names(sheet)}
    books = Counter(sheet.name.partition("#")[0] for sheet in sheets)
    for sheet in sheets:
        yield sheet, mapping.files.get(sheet.name, FileMap()), known, books[sheet.name.partition("#")[0]] > 1


def guessed_of(sheet: Sheet, said: FileMap, known: set[str], among: bool) -> Understood:
    """Return a sheet with what is guessed of it, whether or not that is enough for a network.

    Raises
    ------
    UserError
        where nothing says what stands in it, or a column is said to be what it cannot be.
    """
    holds = said.holds or sheet.holds or holds_of(sheet, said, known)
    if holds is None and among:
        holds = "nothing"  # a sheet of a workbook with others: remarks, or what numbers mean
    if holds is None:
        message = "it is not clear what stands in it: no column names organizations, and no two name the ends of ties"
        hint = (
            f'Say it in mapping.toml: [files.{quote(sheet.name)}] holds = "ties" (or organizations, list, matrix); '
            "--draft mapping.toml writes one to correct."
        )
        raise UserError(Mistake(message, file=sheet.name, line=1, hint=hint))
    for column, role in said.columns.items():
        if not may_be(role, holds):
            message = f"column {quote(column)} cannot be {quote(role)}: the sheet holds {holds}"
            raise UserError(Mistake(message, file=sheet.name, line=1))
    guess = {"organizations": of_organizations, "ties": _ties, "list": _list}.get(holds, _nothing)
    taken = dict(said.columns)
    guessed = _matrix(sheet, taken, known) if holds == "matrix" else guess(sheet, taken)
    columns = tuple(
        Column(name, *_role(name, said, guessed), filled=sum(map(bool, sheet.column(name)))) for name in sheet.header
    )
    if holds == "ties":
        columns = tuple(_parted(column, sheet) for column in columns)
    if holds == "matrix":
        asked = {whom for _, whom in grids(sheet, known).values()}
        columns = tuple(_asking(column, {*known, *asked, *_rows_of(sheet, columns)}) for column in columns)
    return Understood(sheet, holds, "", "", wave_label(said.wave or wave_of_name(sheet.name)), columns)


def _one(sheet: Sheet, said: FileMap, known: set[str], among: bool) -> Understood:
    found = guessed_of(sheet, said, known, among)
    holds, columns = found.holds, found.columns
    for each in columns:
        if each.role.split()[0] in ("from", "to", "name", "id"):
            sheet.refuse_long(each.name)
    if holds == "organizations" and found.of("name") is None and found.of("id") is None:
        raise UserError(Mistake("no column seems to name the organizations", file=sheet.name, line=1, hint=_HINT))
    if holds in ("ties", "list"):
        _both_ends(found)
        _one_wave(found, dict(said.columns))
    if holds in ("ties", "list", "matrix"):
        reports, why = (said.reports, "as the mapping says") if said.reports else _whose(found)
        found = Understood(sheet, holds, reports, why, found.wave, columns)
    return found


_HINT = "Say in mapping.toml which column it is (--draft mapping.toml writes one to correct)."


def _one_wave(found: Understood, said: dict[str, str]) -> None:
    """Refuse columns of answers that differ by the wave in their names alone, unless the mapping says what they are."""
    guessed = [each.name for each in found.columns if each.role.startswith(("relation ", "item "))]
    waves = beside_each_other([name for name in guessed if name not in said])
    if waves:
        message = f"columns {listed([quote(each) for each in waves])} say the same of several waves"
        hint = (
            "Put waves below each other, with a column wave, or in a file each; or say in mapping.toml what they are."
        )
        raise UserError(Mistake(message, file=found.sheet.name, line=1, hint=hint))


def _rows_of(sheet: Sheet, columns: Sequence[Column]) -> list[str]:
    return [cell for column in columns if column.role == "from" for cell in sheet.column(column.name)]


def _asking(column: Column, organizations: set[str]) -> Column:
    """Return a column of a matrix with the organization that it asks about."""
    asked = about(column.name, organizations)
    return replace(column, about=asked[1] if asked else column.name)


def _parted(column: Column, sheet: Sheet) -> Column:
    """Return a column that names relations with the sign between several of them."""
    if column.role not in ("which", "ticked"):
        return column
    cells = sheet.column(column.name)
    sign = parted(cells) or ("|" if any("|" in cell for cell in cells) else ";")
    named = Counter(choice for cell in cells for choice in choices(cell, sign))
    # what stands in one cell alone is what somebody wrote, not what could be ticked
    often = [choice for choice, times in named.items() if times > 1 or column.role == "which"]
    offered = [choice for choice in often if choice.casefold() not in UNKNOWN | NOTHING]
    return replace(column, sign=sign, offered=tuple(offered))


def _both_ends(found: Understood) -> None:
    ends = {place_of(column.role) for column in found.columns if column.role.split()[0] == "to"}
    first = found.of("from")
    cells = {*(found.cells("from") or []), *(found.cells("to") or [])}
    if first in cells or found.of("to") in cells:
        message = "the first row names organizations; it should say what the columns are, such as from,to"
        raise UserError(Mistake(message, file=found.sheet.name, line=1))
    lacking = "from" if found.of("from") is None else "to" if not ends else ""
    if lacking:
        which = "whose tie it is, or who says so" if lacking == "from" else "to whom a tie goes"
        message = f'no column seems to say {which} ("{lacking}")'
        raise UserError(Mistake(message, file=found.sheet.name, line=1, hint=_HINT))


def _role(name: str, said: FileMap, guessed: dict[str, tuple[str, str]]) -> tuple[str, str, bool]:
    if name in said.columns:
        return said.columns[name], "as the mapping says", True
    role, why = guessed.get(name, ("left", "nothing is known that it could be"))
    return role, why, False


def _whose(found: Understood) -> tuple[str, str]:
    """Say whether rows are reports of one end or ties of both, and why that is thought."""
    sheet = found.sheet
    if found.holds == "list":
        return "each", "every row is what one organization says"
    if sheet.directed is not None:
        return ("each", "the graph has directions") if sheet.directed else ("mutual", "the graph has no directions")
    if found.holds == "matrix":
        return ("mutual", "the matrix is symmetric") if _symmetric(found) else ("each", "the matrix is not symmetric")
    if (name := found.of("from")) and OF_EACH.fullmatch(spaced(name)):
        return "each", f"{quote(name)} is the name of who says so"
    pairs = set(zip(found.cells("from") or [], found.cells("to") or [], strict=True))
    both = sum((b, a) in pairs for a, b in pairs if a != b) // 2
    if both:
        return "each", f"{both:,} {'pair is' if both == 1 else 'pairs are'} given both ways"
    return "mutual", "no pair is given both ways"


def _symmetric(found: Understood) -> bool:
    places = {column.name: n for n, column in enumerate(found.columns) if column.role == "organization"}
    first = found.sheet.header.index(found.of("from") or found.sheet.header[0])
    rows = {row[first]: row for row in found.sheet.rows}
    if set(places) != set(rows):
        return False
    return all(rows[a][places[b]] == rows[b][places[a]] for a in places for b in places if a < b)


def _ties(sheet: Sheet, taken: dict[str, str]) -> Guesses:
    found = {
        name: guess for name, guess in about_whom(sheet, taken).items() if not looks_like_answers(sheet.column(name))
    }
    roles = set(taken.values())
    free = [name for name in sheet.header if name not in taken and name not in found]
    for role, pattern in (("from", FROM), ("to", TO)):
        fitting = [name for name in free if name not in found and pattern.fullmatch(spaced(name))]
        if role == "from" and not fitting:
            fitting = [name for name in free if name not in partners(sheet) and re.fullmatch(NAME, spaced(name), re.I)]
        if role not in roles and fitting:
            found[fitting[0]] = (role, "by its name")
            roles.add(role)
    ends = ends_by_content(sheet)
    for role, name in zip(("from", "to"), ends or (), strict=False):
        if role not in roles and name in free and name not in found:
            found[name] = (role, "two columns have these names in common")
            roles.add(role)
    found |= of_who_says_so(sheet, taken, found)
    for role, words in _OF_TIES:
        for name in free:
            if name in found or role in roles or not re.fullmatch(words, spaced(name), re.I):
                continue
            if role != "which" or not looks_like_answers(sheet.column(name)):
                found[name] = (role, "by its name")
                roles.add(role)
    for name in free:
        if name not in found and answered(sheet, name):
            if "value" not in roles and ("which" in roles or re.fullmatch(VALUE, spaced(name), re.I)):
                found[name] = ("value", "answers stand in it")
                roles.add("value")
            else:
                found[name] = (f"{kind_of(name)} {slug(name)}", "answers stand in it")
        elif name not in found and (sign := parted(sheet.column(name))) and not of_names(sheet, name, sign):
            found[name] = ("ticked", "of the same few choices several stand in a cell")
        elif name not in found and ITEM_OR_RELATION.search(spaced(name)) and any(sheet.column(name)):
            found[name] = (f"{kind_of(name)} {slug(name)}", "by its name")
    return _told_apart(found)


def _told_apart(found: Guesses) -> Guesses:
    """Return guesses in which no two columns have the same relation, and none is a value that nothing would read."""
    roles = {role for role, _ in found.values()}
    relations = any(role.startswith("relation ") for role in roles)
    answering = {name: role for name, (role, _) in found.items() if answers_of(role) or (role == "value" and relations)}
    if "which" in roles:
        return found
    slugs = apart(answering)
    changed = {
        name: f"{kind_of(name) if role == 'value' else role.split()[0]} {slugs[name]}"
        for name, role in answering.items()
    }
    return found | {name: (role, found[name][1]) for name, role in changed.items()}


def _list(sheet: Sheet, taken: dict[str, str]) -> Guesses:
    found = about_whom(sheet, taken)
    found |= {
        name: (f"to {number}", "by its name and number") for name, number in alters(sheet).items() if name not in taken
    }
    numbers = {place_of(role) for role, _ in found.values()}
    for name in sheet.header:
        end = NUMBERED.fullmatch(name)
        if name in taken or name in found:
            continue
        if end and end[2] in numbers and looks_like_answers(sheet.column(name)):
            found[name] = (
                f"{kind_of(end[1])} {slug(end[1])} {end[2]}",
                "answers, with the number of whom they are about",
            )
    found |= _rest_of_rows(sheet, taken, found)
    return found | of_who_says_so(sheet, taken, found)


def _matrix(sheet: Sheet, taken: dict[str, str], known: set[str]) -> Guesses:
    asking = grids(sheet, known)
    whom = {organization for _, organization in asking.values()}
    first = next((name for name, role in taken.items() if role == "from"), whose(sheet, whom))
    organizations = {*sheet.column(first), *known, *whom}
    found: Guesses = {} if first in taken else {first: ("from", "it names the rows")}
    persons = about_whom(sheet, taken)
    of_rows = of_who_says_so(sheet, taken, found)
    questions = (about(name, organizations) for name in sheet.header)
    slugs = apart(dict.fromkeys(each[0] for each in questions if each is not None))
    for name in sheet.header:
        if name in taken or name in found:
            continue
        if name.casefold() in TOTALS:
            found[name] = ("left", "a total of what stands beside it")
        elif name in organizations:
            found[name] = ("organization", "called like an organization")
        elif (asked := about(name, organizations)) is not None:
            found[name] = (f"{kind_of(asked[0])} {slugs[asked[0]]}", "a question about an organization")
        elif name in of_rows:
            found[name] = of_rows[name]
        elif name in persons:
            found[name] = persons[name]
        elif (role := next((r for r, words in _OF_TIES[:2] if re.fullmatch(words, spaced(name), re.I)), "")) != "":
            found[name] = (role, "by its name")
        elif not asking and (answered(sheet, name) or not any(sheet.column(name))):
            found[name] = ("organization", "answers stand in it, as below the organizations")
    return found


def _rest_of_rows(sheet: Sheet, taken: dict[str, str], found: Guesses) -> Guesses:
    """Return who says what a row says, and when."""
    more: Guesses = {}
    roles = set(taken.values())
    free = [name for name in sheet.header if name not in taken and name not in found]
    for role, pattern in (*_OF_TIES[:2], ("from", rf"{FROM.pattern}|{NAME}")):
        fitting = [name for name in free if name not in more and re.fullmatch(pattern, spaced(name), re.I)]
        if role not in roles and fitting:
            more[fitting[0]] = (role, "by its name")
    if "from" not in roles and not any(role == "from" for role, _ in more.values()):
        texts = [name for name in free if name not in more and is_text(sheet.column(name))]
        more |= dict.fromkeys(texts[:1], ("from", "the first column of texts"))
    return more


def _nothing(sheet: Sheet, taken: dict[str, str]) -> Guesses:
    return about_whom(sheet, taken)

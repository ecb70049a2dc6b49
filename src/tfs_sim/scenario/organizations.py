"""The organizations of a site: generated from counts, or read from a file, each with a lasting identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.csv_files import CsvTable, Row
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, listed, nearest, quote

OPTIONAL = (
    "name",
    "fte",
    "joins",
    "threshold",
    "first_effort_low",
    "first_effort_high",
    "first_bid",
    "months_in_post",
    "key_people",
    "fte_sd",
    "agreement",
    "agreement_sd",
)
"""Columns that a file of organizations may have beside id and sector."""
BEGINNING = OPTIONAL[2:9]
"""Those that say how an organization begins (`Given`)."""
OF_TIES = ("chance", "strength_sd", "trust", "trust_sd", "trust_back", "trust_back_sd")
"""Columns that a file of relationships may have beside source, target and strength."""
UNKNOWN = "unknown"
"""What stands in the column sector where nobody knows: it is drawn by set of parameters (`drawing`)."""
LONGEST = 300
"""Characters of a name."""


class Mark(NamedTuple):
    """A share in [0, 1] that is known with an error: its mean and its standard deviation between sets."""

    mean: float
    sd: float = 0.0


class Unsure(NamedTuple):
    """What is not known of an organization, and is drawn by set of parameters.

    Attributes
    ----------
    sector : whether its sector is drawn from those of the site's others.
    fte_sd : standard deviation of the logarithm of its staff.
    agreement : how far it agrees with what partners want together, as others see it, in the first month.
    """

    sector: bool = False
    fte_sd: float = 0.0
    agreement: Mark | None = None

    @property
    def of_itself(self) -> bool:
        """Whether it is not known who or how large it is."""
        return self.sector or self.fte_sd > 0.0


class Given(NamedTuple):
    """What a file says of how an organization begins, where the model would draw or choose; None: it does.

    Attributes
    ----------
    joins : month in which it joins, counted from 1; 0: it is at the table at the start.
    threshold : number of others at the table from which it takes part.
    first_effort : lowest and highest first effort, as shares of the largest that it would give.
    first_bid : first bid in a contest, thousand dollars.
    months_in_post : of its representative, in the first month.
    key_people : how many it has, its representative and its leader among them.
    """

    joins: int | None = None
    threshold: float | None = None
    first_effort: tuple[float, float] | None = None
    first_bid: float | None = None
    months_in_post: int | None = None
    key_people: int | None = None


class Organization(NamedTuple):
    """One organization of a site.

    Attributes
    ----------
    identity : "riverton/nonprofit-03"; the backbone's is "riverton/backbone".
    name : label for people.
    sector, role : see `SECTORS` and `ROLES`.
    fte : staff, full-time equivalents; None if the scenario does not say.
    given : how it begins, where a file says so.
    unsure : what is drawn of it by set of parameters; `sector` is then that without sets.
    """

    identity: str
    name: str
    sector: str
    role: str
    fte: float | None
    given: Given = Given()
    unsure: Unsure = Unsure()


class Told(NamedTuple):
    """What a file says of a tie beside its strength, drawn by set of parameters.

    Attributes
    ----------
    chance : that there is this tie at all.
    strength_sd : standard deviation of its strength between sets.
    trust, trust_back : of the source in the target in the first month, and back; None: as it comes.
    """

    chance: float = 1.0
    strength_sd: float = 0.0
    trust: Mark | None = None
    trust_back: Mark | None = None


class Relationship(NamedTuple):
    """A tie that exists at the start: identities of source and target, strength in [0, 1], what else a file says."""

    source: str
    target: str
    strength: float
    told: Told = Told()


def generated(site: str, counts: Mapping[str, int], lead: str | None, fte: float) -> tuple[Organization, ...]:
    """Return the organizations that counts by sector stand for, and the backbone, sorted by identity."""
    found = [_backbone(site, lead, "nonprofit", fte)]
    usual = Given(), Unsure()
    for sector, count in counts.items():
        prefix, label = f"{site}/{sector}-", sector.replace("_", " ").capitalize()
        found += [
            # past the class's own way to be made, which takes ten times as long: there may be a million of them
            tuple.__new__(Organization, (f"{prefix}{n:02d}", f"{label} {n}", sector, "partner", None, *usual))
            for n in range(1, count + 1)
        ]
    return tuple(sorted(found, key=itemgetter(0)))


def national(key: str, title: str | None, fte: float) -> Organization:
    """Return a national organization, a member of the national table."""
    return Organization(f"national/{key}", title or key, "nonprofit", "national", fte)


def national_table(found: Iterable[Organization]) -> tuple[Organization, ...]:
    """Return the members of the national table and whoever convenes it, sorted by identity."""
    return tuple(sorted([*found, _backbone("national", "National table", "nonprofit", 1.0)]))


def read_organizations(path: Path, site: str, lead: str | None, fte: float) -> tuple[Organization, ...]:
    """Return the organizations of a file with the columns id, sector and perhaps others (`OPTIONAL`).

    The row whose id is `lead` (or "backbone") is the backbone; without one, a backbone is added.
    """
    rows = _organization_rows(path, _stamp(path))
    for row in rows:
        if row.id in (lead, "backbone") and row.given != Given():
            said = f"{quote(row.id)} is the backbone, which is at the table throughout: leave {listed(BEGINNING)} empty"
            raise UserError(replace(row.place, message=said))
    found = [
        _backbone(
            site,
            row.name or row.id or lead,
            "nonprofit" if row.sector == UNKNOWN else row.sector,
            fte if row.fte is None else row.fte,
        )
        if row.id in (lead, "backbone")
        else Organization(f"{site}/{row.id}", row.name or row.id, row.sector, "partner", row.fte, row.given, row.unsure)
        for row in rows
    ]
    if not any(organization.role == "backbone" for organization in found):
        found.append(_backbone(site, lead, "nonprofit", fte))
    elif sum(organization.role == "backbone" for organization in found) > 1:
        raise UserError(Mistake(f'both "backbone" and {quote(lead)} would be the backbone; keep one', file=path.name))
    return tuple(sorted(found))


def read_relationships(
    path: Path, site: str, organizations: tuple[Organization, ...], lead: str | None
) -> tuple[Relationship, ...]:
    """Return the ties of a file with the columns source, target and strength, sorted.

    Organizations are named by their id, with or without the site before it.
    """
    return _ties(path, _stamp(path), site, tuple(each.identity for each in organizations), lead)


@lru_cache(maxsize=64)
def _ties(
    path: Path, stamp: tuple[int, int], site: str, identities: tuple[str, ...], lead: str | None
) -> tuple[Relationship, ...]:
    known = {identity.split("/", 1)[1]: identity for identity in identities}
    if lead is not None:
        known.setdefault(lead, f"{site}/backbone")
    mistakes: list[Mistake] = []
    ties: dict[tuple[str, str], Relationship] = {}
    table = CsvTable(path, ("source", "target", "strength"), OF_TIES)
    for row in table.rows:
        ends = []
        for column in ("source", "target"):
            name = table.cell(row, column).removeprefix(f"{site}/")
            if name not in known:
                message = f"column {column}: there is no organization {quote(name)} in {site}"
                mistakes.append(table.mistake(row, column, message, nearest(name, known)))
            ends.append(known.get(name, ""))
        strength = table.number(row, "strength", 1.0, "a share between 0 and 1", mistakes)
        told = _told(table, row, mistakes)
        source, target = ends
        if not source or not target:
            continue
        if source == target:
            mistakes.append(table.mistake(row, "target", f"{quote(table.cell(row, 'source'))} has a tie to itself"))
        elif (source, target) in ties:
            mistakes.append(table.mistake(row, "source", "this pair is listed a second time"))
        elif (target, source) in ties:
            message = "this pair is listed a second time, the other way round; a tie is mutual, so keep one of the two"
            mistakes.append(table.mistake(row, "source", message))
        elif strength is not None:
            ties[source, target] = Relationship(source, target, strength, told)
    if mistakes:
        raise UserError(mistakes)
    return tuple(sorted(ties.values()))


class _Listed(NamedTuple):
    id: str
    name: str
    sector: str
    fte: float | None
    given: Given
    unsure: Unsure
    place: Mistake


@lru_cache(maxsize=64)
def _organization_rows(path: Path, stamp: tuple[int, int]) -> tuple[_Listed, ...]:
    table = CsvTable(path, ("id", "sector"), OPTIONAL)
    mistakes: list[Mistake] = []
    rows: dict[str, _Listed] = {}
    for row in table.rows:
        identity, sector = table.cell(row, "id"), table.cell(row, "sector")
        fte = (
            table.number(row, "fte", 1e6, "a number of staff between 0 and 1,000,000", mistakes)
            if table.cell(row, "fte")
            else None
        )
        if not identity or "/" in identity or len(identity) > 100 or not identity.isprintable():
            mistakes.append(
                table.mistake(
                    row,
                    "id",
                    f"column id is a name of at most 100 characters without / (write what people read into the "
                    f"column name); found {kind_of(identity)}",
                )
            )
        elif identity in rows:
            mistakes.append(table.mistake(row, "id", f"the id {quote(identity)} is given a second time"))
        if sector not in (*SECTORS, UNKNOWN):
            message = f"column sector is {listed((*SECTORS, UNKNOWN), 9)}; found {kind_of(sector)}"
            mistakes.append(table.mistake(row, "sector", message, nearest(sector, (*SECTORS, UNKNOWN))))
        name = table.cell(row, "name")
        if "\n" in name or len(name) > LONGEST:
            said = f"column name is one line of at most {LONGEST} characters; found {kind_of(name)}"
            mistakes.append(table.mistake(row, "name", said))
        given, unsure = _given(table, row, mistakes), _unsure(table, row, fte, mistakes)
        place = table.mistake(row, "id", "")
        rows.setdefault(identity, _Listed(identity, name, sector, fte, given, unsure, place))
    if mistakes:
        raise UserError(mistakes)
    return tuple(rows.values())


def _unsure(table: CsvTable, row: Row, fte: float | None, mistakes: list[Mistake]) -> Unsure:
    """Return what is not known of an organization, as far as its row says."""
    spread = None
    if table.cell(row, "fte_sd"):
        spread = table.number(row, "fte_sd", 3.0, "the sd of log staff, a number between 0 and 3", mistakes)
        if fte is None:
            mistakes.append(table.mistake(row, "fte_sd", "fte_sd goes with fte, which is empty"))
    agreement = _mark(table, row, "agreement", mistakes)
    return Unsure(table.cell(row, "sector") == UNKNOWN, spread or 0.0, agreement)


def _told(table: CsvTable, row: Row, mistakes: list[Mistake]) -> Told:
    """Return what a row says of a tie beside its strength."""
    chance, spread = 1.0, 0.0
    if table.cell(row, "chance"):
        chance = table.number(row, "chance", 1.0, "a share between 0 and 1", mistakes) or 0.0
    if table.cell(row, "strength_sd"):
        spread = table.number(row, "strength_sd", 1.0, "a standard deviation between 0 and 1", mistakes) or 0.0
    return Told(chance, spread, *(_mark(table, row, column, mistakes) for column in ("trust", "trust_back")))


def _mark(table: CsvTable, row: Row, column: str, mistakes: list[Mistake]) -> Mark | None:
    """Return a share with its standard deviation, or None where the row has none."""
    spread = f"{column}_sd"
    if not table.cell(row, column):
        if table.cell(row, spread):
            mistakes.append(table.mistake(row, spread, f"{spread} goes with {column}, which is empty"))
        return None
    mean = table.number(row, column, 1.0, "a share between 0 and 1", mistakes)
    sd = 0.0
    if table.cell(row, spread):
        sd = table.number(row, spread, 1.0, "a standard deviation between 0 and 1", mistakes) or 0.0
    return Mark(mean or 0.0, sd)


def _given(table: CsvTable, row: Row, mistakes: list[Mistake]) -> Given:
    """Return how an organization begins, as far as its row says."""

    def number(column: str, largest: float, expected: str) -> float | None:
        return table.number(row, column, largest, expected, mistakes) if table.cell(row, column) else None

    joins = number("joins", 1200, "the number of a month up to 1,200, or 0 for the start")
    if joins is not None and joins != int(joins):
        said = (
            f"column joins is the whole number of a month, or 0 for the start; found {quote(table.cell(row, 'joins'))}"
        )
        mistakes.append(table.mistake(row, "joins", said))
    threshold = number("threshold", 1e6, "a number of other organizations between 0 and 1,000,000")
    if joins is not None and threshold is not None:
        mistakes.append(
            table.mistake(row, "threshold", "an organization has a month in which it joins or a threshold, not both")
        )
    low, high = (number(f"first_effort_{end}", 1.0, "a share between 0 and 1") for end in ("low", "high"))
    if low is not None and high is not None and low > high:
        mistakes.append(table.mistake(row, "first_effort_high", "the highest first effort is below the lowest"))
    one, other = (low, high) if low is not None else (high, low)
    effort = None if one is None else (one, one if other is None else other)
    bid = number("first_bid", 1e9, "an amount in thousand dollars between 0 and 1,000,000,000")
    months = number("months_in_post", 600, "a whole number of months between 0 and 600")
    people = number("key_people", 20, "a whole number of people between 1 and 20")
    for column, value, least in (("months_in_post", months, 0), ("key_people", people, 1)):
        if value is not None and (value != int(value) or value < least):
            what = "of months" if least == 0 else "of people, at least 1"
            said = f"column {column} is a whole number {what}; found {quote(table.cell(row, column))}"
            mistakes.append(table.mistake(row, column, said))
    numbers = (None if value is None else int(value) for value in (months, people))
    return Given(None if joins is None else int(joins), threshold, effort, bid, *numbers)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written, so that it is read again only then."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _backbone(site: str, lead: str | None, sector: str, fte: float) -> Organization:
    return Organization(f"{site}/backbone", lead or "Backbone", sector, "backbone", fte)

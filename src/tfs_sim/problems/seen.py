"""What an evaluator has of a community after some months: registers, attendance, and surveys of members.

```
community.toml     what is known of the community and was done in it: a scenario, nothing of parameters
organizations.csv  organization, sector, lead (the backbone)
register.csv       month, date, members, meeting (a joint one was held), alive, hours (partners', on top), coordinator
attendance.csv     month, organization, in_post (its representative), came (to a meeting): members alone
surveys.csv        wave (its month), organization, answered: whom the survey asked, all members
ties.csv           wave, source, target, trust: with whom those who answered dealt lately, and their mark
```
Months count from 1. Whom surveys ask, who answers, what counts as a tie and on which scale trust is marked is
the calibration's own observation model (`calibration.surveys`); marks are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration import surveys
from tfs_sim.calibration.looks import Array
from tfs_sim.experiments.storage import files
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.model.state import BACKBONE, SECTORS
from tfs_sim.problems.lives import Life
from tfs_sim.problems.tables import Community, ProblemTable
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.csv_files import CsvTable, Row
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Wave:
    """A survey.

    Attributes
    ----------
    month : from 1.
    asked : numbers of the organizations that were asked.
    answered : bool [asked].
    source, target : numbers of organizations: who told of whom. The backbone tells of its ties as well.
    mark : of trust, whole, of each tie.
    """

    month: int
    asked: Whole
    answered: Flags
    source: Whole
    target: Whole
    mark: Whole


@dataclass(frozen=True)
class Seen:
    """What an evaluator has.

    Attributes
    ----------
    organizations : names; `lead` says which is the backbone, `sector` what it is.
    members, hours : float64 [months].
    meeting, alive, coordinator : bool [months]: a joint meeting was held; the partnership is alive; the coordinator's
        post is filled.
    month, organization, in_post, came : of each member in each month: month from 1, number, flags.
    waves : the surveys.
    """

    organizations: tuple[str, ...]
    sector: tuple[str, ...]
    lead: Flags
    members: Array
    meeting: Flags
    alive: Flags
    hours: Array
    coordinator: Flags
    month: Whole
    organization: Whole
    in_post: Flags
    came: Flags
    waves: tuple[Wave, ...]


def seen(life: Life, table: ProblemTable, community: Community) -> Seen:
    """Return what is seen of a life: of its past alone."""
    first = life.looks[0]
    here = np.flatnonzero(first.site_of == 0)
    number = np.full(first.site_of.size, -1)
    number[here] = np.arange(here.size)
    names = tuple(str(life.template.organizations[n][0]).rpartition("/")[2] for n in here.tolist())
    lead = first.role[here] == BACKBONE
    rows: list[tuple[Whole, Whole, Flags, Flags]] = []
    for month, look in enumerate(life.looks, start=1):
        who = np.flatnonzero(surveys.members(look) & (look.site_of == 0))
        rows.append((np.full(who.size, month), number[who], look.in_post[who], surveys.came(look)[who]))
    months, organizations, in_post, came = (np.concatenate(each) for each in zip(*rows, strict=True))
    backbone = here[lead]
    return Seen(
        names,
        tuple(SECTORS[n] for n in first.sector[here].tolist()),
        lead,
        life.seen("partners"),
        np.array([look.gap[0] == 0 for look in life.looks]),
        life.seen("alive") > 0,
        life.seen("hours"),
        np.array([bool(look.in_post[backbone].any()) for look in life.looks]),
        months,
        organizations,
        in_post,
        came,
        tuple(_wave(life, month, table, community.answers, number) for month in community.surveys),
    )


def _wave(life: Life, month: int, table: ProblemTable, answers: float, number: Whole) -> Wave:
    look = life.looks[month - 1]
    answer = surveys.answering(look, life.key, month - 1, answers)
    backbone = (look.role == BACKBONE) & (look.site_of == 0)
    asked = np.flatnonzero(surveys.members(look) & (look.site_of == 0))
    tie = surveys.ties(look, table.within, surveys.members(look) | backbone)
    source, target, mark = [], [], []
    for row, (one, other) in enumerate(((look.one, look.other), (look.other, look.one))):
        told = np.flatnonzero(tie & (answer | backbone)[one])
        source.append(number[one[told]])
        target.append(number[other[told]])
        exact = table.lowest + (table.highest - table.lowest) * look.trust[row, told]
        mark.append(np.rint(exact).astype(np.int64))
    order = np.lexsort((np.concatenate(target), np.concatenate(source)))
    found = [np.concatenate(each)[order] for each in (source, target, mark)]
    return Wave(month, number[asked], answer[asked], *found)


def write(seen: Seen, scenario: Scenario, folder: Path) -> None:
    """Write what is seen of a community, with what is known of it, into a folder."""
    import pandas as pd

    names = np.array(seen.organizations, object)
    months = np.arange(1, seen.members.size + 1)
    dates = [scenario.clock.date(n) for n in range(months.size)]
    frames: dict[str, dict[str, Any]] = {
        "organizations": {"organization": names, "sector": list(seen.sector), "lead": seen.lead.astype(int)},
        "register": {"month": months, "date": dates, "members": seen.members.astype(int), "meeting":
                     seen.meeting.astype(int), "alive": seen.alive.astype(int), "hours": np.round(seen.hours, 1),
                     "coordinator": seen.coordinator.astype(int)},
        "attendance": {"month": seen.month, "organization": names[seen.organization],
                       "in_post": seen.in_post.astype(int), "came": seen.came.astype(int)},
        "surveys": {"wave": _each([wave.asked for wave in seen.waves], seen.waves),
                    "organization": names[_one([wave.asked for wave in seen.waves])],
                    "answered": _one([wave.answered for wave in seen.waves]).astype(int)},
        "ties": {"wave": _each([wave.source for wave in seen.waves], seen.waves),
                 "source": names[_one([wave.source for wave in seen.waves])],
                 "target": names[_one([wave.target for wave in seen.waves])],
                 "trust": _one([wave.mark for wave in seen.waves])},
    }  # fmt: skip
    files.made_folder(folder)
    files.write_bytes(folder / "community.toml", scenario.to_toml().encode())
    for name, columns in frames.items():
        files.write_bytes(folder / f"{name}.csv", as_csv(pd.DataFrame(columns)))


def _one(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _each(parts: Sequence[NDArray[Any]], waves: Sequence[Wave]) -> Whole:
    return np.repeat([wave.month for wave in waves], [len(part) for part in parts])


def read(folder: Path, community: Community, until: int) -> Seen:
    """Read what was written of a community.

    Raises
    ------
    UserError
        When a file is not there, or not of this kind, with its place.
    """
    listed = CsvTable(folder / "organizations.csv", ("organization", "sector", "lead"))
    names = tuple(listed.cell(row, "organization") for row in listed.rows)
    number = {name: n for n, name in enumerate(names)}

    def column(table: CsvTable, name: str, largest: float = 1e12) -> Array:
        return np.array([_number(table, row, name, largest) for row in table.rows], float)

    def who(table: CsvTable, name: str) -> Whole:
        found = [number.get(table.cell(row, name), -1) for row in table.rows]
        for n, row in zip(found, table.rows, strict=True):
            if n < 0:
                cell = table.cell(row, name)
                said = f"{quote(cell)} is no organization of organizations.csv"
                raise UserError(table.mistake(row, name, said, nearest(cell, number)))
        return np.array(found, np.int64)

    register = CsvTable(
        folder / "register.csv", ("month", "date", "members", "meeting", "alive", "hours", "coordinator")
    )
    if [int(each) for each in column(register, "month")] != list(range(1, until + 1)):
        raise UserError(Mistake(f"register.csv has a row for each of {until} months, in order", file="register.csv"))
    attendance = CsvTable(folder / "attendance.csv", ("month", "organization", "in_post", "came"))
    asked = CsvTable(folder / "surveys.csv", ("wave", "organization", "answered"))
    ties = CsvTable(folder / "ties.csv", ("wave", "source", "target", "trust"))
    when, told = column(asked, "wave"), column(ties, "wave")
    whom, answered = who(asked, "organization"), column(asked, "answered", 1) > 0
    source, target, mark = who(ties, "source"), who(ties, "target"), column(ties, "trust").astype(np.int64)
    waves = []
    for month in community.surveys:
        here, there = when == month, told == month
        waves.append(Wave(month, whom[here], answered[here], source[there], target[there], mark[there]))
    return Seen(
        names,
        tuple(listed.cell(row, "sector") for row in listed.rows),
        column(listed, "lead", 1) > 0,
        column(register, "members"),
        column(register, "meeting", 1) > 0,
        column(register, "alive", 1) > 0,
        column(register, "hours"),
        column(register, "coordinator", 1) > 0,
        column(attendance, "month").astype(np.int64),
        who(attendance, "organization"),
        column(attendance, "in_post", 1) > 0,
        column(attendance, "came", 1) > 0,
        tuple(waves),
    )


def _number(table: CsvTable, row: Row, name: str, largest: float) -> float:
    mistakes: list[Mistake] = []
    expected = "0 or 1" if largest == 1 else "a number of 0 or more"
    found = table.number(row, name, largest, expected, mistakes)
    if found is None:
        raise UserError(mistakes)
    return found

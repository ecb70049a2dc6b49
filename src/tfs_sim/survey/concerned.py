"""Whom a wave of a survey is about: those that lists have, whom its answers name, and who answered it.

Who was asked is known from lists alone; where there is none, whoever a wave names may have been asked, and who did not
answer is among them. Pairs of whom somebody was heard are counted among these, as where the wave is imported by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.survey.members import Member, known_as

if TYPE_CHECKING:
    from tfs_sim.survey.importing import Survey


def concerned(survey: Survey, wave: str) -> set[str]:
    """Return the names of the organizations of a wave."""
    if len(survey.waves) == 1:
        return set(survey.members)
    listed = {name for name, member in survey.members.items() if member.listed and _of(member, wave)}
    answers = survey.answers
    ends = {
        end
        for table in (answers.each, answers.mutual)
        for (label, _), reports in table.items()
        if label == wave
        for pair in reports
        for end in pair
    }
    return listed | (ends | _of_matrices(survey, wave)).intersection(survey.members) | survey.answered(wave)


def _of(member: Member, wave: str) -> bool:
    """Say whether a list, which may tell waves apart, has an organization in one."""
    told = member.asked.keys() | member.answered.keys()
    return not told or wave in told or "" in told


def _of_matrices(survey: Survey, wave: str) -> set[str]:
    """Return whom matrices name, in rows with answers and in columns: of a pair without a tie no report is kept."""
    called, found = known_as(survey.sheets, survey.mapping.same), set()
    for each in survey.sheets:
        if each.holds != "matrix":
            continue
        about = {column.name: column.about for column in each.columns if column.about}
        columns = [each.sheet.column(name) for name in about]
        waves = each.cells("wave")
        for row, source in enumerate(each.cells("from") or []):
            here = (waves[row] if waves else "") or each.wave
            if here == wave and any(cells[row] for cells in columns):
                found |= {called.get(name, name) for name in (source, *about.values())}
    return found

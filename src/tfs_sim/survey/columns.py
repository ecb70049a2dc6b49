"""What was made of the columns of a sheet, and of the sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tfs_sim.survey.mapping import answers_of
from tfs_sim.survey.naming import wave_label
from tfs_sim.survey.shapes import question_of
from tfs_sim.survey.sheets import Sheet


@dataclass(frozen=True)
class Column:
    """What was made of a column.

    Attributes
    ----------
    name : as it is in the file.
    role : see `mapping.ROLES`.
    why : how that was found, for people.
    said : whether the user, or the format, said so.
    filled : how many of its cells hold something.
    about : of a matrix: the organization that the column asks about.
    sign : of what names relations: what stands between several in one cell.
    offered : of what names relations: all that stand in any cell.
    """

    name: str
    role: str
    why: str
    said: bool
    filled: int
    about: str = ""
    sign: str = ""
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """A sheet with what it holds.

    `reports` is "each" or "mutual" where it holds ties, `wave` a label or empty; `implies` says whether a row without
    an answer about a relation is a tie all the same.
    """

    sheet: Sheet
    holds: str
    reports: str
    why: str
    wave: str
    columns: tuple[Column, ...]
    implies: bool = True

    @property
    def roles(self) -> set[str]:
        """What its columns are."""
        return {column.role for column in self.columns}

    @property
    def relates(self) -> bool:
        """Whether it asks about a relation."""
        return self.holds == "matrix" or any(
            role in ("which", "ticked", "value") or role.startswith("relation ") for role in self.roles
        )

    @property
    def marks(self) -> bool:
        """Whether it has items."""
        return any(role.startswith("item ") for role in self.roles)

    def told(self) -> list[tuple[Column, int]]:
        """Return the columns to tell people of, each with how many organizations it asks about.

        Of a question that is asked of one organization after the other there is one, called like the question: the
        names of organizations in its columns are nobody's business.
        """
        asked: dict[str, tuple[Column, int]] = {}
        for column in self.columns:
            if column.about and answers_of(column.role):
                question = question_of(column.name, column.about)
                asked[question] = (replace(column, name=question), asked.get(question, (column, 0))[1] + 1)
            elif column.role != "organization":
                asked[column.name] = (column, 0)
        return list(asked.values())

    def of(self, role: str) -> str | None:
        """Return the column that has a role, or None."""
        return next((column.name for column in self.columns if column.role == role), None)

    def cells(self, role: str) -> list[str] | None:
        """Return the cells of the column that has a role, or None."""
        name = self.of(role)
        if name is None:
            return None
        cells = self.sheet.column(name)
        return [wave_label(cell) for cell in cells] if role == "wave" else cells

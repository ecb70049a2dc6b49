"""What all tables of files have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from tfs_sim.scenario.characters import printable


class Table(BaseModel):
    """A table of a file: unknown keys are mistakes, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    def __repr__(self) -> str:
        return printable(super().__repr__())

    def __str__(self) -> str:
        return printable(super().__str__())

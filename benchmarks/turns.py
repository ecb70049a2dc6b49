"""What is compared is run in turns, so that all of it meets the same neighbours on the machine."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Values of one thing: the middle one, and between which the others lie."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{figure(self.middle)} ({figure(min(self.values))} to {figure(max(self.values))})"


@dataclass(frozen=True)
class Row:
    """A row of the table: what was measured, what was wanted, and whether it was met (None: nothing was wanted)."""

    name: str
    found: str
    wanted: str = ""
    met: bool | None = None
    lines: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def in_turns(sides: Mapping[str, Callable[[], float]], turns: int) -> dict[str, Measured]:
    """Return what each of the sides gave in each turn; in every other turn the last one comes first."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(turns):
        for name in list(sides) if turn % 2 == 0 else reversed(list(sides)):
            found[name].append(sides[name]())
    return {name: Measured(tuple(values)) for name, values in found.items()}


def ratios(one: Measured, other: Measured) -> Measured:
    """Return how many times the other is in the one, turn by turn."""
    return Measured(tuple(a / b for a, b in zip(one.values, other.values, strict=True)))


def figure(number: float) -> str:
    """Return a number with three digits."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as they are printed, in 80 columns."""
    lines = []
    for row in rows:
        verdict = "" if row.met is None else "met" if row.met else "MISSED"
        lines += [f"{row.name:<26} {row.found:<26} {row.wanted:<18} {verdict}".rstrip()]
        lines += [f"  {line}" for line in row.lines]
    return "\n".join(lines)

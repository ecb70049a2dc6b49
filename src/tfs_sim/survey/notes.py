"""What is said about a survey: sentences that can name organizations by code or by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST_SHOWN = 5
"""Counts below this are not shown: who is meant could be found out."""


@dataclass(frozen=True)
class Note:
    """A sentence; "{}" in it stands for each of `organizations` in turn.

    Attributes
    ----------
    text : the sentence, without a full stop; braces that are meant as such are doubled.
    organizations : names.
    serious : whether the user should look at it.
    """

    text: str
    organizations: tuple[str, ...] = ()
    serious: bool = True

    def coded(self, codes: Mapping[str, str]) -> str:
        """Return the sentence with codes instead of names."""
        return self.text.format(*(codes.get(name, "an organization") for name in self.organizations))

    def named(self) -> str:
        """Return the sentence with names: for the terminal, never for a file that is passed on."""
        return self.text.format(*(f'"{name}"' for name in self.organizations))


def literal(text: str) -> str:
    """Return text of a file as it stands in the text of a note."""
    return text.replace("{", "{{").replace("}", "}}")


def few(number: int) -> str:
    """Return a count, or "fewer than 5" where it is smaller and not 0."""
    return f"{number:,}" if number == 0 or number >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"


def suppressed(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the counts of a table whose sum is known, those below 5 hidden.

    Where a single one is hidden, or the sum leaves no doubt about several (all 1, or all 4), the smallest other is
    hidden too.
    """
    hidden = {key for key, number in counts.items() if 0 < number < FEWEST_SHOWN}
    others = sorted((number, key) for key, number in counts.items() if number and key not in hidden)
    total = sum(counts[key] for key in hidden)
    if hidden and others and (len(hidden) == 1 or total in (len(hidden), (FEWEST_SHOWN - 1) * len(hidden))):
        hidden.add(others[0][1])
    small = f"fewer than {FEWEST_SHOWN}"
    return {
        key: f"{number:,}" if key not in hidden else small if number < FEWEST_SHOWN else "not shown"
        for key, number in counts.items()
    }

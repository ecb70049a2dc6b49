"""Test input by recipe: a partnership survey as survey tools export it, and small networks in every format."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import networkx as nx
import numpy as np

KINDS = ("Public school district", "Non-profit", "Health clinic", "City government", "University", "Family foundation")
FREQUENCY = ("Never", "Quarterly", "Monthly", "Weekly", "Daily")
ROSTER = (
    "Agency name",
    "Type of agency",
    "Staff (FTE)",
    "Lead agency",
    "Invited to survey",
    "Completed",
    "Contact e-mail",
)
QUESTIONS = (
    "Record", "Survey wave", "Date submitted", "Responding organization", "Completed by", "Partner organization",
    "How often do you have contact?", "Share information (0-3)", "Trust: reliability (1-5)", "Comments",
)  # fmt: skip


def write(path: Path, rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return path


def partnership(folder: Path, key: int, organizations: int = 30, response: float = 0.8) -> list[Path]:
    """Write a roster and the answers of two waves: foreign columns, blanks, "don't know", persons; return the files.

    In each wave `response` of all organizations answer. `key` says which partnership it is.
    """
    luck = np.random.default_rng([22, key])
    names = [
        f"{KINDS[n % len(KINDS)].split()[-1].title()} of {_word(luck)} {_word(luck)}" for n in range(organizations)
    ]
    close = luck.random((organizations, organizations)) < 0.25
    close |= close.T
    answered = [luck.permutation(organizations)[: round(response * organizations)] for _ in range(2)]
    roster: list[Sequence[object]] = [ROSTER]
    for n, name in enumerate(names):
        done = "yes" if n in answered[1] else "no"
        kind = KINDS[n % len(KINDS)]
        roster.append((name, kind, 2 + n, "yes" if n == 3 else "no", "yes", done, f"someone{n}@example.org"))
    rows: list[Sequence[object]] = [QUESTIONS]
    for wave, those in enumerate(answered, start=1):
        for i in sorted(those):
            for j in range(organizations):
                if i == j or not close[i, j] or luck.random() < 0.1:  # forgotten
                    continue
                often = FREQUENCY[int(luck.integers(1, 5))]
                often = str(luck.choice([often, "", "Don't know"], p=[0.9, 0.05, 0.05]))
                share, trust = luck.integers(0, 4), luck.choice(["", *"12345"])
                said = (wave, f"201{6 + wave}-05-{1 + i % 28:02d}", names[i], f"Pat Doe {i}", names[j])
                rows.append((len(rows), *said, often, share, trust, "call me, 555 123 4567" if j == 0 else ""))
    return [write(folder / "Roster.csv", roster), write(folder / "Answers export.csv", rows)]


def _word(luck: np.random.Generator) -> str:
    letters = (luck.choice(list("bdfgklmnprst")) + luck.choice(list("aeiou")) for _ in range(4))
    return "".join(letters).title()


def graph(nodes: int = 12, key: int = 1) -> nx.Graph:
    """Return a network without directions whose organizations have names, kinds and ties of strength 1 to 4."""
    luck = np.random.default_rng([23, key])
    made = nx.Graph()
    for n in range(nodes):
        made.add_node(f"Agency {_word(luck)}", category=KINDS[n % len(KINDS)])
    names = list(made)
    for a in range(nodes):
        for b in range(a):
            if luck.random() < 0.4:
                made.add_edge(names[a], names[b], contact=int(luck.integers(1, 5)))
    return made


def like_indiana(folder: Path, key: int = 5) -> tuple[list[Path], nx.Graph]:
    """Write a network of 25 in the columns of a published one, with answers of 0 among its relations."""
    luck = np.random.default_rng([24, key])
    made = graph(25, key)
    places = list(made)
    rows: list[Sequence[object]] = [("source", "target", "contact", "collaboration")]
    for a, b in made.edges:
        contact = int(luck.integers(0, 6))
        rows.append((a, b, contact, int(luck.integers(0 if contact else 1, 5))))
    listed: list[Sequence[object]] = [("organization", "category", "level", "lead_agency", "years")]
    listed += [(n, made.nodes[n]["category"], "state", int(n == places[0]), 1 + k) for k, n in enumerate(places)]
    return [write(folder / "organizations.csv", listed), write(folder / "relationships.csv", rows)], made

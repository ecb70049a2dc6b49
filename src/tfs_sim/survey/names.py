"""Names of organizations: which are nearly the same, and the codes that stand for them."""

from __future__ import annotations

import difflib
import random
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_FILLERS = frozenset(
    {"the", "of", "and", "for", "inc", "llc", "ltd", "corp", "co", "incorporated", "dept", "department"}
)
CLOSE = 0.86
"""How alike two names are at least (0 to 1, Ratcliff and Obershelp) to be shown as nearly the same."""


def _plain(name: str) -> str:
    letters = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    words = re.findall(r"[^\W_]+", letters.casefold())
    return " ".join(word for word in words if word not in _FILLERS) or " ".join(words)


def nearly_equal(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of names that may stand for the same organization, sorted; they are never merged.

    Only names that share many groups of three letters are compared letter by letter, so that thousands can be looked
    through. Names that differ in a number alone ("School 4", "School 5") are different.
    """
    import numpy as np
    from scipy import sparse

    plain = [_plain(name) for name in names]
    groups: dict[str, int] = {}
    rows, columns = [], []
    for place, name in enumerate(plain):
        padded = f" {name} "
        for group in {padded[k : k + 3] for k in range(max(1, len(padded) - 2))}:
            rows.append(place)
            columns.append(groups.setdefault(group, len(groups)))
    table = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), max(1, len(groups))))
    size = np.sqrt(np.asarray(table.sum(axis=1)).ravel())
    alike = sparse.triu(table @ table.T, k=1).tocoo()
    found = []
    for i, j, shared in zip(alike.row, alike.col, alike.data, strict=True):
        if shared / (size[i] * size[j]) < 0.5 or re.findall(r"\d+", plain[i]) != re.findall(r"\d+", plain[j]):
            continue
        if plain[i] == plain[j] or difflib.SequenceMatcher(None, plain[i], plain[j]).ratio() >= CLOSE:
            found.append((min(names[i], names[j]), max(names[i], names[j])))
    return sorted(found)


def codes(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a code for each name: "org-001" …; those of `known` stay, others are dealt at random from what is free.

    A code is never given to another name, though the one that has it is not among these.

    Chance comes from the operating system: neither the order of a file nor that of the alphabet tells a name.
    """
    new = sorted(name for name in names if name not in known)
    taken = {int(code[4:]) for code in known.values() if re.fullmatch(r"org-\d{1,6}", code)}
    free = [number for number in range(1, len(new) + len(taken) + 1) if number not in taken][: len(new)]
    random.SystemRandom().shuffle(free)
    digits = max(3, len(str(max([*free, *taken], default=1))))
    found = {name: known[name] for name in names if name in known}
    return found | {name: f"org-{number:0{digits}d}" for name, number in zip(new, free, strict=True)}

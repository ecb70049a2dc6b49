"""What questions are called, and what they are about by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tfs_sim.survey.shapes import spaced

_ITEMS = re.compile(
    r"trust|reliab|mission|open(ness)?\b|influence|power|involve|valu(e of|ed|able)\b|satisf|contribut"
    r"|\bagree|count on|rely|respect|follow.?through|depend|confiden",
    re.I,
)


def kind_of(name: str) -> str:
    """Return whether a column's answers are about a partner ("item") or make a tie ("relation")."""
    return "item" if _ITEMS.search(spaced(name)) else "relation"


_MEANINGS = (
    ("agreement", re.compile(r"mission|goal|support of", re.I)),
    (
        "trust",
        re.compile(r"trust|reliab|open(ness)?\b|honest|depend|count on|rely|follow.?through|confiden|respect", re.I),
    ),
    ("value", re.compile(r"influence|power|involve|resource|valu", re.I)),
    ("agreement", re.compile(r"agree", re.I)),
)


def meaning(item: str) -> str:
    """Return what an item is about, by its name (`mapping.MEANINGS`)."""
    return next((name for name, words in _MEANINGS if words.search(item.replace("-", " "))), "nothing")


def wave_label(text: str) -> str:
    """Return how a wave is called, the same however it is written: "Wave 1", "wave_1", "W1" and "1" are "1"."""
    plain = " ".join(text.split())
    found = re.fullmatch(r"(?:wave|round|time|w|t)[\s_#-]*0*(\d{1,3})", plain, re.I)
    return found[1] if found else plain


LONGEST_NAME = 32
"""Letters of a relation's name."""
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be by do does each for has have how i if in is it its kind much of on or organization
        organizations our partner please rate that the their these they this to type us was we what which who with would
        you your""",
    )
)


TOTALS = frozenset({"total", "totals", "sum", "grand total", "average", "mean", "degree", "count"})
"""What rows and columns of a matrix are called that sum up the others."""
NOTHING = frozenset({"none", "none of the above", "none of these", "nothing", "nobody"})
"""What is ticked where nothing of what is offered fits."""


def apart(questions: Iterable[str]) -> dict[str, str]:
    """Return a name of a relation for each question, all different: by what stands in brackets, or by a number."""
    asked = list(questions)
    named = Counter(map(slug, asked))
    found: dict[str, str] = {}
    for question in asked:
        name = slug(question)
        if named[name] > 1:
            name = slug(re.sub(r"[()]", " ", question))
        number, plain = 1, name
        while name in found.values():
            number += 1
            name = f"{plain[: LONGEST_NAME - 3]}-{number}"
        found[question] = name
    return found


def slug(name: str) -> str:
    """Return a column's name as the name of a relation: small letters, digits and hyphens."""
    name = re.sub(r"\([^)]*\)", " ", name)
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    if len(plain) > LONGEST_NAME:  # a question: of its words those that tell it from others
        plain = "-".join(word for word in plain.split("-") if word not in _FILLERS) or plain
    while len(plain) > LONGEST_NAME and "-" in plain:
        plain = plain.rpartition("-")[0]
    return plain[:LONGEST_NAME].strip("-") or "tie"

"""Characters that do not show what is written, or that an output does not have.

Some steer terminals, turn the order of letters round, or hide; for others a code page has no place. Which hide is said
by their properties in Unicode; what scripts need to be written stays: joins, and variants behind what they vary.
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache


def _codes(text: str) -> Iterator[int]:
    """Yield the codes that a text lists: "34F 115F-1160"."""
    for each in text.split():
        first, _, last = each.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


_CONTROLS = "0-8 B C E-1F 7F-9F"  # but for tab and line ends
_HALVES = "D800-DFFF"  # of characters
_LINE_ENDS = "2028 2029"  # that most programs do not take for one
_MARKS = "61C 200E 200F"  # they turn the order of letters round, and have the direction of letters
_FILLERS = "34F 115F 1160 17B4 17B5 2065 3164 FFA0 FFF0-FFF8 E0000-E00FF E01F0-E0FFF"
"""Letters that are not shown: Other_Default_Ignorable_Code_Point, a property that Python does not have."""
_BLANK = "2800 1D159 FFFC"  # signs of which nothing is seen
_NEVER = "FDD0-FDEF " + " ".join(f"{plane:X}FFFE-{plane:X}FFFF" for plane in range(17))  # will be characters
_JOINS = "200C 200D"
"""Persian, the scripts of India and pictures of families are written with these."""
_VARIANTS = "180B-180D 180F FE00-FE0F"
_VARIANTS_OF_HAN = "E0100-E01EF"
_STEERED = frozenset(("BN", "ON", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
"""Bidirectional classes of what only steers others: what is of the category Cf and shown has that of a letter."""
_FORMAT = "80-2FFF FB00-14FFF 1B000-1DFFF E0000-E00FF"
"""Where there are characters of this kind."""


def _steers(code: int) -> bool:
    """Say whether a character has no width and only says how others are shown."""
    each = chr(code)
    return unicodedata.category(each) == "Cf" and unicodedata.bidirectional(each) in _STEERED


def _set(codes: Iterable[int]) -> str:
    """Return a set of characters as regular expressions have it, without its brackets."""
    found: list[list[int]] = []
    for code in sorted({*codes}):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in found)


_LISTED = " ".join((_CONTROLS, _HALVES, _LINE_ENDS, _MARKS, _FILLERS, _BLANK, _NEVER, _VARIANTS, _VARIANTS_OF_HAN))


@cache  # when it is asked for: looking all of them up takes as long as half of what else a command loads
def _first_and_rest() -> tuple[str, str]:
    """Return what the first character is looked for among, and what must be true of it then."""
    every = {*_codes(_LISTED), *filter(_steers, _codes(_FORMAT))} - {*_codes(_JOINS)}
    first = _set(code for code in every if code < 0x10000) + "\U00010000-\U0010ffff"
    return first, (
        f"(?<=[{_set(every)}])"  # most characters are none of the set before, which is short and so quickly looked for
        # variants show otherwise what is before them: a digit or a sign, or a Chinese letter
        f"(?<![0-9#*\u00a1-\U0010ffff][{_set(_codes(_VARIANTS))}])"
        f"(?<![\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003fffd][{_set(_codes(_VARIANTS_OF_HAN))}])"
    )


@cache
def unseen() -> re.Pattern[str]:
    """Return what finds characters that no text of a scenario or experiment may hold."""
    first, rest = _first_and_rest()
    return re.compile(f"[{first}]{rest}")


@cache
def steering() -> re.Pattern[str]:
    """Return what finds those and line ends: what a line on a terminal may not hold."""
    first, rest = _first_and_rest()
    return re.compile(f"[{first}]{rest}|[\n\r]")


def named(character: str) -> str:
    """Return a character as it can be looked up: "U+202E, right-to-left override"."""
    name = unicodedata.name(character, "a control character" if ord(character) < 0xA0 else "").lower()
    return f"U+{ord(character):04X}" + (f", {name}" if name else "")


def shown(text: str) -> str:
    """Return `text` as one line that a terminal shows as it stands: what would steer it becomes "�"."""
    text = text.replace("\t", " ")
    return text if text.isascii() and text.isprintable() else steering().sub("�", text)


PLAINER = "tfs-sim-plainer"
"""The name under which Python knows what is written for characters that an output does not have."""

_PLAIN = {
    "−": "-", "–": "-", "—": "-", "─": "-", "━": "-", "│": "|", "·": "-", "●": "*", "▪": "*", "…": "...",
    "×": "x", "±": "+/-", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "∞": "inf", "√": "sqrt", "∝": "~", "‖": "||",
    "“": '"', "”": '"', "‘": "'", "’": "'", "Σ": "Sum", "Π": "Prod", "Δ": "Delta", "Φ": "Phi", "Λ": "Lambda",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "u", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi",
    "ω": "omega", "ξ": "xi", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "⁄": "/",
    "′": "'", "ℓ": "l", "η": "eta", "∈": "in", "⌊": "[", "⌋": "]", "\u00a0": " ",
    "£": "GBP", "€": "EUR", "∪": "or", "⇔": "if and only if",
}  # fmt: skip


def _plainer(problem: UnicodeError) -> tuple[str, int]:
    """Return what is written for the characters that could not be, and where it goes on."""
    assert isinstance(problem, UnicodeEncodeError)
    found = problem.object[problem.start : problem.end]
    return "".join(map(_plain, found)), problem.end


def _plain(character: str) -> str:
    """Return what is nearest to a character in ASCII: a minus sign stays a sign, a letter loses its accent."""
    if character in _PLAIN:
        return _PLAIN[character]
    letters = unicodedata.normalize("NFKD", character)
    near = "".join(_PLAIN.get(each, each) for each in letters if not unicodedata.combining(each))
    return near if near.isascii() else "?"


codecs.register_error(PLAINER, _plainer)


def printable(text: str) -> str:
    """Return `text` in characters that standard output has, whatever its code page: what `print` shows."""
    encoding = getattr(sys.stdout, "encoding", None)
    return text.encode(encoding, PLAINER).decode(encoding) if isinstance(encoding, str) else text

"""Characters that do not show what is written, or that an output does not have.

Some steer terminals, turn the order of letters round, or hide; for others a code page has no place.
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata

_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and line ends
    "\u2028\u2029"  # line ends that most programs do not take for one
    "\u202a-\u202e\u2066-\u2069"  # turn the order of letters round
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # without width
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # notes and tags that are not shown
    "\ud800-\udfff"  # halves of characters
)
UNSEEN = re.compile(f"[{_UNSEEN}]")
"""Characters that no text of a scenario or experiment may hold."""

STEERING = re.compile(f"[{_UNSEEN}\n\r]")
"""Those and line ends: what a line on a terminal may not hold."""


def named(character: str) -> str:
    """Return a character as it can be looked up: "U+202E, right-to-left override"."""
    name = unicodedata.name(character, "a control character" if ord(character) < 0xA0 else "").lower()
    return f"U+{ord(character):04X}" + (f", {name}" if name else "")


def shown(text: str) -> str:
    """Return `text` as one line that a terminal shows as it stands: what would steer it becomes "�"."""
    return STEERING.sub("�", text.replace("\t", " "))


PLAINER = "tfs-sim-plainer"
"""The name under which Python knows what is written for characters that an output does not have."""

_PLAIN = {
    "−": "-", "–": "-", "—": "-", "─": "-", "━": "-", "│": "|", "·": "-", "●": "*", "▪": "*", "…": "...",
    "×": "x", "±": "+/-", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "∞": "inf", "√": "sqrt", "∝": "~", "‖": "||",
    "“": '"', "”": '"', "‘": "'", "’": "'", "Σ": "Sum", "Π": "Prod", "Δ": "Delta", "Φ": "Phi", "Λ": "Lambda",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "u", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi",
    "ω": "omega", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "⁄": "/",
    "′": "'", "ℓ": "l", "η": "eta", "∈": "in", "⌊": "[", "⌋": "]", "\u00a0": " ",
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

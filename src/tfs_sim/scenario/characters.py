"""Characters that do not show what is written: they steer terminals, turn the order of letters round, or hide."""

from __future__ import annotations

import re
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

"""Fonts for titles in any script: what the usual font lacks is looked for in the others of the machine."""

from __future__ import annotations

import logging
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = "DejaVu Sans"
BOX = "□"
"""Drawn for a character that no font has."""

LAST_RESORT = "Last Resort"
"""A font that comes with matplotlib and has a box for every character."""

_lacking: set[str] = set()


@cache
def _characters(path: str) -> frozenset[int]:
    """Return the codes of the characters that a font file can draw; none where it cannot be used."""
    from matplotlib.font_manager import get_font

    try:
        font = get_font(path)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError):
        return frozenset()


@cache
def _usual() -> frozenset[int]:
    from matplotlib.font_manager import findfont

    return _characters(findfont(FONT))


@cache
def _family_with(character: str) -> str:
    """Return a family that has a character which the usual font lacks, or an empty text."""
    from matplotlib.font_manager import fontManager

    found = sorted({font.name for font in fontManager.ttflist if ord(character) in _characters(font.fname)})
    names = [name for name in found if not name.startswith(LAST_RESORT)]
    return next((name for name in names if all(ord(character) in each for each in _weights(name))), "")


@cache
def _weights(family: str) -> tuple[frozenset[int], ...]:
    """Return the characters that a family has in normal letters and in bold ones."""
    from matplotlib.font_manager import FontProperties, findfont

    return tuple(_characters(findfont(FontProperties(family=family, weight=weight))) for weight in ("normal", "bold"))


_ITS_OWN = ("Failed to find font weight", "cache", "not a writable directory", "mkdir")


def _not_its_own(record: logging.LogRecord) -> bool:
    """Leave out that a font has no bold letters, for the others do, and where matplotlib keeps its list of fonts."""
    return not any(said in record.getMessage() for said in _ITS_OWN)


for _name in ("matplotlib", "matplotlib.font_manager"):  # before it is imported, for it speaks while it is
    logging.getLogger(_name).addFilter(_not_its_own)


def families(text: str) -> list[str]:
    """Return the families that draw a text, the usual one first."""
    others = (_family_with(each) for each in text if not each.isspace() and ord(each) not in _usual())
    return list(dict.fromkeys([FONT, *filter(None, others)]))


def drawable(text: str) -> str:
    """Return a text with a box in place of each character that no font of this machine has."""
    out = []
    for each in text:
        if each.isspace() or ord(each) in _usual() or _family_with(each):
            out.append(each)
        elif unicodedata.category(each) not in ("Cf", "Mn"):  # joins and variants of what is before them
            _lacking.add(each)
            out.append(BOX)
    return "".join(out)


def lacking() -> str:
    """Return the sentence on characters that could not be drawn since it was last asked for; "" without any."""
    found = sorted(_lacking)
    _lacking.clear()
    if not found:
        return ""
    some = "".join(found[:20]) + ("…" if len(found) > 20 else "")
    return f"No font on this machine has {some}: figures show {BOX} for them; the page shows them in its titles."


def fit(figure: Figure) -> None:
    """Give every text of a figure the fonts that it needs."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        said = text.get_text()
        if not said.isascii() and any(not each.isspace() and ord(each) not in _usual() for each in said):
            text.set_fontfamily(families(said))

"""What a section of the page is: a question of its readers, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tfs_sim.analysis.stored import Stored
from tfs_sim.report.audiences import EVERYBODY
from tfs_sim.report.short import Short

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """What sections are made from.

    Attributes
    ----------
    stored : the results.
    short : the answer in short.
    figures : those that there are, by name, as `embedding.shown` has them.
    reader : whose page it is.
    """

    stored: Stored
    short: Short
    figures: Mapping[str, Mapping[str, str]]
    reader: str

    @property
    def whole(self) -> bool:
        """Whether the page has everything."""
        return self.reader == "researcher"


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes
    ----------
    key : its identity on the page; `sections/<key>.html.j2` shows its content, which is called `c` there.
    asked : the question that it answers, as its heading.
    content : what it shows; None where the results hold nothing of it, and it is left out.
    readers : on whose pages it stands.
    """

    key: str
    asked: str
    content: Callable[[Page], Content | None]
    readers: tuple[str, ...] = EVERYBODY

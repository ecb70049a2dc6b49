"""What does one partnership live through? One run told from its events, beside its counterpart."""

from __future__ import annotations

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.story import Event, story
from tfs_sim.report.sections.section import Content, Page, Section


def counterpart(stored: Stored) -> str | None:
    """Return the strategy whose run over the same luck stands beside that of the reference; None with one strategy."""
    others = [s for s in stored.strategies if s != stored.against]
    return stored.nothing if stored.nothing in others else others[0] if others else None


def _content(page: Page) -> Content | None:
    stored = page.stored
    told: list[tuple[str, list[Event]]] = []
    for strategy in (stored.against, counterpart(stored)):
        if strategy is not None and (events := story(stored, strategy)):
            told.append((stored.title(strategy), events))
    if not told and "network" not in page.figures:
        return None
    first_set = "" if stored.units.set is None else str(stored.sets["set"].iloc[0])
    return {"told": told, "sets": stored.units.sets, "first_set": first_set}


SECTION = Section("run", "What does one partnership live through?", _content, ("leader", "researcher"))

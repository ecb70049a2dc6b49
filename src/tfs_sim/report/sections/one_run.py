"""What does one partnership live through? One run told from its events, beside its counterpart."""

from __future__ import annotations

from tfs_sim.analysis.story import Event, story, told_beside
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content | None:
    stored = page.stored
    told: list[tuple[str, list[Event]]] = []
    for strategy in told_beside(stored):
        if events := story(stored, strategy):
            told.append((stored.title(strategy), events))
    if not told and "network" not in page.figures:
        return None
    first_set = "" if stored.units.set is None else str(stored.sets["set"].iloc[0])
    return {"told": told, "sets": stored.units.sets, "first_set": first_set}


SECTION = Section("run", "What does one partnership live through?", _content, ("leader", "researcher"))

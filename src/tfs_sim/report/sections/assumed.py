"""What is assumed, calibrated and missed, and what can the model not say?"""

from __future__ import annotations

from tfs_sim.analysis import stamps
from tfs_sim.experiments.designs.uncertainty import SHIPPED
from tfs_sim.report import tables
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content:
    stored, e = page.stored, page.stored.experiment
    grades = tables.grades()
    return {
        "grades": grades,
        "parameters": sum(number for number, _ in grades),
        "assumptions": [str(line) for line in e.get("assumptions") or []],
        "not_modelled": [str(line) for line in e.get("not_modelled") or []],
        "calibrated": stored.agreement is not None,
        "agreement": stored.agreement,
        "shipped": stored.agreement is not None and stored.agreement["name"] == SHIPPED,
        "held_against": "" if stored.agreement is None else stamps.held_against(stored.agreement),
        "sets": stored.units.sets,
    }


SECTION = Section("assumed", "What is assumed, calibrated and missed?", _content)

"""What exactly was found? The sentences with their intervals, and every outcome beside the primary one."""

from __future__ import annotations

from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.findings import Finding, findings
from tfs_sim.analysis.windows import metric
from tfs_sim.report import tables
from tfs_sim.report.embedding import numbers
from tfs_sim.report.sections.section import Content, Page, Section

MOST = 3
"""Comparisons that are told, beside what the question asks for."""


def _content(page: Page) -> Content:
    stored = page.stored
    told = findings(stored, MOST)
    primary = metric(stored.primary)
    return {
        "findings": told,
        "data": numbers(behind(told)) if told else "",
        "changes": tables.changes(stored),
        "meaning": f"{words.short(primary)}: {primary.explained}" if primary.meaning else "",
    }


def behind(told: list[Finding]) -> DataFrame:
    """Return the numbers behind findings: kind, metric, strategies, condition, and the paired difference."""
    rows = [
        {"kind": f.kind, "metric": f.metric, "strategy": f.strategy, "against": f.against,
         "condition": "; ".join(f.levels), **f.result.record()}
        for f in told
    ]  # fmt: skip
    return DataFrame(rows)


SECTION = Section("found", "What exactly was found?", _content)

"""The facts of the brief, each as something that a run shows or does not show.

What counts was written down here before any chance was looked at. A fact *tells apart* where its chance differs from
that of the placebo by a factor of 3 or more (Kass & Raftery 1995: less is not worth more than a bare mention), and the
95% interval of their difference holds no 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tfs_sim.validation.brief.watched import ONSET, YEAR, Watched

START, BEFORE = slice(0, 3), slice(ONSET - 3, ONSET)
"""The first three months, and the last three before the pandemic."""
DEEPENED = 0.05
HUNDREDS = 100
TWO_YEARS = slice(23, 24)
FACTOR = 3.0


@dataclass(frozen=True)
class Fact:
    """A fact of the brief.

    Attributes
    ----------
    name, title : key, and in words.
    means : what counts as it in a run.
    holds : whether a run shows it.
    note : what to keep in mind.
    """

    name: str
    title: str
    means: str
    holds: Callable[[Watched], bool]
    note: str = ""


def _rose(run: Watched, before: slice, after: slice, by: float = 0.0) -> int:
    """Return at how many sites support rose by more than nothing, or by so much or more."""
    gain = run.of("support", after) - run.of("support", before)
    return int((gain >= by).sum() if by else (gain > 0).sum())


def _grew(run: Watched, *metrics: str) -> bool:
    return all(bool((run.of(metric, BEFORE) > run.of(metric, START)).all()) for metric in metrics)


def _no_change(run: Watched) -> bool:
    rise = run.of("indicator", slice(ONSET - 1, ONSET)) - run.of("indicator", slice(0, 1))
    return bool((rise <= 1.96 * np.sqrt(2.0) * run.noise).all())


FACTS = (
    Fact("deepened", "In two sites the crisis even deepened support",
         "at two or more of four sites support is higher in the year after the onset than in the year before",
         lambda run: _rose(run, slice(ONSET - 12, ONSET), slice(ONSET, ONSET + 12)) >= 2,
         "The brief says nothing of the other two. The same as the checks T12."),
    Fact("deepened-clearly", "… by .05 or more",
         "at two or more sites support in months 1 to 6 after the onset exceeds that of the six before by .05 or more",
         lambda run: _rose(run, slice(ONSET - 6, ONSET), slice(ONSET + 1, ONSET + 7), DEEPENED) >= 2,
         "The definition of the specification."),
    Fact("staff", "Every organization has had staff changes, of its own",
         "of each of the three national and four lead organizations a key person has left within 33 months",
         lambda run: bool(run.own.all()),
         "The brief says: of its own, or of a partner."),
    Fact("staff-or-partners", "… of its own or a partner's",
         "of each, or of one that it sits at a table with at the end, a key person has left within 33 months",
         lambda run: bool(run.partners.all())),
    Fact("grew", "Partnerships have grown in size and quality",
         "at all four sites there are more partners, and better relations between them, just before the pandemic than "
         "in the first three months",
         lambda run: _grew(run, "partners", "quality"),
         "The brief adds: because of the grant. Growth beside effect stands below."),
    Fact("grew-in-size", "… in size", "the same of partners alone", lambda run: _grew(run, "partners")),
    Fact("grew-in-quality", "… in quality", "the same of quality alone", lambda run: _grew(run, "quality")),
    Fact("hundreds", "Hundreds of community partners within two years",
         "a hundred or more organizations sit at the four tables after two years",
         lambda run: float(run.of("partners", TWO_YEARS).sum()) >= HUNDREDS,
         "The scenario lists 145 organizations, so that two hundred cannot be; who the hundreds were is not public."),
    Fact("no-change", "No population-level changes yet",
         "at no site has the measured indicator risen by more than chance between two cohorts makes (1.96 √2 standard "
         "deviations of a cohort) between the start and the onset",
         _no_change,
         "Nine in ten of four sites in which nothing happens show nothing, by what 1.96 means."),
    Fact("clarity", "Leaders are unclear about the goals nationally, not locally",
         "in the first year of implementation nationals have less clarity than local partners",
         lambda run: run.clarity[0] < run.clarity[1]),
    Fact("portfolio", "The initiative could get overlooked nationally, not locally",
         "in the first year of implementation it has less of nationals' attention than of local partners'",
         lambda run: run.attention[0] < run.attention[1]),
    Fact("full-time", "Leading could be a full-time job at times",
         "at one site or more coordination takes a full-time person or more in some month of the first year",
         lambda run: bool((run.series[YEAR, :, run.metrics.index("load")] >= 1.0).any())),
)  # fmt: skip


def verdict(chance: float, placebo: float, low: float, high: float, runs: int) -> tuple[float, str]:
    """Return how many times as likely a fact is as under the placebo, and what that says.

    Parameters
    ----------
    chance, placebo : of the fact.
    low, high : of the 95% interval of their difference (NaN where there is none).
    runs : how many each is of: half a run stands for none.
    """
    least = 0.5 / runs
    times = max(chance, least) / max(placebo, least)
    if low > 0 and times >= FACTOR:
        return times, "tells apart"
    if high < 0 and times <= 1.0 / FACTOR:
        return times, "speaks against"
    return times, "does not tell apart"

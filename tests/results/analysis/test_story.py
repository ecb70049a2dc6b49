from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.story import named, story, told_beside


def test_a_story_begins_has_a_crisis_and_ends(sweep) -> None:
    events = story(sweep)
    assert events[0].when == "June 2018" and "Chicago begins with" in events[0].sentence
    assert any("The pandemic begins" in e.sentence and e.when == "March 2020" for e in events)
    assert any("represents the backbone" in e.sentence and e.month == 31 for e in events)
    assert "stays vacant for 4 months" in " ".join(e.sentence for e in events)
    assert events[-1].month == 119
    assert [e.month for e in events] == sorted(e.month for e in events)


def test_no_trace_no_story(sweep) -> None:
    assert story(replace(sweep, organizations=sweep.organizations.iloc[:0])) == []


def test_a_story_without_a_shock(sweep) -> None:
    events = story(replace(sweep, experiment=sweep.experiment | {"shocks": []}))
    assert events and not any("pandemic" in e.sentence for e in events)


def test_names() -> None:
    assert named("chicago/health-01") == "Health 01" and named("United Way") == "United Way"


def changed(sweep, **months):
    """The sweep with other months of every run: a value a month."""
    series = sweep.series.copy()
    for name, values in months.items():
        series[name] = np.asarray(values, float)[series["month"].to_numpy()]
    return replace(sweep, series=series)


def test_the_half_year_in_which_most_leave_is_told(sweep) -> None:
    month = np.arange(120)
    told = [e for e in story(changed(sweep, partners=np.where(month < 70, 20, 9))) if "shrunk" in e.sentence]
    assert [(e.month, e.sentence) for e in told] == [(70, "Within 6 months the table has shrunk from 20 to 9 partners.")]
    assert not [e for e in story(changed(sweep, partners=np.where(month < 70, 20, 14))) if "shrunk" in e.sentence]


def test_a_recovery_that_does_not_last_is_no_recovery(sweep) -> None:
    onset = Stored.of(sweep).shocks(Stored.of(sweep).main)[0].onset
    support = np.full(120, 0.1)
    support[onset : onset + 21] = 0.02
    support[onset + 5] = 0.0
    lasting = [e.sentence for e in story(changed(sweep, support=support)) if "Support is back" in e.sentence]
    assert lasting and all(said.endswith("after the onset.") for said in lasting)
    support[onset + 26 :] = 0.0
    (said,) = [e.sentence for e in story(changed(sweep, support=support)) if "Support is back" in e.sentence]
    assert "; but in 19 of the 24 months from then on it is below that again" in said


def test_the_best_is_told_beside_doing_nothing(sweep) -> None:
    """Of those whose runs were traced."""
    whole = replace(sweep, organizations=sweep.organizations.iloc[:0])
    stored = Stored.of(whole)
    found = ranking(stored, stored.primary, stored.main)
    assert found is not None
    best, other = told_beside(stored)
    assert best == found.best
    assert other == (stored.nothing if stored.nothing not in (None, best) else stored.against)
    traced = set(sweep.organizations["strategy"])
    assert set(told_beside(Stored.of(sweep))) <= traced

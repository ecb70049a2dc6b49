from __future__ import annotations

from dataclasses import replace

from tfs_sim.analysis.story import named, story


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

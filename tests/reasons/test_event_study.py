"""What an event does, over the runs of a sweep: recomputed from single runs, told in words, read off the chart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from asked import command

import tfs_sim as tfs
from parsing import taken
from tfs_sim.figures.event_study import event_study_chart
from tfs_sim.model import events
from tfs_sim.reasons import EventStudy, event_study
from tfs_sim.reasons.asking import template_under
from tfs_sim.reasons.event_study_words import asked, told
from tfs_sim.reasons.withheld import both
from tfs_sim.report.sections.reasons import commands

FILE = """\
title = "Leaving"
scenario = "laboratory"
months = 60
uncertainty = "plausible"
sets = 8
replicates = 2
seed = 11
against = "nothing"
[strategies.nothing]
[strategies.manuals]
add = [{ use = "procedure-manuals", from = "2020-02", paid_by = "funder" }]
[outcomes]
primary = "trust"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaving")
    (folder / "leaving.toml").write_text(FILE, encoding="utf-8")
    return tfs.sweep(folder / "leaving.toml", out=folder / "results").folder


@pytest.fixture(scope="module")
def found(results: Path) -> EventStudy:
    return event_study(results, "departure", replicates=2, months=12)


def test_every_number_is_that_of_single_runs(results: Path, found: EventStudy) -> None:
    from tfs_sim.experiments.execution.again import again

    study = again(results)
    assert study.sets is not None
    arm = study.arm("nothing", ())
    column = found.stored.metrics.index("trust")
    differences = []
    for row in found.events.to_dict("records"):
        number = study.sets.ids.index(row["set"])
        template = template_under(study, arm, number)
        names = [each.identity for each in template.organizations]
        event = next(
            each
            for each in events.replay(template, study.seed, row["replicate"], row["set"])
            if each.kind == "departure"
            and each.month == row["month"]
            and names[each.organization] == row["organization"]
        )
        usual, other = both(template, study.seed, row["replicate"], row["set"], event, 12)
        window = slice(event.month, event.month + 13)
        differences.append(usual[window, event.site, column] - other[window, event.site, column])
        stored = study.sweep.series.query(
            "strategy == 'nothing' and set == @row['set'] and replicate == @row['replicate']"
        )
        assert stored["trust"].to_numpy()[window] == pytest.approx(usual[window, event.site, column], rel=1e-6)
    assert found.frame["difference"].to_numpy() == pytest.approx(np.mean(differences, axis=0), abs=1e-12)
    by_set = np.mean(differences, axis=1).reshape(-1, 2) if len(differences) == 16 else None
    if by_set is not None:
        assert found.whole.difference == pytest.approx(by_set.mean(), abs=1e-12)


def test_one_event_a_run_and_time_left_after_it(found: EventStudy) -> None:
    assert not found.events.duplicated(["set", "replicate"]).any()
    assert len(found.events) + found.without == 16
    assert found.events["month"].between(6, 60 - 12 - 1).all()
    assert found.frame["month"].tolist() == list(range(13))


def test_it_does_not_depend_on_threads(results: Path, found: EventStudy) -> None:
    again = event_study(results, "departure", replicates=2, months=12, workers=1)
    assert again.frame.equals(found.frame) and again.events.equals(found.events)


def test_more_sets_leave_the_events_of_those_before_as_they_are(results: Path, found: EventStudy) -> None:
    few = event_study(results, "departure", sets=3, replicates=2, months=12)
    rows = found.events[found.events["set"].isin(few.events["set"])].reset_index(drop=True)
    assert few.events.reset_index(drop=True).equals(rows)


def test_those_of_a_role_or_sector_alone(results: Path) -> None:
    found = event_study(results, "departure", among="nonprofit", months=12)
    assert found.events["organization"].str.contains("nonprofit").all()
    backbone = event_study(results, "departure", among="backbone", months=12)
    assert backbone.events["organization"].str.contains("backbone").all()


def test_words_and_chart_say_what_the_table_says(found: EventStudy) -> None:
    said = told(found)
    assert "the person stays" in said[-1] and f"{len(found.events)} runs" in said[-1]
    assert found.units.holds in said[-1] and "which events were drawn" in said[-1]
    chart = event_study_chart(found)
    assert chart.title == asked(found) == "What does it do when a representative leaves?"
    (line,) = (each for each in chart.figure.axes[0].lines if each.get_label() == "difference")
    assert np.asarray(line.get_ydata(), float) == pytest.approx(found.frame["difference"].to_numpy(float))
    (band,) = (each for each in chart.figure.axes[0].collections if each.get_label() == "interval")
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(found.frame["high"].max()) and heights.min() == pytest.approx(
        found.frame["low"].min()
    )


def test_the_command_prints_and_writes_it(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "event-study", str(results), "departure", "--months", "12", "--sets", "4")
    assert code == 0
    assert "What does it do when a representative leaves?" in out and "months after" in out
    written = sorted(path.name for path in (results / "reasons").iterdir() if path.name.startswith("event-"))
    stem = "event-departure-nothing-trust"
    assert written == [f"{stem}-events.csv", f"{stem}.csv", f"{stem}.png", f"{stem}.svg"]
    record = json.loads(
        command(capsys, "event-study", str(results), "departure", "--months", "12", "--sets", "4", "--json")[1]
    )
    assert record["event"] == "departure" and len(record["months"]) == 13


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("departur",), 'did you mean "departure"'),
        (("ending",), "an event that can be held back is one of"),
        (("departure", "manual"), 'did you mean "manuals"'),
        (("departure", "--among", "nonprofits"), 'did you mean "nonprofit"'),
        (("host-lost", "--among", "nonprofit"), "is of a partnership"),
        (("departure", "--months", "60"), "months"),
        (("departure", "--sets", "9"), "has 8 sets"),
        (("departure", "--metric", "trst"), 'did you mean "trust"'),
        (("award-won", "--among", "national"), "in none of"),
    ],
)
def test_what_cannot_be_asked_is_told(
    results: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], said: str
) -> None:
    code, _, told_ = command(capsys, "event-study", str(results), *given)
    assert code == 2 and said in " ".join(told_.split()) and "Traceback" not in told_


def test_what_a_report_proposes_to_ask_next_can_be_typed(found: EventStudy) -> None:
    proposed = commands(found.stored)
    assert len(proposed) >= 8
    for _, text in proposed:
        taken(text.removeprefix("tfs-sim "))

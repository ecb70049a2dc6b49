"""What a calibration found, as an object, as a record and as text."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tfs_sim.calibration.choosing import chosen
from tfs_sim.calibration.findings import Findings, findings
from tfs_sim.calibration.headlines import Half, Headline
from tfs_sim.calibration.matching import Calibration
from tfs_sim.calibration.recovering import Held90, Recovery
from tfs_sim.calibration.telling import text

HEADLINES = (Held90("effect", 0.5, 0.1, 0.6), Held90("other", 0.7, 0.1, 0.6))


@pytest.fixture(scope="module")
def made(found: Calibration) -> Findings:
    return findings(
        found,
        chosen(found),
        1,
        recoveries=(
            Recovery("ci1-00007", 0, False, np.nan, np.nan, 0, np.nan, ()),
            Recovery("ci1-00009", 30, True, 0.5, 0.87, 4, 0.75, HEADLINES),
        ),
        headlines=(Headline("effect", 0.5, 2, np.nan, np.nan, np.nan, np.nan),),
        halves=(Half("effect", 1.0, 2.0, -4.0),),
    )


def test_counts_add_up(found: Calibration, made: Findings) -> None:
    assert (made.run, made.accepted, made.chosen) == (len(found.ids), found.accepted.sum(), found.budget.wanted)
    assert sum(wave.sets for wave in made.waves) == made.run
    assert sum(wave.accepted for wave in made.waves) == made.accepted
    assert not made.quick and made.misses == ()


def test_what_targets_rule_out_is_told_of_the_prior_and_of_runs(made: Findings) -> None:
    first, last = made.waves[0], made.waves[-1]
    for one, other in zip(first.rules_out, last.rules_out, strict=True):
        # wave 1 is the prior: its emulators say of it about what its runs do
        assert one.of_prior == pytest.approx(one.of_runs, abs=0.1)
        assert other.of_runs < one.of_runs
        assert one.alone <= one.of_runs and other.alone <= other.of_runs
    assert sum(each.alone for each in first.rules_out) < 0.2


def test_targets_under_the_ensemble_lie_within_the_cut(made: Findings) -> None:
    for each in made.targets:
        assert each.at_least <= each.low < each.middle < each.high <= each.at_most
        assert each.missed == 0 and each.at_least < each.figure < each.at_most


def test_a_record_is_json_without_missing_numbers(made: Findings) -> None:
    said = json.dumps(made.record(), allow_nan=False)
    back = json.loads(said)
    first, second = back["recoveries"]
    assert first == {
        "truth": "ci1-00007", "accepted": 0, "kept": False, "half": None, "most": None, "moved": 0, "moved_most": None,
        "headlines": [],
    }  # fmt: skip
    assert second["headlines"][1] == {"name": "other", "truth": 0.7, "low": 0.1, "high": 0.6}
    assert [wave["number"] for wave in back["waves"]] == [wave.number for wave in made.waves]
    assert len(back["identified"]["parameters"]) == 30
    assert back["ranks_even"]["uneven"] == []


def test_the_text_has_a_table_of_everything(made: Findings) -> None:
    said = text(made)
    for title in (
        "Waves", "Targets under the ensemble", "What each target rules out", "Emulators where they were not fitted",
        "Parameters that targets say something of", "Directions:", "Known truths", "predicted with themselves left out",
        "Whole recoveries", "Headlines at other discrepancies",
        "Headlines in the two halves",
    ):  # fmt: skip
        assert title in said
    assert "nan" not in said and "inf" not in said
    for line in said.splitlines():
        assert line == line.rstrip() and len(line) < 170


def test_what_fresh_luck_takes_away_is_told(found: Calibration, made: Findings) -> None:
    assert made.again is None and "fresh luck" not in text(made)
    first, *others = found.waves
    gave = first.values.copy()
    lucky = np.flatnonzero(found.accepted[: len(gave)])[:1]
    gave[lucky, 0] += 9.0
    moved = replace(found, waves=(replace(first, gave=gave), *others))
    told = findings(moved, chosen(moved), 1)
    assert told.again == (made.accepted, made.accepted - 1) and told.accepted == made.accepted - 1
    assert f"Of {made.accepted} sets that missed nothing at first, {made.accepted - 1} did when run again" in text(told)


def test_a_parameter_that_is_wider_than_its_prior_is_not_told_as_narrowed(made: Findings) -> None:
    first, *others = made.identified.parameters
    wider = replace(first, contraction=-0.08, moved=True)
    said = text(replace(made, identified=replace(made.identified, parameters=(wider, *others))))
    (line,) = (line for line in said.splitlines() if line.startswith(f"{first.name} ") and "wider" in line)
    assert "8% wider" in line and "-" not in line.removeprefix(first.name)


def test_a_trial_and_what_is_missed_are_told(found: Calibration) -> None:
    outputs = (replace(found.outputs[0], centre=9.0, missable=True), *found.outputs[1:])
    moved = replace(found, outputs=outputs, budget=replace(found.budget, quick=True))
    made = findings(moved, chosen(moved), 1)
    said = text(made)
    assert "This is a trial: nothing of it is an ensemble." in said
    assert "Missed openly:\n- members: missed by more than 3 standard deviations in 100% of sets" in said
    assert made.targets[0].missable and made.targets[0].missed == 1
    assert not any(each.used for wave in made.waves for each in wave.emulators if each.output == "members")


def test_texts_of_files_are_shown_safely(found: Calibration) -> None:
    outputs = (replace(found.outputs[0], name="\x1b[31mred\u202e"), *found.outputs[1:])
    waves = tuple(replace(wave, emulators=wave.emulators[1:]) for wave in found.waves)
    said = text(findings(replace(found, outputs=outputs, waves=waves), chosen(found), 1))
    assert "\x1b" not in said and "\u202e" not in said


def test_the_share_of_targets_inside_counts_those_that_could_be_predicted(made: Findings) -> None:
    one, *others = made.left_out
    for inside, share in ((True, 1.0), (False, 0.75), (None, 1.0)):
        changed = replace(
            made, left_out=(replace(one, inside=inside), *(replace(each, inside=True) for each in others))
        )
        assert changed.share_left_out == share

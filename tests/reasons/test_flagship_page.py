"""The page of the flagship's reasons: what it prints is worked out again from the numbers that are kept beside it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from parsing import taken
from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons import GROUPS, event_study_words, named_forms, power_words
from tfs_sim.reasons.surveyed import QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
FOUND = json.loads((DOCS / "model" / "reasons.json").read_text(encoding="utf-8"))
ANSWERS: list[dict[str, Any]] = FOUND["answers"]


def asked(command: str) -> list[dict[str, Any]]:
    """Return the answers to a command."""
    return [each for each in ANSWERS if each["command"].split()[0] == command]


def table(answer: dict[str, Any]) -> pd.DataFrame:
    """Return the numbers of an answer; what is missing is NaN."""
    return pd.DataFrame(answer["numbers"])


def test_every_question_is_there_with_its_figure_and_a_command_that_can_be_typed() -> None:
    assert [each["command"].split()[0] for each in ANSWERS] == [
        "why", "why", "structure", "sensitivity", "sensitivity", "survival", "event-study", "event-study", "power",
        "power", "foretell",
    ]  # fmt: skip
    for each in ANSWERS:
        taken(each["command"])
        assert (DOCS / "images" / "reasons" / f"{each['figure']}.png").is_file() and each["alt"]
        assert each["sentences"] and each["numbers"]
        assert "nan" not in " ".join(each["sentences"]).lower().replace("nanc", "")


@pytest.mark.parametrize("answer", asked("why"), ids=lambda each: str(each["command"]))
def test_parts_add_up_to_the_difference_and_are_printed(answer: dict[str, Any]) -> None:
    found = table(answer).set_index("group")
    assert list(found.index[:-2]) == [group.name for group in GROUPS]
    parts, rest, whole = found["part"].iloc[:-2], found["part"].iloc[-2], found["part"].iloc[-1]
    assert parts.sum() + rest == pytest.approx(whole, abs=2e-4)  # numbers of five digits are kept
    m = metric("support")
    for name, printed in zip(found.index[:-2], answer["rows"], strict=False):
        row = found.loc[name]
        assert printed[0] == name
        assert printed[1].startswith(words.difference(row["part"], row["part_low"], row["part_high"], m))
    total = words.difference(abs(whole), abs(found["part_low"].iloc[-1]), abs(found["part_high"].iloc[-1]), m)
    assert total.lstrip("+") in answer["sentences"][0]


def test_verdicts_follow_from_their_numbers() -> None:
    (answer,) = asked("structure")
    found = table(answer)
    usual = found[found["form"] == "as it is"].set_index("strategy")
    assert set(found["form"]) == {"as it is", *(form.name for form in named_forms([]))}
    for row in found[found["form"] != "as it is"].to_dict("records"):
        before = usual.loc[row["strategy"]]
        told_before = not before["difference_low"] <= 0 <= before["difference_high"]
        told = not row["difference_low"] <= 0 <= row["difference_high"]
        if row["verdict"] == "holds":
            assert told and told_before and row["difference"] * before["difference"] > 0
            assert abs(row["difference"]) >= abs(before["difference"]) / 2
        if row["verdict"] == "turns":
            assert told and told_before and row["difference"] * before["difference"] < 0
        if row["verdict"] == "appears":
            assert told and not told_before


def test_indices_over_the_prior_are_within_what_they_can_be_and_their_verdict_follows() -> None:
    (indices,) = [each for each in asked("sensitivity") if "prior" in each["command"]]
    found = table(indices)
    total = found["total"].dropna()
    assert 1 <= len(total) <= 25 and (found["total_low"].dropna() <= total).all()
    assert indices["figure"].endswith("-prior")


@pytest.mark.parametrize("answer", asked("event-study"), ids=lambda each: str(each["command"]))
def test_months_after_an_event_are_printed_as_they_are(answer: dict[str, Any]) -> None:
    found = table(answer)
    assert (found["happened"] - found["withheld"]).to_numpy() == pytest.approx(found["difference"], abs=2e-5)
    stub = SimpleNamespace(frame=found, metric="support", months=int(found["month"].max()))
    assert list(event_study_words.rows(stub)) == [answer["head"], answer["rows"]]  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", asked("power"), ids=lambda each: str(each["command"]))
def test_evaluations_are_printed_as_they_are(answer: dict[str, Any]) -> None:
    outcome = QUESTIONS["trust"].outcome if "--survey trust" in answer["command"] else metric("support")
    found = SimpleNamespace(table=table(answer), outcome=outcome)
    assert list(power_words.rows(found)) == [answer["head"], answer["rows"]]  # type: ignore[arg-type]


def test_lives_and_signs_are_within_what_they_can_be() -> None:
    (lives,), (signs,) = asked("survival"), asked("foretell")
    found = table(lives)
    assert (found["low"] <= found["mean"]).all() and (found["mean"] <= found["high"]).all()
    assert found["ended"].between(0, 1).all() and found["mean"].between(0, 120).all()
    for row in found.to_dict("records"):
        assert any(words.percent(row["ended"]) in each and f"{row['mean']:.1f}" in each for each in lives["sentences"])
    areas = table(signs)
    assert areas["area"].between(0, 1).all()
    assert [row[0] for row in signs["rows"]] == list(areas["indicator"][: len(signs["rows"])])

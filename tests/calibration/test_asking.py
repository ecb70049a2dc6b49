"""The survey of a partnership put to its simulation: the same questions, sample and response."""

from __future__ import annotations

import json
import math
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tfs_sim.calibration import asking
from tfs_sim.calibration.asking import EXPECTED, QUESTIONS, Asked, ask
from tfs_sim.cli import main
from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.clean import Found, folder_of, read_found

NAMES = [f"Agency {letter}" for letter in "abcdefghij"]


def answers(folder: Path, silent: int = 3, waves: int = 1) -> Survey:
    """Write a survey whose last organizations did not answer, import it, and write its scenario."""
    luck = np.random.default_rng(3)
    rows = ["Wave,Your organization,Partner organization,Contact (0-4),Trust: reliable (1-5)"]
    for wave in range(waves):
        for a, one in enumerate(NAMES[: len(NAMES) - silent]):
            rows += [
                f"{wave + 1},{one},{other},{luck.integers(1, 5)},{luck.integers(1, 6)}"
                for b, other in enumerate(NAMES)
                if a != b and (a + b) % 3
            ]
    (folder / "answers.csv").write_text("\n".join(rows) + "\n")
    (folder / "all.csv").write_text("Organization\n" + "\n".join(NAMES) + "\n")
    survey = import_survey([folder / "answers.csv", folder / "all.csv"], "town")
    write_survey(survey, folder / "town")
    return survey


def found_of(folder: Path) -> Found:
    site = load_scenario(folder / "town" / "scenario.toml").sites["town"]
    clean = folder_of(site)
    assert clean is not None
    return read_found(clean, site)


def test_what_was_found_is_read_back_from_the_clean_data(tmp_path: Path) -> None:
    survey = answers(tmp_path, waves=2)
    found = found_of(tmp_path)
    assert len(found.asked) == 10 and len(found.answered) == 7 and found.scale == (1.0, 5.0)
    assert found.answered == {f"town/{survey.codes[name]}" for name in NAMES[:7]}
    heard, _ = survey.densities()
    assert found.values["density"] == pytest.approx(heard) and found.over["density"] == "42 pairs"
    assert found.values["transitivity"] == pytest.approx(nx.transitivity(survey.graph()))
    marks = [value for value in survey.answers.each["2", "trust-reliable"].values() if not math.isnan(value)]
    assert found.values["trust"] == pytest.approx(np.mean(marks))


def asked(folder: Path, month: int) -> Asked:
    return ask({"simulated": load_scenario(folder / "town" / "scenario.toml")}, month, 3, workers=1)


def test_the_same_are_asked_and_answer_and_the_start_is_what_was_found(tmp_path: Path) -> None:
    answers(tmp_path)
    found = asked(tmp_path, 1)
    assert found.site == "town" and set(found.values) == {EXPECTED, "simulated"} and found.sets == 3
    assert all(values.shape == (3, len(QUESTIONS)) for values in found.values.values())
    table = found.table().set_index("question")
    # at the end of its first month the simulated partnership is still much like the one that was surveyed
    density = QUESTIONS.index("density")
    own, expected = (found.values[name][:, density] for name in ("simulated", EXPECTED))
    surveyed = table.loc["density", "found"]
    assert np.abs(own - surveyed).max() < 0.2 and np.abs(own - surveyed).mean() < np.abs(expected - surveyed).mean()
    assert table.loc["density", "place"] == pytest.approx((expected < surveyed).mean())
    trust = found.values["simulated"][:, QUESTIONS.index("trust")]
    assert np.abs(trust - table.loc["trust", "found"]).max() < 0.6
    again = asked(tmp_path, 1)
    assert all(np.array_equal(found.values[name], again.values[name], equal_nan=True) for name in found.values)


def test_without_a_survey_members_are_asked(tmp_path: Path) -> None:
    found = ask({"lab": load_scenario("laboratory")}, 6, 2, workers=1, answers=0.5)
    assert found.found is None and list(found.values) == ["lab"]
    seated, density, transitivity, trust = found.values["lab"][0]
    assert seated == 1.0 and 0 < density < 1 and 0 <= transitivity <= 1 and 1 <= trust <= 4


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(leaving.value.code or 0), out, err


def test_the_command_asks_scenarios_folders_and_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answers(tmp_path)
    code, out, _ = call(capsys, "survey", "town", "--month", "2", "--sets", "2")
    assert code == 0 and "Asked were the same 10 organizations, and the same answered (7 organizations)" in " ".join(
        out.split()
    )
    code, out, _ = call(capsys, "survey", "town/scenario.toml", "--month", "2", "--sets", "2", "--json")
    rows = json.loads(out)
    assert [row["question"] for row in rows] == list(QUESTIONS) and rows[1]["over"] == "42 pairs"
    text = (
        Path("town/experiment.toml")
        .read_text()
        .replace("sets = 20 ", "sets = 2 ")
        .replace("replicates = 4 ", "replicates = 1 ")
    )
    Path("town/experiment.toml").write_text(
        text.replace('scenario = "scenario.toml"', 'scenario = "scenario.toml"\nmonths = 3')
    )
    assert call(capsys, "sweep", "town/experiment.toml")[0] == 0
    code, out, _ = call(capsys, "survey", "results/town", "--month", "3", "--json")
    assert code == 0 and {"as-it-is", "handover", "goals", EXPECTED} <= set(json.loads(out)[0])
    assert "results are asked over their own sets" in call(capsys, "survey", "results/town", "--sets", "3")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "no ready-made scenario"),
        (("town", "--month", "61"), "month is a whole number between 1 and 60; found 61"),
        (("town", "--site", "city"), 'there is no site "city"'),
        (("four-communities",), "there are several communities"),
        (("laboratory", "--answers", "2"), "answers is a number between 0.01 and 1; found 2"),
        (("town", "--answers", "0.5"), "--answers is for partnerships without a survey"),
        (("town", "--within", "0"), "within is a number between 0.1 and 1,200; found 0"),
        ((".",), "holds neither results of a sweep nor a scenario"),
        (("crisis-shock",), "crisis-shock is one of the ready-made experiments"),
    ],
)
def test_what_cannot_be_asked_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answers(tmp_path)
    code, _, err = call(capsys, "survey", *arguments, "--sets", "2")
    assert code == 2 and said in " ".join(err.split())


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("instrument.toml", 'site = "town"', 'site = "Town"', '"Town" cannot be a name'),
        ("instrument.toml", "lowest = 1.0", 'lowest = "low"', "lowest is a number"),
        ("instrument.toml", 'wave = "1"', 'wave = "7"', 'no row is of the wave "7"'),
        ("organizations.csv", "asked", "azked", "asked"),
        ("reports.csv", ",share", ",shares", "share"),
    ],
)
def test_damaged_clean_data_are_told(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    answers(tmp_path)
    path = tmp_path / "town" / "survey" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UserError, match=said):
        found_of(tmp_path)


def test_how_few_of_the_reported_ties_are_left_is_said(tmp_path: Path) -> None:
    from tfs_sim.cli.asking import few_kept

    survey = answers(tmp_path)
    first, late = asked(tmp_path, 1), asked(tmp_path, 36)
    assert first.found is not None and len(first.found.ties) == len(survey.ties)
    assert set(first.kept) == {"simulated"} and first.kept["simulated"].shape == (3,)
    assert (first.kept["simulated"] <= len(survey.ties)).all() and first.kept["simulated"].mean() > 0.7 * len(
        survey.ties
    )
    assert late.kept["simulated"].mean() < first.kept["simulated"].mean() and few_kept(first) == []
    ties = frozenset((f"town/a{n}", f"town/b{n}") for n in range(118))
    found = Found("town", frozenset(), frozenset(), None, {}, {}, 3.0, ties)
    some = Asked("town", 12, found, 2, {}, 3.0, {"simulated": np.array([20.0, 22.0])})
    (said,) = few_kept(some)
    assert said.startswith(
        "of 118 ties at the start 21 are in use after 12 months, on average (contact within 3 months)"
    )
    several = Asked("town", 12, found, 2, {}, 12.0, {"a": np.array([1.0, 1.0]), "b": np.array([60.0, 58.0])})
    (said,) = few_kept(several)
    assert said.startswith("a: of 118 ties at the start 1 is in use")


def test_what_lies_far_out_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tfs_sim.cli.asking import _tell

    answers(tmp_path)
    found = found_of(tmp_path)
    expected = np.full((20, len(QUESTIONS)), found.values["density"] - 0.3)
    _tell(
        Asked("town", 12, found, 20, {EXPECTED: expected, "simulated": expected}),
        {"simulated": load_scenario(tmp_path / "town" / "scenario.toml")},
    )
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "density: what the survey found lies above where nine in ten of the partnerships lie that the model expects."
        in said
    )


def test_whoever_did_not_answer_the_survey_does_not_answer_that_of_the_simulation(tmp_path: Path) -> None:
    survey = answers(tmp_path)
    found = found_of(tmp_path)
    names = [f"town/{survey.codes[name]}" for name in NAMES] + ["town/backbone"]
    among, answer = asking._whom(None, names, found, 1, 0, 1.0)  # type: ignore[arg-type]
    assert among.tolist() == [True] * 10 + [False]
    assert answer.tolist() == [True] * 7 + [False] * 4

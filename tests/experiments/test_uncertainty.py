"""Over what parameters: what experiment files and the command line may say, and how a mistake is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import real
from jsonschema import Draft202012Validator

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import Experiment, experiment_from, load_experiment
from tfs_sim.experiments.designs.json_schema import experiment_schema
from tfs_sim.experiments.designs.stopping import Until
from tfs_sim.experiments.designs.uncertainty import USUAL, is_file
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError

ASKED = 'replicates = 5\nseed = 3\nuncertainty = "defaults"\n'
UNTIL = '{ until = "half-width", of = "trust", at = 0.05, between = ["manuals", "as-it-is"], max = 60 }'
POINTS = '[design]\nmethod = "sobol"\npoints = 2\n'
NAMED = f'{POINTS}[design.vary]\nx = "sites.all.grievance"\n'
LINE = f'{POINTS}vary = "plausible"\n'


def asked(folder: Path, lines: str, *more: str) -> Experiment:
    return real.trial(folder, *more, change=(ASKED, lines))


@pytest.mark.parametrize(
    ("lines", "more", "found"),
    [
        ("", "", (USUAL, 100, 8)),
        ('uncertainty = "calibrated"\n', "", ("calibrated", 100, 8)),
        ('uncertainty = "plausible"\n', "", ("plausible", 100, 8)),
        ('uncertainty = " plausible:turnover ,trust.memory"\n', "", ("plausible: turnover, trust.memory", 100, 8)),
        ("sets = 7\n", "", (USUAL, 7, 8)),
        ("replicates = 3\n", "", (USUAL, 100, 3)),
        ('uncertainty = "defaults"\n', "", ("defaults", 0, 100)),
        ('uncertainty = "defaults"\nreplicates = 3\n', "", ("defaults", 0, 3)),
        ('uncertainty = "mine.json"\nsets = 4\n', "", ("mine.json", 4, 8)),
        ("", NAMED, (USUAL, 100, 8)),
        ("", LINE, ("defaults", 0, 100)),
        ('uncertainty = "defaults"\n', LINE, ("defaults", 0, 100)),
    ],
)
def test_what_is_not_said_is_usual(tmp_path: Path, lines: str, more: str, found: tuple[str, int, int]) -> None:
    experiment = asked(tmp_path, lines, more)
    assert (experiment.uncertainty, experiment.sets, experiment.replicates) == found


def test_sets_may_be_added_until_an_interval_is_narrow(tmp_path: Path) -> None:
    experiment = asked(tmp_path, f"sets = {UNTIL}\n")
    assert isinstance(experiment.sets, Until) and experiment.sets.max == 60
    assert (experiment.uncertainty, experiment.replicates) == (USUAL, 8)


def test_a_file_stands_beside_the_experiment(tmp_path: Path) -> None:
    experiment = asked(tmp_path, 'uncertainty = "sets/mine.json"\n')
    assert experiment.uncertainty.path == tmp_path / "sets" / "mine.json"  # type: ignore[union-attr]
    assert is_file("A.JSON ") and not is_file("json") and not is_file(3)


def test_an_experiment_made_in_python_is_over_sets_too() -> None:
    data = {"scenario": "laboratory", "outcomes": {"primary": "support"}, "strategies": {"a": {}}}
    experiment = experiment_from(data, load_scenario("laboratory"))
    assert (experiment.uncertainty, experiment.sets, experiment.replicates) == (USUAL, 100, 8)
    assert "uncertainty" not in experiment.as_written() and "sets" not in experiment.as_written()


WORTHWHILE = "worthwhile is above 0: it is the size of a difference"
MISTAKES = [
    # what is said, where it stands, the sentence, what is suggested
    ("sets = 0\n", "", 3, "sets is a whole number between 2 and 100,000; found 0"),
    ("sets = 1\n", "", 3, "sets is a whole number between 2 and 100,000; found 1"),
    ("sets = -3\n", "", 3, "sets is a whole number between 2 and 100,000; found -3"),
    ("sets = 100_001\n", "", 3, "sets is a whole number between 2 and 100,000; found 100001"),
    ("sets = 2.5\n", "", 3, "without decimals; found 2.5"),
    ("sets = true\n", "", 3, "sets is a whole number between 2 and 100,000; found true"),
    ("sets = [3]\n", "", 3, "found a list"),
    ('sets = "many"\n', "", 3, 'sets is a whole number or a table such as { until = "half-width", '),
    ("sets = {}\n", "", 3, "sets lacks until"),
    (f"sets = {UNTIL.replace('manuals', 'manual')}\n", "", 3, 'there is no strategy "manual"'),
    (f"sets = {UNTIL.replace('at =', 'att =')}\n", "", 3, "there is no key att in sets"),
    (f"sets = {UNTIL.replace('0.05', '5')}\n", "", 3, "at is below 1, which trust never differs by; found 5"),
    ('against = ""\n', "", 3, 'there is no strategy ""'),
    (f"sets = {UNTIL.replace('60', '20')}\n", "", 3, "max is a whole number between 32 and 1,000,000; found 20"),
    ('sets = 3\nuncertainty = "defaults"\n', "", 3, 'sets of parameters, and uncertainty is "defaults"'),
    (f'sets = {UNTIL}\nuncertainty = "defaults"\n', "", 3, 'sets of parameters, and uncertainty is "defaults"'),
    ("sets = 3\n", LINE, 3, "sets of parameters, and the design draws the parameters itself"),
    (f"sets = {UNTIL}\n", NAMED, 3, "at the points of a design, sets is a number"),
    (f'replicates = {UNTIL}\nuncertainty = "defaults"\n', NAMED, 3, "at the points of a design, replicates is a nu"),
    (f"replicates = {UNTIL}\n", "", 3, "over sets of parameters it is sets that are added"),
    (f'replicates = {UNTIL}\nuncertainty = "plausible: turnover"\n', "", 3, "it is sets that are added"),
    ('uncertainty = "plausible"\n', LINE, 3, "so sets of parameters would be drawn over"),
    ('uncertainty = "mine.json"\n', LINE, 3, "so sets of parameters would be drawn over"),
    ('uncertainty = "plausibel"\n', "", 3, 'or the .json file of an ensemble; found "plausibel"'),
    ('uncertainty = "default"\n', "", 3, 'found "default"'),
    ('uncertainty = "defaults: turnover"\n', "", 3, 'found "defaults: turnover"'),
    ('uncertainty = ""\n', "", 3, 'found ""'),
    ("uncertainty = 3\n", "", 3, "found the number 3"),
    ("uncertainty = false\n", "", 3, "found false"),
    ('uncertainty = ["plausible"]\n', "", 3, "found a list"),
    ('uncertainty = { file = "mine.json" }\n', "", 3, "found a table"),
    ('uncertainty = "calibrated: ci1"\n', "", 3, 'or the .json file of an ensemble; found "calibrated: ci1"'),
    ('uncertainty = "plausible: turnovr"\n', "", 3, 'there is no mechanism and no parameter "turnovr"'),
    ('uncertainty = "plausible: turnover.notice_shar"\n', "", 3, "there is no mechanism and no parameter"),
    ('uncertainty = "plausible:"\n', "", 3, "a name is missing"),
    ('uncertainty = "plausible: effort.levels"\n', "", 3, "has no plausible range"),
    ('uncertainty = "/etc/mine.json"\n', "", 3, 'uncertainty is an absolute path: "/etc/mine.json"'),
    ('uncertainty = "../mine.json"\n', "", 3, 'uncertainty leads out of the folder with ".."'),
    ('uncertainty = "a\\u0000.json"\n', "", 3, "is not a file name"),
]
MEANT = {
    "calibrated: ci1": "calibrated", "plausibel": "plausible", "default": "defaults", "defaults: turnover": "defaults",
    "plausible: turnovr": "turnover", "plausible: turnover.notice_shar": "turnover.notice_share",
}  # fmt: skip


def told_in_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must leave with 2 and one mistake; return what it says."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    said = capsys.readouterr()
    assert left.value.code == 2, said.out + said.err
    assert not re.search("Traceback|%NAME%|pydantic|nan is not", said.err)
    assert sorted(folder.rglob("*")) == before
    return said.err


def written(folder: Path, lines: str, *more: str) -> str:
    (folder / "town.toml").write_text(real.TOWN, encoding="utf-8")
    path = folder / "trial.toml"
    path.write_text(real.TRIAL.replace(ASKED, lines) + "".join(more), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("lines", "more", "line", "said"), MISTAKES, ids=[each[0].strip()[:50] for each in MISTAKES])
def test_a_mistake_is_told_at_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: str, more: str, line: int, said: str
) -> None:
    path = written(tmp_path, lines, more)
    with pytest.raises(UserError) as caught:
        load_experiment(path)
    found = [each for each in caught.value.mistakes if said in each.message]
    assert found and (len(caught.value.mistakes) == 1 or "lacks" in said), str(caught.value)
    assert (found[0].file, found[0].line) == ("trial.toml", line)
    value = lines.partition("= ")[2].strip().strip('"')
    assert found[0].suggestion == MEANT.get(value, found[0].suggestion)
    assert said in told_in_a_sentence(tmp_path, capsys, "check", path)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", f"{WORTHWHILE}, be it better or worse; found 0"),
        ("-0.1", f"{WORTHWHILE}, be it better or worse; found -0.1"),
        ("nan", "worthwhile is a number above 0; found nan, which is not a finite number"),
        ("inf", "worthwhile is a number above 0; found inf, which is not a finite number"),
        ('"0.1"', "worthwhile is a number above 0; found the text"),
        ("true", "worthwhile is a number above 0; found true"),
        ("[0.1]", "worthwhile is a number above 0; found a list"),
        ("1e300", "worthwhile is a number above 0, at most 1,000,000,000,000; found 1e+300"),
        ("2", "worthwhile is below 1, which support never differs by; found 2"),
    ],
)
def test_what_is_worthwhile_is_a_number_above_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str, said: str
) -> None:
    path = written(tmp_path, ASKED, f"worthwhile = {value}\n")  # [outcomes] is the last table
    assert said in told_in_a_sentence(tmp_path, capsys, "check", path)


def test_what_is_worthwhile_is_kept(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, "worthwhile = 0.02\n")
    assert experiment.outcomes.worthwhile == 0.02
    assert real.trial(tmp_path).outcomes.worthwhile is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sets", "1"), "--sets is a whole number between 2 and 100,000; found 1"),
        (("--sets", "many"), 'found the text "many"'),
        (("--sets", "100001"), "--sets is a whole number between 2 and 100,000; found 100001"),
        (("--sets", "3", "--uncertainty", "defaults"), 'sets of parameters, and uncertainty is "defaults"'),
        (("--uncertainty", "plausibel"), 'did you mean "plausible"?'),
        (("--uncertainty", "plausible: turnovr"), 'did you mean "turnover"?'),
        (("--uncertainty", "calibratd"), 'did you mean "calibrated"?'),
        (("--uncertainty", "nowhere.json"), "nowhere.json"),
    ],
)
def test_mistakes_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    path = written(tmp_path, "")
    found = told_in_a_sentence(tmp_path, capsys, "sweep", path, "--out", str(tmp_path / "out"), *options)
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", found).split())


def test_sets_of_an_experiment_at_the_defaults_need_to_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, ASKED)
    found = told_in_a_sentence(tmp_path, capsys, "sweep", path, "--out", str(tmp_path / "out"), "--sets", "3")
    assert 'sets is for experiments over sets of parameters, and uncertainty is "defaults"' in found


def test_the_schema_knows_what_files_may_say(tmp_path: Path) -> None:
    schema = experiment_schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    for lines, more in ((f"sets = {UNTIL}\n", "worthwhile = 0.1\n"), ('uncertainty = "mine.json"\nsets = 2\n', "")):
        data = tomllib.loads(real.TRIAL.replace(ASKED, lines) + more)
        check.validate(data)
        assert not check.is_valid(data | {"sets": 1}) and not check.is_valid(data | {"uncertainty": 3})
        assert not check.is_valid(data | {"outcomes": {"primary": "support", "worthwhile": 0}})

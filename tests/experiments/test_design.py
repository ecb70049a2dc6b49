from __future__ import annotations

import importlib.util
import pickle
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tfs_sim.experiments.designs.design import Experiment, load_experiment
from tfs_sim.experiments.designs.json_schema import experiment_schema
from tfs_sim.scenario import UserError, presets

_home = Path(__file__).parents[1] / "scenario" / "small.py"
_spec = importlib.util.spec_from_file_location("small_for_design", _home)
assert _spec is not None and _spec.loader is not None
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)

EXPERIMENT = """\
# Do handovers matter?
title = "Handovers"
question = "Do handovers matter?"
scenario = "riverton.toml"
replicates = 10
seed = 20200313
uncertainty = "defaults"
months = "5 years"
against = "as-funded"

[strategies.no-initiative]

[strategies.as-funded]
title = "Initiative as funded"
add = ["initiative"]

[strategies.handover]
extends = "as-funded"
add = ["procedure-manuals", "initiative", { use = "overlap", dose = 3, from = "2019-01" }]
parameters = { turnover = { notice_share = 0.9 } }

[cross]
crisis = [{ label = "no crisis", shocks = [] }, { label = "crisis" }]

[[cross.staff]]
label = "stable"
parameters = { turnover = { rate_nonprofit = 0.1 } }

[[cross.staff]]
label = "changing"
parameters = { turnover = { rate_nonprofit = 0.4 } }
mechanisms = { trust = false }

[outcomes]
primary = "support"
also = ["performance", "trust"]

[snapshots]
site = "riverton"
months = ["2020-02", "2022-03"]
"""


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tfs_sim.model.catalogue", small.small_catalogue())
    (tmp_path / "riverton.toml").write_text(small.TOWN, encoding="utf-8")


def load(folder: Path, *changes: tuple[str, str]) -> Experiment:
    text = EXPERIMENT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "handover.toml").write_text(text, encoding="utf-8")
    return load_experiment(folder / "handover.toml")


def test_a_valid_experiment(tmp_path: Path) -> None:
    experiment = load(tmp_path)
    assert (experiment.name, experiment.replicates, experiment.months) == ("handover", 10, 60)
    assert experiment.base.clock.months == 60 and experiment.text == EXPERIMENT
    arms = experiment.arms()
    assert len(arms) == 3 * 2 * 2
    assert arms[0].levels == {"crisis": "no crisis", "staff": "stable"}
    assert [arm.strategy for arm in arms[::4]] == ["no-initiative", "as-funded", "handover"]
    assert all(arm.scenario.clock.months == 60 and arm.scenario.strategy == () for arm in arms)
    none, funded, handover = (arm.scenario for arm in arms[::4])
    assert [item.use for item in none.interventions] == ["procedure-manuals"] and len(none.grants) == 1
    assert [item.use for item in funded.interventions] == ["procedure-manuals", "overlap"] and len(funded.grants) == 2
    assert [item.amount for item in handover.interventions] == [0.8, 4, 0.5, 3]
    assert handover.parameters["turnover"] == {"rate_nonprofit": 0.1, "notice_share": 0.9}
    assert none.shocks == () and len(arms[2].scenario.shocks) == 1
    assert arms[1].scenario.mechanisms == {"trust": False} and arms[0].scenario.mechanisms == {"trust": True}
    assert len({arm.scenario.digest() for arm in arms}) == len(arms)
    again = pickle.loads(pickle.dumps(experiment))
    assert [arm.label for arm in again.arms()] == [arm.label for arm in arms]
    assert arms[-1].label == "handover, crisis, changing"


def test_defaults(tmp_path: Path) -> None:
    text = 'scenario = "riverton.toml"\n[strategies.one]\n[outcomes]\nprimary = "trust"\n'
    (tmp_path / "least.toml").write_text(text)
    experiment = load_experiment(tmp_path / "least.toml")
    assert (experiment.against, experiment.seed) == ("one", 1)
    assert (experiment.uncertainty, experiment.sets, experiment.replicates) == ("calibrated", 100, 8)
    (tmp_path / "least.toml").write_text(f'uncertainty = "defaults"\n{text}')
    experiment = load_experiment(tmp_path / "least.toml")
    assert (experiment.uncertainty, experiment.sets, experiment.replicates) == ("defaults", 0, 100)
    (arm,) = experiment.arms()
    assert arm.levels == {} and arm.scenario.clock.months == 120


CASES = [
    ('add = ["initiative"]', 'add = ["inititive"]', 'there is no bundle and no intervention "inititive"', "initiative"),
    ('add = ["initiative"]', 'add = "initiative"', "add is a list", ""),
    ('add = ["initiative"]', "add = [3]", "found the number 3", ""),
    ('add = ["initiative"]', 'extends = "handover"', "in a circle", ""),
    ('extends = "as-funded"', 'extends = "handover"', "in a circle: handover → handover", ""),
    ('extends = "as-funded"', 'extends = "as funded"', 'there is no strategy "as funded"', "as-funded"),
    ('against = "as-funded"', 'against = "nothing"', 'there is no strategy "nothing"', ""),
    ('primary = "support"', 'primary = "suport"', 'there is no metric "suport"', "support"),
    ('"performance"', '"preformance"', "there is no metric", "performance"),
    ('label = "crisis"', 'label = "no crisis"', "a second time", ""),
    ('{ label = "crisis" }', "{ }", "cross.crisis[2] lacks label", ""),
    ('{ label = "crisis" }', '{ label = "" }', "needs a label", ""),
    ("shocks = []", "shock = []", "there is no key shock in cross.crisis[1]", "shocks"),
    (
        "shocks = []",
        'shocks = [{ use = "community-crisis", onset = "2030-01", depth = 1 }]',
        "after the clock ends",
        "",
    ),
    ("replicates = 10", "replicates = 0", "between 1 and 1,000,000; found 0", ""),
    ("replicates = 10", "replicates = 1000001", "between 1 and 1,000,000", ""),
    ("replicates = 10", "replicates = true", "found true", ""),
    ("replicates = 10", "replicate = 10", "there is no key replicate", "replicates"),
    ("seed = 20200313", "seed = -1", "seed is a whole number", ""),
    ("seed = 20200313", "seed = 9223372036854775808", "854,775,807; found 9223372036854775808", ""),
    ("seed = 20200313", f"seed = 1{'0' * 4000}", "between 0 and 9,223,372,036,854,775,807; found a number of", ""),
    ("replicates = 10", "replicates = 1_000_001", "between 1 and 1,000,000; found 1000001", ""),
    ('site = "riverton"', 'site = "rivertown"', 'there is no site "rivertown"', "riverton"),
    ('"2022-03"]', '"2023-06"]', "2023-06 is outside of the clock", ""),
    ("months = [", "month = [", "there is no key month", "months"),
    ('from = "2019-01"', 'from = "2029-01"', "after the clock ends", ""),
    ("dose = 3", "dose = 300", "between 0 and 26", ""),
    ('use = "overlap", dose = 3', 'use = "overlapp", dose = 3', "there is no intervention", "overlap"),
    ('use = "overlap", dose', 'use = "overlap", target = { sector = "business" }, dose', "matches no organization", ""),
    ("mechanisms = { trust = false }", "mechanisms = { turnover = false }", "turnover is off, and trust needs it", ""),
    ("notice_share = 0.9", "notice_share = 90", "for 90% write 0.9", ""),
    ("[[cross.staff]]", "[[cross.replicate]]", "is a column of every result", ""),
    ("[strategies.handover]", '[strategies."Hand over"]', "cannot be a name", "hand-over"),
    ('"riverton.toml"', '"rivertn.toml"', "there is no file", "riverton.toml"),
    ('"riverton.toml"', '"rivertn"', "there is no ready-made scenario", ""),
    ('"riverton.toml"', '"../riverton.toml"', "leads out of the folder", ""),
    ('scenario = "riverton.toml"\n', "", "the file lacks scenario", ""),
    ("[outcomes]", "[outcome]", "there is no key outcome", "outcomes"),
    ("replicates = 10", "replicates = {}", "replicates lacks between", ""),
    ("replicates = 10", 'replicates = { untill = "half-width" }', "no key untill in replicates", "until"),
    ("replicates = 10", 'replicates = { until = "half-width", of = "trust", at = 1, between = ["as-funded"] }',
     "between has 1 entry; at least 2 are needed", ""),
    ("dose = 3", "doze = 3", "there is no key doze in an intervention", "dose"),
    ('use = "overlap", dose', "dose", "an intervention lacks use", ""),
    ("shocks = []", "sites = 3", "sites is a table with a table for each site; found the number 3", ""),
    ("shocks = []", "sites = { riverton = [] }", "riverton is a table of keys; found a list", ""),
    ("[cross]", "[design]\nmethod = 'grid'\nvary = {}\n[cross]", "vary has no variable", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said", "suggestion"), CASES, ids=[case[1][:40] for case in CASES])
def test_bad_input_is_told(tmp_path: Path, old: str, new: str, said: str, suggestion: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, (old, new))
    found = [mistake for mistake in caught.value.mistakes if said in mistake.message]
    assert found, str(caught.value)
    if "ready-made" not in said:
        assert found[0].suggestion == suggestion
    assert found[0].file == "handover.toml"
    assert found[0].line > 0 or "lacks scenario" in said


def test_a_mistake_is_shown_where_the_strategy_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, ('from = "2019-01"', 'from = "2029-01"'))
    (mistake,) = caught.value.mistakes
    assert mistake.source[mistake.column - 1 :].startswith('"2029-01"')


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(
            tmp_path,
            ('primary = "support"', 'primary = "suport"'),
            ('add = ["initiative"]', 'add = ["inititive"]'),
            ('against = "as-funded"', 'against = "as-fundd"'),
            ("replicates = 10", "replicates = 0"),
        )
    assert [mistake.line for mistake in caught.value.mistakes] == [5, 9, 15, 35]


def test_mistakes_of_the_scenario_are_told_as_well(tmp_path: Path) -> None:
    (tmp_path / "riverton.toml").write_text(small.TOWN.replace("depth = 0.6", "depth = 60"))
    with pytest.raises(UserError) as caught:
        load(tmp_path, ('primary = "support"', 'primary = "suport"'))
    assert [mistake.file for mistake in caught.value.mistakes] == ["handover.toml", "riverton.toml"]
    with pytest.raises(UserError, match="found 60"):
        load(tmp_path)


def test_mistakes_of_a_scenario_that_a_level_names_are_told_as_well(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text(small.TOWN.replace("depth = 0.6", "depth = 60"), encoding="utf-8")
    with pytest.raises(UserError, match="found 60") as caught:
        load(tmp_path, ('{ label = "crisis" }', '{ label = "crisis", scenario = "elsewhere.toml" }'))
    assert [mistake.file for mistake in caught.value.mistakes] == ["elsewhere.toml"]


def test_too_many_arms(tmp_path: Path) -> None:
    labels = ", ".join(f'{{ label = "{number}" }}' for number in range(60))
    with pytest.raises(UserError, match=r"these are 43,200 arms"):
        load(tmp_path, ("[cross]\n", f"[cross]\na = [{labels}]\nb = [{labels}]\n"))


def test_the_schema(tmp_path: Path) -> None:
    schema = experiment_schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    check.validate(tomllib.loads(EXPERIMENT))
    assert not check.is_valid(tomllib.loads(EXPERIMENT.replace("replicates", "replicate")))
    assert not check.is_valid(tomllib.loads(EXPERIMENT.replace('"support"', '"suport"')))


def test_shipped_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue")
    pytest.importorskip("tfs_sim.model.catalogue")
    check = Draft202012Validator(experiment_schema())
    home = presets.folder("experiments")
    for name in presets.names("experiments"):
        assert home is not None
        check.validate(tomllib.loads((home / f"{name}.toml").read_text(encoding="utf-8")))
        assert load_experiment(name).arms()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(EXPERIMENT) - 1),
    length=st.integers(0, 40),
    put=st.sampled_from(["", "3", '"x"', "true", "[]", "{}", "\x00", "\n", "nan", "=", "é"]),
)
def test_any_damage_is_told(tmp_path: Path, at: int, length: int, put: str) -> None:
    path = tmp_path / "damaged.toml"
    path.write_text(EXPERIMENT[:at] + put + EXPERIMENT[at + length :], encoding="utf-8", newline="")
    try:
        load_experiment(path).arms()
    except UserError as error:
        assert error.mistakes and "%NAME%" not in str(error)

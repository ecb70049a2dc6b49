"""Calibration files: the ready-made one, and mistakes in others."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hand import MINE, written

from tfs_sim.calibration import load_calibration
from tfs_sim.calibration.json_schema import calibration_schema
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.presets import folder


def test_the_ready_made_calibration_is_as_it_was_committed() -> None:
    found = load_calibration("collective-impact")
    counting = found.named()
    assert counting == ("t1-grant-end", "t1-four-years-later", "t2-members", "t2-sustained", "t3-active", "t4-trust",
                        "t6-density", "t6-transitivity", "t9-milestones")  # fmt: skip
    centres = [found.targets[name].centre for name in counting]
    assert centres == [0.90, 0.75, 22.1, 1.82, 0.765, 3.24, 1.0, 1.0, 0.95]
    spreads = [found.targets[name].sd for name in counting]
    assert spreads == [0.32, 0.30, 0.25, 0.25, 0.25, 0.25, None, None, None]
    assert [found.targets[name].discrepancy for name in counting] == [0.25, 0.25, 0.1, 0.25, 0.25, 0.1, 0.0, 0.0, 0.25]
    assert found.digest() == "60ba0957bfd3ac59ec6b296d6e11df3fc74b6834cedafcb7db2741d7e1fe17ef"


def test_no_pandemic_and_no_shock_is_in_a_population_of_a_target_that_counts() -> None:
    found = load_calibration("collective-impact")
    for name in found.needed(found.named()):
        scenario = found.populations[name]
        assert not scenario.shocks
        assert 12 * int(scenario.clock.start[:4]) + scenario.clock.months <= 12 * 2020


def test_every_population_of_the_folder_is_used() -> None:
    found, home = load_calibration("collective-impact"), folder("calibrations")
    assert home is not None
    assert {each.file for each in found.table.populations.values()} == {
        path.relative_to(home).as_posix() for path in (home / "populations").glob("*.toml")
    }


def test_outputs_have_centre_and_variance_on_their_scale(tmp_path: Path) -> None:
    found = load_calibration(written(tmp_path))
    alive, trust, falls = found.outputs()
    assert alive.centre == pytest.approx(math.log(1.5))
    assert alive.variance == pytest.approx(0.4**2 + (0.1 * 0.4 / 0.24) ** 2)
    assert trust.variance == pytest.approx(0.4**2 + 0.3**2)
    assert (falls.centre, falls.variance, falls.scale, falls.sample) == (0.0, 1.0, "binomial", 7)
    assert all(each.counts for each in (alive, trust, falls))
    halved = found.outputs(discrepancy=0.5)[0]
    assert halved.variance == pytest.approx(0.4**2 + (0.05 * 0.4 / 0.24) ** 2)


def test_the_digest_is_of_what_is_required_and_not_of_words(tmp_path: Path) -> None:
    one = load_calibration(written(tmp_path)).digest()
    assert load_calibration(written(tmp_path, MINE.replace('title = "Trust"', 'title = "Confidence"'))).digest() == one
    assert load_calibration(written(tmp_path, f'origin = "of one town"\n{MINE}')).digest() == one
    assert load_calibration(written(tmp_path, MINE.replace("centre = 0.6", "centre = 0.61"))).digest() != one
    path = written(tmp_path)
    (tmp_path / "town.toml").write_text((tmp_path / "town.toml").read_text().replace("fte = 1.0", "fte = 1.1"))
    assert load_calibration(path).digest() != one


def test_what_a_set_costs(tmp_path: Path) -> None:
    found = load_calibration(written(tmp_path))
    assert found.months_of(found.named()) == 4 * (24 + 6)
    assert found.needed(found.named(every=True)) == ("towns", "calm")


@pytest.mark.parametrize(
    ("old", "new", "said", "near"),
    [
        ('metric = "partners"', 'metric = "partnrs"', 'there is no metric "partnrs"', "partners"),
        ("low = 0.1", "low = 0.5", "the range is upside down: low is 0.5, high is 0.4", ""),
        ("answers = 0.7, lowest", "answers = 0, lowest", "answers is a share above 0", ""),
        ("sites = 3", "sites = 5", '5 communities are asked, and "towns" has 4', ""),
        ("month = 24 }", "month = 25 }", 'month 25 is asked for, and "towns" lasts 24 months', ""),
        ("centre = 3.0", "centre = 4.5", "the target is impossible: its centre is 4.5, and marks go from 1 to 4", ""),
        ("centre = 0.6", "centre = 1.6", "centre is between 0 and 1", ""),
        ("centre = 0.6\n", "", 'a target of kind "data" lacks centre', ""),
        ('scale = "logit"', 'scale = "log"', '"alive" gives a share: its scale is logit or binomial; found "log"', ""),
        ('scale = "logit"', 'scale = "logits"', "scale is the scale of the comparison", "logit"),
        ('kind = "sign"', 'kind = "sine"', "kind is how it counts", "sign"),
        ('population = "towns"', 'population = "town"', 'there is no population "town"', "towns"),
        ('"calm" }', '"calmer" }', 'there is no population "calmer"', "calm"),
        ('file = "calm.toml"', 'file = "clam.toml"', 'there is no file "clam.toml"', "calm.toml"),
        ('"key_people.posts"', '"key_people.post"', 'there is no parameter "key_people.post"', "key_people.posts"),
        ("budget = 1_000_000", "budget = 0", "budget is a number of community-months", ""),
        ("budget = 1_000_000", "budget = 1", "pays for 0 sets of 120 community-months, and an ensemble has 500", ""),
        (
            "answers = 0.7, lowest",
            "sites = 1, answers = 0.7, lowest",
            '"trust" needs 2 communities, and one community alone is asked: its luck cannot be known',
            "",
        ),
        ("seed = 3", 'prior = "plausibel"', "prior is", "plausible"),
        ("discrepancy = 0.0\n", "discrepancy = 0.0\nsd = 1\n", "sd is not for this target (the sample says it)", ""),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, old: str, new: str, said: str, near: str) -> None:
    assert old in MINE
    with pytest.raises(UserError) as caught:
        load_calibration(written(tmp_path, MINE.replace(old, new, 1)))
    mistake = caught.value.mistakes[0]
    assert said in mistake.message
    assert mistake.suggestion == near
    assert mistake.file == "mine.toml" and mistake.line > 0


def test_a_file_without_a_target_that_counts(tmp_path: Path) -> None:
    start = MINE.index("[targets.alive]")
    with pytest.raises(UserError, match="no target counts"):
        load_calibration(written(tmp_path, MINE[:start] + MINE[MINE.index("[targets.posts]") :]))


def test_an_unknown_ready_made_one_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError, match='there is no ready-made calibration "collective-impac"'):
        load_calibration("collective-impac")


def test_the_schema_for_editors_is_of_these_files() -> None:
    schema = calibration_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = tomllib.loads(load_calibration("collective-impact").text)
    jsonschema.validate(good, schema)
    good["targets"]["t2-members"]["observe"]["metric"] = "partnerz"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good, schema)


def test_targets_by_name(tmp_path: Path) -> None:
    found = load_calibration(written(tmp_path))
    assert found.named(["gain"]) == ("gain",)
    with pytest.raises(UserError, match=r'"trusts" is no target[\s\S]*trust'):
        found.named(["trusts"])
    with pytest.raises(UserError, match="which is not observed"):
        found.named(["posts"])

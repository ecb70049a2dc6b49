"""Rules of adaptive interventions, as files write them: what is refused, and what is said."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from small import TOWN

from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.scenario.json_schema import scenario_schema
from tfs_sim.scenario.rules import indicators

GOOD = 'when = { indicator = "trust", below = 0.4, every = 6, over = "3 months", off_at = 0.5, at_least = "1 year" }'


def written(folder: Path, line: str, months: str = 'from = "2019-03"') -> Path:
    text = TOWN.replace('paid_by = "funder"\n', f'paid_by = "funder"\n{line}\n', 1).replace(
        'from = "2019-03"', months, 1
    )
    (folder / "riverton.toml").write_text(text, encoding="utf-8")
    return folder / "riverton.toml"


def test_a_rule_is_read_told_and_written(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, GOOD))
    rule = scenario.interventions[0].when
    assert rule is not None
    assert rule.facts() == ["trust", False, 0.4, 0.5, 6, 3, 12]
    said = "while trust is below 0.4 (mean of the last 3 months), looked at every 6 months; "
    said += "once on, until it is back at 0.5; for at least 12 months"
    assert rule.in_words() == said and said in repr(scenario)
    (tmp_path / "again.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(tmp_path / "again.toml").digest() == scenario.digest()
    without = load_scenario(written(tmp_path, ""))
    assert without.digest() != scenario.digest()


def test_without_a_first_month_it_begins_as_soon_as_there_is_something_to_look_at(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, GOOD, ""))
    assert scenario.interventions[0].window(scenario.clock) == (3, 39)


CASES = [
    ('indicator = "trst", below = 0.4', 'there is no metric "trst"', "trust"),
    ("indicator = 3, below = 0.4", "indicator is the name of a metric; found the number 3", ""),
    ('indicator = "trust"', "a rule has a threshold, below or above; this one has neither", ""),
    ('indicator = "trust", below = 0.4, above = 0.6', "below or above; keep one of the two", ""),
    ('indicator = "trust", below = 40', "below is a share between 0 and 1; found 40 (for 40% write 0.4)", ""),
    ('indicator = "trust", below = "0.4"', 'below is a number, in the unit of the indicator; found the text "0.4"', ""),
    ('indicator = "trust", below = 0.4, off_at = 0.3', "off_at lies at or above 0.4, from below which it is on", ""),
    ('indicator = "trust", above = 0.4, off_at = 0.5', "off_at lies at or below 0.4, from above which it is on", ""),
    ('indicator = "trust", belw = 0.4', "there is no key belw", "below"),
    ('indicator = "trust", below = 0.4, every = 0', "every is a number of months of at least 1", ""),
    (
        'indicator = "trust", below = 0.4, over = 10',
        "only 9 months are recorded, and the rule looks at the 10",
        "2019-04",
    ),
]


@pytest.mark.parametrize(("inside", "said", "meant"), CASES)
def test_mistakes_in_a_rule(tmp_path: Path, inside: str, said: str, meant: str) -> None:
    with pytest.raises(UserError) as caught:
        load_scenario(written(tmp_path, f"when = {{ {inside} }}"))
    told = [each for each in caught.value.mistakes if said in each.message]
    assert len(told) == 1, caught.value
    assert told[0].suggestion == meant and told[0].line > 0


def test_a_rule_cannot_look_before_the_first_month(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"in 2018-06 no month is recorded, and the rule looks at the month before"):
        load_scenario(written(tmp_path, 'when = { indicator = "trust", below = 0.4 }', 'from = "2018-06"'))


@pytest.mark.parametrize("line", ['when = "trust < 0.4"', "when = 3"])
def test_a_rule_is_a_table(tmp_path: Path, line: str) -> None:
    with pytest.raises(UserError, match="when is a table such as"):
        load_scenario(written(tmp_path, line))


def test_only_interventions_have_rules(tmp_path: Path) -> None:
    rule = 'when = { indicator = "trust", below = 0.4 }\n'
    text = TOWN.replace("depth = 0.6\n", "depth = 0.6\n" + rule).replace("amount = 75\n", "amount = 75\n" + rule)
    (tmp_path / "riverton.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_scenario(tmp_path / "riverton.toml")
    assert [each.message for each in caught.value.mistakes] == [
        "only interventions have a rule (when); grants and shocks are as they are"
    ] * 2


def test_what_a_partnership_could_not_know_is_no_indicator(real_catalogue: None, tmp_path: Path) -> None:
    assert "performance" not in indicators() and "clarity" in indicators()
    with pytest.raises(UserError, match='could not know its "performance": it compares with what'):
        load_scenario("laboratory").with_(
            interventions=[{"use": "overlap", "when": {"indicator": "performance", "below": 3}}]
        )
    with pytest.raises(UserError, match=r"below is a number \(organizations\) of 0 or more; found -1"):
        load_scenario("laboratory").with_(
            interventions=[{"use": "overlap", "when": {"indicator": "partners", "below": -1}}]
        )


def test_editors_know_rules(tmp_path: Path) -> None:
    check = Draft202012Validator(scenario_schema())
    check.validate(tomllib.loads(written(tmp_path, GOOD).read_text(encoding="utf-8")))
    for wrong in (GOOD.replace("trust", "trst"), GOOD.replace("below", "belw")):
        assert list(check.iter_errors(tomllib.loads(written(tmp_path, wrong).read_text(encoding="utf-8"))))

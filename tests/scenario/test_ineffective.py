"""What stands in a file and has no effect is told; what cannot be meant is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.scenario.ineffective import without_effect

pytestmark = pytest.mark.usefixtures("real_catalogue")

TOWN = """\
title = "P"
[clock]
start = "2020-01"
months = 24
[sites.lab]
students = 1000
"""


def scenario(folder: Path, text: str, **files: str):
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    (folder / "town.toml").write_text(TOWN + text)
    return load_scenario(folder / "town.toml")


COUNTS = "organizations = { nonprofit = 4, district = 1 }\n"


def test_what_a_mechanism_that_is_off_would_read(tmp_path: Path) -> None:
    weights = "source,target,weight\nnonprofit-01,nonprofit-02,1\n"
    text = COUNTS + 'influence_file = "i.csv"\n[mechanisms]\nunderstanding = false\ncompromise = false\n'
    said = without_effect(scenario(tmp_path, text, i=weights))
    assert "i.csv of lab is not read: understanding is off." in said
    on = scenario(tmp_path, COUNTS + 'influence_file = "i.csv"\n', i=weights)
    assert without_effect(on) == []


def test_parameters_and_levers_of_a_mechanism_that_is_off(tmp_path: Path) -> None:
    text = COUNTS + '[[interventions]]\nuse = "overlap"\n[mechanisms]\nsmoothing = false\nturnover = false\n'
    text += "[parameters.turnover]\nrate_nonprofit = 0.3\nnotice_share = 0.5\n"
    said = without_effect(scenario(tmp_path, text))
    assert "parameters of turnover have no effect, since it is off: rate_nonprofit, notice_share." in said
    assert "overlap does nothing: its mechanism, smoothing, is off." in said


def test_a_shock_of_a_mechanism_that_is_off(tmp_path: Path) -> None:
    text = COUNTS + '[[shocks]]\nuse = "departure-wave"\nonset = "2020-03"\ndepth = 0.5\n'
    assert without_effect(scenario(tmp_path, text)) == []
    said = without_effect(scenario(tmp_path, text + "[mechanisms]\nturnover = false\n"))
    assert "departure-wave does nothing: its mechanism, turnover, is off." in said


def test_who_would_join_after_the_end_and_columns_that_nothing_reads(tmp_path: Path) -> None:
    rows = "id,sector,joins,threshold,first_bid\na,nonprofit,500,,\nb,nonprofit,0,,9\nc,health,,2,\n"
    found = scenario(tmp_path, 'organizations_file = "o.csv"\n', o=rows)
    assert without_effect(found) == ["1 organization of lab would join after the end (24 months): a."]
    assert without_effect(found.with_(months=600)) == []
    off = found.with_(mechanisms={"participation": False, "competition": False, "pooling": False})
    said = without_effect(off)
    assert "joins and threshold in o.csv of lab have no effect: participation is off." in said
    assert "first_bid in o.csv of lab have no effect: competition is off." in said


def test_partnerships_and_goals_for_which_there_are_too_few_months(tmp_path: Path) -> None:
    goal = 'goals = [{ indicator = "trust", at_least = 0.9, over = 18 }]\n'
    begins = 'backbone = { fte = 1.0, from = "FROM" }\n'
    assert without_effect(scenario(tmp_path, COUNTS + goal + begins.replace("FROM", "2020-07"))) == []
    late = scenario(tmp_path, COUNTS + goal + begins.replace("FROM", "2020-08"))
    assert without_effect(late) == ["goal 1 of lab is never reached: it looks at 18 months, and there are 17."]
    never = scenario(tmp_path, COUNTS + goal + begins.replace("FROM", "2022-01"))
    said = ["nobody begins a partnership in lab: its backbone is from 2022-01 on, after the end (24 months)."]
    assert without_effect(never) == said
    assert without_effect(scenario(tmp_path, COUNTS + begins.replace("FROM", "2021-12"))) == []


def test_copies_are_whole_and_replace_nobody(tmp_path: Path) -> None:
    assert len(scenario(tmp_path, COUNTS + "copies = 3.0\n").sites) == 3
    with pytest.raises(UserError, match="without decimals"):
        scenario(tmp_path, COUNTS + "copies = 2.5\n")
    collide = COUNTS + "copies = 2\n[sites.lab-001]\nstudents = 5\norganizations = { nonprofit = 4 }\n"
    with pytest.raises(UserError, match=r'town\.toml:9: "lab-001" is the name of a copy of "lab"'):
        scenario(tmp_path, collide)
    copied = scenario(tmp_path, COUNTS + "copies = 4\n")
    with pytest.raises(UserError, match='"lab" stands for 4 communities') as caught:
        copied.with_(sites={"lab": {"copies": 20}})
    assert len(caught.value.mistakes) == 1


def test_what_is_there_to_the_amount_of_zero(tmp_path: Path) -> None:
    text = COUNTS + '[[interventions]]\nuse = "overlap"\ndose = 0\n[[interventions]]\nuse = "overlap"\ndose = 0.5\n'
    text += '[[shocks]]\nuse = "community-crisis"\nonset = "2020-03"\ndepth = 0\n'
    text += '[[grants]]\nlabel = "first"\nsite = "lab"\namount = 0\nmonths = 3\n'
    found = scenario(tmp_path, text)
    assert without_effect(found) == [
        "overlap has no effect: its dose is 0.",
        "community-crisis has no effect: its depth is 0.",
        'the grant "first" has no effect: its amount is 0.',
    ]
    varied = ["interventions.overlap.dose", "shocks.community-crisis.depth"]
    assert without_effect(found, varied) == ['the grant "first" has no effect: its amount is 0.']


@pytest.mark.parametrize(
    ("rule", "never"),
    [("below = 0", "clarity is never below 0"), ("above = 1", "clarity is never above 1"), ("below = 0.1", ""),
     ("above = 0.9", "")],
)  # fmt: skip
def test_a_rule_that_never_calls_for_anything(tmp_path: Path, rule: str, never: str) -> None:
    text = f'{COUNTS}[[interventions]]\nuse = "overlap"\nwhen = {{ indicator = "clarity", {rule} }}\n'
    found = scenario(tmp_path, text)
    assert without_effect(found) == ([f"overlap is never in force: {never}."] if never else [])
    assert without_effect(found, {"interventions.overlap.when.below", "interventions.overlap.when.above"}) == []


def test_nationals_without_members(tmp_path: Path) -> None:
    alone = scenario(tmp_path, f'{COUNTS}[nationals.n]\ntitle = "N"\nfte = 2\n')
    assert without_effect(alone) == ["no organization is a member of n, which no community notices."]
    text = f'{COUNTS}networks = {{ n = ["nonprofit-01"] }}\n[nationals.n]\ntitle = "N"\nfte = 2\n'
    assert without_effect(scenario(tmp_path, text)) == []
    text = f"{COUNTS}[parameters.national]\nfirst_alignment = 0.5\n"
    assert without_effect(scenario(tmp_path, text)) == [
        "parameters of national have no effect: there are no national organizations."
    ]

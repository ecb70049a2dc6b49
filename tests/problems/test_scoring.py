"""Answers: their files, mistakes in them, and their scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfs_sim.problems import Problems, answers, scores, scoring
from tfs_sim.problems.answers import Answers
from tfs_sim.problems.truths import Truth
from tfs_sim.scenario.errors import UserError

FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)


def filled(problems: Problems) -> dict[tuple[str, str], tuple[float, ...]]:
    """An answer to everything."""
    return {
        (community, name): (0.8,) if question.ask == "chance" else FIVE
        for community in problems.communities
        for name, question in problems.questions.items()
    }


def test_the_form_is_filled_in_and_read(towns: Problems, made: Path, tmp_path: Path) -> None:
    form = (made / "answers.csv").read_text()
    assert form.splitlines()[1] == f"east,alive,{towns.edition()},,,,,,"
    with pytest.raises(UserError, match="nothing is answered"):
        answers.read(made / "answers.csv", towns)
    some = form.replace(",,,,,,", ",,1,2,3,4,5").replace(f"alive,{towns.edition()},,1,2,3,4,5",
                                                         f"alive,{towns.edition()},0.8,,,,,")  # fmt: skip
    path = tmp_path / "mine.csv"
    path.write_text(some)
    assert answers.read(path, towns) == Answers("mine", filled(towns))
    answers.write(path, towns, towns.edition(), filled(towns))
    assert answers.read(path, towns).said == filled(towns)


def test_json_says_the_same(towns: Problems, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    entries = [
        {"community": c, "question": q, **({"chance": v[0]} if len(v) == 1 else {"quantiles": list(v)})}
        for (c, q), v in filled(towns).items()
    ]
    path.write_text(json.dumps({"edition": towns.edition(), "answers": entries}))
    assert answers.read(path, towns) == Answers("mine", filled(towns))
    for change, said in (
        ({"chance": "much"}, "chance is a finite number; found the text"),
        ({"quantiles": [1, 2, 3]}, "quantiles are five finite numbers"),
        ({"community": 3}, "community and question are texts"),
        ({"probability": 0.5}, "has community, question, and chance or quantiles"),
        ({"community": "eats"}, 'there is no community "eats"'),
        ({"chance": 0.0}, "a chance is between 0.001 and 0.999"),
    ):
        path.write_text(json.dumps({"edition": towns.edition(), "answers": [{**entries[0], **change}, *entries[1:]]}))
        with pytest.raises(UserError, match=said):
            answers.read(path, towns)
    for text in ("{", "[]", '{"answers": []}'):
        path.write_text(text)
        with pytest.raises(UserError, match="the file is"):
            answers.read(path, towns)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("east,alive", "east,alife", 'there is no question "alife"'),
        ("east,alive,EDITION,0.8", "east,alive,EDITION,1.0", "a chance is between 0.001 and 0.999; found 1"),
        ("east,alive,EDITION,0.8,", "east,alive,EDITION,,1.0", "lacks|missing"),
        ("east,members,EDITION,,1.0,2.0", "east,members,EDITION,,3.0,2.0", "quantiles do not fall: q05 is 3, q25 is 2"),
        ("east,members,EDITION,,1.0", "east,members,EDITION,0.5,1.0", "members asks for the quantiles"),
        ("east,members,EDITION,,1.0", "east,members,EDITION,,much", "column q05 is a finite number"),
        ("east,alive,EDITION", "east,alive,000000000000", "this answers edition"),
        ("west,alive", "east,alive", "east, alive is answered twice"),
        ("east,alive,EDITION,0.8,", "east,alive,EDITION,,", "alive is not answered for east: every community or none"),
    ],
)
def test_mistakes_in_answers(towns: Problems, tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "mine.csv"
    answers.write(path, towns, towns.edition(), filled(towns))
    text = path.read_text()
    old, new = (each.replace("EDITION", towns.edition()) for each in (old, new))
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match=said):
        answers.read(path, towns)


def test_scores_are_in_the_unit_and_over_what_may_come(towns: Problems, truths: dict[str, Truth]) -> None:
    found = {
        (each.community, each.question): each for each in scoring.scored(towns, Answers("", filled(towns)), truths)
    }
    east = truths["east"].values
    chance = found["east", "alive"]
    assert chance.score == pytest.approx(scores.logarithmic(0.8, float(east["alive"][0])))
    assert chance.score >= chance.best
    members = found["east", "members"]
    assert members.score == pytest.approx(scores.weighted(FIVE, east["members"]).mean() / 2)
    assert members.half == scores.covered(FIVE, east["members"])[0]
    assert found["east", "help"].best == 0.0
    assert found["east", "sitting"].score == pytest.approx(
        scores.weighted(FIVE, east["sitting"])[0] / scoring.unit_of(towns.questions["sitting"])
    )


def test_who_knows_the_truth_is_best(towns: Problems, truths: dict[str, Truth]) -> None:
    knowing = {
        (community, name): (
            (min(max(float(values[0]), 0.001), 0.999),)
            if towns.questions[name].ask == "chance"
            else tuple(np.quantile(values, scores.LEVELS).tolist())
        )
        for community, each in truths.items()
        for name, values in each.values.items()
    }
    best, other = (scoring.scored(towns, Answers("", said), truths) for said in (knowing, filled(towns)))
    assert all(one.score <= two.score for one, two in zip(best, other, strict=True))
    assert all(one.score == pytest.approx(one.best) for one in best)


def test_lines_are_means_over_communities_and_differences_are_paired(towns: Problems, truths: dict[str, Truth]) -> None:
    said = filled(towns)
    one = scoring.scored(towns, Answers("", said), truths)
    worse = scoring.scored(towns, Answers("", {**said, ("east", "alive"): (0.001,)}), truths)
    (line,) = [each for each in scoring.lines(worse, one) if each.question == "alive"]
    gap = next(
        w.score - o.score for w, o in zip(worse, one, strict=True) if w.community == "east" and o.score != w.score
    )
    assert line.less == pytest.approx(gap / 2)
    assert line.low < line.less < line.high
    alone = scoring.lines(worse)[0]
    assert np.isnan(alone.less) and scoring.plain(alone)["less"] is None
    few = scoring.lines(worse, [each for each in one if each.question == "sitting"])
    assert np.isnan(few[0].less)

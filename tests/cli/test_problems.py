"""`tfs-sim problems make`, `answer`, `score`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "problems"))
from small import written


def test_a_set_is_made_answered_and_scored(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path)
    made = call("problems", "make", "towns.toml", "--out", "made")
    assert made.code == 0, made.err
    assert "2 communities, edition" in made.out and "takes its own (--key)" in " ".join(made.out.split())
    for way, sets in (("prior", "4"), ("nearest", "24")):
        given = ("--by", way, "--sets", sets, "--workers", "1", "--out", f"{way}.csv")
        said = call("problems", "answer", "towns.toml", "made", *given)
        assert said.code == 0, said.err
    told = call("problems", "score", "towns.toml", "prior.csv", "nearest.csv")
    assert told.code == 0, told.err
    assert "less than prior" in " ".join(told.out.split())
    assert max(map(len, told.out.splitlines())) <= 80
    plain = json.loads(call("problems", "score", "towns.toml", "prior.csv", "--json").out)
    assert [line["question"] for line in plain["scores"]["prior"]] == ["alive", "members", "help", "sitting"]
    assert "good (problem set: 2 communities, 4 questions; edition" in call("check", "towns.toml").out
    assert json.loads(call("check", "--schema", "problems").out)["title"] == "Problem set of tfs-sim"


def test_mistakes_in_the_call(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path)
    assert call("problems", "make", "towns.toml", "--out", "made", "--key", "a key of my own").code == 0
    mine = ("--by", "prior", "--sets", "2", "--out", "mine.csv")
    assert call("problems", "answer", "towns.toml", "made", *mine).code == 0
    for arguments, said in (
        (["score", "towns.toml", "mine.csv"], "this answers edition"),
        (["score", "town", "mine.csv"], 'there is no ready-made problem "town"'),
        (["answer", "towns.toml", "made", "--by", "neerest", "--out", "a.csv"], '--by is "prior" or "nearest"'),
        (["answer", "towns.toml", "made", "--sets", "20", "--out", "a.csv"], "of 20 sets all would be the nearest"),
        (["answer", "towns.toml", ".", "--out", "a.csv"], "holds no problem set"),
        (["answer", "towns.toml", "made", "--out", "a.txt"], "--out is the CSV file of the answers"),
        (["make", "towns.toml", "--out", "."], "is not empty, and holds no problem set"),
    ):
        found = call("problems", *arguments)
        assert found.code == 2, arguments
        assert said in " ".join(found.err.split())
    assert call("problems", "score", "towns.toml", "mine.csv", "--key", "a key of my own").code == 0
    assert "problems make towns.toml" in " ".join(call("run", "towns.toml").err.split())


@pytest.mark.parametrize("command", ["make", "answer", "score"])
def test_help(call, command: str) -> None:  # type: ignore[no-untyped-def]
    assert call("problems", command, "--help").code == 0

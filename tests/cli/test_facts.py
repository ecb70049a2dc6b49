"""`tfs-sim facts`."""

from __future__ import annotations

import json
from pathlib import Path


def test_facts_are_told_with_chances_and_kept(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = call("facts", "--sets", "5", "--replicates", "1", "--funnel-sets", "0", "--out", "facts.json", "-w", "1")
    assert said.code == 0, said.err
    assert "The brief's facts: 1 run under each of 5 sets" in " ".join(said.out.split())
    assert "Naive growth beside the effect" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert json.loads((tmp_path / "facts.json").read_text())["sets"] == 5


def test_mistakes_in_the_call(call) -> None:  # type: ignore[no-untyped-def]
    for arguments, said in (
        (["--out", "facts.txt"], "--out is a JSON file"),
        (["--sets", "3"], "--sets is a whole number between 5"),
        (["--uncertainty", "defaults"], 'uncertainty "defaults" has no sets of parameters'),
    ):
        found = call("facts", *arguments)
        assert found.code == 2, arguments
        assert said in " ".join(found.err.split())

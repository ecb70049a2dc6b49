"""`tfs-sim watch`: what is said before anything is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tfs_sim.live import server


def test_what_is_asked_for_is_checked_before_anything_is_served(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("served")

    monkeypatch.setattr(server, "serve", never)
    monkeypatch.setattr(server, "find_spec", lambda name: object())
    for arguments, told in {
        ("town.tml",): "town.tml",
        ("laboratry",): 'did you mean "laboratory"?',
        ("trial.toml",): "is an experiment, not a scenario",
        ("town.toml", "--port", "65536"): "--port is a whole number between 0 and 65,535; found 65536",
        ("town.toml", "--strategy", "initiative"): "it has no bundles",
        ("together-for-students", "--strategy", "initiativ"): 'did you mean "initiative"?',
        ("wrong.toml",): "wrong.toml",
    }.items():
        Path("wrong.toml").write_text("[clock]\nstart = 2020\n")
        said = call("watch", *arguments)
        assert said.code == 2 and told in " ".join(said.err.split()), (arguments, said.err)
        assert "Traceback" not in said.err


def test_a_strategy_is_a_bundle_or_several(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda scenario, *rest: found.append((scenario.strategy, *rest[:3])))
    monkeypatch.setattr(server, "find_spec", lambda name: object())
    said = call("watch", "together-for-students", "--strategy", "initiative", "--seed", "5", "--no-browser")
    assert said.code == 0, said.err
    assert found == [(("initiative",), 5, 8765, False)]

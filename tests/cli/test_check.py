"""`tfs-sim check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_files import TOWN, TRIAL


def test_check_says_what_is_good_and_what_is_not(call) -> None:  # type: ignore[no-untyped-def]
    Path("wrong.toml").write_text(TOWN.replace("students = 4_000", 'students = "many"'))
    said = call("check", "town.toml", "trial.toml", "wrong.toml", "together-for-students", "crisis-shock")
    assert said.code == 2
    assert "town.toml: good (scenario: 1 site, 12 months)" in said.out
    assert "trial.toml: good (experiment: 2 arms × 4 replicates)" in said.out
    assert "crisis-shock: good (experiment: 8 arms" in said.out
    assert said.err.startswith("wrong.toml:8: ")
    assert call("check", "town.toml").code == 0


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\xff" * 100, b"[strategies", b"[clock]\nmonths = -3", b"x = [" * 5000, b'scenario = "a"']
)
def test_broken_files_are_told_without_a_traceback(call, content: bytes) -> None:  # type: ignore[no-untyped-def]
    Path("broken.toml").write_bytes(content)
    for command in ("check", "run", "sweep"):
        said = call(command, "broken.toml")
        assert said.code == 2
        assert said.err.strip()
        assert "Traceback" not in said.err
    assert not Path("results").exists()


@pytest.mark.parametrize("kind", ["scenario", "experiment"])
def test_schemas_are_json(call, kind: str) -> None:  # type: ignore[no-untyped-def]
    assert "properties" in json.loads(call("check", "--schema", kind).out)


def test_what_builds_on_a_mechanism_that_is_off_is_named(call) -> None:  # type: ignore[no-untyped-def]
    Path("loners.toml").write_text(TOWN + "[mechanisms]\nmoney = false\n")
    for command in ("check", "run"):
        said = call(command, "loners.toml")
        assert said.code == 0
        assert "money is off; what builds on it goes on with what it finds at the start: " in " ".join(said.out.split())
        assert "competition" in said.out
    assert "is off" not in call("check", "town.toml").out
    lever = '[[interventions]]\nuse = "overlap"\n'
    Path("idle.toml").write_text(TOWN + lever + "[mechanisms]\nsmoothing = false\n")
    assert "overlap does nothing: its mechanism, smoothing, is off." in call("check", "idle.toml").out


@pytest.mark.parametrize(
    "lever",
    [
        '[[interventions]]\nuse = "national-alignment"',
        '[[shocks]]\nuse = "national-mistake"\nonset = "2018-09"\ndepth = 1',
    ],
)
def test_a_lever_on_nationals_needs_some(call, lever: str) -> None:  # type: ignore[no-untyped-def]
    Path("alone.toml").write_text(TOWN + lever + "\n")
    said = call("run", "alone.toml")
    assert said.code == 2
    assert said.err.startswith("alone.toml:11: national-")
    assert "acts on national organizations, and the scenario has none" in said.err


def test_a_dose_of_zero_that_a_design_varies_is_no_idle_one(call) -> None:  # type: ignore[no-untyped-def]
    idle = TRIAL.replace('"procedure-manuals"', '{ use = "procedure-manuals", dose = 0 }')
    Path("idle.toml").write_text(idle)
    assert "procedure-manuals has no effect: its dose is 0." in call("check", "idle.toml").out
    of = '{ of = "interventions.procedure-manuals.dose", values = [0, 0.5] }'
    Path("idle.toml").write_text(idle + f'[design]\nmethod = "grid"\n[design.vary]\ndose = {of}\n')
    said = call("check", "idle.toml")
    assert said.code == 0 and "no effect" not in said.out


def test_what_another_world_lacks_is_told_where_it_is_added(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Also where a second strategy has it of the first."""
    (tmp_path / "worlds.toml").write_text(
        'scenario = "together-for-students"\nreplicates = 2\nagainst = "a"\n'
        '[strategies.a]\nadd = ["initiative"]\n[strategies.b]\nextends = "a"\n'
        '[[cross.world]]\nlabel = "here"\n[[cross.world]]\nlabel = "there"\nscenario = "laboratory"\n'
        '[outcomes]\nprimary = "support"\n'
    )
    said = call("check", "worlds.toml")
    assert said.code == 2 and 'worlds.toml:5: there is no bundle and no intervention "initiative"' in said.err
    assert said.err.count("there is no bundle") == 1

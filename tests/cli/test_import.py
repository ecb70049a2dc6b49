"""`tfs-sim import` as it is called."""

from __future__ import annotations

from pathlib import Path

TIES = "source,target,contact\na,b,1\nb,c,2\nc,d,1\n"


def test_one_command_makes_a_scenario_and_says_what_became_of_each_column(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "ties.csv").write_text(TIES)
    said = call("import", "ties.csv", "--site", "riverton-two", "--students", "4_000", "--start", "2019-02")
    assert said.code == 0 and not said.err
    assert "contact  relation contact · answers stand in it" in said.out
    assert "4 organizations, 3 ties" in said.out and "riverton-two/scenario.toml" in said.out
    assert call("check", "riverton-two/scenario.toml", "riverton-two/experiment.toml").code == 0
    key = (tmp_path / "riverton-two" / "key.csv").read_bytes()
    again = call("import", "ties.csv", "--site", "riverton-two", "--mapping", "riverton-two/mapping.toml")
    assert again.code == 0 and (tmp_path / "riverton-two" / "key.csv").read_bytes() == key, "codes stay"
    other = call("import", "ties.csv", "--site", "x", "--out", "there", "--key", "riverton-two/key.csv")
    assert other.code == 0 and (tmp_path / "there" / "key.csv").read_bytes() == key
    assert "guessed" in (tmp_path / "there" / "scenario.toml").read_text()


def test_mistakes_leave_with_2_and_a_sentence(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "ties.csv").write_text(TIES + "d,a,purple\n")
    for arguments, sentence in (
        (("ties.csv", "--site", "r"), "on no scale that is known"),
        (("nowhere.csv", "--site", "r"), "there is no such file"),
        (("ties.csv", "--site", "R"), 'did you mean "r"?'),
        (("ties.csv", "--site", "r", "--start", "May"), '--start is a month, written "2018-05"'),
        (("ties.csv", "--site", "r", "--key", "nowhere.csv"), "there is no such file"),
        (("ties.csv", "--site", "r", "--mapping", "nowhere.toml"), "there is no such file"),
    ):
        said = call("import", *arguments)
        assert (said.code, "Traceback" in said.err) == (2, False) and sentence in said.err, said.err
    assert not (tmp_path / "r").exists(), "nothing is written"
    (tmp_path / "ties.csv").write_text(TIES)
    assert (
        "is not a folder of an import: it holds ties.csv" in call("import", "ties.csv", "--site", "r", "--out", ".").err
    )


def test_another_import_keeps_what_was_edited(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "ties.csv").write_text(TIES)
    assert call("import", "ties.csv", "--site", "town").code == 0
    scenario = tmp_path / "town" / "scenario.toml"
    assert call("import", "ties.csv", "--site", "town").code == 0
    assert not list(scenario.parent.glob("*.before.toml")), "nothing was edited"
    edited = scenario.read_text().replace("months = 60", "months = 24")
    scenario.write_text(edited)
    assert call("import", "ties.csv", "--site", "town").code == 0
    assert "months = 60" in scenario.read_text()
    assert (scenario.parent / "scenario.before.toml").read_text() == edited

"""Codes of organizations, the key that says who is who, and what an import keeps of what was there before."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from recipes import write

from tfs_sim.cli import main
from tfs_sim.scenario.errors import UserError
from tfs_sim.survey import import_survey, write_survey
from tfs_sim.survey.names import codes
from tfs_sim.survey.writing import read_key


def test_a_code_means_the_same_organization_for_good(tmp_path: Path) -> None:
    def again(text: str) -> dict[str, str]:
        path = tmp_path / "ties.csv"
        path.write_text(text.replace(" ", "\n"), encoding="utf-8")
        key = tmp_path / "town" / "key.csv"
        known = read_key(key) if key.is_file() else None
        write_survey(import_survey([path], "town", known=known), tmp_path / "town")
        return read_key(key)

    first = again("From,To Alpha,Beta Beta,Gamma Gamma,Delta Eps,Alpha")
    second = again("From,To Alpha,Beta Beta,Gamma Zeta,Alpha")
    third = again("From,To Alpha,Beta Eta,Theta Delta,Eps Zeta,Iota")
    assert first.items() <= second.items() <= third.items()
    assert len(set(third.values())) == len(third) == 9
    assert stat.S_IMODE((tmp_path / "town" / "key.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("org-001", "A"), ("org-001", "B")], r'key\.csv:3: "org-001" stands in the key a second time'),
        ([("org-001", "A"), ("org-002", "A")], r'key\.csv:3: "A" stands in the key a second time'),
        ([("../../x", "A")], r'key\.csv:2: "\.\./\.\./x" is no code'),
        ([("Food Bank", "A")], r'key\.csv:2: "Food Bank" is no code'),
    ],
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, rows: list[tuple[str, str]], said: str) -> None:
    with (tmp_path / "key.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "name"), *rows])
    with pytest.raises(UserError, match=said):
        read_key(tmp_path / "key.csv")


def test_codes_of_those_who_are_not_there_are_not_dealt_again() -> None:
    found = codes(["C", "D"], {"A": "org-001", "B": "org-002"})
    assert set(found.values()) == {"org-003", "org-004"}


def test_what_was_edited_is_kept_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ties.csv").write_text("From,To,Contact\nA,B,1\nB,C,2\nC,D,1\n", encoding="utf-8")
    said = []
    for _ in range(2):
        with pytest.raises(SystemExit) as leaving:
            main(["import", "ties.csv", "--site", "town"])
        assert leaving.value.code == 0
        said.append(" ".join(capsys.readouterr().out.split()))
        mapping = Path("town/mapping.toml")
        mapping.write_text(mapping.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert "may be yours" not in said[0]
    assert "What stood there before, and may be yours, is kept: town/mapping.before.toml." in said[1]
    assert Path("town/mapping.before.toml").read_text(encoding="utf-8").endswith("# mine\n")
    assert stat.S_IMODE(Path("town/mapping.before.toml").stat().st_mode) == 0o600


def test_a_key_gives_back_names_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    rows = [("source", "target"), ("=cmd()", "'quoted"), ("'quoted", "+1 Org")]
    survey = import_survey([write(tmp_path / "t.csv", rows)], "town")
    write_survey(survey, tmp_path / "town")
    assert "'=cmd()" in (tmp_path / "town" / "key.csv").read_text()
    assert read_key(tmp_path / "town" / "key.csv") == survey.codes

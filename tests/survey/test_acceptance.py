"""From the export of a partnership survey to a decision, by commands alone: foreign columns, blanks, two waves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from recipes import partnership

from tfs_sim.cli import main


def test_a_survey_becomes_a_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert int(leaving.value.code or 0) == code, err
        return " ".join(out.split())

    files = [path.name for path in partnership(tmp_path, 7, organizations=20)]
    said = call("import", *files, "--site", "riverton", "--students", "12_000")
    assert "pairs of whom somebody was heard" in said
    sweep = re.findall(r"tfs-sim (sweep \S+)", said)[0].split()
    assert "sets of parameters draw whether" in call("check", sweep[1])
    given = call("run", "riverton/scenario.toml", "--as-given")
    assert "without sets there is one draw" in given
    found = call(*sweep, "--sets", "3", "--replicates", "2")
    assert "What we found" in found and Path("results/riverton/report.html").is_file()
    decide = re.findall(r"tfs-sim (decide \S+)", said)[0].split()
    assert "a student-month of support:" in call(*decide)
    asked = call("survey", "riverton", "--month", "6", "--sets", "3")
    assert "expected at this size" in asked and "the same answered (16 organizations)" in asked
    assert "The same to the bit" in call("reproduce", "results/riverton")
    assert "codebook.csv" in call("export", "results/riverton")
    # what the second wave says of the town, from the first on
    then = call("import", *files, "--site", "riverton", "--wave", "1", "--out", "then", "--key", "riverton/key.csv")
    check = re.findall(r"tfs-sim calibrate --data (\S+)", then)[0]
    assert check == "then/riverton-waves.toml" and "good" in call("check", check)
    # codes alone, in everything that is handed on
    names = {line.partition(",")[2] for line in Path("riverton/key.csv").read_text().splitlines()[1:]}
    assert len(names) == 20
    handed = [path for path in Path("results").rglob("*") if path.suffix in (".json", ".html", ".csv", ".toml")]
    handed += [
        path
        for folder in ("riverton", "then")
        for path in Path(folder).rglob("*")
        if path.is_file() and path.name not in ("key.csv", "mapping.toml")
    ]
    for path in handed:
        text = path.read_text(errors="replace")
        assert not [name for name in names if name in text], path

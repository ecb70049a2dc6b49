"""How tests call the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_files import TOWN, TRIAL

from tfs_sim.cli import main


class Said:
    """What a call of the command line printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Call `tfs-sim` in this process, in a folder with a scenario and an experiment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "town.toml").write_text(TOWN)
    (tmp_path / "trial.toml").write_text(TRIAL)

    def calling(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Said(int(leaving.value.code or 0), out, err)

    return calling

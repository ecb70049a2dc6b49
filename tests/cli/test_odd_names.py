"""Folders and files may be called anything: what is not UTF-8 works, and what would steer a terminal is not shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are any bytes on Linux alone")

BYTES = os.fsdecode(b"a\xff\xc3b")
STEERING = "a\x1b[31m\x07b\nc\u202ed"
SEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", [BYTES, STEERING], ids=["bytes", "steering"])
def test_every_command_takes_every_name(call, monkeypatch: pytest.MonkeyPatch, name: str) -> None:  # type: ignore[no-untyped-def]
    folder = Path(name)
    folder.mkdir()
    for file in ("town.toml", "trial.toml"):
        shutil.copy(file, folder)
    monkeypatch.chdir(folder)
    shutil.copy("trial.toml", f"{name}.toml")
    Path("more.toml").write_text(f'extends = "{folder.stem}.toml"\n', encoding="utf-8", errors="surrogateescape")
    for arguments, code in (
        (("check", "town.toml", f"{name}.toml"), 0),
        (("check", "more.toml"), 2),
        (("new", f"{name}-mine"), 0),
        (("check", f"{name}-mine/experiment.toml"), 0),
        (("run", "town.toml", "--out", f"{name}-runs"), 0),
        (("events", "town.toml", "--out", f"{name}.csv"), 0),
        (("sweep", f"{name}.toml", "--out", f"{name}-out"), 0),
        (("sweep", f"{name}.toml", "--out", f"{name}-out", "-n", "5"), 0),
        (("sweep", f"{name}.toml"), 0),
        (("status", f"{name}-out"), 0),
        (("report", f"{name}-out"), 0),
        (("sweep", "trial.toml", "--shard", "1/2", "--out", f"{name}-1"), 0),
        (("sweep", "trial.toml", "--shard", "2/2", "--out", f"{name}-2"), 0),
        (("merge", f"{name}-1", f"{name}-2", "--out", f"{name}-merged"), 0),
        (("report", f"{name}-nowhere"), 2),
    ):
        said = call(*arguments)
        assert said.code == code, (arguments, said.err)
        assert "Traceback" not in said.err
        assert not SEEN.search(said.out + said.err), (arguments, said.out + said.err)
        assert "b\nc" not in said.out + said.err


def test_a_folder_in_another_script_where_the_locale_has_none(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path / "東京"
    home.mkdir()
    shutil.copy("town.toml", home)
    (home / "named.toml").write_text('extends = "大阪.toml"\n', encoding="utf-8")
    shutil.copy("town.toml", home / "大阪.toml")

    def told(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "tfs_sim", *arguments]
        plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"}
        return subprocess.run(command, cwd=home, capture_output=True, check=False, env=plain)

    for arguments in (("new", "京都"), ("run", "town.toml", "--out", "京都-runs")):
        assert told(*arguments).returncode == 0
    done = told("check", "named.toml")
    assert done.returncode == 2
    assert b"files have no such names in this locale (ascii); set LC_ALL=C.UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr

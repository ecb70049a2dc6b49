"""What the machine may do to a command: closed and full outputs, odd files and names, too little memory."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tfs_sim.cli import main, terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices and shells of POSIX")

COMMAND = f'exec "{sys.executable}" -m tfs_sim'
SCENARIO = '[clock]\nstart = "2020-01"\nmonths = 12\n[sites.a]\nstudents = 4000\norganizations = { nonprofit = 3 }\n'
LISTED = SCENARIO.replace("organizations = { nonprofit = 3 }", 'organizations_file = "o.csv"')
REST = 'replicates = 2\nuncertainty = "defaults"\n[strategies.a]\n[outcomes]\nprimary = "trust"\n'


def shell(rest: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", f"{COMMAND} {rest}"], cwd=folder, capture_output=True, text=True, timeout=60)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must leave with 2 and one sentence; return what it says."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    error = capsys.readouterr().err
    assert left.value.code == 2, error
    assert "Traceback" not in error and error.strip()
    return error


@pytest.mark.parametrize(
    ("rest", "code", "told"),
    [
        ("list shocks >&-", 0, ""),
        ("list shocks 2>&-", 0, ""),
        ("list shocks >&- 2>&-", 0, ""),
        ("list shocks >/dev/full", 2, "the output cannot be written (No space left on device)\n"),
        ("check nowhere.toml 2>/dev/full", 2, ""),
        ("list shocks >/dev/full 2>/dev/full", 2, ""),
    ],
)
def test_outputs_that_are_closed_or_full(tmp_path: Path, rest: str, code: int, told: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no such device here")
    done = shell(rest, tmp_path)
    assert (done.returncode, done.stderr) == (code, told)


FILES = [
    "check {}", "run {}", "watch {}", "sweep {}", "events {}", "calibrate {}", "survey {}", "facts --sets {}",
    "run laboratory --sets {}", "sweep crisis-shock --sets {}", "survey laboratory --sets {}", "structure {}",
    "why {} a b", "story {} a b", "power {} a b", "sensitivity {}", "survival {}", "foretell {}",
    "import {} --site a", "import ties.csv --site a --mapping {}", "import ties.csv --site a --key {}", "decide {}",
    "decide ties.csv --parameters {}", "explore {}", "ensemble check {}", "problems make {} --out made",
    "problems score ten-communities {}", "merge {}", "status {}", "report {}", "reproduce {}", "export {}",
]  # fmt: skip
"""Every command that reads a file or folder of the user's, and where its name stands."""
BY_ENDING = ("import", "decide", "problems", "facts", "ensemble", "check")
ENDS = (".csv", ".json", ".xlsx", ".parquet")


@pytest.mark.parametrize(
    ("command", "end"),
    [(command, ".toml") for command in FILES]
    + [(command, end) for command in FILES if command.split()[0] in BY_ENDING for end in ENDS],
)
def test_what_is_no_ordinary_file_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str, end: str
) -> None:
    """A pipe would be waited for, a device read without end."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ties.csv").write_text("ego,alter\na,b\n")
    os.mkfifo(tmp_path / f"pipe{end}")
    (tmp_path / f"zero{end}").symlink_to("/dev/zero")

    def hangs(*_: object) -> None:
        raise AssertionError(f"{command} waits for what is no file")

    before = signal.signal(signal.SIGALRM, hangs)
    try:
        for name in ("pipe", "zero"):
            signal.alarm(30)
            error = said(capsys, *command.format(f"{name}{end}").split())
            assert error.count("\n") <= 6 and name in error
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("command", ["check", "run", "sweep"])
def test_standard_input_is_not_read(tmp_path: Path, command: str) -> None:
    done = shell(f"{command} /dev/stdin", tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 3


@pytest.mark.parametrize("command", ["run", "sweep", "merge", "status", "report", "validate"])
def test_a_name_of_300_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    (tmp_path / "s.toml").write_text(SCENARIO)
    (tmp_path / "e.toml").write_text(f'scenario = "s.toml"\n{REST}')
    long = str(tmp_path / ("x" * 300))
    given = {
        "run": (str(tmp_path / "s.toml"), "--out", long),
        "sweep": (str(tmp_path / "e.toml"), "--out", long),
        "validate": ("--out", long),
    }.get(command, (long,))
    error = said(capsys, command, *given)
    assert "name too long" in error.lower() or "no folder" in error
    assert all(len(line) < len(long) + 150 for line in error.splitlines()), "the name once, and a sentence"


@pytest.mark.parametrize("digits", [5_000, 100_000])
def test_a_number_of_thousands_of_digits(tmp_path: Path, capsys: pytest.CaptureFixture[str], digits: int) -> None:
    (tmp_path / "s.toml").write_text(SCENARIO.replace("4000", "9" * digits))
    assert "too long" in said(capsys, "check", str(tmp_path / "s.toml"))
    (tmp_path / "o.csv").write_text(f"id,sector,fte\na,nonprofit,{'9' * digits}\n")
    (tmp_path / "s.toml").write_text(LISTED)
    assert "o.csv:2" in said(capsys, "check", str(tmp_path / "s.toml"))


def test_a_cell_of_a_million_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.toml").write_text(
        SCENARIO.replace("organizations = { nonprofit = 3 }", 'organizations_file = "o.csv"')
    )
    (tmp_path / "o.csv").write_text(f"id,sector,fte\n{'a' * 1_000_000},nonprofit,1\n")
    assert "o.csv:2" in said(capsys, "check", str(tmp_path / "s.toml"))
    (tmp_path / "p.csv").write_text(f"b\n{'a' * 1_000_000}\n")
    (tmp_path / "e.toml").write_text(
        f'scenario = "laboratory"\n{REST}'
        '[design]\nmethod = "table"\nfile = "p.csv"\n[design.vary]\nb = "sites.lab.grievance"\n'
    )
    assert "p.csv" in said(capsys, "check", str(tmp_path / "e.toml"))


UNRECKONED = ["1/0 < b", "0/0 == b", "1 - 1e308*10 < b", "b < 1e999", "b < 1" + "0" * 400, "b < 1" + "0" * 5000]
UNRECKONED += ["-" * 5000 + "1 < b", "(" * 240 + "b" + ")" * 240 + " < 1"]


@pytest.mark.parametrize("text", UNRECKONED, ids=range(len(UNRECKONED)))
def test_constraints_that_cannot_be_reckoned(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "e.toml").write_text(
        f'scenario = "laboratory"\n{REST}'
        f'[design]\nmethod = "grid"\nconstraints = ["{text}"]\n'
        '[design.vary]\nb = { of = "sites.lab.grievance", values = [0.1, 0.2] }\n'
    )
    assert "e.toml" in said(capsys, "check", str(tmp_path / "e.toml"))


@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_folder_that_cannot_be_written_to_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    from tfs_sim import validation
    from tfs_sim.experiments.execution import simulating
    from tfs_sim.experiments.storage import files

    opened = files.opened

    def refused(path: Path, how: int = os.O_RDONLY, mode: str = "rb") -> object:
        if how == os.O_RDONLY:
            return opened(path, how, mode)
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files, "opened", refused)
    monkeypatch.setattr(validation, "validate", None)
    monkeypatch.setattr(simulating, "simulate", None)
    (tmp_path / "s.toml").write_text(SCENARIO)
    given = [str(tmp_path / "s.toml")] if command == "run" else []
    assert "may not be written to" in said(capsys, command, *given, "--out", str(tmp_path / "out"))


def test_a_report_that_is_a_folder_is_told(tmp_path: Path) -> None:
    from tfs_sim.experiments.storage import files
    from tfs_sim.scenario.errors import UserError

    (tmp_path / "report.html").mkdir()
    with pytest.raises(UserError, match=r"report\.html cannot be written \(Is a directory\)"):
        files.write_bytes(tmp_path / "report.html", b"page")


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_stops_a_command_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, code: int
) -> None:
    from tfs_sim.experiments.execution import runner

    def ended(*_: object) -> None:
        try:
            os.kill(os.getpid(), getattr(signal, name))
            time.sleep(10)
        except KeyboardInterrupt as stop:
            raise runner.Interrupted("Stopped. 3 of 4 runs are kept.") from stop

    monkeypatch.setattr(runner, "sweep", ended)
    before = signal.getsignal(getattr(signal, name))
    with pytest.raises(SystemExit) as left:
        main(["sweep", "crisis-shock"])
    assert left.value.code == code
    assert capsys.readouterr().err == "\nStopped. 3 of 4 runs are kept.\n"
    assert signal.getsignal(getattr(signal, name)) is before


def test_a_terminal_that_is_closed_does_not_end_what_nohup_began(monkeypatch: pytest.MonkeyPatch) -> None:
    from tfs_sim.cli.leaving import orderly

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with orderly():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_limit_on_memory_is_told_before_any_work(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v 500000; {COMMAND} list shocks"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "the limit is 488 MB" in done.stderr and done.stderr.count("\n") == 2


@pytest.mark.parametrize(
    "problem",
    [
        MemoryError(),
        RuntimeError("can't start new thread"),
        ImportError("x.so: failed to map segment from shared object"),
    ],
)
def test_those_who_lack_memory_and_say_so_otherwise_are_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception
) -> None:
    from tfs_sim.experiments.execution import runner

    def lacking(*_: object) -> None:
        raise problem

    monkeypatch.setattr(runner, "sweep", lacking)
    assert "not enough memory" in said(capsys, "sweep", "crisis-shock")


class Full(io.StringIO):
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_progress_that_cannot_be_shown_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    with terminal.working() as shown:
        shown.notice("Compiling …")
        shown.progress(1, 1, 2.0)


@pytest.mark.parametrize(("encoding", "escaped"), [("ascii", True), ("cp1252", True), ("utf-8", False)])
def test_json_is_the_same_on_every_code_page(monkeypatch: pytest.MonkeyPatch, encoding: str, escaped: bool) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    text = terminal.as_json({"minus": "−0.6"})
    assert json.loads(text) == {"minus": "−0.6"} and text.isascii() == escaped

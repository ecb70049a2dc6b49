"""`tfs-sim new`, and its interview: by Enter alone, with answers, piped in, at a terminal, and broken off."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tfs_sim.cli.interviewing import QUESTIONS
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.towns import Town

ANSWERS = [
    'East "End"', "2026-09", "4", "14,000", "55", "1 district, 9 nonprofits, 2 hospitals and 2 parent groups", "no",
    "5", "United Way", ".5", "many", "$450k", "3 years", "1, handover", "2", "yes",
]  # fmt: skip


def test_a_new_study_runs_as_it_is(call) -> None:  # type: ignore[no-untyped-def]
    said = call("new", "mine")
    assert said.code == 0
    files = [str(path) for path in sorted(Path("mine").glob("*.toml"))]
    assert len(files) == 2
    assert call("check", *files).code == 0
    assert call("new", "mine").code == 2
    run = next(line.split() for line in said.out.splitlines() if line.strip().startswith("tfs-sim sweep"))
    assert call(*run[1:], "--replicates", "2", "--uncertainty", "defaults").code == 0
    decide = next(line.split() for line in said.out.splitlines() if line.strip().startswith("tfs-sim decide"))
    assert "student-month" in call(*decide[1:]).out


def piped(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))


def test_answers_end_in_the_same_files(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert {question.about for question in QUESTIONS} == set(Town.model_fields)
    piped(monkeypatch, ["", *["don't know"] * (len(QUESTIONS) - 1)])
    assert call("new", "qqq", "--interview").code == 0 and call("new", "zzz").code == 0
    for name in ("scenario.toml", "experiment.toml"):
        text = Path("zzz", name).read_text().replace("zzz", "qqq").replace("Zzz", "Qqq")
        assert Path("qqq", name).read_text() == text
    piped(monkeypatch, ANSWERS)
    said = call("new", "east", "--interview")
    assert said.code == 0 and said.err == ""
    read = load_scenario("east/scenario.toml")
    site = read.sites["east"]
    assert (site.title, site.students, site.poverty, site.grievance) == ('East "End"', 14_000, 0.55, 0.4)
    assert site.organizations == {"district": 1, "nonprofit": 9, "health": 2, "community_group": 2}
    assert (read.bundles["money"].grants[0].amount, read.bundles["money"].grants[0].months) == (450, 36)
    assert call("check", "east/scenario.toml", "east/experiment.toml").code == 0


@pytest.mark.parametrize(
    ("at", "answer", "told"),
    [
        (1, "May", '(start) is a month, written "2020-03"; found the text "May"'),
        (3, "0", "(students) is a number of students between 1 and 10,000,000; found 0"),
        (3, "9" * 5000, "(students) is"),
        (3, "-3", "(students) is a number, such as 12"),
        (4, "101", "(poverty) is a number of 100, at most 100"),
        (5, "3 clowns", 'found "clowns"'),
        (5, "3 nonprofit, 2 philantropy", "did you mean philanthropy?"),
        (5, "4000", "a site has between 3 and 2,000 organizations"),
        (6, "maybe", "(exists) is yes or no"),
        (7, "15", "15 organizations take part, and there are 14"),
        (10, "30", "(grievance) is few, some or many"),
        (11, "lots", "(budget) is an amount in thousand dollars"),
        (11, "450000", "between 1 and 100,000; found 450000"),
        (12, "61", "money is spent over 61 months, and 48 are looked at"),
        (13, "9", "(practices) is a number from 1 to 7"),
        (0, "a\x07b", "a character that cannot be seen"),
    ],
)
def test_a_piped_answer_that_is_none_is_told_and_nothing_is_written(  # type: ignore[no-untyped-def]
    call, monkeypatch: pytest.MonkeyPatch, at: int, answer: str, told: str
) -> None:
    piped(monkeypatch, [*ANSWERS[:at], answer, *ANSWERS[at + 1 :]])
    said = call("new", "east", "--interview")
    assert said.code == 2 and f"answer {at + 1} of {len(QUESTIONS)}" in said.err
    assert told in " ".join(said.err.split())
    assert not Path("east").exists()


def test_answers_that_end_too_soon_and_folders_that_are_full_are_told(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    piped(monkeypatch, ANSWERS[:4])
    assert "the answers end before question 5 of 16 (poverty)" in call("new", "east", "--interview").err
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    assert "is not empty" in call("new", "full", "--interview").err, "before the first question"
    assert "leave out --start" in call("new", "east", "--interview", "--start", "2026-09").err
    assert "start is a month" in call("new", "east", "--start", "soon").err
    assert not Path("east").exists()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals here")
@pytest.mark.parametrize("end", ["Ctrl-C", "all"])
def test_at_a_terminal_an_unclear_answer_is_asked_for_again_and_ctrl_c_leaves_nothing(tmp_path: Path, end: str) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "tfs_sim", "new", "east", "--interview"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = ""

    def until(text: str) -> None:
        nonlocal shown
        begun = time.monotonic()
        while text not in shown:
            assert time.monotonic() - begun < 60, shown
            if select.select([ours], [], [], 0.1)[0]:
                shown += os.read(ours, 4096).decode()
        shown = shown[shown.index(text) + len(text) :]

    def answer(text: str) -> None:
        until("  >  ")
        os.write(ours, f"{text}\n".encode())

    try:
        for text in ("East", "", "five", "4", "back", "6", ""):
            answer(text)
        until("live in poverty?")
        if end == "Ctrl-C":
            until("  >  ")
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
            assert not list(tmp_path.iterdir())
        else:
            for _ in range(len(QUESTIONS) - 4):
                answer("")
            until("Your study is in")
            assert process.wait(60) == 0
            assert load_scenario(tmp_path / "east" / "scenario.toml").clock.months == 72
    finally:
        process.kill()
        process.wait()
        os.close(ours)

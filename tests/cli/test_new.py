"""`tfs-sim new`."""

from __future__ import annotations

from pathlib import Path


def test_a_new_study_runs_as_it_is(call) -> None:  # type: ignore[no-untyped-def]
    said = call("new", "mine")
    assert said.code == 0
    files = [str(path) for path in sorted(Path("mine").glob("*.toml"))]
    assert len(files) == 2
    assert call("check", *files).code == 0
    assert call("new", "mine").code == 2
    run = next(line.split() for line in said.out.splitlines() if line.strip().startswith("tfs-sim sweep"))
    assert call(*run[1:], "--replicates", "2", "--uncertainty", "defaults").code == 0

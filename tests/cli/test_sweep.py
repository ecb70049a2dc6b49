"""`tfs-sim sweep`, `report` and `status`."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_sweep_from_the_first_line_to_the_report(call) -> None:  # type: ignore[no-untyped-def]
    said = call("sweep", "trial.toml")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "Trial: 2 strategies × 4 replicates × 1 site, 12 months"
    assert (
        lines[lines.index("What we found") + 1]
        == "  Differences over the same luck, 4 pairs; 95% intervals hold luck alone."
    )
    assert any(line.startswith("  1. ") for line in lines)
    assert "Not calibrated yet: read these as how the model behaves, not as forecasts." in lines
    assert lines[-1] == f"Report   {Path('results') / 'trial' / 'report.html'}"
    assert Path("results/trial/report.html").stat().st_size > 1000
    assert "4 / 8 runs" in said.err or "8 / 8 runs" in said.err
    assert "8 of 8 runs are there" in call("status", "results/trial").out
    Path("results/trial/report.html").unlink()
    again = call("report", "results/trial")
    assert again.code == 0
    assert again.out.splitlines()[-6:] == lines[-6:]
    assert Path("results/trial/report.html").is_file()


@pytest.mark.usefixtures("undrawn")
def test_status_names_what_is_damaged(call) -> None:  # type: ignore[no-untyped-def]
    call("sweep", "trial.toml", "--out", "here")
    part = sorted(Path("here").glob("parts/*/*.series.parquet"))[0]
    part.write_bytes(part.read_bytes()[:-9])
    said = call("status", "here")
    assert part.name in " ".join(said.out.split())
    assert "4 of 8 runs are there" in said.out
    again = call("sweep", "trial.toml", "--out", "here")
    assert again.code == 0
    assert part.name in again.err

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
    assert "Not calibrated yet: read this as how the model behaves, not as a forecast." in lines
    assert lines[-1] == f"Report   {Path('results') / 'trial' / 'report.html'}"
    assert Path("results/trial/report.html").stat().st_size > 1000
    assert "4 / 8 runs" in said.err or "8 / 8 runs" in said.err
    assert "8 of 8 runs are there" in call("status", "results/trial").out
    Path("results/trial/report.html").unlink()
    again = call("report", "results/trial")
    assert again.code == 0
    assert again.out.splitlines()[-6:] == lines[-6:]
    assert Path("results/trial/report.html").is_file()
    for name, asked in (
        ("report.html", ()),
        ("report-leader.html", ("--audience", "leader")),
        ("one-page.pdf", ("--one-page",)),
    ):
        place = Path("results/trial") / name
        place.unlink(missing_ok=True)
        place.mkdir()
        refused = call("report", "results/trial", *asked)
        assert refused.code == 2 and not refused.out, "nothing is told before it is known where to write"
        assert f"{place} is a folder, not a file" in " ".join(refused.err.split())


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


@pytest.mark.usefixtures("undrawn")
def test_a_sweep_over_sets_says_over_what_it_is(call) -> None:  # type: ignore[no-untyped-def]
    said = call("sweep", "trial.toml", "--uncertainty", "plausible: turnover", "--sets", "5", "-n", "2")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "Trial: 2 strategies × 5 sets × 2 replicates × 1 site, 12 months"
    assert "2 replicates of each of 5 sets" in " ".join(lines)
    assert max(map(len, lines)) <= 80
    assert "20 of 20 runs are there" in call("status", "results/trial").out
    again = call("report", "results/trial")
    assert again.code == 0 and again.out.splitlines()[-4:] == lines[-4:]
    # asked for otherwise, it is run otherwise, and what is there stays
    assert call("sweep", "trial.toml").out.splitlines()[0] == "Trial: 2 strategies × 4 replicates × 1 site, 12 months"
    assert "8 of 8 runs are there" in call("status", "results/trial").out


@pytest.mark.usefixtures("undrawn")
def test_without_a_word_an_experiment_is_over_a_hundred_sets(call, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.experiments.execution import runner

    asked: list[object] = []

    def stopped(experiment, *_: object) -> None:  # type: ignore[no-untyped-def]
        asked.append((experiment.uncertainty, experiment.sets, experiment.replicates))
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "sweep", stopped)
    Path("plain.toml").write_text(
        Path("trial.toml").read_text().replace('uncertainty = "defaults"\n', "").replace("replicates = 4\n", "")
    )
    said = call("sweep", "plain.toml")
    assert said.code == 130 and asked == [("calibrated", 100, 8)]
    assert said.out.splitlines()[0] == "Trial: 2 strategies × 100 sets × 8 replicates × 1 site, 12 months"
    assert "good (experiment: 2 arms × 100 sets × 8 replicates)" in call("check", "plain.toml").out

"""The commands of designs, shards, the audit: what they print and how they leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import real

from tfs_sim.analysis.rules import months_on
from tfs_sim.analysis.stored import Stored
from tfs_sim.cli import main
from tfs_sim.experiments.execution import auditing
from tfs_sim.experiments.storage.stored import Sweep


def left(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leave:
        main(list(arguments))
    assert isinstance(leave.value.code, int)
    return leave.value.code


@pytest.mark.usefixtures("undrawn")
def test_shards_are_run_merged_and_their_gaps_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real.trial(tmp_path)
    monkeypatch.chdir(tmp_path)
    for part in ("1/3", "3/3"):
        assert left("sweep", "trial.toml", "--shard", part) == 0
    said = capsys.readouterr().out
    assert "results/trial/shards/0003-of-0003" in said and "tfs-sim merge results/trial/shards/*" in said
    shards = sorted(str(path) for path in Path("results/trial/shards").iterdir())
    assert left("merge", *shards, "--out", "merged") == 1
    said = capsys.readouterr().out
    assert "runs 1 to 2 are missing" in said and "They belong to 1 shard: 2/3." in said
    assert left("sweep", "trial.toml", "--shard", "2/3") == 0
    assert left("merge", *shards, "results/trial/shards/0002-of-0003", "--out", "merged") == 0
    assert "30 of 30 runs" in capsys.readouterr().out
    assert left("merge", *shards, "results/trial/shards/0002-of-0003") == 0  # beside its shards
    assert left("status", "results/trial") == 0
    assert "trial: 30 of 30 runs are there" in capsys.readouterr().out
    assert left("sweep", "trial.toml", "--out", "whole") == 0
    assert "What we found" in capsys.readouterr().out
    assert Sweep.load("merged").digest() == Sweep.load("whole").digest() == Sweep.load("results/trial").digest()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--shard", "3"), "--shard is i/n"),
        (("--shard", "4/3"), "a shard is i/n with i from 1 to n"),
        (("--shard", "1/99"), "99 shards are more than the 5 runs of each arm"),
        (("--executor", "proces"), 'did you mean "processes"?'),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    said: str,
) -> None:
    real.trial(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert left("sweep", "trial.toml", *options) == 2
    assert said in capsys.readouterr().err


def test_merging_what_is_no_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert left("merge", str(tmp_path)) == 2
    assert "holds no results of tfs-sim" in capsys.readouterr().err


def test_a_design_is_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment = real.trial(tmp_path, real.DESIGN)
    assert experiment.points is not None
    monkeypatch.chdir(tmp_path)
    assert left("check", "trial.toml") == 0
    assert f"6 arms × {len(experiment.points)} points × 5 replicates" in capsys.readouterr().out
    assert left("sweep", "trial.toml", "-n", "2") == 0
    captured = capsys.readouterr()
    assert f"{len(experiment.points)} points × 2 replicates" in " ".join(captured.out.split())
    assert f"2 replicates at {len(experiment.points)} points" in " ".join(captured.out.split())
    assert "shared pasts ran once" in captured.err
    assert Path("results/trial/report.html").is_file()


def test_the_audit_prints_a_table_and_leaves_with_1_if_a_check_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real.trial(tmp_path)
    path = str(tmp_path / "trial.toml")
    assert left("audit", path, "-n", "8") == 0
    said = capsys.readouterr().out
    assert "an intervention with dose zero changes nothing (more)" in said and "as it should be" in said
    assert "support" in said
    monkeypatch.setattr(
        auditing, "_zero_doses", lambda *_: iter([auditing.Checked("every stream", False, "shared: person")])
    )
    assert left("audit", path, "-n", "8", "--json") == 1
    assert json.loads(capsys.readouterr().out)["checks"][-3]["detail"] == "shared: person"


def test_adaptive_strategies_are_explained_checked_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = '{ indicator = "trust", below = 0.74, every = 3 }'
    old = 'add = [{ use = "overlap", from = "2020-01", paid_by = "funder" }]'
    real.trial(tmp_path, change=(old, f'add = [{{ use = "overlap", paid_by = "funder", when = {rule} }}]'))
    monkeypatch.chdir(tmp_path)
    assert left("check", "trial.toml") == 0
    said = "while trust is below 0.74, looked at every 3 months"
    assert f"\n  overlap: {said}\n" in capsys.readouterr().out
    assert left("explain", "when") == left("explain", "performance") == left("list", "indicators") == 0
    told = capsys.readouterr().out
    assert "off_at" in told and "of a rule  no: it compares" in told and "Indicators (5" in told
    assert left("explain", "plausible") == 0
    assert 'vary = "plausible"' in capsys.readouterr().out
    assert left("sweep", "trial.toml", "--out", "out") == 0
    assert left("status", "out") == 0
    assert "Shared pasts ran once: " in capsys.readouterr().out
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert said in page and "Months on, Riverton" in page
    stored = Stored.of(Sweep.load("out"))
    ((entry, months),) = months_on(stored, stored.main)
    assert entry["use"] == "overlap" and 0 < months[0] < 24
    assert months == pytest.approx(stored.values("adaptive")[stored.arm("more", stored.main)].mean(axis=0))
    Path("trial.toml").write_text(Path("trial.toml").read_text(encoding="utf-8").replace('"trust"', '"trst"'))
    assert left("check", "trial.toml") == 2
    assert 'did you mean "trust"?' in capsys.readouterr().err

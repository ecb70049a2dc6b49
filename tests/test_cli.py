"""The command line: what it prints, its exit codes, and that it answers at once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tfs_sim import __version__
from tfs_sim.cli import main

HEAVY = ("numba", "pandas", "pyarrow", "pydantic", "matplotlib", "mesa", "scipy", "numpy", "rich.progress")

TOWN = """\
title = "Small town"
question = "Does it run?"
[clock]
start = "2018-06"
months = 12
[sites.riverton]
title = "Riverton"
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
"""

TRIAL = """\
title = "Trial"
scenario = "town.toml"
replicates = 4
seed = 3
[strategies.as-it-is]
[strategies.manuals]
add = ["procedure-manuals"]
[outcomes]
primary = "support"
"""


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


def process(*arguments: str, folder: Path, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tfs_sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **more)  # type: ignore[call-overload]


# ── Help ────────────────────────────────────────────────────────────────────────────────────────────────


def test_help_names_every_command(call) -> None:  # type: ignore[no-untyped-def]
    said = call("--help")
    assert said.code == 0
    for command in ("run", "sweep", "report", "status", "validate", "check", "list", "explain", "new"):
        assert re.search(rf"\b{command}\b", said.out)
        assert call(command, "--help").code == 0


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom tfs_sim.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(set(sys.modules) & set(sys.argv[1:])), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, tfs_sim, tfs_sim.experiments; dir(tfs_sim); print(sorted(set(sys.modules) & set(sys.argv[1:])))"
    )
    done = subprocess.run([sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    import tfs_sim

    for name in tfs_sim.__all__:
        assert getattr(tfs_sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulatte'"):
        tfs_sim.simulatte  # noqa: B018


def test_version(call) -> None:  # type: ignore[no-untyped-def]
    assert call("--version").out == f"tfs-sim {__version__}\n"


# ── Mistakes in the call ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["swep"], "Did you mean 'sweep'"),
        (["run"], "SCENARIO"),
        (["run", "town.toml", "--replicates", "0"], "--replicates is a whole number between 1 and 1,000,000; found 0"),
        (["run", "town.toml", "--replicates", "many"], '1,000,000; found the text "many"'),
        (["sweep", "trial.toml", "-n", "1000001"], "--replicates is a whole number between 1 and 1,000,000; found 1"),
        (["run", "town.toml", "--months", "1201"], "--months is a whole number between 1 and 1,200; found 1201"),
        (["run", "town.toml", "--seed", str(2**63)], "between 0 and 9,223,372,036,854,775,807; found a number of"),
        (["run", "town.toml", "--seed", "9" * 5000], "between 0 and 9,223,372,036,854,775,807; found a number of"),
        (["audit", "trial.toml", "--pairs", "7"], "--pairs is a whole number between 8 and 1,000,000; found 7"),
        (["run", "town.toml", "--colour"], "--colour"),
        (["run", "towm.toml"], "towm.toml"),
        (["run", "together-for-student"], 'did you mean "together-for-students"?'),
        (["run", "crisis-shock"], "tfs-sim sweep crisis-shock"),
        (["sweep", "together-for-students"], "tfs-sim run together-for-students"),
        (["list", "mechanism"], 'did you mean "mechanisms"?'),
        (["explain", "turnover.rate_nonprofits"], 'did you mean "turnover.rate_nonprofit"?'),
        (["explain", "\x1b[31m"], "there is nothing called"),
        (["check"], "check needs a file"),
        (["check", "--schema", "scenaro"], 'did you mean "scenario"?'),
        (["report", "."], "holds no results of tfs-sim"),
        (["status", "nowhere"], "there is no folder nowhere"),
        (["run", "town.toml", "--out", "."], "is not a folder of runs: it holds town.toml"),
        (["run", "town.toml", "--out", "town.toml"], "is a file, not a folder"),
        (["sweep", "trial.toml", "--out", "."], "is not a folder of results: it holds town.toml"),
        (["sweep", "trial.toml", "--out", "town.toml/below"], "cannot be made"),
        (["new", "town.toml"], "is a file, not a folder"),
    ],
)
def test_a_mistake_is_told_and_the_exit_code_is_2(call, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    before = sorted(path.name for path in Path().iterdir())
    found = call(*arguments)
    assert found.code == 2
    assert said in re.sub(r"[│╭╮╰╯─\n ]+", " ", found.err) or said in found.err
    assert "Traceback" not in found.err
    assert "\x1b" not in found.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_mistake_of_ours_asks_to_be_reported(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli import looking

    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(looking, "list_", broken)
    found = call("list", "metrics")
    assert found.code == 1
    assert "ZeroDivisionError: ours" in found.err
    assert "please report it" in found.err


def test_ctrl_c_is_a_sentence(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli import looking

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking, "list_", stopped)
    found = call("list", "metrics")
    assert (found.code, found.err) == (130, "\nStopped.\n")


# ── Looking things up ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["scenarios", "experiments", "mechanisms", "interventions", "shocks", "metrics"])
def test_lists(call, kind: str) -> None:  # type: ignore[no-untyped-def]
    listed = call("list", kind)
    assert listed.code == 0
    assert max(map(len, listed.out.splitlines())) <= 80
    named = json.loads(call("list", kind, "--json").out)
    assert named
    assert all(name in listed.out for name in named)


def test_all_28_mechanisms_are_listed_in_order_with_their_source(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model.catalogue import MECHANISMS

    said = " ".join(call("list", "mechanisms").out.split())
    rows = [int(row) for row in re.findall(r"\bM(\d+)[ab]? [A-Z]", said)]
    assert rows == sorted(rows)
    assert set(rows) == set(range(1, 29))
    for mechanism in MECHANISMS.values():
        assert mechanism.source
        assert f"{mechanism.title}: {mechanism.source}" in said


def test_everything_that_is_listed_can_be_explained(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli.explaining import parameters

    names = list(parameters())
    for kind in ("mechanisms", "interventions", "shocks", "metrics"):
        names += json.loads(call("list", kind, "--json").out)
    for name in names:
        said = call("explain", name)
        assert said.code == 0
        assert name in said.out
        assert max(map(len, said.out.splitlines())) <= 100, name


def test_a_parameter_is_explained_in_full(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "turnover.rate_nonprofit").out
    for part in ("per year", "default", "plausible", "source", "how sure", "[parameters.turnover]", "rate_nonprofit ="):
        assert part in said
    assert call("explain", "rate_nonprofit").out == said


def test_a_month_is_told_in_order_with_the_files(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model.tick import MONTH

    said = call("explain", "month").out
    places = [said.index(step.what.split()[0]) for step in MONTH]
    assert len(places) == len(MONTH)
    package = Path(sys.modules["tfs_sim"].__file__ or "").parent
    files = set(re.findall(r"model/[\w/]+\.py", said))
    assert files
    assert all((package / file).is_file() for file in files)


def test_check_says_what_is_good_and_what_is_not(call) -> None:  # type: ignore[no-untyped-def]
    Path("wrong.toml").write_text(TOWN.replace("students = 4_000", 'students = "many"'))
    said = call("check", "town.toml", "trial.toml", "wrong.toml", "together-for-students", "crisis-shock")
    assert said.code == 2
    assert "town.toml: good (scenario: 1 site, 12 months)" in said.out
    assert "trial.toml: good (experiment: 2 arms × 4 replicates)" in said.out
    assert "crisis-shock: good (experiment: 8 arms" in said.out
    assert said.err.startswith("wrong.toml:8: ")
    assert call("check", "town.toml").code == 0


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\xff" * 100, b"[strategies", b"[clock]\nmonths = -3", b"x = [" * 5000, b'scenario = "a"']
)
def test_broken_files_are_told_without_a_traceback(call, content: bytes) -> None:  # type: ignore[no-untyped-def]
    Path("broken.toml").write_bytes(content)
    for command in ("check", "run", "sweep"):
        said = call(command, "broken.toml")
        assert said.code == 2
        assert said.err.strip()
        assert "Traceback" not in said.err
    assert not Path("results").exists()


@pytest.mark.parametrize("kind", ["scenario", "experiment"])
def test_schemas_are_json(call, kind: str) -> None:  # type: ignore[no-untyped-def]
    assert "properties" in json.loads(call("check", "--schema", kind).out)


def test_what_builds_on_a_mechanism_that_is_off_is_named(call) -> None:  # type: ignore[no-untyped-def]
    Path("loners.toml").write_text(TOWN + "[mechanisms]\nmoney = false\n")
    for command in ("check", "run"):
        said = call(command, "loners.toml")
        assert said.code == 0
        assert "money is off; what builds on it goes on with what it finds at the start: " in " ".join(said.out.split())
        assert "competition" in said.out
    assert "is off" not in call("check", "town.toml").out
    lever = '[[interventions]]\nuse = "overlap"\n'
    Path("idle.toml").write_text(TOWN + lever + "[mechanisms]\nsmoothing = false\n")
    assert "overlap does nothing: its mechanism, smoothing, is off." in call("check", "idle.toml").out


@pytest.mark.parametrize(
    "lever",
    [
        '[[interventions]]\nuse = "national-alignment"',
        '[[shocks]]\nuse = "national-mistake"\nonset = "2018-09"\ndepth = 1',
    ],
)
def test_a_lever_on_nationals_needs_some(call, lever: str) -> None:  # type: ignore[no-untyped-def]
    Path("alone.toml").write_text(TOWN + lever + "\n")
    said = call("run", "alone.toml")
    assert said.code == 2
    assert said.err.startswith("alone.toml:11: national-")
    assert "acts on national organizations, and the scenario has none" in said.err


BROKE = """
[[grants]]
site = "riverton"
amount = 2
months = 4
[[interventions]]
use = "trust-building-convenings"
dose = 0.5
paid_by = "backbone"
"""
"""$36k are asked of a backbone that is given $2k."""


def test_money_that_does_not_reach_is_told_before_and_after_a_run(call) -> None:  # type: ignore[no-untyped-def]
    Path("broke.toml").write_text(TOWN + BROKE)
    said = call("check", "broke.toml")
    assert said.code == 0 and max(map(len, said.out.splitlines())) <= 80
    known = (
        "he backbone of Riverton {} asked for $36k for trust-building-convenings and {} $2k (short from 2018-06 on)."
    )
    assert f"T{known.format('is', 'can pay')}" in " ".join(said.out.split())
    said = call("run", "broke.toml", "--replicates", "2", "--out", "runs")
    assert said.code == 0
    assert f"Not paid: t{known.format('was', 'paid')}" in " ".join(said.out.split())
    assert pd.read_parquet("runs/runs.parquet")["unpaid_backbone"].tolist() == [34.0, 34.0]
    months = pd.read_parquet("runs/series.parquet").query("replicate == 0")["unpaid_backbone"]
    assert months.tolist() == [2.5] * 4 + [3.0] * 8
    assert "Not paid" not in call("run", "town.toml").out


def test_money_that_does_not_reach_is_told_of_strategies(call) -> None:  # type: ignore[no-untyped-def]
    orders = '[{ use = "procedure-manuals", paid_by = "backbone" }]'
    more = f'[strategies.again]\nadd = {orders}\n[strategies.retreats]\nadd = ["goal-clarity-retreats"]\n[outcomes]'
    Path("trial.toml").write_text(TRIAL.replace('["procedure-manuals"]', orders).replace("[outcomes]", more))
    said = call("check", "trial.toml")
    assert said.code == 0 and max(map(len, said.out.splitlines())) <= 80
    (told,) = said.out.split("replicates)")[1:]
    assert " ".join(told.split()) == (
        "manuals, again: The backbone of Riverton is asked for $14k for procedure-manuals and can pay nothing "
        "(short from 2018-06 on). manuals and again are the same."
    )
    assert call("sweep", "trial.toml", "--out", "found").code == 0
    unpaid = pd.read_parquet("found/runs.parquet").groupby("strategy")["unpaid_backbone"].mean()
    assert unpaid.round(3).to_dict() == {"again": 14.4, "as-it-is": 0.0, "manuals": 14.4, "retreats": 0.0}


def test_what_organizations_do_not_pay_and_what_rules_ask_for_is_told_after_a_run(call) -> None:  # type: ignore[no-untyped-def]
    rule = '[[interventions]]\nuse = "accommodation"\npaid_by = "backbone"\nwhen = {indicator = "trust", above = 0}\n'
    poor = '[[interventions]]\nuse = "overlap"\npaid_by = "organization"\ntarget = { role = "backbone" }\n'
    Path("ruled.toml").write_text(TOWN + rule + poor)
    assert "asked" not in call("check", "ruled.toml").out  # what a rule asks for follows from the run
    said = " ".join(call("run", "ruled.toml").out.split())
    told = "the backbone of Riverton was asked to pay for accommodation and overlap and did not pay $5.8k of that"
    assert told in said and "organizations of Riverton" not in said


# ── Running ─────────────────────────────────────────────────────────────────────────────────────────────


def test_run_prints_the_outcomes_of_each_site(call) -> None:  # type: ignore[no-untyped-def]
    said = call("run", "town.toml")
    assert said.code == 0
    assert said.out.startswith("Small town: 1 replicate × 1 site, 12 months\n")
    assert "Riverton" in said.out
    assert "Not calibrated yet" in said.out
    assert not Path("results").exists()


def test_run_is_the_same_every_time_and_another_seed_differs(call) -> None:  # type: ignore[no-untyped-def]
    outs = [call("run", "town.toml", "--seed", seed, "-n", "3").out for seed in ("1", "1", "2")]
    assert outs[0] == outs[1] != outs[2]


def test_run_stores_tables_and_where_they_come_from(call) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        said = call("run", "town.toml", "--replicates", "3", "--months", "6", "--out", "runs")
        assert said.code == 0
    assert len(pd.read_parquet("runs/runs.parquet")) == 3
    series = pd.read_parquet("runs/series.parquet")
    assert len(series) == 18
    assert list(series.columns[:4]) == ["replicate", "site", "month", "date"]
    provenance = json.loads(Path("runs/provenance.json").read_text())
    assert provenance["seed"] == 1
    assert provenance["scenario"]["clock"]["months"] == 6
    assert {path.name for path in Path("runs").iterdir()} == {"provenance.json", "runs.parquet", "series.parquet"}


def test_many_replicates_are_told_with_their_spread_in_80_columns(call) -> None:  # type: ignore[no-untyped-def]
    said = call("run", "together-for-students", "-n", "5", "-m", "12")
    assert "where nine in ten replicates lie" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    for site in ("Chicago", "Dayton", "Lehigh Valley", "Memphis"):
        assert site in said.out


def test_a_sweep_from_the_first_line_to_the_report(call) -> None:  # type: ignore[no-untyped-def]
    said = call("sweep", "trial.toml")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "Trial: 2 strategies × 4 replicates × 1 site, 12 months"
    assert lines[lines.index("What we found") + 1] == "  Differences over the same luck, 4 pairs; 95% intervals."
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


def test_a_new_study_runs_as_it_is(call) -> None:  # type: ignore[no-untyped-def]
    said = call("new", "mine")
    assert said.code == 0
    files = [str(path) for path in sorted(Path("mine").glob("*.toml"))]
    assert len(files) == 2
    assert call("check", *files).code == 0
    assert call("new", "mine").code == 2
    run = next(line.split() for line in said.out.splitlines() if line.strip().startswith("tfs-sim sweep"))
    assert call(*run[1:], "--replicates", "2").code == 0


def test_profile_says_where_it_cannot_be_had(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model import clocked

    def refuse(*_: object) -> None:
        raise NotImplementedError("no clock")

    monkeypatch.setattr(clocked, "profile", refuse)
    said = call("run", "town.toml", "--profile")
    assert said.code == 2
    assert "--profile cannot be had here: no clock" in said.err


@pytest.mark.skipif(os.name == "nt", reason="there is no such clock")
def test_profile_tells_the_time_of_every_step(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model.tick import MONTH

    said = call("run", "town.toml", "--profile").out
    assert said.count("%") >= len(MONTH)


# ── As a process ────────────────────────────────────────────────────────────────────────────────────────


def test_no_colour_where_it_is_not_wanted(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
        done = process("list", "metrics", folder=tmp_path, env={**os.environ, **more})
        assert done.returncode == 0
        assert "\x1b" not in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes differ")
def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"'{sys.executable}' -m tfs_sim explain turnover | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.startswith("turnover")
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_stops_a_sweep_and_says_how_to_go_on(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    call("run", "town.toml")
    command = [sys.executable, "-m", "tfs_sim", "sweep", "crisis-shock", "--replicates", "3000"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    folder = tmp_path / "results" / "crisis-shock"
    patience = time.monotonic() + 120
    while not list(folder.glob("parts/*/manifest.jsonl")) and running.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert time.monotonic() - began < 20  # that it takes less than two seconds is measured in benchmarks/
    assert running.returncode == 130
    last = err.strip().splitlines()[-1]
    assert re.fullmatch(
        r"Stopped\. [\d,]+ of 24,000 runs are kept in results/crisis-shock; the same command goes on from there\.", last
    )
    assert "Traceback" not in err
    assert "are there" in call("status", str(folder)).out

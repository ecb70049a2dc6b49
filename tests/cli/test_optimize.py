"""`tfs-sim optimize`, its page and its chart."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "optimize.md"

SMALL = """
title = "First"
scenario = "two-years.toml"
uncertainty = "plausible"
sets = 10
replicates = 1
outcomes = { primary = "served" }
[strategies.nothing]
[strategies.staff]
title = "A coordinator"
add = [{ use = "backbone-staffing", paid_by = "funder" }]
[optimize]
a_year = 120_000
frontier = [60_000]
[optimize.practices.backbone-staffing]
doses = [0.5, 1]
paid_by = "funder"
[optimize.practices.procedure-manuals]
target = { role = "partner" }
paid_by = "funder"
"""


@pytest.fixture
def ready(call, tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "two-years.toml").write_text('extends = "laboratory"\n[clock]\nmonths = 24\nrun_in = 0\n')
    (tmp_path / "first.toml").write_text(SMALL)
    return call


def test_what_a_search_finds_is_printed_and_kept(ready, undrawn, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = ready("optimize", "first.toml", "--workers", "1")
    assert said.code == 0, said.err
    plain = " ".join(said.out.split())
    assert "With $120,000 a year:" in plain and "The search saw 6 sets of parameters" in plain
    assert "the choice gains (95%)" in plain and "budget a year" in plain and "nan" not in plain.lower()
    folder = tmp_path / "results" / "first-optimize"
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "search.json", "tried.csv", "unseen.csv", "unseen.parquet", "variants",
        "frontier.csv", "frontier.png", "frontier.svg",
    }  # fmt: skip
    record = json.loads(ready("optimize", "first.toml", "--json").out)
    assert record["choice"] in plain and record["objective"] == "served"
    assert ready("decide", str(folder / "unseen.csv")).out.startswith("strategy")


def test_check_says_how_many_allocations_there_are(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = " ".join(ready("check", "first.toml").out.split())
    assert "tfs-sim optimize: $120,000 a year buys 5 allocations of 2 practices" in said
    poor = SMALL.replace("a_year = 120_000\nfrontier = [60_000]", "a_year = 500")
    (tmp_path / "first.toml").write_text(poor)
    for command in ("check", "optimize"):
        said = ready(command, "first.toml")
        assert said.code == 2 and "$500 a year buys none of the practices" in " ".join((said.out + said.err).split())
        assert "first.toml:" in said.err
    line = SMALL.split("frontier")[0].count("\n") + 1
    (tmp_path / "first.toml").write_text(SMALL.replace("frontier = [60_000]", "frontier = [1, 60_000]"))
    for command in ("check", "optimize"):
        said = ready(command, "first.toml")
        assert said.code == 2 and said.err.startswith(f"first.toml:{line}: $1 a year buys none of the practices")


def test_a_mistake_is_told_with_its_line(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "first.toml").write_text(SMALL.replace("doses = [0.5, 1]", "doses = [0.5, -1]"))
    said = ready("optimize", "first.toml")
    assert said.code == 2 and "first.toml:16" in said.err and "Traceback" not in said.err


def test_the_page_shows_a_study_that_is_read(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "first.toml").write_text(text)
    assert ready("check", "first.toml").code == 0
    table = tomllib.loads(text)
    seen = round(table["sets"] * 0.6)
    assert f"sees {seen} of them, and never the other {table['sets'] - seen}" in text


def test_the_chart_shows_what_each_budget_gains_with_its_interval(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import tfs_sim as tfs
    from tfs_sim.figures.frontier import frontier_chart

    found = tfs.optimize("first.toml", workers=1, out="out")
    chart = frontier_chart(found)
    (ax,) = chart.figure.axes
    lines: dict[str, Any] = {str(line.get_label()): line for line in ax.lines}
    expected = [(row["budget"], row["gain"], row["low"], row["high"]) for row in found.frontier.to_dict("records")]
    for number, (dollars, gain, low, high) in enumerate(expected):
        mean, bar = lines[f"mean:{number}"], lines[f"interval:{number}"]
        assert (mean.get_xdata()[0], mean.get_ydata()[0]) == pytest.approx((dollars, gain))
        assert bar.get_ydata() == pytest.approx([low, high])
    step = lines["bought"]
    assert step.get_ydata()[-1] == pytest.approx(max(0.0, *(gain for _, gain, *_ in expected)))
    assert (np.diff(step.get_ydata()) >= 0).all()  # who has more may also spend less
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white" and line.get_marker() == "s"]
    assert len(hollow) == len(found.sought.strategies)
    staff = found.less("staff", found.nothing)
    assert min(abs(line.get_ydata()[0] - staff.value) for line in hollow) < 1e-9
    assert found.spent("staff") == pytest.approx(102_000)
    written = " ".join(text.get_text() for text in ax.texts)
    assert "120,000 a year" in written and "A coordinator" in " ".join(written.split())

"""`tfs-sim sweep --explore` and `tfs-sim explore`: the design, the page, and what cannot be explored."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tfs_sim.experiments.designs.design import experiment_from, load_experiment
from tfs_sim.experiments.designs.explore_tables import explored
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons import explore
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError

SMALL = """
title = "First"
scenario = "one-year.toml"
uncertainty = "plausible"
against = "nothing"
[strategies.nothing]
[strategies.staff]
title = "A coordinator"
add = [{ use = "backbone-staffing", paid_by = "funder" }]
[cross]
crisis = [
  { label = "calm" },
  { label = "crisis", shocks = [{ use = "community-crisis", onset = "month 6", depth = 0.5, lasts = 3 }] },
]
[outcomes]
primary = "trust"
also = ["partners"]
[explore]
runs = 400
sets = 2
corners = 4
under = { crisis = "crisis" }
[explore.vary]
coordinators = { of = "interventions.backbone-staffing.dose", title = "Coordinators", low = 0, high = 2 }
begin = { of = "interventions.backbone-staffing.from", title = "First month", low = "2018-02", high = "2018-06" }
depth = "shocks.community-crisis.depth"
"""


MANY = "[explore.vary]\n" + "\n".join(f'v{n} = "sites.all.poverty"' for n in range(4))
DESIGN = '[design]\nmethod = "grid"\nvary = { p = { of = "sites.all.poverty" } }\n[explore]'


GRID = {
    "scenario": "laboratory",
    "strategies": {"nothing": {}},
    "outcomes": {"primary": "trust"},
    "design": {"method": "grid", "corners": 2, "vary": {"p": {"of": "sites.all.poverty", "low": 0, "high": 1}}},
}


@pytest.fixture
def ready(call, tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "one-year.toml").write_text(
        'extends = "laboratory"\n[clock]\nstart = "2018-01"\nmonths = 12\nrun_in = 0\n'
    )
    (tmp_path / "first.toml").write_text(SMALL)
    return call


def test_a_design_is_run_and_its_page_written(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = ready("sweep", "first.toml", "--explore", "--workers", "1")
    assert said.code == 0, said.err
    plain = " ".join(said.out.split())
    assert "Coordinators: 0 to 2" in plain and "Community-wide crisis: depth: 0 to 1" in plain
    assert "First month: 2018-02 to 2018-06" in plain and re.search(r"400 runs: about \d+ (seconds|minutes)", plain)
    assert "50 points over 2 sets × 2 replicates" in plain and "held out" in plain
    folder = tmp_path / "results" / "first-explore"
    assert {"explore.html", "runs.parquet", "points.parquet"} <= {path.name for path in folder.iterdir()}
    stored = Sweep.load(folder)
    assert set(stored.runs["crisis"]) == {"crisis"} and len(stored.points) == 50
    corners = stored.points.tail(4)
    assert set(corners["coordinators"]) == {0.0, 2.0} and set(corners["begin"]) == {"2018-02", "2018-06"}
    first = (folder / "explore.html").read_bytes()
    again = ready("explore", "results/first-explore")
    assert again.code == 0 and (folder / "explore.html").read_bytes() == first
    some = ready("explore", "results/first-explore", "--sliders", "coordinators,depth", "--out", "two.html")
    assert some.code == 0 and "2 sliders" in some.out and (tmp_path / "two.html").is_file()
    assert "without a slider, and is averaged over: First month" in (tmp_path / "two.html").read_text()
    for asked, told in (
        (("--sliders", "depth,coordinators,depth"), 'the slider "depth" is asked for twice'),
        (("--out", "not/there/two.html"), "there is no folder not/there"),
        (("--out", "results"), "results is a folder, not a file"),
        (("--under", "nope"), 'there is no condition "nope"; there are "crisis"'),
    ):
        refused = ready("explore", "results/first-explore", *asked)
        assert refused.code == 2 and told in " ".join(refused.err.split()) and not refused.out, refused.err
    assert not (tmp_path / "not").exists()
    same = ready("reproduce", "results/first-explore", "--workers", "1")
    assert same.code == 0 and "The same to the bit" in same.out
    found = explore(folder, ["begin"])
    assert found.space.place({"begin": "2018-04"}) == pytest.approx([0.5])


@pytest.mark.long
def test_without_sets_each_point_has_as_many_runs(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = ready("sweep", "first.toml", "--explore", "--uncertainty", "defaults", "--workers", "1")
    assert said.code == 0, said.err
    assert "50 points over 4 replicates" in " ".join(said.out.split())
    text = (tmp_path / "results" / "first-explore" / "explore.html").read_text(encoding="utf-8")
    assert "sets of parameters: none were run" in text and "spread of luck" in text


def test_corners_are_run_once_each_and_opposite_ones_in_pairs(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    experiment = explored(load_experiment(tmp_path / "first.toml"))
    assert experiment.points is not None and len(experiment.points) == 50 and len(experiment.arms()) == 2
    ends = experiment.points.table[-4:]
    low, high = ends.min(axis=0), ends.max(axis=0)
    assert ((ends == low) | (ends == high)).all() and (ends == low).sum(axis=0).tolist() == [2, 2, 2]
    assert len(np.unique(ends, axis=0)) == 4


def test_sliders_are_chosen_where_a_file_names_none(ready, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "first.toml").write_text(SMALL.partition("[explore]")[0])
    experiment = explored(load_experiment(tmp_path / "first.toml"))
    assert experiment.design is not None and not isinstance(experiment.design.vary, str)
    assert [*experiment.design.vary] == ["backbone-staffing-dose", "histories", "table"]
    assert experiment.design.corners == 8 and len(experiment.points or ()) == 12_000 // (2 * 20 * 2)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("runs = 400", "runs = 100", "100 runs are 12 points of 2 strategies × 2 sets × 2 replicates"),
        ('crisis = "crisis" }', 'crisis = "crises" }', 'there is no condition "crises" of crisis'),
        ("under = { crisis", "under = { crises", 'the experiment does not cross "crises"'),
        ("backbone-staffing.dose", "backbone-stafing.dose", 'no intervention in force "backbone-stafing"'),
        (
            "[explore.vary]",
            "[explore.vary]\n" + "\n".join(f'v{n} = "sites.all.poverty"' for n in range(4)),
            "at most 6",
        ),
        ("corners = 4", 'corners = "many"', "a number of corners"),
        (
            "[explore]",
            '[design]\nmethod = "grid"\nvary = { p = { of = "sites.all.poverty" } }\n[explore]',
            "of its own",
        ),
    ],
)
def test_a_table_that_cannot_be_explored_is_told(ready, tmp_path: Path, old: str, new: str, told: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "first.toml").write_text(SMALL.replace(old, new))
    for command in (("sweep", "first.toml", "--explore"), ("check", "first.toml")):
        said = ready(*command)
        if command[0] == "check" and new == DESIGN:
            continue
        assert said.code == 2 and told in " ".join(said.err.split()), said.err
        assert said.err.startswith("first.toml:") or new == DESIGN


def test_corners_are_for_samples() -> None:
    with pytest.raises(UserError, match="corners is for latin-hypercube or sobol"):
        experiment_from(GRID, load_scenario("laboratory"))


def test_results_without_points_say_which_command_plans_them(ready) -> None:  # type: ignore[no-untyped-def]
    assert ready("sweep", "first.toml", "--workers", "1", "--sets", "2", "--replicates", "2").code == 0
    said = ready("explore", "results/first")
    assert said.code == 2 and "tfs-sim sweep EXPERIMENT --explore" in said.err
    assert ready("explore", "results/nothing").code == 2

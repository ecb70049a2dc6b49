"""Designs: where points lie, what they change, and what is said of mistakes in them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import real

from tfs_sim.experiments.designs import constraints, sampling
from tfs_sim.experiments.designs.distributions import Distribution
from tfs_sim.experiments.designs.variables import changes
from tfs_sim.experiments.execution import runner, simulating
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.plan import Plan
from tfs_sim.scenario.errors import UserError

SHARES = np.linspace(0.001, 0.999, 999)


@pytest.mark.parametrize(
    ("distribution", "mean"),
    [
        (Distribution("uniform", 1, 3), 2.0),
        (Distribution("loguniform", 1, np.e), np.e - 1),
        (Distribution("normal", -np.inf, np.inf, mean=5, sd=2), 5.0),
        (Distribution("normal", 4, 6, mean=5, sd=2), 5.0),
        (Distribution("triangular", 0, 3, mode=0), 1.0),
        (Distribution("triangular", 0, 3, mode=3), 2.0),
        (Distribution("triangular", 0, 6, mode=3), 3.0),
    ],
)
def test_quantiles_have_the_mean_of_their_distribution(distribution: Distribution, mean: float) -> None:
    values = distribution.quantile(SHARES)
    assert (np.diff(values) > 0).all()
    assert values.mean() == pytest.approx(mean, abs=0.005)
    assert distribution.low <= values.min() and values.max() <= distribution.high


def test_a_latin_hypercube_has_one_point_a_slice() -> None:
    shares = sampling.latin_hypercube(40, 3, seed=2)
    assert (np.sort((shares * 40).astype(int), axis=0) == np.arange(40)[:, None]).all()


def test_more_sobol_points_begin_with_the_same_ones() -> None:
    assert (sampling.sobol(1024, 4, 1)[:100] == sampling.sobol(100, 4, 1)).all()


def test_a_grid_has_every_combination_once() -> None:
    table = sampling.grid([np.arange(3.0), np.arange(2.0), np.arange(4.0)])
    assert len(np.unique(table, axis=0)) == len(table) == 24
    assert table[1].tolist() == [0, 0, 1]


def test_one_at_a_time_leaves_the_others_as_they_are() -> None:
    table = sampling.one_at_a_time([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    assert len(table) == 5 and np.isnan(table[0]).all()
    assert (np.isnan(table[1:]).sum(axis=1) == 1).all()


def test_constraints_compare_variables_numbers_and_months() -> None:
    columns = {"a": np.array([1.0, 2.0, np.nan]), "b-c": np.array([2.0, 1.0, 0.0])}
    assert constraints.holds("a <= b-c", columns).tolist() == [True, False, True]
    assert constraints.holds("0 < a + b-c * 2 < 5", columns).tolist() == [False, True, True]
    month = {"begin": np.array([2020 * 12.0, 2020 * 12.0 + 5])}
    assert constraints.holds('begin < "2020-03"', month).tolist() == [True, False]
    for wrong in ("a", "a = b-c", "a <= sin(b-c)", "__import__('os') < 1", "a < 'x'", "a < d"):
        assert constraints.problem(wrong, ["a", "b-c"]) is not None
    assert constraints.problem("a < b_c", ["a", "b-c"]).suggestion == "b-c"  # type: ignore[union-attr]


def test_points_are_what_the_checked_scenario_would_be(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, real.DESIGN)
    points = experiment.points
    assert points is not None and 0 < len(points) <= 6 and len(points) + points.left_out == 6
    for arm in experiment.arms():
        template = arm.scenario.to_template()
        for point in range(len(points)):
            settings = points.settings(point)
            checked = arm.scenario.with_(**changes(arm.scenario, settings)).to_template()
            soon = at_point(template, arm.scenario, settings)
            assert soon.fixed.tobytes() == checked.fixed.tobytes()
            assert soon.parameters == checked.parameters
            assert soon.layout == checked.layout


def test_a_design_becomes_columns(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, real.DESIGN)
    sweep = runner.sweep(experiment, replicates=2, out=tmp_path / "out")
    points = experiment.points
    assert points is not None
    names = ["strategy", "crisis", "point", *(v.name for v in points.variables), "replicate", "site"]
    assert list(sweep.runs.columns[: len(names)]) == names
    assert len(sweep.runs) == 6 * len(points) * 2
    one = sweep.runs.query("strategy == 'more' and crisis == 'crisis' and point == 1 and replicate == 1").iloc[0]
    settings = points.settings(1)
    scenario = next(a.scenario for a in experiment.arms() if a.label == "more, crisis")
    alone = simulating.simulate(scenario.with_(**changes(scenario, settings)), replicates=2, seed=3)
    assert one["trust"] == alone.runs.query("replicate == 1").iloc[0]["trust"]
    assert one["leaving"] == settings["parameters", "turnover", "rate_nonprofit"]
    assert one["begin"] == settings["interventions", "procedure-manuals", "from"]
    assert one["whom"] in {"all", "role partner"}
    assert list(sweep.series.columns[: len(names) + 2]) == [*names, "month", "date"]
    more = runner.sweep(experiment, replicates=3, out=tmp_path / "out")
    assert more.provenance["runs_made"] == 6 * len(points)


RULED = (
    'add = [{ use = "overlap", from = "2020-01", paid_by = "funder" }]',
    'add = [{ use = "overlap", paid_by = "funder", when = { indicator = "trust", below = 0.6 } }]',
)


def test_a_design_over_a_rule(tmp_path: Path) -> None:
    text = """
[design]
method = "grid"
[design.vary]
threshold = { of = "interventions.overlap.when.below", values = [0.2, 0.6, 0.9] }
looks = { of = "interventions.overlap.when.every", values = [1, 6] }
mean = { of = "interventions.overlap.when.over", values = [1, 5] }
"""
    experiment = real.trial(tmp_path, text, change=RULED)
    assert experiment.points is not None and len(experiment.points) == 12
    for arm in experiment.arms():
        template = arm.scenario.to_template()
        for point in range(12):
            settings = experiment.points.settings(point)
            checked = arm.scenario.with_(**changes(arm.scenario, settings)).to_template()
            assert at_point(template, arm.scenario, settings).fixed.tobytes() == checked.fixed.tobytes()
    sweep = runner.sweep(experiment, replicates=2, out=tmp_path / "out")
    on = sweep.runs.query("strategy == 'more' and crisis == 'calm'").groupby("threshold")["adaptive"].mean()
    assert on.is_monotonic_increasing and on.iloc[0] == 0 < on.iloc[-1]


def test_levels_of_whole_numbers_and_months_are_those_that_there_are_each_once(tmp_path: Path) -> None:
    text = """
[design]
method = "grid"
[design.vary]
looks = { of = "interventions.overlap.when.every", low = 1, high = 3, levels = 6 }
onset = { of = "shocks.community-crisis.onset", low = "2020-01", high = "2020-02", levels = 4 }
dose = { of = "interventions.procedure-manuals.dose", low = 0.1, high = 0.4, levels = 4 }
"""
    points = real.trial(tmp_path, text, change=RULED).points
    assert points is not None and len(points) == 3 * 2 * 4
    table = Plan.of(real.trial(tmp_path, text, change=RULED), 1, 1).table().to_pandas()
    assert sorted(table["looks"].unique()) == [1, 2, 3] and len(table["onset"].unique()) == 2
    assert sorted(table["dose"].unique()) == pytest.approx([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("interventions.overlap.when.above", "overlap has no above in its rule in any arm"),
        ("interventions.procedure-manuals.when.every", "procedure-manuals has no a rule in any arm"),
    ],
)
def test_a_design_over_a_rule_that_is_not_there(tmp_path: Path, of: str, said: str) -> None:
    text = f'[design]\nmethod = "grid"\n[design.vary]\nx = {{ of = "{of}", values = [2, 3] }}\n'
    with pytest.raises(UserError, match=said.replace("no a rule", "no rule")):
        real.trial(tmp_path, text, change=RULED)


def test_a_table_of_points(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("leaving,begin\n0.2,2019-05\n0.3,\n", encoding="utf-8")
    vary = '[design.vary]\nleaving = "parameters.turnover.rate_nonprofit"\n'
    vary += 'begin = "interventions.procedure-manuals.from"\n'
    text = '[design]\nmethod = "table"\nfile = "points.csv"\n' + vary
    points = real.trial(tmp_path, text).points
    assert points is not None and len(points) == 2
    assert points.settings(1) == {("parameters", "turnover", "rate_nonprofit"): 0.3}
    (tmp_path / "points.csv").write_text("leaving,begin\n0.2,May\nx,2019-05\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"points\.csv:2: begin: a month is written[^·]*points\.csv:3: leaving: a number"
    ):
        real.trial(tmp_path, text)
    (tmp_path / "points.csv").write_text("leavin,begin\n", encoding="utf-8")
    with pytest.raises(UserError, match=r'points\.csv:1: column "leavin" is no variable'):
        real.trial(tmp_path, text)


def test_a_table_of_points_chooses_a_target_by_the_words_that_results_have_for_it(tmp_path: Path) -> None:
    of = "interventions.procedure-manuals.target"
    text = '[design]\nmethod = "table"\nfile = "points.csv"\n[design.vary]\n'
    text += f'whom = {{ of = "{of}", values = ["all", {{ role = "partner" }}] }}\n'
    (tmp_path / "points.csv").write_text("whom\nrole partner\nall\n", encoding="utf-8")
    experiment = real.trial(tmp_path, text)
    assert [experiment.points.settings(n)[tuple(of.split("."))] for n in range(2)] == [{"role": "partner"}, "all"]
    assert Plan.of(experiment, 1, 1).table()["whom"].to_pylist() == ["role partner", "all"]
    (tmp_path / "points.csv").write_text("whom\npartner\n", encoding="utf-8")
    with pytest.raises(UserError, match=r'"partner" is none of its values \(all or role partner\)'):
        real.trial(tmp_path, text)


GRID = '[design]\nmethod = "grid"\n[design.vary]\n'
CASES = [
    ('x = "parameters.turnver.rate_nonprofit"', 'no mechanism "turnver"', "parameters.turnover.rate_nonprofit"),
    ('x = "parameters.turnover.rate_nonprofits"', "has no", "parameters.turnover.rate_nonprofit"),
    ('x = "intervention.overlap.dose"', "begins with", "interventions.overlap.dose"),
    ('x = "interventions.overlapp.dose"', "no intervention in force", "interventions.overlap.dose"),
    ('x = "interventions.transition-plan.dose"', "no intervention in force", ""),
    ('x = "shocks.community-crisis.dept"', "has no", "shocks.community-crisis.depth"),
    ('x = "sites.rivertown.grievance"', "no site", "sites.riverton.grievance"),
    ('x = "sites.riverton"', "too few parts", ""),
    ('x = { of = "interventions.overlap.from" }', "low and high are needed", ""),
    ('x = { of = "interventions.overlap.from", low = "2019-01", high = "2029-01" }', "after the clock ends", ""),
    ('x = { of = "interventions.overlap.from", low = 3, high = 4 }', 'a month is written "2020-03"', ""),
    ('x = { of = "sites.all.grievance", high = 60 }', "grievance is a share between 0 and 1; found 60", ""),
    ('x = { of = "sites.all.grievance", distribution = "loguniorm" }', "is a distribution", "loguniform"),
    ('x = { of = "sites.all.grievance", distribution = "normal" }', "needs mean and sd", ""),
    ('replicate = "sites.all.grievance"', "is a column of every result", ""),
    ('x = { of = "interventions.overlap.target", values = ["al"] }', 'is "all" or a table', ""),
    ('x = { of = "interventions.overlap.target", values = ["all", { a = 1 }] }', "target: there is no key a in it", ""),
    ('x = { of = "interventions.overlap.target", values = [{ role = 3 }] }', "target: role is a role", ""),
    ('x = { of = "interventions.overlap.target", values = [{ organizations = 3 }] }', "organizations is a list", ""),
    ("x = {}", "a variable lacks of", ""),
    ('x = { of = "sites.all.grievance", valus = [1] }', "there is no key valus in a variable", "values"),
    (f'x = "{"y" * 3000}"', "x is a text of at most 2,000 characters; found 3,000", ""),
    ('x = ""', "begins with", ""),
]


@pytest.mark.parametrize(("line", "said", "meant"), CASES)
def test_mistakes_in_a_design(tmp_path: Path, line: str, said: str, meant: str) -> None:
    with pytest.raises(UserError) as caught:
        real.trial(tmp_path, GRID, line + "\n")
    (mistake,) = caught.value.mistakes
    assert said in mistake.message
    assert mistake.suggestion == meant
    assert mistake.place().startswith("trial.toml:") and "design" in mistake.source + line + "design"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('method = "sobol"', "a sobol design needs points"),
        ('method = "grid"\npoints = 4', "points is for latin-hypercube or sobol"),
        ('method = "grid"\nfile = "x.csv"', "file is for a table"),
        ('method = "table"\nfile = "none.csv"', 'file "none.csv"'),
        ('method = "lhs"\npoints = 4', "is a design"),
        ('method = "grid"\nconstraints = ["y < 1"]', 'there is no variable "y"'),
        ('method = "grid"\nconstraints = ["x < 0"]', "no point meets the constraints"),
        (f'method = "grid"\nconstraints = ["{"(" * 60}x{")" * 60} < 1"]', "nested more than 50 deep"),
    ],
)
def test_mistakes_in_the_kind_of_design(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        real.trial(tmp_path, f'[design]\n{text}\nvary = {{ x = "sites.all.grievance" }}\n')


@pytest.mark.parametrize("text", ["y / x < 2", "1 / (x - 0.5) < 9 * y", "y < 1 / (x * y)", "y / (x - x) > 0"])
def test_a_constraint_that_divides_by_zero_at_a_point_is_told(tmp_path: Path, text: str) -> None:
    design = f'[design]\nmethod = "grid"\nconstraints = ["x <= 1", "{text}"]\n[design.vary]\n'
    x, y = '{ of = "sites.all.grievance", values = [0, 0.5] }', '{ of = "sites.all.at_the_table", values = [0.2, 0.5] }'
    with pytest.raises(UserError) as caught:
        real.trial(tmp_path, f"{design}x = {x}\ny = {y}\n")
    (mistake,) = caught.value.mistakes
    assert f'"{text}" divides by zero at ' in mistake.message and ", the first with x 0" in mistake.message
    assert mistake.source.startswith("constraints = ")
    without_zero = x.replace("[0, 0.5]", "[0.25, 0.75]")
    if "x - x" not in text:
        assert real.trial(tmp_path, f"{design}x = {without_zero}\ny = {y}\n").points is not None


def test_a_level_may_have_a_scenario_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(
        'extends = "town.toml"\n[sites.riverton]\norganizations = { nonprofit = 5 }\n', encoding="utf-8"
    )
    levels = '{ label = "calm", shocks = [] }, { label = "small", scenario = "small.toml" }'
    change = ('{ label = "calm", shocks = [] }', levels)
    (tmp_path / "town.toml").write_text(real.TOWN, encoding="utf-8")
    experiment = real.trial(tmp_path, change=change)
    sizes = {arm.label: len(arm.scenario.organizations()["riverton"]) for arm in experiment.arms()}
    assert sizes["manuals, calm"] == 10 and sizes["manuals, small"] == 9
    small = next(arm.scenario for arm in experiment.arms() if arm.label == "manuals, small")
    assert [item.use for item in small.in_force()[0]] == ["procedure-manuals"] and len(small.shocks) == 1


def test_a_level_without_the_site_of_the_snapshots_has_none(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(real.TOWN.replace("riverton", "elsewhere"), encoding="utf-8")
    levels = '{ label = "calm", shocks = [] }, { label = "other", scenario = "other.toml" }'
    more = '[snapshots]\nsite = "riverton"\nmonths = ["2019-03"]\n'
    experiment = real.trial(tmp_path, more, change=('{ label = "calm", shocks = [] }', levels))
    sweep = runner.sweep(experiment, replicates=2, out=tmp_path / "out", workers=1)
    assert set(sweep.network["crisis"]) == {"calm", "crisis"}
    assert set(sweep.organizations["site"]) == set(sweep.experiment["sites"]) == {"riverton", "elsewhere"}


def test_a_plan_of_a_million_points_takes_seconds(tmp_path: Path) -> None:
    began = time.process_time()
    text = real.DESIGN.replace("points = 6", "points = 1_000_000")
    experiment = real.trial(tmp_path, text)
    plan = Plan.of(experiment, 1, 1)
    assert 800_000 < plan.runs <= 1_000_000
    assert plan.settings(plan.runs - 1)
    assert time.process_time() - began < 5

"""What designs draw of declared parameters: `Parameter.plausible` in every method, and designs in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import real

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.execution import runner, simulating
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage.status import status
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import specification
from tfs_sim.scenario.errors import UserError

SKEWED = ("turnover.rate_nonprofit", "backbone.partner_hours", "trust.memory", "effort.divided", "turnover.notice")
"""Defaults below the middle of the range, one at its end, and one that counts months."""


def declared(name: str):  # type: ignore[no-untyped-def]
    owner, _, key = name.partition(".")
    return specification(MECHANISMS[owner].parameters)[key]


def vary(*more: str) -> str:
    named = (f'{name.replace(".", "-")} = {{ of = "parameters.{name}"{", ".join(("", *more))} }}' for name in SKEWED)
    return "[design.vary]\n" + "\n".join(named) + "\n"


def table(folder: Path, head: str, text: str) -> np.ndarray:
    points = real.trial(folder, f"[design]\n{head}\n{text}").points
    assert points is not None
    return points.table


@pytest.mark.parametrize(
    "text", [vary(), vary('distribution = "plausible"'), f'vary = "plausible: {", ".join(SKEWED)}"\n']
)
@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_samples_have_the_quantiles_of_what_is_plausible(tmp_path: Path, method: str, text: str) -> None:
    found = table(tmp_path, f'method = "{method}"\npoints = 1024', text)
    names = SKEWED if "[design.vary]" in text else in_catalogue(SKEWED)
    middle = (np.arange(1024) + 0.5) / 1024
    for column, name in enumerate(names):
        p = declared(name)
        assert found[:, column].min() >= p.low and found[:, column].max() <= p.high
        off = np.abs(np.sort(found[:, column]) - p.plausible(middle))
        if p.whole:  # where two whole numbers meet, a point or two fall on the other side
            assert np.count_nonzero(off) <= 4
        else:
            assert off.max() <= 2.1 * (p.high - p.low) / 1024, name
        below = np.mean(found[:, column] < p.default)
        if p.low < p.default < p.high and not p.whole:
            assert below == pytest.approx(0.5, abs=0.002), name


def in_catalogue(names: tuple[str, ...]) -> list[str]:
    return [f"{owner}.{key}" for owner, m in MECHANISMS.items() for key in specification(m.parameters)
            if f"{owner}.{key}" in names]  # fmt: skip


@pytest.mark.parametrize("method", ["grid", "one-at-a-time"])
@pytest.mark.parametrize("levels", [2, 3, 5, 6])
def test_levels_stand_at_equal_shares_of_what_is_plausible(tmp_path: Path, method: str, levels: int) -> None:
    found = table(tmp_path, f'method = "{method}"', vary(f"levels = {levels}"))
    for column, name in enumerate(SKEWED):
        p, values = declared(name), found[:, column]
        expected = np.unique(p.plausible(np.linspace(0.0, 1.0, levels)))
        assert np.unique(values[~np.isnan(values)]).tolist() == expected.tolist(), name
        assert {p.low, p.high} <= set(expected.tolist())
        if levels % 2 and p.low < p.default < p.high:
            assert p.default in expected


def test_a_range_or_a_distribution_of_ones_own_is_what_one_wrote(tmp_path: Path) -> None:
    head = 'method = "sobol"\npoints = 1024'
    p = declared("turnover.rate_nonprofit")
    of = 'x = { of = "parameters.turnover.rate_nonprofit", '
    evenly = table(tmp_path, head, f"[design.vary]\n{of}low = 0.1 }}\n")[:, 0]
    assert np.median(evenly) == pytest.approx((0.1 + p.high) / 2, abs=0.001)
    named = table(tmp_path, head, f'[design.vary]\n{of}distribution = "uniform" }}\n')[:, 0]
    assert np.median(named) == pytest.approx((p.low + p.high) / 2, abs=0.001)
    assert abs(np.median(named) - p.default) > 0.01
    dose = table(tmp_path, head, '[design.vary]\nx = "interventions.procedure-manuals.dose"\n')[:, 0]
    assert np.median(dose) == pytest.approx(0.5, abs=0.001)


ONE = '[design]\nmethod = "latin-hypercube"\npoints = 3\n'
CASES = [
    ('x = { of = "sites.all.grievance", distribution = "plausible" }', "no plausible range is declared"),
    ('x = { of = "interventions.overlap.dose", distribution = "plausible" }', "no plausible range is declared"),
    ('x = { of = "shocks.community-crisis.depth", distribution = "plausible" }', "no plausible range is declared"),
    ('x = { of = "parameters.effort.levels", distribution = "plausible" }', "no plausible range is declared"),
    ('x = { of = "parameters.effort.levels" }', "low and high are needed"),
    ('x = { of = "parameters.trust.memory", low = 20, distribution = "plausible" }', "leave out low and high"),
    ('x = { of = "parameters.trust.memory", values = [20], distribution = "uniform" }', "leave out distribution"),
    ('x = { of = "parameters.trust.memory", values = [20], low = 3 }', "leave out low"),
    ('x = { of = "parameters.effort.timing", distribution = "uniform" }', "is a choice: give values instead of"),
    ('x = { of = "parameters.trust.memory", mean = 20 }', 'mean is for distribution = "normal"; this one is plausible'),
    ('x = { of = "parameters.trust.memory", low = 1, mode = 20 }', 'mode is for distribution = "triangular"'),
    ('x = { of = "parameters.agenda.dimensions", values = [30, 30.5] }', "a whole number is expected; found 30.5"),
    ('x = { of = "parameters.agenda.dimensions", low = 20.5 }', "a whole number is expected; found 20.5"),
    ('x = { of = "interventions.overlap.lasts", values = [1.5] }', "a whole number is expected; found 1.5"),
    ('x = { of = "interventions.overlap.taper", low = 1, high = 2.5 }', "a whole number is expected; found 2.5"),
    ('x = { of = "sites.riverton.students", values = [100.5, 200] }', "a whole number is expected; found 100.5"),
    ('x = { of = "sites.riverton.students", low = 1e400, high = 3 }', "low is a number or a month"),
    ('x = { of = "interventions.overlap.from", low = "2019-13", high = "2020-06" }', "months go from 01 to 12"),
    ('x = { of = "interventions.overlap.from", values = ["2020-1-"] }', 'a month is written "2020-03"'),
    ('x = { of = "sites.riverton.grievance", values = [nan, 0.2] }', "found nan, which is not a finite number"),
    ('x = { of = "sites.all.grievance", distribution = "normal", mean = inf, sd = 1 }', "mean is a number"),
    ('x = { of = "sites.all.grievance", distribution = "normal", mean = 0.2, sd = inf }', "sd is a number"),
    ('x = { of = "sites.all.grievance", distribution = "normal", mean = 0.2, sd = 0 }', "sd is above 0"),
    ('x = "sites.all.grievance"\ny = "sites.all.grievance"', "y and x both set sites.all.grievance"),
    ('x = "sites.all.grievance"\ny = "sites.riverton.grievance"', "y and x both set sites.riverton.grievance"),
    ('x = "sites.riverton.grievance"\ny = "sites.all.grievance"', "y and x both set sites.riverton.grievance"),
    (
        'x = { of = "interventions.overlap.lasts", values = [2] }\n'
        'y = { of = "interventions.overlap.until", values = ["2020-03"] }',
        "y and x both set when overlap ends",
    ),
]


@pytest.mark.parametrize(("lines", "said"), CASES)
@pytest.mark.parametrize("method", ["grid", "latin-hypercube"])
def test_what_cannot_be_drawn_is_told_at_its_line(tmp_path: Path, method: str, lines: str, said: str) -> None:
    head = '[design]\nmethod = "grid"\n' if method == "grid" else ONE
    with pytest.raises(UserError) as caught:
        real.trial(tmp_path, head, f"[design.vary]\n{lines}\n")
    (mistake,) = caught.value.mistakes
    assert said in mistake.message
    assert mistake.source == lines.splitlines()[-1]


def test_fractions_in_a_file_of_points_are_told(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x\n1000\n1000.5\n", encoding="utf-8")
    text = '[design]\nmethod = "table"\nfile = "points.csv"\n[design.vary]\nx = "sites.riverton.students"\n'
    with pytest.raises(UserError, match=r"points\.csv:3: x: a whole number is expected; found 1000\.5"):
        real.trial(tmp_path, text)


def test_experiment_json_says_how_each_variable_is_drawn(tmp_path: Path) -> None:
    text = """
[design]
method = "latin-hypercube"
points = 2
[design.vary]
a = "parameters.turnover.rate_nonprofit"
b = "sites.all.grievance"
c = { of = "sites.all.at_the_table", distribution = "normal", mean = 0.4, sd = 0.1 }
d = { of = "interventions.overlap.target", values = ["all", { role = "partner" }] }
"""
    sweep = runner.sweep(real.trial(tmp_path, text), replicates=1, out=tmp_path / "out")
    design = sweep.experiment["design"]
    assert [each["distribution"] for each in design["variables"].values()] == [
        "plausible", "uniform", "normal", "values",
    ]  # fmt: skip
    assert (design["variables"]["c"]["mean"], design["variables"]["c"]["sd"]) == (0.4, 0.1)
    assert design["in_runs"] and {"a", "b", "c", "d"} <= set(sweep.runs.columns)


# ── One line ────────────────────────────────────────────────────────────────────────────────────────────


def one_line(folder: Path, line: str, method: str = "latin-hypercube", points: int = 3, **change: str) -> Experiment:
    changed = tuple(change.values()) or ("", "")
    text = f'[design]\nmethod = "{method}"\npoints = {points}\nvary = "{line}"\n'
    return real.trial(folder, text, change=changed)  # type: ignore[arg-type]


def names(experiment: Experiment) -> list[str]:
    assert experiment.points is not None
    return [variable.name for variable in experiment.points.variables]


EVERY = [f"{owner}.{key}" for owner, m in MECHANISMS.items() for key, p in specification(m.parameters).items()
         if not p.choices and p.low < p.high]  # fmt: skip


def test_one_line_names_every_parameter_with_a_range_or_some(tmp_path: Path) -> None:
    assert names(one_line(tmp_path, "plausible")) == EVERY
    assert len(EVERY) > 200
    some = names(one_line(tmp_path, "plausible: trust, turnover.notice_share"))
    assert some == [name for name in EVERY if name.startswith("trust.") or name == "turnover.notice_share"]


def test_mechanisms_that_are_off_everywhere_do_not_vary(tmp_path: Path) -> None:
    off = ("crisis = [", 'crisis = [{ label = "off", mechanisms = { policy = false } }, ')
    assert names(one_line(tmp_path, "plausible", old=off[0], new=off[1])) == EVERY  # on in other levels
    town = real.TOWN
    try:
        real.TOWN += "[mechanisms]\npolicy = false\n"
        assert names(one_line(tmp_path, "plausible")) == [n for n in EVERY if not n.startswith("policy.")]
        with pytest.raises(UserError, match="policy is off in every arm"):
            one_line(tmp_path, "plausible: policy")
    finally:
        real.TOWN = town


@pytest.mark.parametrize(
    ("line", "said", "meant"),
    [
        ("plausible: turnovr", 'no mechanism and no parameter "turnovr"', "turnover"),
        ("plausible: turnover.notice_shar", "no mechanism and no parameter", "turnover.notice_share"),
        ("plausible:", "a name is missing", ""),
        ("plausible: effort.levels", "has no plausible range", ""),
        ("plausibel", "or a table of variables by name; found", "plausible"),
    ],
)
def test_mistakes_in_one_line(tmp_path: Path, line: str, said: str, meant: str) -> None:
    with pytest.raises(UserError) as caught:
        one_line(tmp_path, line)
    (mistake,) = caught.value.mistakes
    assert said in mistake.message and mistake.suggestion == meant and f'vary = "{line}"' in mistake.source


def test_a_grid_of_everything_is_too_much_and_a_table_has_its_own_columns(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than 1,000,000,000,000,000 points"):
        real.trial(tmp_path, '[design]\nmethod = "grid"\nvary = "plausible"\n')
    with pytest.raises(UserError, match="named one by one"):
        real.trial(tmp_path, '[design]\nmethod = "table"\nfile = "x.csv"\nvary = "plausible"\n')


def test_constraints_name_parameters_in_full(tmp_path: Path) -> None:
    text = '[design]\nmethod = "sobol"\npoints = 64\nvary = "plausible: turnover"\n'
    points = real.trial(tmp_path, text, 'constraints = ["turnover.notice_share < 0.7"]\n').points
    assert points is not None and 0 < points.left_out < 64
    column = [variable.name for variable in points.variables].index("turnover.notice_share")
    assert points.table[:, column].max() < 0.7
    with pytest.raises(UserError, match=r'no variable "turnover\.notice_shar"'):
        real.trial(tmp_path, text, 'constraints = ["turnover.notice_shar < 0.7"]\n')


def test_columns_stand_in_the_points_alone_and_what_arms_write_wins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = "parameters = { turnover = { notice_share = 0.9 } }\nadd = [{"
    experiment = one_line(tmp_path, "plausible", old="add = [{", new=written)
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "trial.toml")])
    said = capsys.readouterr().out
    assert f"\n  {len(EVERY)} parameters vary over their plausible ranges\n" in said
    assert "\n  written, so not drawn under more: turnover.notice_share\n" in said
    sweep = runner.sweep(experiment, replicates=2, out=tmp_path / "out")
    assert list(sweep.points.columns) == ["point", *EVERY]
    assert list(sweep.runs.columns[:5]) == ["strategy", "crisis", "point", "replicate", "site"]
    assert not [name for name in (*sweep.runs.columns, *sweep.series.columns) if "." in name]
    assert sweep.experiment["design"]["in_runs"] is False
    points = experiment.points
    assert points is not None
    for arm in experiment.arms():
        for point in range(len(points)):
            drawn: dict[str, dict[str, float]] = {}
            for (_, owner, key), value in points.settings(point).items():
                drawn.setdefault(owner, {})[key] = value
            if arm.strategy == "more":
                assert drawn["turnover"].pop("notice_share") != 0.9
            alone = simulating.simulate(arm.scenario.with_(parameters=drawn), replicates=2, seed=3)
            here = sweep.runs.query(f"strategy == '{arm.strategy}' and crisis == '{arm.levels['crisis']}'")
            assert here.query(f"point == {point}")["trust"].tolist() == alone.runs["trust"].tolist()


def test_what_every_arm_writes_does_not_vary(tmp_path: Path) -> None:
    town = real.TOWN
    try:
        real.TOWN += "[parameters.turnover]\nnotice_share = 0.5\n"
        assert names(one_line(tmp_path, "plausible")) == [n for n in EVERY if n != "turnover.notice_share"]
        with pytest.raises(UserError, match="written in every arm"):
            one_line(tmp_path, "plausible: turnover.notice_share")
    finally:
        real.TOWN = town


def test_a_default_that_an_arm_writes_is_not_forked_away(tmp_path: Path) -> None:
    """An arm that writes the default has the same template as one that does not, and other points."""
    default = declared("trust.memory").default
    written = f"parameters = {{ trust = {{ memory = {default} }} }}\nadd = [{{"
    experiment = one_line(tmp_path, "plausible: trust.memory", old="add = [{", new=written)
    sweep = runner.sweep(experiment, replicates=1, out=tmp_path / "out")
    arm = next(arm for arm in experiment.arms() if arm.label == "more, calm")
    alone = simulating.simulate(arm.scenario, replicates=1, seed=3).runs["trust"].tolist()
    assert sweep.runs.query("strategy == 'more' and crisis == 'calm'")["trust"].tolist() == 3 * alone
    assert sweep.runs.query("strategy == 'manuals' and crisis == 'calm'")["trust"].nunique() == 3
    assert sweep.provenance["runs_made"] == 2 * (3 + 3 + 1)


def test_one_line_grows_shards_and_shares_runs_with_tables(tmp_path: Path) -> None:
    few = one_line(tmp_path, "plausible", "sobol", 4)
    runner.sweep(few, replicates=2, out=tmp_path / "out")
    many = one_line(tmp_path, "plausible", "sobol", 6)
    sweep = runner.sweep(many, replicates=2, out=tmp_path / "out")
    assert sweep.provenance["runs_made"] == 6 * 2 * 2
    assert status(tmp_path / "out").finished
    shards = [runner.sweep(many, replicates=2, shard=(n, 3), out=tmp_path / f"s{n}").folder for n in (1, 2, 3)]
    merged = merge(shards, tmp_path / "merged")
    assert not merged.gaps
    again = type(sweep).load(tmp_path / "merged")
    assert again.digest() == sweep.digest() and list(again.points.columns) == ["point", *EVERY]
    some = ["turnover.notice_share", "trust.memory"]
    short = one_line(tmp_path, f"plausible: {', '.join(some)}", "sobol", 4)
    first = runner.sweep(short, replicates=1, out=tmp_path / "short")
    assert first.provenance["runs_made"] == 6 * 4
    table = "[design.vary]\n" + "".join(f'{n.partition(".")[2]} = "parameters.{n}"\n' for n in names(short))
    longer = real.trial(tmp_path, f'[design]\nmethod = "sobol"\npoints = 4\n{table}')
    before = sorted(path.name for path in (tmp_path / "short/parts").rglob("*.parquet"))
    runner.sweep(longer, replicates=1, out=tmp_path / "short")
    assert sorted(path.name for path in (tmp_path / "short/parts").rglob("*.parquet")) == before != []

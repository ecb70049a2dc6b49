"""The matrix of necessity: its predictions, when a row breaks, what the command says, and rows that must break."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfs_sim import validation
from tfs_sim.cli import main
from tfs_sim.model.catalogue import ALWAYS_ON, MECHANISMS
from tfs_sim.validation import matrix, predictions, running
from tfs_sim.validation.predictions import Prediction, rows_of
from tfs_sim.validation.row import Budget, Effects, Measured, Region, Row

BUDGET = Budget(points=30, replicates=2, workers=1)
OFF = running.Variation("without patience", off=("patience",))


def ubiquity(good: int, points: int = 30, effect: float = 1.0) -> Measured:
    """Return what a row finds whose effect holds in so many points."""
    values = np.where(np.arange(points) < good, effect, 0.0)
    share = good / points
    return Measured(share >= 0.82, f"in {share:.0%}", Effects(values, 0.2, "something"), (0.0, 1.0), share)


def existence(holds: bool) -> Measured:
    curve = {"one": np.array([0.0, 1.0 if holds else 0.1])}
    return Measured(holds, "a region", Region(np.arange(2.0), curve, curve, "condition", "quantity"))


def row(name: str, kind: str, check) -> Row:  # type: ignore[no-untyped-def]
    return Row(name, f"Title of {name}", "A paper", kind, "something", check, "no parameter")  # type: ignore[arg-type]


def changing(name: str, usual: Measured, without: Measured, kind: str = "ubiquity") -> Row:
    """Return a row that finds one thing with everything on, and another under a variation."""
    return row(name, kind, lambda budget: usual if running.current() is running.AS_IT_IS else without)


def outcome(each: Row) -> str:
    found = matrix.filled([each], [matrix.Trial("patience", "Patience", OFF, Prediction())], BUDGET)
    return found.columns[0].cells[0].outcome


def test_every_mechanism_with_a_switch_has_a_prediction_about_rows_that_there_are():
    names = {each.name for each in validation.all_rows() if each.kind in ("ubiquity", "existence")}
    assert set(predictions.PREDICTIONS) == set(MECHANISMS) - ALWAYS_ON
    for name, said in {**predictions.PREDICTIONS, "mixing": predictions.RANDOM_MIXING}.items():
        breaks, defined, survives = (set(rows_of(each)) for each in (said.breaks, said.defined, said.survives))
        own = set(said.own.split())
        assert breaks | defined | survives | own <= names, name
        assert not (breaks & defined or breaks & survives or defined & survives), name
        assert survives <= own <= breaks | defined | survives, f"{name}: every row of its own has a prediction"
    assert set(rows_of(predictions.NOT_OF_AN_AGGREGATE)) <= names


@pytest.mark.parametrize(
    ("usual", "without", "expected"),
    [
        (30, 30, "holds"),
        (30, 25, "holds"),
        (30, 24, "in doubt"),  # fails by its own verdict, but 24 of 30 against 30 of 30 has p = 0.012
        (30, 23, "breaks"),
        (30, 0, "breaks"),
        (20, 0, "fails anyway"),
        (26, 18, "in doubt"),  # from a share that is on the edge more is needed
        (26, 15, "breaks"),
    ],
)
def test_a_share_breaks_where_it_falls_short_by_more_than_luck(usual, without, expected):
    assert outcome(changing("M6b", ubiquity(usual), ubiquity(without))) == expected


def test_a_region_breaks_where_it_is_missing_in_a_larger_sample_as_well():
    assert outcome(changing("M7", existence(True), existence(False), "existence")) == "breaks"
    assert outcome(changing("M7", existence(True), existence(True), "existence")) == "holds"

    def by_luck(budget: Budget) -> Measured:
        return existence(running.current() is running.AS_IT_IS or budget.seed == matrix.SECOND.seed)

    assert outcome(row("M7", "existence", by_luck)) == "holds"
    assert outcome(row("M7", "existence", lambda b: existence(b.seed != matrix.SECOND.seed))) == "fails anyway"


def test_a_row_that_stumbles_is_a_result():
    def nobody(budget: Budget) -> Measured:
        if running.current() is not running.AS_IT_IS:
            raise IndexError("nobody is chosen")
        return ubiquity(30)

    found = matrix.filled([row("M6b", "ubiquity", nobody)], [matrix.Trial("patience", "", OFF, Prediction())], BUDGET)
    (cell,) = found.columns[0].cells
    assert cell.outcome == "cannot be asked"
    assert "nobody is chosen" in cell.found
    assert running.current() is running.AS_IT_IS


def test_sizes_and_empty_breaks():
    assert matrix.size(ubiquity(30, effect=2.0)) == 2.0
    assert matrix.size(existence(True)) == 1.0
    assert matrix.empty(ubiquity(0)) and not matrix.empty(ubiquity(1))
    flat = {"one": np.ones(3)}
    assert matrix.empty(Measured(False, "", Region(np.arange(3.0), flat, flat, "x", "y")))
    nothing = Measured(False, "", Effects(np.full(3, np.nan), 0.2, ""), share=0.0)
    assert matrix.empty(nothing) and matrix.size(nothing) is None


@pytest.mark.parametrize(
    ("without", "verdict", "survived"),
    [
        ({"M6a": 0, "M6b": 0}, "necessary", ()),
        ({"M6a": 30, "M6b": 0}, "in part", ("M6a",)),
        ({"M6a": 30, "M6b": 30}, "NOT NECESSARY", ("M6a", "M6b")),
        ({"M6a": 24, "M6b": 24}, "in doubt", ()),
    ],
)
def test_what_a_mechanisms_own_rows_show(without, verdict, survived):
    rows = [changing(name, ubiquity(30), ubiquity(good)) for name, good in without.items()]
    (column,) = matrix.filled(rows, matrix.trials(["patience"]), BUDGET).columns
    assert (column.verdict, column.survived) == (verdict, survived)


def test_what_breaks_by_definition_says_nothing():
    rows = [changing("M5a", ubiquity(30), ubiquity(0)), changing("M5b", ubiquity(30), ubiquity(30))]
    (column,) = matrix.filled(rows, matrix.trials(["communication"]), BUDGET).columns
    assert (column.verdict, column.survived) == ("by definition", ())


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def calling(rows, *arguments):
        monkeypatch.setattr(validation, "all_rows", lambda: tuple(rows))
        with pytest.raises(SystemExit) as leaving:
            main(["validate", *arguments])
        out, err = capsys.readouterr()
        return int(leaving.value.code or 0), out, err

    return calling


NEEDED = (changing("M6a", ubiquity(30), ubiquity(0)), changing("M6b", ubiquity(30), ubiquity(0)))
NOT_NEEDED = (NEEDED[0], changing("M6b", ubiquity(30), ubiquity(30)), row("R1", "exact", None))


def test_the_command_says_what_survives_and_leaves_with_1(call, tmp_path):
    code, out, _ = call(NEEDED, "--necessity", "--without", "patience")
    assert code == 0
    assert "No pattern holds without its own mechanism." in out
    code, out, _ = call(NOT_NEEDED, "--necessity", "--without", "patience,policy")
    assert code == 1
    assert "M6b holds without patience." in out
    folder = tmp_path / "results" / "validation"
    page = (folder / "necessity.html").read_text(encoding="utf-8")
    assert "M6b holds without patience" in page
    assert 'src="data:image/svg+xml;base64,' in page
    data = (folder / "data" / "necessity.csv").read_text(encoding="utf-8").splitlines()
    assert len(data) == 1 + 2 * 2, "two rows by two mechanisms; exact rows are left out"
    assert "M6b,True,breaks,holds,1.0,1.0" in data[2]


def test_the_command_for_programs(call):
    code, out, _ = call(NOT_NEEDED, "--necessity", "--without", "patience", "--json", "--quick")
    found = json.loads(out)
    assert code == 1
    assert found["points"] == matrix.QUICK.points
    assert found["variations"][0]["own_rows_that_hold"] == ["M6b"]
    assert [cell["outcome"] for cell in found["variations"][0]["cells"]] == ["breaks", "holds"]


@pytest.mark.parametrize("more", [(), ("--necessity",)])
@pytest.mark.parametrize(
    ("without", "said"),
    [("trsut", 'did you mean "trust"?'), ("levers", "cannot be switched off"), ("", "is given an empty text")],
)
def test_names_of_mechanisms_are_checked_before_any_work(call, tmp_path, more, without, said):
    code, out, err = call(NEEDED, *more, "--without", without)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "results").exists()


def test_the_table_with_mechanisms_off_has_a_page_of_its_own(call, tmp_path):
    def stumbles(budget: Budget) -> Measured:
        return [][0] if running.current().off else ubiquity(30)  # type: ignore[no-any-return]

    rows = (*NEEDED, row("M7", "existence", stumbles))
    code, out, _ = call(rows, "--without", "patience", "--without", "trust,patience")
    assert code == 1
    assert "3 of 3 rows fail: M6a, M6b, M7." in out
    page = (tmp_path / "results" / "validation-without-patience-trust" / "index.html").read_text(encoding="utf-8")
    assert "With patience and trust switched off" in page
    assert "cannot be asked (IndexError" in page
    assert not (tmp_path / "results" / "validation").exists()
    assert call(rows)[0] == 0


def test_a_folder_of_a_matrix_takes_a_table_that_links_to_it(call, tmp_path):
    call(NEEDED, "--necessity", "--without", "patience", "--out", "here")
    assert call(NEEDED, "--out", "here")[0] == 0
    assert 'href="necessity.html"' in (tmp_path / "here" / "index.html").read_text(encoding="utf-8")
    assert not list(Path("here").rglob(".unfinished-*"))


DIAGONAL = {"institutional_trust": ["M2"], "patience": ["M6b"], "repair": ["M4b"], "portfolio": ["M16a"]}


@pytest.mark.long
@pytest.mark.parametrize(("mechanism", "broken"), DIAGONAL.items(), ids=lambda value: str(value))
def test_without_the_mechanism_its_own_pattern_is_gone(mechanism, broken):
    (column,) = validation.necessity(broken, [mechanism], quick=True).columns
    assert [cell.row for cell in column.cells if cell.outcome == "breaks"] == broken
    assert column.verdict == "necessary"


@pytest.mark.slow
def test_trouble_at_the_national_level_is_that_of_a_small_table():
    """The ablation behind M16c: the same three nationals at a table of twelve lack no clarity any more."""
    from tfs_sim.model.state import ACTIVE, PARTNER
    from tfs_sim.scenario import load_scenario
    from tfs_sim.validation.rows.m16_portfolio import FIRST_YEAR

    flagship = load_scenario("together-for-students").with_(months=FIRST_YEAR[1])
    three = {f"national/{name}" for name in flagship.nationals}

    def gap(others: int) -> float:
        more = {f"another-{n}": {"fte": 10} for n in range(others)}
        template = flagship.with_(nationals=more).to_template()
        asked = np.array([each.identity in three for each in template.organizations])
        assert asked.sum() == 3
        gaps = []
        for replicate in range(10):
            for month, world, _ in running.trace(template, 20240229, replicate):
                local = (world.role == PARTNER) & (world.status == ACTIVE) & (world.in_post == 1)
                national = asked & (world.in_post == 1)
                if month >= FIRST_YEAR[0] and national.any():
                    gaps.append(world.clarity[local].mean() - world.clarity[national].mean())
        return float(np.mean(gaps))

    assert gap(0) > 0.1
    assert abs(gap(9)) < 0.05

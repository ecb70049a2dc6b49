"""Contested forms: declared once, run over the same luck, verdicts on known changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from asked import command
from hand import written
from reading import the

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import paired
from tfs_sim.analysis.windows import metric
from tfs_sim.calibration import evaluate, load_calibration
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution.again import again
from tfs_sim.figures.structure import structure_chart
from tfs_sim.literature import bibliography
from tfs_sim.model.catalogue import ALWAYS_ON, MECHANISMS
from tfs_sim.model.declare import specification
from tfs_sim.reasons import FORMS, Structure, named_forms, structure
from tfs_sim.reasons.structure import formed, verdict_on
from tfs_sim.reasons.structure_words import on_forms, told
from tfs_sim.scenario.errors import UserError

THREE = ("organizations-trust", "weak-link", "inherited-grudges")


@pytest.fixture(scope="module")
def found(swept) -> Structure:
    return structure(swept[1].folder, "documentation", forms=named_forms(THREE))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_is_one_that_the_model_can_be_and_is_not_by_any_plausible_set(form) -> None:
    assert form.parameters or form.off
    for owner, values in form.parameters.items():
        declared = specification(MECHANISMS[owner].parameters)
        for key, value in values.items():
            assert declared[key].smallest <= value <= declared[key].largest
            assert not declared[key].low <= value <= declared[key].high, f"{owner}.{key}: another guess, not a form"
    assert all(name in MECHANISMS and name not in ALWAYS_ON for name in form.off)
    assert bibliography.keys(form.source) or form.source == "no measurement found"
    assert set(bibliography.keys(form.source)) <= set(bibliography.references())


def test_forms_have_names_of_their_own() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS) >= 10


def test_the_model_as_it_is_gives_what_the_sweep_stored(swept, found) -> None:
    runs = swept[1].runs
    runs = runs[(runs["crisis"] == "crisis") & (runs["replicate"] == 0)].astype({"documentation": float})
    means = runs.groupby("strategy", observed=True)["documentation"].mean()
    for strategy in ("manuals", "more"):
        (_, answer), *_ = found.of(strategy)
        assert answer.result.difference == pytest.approx(means[strategy] - means["as-it-is"], abs=1e-12)


def test_a_change_is_paired_and_stands_in_the_table(found) -> None:
    frame = found.frame.set_index(["form", "strategy"])
    for form in THREE:
        for strategy in ("manuals", "more"):
            row = frame.loc[(form, strategy)]
            usual = frame.loc[("as it is", strategy), "difference"]
            assert row["change"] == pytest.approx(row["difference"] - usual, abs=1e-12)
    assert set(frame["verdict"]) <= {"", "holds", "weakens", "turns", "appears", "cannot be told"}


def around(mean: float, spread: float = 0.01, n: int = 50, seed: int = 1) -> np.ndarray:
    return mean + np.random.default_rng(seed).normal(0, spread, n)


@pytest.mark.parametrize(
    ("before", "here", "verdict"),
    [
        (around(0.1), around(0.1, seed=2), "holds"),
        (around(0.1), around(0.06, seed=2), "holds"),
        (around(0.1), around(0.03, seed=2), "weakens"),
        (around(0.1), around(0.0, seed=3), "weakens"),
        (around(0.1), np.zeros(50), "weakens"),
        (around(0.1), around(-0.05, seed=2), "turns"),
        (around(-0.1), around(0.05, seed=2), "turns"),
        (around(-0.1), around(-0.2, seed=2), "holds"),
        (around(0.1), around(0.1, spread=2.0, seed=2), "cannot be told"),
        (around(0.0, spread=1.0), around(0.1, seed=2), "appears"),
        (around(0.0, spread=1.0), around(0.0, spread=1.0, seed=2), "cannot be told"),
    ],
)
def test_verdicts_on_known_changes(before, here, verdict) -> None:
    none = np.zeros(50)
    change = paired(here, before)
    assert verdict_on(paired(before, none), paired(here, none), change) == verdict


def test_forms_stand_in_the_place_of_what_sets_vary_and_keep_their_identities() -> None:
    sets = drawn(4, "plausible: trust, crisis.closure")
    (form,) = named_forms(("no-norm",))
    found = formed(sets, form)
    assert found.ids == sets.ids
    for number in range(4):
        given = found.settings(number)
        assert given["parameters", "effort", "norm"] == 0 == given["parameters", "crisis", "salience"]
        assert given["parameters", "trust", "memory"] == sets.settings(number)["parameters", "trust", "memory"]
    (form,) = named_forms(("negativity",))
    assert formed(sets, form).settings(0)["parameters", "trust", "negativity"] == 1.0
    assert len(formed(sets, form).variables) == len(sets.variables)


def test_sets_are_held_against_targets_in_every_form_that_can_be(swept, tmp_path) -> None:
    """The share that meets all is that of sets with the form's values, run over the calibration's populations."""
    calibration = load_calibration(written(tmp_path))
    forms = named_forms(("negativity", "inherited-grudges"))
    found = structure(swept[1].folder, "documentation", forms=forms, sets=4, calibration=calibration)
    usual, other, off = found.asked
    sets = again(swept[1].folder).sets.first(4)
    for each, form in ((usual, None), (other, forms[0])):
        gaps = evaluate(formed(sets, form), calibration, workers=1).gaps()
        met = sum(all(not abs(gap) > 3 for gap in row) for row in gaps)  # a missing one is held against nothing
        assert each.meets.value == met / 4 and each.meets.low <= each.meets.value <= each.meets.high
    assert off.meets is None
    said = " ".join(told(found))
    assert "meet every target of" in said and "Inherited-grudges: not asked" in said
    assert list(found.frame["meets"].dropna()) == [usual.meets.value] * 2 + [other.meets.value] * 2


def test_the_words_say_where_it_does_not_hold(found) -> None:
    said = " ".join(told(found))
    assert "of 3 contested forms" in said and "no share of them is a probability" in said
    for strategy in ("manuals", "more"):
        usual, *rest = (answer for _, answer in found.of(strategy))
        if usual.result.distinguishable:
            assert f"holds in {sum(each.verdict == 'holds' for each in rest)} of 3" in on_forms(found, strategy)
        else:
            assert "told from none" in on_forms(found, strategy)
    assert "held against no target" in said


def test_the_chart_shows_the_table(found) -> None:
    axes = {ax.get_label(): ax for ax in structure_chart(found).figure.axes}
    assert list(axes) == ["manuals", "more"]
    by = words.factor(metric("documentation"))
    for row in found.frame.to_dict("records"):
        ax, key = axes[row["strategy"]], row["form"]
        assert the(ax, f"point:{key}").get_xdata()[0] == pytest.approx(row["difference"] * by)
        ends = [row["difference_low"] * by, row["difference_high"] * by]
        assert list(the(ax, f"interval:{key}").get_xdata()) == pytest.approx(ends, nan_ok=True)
        if row["form"] != "as it is":
            assert the(ax, f"verdict:{key}").get_text() == row["verdict"]


def test_the_command_prints_and_writes(swept, found, capsys) -> None:
    forms = [part for name in THREE for part in ("--form", name)]
    folder = str(swept[1].folder)
    code, out, _ = command(capsys, "structure", folder, "--metric", "documentation", *forms)
    assert code == 0 and "weak-link" in out and "verdict" in out
    table = pd.read_csv(swept[1].folder / "reasons" / "structure-documentation.csv")
    assert list(table["difference"]) == pytest.approx(list(found.frame["difference"]), abs=1e-12)
    code, out, _ = command(capsys, "structure", folder, "--metric", "documentation", *forms, "--json")
    assert code == 0 and '"verdict"' in out and "NaN" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--form", "weak-lnk"), 'did you mean "weak-link"'),
        (("--targets", "collective-impct"), "collective-impact"),
        (("--metric", "suport"), 'did you mean "support"'),
    ],
)
def test_mistakes_are_told_in_a_sentence(swept, capsys, arguments, said) -> None:
    code, _, err = command(capsys, "structure", str(swept[1].folder), *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_a_name_of_no_form_is_refused() -> None:
    with pytest.raises(UserError, match="there is no contested form"):
        named_forms(("nothing",))

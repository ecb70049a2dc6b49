"""What drives an outcome of a sweep: designs of its own over the prior, shares of stored sets, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from asked import command
from reading import says, the

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.tornado import tornado
from tfs_sim.reasons import Sensitivity, sensitivity, sobol
from tfs_sim.reasons.sensitivity_words import told
from tfs_sim.reasons.shares import shares

SMALL = {"inputs": 3, "trajectories": 2, "base": 8}


@pytest.fixture(scope="module")
def found(of_people) -> Sensitivity:
    return sensitivity(of_people.folder, "manuals", "as-it-is", "documentation", **SMALL)


@pytest.fixture(scope="module")
def of_sets(of_people) -> Sensitivity:
    return sensitivity(of_people.folder, "manuals", "as-it-is", "documentation", kind="shares", inputs=4)


def test_what_the_town_does_not_have_is_silent(found) -> None:
    absent = ("health", "government", "philanthropy", "higher_education", "community_group")
    assert not {each.name for each in found.drivers} & {f"turnover.rate_{sector}" for sector in absent}
    assert found.screened - len(found.drivers) >= found.silent >= len(absent)
    assert all(each.importance > 0 for each in found.drivers)


def test_indices_are_worked_out_again_from_the_stored_runs(of_people, found) -> None:
    """From the Parquet files beside the results: the runs of the design, in its order, through the estimator."""
    again = sensitivity(of_people.folder, "manuals", "as-it-is", "documentation", **SMALL)
    assert again.made == 0
    pd.testing.assert_frame_equal(again.frame, found.frame)
    kept = pd.concat([pd.read_parquet(path) for path in sorted((of_people.folder / "variants").glob("*.parquet"))])
    assert len(kept) >= found.runs
    assert found.frame["total"].to_list() == sorted(found.frame["total"], reverse=True)


def test_an_outcome_under_one_strategy_can_be_asked_about(of_people) -> None:
    one = sensitivity(of_people.folder, "manuals", metric="documentation", kind="shares", inputs=4)
    assert one.b is None and 0 < one.mean < 1
    assert "with “Manuals”" in told(one)[0]


def test_shares_are_worked_out_again_from_the_stored_table(of_people, of_sets) -> None:
    runs = of_people.runs
    runs = runs[runs["crisis"] == "crisis"].astype({"documentation": float, "set": str})
    each = runs.groupby(["strategy", "set", "replicate"], observed=True)["documentation"].mean()
    values = (each.loc["manuals"] - each.loc["as-it-is"]).groupby("set").mean()
    sets = of_people.sets.set_index("set").loc[values.index]
    assert of_sets.mean == pytest.approx(values.mean(), abs=1e-12)
    for driver in of_sets.drivers:
        column = sets[driver.name].to_numpy()
        low, high = np.quantile(column, (0.25, 0.75))
        assert driver.low.value == pytest.approx(values[column <= low].mean(), abs=1e-9)
        assert driver.high.value == pytest.approx(values[column >= high].mean(), abs=1e-9)
    x = sets[[driver.name for driver in of_sets.drivers]].to_numpy()
    luck = of_sets.regression.variance / values.var()
    bare = shares(x, values.to_numpy(), draws=2)
    assert bare.explained[0] == pytest.approx(of_sets.explained * luck, abs=1e-6), "luck is taken out of the whole"


def test_the_tornado_shows_the_table(of_sets) -> None:
    (ax,) = tornado(of_sets).figure.axes
    by = words.factor(metric("documentation"))
    for each in of_sets.drivers:
        for part, kind in ((each.low, "lowest"), (each.high, "highest")):
            bar = the(ax, f"{kind}:{each.name}")
            assert bar.get_x() == pytest.approx(of_sets.mean * by)
            assert bar.get_x() + bar.get_width() == pytest.approx(part.value * by)
            ends = the(ax, f"{kind} interval:{each.name}").get_xdata()
            assert list(ends) == pytest.approx([part.low * by, part.high * by])
        said = the(ax, f"index:{each.name}").get_text()
        assert says(said, each.share.value, each.share.low, each.share.high)
    assert the(ax, "mean").get_xdata()[0] == pytest.approx(of_sets.mean * by)


def test_words_name_estimators_and_whether_it_is_settled(found, of_sets) -> None:
    said = " ".join(told(found))
    assert sobol.ESTIMATOR in said and f"{found.silent} change nothing" in said
    assert ("not settled" in said) is (found.indices.verdict == "not settled")
    said = " ".join(told(of_sets))
    assert of_sets.regression.estimator in said and "A share is none of a cause" in said


def test_the_command_prints_and_writes(of_people, found, of_sets, capsys) -> None:
    asked = ("sensitivity", str(of_people.folder), "manuals", "as-it-is", "--metric", "documentation")
    code, out, _ = command(capsys, *asked, "--from-sets", "--inputs", "4")
    assert code == 0 and of_sets.drivers[0].name in out
    table = pd.read_csv(of_people.folder / "reasons" / "sensitivity-manuals-as-it-is-documentation.csv")
    assert list(table["share"]) == pytest.approx(list(of_sets.frame["share"]), abs=1e-9)
    code, out, _ = command(capsys, *asked, "--inputs", "3", "--trajectories", "2", "--base", "8", "--json")
    assert code == 0 and '"verdict"' in out and "NaN" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("manual", "as-it-is"), 'did you mean "manuals"'),
        (("manuals", "manuals"), "both are"),
        (("manuals", "as-it-is", "--base", "48"), "a power of 2"),
        (("manuals", "as-it-is", "--inputs", "26"), "25"),
        (("manuals", "as-it-is", "--from-sets", "--inputs", "11"), "10"),
        (("manuals", "as-it-is", "--metric", "suport"), 'did you mean "support"'),
    ],
)
def test_mistakes_are_told_in_a_sentence(of_people, capsys, arguments, said) -> None:
    code, _, err = command(capsys, "sensitivity", str(of_people.folder), *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_few_sets_are_too_few_for_a_regression(swept, capsys) -> None:
    code, _, err = command(capsys, "sensitivity", str(swept[1].folder), "more", "as-it-is", "--from-sets")
    assert code == 2 and "6 sets of parameters" in err


def test_nothing_need_be_said_of_how_many_parameters(of_people, capsys) -> None:
    """Shares are of ten at most: what is usual of indices would be refused."""
    found = sensitivity(of_people.folder, "manuals", "as-it-is", "documentation", kind="shares")
    assert 0 < len(found.drivers) <= 10
    code, _, told_ = command(
        capsys, "sensitivity", str(of_people.folder), "manuals", "as-it-is", "--metric", "documentation", "--from-sets"
    )
    assert code == 0, told_

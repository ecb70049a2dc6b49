"""A difference split over mechanisms: what adds up, what is nothing, what is refused, and what is said."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from asked import GROUPS, command
from reading import all_of, says, the

from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.ratios import ratios
from tfs_sim.analysis.stored import Stored
from tfs_sim.experiments.execution.again import again
from tfs_sim.experiments.execution.variants import Varied
from tfs_sim.figures.why import why_chart
from tfs_sim.reasons import named, shapley, why
from tfs_sim.reasons.why import Why, split
from tfs_sim.reasons.why_words import told
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def found(swept) -> Why:
    return why(swept[1].folder, "more", "as-it-is", groups=named(GROUPS), metric="documentation")


def test_parts_and_rest_add_up_to_the_difference_that_the_sweep_stored(swept, found) -> None:
    frame = found.frame.set_index("group")
    assert frame["part"].drop("whole").sum() == pytest.approx(frame.loc["whole", "part"], abs=1e-12)
    runs = swept[1].runs
    runs = runs[(runs["crisis"] == "crisis") & (runs["replicate"] == 0)].astype({"documentation": float})
    means = runs.groupby("strategy", observed=True)["documentation"].mean()
    assert frame.loc["whole", "part"] == pytest.approx(means["more"] - means["as-it-is"], abs=1e-12)
    assert frame.loc["whole", "part"] != 0


def test_what_does_not_touch_the_difference_has_no_part_exactly(found) -> None:
    frame = found.frame.set_index("group")
    assert tuple(frame.loc["national", ["part", "part_low", "part_high"]]) == (0, 0, 0)
    assert frame.loc["people", "part"] != 0


def test_parts_are_worked_out_again_from_the_stored_runs(swept, found) -> None:
    """From the Parquet files beside the results alone, by the definition: averages over orders of coming in."""
    folder = swept[1].folder
    why(folder, "more", "as-it-is", groups=named(GROUPS), metric="documentation")
    kept = pd.concat([pd.read_parquet(path) for path in sorted((folder / "variants").glob("*.parquet"))])
    study = again(folder)
    stored = swept[1].runs.astype({"documentation": float})
    a, b = (study.arm(name, ("crisis",)).scenario for name in ("more", "as-it-is"))
    groups = named(GROUPS)

    def difference(number: int) -> float:
        off = {m: False for i, group in enumerate(groups) if not number >> i & 1 for m in group.mechanisms}
        if not off:
            rows = stored[(stored["crisis"] == "crisis") & (stored["replicate"] == 0)]
            means = rows.groupby("strategy", observed=True)["documentation"].mean()
            return float(means["more"] - means["as-it-is"])
        each = [kept[kept["scenario"] == s.with_(mechanisms=off).digest()]["documentation"].mean() for s in (a, b)]
        return float(each[0] - each[1])

    game = np.array([difference(number) for number in range(8)])
    parts = [each.part.value for each in found.shares]
    assert shapley.values(game) == pytest.approx(parts, abs=1e-12)
    assert found.coalitions["difference"].to_numpy() == pytest.approx(game, abs=1e-12)


def test_nothing_is_run_twice_and_more_sets_change_nothing_that_is_there(swept, found) -> None:
    some = why(swept[1].folder, "more", "as-it-is", groups=named(GROUPS), sets=3)
    assert some.made == 0 and len(some.units) == 3
    other = why(swept[1].folder, "more", "as-it-is", groups=named(GROUPS), metric="trust")
    assert other.made == 0


def test_the_order_of_groups_changes_no_part(swept, found) -> None:
    turned = why(swept[1].folder, "more", "as-it-is", groups=named(GROUPS[::-1]), metric="documentation")
    one, other = (each.frame.set_index("group")["part"] for each in (found, turned))
    assert one.to_dict() == pytest.approx(other.to_dict(), abs=1e-15)
    assert turned.made == 0


def test_swapping_the_strategies_turns_every_sign(swept, found) -> None:
    turned = why(swept[1].folder, "as-it-is", "more", groups=named(GROUPS), metric="documentation")
    for one, other in zip(found.shares, turned.shares, strict=True):
        assert one.part.value == -other.part.value


def made(swept, games: np.ndarray, groups: int = 2) -> Why:
    """Return the split of games that are given, [pairs, coalitions]."""
    stored = Stored.of(swept[1])
    values = np.stack([games.T, np.zeros_like(games.T)], axis=1)[..., None]
    sets = np.array([f"plausible-{n:04d}" for n in range(len(games))])
    varied = Varied(values, ("support",), sets, np.zeros(len(games), np.int64), 0)
    return split(stored, "more", "as-it-is", "support", ("crisis",), named(GROUPS)[:groups], varied)


def test_known_parts_are_found_with_their_shares(swept) -> None:
    """Of a difference of .10, 60% by the first group and 40% by the second, with luck of a tenth of it."""
    luck = np.random.default_rng(1).normal(0, 0.01, (200, 2))
    parts = np.array([0.06, 0.04]) + luck
    games = np.stack([np.zeros(200), parts[:, 0], parts[:, 1], parts.sum(1)], axis=1)
    found = made(swept, games)
    for share, truth in zip(found.shares, (0.6, 0.4), strict=True):
        assert share.share.low < truth < share.share.high
        assert share.part.low < truth / 10 < share.part.high
    assert not found.together[0].clear and found.rest.value == 0
    sentences = told(found)
    assert "Of this, 60% " in sentences[1] and "comes by people and 40% " in sentences[1]
    assert "With all of these off no difference is left." in sentences


def test_what_works_against_a_difference_is_said_so(swept) -> None:
    luck = np.random.default_rng(2).normal(0, 0.01, (100, 2))
    parts = np.array([0.09, -0.03]) + luck
    games = np.stack([np.zeros(100), parts[:, 0], parts[:, 1], parts.sum(1)], axis=1)
    said = " ".join(told(made(swept, games)))
    assert "Of this, 15" in said and "Against it works −" in said and "comes by trust" in said


def test_no_share_is_told_of_a_difference_that_may_be_none(swept) -> None:
    luck = np.random.default_rng(3).normal(0, 0.01, (100, 2))
    parts = np.array([0.05, -0.05]) + luck
    games = np.stack([np.zeros(100), parts[:, 0], parts[:, 1], parts.sum(1)], axis=1)
    found = made(swept, games)
    assert not found.whole.distinguishable
    assert all(each.share is None and each.clear for each in found.shares)
    said = " ".join(told(found))
    assert (
        "Of a difference that may be none no share is told." in said
        and "%" not in said.split("no share is told")[0][-5:]
    )


def test_what_goes_further_together_is_named(swept) -> None:
    both = 0.1 + np.random.default_rng(4).normal(0, 0.01, 100)
    games = np.stack([np.zeros(100), np.zeros(100), np.zeros(100), both], axis=1)
    found = made(swept, games)
    assert found.together[0].part.value == pytest.approx(both.mean())
    assert [each.part.value for each in found.shares] == pytest.approx([both.mean() / 2] * 2)
    assert any("go further together than each without the other" in said for said in told(found))


def test_intervals_of_shares_hold_the_truth_as_often_as_they_say() -> None:
    """Fieller's interval at 95%, over 2,000 draws of 24 pairs: share .6 of a difference of three standard errors."""
    rng = np.random.default_rng(5)
    units, hits = Units.replicates(24), 0
    for _ in range(2000):
        whole = 1.0 + rng.normal(0, 1.2, 24)
        own = 0.6 * whole + rng.normal(0, 0.5, 24)
        share = ratios(own[:, None], whole, units)[0]
        hits += share is None or share.low <= 0.6 <= share.high
    assert 0.935 < hits / 2000 < 0.97


def test_pairs_without_a_value_are_left_out_and_counted(swept) -> None:
    games = np.random.default_rng(6).normal(0.1, 0.01, (20, 4))
    games[3, 1] = np.nan
    found = made(swept, games)
    assert found.left_out == 1 and len(found.units) == 19
    assert any("1 pair without a value" in said for said in told(found))
    games[1:, 2] = np.nan
    with pytest.raises(UserError, match="cannot be split"):
        made(swept, games)


def test_the_chart_shows_the_table(found) -> None:
    chart = why_chart(found)
    (ax,) = chart.figure.axes
    frame = found.frame.set_index("group")
    from tfs_sim.analysis import words
    from tfs_sim.analysis.windows import metric

    by = words.factor(metric("documentation"))
    for each in found.shares:
        bar = the(ax, f"bar:{each.group.by}")
        line = the(ax, f"interval:{each.group.by}")
        row = frame.loc[each.group.name]
        assert bar.get_width() == pytest.approx(row["part"] * by)
        assert list(line.get_xdata()) == pytest.approx([row["part_low"] * by, row["part_high"] * by])
        clear = row["part_low"] > 0 or row["part_high"] < 0
        assert (tuple(bar.get_facecolor()) == (1, 1, 1, 1)) is not clear
    assert the(ax, "bar:the whole difference").get_width() == pytest.approx(frame.loc["whole", "part"] * by)
    assert "Fills" not in chart.caption and str(1 << len(found.shares)) in chart.caption


def test_shares_are_written_beside_their_bars(swept) -> None:
    luck = np.random.default_rng(1).normal(0, 0.01, (200, 2))
    parts = np.array([0.06, 0.04]) + luck
    found = made(swept, np.stack([np.zeros(200), parts[:, 0], parts[:, 1], parts.sum(1)], axis=1))
    (ax,) = why_chart(found).figure.axes
    for each in found.shares:
        said = the(ax, f"share:{each.group.by}").get_text()
        assert says(said, *(100 * end for end in (each.share.value, each.share.low, each.share.high)))
    assert not all_of(ax, "share:the whole difference")


def test_the_command_prints_and_writes(swept, found, capsys) -> None:
    groups = [part for line in GROUPS for part in ("--group", line)]
    folder = str(swept[1].folder)
    code, out, _ = command(capsys, "why", folder, "more", "as-it-is", "--metric", "documentation", *groups)
    assert code == 0 and "national" in out and "left with all off" in out
    where = swept[1].folder / "reasons"
    table = pd.read_csv(where / "why-more-as-it-is-documentation.csv")
    assert list(table["part"]) == pytest.approx(list(found.frame["part"]), abs=1e-12)
    assert (where / "why-more-as-it-is-documentation.png").is_file()
    code, out, _ = command(capsys, "why", folder, "more", "as-it-is", "--metric", "documentation", *groups, "--json")
    record = json.loads(out)
    assert code == 0 and [row["group"] for row in record["parts"]] == list(found.frame["group"])
    assert "NaN" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mor", "as-it-is"), 'did you mean "more"'),
        (("more", "more"), "both are"),
        (("more", "as-it-is", "--metric", "suport"), 'did you mean "support"'),
        (("more", "as-it-is", "--metric", "deepened"), "months around a shock"),
        (("more", "as-it-is", "--under", "crisi"), 'did you mean "crisis"'),
        (("more", "as-it-is", "--group", "turnovr"), 'did you mean "turnover"'),
        (("more", "as-it-is", "--group", "trust"), "2 to 10 groups"),
        (("more", "as-it-is", "--group", "a: trust", "--group", "b: trust"), "stands in two groups"),
        (("more", "as-it-is", "--group", "a: levers", "--group", "b: trust"), "no mechanism with a switch"),
        (("more", "as-it-is", "--group", "a:", "--group", "b: trust"), "a group is"),
        (("more", "as-it-is", "--sets", "7"), "has 6 sets, and 7 are asked for"),
        (("more", "as-it-is", "--replicates", "3"), "has 2 replicates, and 3 are asked for"),
    ],
)
def test_mistakes_are_told_in_a_sentence(swept, capsys, arguments, said) -> None:
    code, _, err = command(capsys, "why", str(swept[1].folder), *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_a_folder_without_results_and_a_study_that_has_changed_are_told(swept, tmp_path, capsys) -> None:
    code, _, err = command(capsys, "why", str(tmp_path / "nowhere"), "a", "b")
    assert code == 2 and "there is no folder" in err
    study = tmp_path / "study"
    shutil.copytree(swept[1].folder.parent, study)
    town = study / "town.toml"
    town.write_text(town.read_text().replace("4_000", "4_100"))
    code, _, err = command(capsys, "why", str(study / "out"), "more", "as-it-is")
    assert code == 2 and "has changed since the results" in err
    (study / "trial.toml").unlink()
    code, _, err = command(capsys, "why", str(study / "out"), "more", "as-it-is")
    assert code == 2 and "no longer there" in err


def test_a_damaged_part_of_kept_runs_is_run_again(swept, found, tmp_path) -> None:
    study = tmp_path / "study"
    shutil.copytree(swept[1].folder.parent, study)
    for part in (study / "out" / "variants").glob("*.parquet"):
        part.write_bytes(part.read_bytes()[:-7] + b"damaged")
    notices: list[str] = []
    once_more = why(
        study / "out", "more", "as-it-is", groups=named(GROUPS), metric="documentation", notice=notices.append
    )  # fmt: skip
    assert once_more.made > 0 and any("damaged" in said for said in notices)
    assert once_more.frame["part"].to_list() == found.frame["part"].to_list()

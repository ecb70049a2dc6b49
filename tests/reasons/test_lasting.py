"""How long partnerships last: known lives, means that are areas under curves, and the stored table by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from asked import command
from reading import all_of, the

from tfs_sim.figures.survival import survival_chart
from tfs_sim.reasons import Lasting, lasting
from tfs_sim.reasons.lasting import times
from tfs_sim.reasons.lasting_words import told
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def found(swept) -> Lasting:
    return lasting(swept[1].folder)


def test_lives_end_in_the_month_that_first_says_so_or_are_last_seen_at_the_horizon() -> None:
    event = np.array([[0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 1], [np.nan] * 4, [0, 0, 0, 0]])
    gone = np.array([[0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 1], [np.nan] * 4, [0, 1, 1, 1]])
    time, ended = times(event, gone)
    assert list(time[[0, 1, 2, 4]]) == [3, 4, 4, 2] and np.isnan(time[3])
    assert list(ended) == [True, False, True, False, False]


def by_hand(swept, strategy: str) -> pd.DataFrame:
    series = swept[1].series
    series = series[(series["crisis"] == "crisis") & (series["strategy"] == strategy)].astype({"ended": float})
    rows = []
    for (one, replicate, site), part in series.groupby(["set", "replicate", "site"], observed=True):
        months = part.sort_values("month")
        gone = months.loc[months["ended"] >= 1, "month"]
        rows.append((one, replicate, site, gone.min() + 1 if len(gone) else 24, int(len(gone) > 0)))
    return pd.DataFrame(rows, columns=["set", "replicate", "site", "time", "event"])


def test_curves_and_means_are_worked_out_again_from_the_stored_table(swept, found) -> None:
    for strategy in found.stored.strategies:
        lives = by_hand(swept, strategy)
        own = found.curves[found.curves["strategy"] == strategy].set_index("time")
        for month in (6, 12, 18, 24):
            last = own.loc[: float(month), "survival"].iloc[-1]
            assert last == pytest.approx(1 - ((lives["time"] <= month) & (lives["event"] == 1)).mean())
        row = found.means.set_index("strategy").loc[strategy]
        assert row["mean"] == pytest.approx(lives["time"].mean())
        assert row["ended"] == pytest.approx(lives["event"].mean())


def test_mean_life_is_the_area_under_the_curve(found) -> None:
    for strategy in found.stored.strategies:
        own = found.curves[found.curves["strategy"] == strategy]
        time, share = own["time"].to_numpy(), own["survival"].to_numpy()
        area = float((np.diff([*time, found.horizon]) * share).sum())
        assert area == pytest.approx(found.means.set_index("strategy").loc[strategy, "mean"])


def test_differences_are_paired_and_said(swept, found) -> None:
    one, other = (by_hand(swept, name).set_index(["set", "replicate"])["time"] for name in ("more", "as-it-is"))
    assert found.differences["more"].difference == pytest.approx((one - other).mean())
    said = " ".join(told(found))
    assert "what comes after is not in it" in said and "24 months" in said


def test_the_chart_shows_the_curves_and_who_is_still_there(found) -> None:
    (ax,) = survival_chart(found).figure.axes
    for strategy in found.stored.strategies:
        own = found.curves[found.curves["strategy"] == strategy]
        line = the(ax, f"curve:{strategy}")
        assert list(line.get_xdata()) == pytest.approx(list(own["time"]))
        assert list(line.get_ydata()) == pytest.approx(list(100 * own["survival"]))
        assert the(ax, f"at risk:{strategy}:0").get_text() == "12", "six sets, two runs of each, one site"
        assert all_of(ax, f"band:{strategy}")
        last = found.at_risk(strategy, [12])[0]
        assert the(ax, f"at risk:{strategy}:12").get_text() == f"{last}"


def test_the_command_prints_writes_and_refuses(swept, capsys) -> None:
    folder = str(swept[1].folder)
    code, out, _ = command(capsys, "survival", folder)
    assert code == 0 and "they last" in out
    assert (swept[1].folder / "reasons" / "survival-ended.csv").is_file()
    code, out, _ = command(capsys, "survival", folder, "--json")
    assert code == 0 and '"horizon": 24' in out and "NaN" not in out
    code, _, err = command(capsys, "survival", folder, "--event", "faded")
    assert code == 2 and 'did you mean "ended_faded"' in err
    code, _, err = command(capsys, "survival", folder, "--under", "calmness")
    assert code == 2 and "there is no condition" in err
    with pytest.raises(UserError, match="a life ends with"):
        lasting(swept[1].folder, "alive")

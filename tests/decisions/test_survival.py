"""Kaplan–Meier (check 10), as SciPy has it, and its bands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tfs_sim.decisions import survival
from tfs_sim.scenario.errors import UserError

TIME = [3, 5, 8, 10, 5, 5, 8, 12, 15, 14, 2, 11, 10, 9, 12, 5, 8, 11]
EVENT = [1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1]
TABLE = pd.DataFrame({"strategy": "a", "time": TIME, "event": EVENT})


def test_a_curve() -> None:
    found = survival(TABLE).set_index("time")
    expected = [0.944, 0.889, 0.722, 0.542, 0.542, 0.542, 0.361, 0.181, 0.181, 0.181]
    assert found.loc[[2, 3, 5, 8, 9, 10, 11, 12, 14, 15], "survival"].round(3).tolist() == expected
    assert found.loc[0.0, "survival"] == 1.0
    assert found.loc[5, ["at_risk", "events"]].tolist() == [16, 3]


def test_it_is_what_scipy_has() -> None:
    rng = np.random.default_rng(2)
    time, event = rng.integers(1, 30, 200), rng.integers(0, 2, 200)
    found = survival(pd.DataFrame({"strategy": "a", "time": time, "event": event}), draws=0).set_index("time")
    theirs = stats.ecdf(stats.CensoredData.right_censored(time, event == 0)).sf
    assert found.loc[theirs.quantiles, "survival"].to_numpy() == pytest.approx(theirs.probabilities)


def test_where_nobody_ends_the_curve_stays_at_one_to_the_horizon() -> None:
    calm = pd.DataFrame({"strategy": "calm", "time": [4, 6, 6], "event": 0})
    found = survival(pd.concat([TABLE, calm]), horizon=20).set_index("strategy")
    for column in ("survival", "low", "high"):
        assert found.loc["calm", column].tolist() == [1.0] * 4
    assert found.loc["calm", "time"].tolist() == [0, 4, 6, 20]
    assert found.loc["a", "survival"].iloc[-1] == pytest.approx(0.181, abs=5e-4)


def test_bands_are_over_sets_not_over_rows() -> None:
    rng = np.random.default_rng(5)
    means = np.repeat(np.exp(rng.normal(2, 1, 40)), 25)
    table = pd.DataFrame({"strategy": "a", "time": np.ceil(rng.exponential(means)), "event": 1})
    wide = survival(table.assign(set=np.repeat(range(40), 25)))
    narrow = survival(table)
    width = [(each["high"] - each["low"])[(each["survival"] - 0.5).abs().argmin()] for each in (wide, narrow)]
    by_set = (table["time"] > 7).to_numpy().reshape(40, 25).mean(axis=1)
    assert width[0] > 2 * width[1]
    assert width[0] == pytest.approx(2 * 1.96 * by_set.std(ddof=1) / np.sqrt(40), rel=0.35)


def test_further_keys_are_answered_apart() -> None:
    found = survival(pd.concat([TABLE.assign(crisis=0), TABLE.assign(crisis=1, event=0)]), draws=0)
    assert found.loc[found["crisis"] == 1, "survival"].eq(1).all()
    assert "low" not in found


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        (TABLE.assign(event=2), {}, "an event is 1"),
        (TABLE.assign(time=-1), {}, "times count from 0"),
        (TABLE, {"horizon": 3}, "the table goes to 15"),
        (TABLE.assign(set=1), {}, "the table has one set"),
        (TABLE.drop(columns="event"), {}, 'no column "event"'),
    ],
)
def test_what_has_no_curve(table: pd.DataFrame, options: dict[str, float], said: str) -> None:
    with pytest.raises(UserError, match=said):
        survival(table, **options)  # type: ignore[arg-type]

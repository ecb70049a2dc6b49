"""For whom: choosing for each site, cross-fitted over sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tfs_sim.decisions import value_by_site
from tfs_sim.scenario.errors import UserError


def table(gains: list[float], noise: float, seed: int, sets: int = 60) -> pd.DataFrame:
    """Of two strategies the second gains so much at each site, give or take."""
    rng = np.random.default_rng(seed)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "strategy": name,
                    "set": range(sets),
                    "site": f"site {place}",
                    "cost": 0.0,
                    "effect": (gain + noise * rng.normal(size=sets)) if name == "new" else 0.0,
                }
            )
            for place, gain in enumerate(gains)
            for name in ("old", "new")
        ]
    )


def test_a_site_for_which_the_answer_differs() -> None:
    found = value_by_site(table([5, 5, -2], 1.0, 1), worth=10).set_index("site")
    assert found["best"].to_dict() == {"site 0": "new", "site 1": "new", "site 2": "old", "all sites": "new"}
    assert found.loc["site 2", "gain"] == pytest.approx(20, abs=4)
    assert found.loc["site 0", "gain"] == 0
    assert found.loc["all sites", "gain"] == pytest.approx(found["gain"].iloc[:3].sum())
    assert 0 < found.loc["all sites", "low"] < found.loc["all sites", "gain"] < found.loc["all sites", "high"]


def test_where_sites_do_not_differ_nothing_is_gained_on_average() -> None:
    fitted, naive = [], []
    for seed in range(60):
        study = table([0.3] * 6, 3.0, seed, sets=30)
        fitted.append(value_by_site(study, 1)["gain"].iloc[-1])
        means = study.groupby(["site", "strategy"])["effect"].mean().unstack()
        naive.append(means.max(axis=1).sum() - means.sum().max())
    error = np.std(fitted, ddof=1) / np.sqrt(60)
    assert np.mean(fitted) < 2 * error
    assert np.mean(naive) > np.mean(fitted) + 3 * error  # what choosing and looking at the same sets would say


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="site"), "no column site"),
        (lambda t: t[t["site"] == "site 0"], "one site"),
        (lambda t: t.replace("site 0", "all sites"), "may be called"),
        (lambda t: t[t["set"] == 0], "at least 2 sets"),
        (lambda t: t.iloc[1:], "no row for"),
    ],
)
def test_bad_sites(change, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match=said):
        value_by_site(change(table([1, 2], 1.0, 1)), 1)

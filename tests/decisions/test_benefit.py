"""Net benefit: signs (check 6), a ratio that has no interval (8), shares and losses without luck (9)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from making import of_benefits, value_of_knowing
from scipy.stats import norm

from tfs_sim.decisions import acceptability, choices, expected_loss, net_benefit, quadrants
from tfs_sim.decisions.leads import interval

SIGNS = pd.DataFrame(
    {
        "strategy": ["reference", "reference", "other", "other"],
        "set": [1, 2, 1, 2],
        "cost": [0, 0, 100, 10],
        "effect": [0, 0, 1, -2],
    }
)


def test_signs() -> None:
    found = net_benefit(SIGNS, [5, 10], against="other")
    assert found["strategy"].unique().tolist() == ["reference"]
    assert found["net_benefit"].tolist() == [95, 20, 90, 30]


def test_further_keys_are_kept_and_answered_apart() -> None:
    twice = pd.concat([SIGNS.assign(crisis="none"), SIGNS.assign(crisis="deep", effect=SIGNS["effect"] * 100)])
    found = net_benefit(twice, 5, against="other")
    assert found.columns[0] == "crisis"
    assert found.loc[found["crisis"] == "none", "net_benefit"].tolist() == [95, 20]
    assert found.loc[found["crisis"] == "deep", "net_benefit"].tolist() == [-400, 1010]


def test_sites_are_summed_and_replicates_averaged() -> None:
    table = pd.DataFrame(
        [
            (name, site, luck, cost, effect + luck)
            for name, cost, effect in (("a", 1.0, 2.0), ("b", 3.0, 5.0))
            for site in "xyz"
            for luck in (0, 1)
        ],
        columns=["strategy", "site", "replicate", "cost", "effect"],
    )
    found = net_benefit(table, 10)
    assert found["net_benefit"].tolist() == [3 * (25 - 1), 3 * (55 - 3)]


def test_a_ratio_has_no_interval() -> None:
    rng = np.random.default_rng(4)
    z = rng.standard_normal((400, 2))
    z = (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    cost, effect = 10 + 2 * 20 * z[:, 0], 0.01 * 20 * z[:, 1]  # means with standard errors 2 and .01 over 400 sets
    table = pd.concat(
        [
            pd.DataFrame({"strategy": "old", "set": range(400), "cost": 0.0, "effect": 0.0}),
            pd.DataFrame({"strategy": "new", "set": range(400), "cost": cost, "effect": effect}),
        ]
    )
    low, dear = choices(table, [1, 5_000]).to_dict("records")
    assert low["apart"] and low["best"] == "old" and low["lead"] == pytest.approx(10)
    assert low["high"] - low["low"] == pytest.approx(2 * 1.966 * np.sqrt(4 + 1e-4), rel=0.01)
    assert not dear["apart"] and dear["low"] < 0 < dear["high"]
    shares = quadrants(table, "new", "old").set_index("quadrant")["share"]
    assert shares.sum() == pytest.approx(1)
    assert shares["dearer and better"] + shares["dearer and worse"] == pytest.approx(norm.cdf(0.25), abs=0.08)
    assert shares["dearer and better"] + shares["cheaper and better"] == pytest.approx(0.5, abs=0.08)


def test_shares_and_losses_are_what_is_counted() -> None:
    table = of_benefits(np.array([[[1.0, 0.0, 0.0]], [[0.0, 3.0, 3.0]]]))
    assert acceptability(table, 1)["share"].tolist() == [0.5, 0.25, 0.25]
    found = expected_loss(table, 1)
    assert found["loss"].tolist() == [1.5, 0.5, 0.5]
    assert found["lower"].tolist() == found["upper"].tolist() == found["loss"].tolist()


def test_shares_and_losses_without_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfs_sim.decisions.benefit.standard_error", lambda values, of: 0.0)
    rng = np.random.default_rng(9)
    studies, sets, luck = 200, 400, 4
    true = rng.normal(0.55, 2, (studies, sets, 1))
    seen = true + rng.normal(0, 2.9 * np.sqrt(luck), (studies, sets, luck))
    shares, naive, losses = np.empty(studies), np.empty(studies), np.empty((studies, 2))
    for n, study in enumerate(np.stack([np.zeros_like(seen), seen], axis=-1)):
        table = of_benefits(study, luck=True)
        found = acceptability(table, 1).set_index("strategy").loc["s1"]
        shares[n], naive[n] = found["share"], found["naive"]
        losses[n] = expected_loss(table, 1)["loss"]
    error = shares.std(ddof=1) / np.sqrt(studies)
    assert shares.mean() == pytest.approx(norm.cdf(0.55 / 2), abs=3 * error)
    assert naive.mean() < norm.cdf(0.55 / 2) - 3 * error
    truth = value_of_knowing(0.55, 2)
    for place, expected in enumerate((truth + 0.55, truth)):
        error = losses[:, place].std(ddof=1) / np.sqrt(studies)
        assert losses[:, place].mean() == pytest.approx(expected, abs=3 * error)


def test_an_interval_of_luck_that_sets_share() -> None:
    rng = np.random.default_rng(3)
    held = {True: 0, False: 0}
    studies = 400
    for _ in range(studies):
        values = rng.normal(size=(60, 1)) + 1.5 * rng.normal(size=(1, 8)) + rng.normal(size=(60, 8))
        for common in held:
            low, high = interval(values, common)
            held[common] += low < 0 < high
    assert held[True] / studies == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / studies))
    assert held[False] / studies < 0.7  # what an interval over sets alone would hold

"""Luck is not uncertainty about the world (check 9)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from making import of_benefits, value_of_knowing

from tfs_sim.decisions import evpi, noise
from tfs_sim.decisions.leads import knowing

TRUTH = value_of_knowing(0.55, 2.0)


def studies(number: int, luck: int = 4, sets: int = 400) -> np.ndarray:
    rng = np.random.default_rng(90)
    true = rng.normal(0.55, 2.0, (number, sets, 1))
    seen = true + rng.normal(0, 2.9 * np.sqrt(luck), (number, sets, luck))
    return np.stack([np.zeros_like(seen), seen], axis=-1)


def test_the_closed_form() -> None:
    assert math.floor(TRUTH * 10_000) / 10_000 == 0.5528
    assert value_of_knowing(0.55, np.hypot(2.0, 2.9)) == pytest.approx(1.15, abs=0.005)


def test_luck_is_taken_out_of_the_value_of_knowing() -> None:
    found = [
        (
            float(noise.value_of_knowing(v.mean(axis=1))),
            float(knowing(v, False)),
            noise.value_of_knowing_at_least(v),
        )
        for v in studies(200)
    ]
    naive, mended, lower = np.mean(found, axis=0)
    error = np.std(found, axis=0, ddof=1) / np.sqrt(200)
    assert naive == pytest.approx(1.15, abs=0.03)
    assert mended == pytest.approx(TRUTH, abs=3 * error[1])
    assert lower + 3 * error[2] < TRUTH < naive
    # and a single study is within two of its own standard errors about as often as it should be
    some = studies(200)[:40]
    errors = np.array([float(noise.standard_error(v, lambda w: knowing(w, False), 30)) for v in some])
    away = np.abs(np.array([row[1] for row in found[:40]]) - TRUTH) / errors
    assert (away < 2).mean() > 0.8


@pytest.mark.parametrize("luck", [2, 3, 9])
def test_any_number_of_replicates(luck: int) -> None:
    found = np.array([float(knowing(v, False)) for v in studies(60, luck)])
    assert found.mean() == pytest.approx(TRUTH, abs=3 * found.std(ddof=1) / np.sqrt(60))


def test_without_luck_nothing_is_mended() -> None:
    true = np.repeat(np.random.default_rng(1).normal(size=(50, 1, 3)), 4, axis=1)
    assert float(knowing(true, False)) == pytest.approx(float(noise.value_of_knowing(true[:, 0])))


def test_with_nothing_but_luck_nothing_is_worth_knowing() -> None:
    rng = np.random.default_rng(6)
    found = [
        (float(noise.value_of_knowing(v.mean(axis=1))), float(knowing(v, False)))
        for v in rng.normal(size=(50, 200, 4, 3))
    ]
    naive, mended = np.mean(found, axis=0)
    assert mended < naive / 4


def test_luck_that_sets_share_is_no_spread_between_them() -> None:
    rng = np.random.default_rng(7)
    true, shared = rng.normal(size=(300, 1, 2)), 5 * rng.normal(size=(1, 4, 2))
    values = true + shared - shared.mean(axis=1, keepdims=True)
    assert noise.covariance_of_luck(values, True) == pytest.approx(np.zeros((2, 2)), abs=1e-9)
    assert float(knowing(values, False)) < 0.5 * float(noise.value_of_knowing(true[:, 0]))
    # halves of replicates have other means of the luck that they share, so that what is left is not quite nothing
    whole = float(noise.value_of_knowing(noise.without_luck(values.mean(axis=1), np.zeros((2, 2)))))
    assert whole == pytest.approx(float(noise.value_of_knowing(true[:, 0])))


def test_the_covariance_of_luck() -> None:
    rng = np.random.default_rng(11)
    mix = np.array([[2.0, 0.0], [1.0, 1.0]])
    own = rng.normal(size=(400, 3, 2)) @ mix.T
    shared = 4 * rng.normal(size=(1, 3, 2))
    for values, common in ((own, False), (own + shared, True)):
        assert noise.covariance_of_luck(values, common) == pytest.approx(mix @ mix.T, abs=0.4)


def test_what_the_first_step_leaves_is_extrapolated() -> None:
    rng = np.random.default_rng(12)
    rare = np.where(rng.random((200, 400, 1)) < 0.05, 8.0, -0.5)  # far from normal
    seen = rare + 2 * rng.normal(size=(200, 400, 4))
    truth = 0.05 * 8
    values = np.stack([np.zeros_like(seen), seen], axis=-1)
    both = np.mean([float(knowing(v, False)) for v in values])
    first = np.mean(
        [
            float(noise.value_of_knowing(noise.without_luck(v.mean(axis=1), noise.covariance_of_luck(v, False) / 4)))
            for v in values
        ]
    )
    assert abs(both - truth) < 0.6 * abs(first - truth)


def test_bounds_and_what_is_said_of_luck() -> None:
    (study,) = studies(1)
    table = of_benefits(study, luck=True)
    (row,) = evpi(table, 1).to_dict("records")
    assert row["luck"] == "measured" and row["lower"] < row["evpi"] < row["upper"]
    assert row["se"] == pytest.approx(0.125, rel=0.5)
    (one,) = evpi(table.groupby(["set", "strategy"], as_index=False).first(), 1).to_dict("records")
    assert one["luck"] == "unknown" and one["lower"] == 0 and one["evpi"] == one["upper"]
    (none,) = evpi(table.groupby(["set", "strategy"], as_index=False)[["cost", "effect"]].mean(), 1).to_dict("records")
    assert none["luck"] == "none" and none["lower"] == none["evpi"] == none["upper"] == row["upper"]

"""Targets beside what sets give: counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand import written

from tfs_sim.calibration import Values, load_calibration
from tfs_sim.calibration.scales import Output
from tfs_sim.calibration.summary import accepted, movers, summarized
from tfs_sim.experiments.designs.sets import drawn


def held(tmp_path: Path, gaps: list[list[float]]) -> tuple:  # type: ignore[type-arg]
    """Return values that are off by so many standard deviations of the three targets that count, without luck."""
    calibration = load_calibration(written(tmp_path))
    outputs = calibration.outputs()
    off = np.array(gaps)
    values = np.array([o.centre for o in outputs]) + off * np.sqrt([o.variance for o in outputs])
    sets = drawn(len(gaps))
    zero = np.zeros(off.shape)
    return Values(sets.ids, outputs, values, zero, np.where(np.isnan(values), 0, 4), values), calibration, sets


def test_met_alone_left_and_jointly(tmp_path: Path) -> None:
    found = summarized(*held(tmp_path, [[0, 1, -2], [4, 0, 0], [4, -4, 0], [1, 1, -3.1], [2.9, 2.9, -2.9]]))
    alive, trust, falls = (line for line in found.lines if line.kind in ("data", "sign"))
    assert [line.within for line in (alive, trust, falls)] == [0.6, 0.8, 0.8]
    assert [line.alone for line in (alive, trust, falls)] == [0.2, 0.0, 0.2]
    assert [line.left for line in (alive, trust, falls)] == [0.6, 0.6, 0.4]
    assert (found.jointly, found.but_one) == (0.4, 0.8)
    assert found.best == ("plausible-0001", pytest.approx(2.0))
    assert not list(found.impossible())


def test_nobody_to_be_asked_is_a_miss_and_is_counted(tmp_path: Path) -> None:
    found = summarized(*held(tmp_path, [[0, math.nan, 0], [0, 0, 0]]))
    trust = next(line for line in found.lines if line.name == "trust")
    assert (trust.within, trust.silent, trust.alone) == (0.5, 0.5, 0.5)


def test_why_a_set_has_no_value_is_told_apart(tmp_path: Path) -> None:
    values, calibration, sets = held(tmp_path, [[0, math.nan, 0]] * 4)
    asked, natural = np.array(values.asked), np.array(values.natural)
    asked[0, 1], asked[1, 1] = 0, 1
    natural[2:, 1] = 0.0
    found = summarized(replace(values, asked=asked, natural=natural), calibration, sets)
    trust = next(line for line in found.lines if line.name == "trust")
    assert (trust.silent, trust.few, trust.beyond, trust.within) == (0.25, 0.25, 0.5, 0.0)
    assert found.aside == 0.5, "a value without a logarithm is known, and a miss"
    (mistake,) = found.impossible()
    assert "nobody could be asked in 25.0% of the sets; too few communities could" in mistake.message
    assert "it was 0 or less, which has no logarithm, in 50.0% of the sets" in mistake.message


def test_an_impossible_target_is_told_with_its_nearest_set(tmp_path: Path) -> None:
    found = summarized(*held(tmp_path, [[0, 9, 0], [0, -5.5, 0]]))
    (mistake,) = found.impossible()
    assert (
        "trust is met by none of 2 sets: at the nearest, plausible-0002, it is off by 5.5 standard" in mistake.message
    )
    assert "3 (1.5 to 4.5) is required" in mistake.message


def test_parameters_are_told_beside_their_range(tmp_path: Path) -> None:
    found = summarized(*held(tmp_path, [[0, 0, 0]] * 40))
    posts = next(line for line in found.lines if line.name == "posts")
    assert (posts.required, posts.within, posts.left) == ("3 to 4", 1.0, pytest.approx(math.nan, nan_ok=True))


def test_what_is_accepted_is_three_standard_deviations_away() -> None:
    assert accepted(Output("x", math.log(20), 0.04, "log")) == pytest.approx((20 / math.exp(0.6), 20 * math.exp(0.6)))
    low, high = accepted(Output("x", 0.0, 1.0, "binomial", 7, 1.0))
    assert (low, high) == (pytest.approx(math.exp(-9 / 14), abs=1e-6), 1.0)
    low, high = accepted(Output("x", math.log(9), 0.09, "logit"))
    assert low == pytest.approx(1 / (1 + math.exp(-(math.log(9) - 0.9))))


def test_what_moves_a_value_is_named_with_its_sign() -> None:
    sets = drawn(400)
    names = [each.name for each in sets.variables]
    at = names.index("turnover.ramp")
    random = np.random.default_rng(1).normal(size=400)
    noise = random * sets.table[:, at].std() * 0.5
    assert movers(sets, sets.table[:, at] + noise)[0] == "+ turnover.ramp"
    assert movers(sets, noise - sets.table[:, at])[0] == "− turnover.ramp"
    assert movers(sets, random) == ()


def test_a_spread_beyond_all_numbers_is_met_by_everything() -> None:
    assert accepted(Output("t", 3.0, 300.0**2, "log")) == (pytest.approx(0.0), math.inf)
    assert accepted(Output("t", 0.0, 1e24, "logit")) == (0.0, 1.0)

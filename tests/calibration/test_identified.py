"""What targets say of parameters, alone and together."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.calibration.identified import identified

NAMES = tuple("abcdefgh")


def test_a_parameter_that_is_narrowed_is_told_with_how_far() -> None:
    places = np.random.default_rng(1).random((300, 8))
    places[:, 2] = 0.4 + 0.2 * places[:, 2]
    found = identified(NAMES, places, range(8), 1)
    assert [each.name for each in found.parameters if each.moved] == ["c"]
    third = found.parameters[2]
    assert third.contraction == pytest.approx(0.8, abs=0.03)
    assert (third.low, third.middle, third.high) == pytest.approx((0.41, 0.5, 0.59), abs=0.02)
    assert [direction.loads[0][0] for direction in found.directions] == ["c"]
    assert found.directions[0].contraction == pytest.approx(0.8, abs=0.03) and found.open == 7


def test_parameters_that_are_narrowed_together_alone_make_a_direction() -> None:
    """Their sum is known and neither of them: two that are not identified, and one direction that is."""
    rng = np.random.default_rng(2)
    u = rng.random((20_000, 8))
    places = u[np.abs(u[:, 0] + u[:, 1] - 1) < 0.05][:400]
    found = identified(NAMES, places, range(8), 2)
    assert not found.parameters[0].moved and not found.parameters[1].moved
    (direction,) = found.directions
    assert {name for name, _ in direction.loads} == {"a", "b"}
    assert all(part == pytest.approx(np.sqrt(0.5), abs=0.1) for _, part in direction.loads)


def test_nothing_is_made_of_chance() -> None:
    moved, directions = 0, 0
    for seed in range(20):
        found = identified(NAMES, np.random.default_rng(seed).random((60, 8)), range(8), seed)
        moved += sum(each.moved for each in found.parameters)
        directions += len(found.directions)
    # one in a hundred tables has a parameter that is moved, one in twenty a direction
    assert moved <= 1 and directions <= 4


def test_two_modes_are_wider_than_the_prior_and_still_moved() -> None:
    places = np.random.default_rng(3).random((300, 8))
    places[:, 0] = np.where(places[:, 0] < 0.5, 0.2 * places[:, 0], 1 - 0.2 * places[:, 0])
    first = identified(NAMES, places, range(8), 3).parameters[0]
    assert first.moved and first.contraction < 0


def test_few_sets_say_nothing() -> None:
    found = identified(NAMES, np.random.default_rng(4).random((2, 8)), [0, 1], 4)
    assert not any(each.moved for each in found.parameters) and found.directions == () and found.open == 2
    assert identified(NAMES, np.random.default_rng(4).random((8, 8)), range(8), 4).directions == ()

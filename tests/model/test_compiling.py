"""Those who wait for the compiler are told how far it is."""

from __future__ import annotations

import math
import time

import pytest
from numba import njit

from tfs_sim.cli.terminal import in_the_making
from tfs_sim.model import compiling
from tfs_sim.model.compiling import STEPWISE, Course


def test_a_kernel_counts_when_it_is_through_and_what_it_calls_does_not() -> None:
    course = Course(parts=2)
    course.enters("run")  # the loop itself
    course.enters("trust")
    course.enters("numerics")
    course.leaves()
    assert (course.done, course.at) == (0, "trust")
    course.leaves()
    assert course.done == 1 and course.now()[0] == pytest.approx(STEPWISE / 2)
    course.enters("effort")
    assert course.now()[1] == "effort"


def test_what_is_left_follows_from_what_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    course = Course(parts=1, began=80.0)
    assert course.now()[0] == 0.0 and course.now()[2] == 0.0, "of nothing nothing can be reckoned"
    course.enters("run")
    course.enters("trust")
    course.leaves()
    share, what, left = course.now()
    assert share == pytest.approx(STEPWISE) and what == "the month as a whole"
    assert left == pytest.approx(20.0 / STEPWISE - 20.0)
    now = 1000.0
    assert course.now()[0] == 0.99, "it is never said to be through before it is"


def test_whoever_wants_to_be_told_is_told_until_it_is_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "EVERY", 0.001)
    heard: list[tuple[float, str, float]] = []

    @njit
    def kernel(x: float) -> float:
        return math.sin(x) + 1.0

    @njit
    def loop(x: float) -> float:
        return kernel(x) * 2.0

    with compiling.told(lambda *told: heard.append(told)), compiling.watched(1):
        loop(1.0)
    shares = [share for share, _, _ in heard]
    assert len(heard) > 2 and shares == sorted(shares) and heard[-1] == (1.0, "", 0.0)
    assert any(STEPWISE <= share < 1.0 for share in shares), "the kernel was counted"
    told = len(heard)
    with compiling.watched(1):
        pass
    assert len(heard) == told, "nobody wants to be told any more"


def test_nothing_is_told_of_what_is_loaded() -> None:
    heard: list[tuple[float, str, float]] = []
    with compiling.told(lambda *told: heard.append(told)), compiling.watched(0):
        pass
    assert heard == []


def test_how_far_it_is_in_words() -> None:
    assert in_the_making(0.344, "trust", 21.2) == "compiling 34% (trust) · about 0:00:21 left"
    assert in_the_making(0.0, "", 0.0) == "compiling 0%"

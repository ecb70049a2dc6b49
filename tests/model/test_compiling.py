"""Those who wait for the compiler are told how far it is."""

from __future__ import annotations

import math
import time

import pytest
from numba import njit

from tfs_sim.cli.terminal import compiling_shown, in_the_making, working
from tfs_sim.model import compiling
from tfs_sim.model.compiling import STEPWISE, Whole


@njit
def deep(x: float) -> float:
    return math.sin(x)


@njit
def kernel(x: float) -> float:
    return deep(x) + 1.0


@njit
def loop(x: float) -> float:
    return kernel(x) * 2.0


def test_parts_count_by_their_kernels_and_what_is_left_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    whole = Whole({0: 2, 1: 6})
    assert whole.now() == (0.0, "", 0.0), "of nothing nothing can be reckoned"
    whole.hears(0, 0, "trust")
    assert whole.now()[:2] == (0.0, "trust")
    now = 110.0
    whole.hears(0, 2, "")
    share, what, left = whole.now()
    assert (share, what) == (pytest.approx(STEPWISE * 2 / 8), "trust")
    assert left == pytest.approx(10.0 * (1.0 - share) / share)
    whole.hears(1, 3, "effort")
    whole.ends(0)
    assert whole.now()[:2] == (pytest.approx((2 + STEPWISE * 3) / 8), "effort")
    whole.ends(1)
    assert whole.now()[0] == 0.99, "it is never said to be through before it is"


def test_a_kernel_counts_when_it_is_through_and_what_it_calls_does_not() -> None:
    heard: list[tuple[int, str]] = []
    with compiling.kernels(lambda done, at: heard.append((done, at))):
        loop(1.0)
    assert heard == [(0, "test compiling"), (1, "")]


def test_whoever_wants_to_be_told_is_told_until_it_is_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "EVERY", 0.001)
    heard: list[tuple[float, str, float]] = []
    with compiling.told(lambda *told: heard.append(told)), compiling.watched({7: 1}) as whole:
        assert whole is not None
        with compiling.followed(whole, 7):
            time.sleep(0.02)
        time.sleep(0.02)
    shares = [share for share, _, _ in heard]
    assert len(heard) > 2 and shares == sorted(shares) and heard[-1] == (1.0, "", 0.0)
    assert 0.99 in shares
    told = len(heard)
    with compiling.watched({7: 1}) as whole, compiling.followed(whole, 7):
        assert whole is None
    assert len(heard) == told, "nobody wants to be told any more"


def test_a_command_shows_that_it_waits_for_the_compiler(capsys: pytest.CaptureFixture[str]) -> None:
    with compiling_shown():
        for _ in range(2):  # a second loop, say
            with compiling.watched({0: 1}):
                time.sleep(2 * compiling.EVERY)
        with working() as shown, compiling.watched({0: 1}):
            shown.notice("own")
            time.sleep(2 * compiling.EVERY)
    said = [line.strip() for line in capsys.readouterr().err.splitlines()]
    assert said == [compiling.ANNOUNCED, compiling.ANNOUNCED, "own"], "where a command tells more it tells this itself"


def test_nothing_is_told_of_what_is_loaded() -> None:
    heard: list[tuple[float, str, float]] = []
    with compiling.told(lambda *told: heard.append(told)), compiling.watched({}):
        pass
    assert heard == []


def test_how_far_it_is_in_words() -> None:
    assert in_the_making(0.344, "trust", 21.2) == "compiling 34% (trust) · about 0:00:21 left"
    assert in_the_making(0.0, "", 0.0) == "compiling 0%"

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.kinds import kinds_of, over_sets
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.stored import Stored

SEED = 7


def mixture(runs: int, sites: int, upper: float = 0.6, seed: int = SEED) -> np.ndarray:
    rng = np.random.default_rng(seed)
    high = rng.random((runs, sites)) < upper
    return np.where(high, rng.normal(0.45, 0.04, (runs, sites)), rng.normal(0.05, 0.03, (runs, sites)))


def test_two_kinds_are_found_with_their_shares_and_what_each_looks_like() -> None:
    values = mixture(100, 4)
    found = kinds_of(values)
    assert found is not None and found.values == 400
    assert 0.1 < found.border < 0.4
    assert found.upper == (values > found.border).mean() == pytest.approx(0.6, abs=0.08)
    assert found.low == pytest.approx(0.05, abs=0.01) and found.high == pytest.approx(0.45, abs=0.01)
    assert found.mean == pytest.approx(values.mean()) and found.gap == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.normal(size=n),
        lambda rng, n: rng.random(n),
        lambda rng, n: rng.exponential(size=n),
        lambda rng, n: rng.standard_t(3, n),
        lambda rng, n: rng.lognormal(size=n),
    ],
    ids=["normal", "even", "exponential", "long tails", "lognormal"],
)
@pytest.mark.parametrize("runs", [20, 80, 400])
def test_one_mode_is_not_taken_for_two(draw, runs: int) -> None:
    rng = np.random.default_rng(SEED)
    assert sum(kinds_of(draw(rng, runs)[:, None]) is not None for _ in range(200)) <= 2


@pytest.mark.parametrize(("low", "runs"), [(10, 20), (6, 20), (8, 30), (6, 36), (7, 100), (4, 12)])
def test_kinds_far_apart_are_seen_in_few_runs_and_where_one_is_rare(low: int, runs: int) -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(100):
        values = np.r_[rng.normal(0.05, 0.015, low), rng.normal(0.48, 0.03, runs - low)]
        found = kinds_of(values[:, None])
        assert found is not None and found.upper == pytest.approx(1 - low / runs)


def test_luck_that_points_share_makes_no_kinds() -> None:
    """Three lucks at 200 points are three lucks: of such a design nothing is said of kinds, nor allowed for."""
    from synthetic import design

    swept = design({"x": [0.0, 1.0], "y": [0.0, 1.0]}, lambda s, at: 400.0 * at["x"], replicates=40)
    stored = Stored.of(swept)
    assert stored.kinds("partners", 0) is None and stored.jump("partners", ()) == 0.0
    assert findings(stored)[0].kind == "best"


def test_sites_that_differ_are_no_kinds_of_luck() -> None:
    rng = np.random.default_rng(SEED)
    values = rng.normal([0.05, 0.45], 0.02, (100, 2))
    assert kinds_of(values) is None
    assert kinds_of(np.concatenate([values, values[:, ::-1]])) is not None


def test_few_runs_rare_kinds_and_constants_are_left_alone() -> None:
    assert kinds_of(mixture(10, 1)) is None
    assert kinds_of(mixture(12, 1)) is not None and kinds_of(mixture(12, 1, upper=0.9)) is None
    assert kinds_of(mixture(300, 1, upper=0.02)) is None
    assert kinds_of(np.ones((100, 2))) is None
    assert kinds_of((np.random.default_rng(1).random((200, 1)) < 0.5).astype(float)) is None
    assert kinds_of(np.full((40, 1), np.nan)) is None


def test_findings_say_so_first_and_intervals_allow_for_it(sweep) -> None:
    from dataclasses import replace

    runs = sweep.runs.copy()
    for n, strategy in enumerate(runs["strategy"].unique()):
        for level in ("no crisis", "crisis"):
            here = (runs["strategy"] == strategy) & (runs["crisis"] == level)
            runs.loc[here, "support"] = (mixture(40, 4).reshape(-1) + 0.001 * n).astype(np.float32)
    stored = Stored.of(replace(sweep, runs=runs))
    found = findings(stored)
    first = found[0]
    assert first.kind == "kinds"
    upper = stored.kinds("support", stored.arm("as-funded", ("crisis",))).upper
    assert f"in {100 * upper:.0f}% of 160 runs (40 at each of 4 sites)" in first.sentence
    assert "describes neither" in first.sentence and "median" in first.sentence
    assert stored.jump("support", ("crisis",)) == pytest.approx(0.1, abs=0.005), "a site of four moves a quarter of the gap"
    assert stored.jump("support", ("crisis",), "chicago") == pytest.approx(0.4, abs=0.02)
    assert not any(f.kind == "kinds" for f in findings(sweep))


def over(sets: int, replicates: int) -> Units:
    own = np.repeat(np.arange(sets), replicates)
    return Units(np.tile(np.arange(replicates), sets), np.zeros(len(own), int), set=own)


def kind_by(chance: np.ndarray, replicates: int, seed: int = SEED) -> np.ndarray:
    """Runs of sets that take off with these chances: [pairs, 1]."""
    rng = np.random.default_rng(seed)
    off = rng.random((len(chance), replicates)) < chance[:, None]
    return np.where(off, rng.normal(0.45, 0.03, off.shape), rng.normal(0.05, 0.03, off.shape)).reshape(-1, 1)


def test_where_parameters_decide_sets_are_of_one_kind_each() -> None:
    chance = np.repeat([0.0, 1.0], [70, 30])
    found = over_sets(kind_by(chance, 8), over(100, 8))
    assert found is not None and found.sets == 100
    assert (found.never, found.always) == (0.7, 0.3)
    assert found.chance.value == pytest.approx(0.3)
    assert found.chance.low == pytest.approx(0.3 - 1.98 * 0.046, abs=0.02), "30 of 100 sets, not 240 of 800 runs"
    assert found.differs.share.value > 0.99
    assert found.low.value == pytest.approx(0.05, abs=0.005) and found.high.value == pytest.approx(0.45, abs=0.005)
    assert found.high.low < found.high.value < found.high.high


def test_where_luck_decides_sets_do_not_differ() -> None:
    found = over_sets(kind_by(np.full(100, 0.3), 8), over(100, 8))
    assert found is not None
    assert found.differs.share.low == 0.0 and found.differs.share.value < 0.1
    assert found.never == pytest.approx(0.7**8, abs=0.1) and found.always < 0.02


def test_every_set_counts_the_same_in_the_chance_and_in_the_kinds() -> None:
    own = np.r_[np.repeat(np.arange(10), 2), np.repeat(np.arange(10, 20), 16)]
    values = np.where(own < 10, 1.0, 0.0)[:, None] + np.random.default_rng(1).normal(0, 0.02, (len(own), 1))
    found = over_sets(values, Units(np.arange(len(own)), np.zeros(len(own), int), set=own))
    assert found is not None and found.chance.value == 0.5


def test_one_mode_over_sets_is_none_and_without_sets_it_is_a_mistake_of_the_caller() -> None:
    values = np.random.default_rng(1).normal(size=(80, 1))
    assert over_sets(values, over(20, 4)) is None
    with pytest.raises(ValueError, match="no sets"):
        over_sets(values, Units.replicates(80))


def test_chances_over_sets_cover_as_often_as_they_say() -> None:
    held = 0
    for study in range(400):
        rng = np.random.default_rng(study)
        found = over_sets(kind_by(rng.beta(0.6, 1.4, 60), 6, study), over(60, 6))
        assert found is not None
        held += found.chance.low <= 0.3 <= found.chance.high
    assert held / 400 == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 400) ** 0.5)

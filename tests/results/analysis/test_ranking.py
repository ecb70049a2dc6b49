from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.ranking import ranked, ranking, simultaneous
from tfs_sim.analysis.stored import Stored

SEED = 5


def samples(means: dict[str, float], runs: int = 40, noise: float = 0.1, seed: int = SEED) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    luck = rng.normal(size=runs)
    return {s: mean + luck + noise * rng.normal(size=runs) for s, mean in means.items()}


def test_best_next_and_whether_they_stand_apart() -> None:
    values = samples({"a": 0.0, "b": 1.0, "c": 0.99})
    found = ranked(values, "higher", Units.replicates(40))
    assert found is not None and found.order[2] == "a"
    assert not found.clear and found.tied == (found.second,) and {found.best, found.second} == {"b", "c"}
    clear = ranked(samples({"a": 0.0, "b": 1.0, "c": 0.5}), "higher", Units.replicates(40))
    assert clear is not None and clear.order == ("b", "c", "a") and clear.clear and clear.tied == ()
    lowest = ranked(samples({"a": 0.0, "b": 1.0, "c": 0.5}), "lower", Units.replicates(40))
    assert lowest is not None and lowest.order == ("a", "c", "b") and lowest.lead.difference < 0 and lowest.clear


def test_the_best_must_lead_every_other_and_not_the_next_alone() -> None:
    rng = np.random.default_rng(SEED)
    luck = rng.normal(size=40)
    values = {"best": luck + 1.0, "next": luck + 0.9 + 0.01 * rng.normal(size=40), "wild": 3 * rng.normal(size=40)}
    values["wild"] += luck.mean() + 0.8 - values["wild"].mean()
    found = ranked(values, "higher", Units.replicates(40))
    assert found is not None and found.order == ("best", "next", "wild")
    assert found.lead.distinguishable and not found.clear and found.tied == ("wild",)
    assert found.means == pytest.approx(tuple(values[s].mean() for s in found.order))


def test_leads_hold_at_once() -> None:
    values = samples({"a": 0.0, "b": 1.0, "c": 0.5})
    found = ranked(values, "higher", Units.replicates(40), tiles=6)
    assert found is not None
    assert found.lead.level == simultaneous(12) == pytest.approx(1 - 0.05 / 12)
    d = values["b"] - values["c"]
    expected = stats.ttest_1samp(d, 0).confidence_interval(1 - 0.05 / 12)
    assert (found.lead.low, found.lead.high) == pytest.approx((expected.low, expected.high))


def test_among_alike_strategies_a_best_is_seldom_called() -> None:
    """Four strategies that are alike: with the plain interval of the two best, one in five studies would name one."""
    called = plain = 0
    for study in range(400):
        values = samples({s: 0.0 for s in "abcd"}, seed=study)
        found = ranked(values, "higher", Units.replicates(40))
        assert found is not None
        called += found.clear
        d = values[found.best] - values[found.order[-1]]
        plain += stats.ttest_1samp(d, 0).pvalue < 0.05
    assert called / 400 <= 0.05
    assert plain / 400 > 0.1


def test_one_strategy_or_none_with_values_has_no_rank(sweep) -> None:
    units = Units.replicates(3)
    assert ranked({"a": np.ones(3)}, "higher", units) is None
    assert ranked({"a": np.ones(3), "b": np.full(3, np.nan)}, "higher", units) is None
    found = ranking(Stored.of(sweep), "support", ("crisis",))
    assert found is not None and found.best == "handover" and len(found.leads) == 3

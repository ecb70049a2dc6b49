"""What a pilot is worth before choosing: no more than knowing all, and nothing where sets do not differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic import choosing

from tfs_sim import decisions
from tfs_sim.analysis.decided import Decided, decided
from tfs_sim.analysis.piloting import pilots
from tfs_sim.analysis.stored import Stored
from tfs_sim.scenario.errors import UserError

WORTHS = [75.0, 150.0]


def view(**options: object) -> Decided:
    return decided(Stored.of(choosing(worths=WORTHS, **options)))[0]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def asked() -> Decided:
    return view(sets=120, replicates=8)


def test_a_large_pilot_is_worth_nearly_what_knowing_all_is(asked: Decided) -> None:
    knowing = decisions.evpi(asked.main, asked.told).set_index("worth")["evpi"]
    for each in pilots(asked, 200):
        assert each.seen and each.value < 1.3 * knowing[each.worth] + 2 * each.se
        assert each.value > 0.6 * knowing[each.worth] - 2 * each.se
        assert (each.communities, each.months) == (200, asked.stored.months)


def test_few_communities_are_worth_less_than_many(asked: Decided) -> None:
    few, many = (sum(each.value for each in pilots(asked, n)) for n in (1, 200))
    assert few < many


def test_data_and_choice_share_no_luck() -> None:
    """Where sets are alike, and only luck differs, data of other runs are worth nothing."""
    stored = Stored.of(choosing(sets=120, replicates=4, worths=WORTHS))
    series = stored.series.copy()
    luck = np.random.default_rng(2)
    groups = series.groupby(["strategy", "set", "replicate"]).ngroup()
    noise = luck.normal(0, 200, groups.max() + 1)
    mean = series.groupby("strategy")["served"].transform("mean")
    series["served"] = mean + noise[groups]
    alike = replace(stored, series=series, _cache={}, spreads={})
    for each in pilots(decided(alike)[0], 20):
        assert each.value <= 3 * each.floor + 2 * each.se


def test_what_communities_take_is_what_strategies_cost(asked: Decided) -> None:
    (one, *_) = pilots(asked, 10)
    sites = asked.main["site"].nunique()
    means = asked.main.groupby("strategy")["cost"].mean()
    assert one.spent == pytest.approx(10 * means.sum()) and sites == 2


@pytest.mark.parametrize(
    ("communities", "months", "said"),
    [(0, None, "1 to 10,000 communities"), (5, 0, "for 1 to 2 months"), (5, 3, "for 1 to 2 months")],
)
def test_numbers_out_of_range_are_refused(asked: Decided, communities: int, months: int | None, said: str) -> None:
    with pytest.raises(UserError, match=said):
        pilots(asked, communities, months)


def test_one_replicate_is_too_few() -> None:
    with pytest.raises(UserError, match="two replicates"):
        pilots(view(sets=40, replicates=1), 5)

"""What was run beside a sweep is read as it is meant: added replicates for shares, the same luck for its product."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from synthetic import Synthetic, synthetic, under_sets

from tfs_sim.analysis.besides import added, crossed
from tfs_sim.analysis.compare import against, compare_arms
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import crossed as parts_of

PAIR = ("support", "handover", "as-funded")


def some(sweep: Synthetic, sets: list[str], replicates: int, seed: int = 1, first: int = 0) -> pd.DataFrame:
    """Runs of these sets with replicates of other luck: support alone, at every site."""
    rng, rows = np.random.default_rng(seed), []
    arms = sweep.runs[["strategy", "crisis"]].drop_duplicates().itertuples(index=False)
    sites = sweep.runs["site"].unique()
    for strategy, level in arms:
        for name in sets:
            for replicate in range(first, first + replicates):
                for site in sites:
                    rows.append((strategy, level, name, replicate, site, float(rng.random())))
    return pd.DataFrame(rows, columns=["strategy", "crisis", "set", "replicate", "site", "support"])


@pytest.fixture(scope="module")
def plain() -> Synthetic:
    return under_sets(synthetic(strategies=3, replicates=24), 3, spread=0.01, worthwhile=0.02)


def by_hand(table: pd.DataFrame, name: str, replicate: int, level: str, sites: list[str]) -> float:
    at = table[(table["set"] == name) & (table["replicate"] == replicate) & (table["crisis"] == level)]
    means = at[at["site"].isin(sites)].groupby("strategy")["support"].mean()
    return float(means["handover"] - means["as-funded"])


def test_added_replicates_are_differences_of_runs_each_with_its_set(plain: Synthetic) -> None:
    table = some(plain, ["p-005", "p-001"], 2, first=3)
    stored = Stored.of(replace(plain, added=table.sample(frac=1, random_state=3)))
    for site in (None, "dayton"):
        values, sets = added(stored, *PAIR, stored.main, site)
        wanted = [by_hand(table, name, r, stored.main[0], stored.sites if site is None else [site])
                  for name in ("p-001", "p-005") for r in (3, 4)]  # fmt: skip
        assert values == pytest.approx(wanted, abs=1e-12) and sets.tolist() == [1, 1, 5, 5]


def test_added_replicates_move_what_is_said_of_sets_and_no_mean(plain: Synthetic) -> None:
    bare = Stored.of(plain)
    more = Stored.of(replace(plain, added=some(plain, ["p-002"], 40, first=3)))
    assert against(more, *PAIR, more.main) == against(bare, *PAIR, bare.main)
    one, other = (spread(stored, *PAIR, stored.main) for stored in (bare, more))
    assert one is not None and other is not None
    assert (one.added, other.added) == (0, 40) and one.reliability != other.reliability
    assert one.parameters == other.parameters, "where variance comes from is seen by replicates that every set has"


def test_the_same_luck_under_several_sets_gives_the_parts_of_variance(plain: Synthetic) -> None:
    table = some(plain, ["p-000", "p-001", "p-002"], 4)
    stored = Stored.of(replace(plain, crossed=table.sample(frac=1, random_state=3)))
    values = crossed(stored, *PAIR, stored.main)
    names = ("p-000", "p-001", "p-002")
    wanted = [[by_hand(table, name, r, stored.main[0], stored.sites) for r in range(4)] for name in names]
    assert values is not None and values == pytest.approx(np.array(wanted), abs=1e-12)
    found = spread(stored, *PAIR, stored.main)
    assert found is not None and found.crossed == parts_of(values)
    rows = compare_arms(stored).set_index(["strategy", "against", "crisis"])
    row = rows.loc[("handover", "as-funded", stored.main[0])]
    assert row["variance_product"] == found.crossed.product.value
    assert "variance_product" not in compare_arms(Stored.of(plain))


def test_without_such_runs_or_with_a_gap_there_are_no_parts(plain: Synthetic) -> None:
    assert crossed(Stored.of(plain), *PAIR, Stored.of(plain).main) is None
    table = some(plain, ["p-000", "p-001", "p-002"], 4).iloc[1:]
    table.loc[(table["set"] == "p-001") & (table["replicate"] == 2), "support"] = np.nan
    stored = Stored.of(replace(plain, crossed=table))
    assert crossed(stored, *PAIR, stored.main) is None
    assert crossed(stored, "trust", *PAIR[1:], stored.main) is None, "a metric that it does not have"
    bare = Stored.of(synthetic(strategies=3, replicates=8))
    assert [len(each) for each in added(bare, *PAIR, bare.main)] == [0, 0]

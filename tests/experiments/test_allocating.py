"""Runs that a search asks for: the bits of `simulate`, kept, and made once on any number of workers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from buying import study

from tfs_sim.experiments.designs.allocations import Space
from tfs_sim.experiments.execution.allocating import COST, EFFECT, Meter, Numbers, Runs
from tfs_sim.experiments.execution.optimizing import Aim, Split
from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.experiments.execution.uncertain import sets_of
from tfs_sim.scenario.errors import UserError

MONTHS = 24
BLOCKS = [(0, 0), (3, 1), (0, 1)]


@pytest.fixture(scope="module")
def bought():
    experiment = study()
    return Space.of(experiment), sets_of(experiment)


def runs_of(folder: Path, bought, workers: int = 1, outcomes=("served", "trust"), costs=None) -> Runs:
    space, sets = bought
    weights = np.ones(MONTHS)
    numbers = Numbers(outcomes, weights if costs is None else costs, weights)
    return Runs(folder, space.ground, sets, 5, numbers, workers, Meter(None), lambda _: None)


def test_the_numbers_of_a_run_are_those_of_simulate(bought, tmp_path: Path) -> None:
    space, sets = bought
    scenario = space.scenario((3, 1))
    found = runs_of(tmp_path, bought).values([space.ground, scenario], BLOCKS)
    result = simulate(scenario, replicates=2, seed=5, sets=sets.at([0, 3]), workers=1)
    runs = result.runs.set_index(["set", "replicate"])
    series = result.series.groupby(["set", "replicate"], observed=True)[["cost", "served"]].sum()
    for place, (number, replicate) in enumerate(BLOCKS):
        key = (sets.ids[number], replicate)
        expected = [1000 * series.loc[key, "cost"], series.loc[key, "served"], *runs.loc[key, ["served", "trust"]]]
        np.testing.assert_allclose(found[1, place], np.array(expected, float), rtol=1e-12)


def test_nothing_is_run_twice_and_bits_do_not_depend_on_workers(bought, tmp_path: Path) -> None:
    space, _ = bought
    scenarios = [space.scenario(each) for each in ((0, 0), (1, 0), (4, 1))]
    one = runs_of(tmp_path / "one", bought)
    found = one.values(scenarios, BLOCKS)
    assert one.meter.made == 9
    one.flush()
    again = runs_of(tmp_path / "one", bought)
    np.testing.assert_array_equal(again.values(scenarios, BLOCKS), found)
    assert again.meter.made == 0
    again.values(scenarios, [*BLOCKS, (7, 0)])
    assert again.meter.made == 3
    two = runs_of(tmp_path / "two", bought, workers=2)
    np.testing.assert_array_equal(two.values(scenarios[::-1], BLOCKS)[::-1], found)


def test_other_numbers_are_not_mistaken_for_these(bought, tmp_path: Path) -> None:
    space, _ = bought
    first = runs_of(tmp_path, bought)
    first.values([space.ground], BLOCKS)
    first.flush()
    said: list[str] = []
    for more in ({"outcomes": ("served",)}, {"costs": np.full(MONTHS, 0.5)}):
        other = runs_of(tmp_path, bought, **more)
        other.values([space.scenario((4, 0))], BLOCKS)
        assert other.meter.made == 3 and not said
    costs = [
        runs_of(tmp_path, bought, costs=w).values([space.scenario((4, 0))], BLOCKS)[0, :, 0]
        for w in (None, np.full(MONTHS, 0.5))
    ]
    np.testing.assert_allclose(costs[1], costs[0] / 2)
    assert costs[0][0] == pytest.approx(204_000)  # two years of a coordinator


def test_a_split_is_by_identity_and_every_set_is_on_one_side(bought) -> None:
    _, sets = bought
    split = Split.of(sets, 1, 0.4)
    assert len(split.unseen) == 4 and sorted([*split.seen, *split.unseen]) == list(range(10))
    turned = sets.at(list(range(9, -1, -1)))
    other = Split.of(turned, 1, 0.4)
    assert {sets.ids[n] for n in split.unseen} == {turned.ids[n] for n in other.unseen}
    assert {Split.of(sets, seed, 0.4).unseen for seed in range(5)} != {split.unseen}
    with pytest.raises(UserError, match="at least 10 sets"):
        Split.of(sets.first(1), 1, 0.4)


def test_what_is_looked_for_is_net_benefit_or_an_outcome_the_right_way_round() -> None:
    names = (COST, EFFECT, "served", "turnover")
    values = np.array([[1000.0, 50.0, 7.0, 0.2]])
    assert Aim("net-benefit", 30.0).of(values, names).tolist() == [500.0]
    assert Aim("served", None).of(values, names).tolist() == [7.0]
    with pytest.raises(UserError, match="have no value of served"):
        Aim("served", None).of(np.array([[1.0, 1.0, np.nan, 1.0]]), names)

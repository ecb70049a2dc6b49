"""A variation of the model reaches every run of a row, whatever the row does, and is over when it is over."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tfs_sim import validation
from tfs_sim.model import engine
from tfs_sim.model.catalogue import ALWAYS_ON, INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.validation import factorial, forks, kept, ranges, running, space
from tfs_sim.validation.row import Budget

WITHOUT_TRUST = running.Variation("without trust", off=("trust",))
TRUST = space.METRIC_NAMES.index("trust")
BUDGET = Budget(points=2, replicates=2, workers=2)
MONTHS = 6


@pytest.fixture(autouse=True)
def nothing_kept():
    kept.forget()
    yield
    kept.forget()


@pytest.fixture(scope="module")
def scenario():
    return space.laboratory(months=MONTHS)


def through_run_all(scenario):
    return space.run_all([scenario.to_template()], 2, 1, 2, lambda out: float(out[-1, 0, TRUST]))


def through_worlds(scenario):
    read = space.OfWorlds(lambda template, before, after: float(after.trust.mean()))
    return space.run_all([scenario.to_template()], 2, 1, 2, read)


def through_run_measures(scenario):
    return space.run_measures(scenario.to_template(), 2, 1, 2, lambda out, world: np.array([world.trust.mean()]))


def through_a_fork(scenario):
    fork = forks.Fork(scenario.to_template(), 1, 0, 2)
    state, _ = fork.go_on(3)
    return np.append(fork.now().trust, fork.world(state).trust)


def through_forks_over_points(scenario):
    return forks.over_points(BUDGET, scenario, lambda template, point, r: through_a_fork(scenario)[:5])


def through_a_factorial(scenario):
    return factorial.over_points(BUDGET, [(scenario, {})], lambda out: float(out[-1, 0, TRUST]))


def through_over_points(scenario):
    return space.over_points(BUDGET, [(scenario, {})], lambda out: float(out[-1, 0, TRUST]))


def through_trace(scenario):
    *_, (_, world, _) = running.trace(scenario.to_template(), 1, 0)
    return world.trust


def through_a_replicate(scenario):
    return running.run_replicate(scenario.to_template(), 1, 0)[:, 0, TRUST]


@pytest.fixture(scope="module")
def everything_scheduled():
    """Return two communities, nationals and a selection, with every intervention and every shock on the schedule."""
    orders = [{"use": name, "dose": 0.6, "from": "2020-02", "paid_by": "outside"} for name in INTERVENTIONS]
    shocks = [{"use": name, "onset": "2020-05", "depth": 0.5} for name in SHOCKS]
    return ranges.small_world().with_(interventions=orders, shocks=shocks, months=12)


WAYS = [
    through_run_all, through_worlds, through_run_measures, through_a_fork, through_forks_over_points,
    through_a_factorial, through_over_points, through_trace, through_a_replicate,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_of_running_is_under_the_variation(way, scenario):
    usual = way(scenario)
    with running.under(WITHOUT_TRUST):
        without = way(scenario)
    assert (without == 0.5).all(), "with its kernels off, trust stays what the state declares as neutral"
    assert not (usual == 0.5).all()
    assert np.array_equal(way(scenario), usual), "afterwards the model is as it was"


@pytest.mark.parametrize("way", [w for w in WAYS if w is not through_forks_over_points], ids=lambda way: way.__name__)
def test_what_is_done_between_months_is_done_after_every_one(way, scenario):
    months = []

    def forget_all_trust(template, world, key, month):
        months.append(month)
        world.trust[:] = 0.0

    with running.under(running.Variation("amnesia", between_months=forget_all_trust)):
        values = way(scenario)
    assert set(months) >= set(range(MONTHS - 1))
    if way in (through_worlds, through_run_measures, through_a_fork, through_trace):
        assert (values == 0.0).all()


def test_a_row_is_under_the_variation():
    (row,) = validation.chosen(["M1b"])
    budget = Budget(points=4, replicates=2, workers=2)
    assert row.check(budget).holds
    with running.under(WITHOUT_TRUST):
        assert not row.check(budget).holds


def test_runs_of_one_variation_are_not_taken_for_those_of_another(scenario):
    template = scenario.to_template()
    of = kept.identity(template)
    usual = kept.run(template, of, 1, 0)
    with running.under(WITHOUT_TRUST):
        without = kept.run(template, of, 1, 0)
        assert kept.run(template, of, 1, 0) is without
    assert kept.run(template, of, 1, 0) is usual
    assert not np.array_equal(usual, without)


def test_one_variation_at_a_time_and_none_after_a_mistake():
    with running.under(WITHOUT_TRUST), pytest.raises(RuntimeError, match="one variation at a time"):
        running.under(WITHOUT_TRUST).__enter__()
    with pytest.raises(ZeroDivisionError), running.under(WITHOUT_TRUST):
        raise ZeroDivisionError
    assert running.current() is running.AS_IT_IS


def test_without_a_variation_runs_are_the_engines_own(scenario):
    template = scenario.to_template()
    assert np.array_equal(running.run_replicate(template, 3, 1), engine.run_replicate(template, 3, 1))


def test_nothing_runs_the_engine_by_another_door():
    other_doors = re.compile(r"engine\.(?:run_months|run_replicate|trace)\(|import .*\bsimulate\b")
    for path in Path(validation.__file__).parent.rglob("*.py"):
        if path.name != "running.py" and path.parent.name != "aggregate":  # which reads the schedule
            found = other_doors.findall(path.read_text(encoding="utf-8"))
            assert not found, f"{path.name} calls {found}"


@pytest.mark.parametrize("off", [name for name in MECHANISMS if name not in ALWAYS_ON])
def test_a_variation_gives_what_a_scenario_file_with_the_switch_gives(off, everything_scheduled):
    switched = everything_scheduled.with_(mechanisms={off: False}).to_template()
    expected = engine.run_replicate(switched, 1, 0)
    template = everything_scheduled.to_template()
    with running.under(running.Variation(off, off=(off,))):
        assert np.array_equal(running.run_replicate(template, 1, 0), expected)


def test_what_a_row_remembers_itself_is_of_one_variation():
    from tfs_sim.validation.rows import m28_ties

    usual = m28_ties._networks(BUDGET, running.current())
    with running.under(WITHOUT_TRUST):
        without = m28_ties._networks(BUDGET, running.current())
    assert not np.array_equal(usual, without)


def test_a_variation_is_for_those_alone_who_asked_for_it(scenario):
    """Another thread of the process, at the same time, runs the model as it is."""
    template = scenario.to_template()
    plain = running.run_replicate(template, 1, 0)
    with running.under(WITHOUT_TRUST), ThreadPoolExecutor(1) as others, running.Threads(1) as own:
        assert np.array_equal(others.submit(running.run_replicate, template, 1, 0).result(), plain)
        assert not np.array_equal(own.submit(running.run_replicate, template, 1, 0).result(), plain)
    assert running.current() is running.AS_IT_IS

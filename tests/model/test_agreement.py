"""The engine computes what the model says: a second hand in plain Mesa (`tests/reference/`) comes to the same numbers.

`make agreement` draws 200 scenarios anew; `TFS_SIM_AGREEMENT` says how many, `TFS_SIM_AGREEMENT_SEED` which.
"""

import inspect
import os
import pkgutil
from importlib import import_module
from random import Random

import numpy as np
import pytest

from reference import copying, drawing, mechanisms
from reference.luck import MesaLuck
from reference.model import Partnership, function_of
from tfs_sim.model import draws, engine, tick
from tfs_sim.model.flow import flow_of
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.fields import DataFile
from tfs_sim.validation import ranges

COUNT = int(os.environ.get("TFS_SIM_AGREEMENT", "12"))
SEED = int(os.environ.get("TFS_SIM_AGREEMENT_SEED", "1"))
SHIPPED = (
    "laboratory",
    "r1-mutual-learning",
    "r2a-minimum-effort",
    "r2b-growing-coalition",
    "r3-friedkin-johnsen",
    "r4-thresholds",
    "r5-contest",
    "r5-fixed-bids",
    "r6-vacancy-renewal",
    "r7-erlang-delay",
)
PHASES = [
    range(min(steps), max(steps) + 1)
    for phase in dict.fromkeys(step.phase for step in tick.MONTH)
    for steps in [[n for n, step in enumerate(engine.STEPS) if step.phase == phase]]
]


def drawn(number, tmp_path):
    """Return a drawn scenario; of those whose members choose one at a time there is a test of its own."""
    return drawing.scenario(Random(number), tmp_path)


def freely(scenario, seed=1, replicate=0):
    """Return where the two hands differ in the first month in which they do, each running by itself."""
    template = scenario.to_template()
    out = engine.run_replicate(template, seed, replicate)
    model = Partnership(scenario, seed, replicate)
    model.run()
    return first_differences(model, out)


def first_differences(model, out):
    for metric, sites in model.observed.items():
        assert all(len(values) == model.months for values in sites.values()), metric
    months = (copying.differences_recorded(model, out, month) for month in range(model.months))
    return next((found for found in months if found), [])


def step_by_step(scenario, months, seed=1):
    """Return where a step leaves the two hands in different states, both having begun its phase in the engine's.

    What a step writes is looked at after each, everything at the end of each phase. What a phase passes on within
    itself is no part of the state.
    """
    template, model = scenario.to_template(), Partnership(scenario, seed)
    _, world = template.fresh()
    out, key = template.output(), draws.run_key(seed, 0)

    def found_in(phase, month):
        for n in phase:
            step = engine.STEPS[n]
            if month < 0 and step.records:
                continue
            engine.run_steps(template, world, key, month, range(n, n + 1), out)
            model.do(step)
            last = n + 1 == phase.stop
            found = copying.differences(model, template, world, out, None if last else flow_of(step.kernel).writes)
            if last:
                found += copying.differences_in_ties(model, template, world)
            if found:
                return step.name, found
        return None

    model.month = -template.run_in
    start = found_in(range(len(tick.START)), model.month)
    for month in range(0 if start else -template.run_in, 0 if start else max(months) + 1):
        if month not in months:
            engine.run_months(template, world, key, month, month + 1, out)
            continue
        for phase in PHASES:
            copying.from_engine(model, template, world, out, month)
            if found := found_in(phase, month):
                return found
    return start


def test_every_step_is_there_and_none_that_is_not_a_step():
    steps = {function_of(step) for step in engine.STEPS}
    for each in pkgutil.iter_modules(mechanisms.__path__):
        module = import_module(f"{mechanisms.__name__}.{each.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            signature = inspect.signature(function)
            is_step = list(signature.parameters) == ["model"] and signature.return_annotation == "None"
            if is_step and function.__module__ == module.__name__:
                assert function in steps, f"{each.name}.{name}"


def test_every_step_agrees_with_everything_at_once(busy):
    assert step_by_step(busy, {-60, -13, 0, 1, 5, 12}) is None


@pytest.mark.parametrize("name", ["laboratory", "r1-mutual-learning", "r3-friedkin-johnsen", "r5-contest"])
def test_every_step_agrees_in_shipped_scenarios(name):
    assert step_by_step(load_scenario(name), {-2, 0, 3}) is None


@pytest.mark.parametrize("number", range(4))
def test_every_step_agrees_in_drawn_scenarios(number, tmp_path):
    assert step_by_step(drawn(f"{SEED}/steps/{number}", tmp_path), {-7, 0, 2, 9}) is None


@pytest.mark.parametrize("number", range(COUNT))
def test_drawn_scenarios_run_to_the_same_numbers(number, tmp_path):
    assert freely(drawn(f"{SEED}/{number}", tmp_path), seed=number) == []


@pytest.mark.parametrize("number", range(-(-COUNT // 4)))
def test_everything_at_any_point_of_its_range_runs_to_the_same_numbers(number):
    scenario, draw = ranges.small_world(), Random(f"{SEED}/{number}").random
    template = ranges.variant(scenario.to_template(), draw, ends=number % 2 == 1)
    out = engine.run_replicate(template, number, 0)
    model = Partnership(scenario, number)
    copying.take_numbers(model, template)
    model.run()
    assert first_differences(model, out) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_run_to_the_same_numbers(name):
    scenario = load_scenario(name)
    assert freely(scenario.with_(months=min(scenario.clock.months, 24))) == []


@pytest.mark.parametrize("name", ["four-communities", "together-for-students"])
def test_large_scenarios_run_to_the_same_numbers(name):
    assert freely(load_scenario(name).with_(months=6)) == []


def test_communities_visit_each_other_by_the_luck_of_both():
    network = {"interventions": [{"use": "peer-learning-network", "dose": 1.0, "paid_by": "outside"}]}
    visits = {"peers": {"visits": 1.0, "first_adoption": 0.5}}
    assert freely(load_scenario("four-communities").with_(months=24, parameters=visits, **network)) == []


def test_a_national_owns_up_to_its_mistake_by_luck_of_its_own():
    nationals = load_scenario("together-for-students")
    mistakes = {
        "shocks": [
            {
                "use": "national-mistake",
                "onset": nationals.clock.start,
                "depth": 0.8,
                "lasts": 4,
                "target": {"organizations": ["national/strivetogether"]},
            }
        ]
    }
    assert freely(nationals.with_(months=5, **mistakes)) == []


def test_who_chooses_one_at_a_time_remembers_what_it_expects(lab):
    one_at_a_time = lab.with_(months=24, parameters={"effort": {"timing": "one-at-a-time"}})
    assert freely(one_at_a_time) == []


def test_who_gives_nothing_sees_what_others_give_where_the_weaker_count_more(lab, tmp_path):
    gives = [0, 1, 1, 1, 1]
    rows = [f"nonprofit-{n},nonprofit,0,{effort},{effort}" for n, effort in enumerate(gives)]
    (tmp_path / "all.csv").write_text("\n".join(["id,sector,joins,first_effort_low,first_effort_high", *rows]))
    town = {"students": 5000, "organizations_file": DataFile("all.csv", tmp_path)}
    weaker = {"delivery": {"complementarity": -2.0}, "effort": {"revision": 1.0}}
    assert freely(lab.with_(months=24, sites={"lab": None, "town": town}, parameters=weaker)) == []


def test_without_keys_the_luck_is_mesas_and_the_months_pass(lab):
    runs = [Partnership(lab.with_(months=3), seed, luck=MesaLuck).run()["trust"]["lab"] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert np.isfinite(runs).all()


def test_a_number_that_is_off_is_found(lab):
    template, model = lab.to_template(), Partnership(lab, 1)
    _, world = template.fresh()
    out = template.output()
    engine.run_months(template, world, draws.run_key(1, 0), engine.DRAW_START, 1, out)
    copying.from_engine(model, template, world, out, 1)
    assert copying.differences(model, template, world, out) == []
    assert copying.differences_in_ties(model, template, world) == []
    tie = next(pair for pair in model.pairs if pair.is_open)
    tie.forward.trust += 1e-6
    tie.close()
    model.observed["trust"]["lab"].append(1.0)
    found = copying.differences(model, template, world, out)
    assert {each.split()[0] for each in found} == {"trust", "is_open"}
    assert len(found) == 3
    assert len(copying.differences_in_ties(model, template, world)) == 2

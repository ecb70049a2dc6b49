"""The engine: the same bits however it is run, nothing out of its domain, no cent lost."""

import hashlib
import inspect
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfs_sim.experiments.execution import forks
from tfs_sim.model import draws, engine, metrics, tick
from tfs_sim.model.catalogue import ALWAYS_ON, INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.model.state import domain_mistakes
from tfs_sim.scenario import load_scenario


def last_world(scenario, seed=1, replicate=0):
    *_, (_, world, _) = engine.trace(scenario.to_template(), seed, replicate)
    return world


def test_threads_and_order_change_nothing(busy):
    template = busy.to_template()
    alone = [engine.run_replicate(template, 5, r) for r in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda r: engine.run_replicate(template, 5, r), reversed(range(8))))
    assert all(np.array_equal(a, b) for a, b in zip(alone, reversed(together), strict=True))
    assert not np.array_equal(alone[0], alone[1])


def test_month_by_month_and_all_at_once_are_the_same(busy):
    template = busy.to_template()
    *_, (month, _, out) = engine.trace(template, 5, 2)
    assert month == template.months - 1
    assert np.array_equal(out, engine.run_replicate(template, 5, 2))


def test_a_copy_of_the_state_goes_on_as_the_original_does(busy):
    template = busy.to_template()
    key = draws.run_key(1, 0)
    whole = engine.run_replicate(template, 1, 0)
    state, world = template.fresh()
    out = template.output()
    engine.run_months(template, world, key, engine.DRAW_START, 17, out)
    copy = state.copy()
    state[:] = 0  # the original is gone
    engine.run_months(template, template.layout.world(template.fixed, copy), key, 17, template.months, out)
    assert np.array_equal(out, whole)


def test_the_sum_of_all_accounts_is_zero_in_every_month(busy):
    for _, world, _ in engine.trace(busy.to_template(), 3, 0):
        assert int(world.accounts.sum()) == 0


def test_every_array_stays_in_its_domain(busy):
    for _, world, out in engine.trace(busy.to_template(), 3, 1):
        assert domain_mistakes(world) == []
        assert np.isfinite(out).all()


def test_a_dose_of_zero_and_a_depth_of_zero_are_the_same_bits_as_nothing(lab):
    lab = lab.with_(nationals={"one": {}})
    plain = engine.run_replicate(lab.to_template(), 1, 0)
    for name in INTERVENTIONS:
        assert np.array_equal(
            plain, engine.run_replicate(lab.with_(interventions=[{"use": name, "dose": 0}]).to_template(), 1, 0)
        ), name
    for name in SHOCKS:
        shock = {"use": name, "onset": "2021-01", "depth": 0}
        assert np.array_equal(plain, engine.run_replicate(lab.with_(shocks=[shock]).to_template(), 1, 0)), name


def test_the_order_of_organizations_in_the_input_changes_nothing(lab, tmp_path):
    rows = [f"{sector}-{n},{sector},{3 + n}" for sector in ("nonprofit", "health", "business") for n in range(4)]
    results = []
    for order in (rows, rows[::-1]):
        (tmp_path / "organizations.csv").write_text("\n".join(["id,sector,fte", *order]))
        scenario = tmp_path / "s.toml"
        scenario.write_text(
            '[clock]\nstart = "2020-01"\nmonths = 24\n'
            '[sites.s]\nstudents = 5000\norganizations_file = "organizations.csv"'
        )

        results.append(engine.run_replicate(load_scenario(scenario).to_template(), 1, 0))
    assert np.array_equal(*results)


def test_an_organization_keeps_its_luck_when_another_joins_the_community(lab):
    more = lab.with_(sites={"lab": {"organizations": {"nonprofit": 11}}}).to_template()
    first, second = engine.trace(lab.to_template(), 1, 0), engine.trace(more, 1, 0)
    (_, before, _), (_, after, _) = next(first), next(second)
    rows = {o.identity: i for i, o in enumerate(more.organizations)}
    for i, organization in enumerate(lab.to_template().organizations):
        assert before.commitment[i] == after.commitment[rows[organization.identity]]


def test_every_mechanism_can_be_switched_off(busy):
    whole = engine.run_replicate(busy.to_template(), 1, 0)
    for name in set(MECHANISMS) - ALWAYS_ON:
        without = engine.run_replicate(busy.with_(mechanisms={name: False}).to_template(), 1, 0)
        assert np.isfinite(without).all(), name
        assert not np.array_equal(without, whole), f"{name} changes nothing"


def other_values(declared):
    """Return values of a parameter that ought to make a difference."""
    if declared.choices:
        return [c for c in declared.choices if c != declared.default]
    if declared.low == declared.high:
        near = [max(declared.smallest, declared.default - 1), min(declared.largest, declared.default + 1)]
        return [*near, declared.smallest, min(declared.largest, 100.0 * declared.default)]
    return [declared.high, declared.low, min(declared.largest, 100.0 * declared.high), declared.smallest]


FELT_WHERE = {
    ("effort", "usual_size"): {"effort": {"divided": 0.3}},  # a gain that all share is the same in any number
    ("competition", "most_contests"): {"competition": {"award": 1}},  # awards so small that many are due in a month
    # tables empty themselves, so that all ends, and nobody is left to learn from
    ("endings", "soured"): {"participation": {"chance_rate": 6}, "endings": {"ended_after": 2}},
    ("effort", "forgetting"): {"participation": {"chance_rate": 6}},
}


def test_every_parameter_reaches_the_results(busy, run):
    """A parameter that no result depends on is a promise that the model does not keep."""

    def is_idle(name, key, declared, replicates):
        setting = busy.with_(parameters=FELT_WHERE.get((name, key), {}))
        whole = run(setting, replicates=replicates)
        return all(
            np.array_equal(run(setting.with_(parameters={name: {key: value}}), replicates=replicates), whole)
            for value in other_values(declared)
        )

    elsewhere = {
        ("community", "candidates"),  # who could know whom is limited only in sites of more than …
        ("community", "all_pairs_up_to"),  # … so many organizations
    }
    declared = [(n, k, p) for n, m in MECHANISMS.items() for k, p in specification(m.parameters).items()]
    declared = [each for each in declared if each[:2] not in elsewhere]
    idle = [each for each in declared if is_idle(*each, replicates=2)]
    idle = [each for each in idle if is_idle(*each, replicates=24)]  # what matters seldom needs more luck to be seen
    assert not {f"{n}.{k}" for n, k, _ in idle}


def test_each_step_is_a_kernel_of_a_declared_mechanism_and_every_kernel_is_called():
    called = {step.kernel.py_func for step in (*tick.START, *tick.MONTH)}
    assert all(step.mechanism in MECHANISMS or step.mechanism == "" for step in tick.MONTH)
    sources = {module.__name__: inspect.getsource(module) for module in (*tick.MODULES, metrics)}
    for module in tick.MODULES:
        for name, thing in vars(module).items():
            if getattr(thing, "py_func", None) and thing.py_func.__module__ == module.__name__:
                uses = sum(len(re.findall(rf"(?<!def )\b{name}\(", source)) for source in sources.values())
                assert thing.py_func in called or uses, f"{module.__name__}.{name} is never called"


DIGEST = """
import hashlib, sys
from tfs_sim.scenario import load_scenario
from tfs_sim.model import engine
t = load_scenario("together-for-students").with_(months=24).to_template()
print(hashlib.sha256(engine.run_replicate(t, 1, 0).tobytes()).hexdigest())
"""


@pytest.mark.long
def test_a_run_has_the_same_bits_on_a_processor_without_wide_vectors_and_linked_as_usual():
    def digest(**settings):
        command = [sys.executable, "-c", DIGEST]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    here = digest()
    assert len(here) == hashlib.sha256().digest_size * 2
    assert digest(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="", TFS_SIM_LINKING="usual") == here


@st.composite
def anything(draw):
    """Any parameters within their plausible ranges, any interventions and shocks at any dose and time."""
    parameters = {}
    for name, mechanism in MECHANISMS.items():
        for key, p in specification(mechanism.parameters).items():
            if p.choices:
                continue
            if p.low < p.high:
                values = st.integers(int(p.low), int(p.high)) if p.whole else st.floats(p.low, p.high)
                parameters.setdefault(name, {})[key] = draw(values)
    interventions = [
        {
            "use": name,
            "dose": draw(st.floats(0, min(INTERVENTIONS[name].largest_dose, 5))),
            "from": f"2020-{draw(st.integers(1, 12)):02d}",
        }
        for name in draw(st.lists(st.sampled_from(sorted(INTERVENTIONS)), max_size=4))
    ]
    shocks = [
        {"use": name, "depth": draw(st.floats(0, 1)), "onset": f"2020-{draw(st.integers(1, 12)):02d}"}
        for name in draw(st.lists(st.sampled_from(sorted(SHOCKS)), max_size=3))
    ]
    return {"parameters": parameters, "interventions": interventions, "shocks": shocks}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(changes=anything(), seed=st.integers(0, 2**31))
def test_nothing_leaves_its_domain_anywhere_in_the_plausible_space(lab, changes, seed):
    template = lab.with_(months=24, nationals={"one": {}}, **changes).to_template()
    _, world = template.fresh()
    out = template.output()
    engine.run_months(template, world, draws.run_key(seed, 0), engine.DRAW_START, template.months, out)
    assert domain_mistakes(world) == []
    assert np.isfinite(out).all()
    assert int(world.accounts.sum()) == 0


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_declarations_say_what_users_must_know(name):
    mechanism = MECHANISMS[name]
    assert mechanism.summary and mechanism.source and mechanism.title
    for key, p in specification(mechanism.parameters).items():
        assert p.meaning.endswith("."), f"{name}.{key}"
        assert p.grade in {"measured", "derived", "recalled", "assumed"}
        assert p.grade == "assumed" or p.source != "no measurement found", f"{name}.{key} is graded without a source"


def test_every_array_begins_at_the_beginning_of_a_cache_line():
    template = load_scenario("laboratory").to_template()
    _, world = template.fresh()
    (room,) = forks.rooms_for([template])
    for array in (*world, *room.world):
        assert array.ctypes.data % 64 == 0

"""What the text of every step says that it reads and writes is what it does in a run."""

import numpy as np
import pytest

from tfs_sim.model import draws, engine, tick
from tfs_sim.model.flow import flow_of
from tfs_sim.model.mechanisms import turnover
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.world import CHANGING

TABLES = {"dose": ("organization_doses", "site_doses"), "shock": ("organization_shocks", "site_shocks")}
NOTES = {field.name for field in SCRATCH}


def named(names):
    """Names of arrays, with the table that a dose or a depth is a row of."""
    found = {table for name in names for table in TABLES.get(name.partition("_")[0], ())}
    return found | set(names)


def test_reads_and_writes_of_a_step_that_one_can_check_by_eye():
    flow = flow_of(turnover.ramp_up)
    assert flow.writes == {"ramp", "backing"}
    assert flow.reads == {"in_post", "leader_in_post", "ramp", "backing", "documentation"}
    assert "person" in flow_of(turnover.leave_and_arrive).writes, "through the helper that starts a successor"


@pytest.fixture
def worlds(busy):
    """Two worlds of one scenario in different states, some months on."""
    template = busy.to_template()
    made = []
    for replicate, months in ((0, 26), (1, 30)):
        state, world = template.fresh()
        key = draws.run_key(5, replicate)
        engine.run_months(template, world, key, engine.DRAW_START, months, template.output())
        made.append((state, world))
    return template, *made


def test_every_step_writes_only_what_its_text_says_and_reads_nothing_else(worlds):
    template, (state, world), (_, other) = worlds
    names = [field.name for field in CHANGING]
    key, months, out = draws.run_key(5, 0), range(26, 30), template.output()
    for month in months:
        for n in range(len(tick.START), len(engine.STEPS)):
            step = engine.STEPS[n]
            flow = flow_of(step.kernel)
            before = state.copy()
            misled = template.layout.world(template.fixed, again := state.copy())
            for name in set(names) - named(flow.reads) - named(flow.writes):
                getattr(misled, name)[...] = getattr(other, name)
            engine.run_steps(template, world, key, month, range(n, n + 1), out)
            engine.run_steps(template, misled, key, month, range(n, n + 1), out.copy())
            old = template.layout.world(template.fixed, before)
            for name in names:
                same = np.array_equal(getattr(old, name), getattr(world, name), equal_nan=True)
                assert same or name in named(flow.writes), f"{step.kernel.__name__} writes {name}"
            for name in flow.writes & set(names):
                assert np.array_equal(getattr(world, name), getattr(misled, name)), (
                    f"{step.kernel.__name__} reads more than its text says: {name} differs"
                )
            assert again.size == state.size


def test_what_is_noted_in_scratch_is_read_in_the_same_step():
    for step in engine.STEPS:
        flow = flow_of(step.kernel)
        assert flow.reads & NOTES <= flow.writes, step.kernel.__name__

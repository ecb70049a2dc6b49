"""The loop that calls C is the clocked loop but for the steps that are translated."""

from types import SimpleNamespace

import numpy as np
import pytest

import against_c
from tfs_sim.model import engine
from translation import SAME_BITS, STEPS, Translation


def test_the_loop_with_c_differs_from_the_clocked_one_in_the_translated_steps_alone():
    usual, other = engine.compose(clocked=True).splitlines(), against_c.with_c().splitlines()
    added = [line.strip() for line in set(other) - set(usual)]
    calls = [line for line in added if line.startswith("call_c(")]
    assert sorted(calls) == sorted(f"call_c(steps_in_c[{n}], now)" for n in range(len(STEPS)))
    rest = [line for line in added if line not in calls]
    assert sorted(line.partition(" ")[0].partition("[")[0] for line in rest) == ["#", "def", "from", "now"]


def test_states_that_differ_are_told_by_how_much(lab):
    template = lab.to_template()
    (one, mine), (other, its) = template.fresh(), template.fresh()
    assert against_c.difference(template.layout, one, other) == 0.0
    its.effort[3] = mine.effort[3] + 0.25
    its.idle[0] = mine.idle[0] = 100.0
    assert against_c.difference(template.layout, one, other) == 0.25
    its.idle[0] = 110.0
    assert against_c.difference(template.layout, one, other) == 0.25
    its.status[0] ^= 1
    assert against_c.difference(template.layout, one, other) == np.inf


def test_loops_are_given_what_they_take(lab):
    (line,) = (each for each in against_c.with_c().splitlines() if each.startswith("def run("))
    taken: dict[str, object] = {}
    exec(f"{line} return locals()", taken)
    loop = object.__new__(against_c.LoopWithC)
    loop.template, loop.world, loop.out, loop.spent = lab.to_template(), "world", "out", "times"
    loop.translated = SimpleNamespace(steps="steps", now="now")
    given: list[dict[str, object]] = []
    loop._call(lambda *each: given.append(taken["run"](*each)), "key", 7, 5)
    assert given[0] | {"on": None, "parameters": None} == {
        "world": "world", "parameters": None, "on": None, "key": "key", "run_in": loop.template.run_in,
        "first": engine.DRAW_START, "last": 7, "begin": 0, "end": 5, "out": "out", "step_times": "times",
        "steps_in_c": "steps", "now": "now",
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.usefixtures("translated")
def test_both_loops_come_to_the_same_and_take_time(lab, tmp_path):
    template = lab.with_(months=12).to_template()
    exact = against_c.in_turns(template, Translation(tmp_path / "exact", SAME_BITS), 3, 12)
    assert exact.apart == 0.0
    assert exact.steps == STEPS
    assert exact.engine.shape == exact.in_c.shape == (3, len(STEPS))
    assert (exact.engine > 0).all() and (exact.in_c > 0).all()
    timed = against_c.in_turns(template, Translation(tmp_path / "fast"), 3, 12)
    assert timed.apart <= against_c.MOST_APART

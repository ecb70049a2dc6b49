"""The loop that calls C is the clocked loop but for the steps that are translated."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

import against_c
from tfs_sim.model import loop
from translation import SAME_BITS, STEPS, Translation


def test_the_loop_with_c_differs_from_the_clocked_one_in_the_translated_steps_alone():
    usual, other = loop.compose(clocked=True).splitlines(), against_c.with_c().splitlines()
    added = [line.strip() for line in set(other) - set(usual)]
    calls = [line for line in added if line.startswith("call_c(")]
    assert sorted(calls) == sorted(f"call_c(words_at(steps_in_c, {len(STEPS)})[{n}], now)" for n in range(len(STEPS)))
    rest = [line.partition(" ")[0].partition("(")[0] for line in added if line not in calls]
    of_all = {"called": 2, "def": len(loop.PARTS) + 1}  # with two arguments more
    assert Counter(rest) == {"#": 1, "from": 1, "words_at": 1, **of_all}


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


def test_loops_are_given_what_they_take(lab, monkeypatch):
    (line,) = (each for each in against_c.with_c().splitlines() if each.startswith("def run("))
    taken: dict[str, object] = {}
    exec(f"{line} return locals()", taken)
    template = lab.to_template()
    loop_with_c = against_c.WithC(template, SimpleNamespace(of=lambda *_: SimpleNamespace(steps="steps", now=[0] * 9)))
    given: list[dict[str, object]] = []
    vars(loop_with_c)["entry"] = lambda *each: given.append(taken["run"]("parts", *each))
    loop_with_c.run(np.uint64(5), 7)
    (found,) = given
    assert found["places"] is loop_with_c.world.places and found["results"] is loop_with_c.out
    assert (found["months"], found["sites"]) == loop_with_c.out.shape[:2]
    assert (found["first"], found["last"], found["begin"], found["end"]) == (loop.DRAW_START, 7, 0, len(loop.STEPS))
    assert found["step_times"] is loop_with_c.spent and found["steps_in_c"] == "steps"
    assert found["now"] == [0, 0, 0, 5, 0, 0, 0, 0, 0] and found["random"] == 5


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

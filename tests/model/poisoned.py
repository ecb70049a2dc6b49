"""Runs scenarios step by step with nonsense in every scratch array before each step, and prints whether a bit changed.

A process of its own: an index that is read from scratch would end it.
"""

from __future__ import annotations

import dataclasses
import sys

import numpy as np

from conftest import everything_at_once
from tfs_sim.model import draws, engine, tick
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.scenario import load_scenario

START, STEPS = len(tick.START), len(engine.STEPS)


def changed(template: engine.Template, fill: str, months: int) -> bool:
    key = draws.run_key(3, 0)
    usual, out = template.output(), template.output()
    state, world = template.fresh()
    engine.run_months(template, world, key, engine.DRAW_START, months, usual)
    poisoned, world = template.fresh()
    views = [getattr(world, field.name) for field in SCRATCH]
    luck = np.random.default_rng(7)
    for month in range(-template.run_in, months):
        for step in range(0 if month == -template.run_in else START, STEPS):
            if month < 0 and engine.STEPS[step].records:
                continue
            for view in views:
                nonsense = luck.integers(0, 256, view.nbytes, np.uint8) if fill == "random" else np.uint8(255)
                view.view(np.uint8).reshape(-1)[:] = nonsense
            engine.run_steps(template, world, key, month, range(step, step + 1), out)
    return not (np.array_equal(state, poisoned) and np.array_equal(usual, out))


if __name__ == "__main__":
    lab = load_scenario("laboratory")
    wrong = [
        f"{name} ({fill})"
        for name, scenario, months in (
            ("everything", everything_at_once(lab), 30),
            ("funnel", load_scenario("together-for-students-funnel"), 4),
            ("flagship", load_scenario("together-for-students"), 24),
            ("one at a time", load_scenario("r2a-minimum-effort"), 8),
        )
        for fill in ("bits", "random")
        if changed(dataclasses.replace(scenario.to_template(), run_in=4), fill, months)
    ]
    sys.exit("scratch is read before it is written: " + ", ".join(wrong) if wrong else 0)

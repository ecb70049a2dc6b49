"""The engine, the same month in plain Mesa and what frameworks cost, in a size that takes seconds."""

from pathlib import Path

import pytest
from mesa.batchrunner import batch_run

from frameworks import Size, compare
from side_idle import AGENTS, Idle
from side_reference import Batched
from standard_run import standard_scenario


@pytest.mark.long
def test_every_side_runs_and_what_is_not_installed_is_said():
    mesa, idle, starsim = compare(Size(runs=2, months=2, of_reference=2, turns=1), Path("nowhere"))
    assert mesa.met is False and mesa.wanted == "at least 100 ×"
    assert idle.data["runs_a_second"][0] > 0
    assert starsim.found == "not installed" and starsim.met is None
    assert all(len(line) <= 78 for row in (mesa, idle, starsim) for line in row.lines)


def test_both_are_built_from_the_same_scenario():
    scenario = standard_scenario(3)
    (result,) = batch_run(Batched, {"scenario": [scenario], "replicate": [0]}, display_progress=False)
    assert result["Step"] == 2
    model = Batched(scenario, 0)
    assert len(model.organizations) == scenario.to_template().layout.sizes["organization"] == AGENTS
    assert len(model.pairs) == scenario.to_template().layout.sizes["pair"]


def test_idle_agents_count_every_month():
    model = Idle(months=5, replicate=0)
    while model.running:
        model.step()
    assert [agent.count for agent in model.agents] == [5] * AGENTS

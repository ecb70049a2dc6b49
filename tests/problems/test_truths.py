"""Hidden truths: the same by the same key, others by another, and futures from one past."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from few import SET, loaded

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution.forks import run_alone
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.model import draws, engine
from tfs_sim.problems import Problems
from tfs_sim.problems import truths as truths_
from tfs_sim.problems.lives import live
from tfs_sim.problems.truths import Truth, truth
from tfs_sim.scenario.build import build
from tfs_sim.scenario.errors import UserError


def test_a_truth_follows_from_the_key_alone(towns: Problems, truths: dict[str, Truth], tmp_path: Path) -> None:
    again = truth(loaded(tmp_path), "east")
    for name, values in truths["east"].values.items():
        np.testing.assert_array_equal(again.values[name], values)
    other = truth(towns.with_key("another"), "east", futures=2)
    assert other.values["sitting"] != again.values["sitting"]
    assert truths["west"].values["sitting"] != again.values["sitting"]
    assert other.life.key != again.life.key


def test_a_truth_was_alive_when_it_was_surveyed(truths: dict[str, Truth], towns: Problems) -> None:
    for name, found in truths.items():
        assert found.life.seen("alive")[towns.communities[name].surveys[0] - 1] > 0


def test_the_past_is_the_run_of_that_set_and_all_futures_share_it(towns: Problems) -> None:
    sets, arms = drawn(1), towns.arms("east")
    life = live(arms, sets.settings(0), 12, 3, 7, sets.ids[0])
    template = at_point(build(arms[0]), arms[0], open_to(sets.settings(0), arms[0]))
    usual = run_alone(template, 7, 0, sets.ids[0])
    np.testing.assert_array_equal(life.past, usual[:12, 0])
    alone = live(arms[:1], sets.settings(0), 12, 1, 7, sets.ids[0])
    np.testing.assert_array_equal(alone.futures[0, 0], life.futures[0, 0])
    assert (life.futures[0, 0] != life.futures[0, 1]).any(), "other luck after what was seen"
    assert (life.futures[0, 0] != usual[12:, 0]).any()
    assert (life.futures[1, 0] != life.futures[0, 0]).any(), "a strategy does something"


def test_every_future_of_every_strategy_goes_on_from_where_the_past_ends(towns: Problems) -> None:
    sets, arms = drawn(1), towns.arms("east")
    life = live(arms, sets.settings(0), 12, 3, 7, sets.ids[0])
    for number, arm in enumerate(arms):
        before, after = (at_point(build(each), each, open_to(sets.settings(0), each)) for each in (arms[0], arm))
        for future in range(3):
            state, world = before.fresh()
            out = before.output()
            engine.run_months(before, world, draws.run_key(7, 0, sets.ids[0]), engine.DRAW_START, 12, out)
            world = after.layout.world(after.fixed, state)
            engine.run_months(after, world, draws.run_key(7, future + 1, sets.ids[0]), 12, after.months, out)
            np.testing.assert_array_equal(life.futures[number, future], out[12:, 0])


def test_what_is_asked_is_of_the_months_that_are_asked(towns: Problems, truths: dict[str, Truth]) -> None:
    life, values = truths["east"].life, truths["east"].values
    partners = life.futures[..., life.template.metrics.index("partners")]
    np.testing.assert_allclose(values["members"], partners[0, :, 6:12].mean(axis=1))
    np.testing.assert_allclose(values["help"], (partners[1] - partners[0])[:, 6:12].mean())
    alive = life.futures[0, :, 11, life.template.metrics.index("alive")]
    np.testing.assert_allclose(values["alive"], (alive > 0).mean())
    assert set(truths["east"].errors) == {"alive", "members", "help"}


def test_a_partnership_that_is_never_alive_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truths_, "TRIED", 3)
    problems = loaded(tmp_path, SET.replace("surveys = [8]", "surveys = [1]"))
    west = problems.scenarios["west"].with_(sites={"west": {"at_the_table": 0.0, "backbone": {"fte": 0.0}}})
    problems.scenarios["west"] = west
    with pytest.raises(UserError, match="alive in month 1 under none of 3 sets"):
        truth(problems, "west")

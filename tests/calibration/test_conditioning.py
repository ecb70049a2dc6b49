"""Sets conditioned on a town whose answer is known in closed form: means, spreads, coverage, and how it goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from line import LOADS, LUCK, RUNS, Line, first, normal, posterior, seen
from truths import SPACE, Array

from tfs_sim.calibration import likelihood, quantities, weighing
from tfs_sim.calibration.conditioning import Conditioned, Limits, condition_on
from tfs_sim.calibration.taught import taught
from tfs_sim.calibration.town_words import tables
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.runner import Interrupted
from tfs_sim.scenario.errors import UserError

LIMITS = Limits(1_200, RUNS, wave=200, wanted=60, block=60)
FAR = np.array([2.5, 2.0, -1.5, 2.0])


def run(folder: Path, values: Array, town: Line | None = None, **other: Any) -> Conditioned:
    given: dict[str, Any] = {"limits": LIMITS, "name": "town", "seed": 1, "sets": first(200, 1), **other}
    return condition_on(
        given.pop("sets"), other.pop("observed", seen(values)), town or Line(), folder=folder,
        **{key: each for key, each in given.items() if key != "observed"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Conditioned:
    return run(tmp_path_factory.mktemp("far") / "waves", FAR)


def truth_and_seen(rng: np.random.Generator, sd: float = 0.3) -> tuple[Array, Array]:
    z = rng.standard_normal(3)
    luck = np.linalg.cholesky(LUCK) @ rng.standard_normal(4)
    return z, LOADS[:, :3] @ z + luck + sd * rng.standard_normal(4)


def test_waves_find_the_posterior_in_closed_form(far: Conditioned) -> None:
    assert len(far.waves) > 1 and far.reached
    mean, covariance = posterior(FAR)
    deviation = np.sqrt(np.diag(covariance))
    got = normal(SPACE.places(far.table[far.rows]))[:, :3]
    # of so many sets a mean is known to .13 standard deviations and a deviation to .09, and weights add to both
    assert np.abs((got.mean(axis=0) - mean) / deviation).max() < 0.6
    assert np.abs(np.log(got.std(axis=0) / deviation)).max() < 0.35
    outside = np.abs(normal(SPACE.places(first(200, 1).table))[:, :3].mean(axis=0) - mean) / deviation
    assert outside.max() > 1.5  # else nothing would be shown


def test_sets_of_waves_count_no_more_than_they_may(tmp_path: Path) -> None:
    """They come from where the likelihood is large already: counted as sets of the prior, it would count again."""
    values = np.array([1.5, 1.5, -1.0, 1.0])
    found = run(tmp_path / "waves", values, sets=first(300, 4), limits=Limits(2_700, RUNS, wave=400, wanted=400))
    mean, covariance = posterior(values)
    deviation = np.sqrt(np.diag(covariance))
    places, (_, weights) = normal(SPACE.places(found.table))[:, :3], found.weights()
    got = weights @ places
    assert np.abs((got - mean) / deviation).max() < 0.2
    assert abs(np.log(np.sqrt(weights @ (places - got) ** 2) / deviation).mean()) < 0.09


def test_what_nothing_is_known_of_stays_as_open_as_it_was(far: Conditioned) -> None:
    got = normal(SPACE.places(far.table[far.rows]))[:, 3:]
    assert abs(got.std(axis=0).mean() - 1.0) < 0.05
    assert np.abs(got.mean(axis=0)).max() < 5 / np.sqrt(len(got))


def test_the_truth_is_covered() -> None:
    """90% intervals of 200 towns hold what was so as often as they say."""
    sets, rng = first(1_000, 2), np.random.default_rng(7)
    values = Line()(sets)
    luck = likelihood.common_luck(values)
    places = normal(SPACE.places(sets.table))[:, :3]
    prior = np.full(len(sets), 1 / len(sets))
    held = []
    for _ in range(200):
        z, there = truth_and_seen(rng)
        logs = likelihood.log_likelihood(values, quantities.seen(seen(there)), luck)
        rows, _ = weighing.taken(weighing.pooled([prior], [logs])[1], rng.random())
        if len(rows) >= 20:
            low, high = np.quantile(places[rows], (0.05, 0.95), axis=0)
            held.append((low <= z) & (z <= high))
    assert len(held) > 150
    share = np.mean(held)
    # three standard errors of so many towns; quantiles of few sets are a little too narrow
    assert 0.9 - 0.03 - 3 * 0.3 / np.sqrt(len(held)) < share < 0.9 + 3 * 0.3 / np.sqrt(len(held))


def test_answers_that_say_nothing_return_the_sets(tmp_path: Path) -> None:
    sets, town = first(100, 3), Line()
    for name, observed in (("none", ()), ("wide", seen(FAR, sd=1e4))):
        found = run(tmp_path / name, FAR, town, sets=sets, observed=observed)
        assert not found.said and found.reached
        assert tuple(found.ids[n] for n in found.rows) == sets.ids
        assert np.array_equal(found.table[found.rows], sets.table)
        told = taught(found, "Town", "the prior", {}, (), 1)
        assert (told.taken, told.said, told.moved) == (100, False, 0)
    assert len(town.ran) == 100  # of the other nothing had to be run


def test_everything_that_is_taken_was_run_as_it_stands(tmp_path: Path) -> None:
    town = Line()
    found = run(tmp_path / "waves", FAR, town)
    assert {found.ids[n] for n in found.rows} <= set(town.ran)
    assert len(set(found.ids)) == len(found.ids) == len(town.ran)
    assert np.array_equal(SPACE.table(SPACE.places(found.table)), found.table)


def test_it_goes_on_from_anywhere_with_the_same_bits(tmp_path: Path, far: Conditioned) -> None:
    for stops in (1, 6):
        before, town = Line(stops=stops), Line()
        with pytest.raises(Interrupted, match="goes on from there"):
            run(tmp_path / str(stops), FAR, before)
        found = run(tmp_path / str(stops), FAR, town)
        assert np.array_equal(found.table, far.table) and np.array_equal(found.rows, far.rows)
        assert np.array_equal(found.values, far.values)
        assert [*before.ran, *town.ran] == list(far.ids)  # nothing is run twice
    again = Line()
    run(tmp_path / "1", FAR, again)
    assert not again.ran


def test_a_folder_of_another_town_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "waves", FAR, whose={"town": "a"})
    with pytest.raises(UserError, match="another calibration: its town differs"):
        run(tmp_path / "waves", FAR, whose={"town": "b"})


def test_new_sets_have_to_meet_what_the_first_were_calibrated_to(tmp_path: Path) -> None:
    asked: list[str] = []

    def meets(sets: Sets) -> list[Array | None]:
        asked.extend(sets.ids)
        inside = SPACE.places(sets.table)[:, 5] < 0.5
        return [np.zeros(1) if each else None for each in inside]

    sets = first(200, 1)
    sets = sets.at(np.flatnonzero(SPACE.places(sets.table)[:, 5] < 0.5).tolist())
    found = run(tmp_path / "waves", FAR, sets=sets, meets=meets)
    assert found.reached and len(set(asked)) == len(asked)
    assert (SPACE.places(found.table[found.rows])[:, 5] < 0.5).all()
    new = [found.ids[n] for n in found.rows if n >= len(sets)]
    assert new and set(new) <= set(asked) < set(found.ids)


def test_without_going_on_re_weighting_is_all(tmp_path: Path) -> None:
    found = run(tmp_path / "waves", FAR, goes_on=False)
    assert len(found.waves) == 1 and not found.reached


def test_a_spent_budget_is_told(tmp_path: Path) -> None:
    found = run(tmp_path / "waves", 3 * FAR, limits=Limits(400, RUNS, wave=200, wanted=150))
    assert len(found.ids) == 400 and not found.reached
    told = taught(found, "Town", "the prior", {}, (), 1)
    assert not told.reached and told.surprise < 0.05


def test_what_never_comes_about_ends_in_a_sentence(tmp_path: Path) -> None:
    class Ended(Line):
        def __call__(self, sets: Sets) -> Array:
            values = super().__call__(sets)
            values[:, :, 2] = np.nan
            return values

    with pytest.raises(UserError, match='never comes about in 200 sets with 16 runs of each: "q2"'):
        run(tmp_path / "waves", FAR, Ended())


def test_what_is_learned_is_told(far: Conditioned) -> None:
    told = taught(far, "Town", "the prior", {"q0": "First"}, ("left",), 1)
    moved = {each.name for each in told.parameters if each.moved}
    assert moved == set(SPACE.names[:3]) & moved and len(moved) >= 2
    assert told.seen[0].title == "First" and told.seen[1].title == "q1"
    for one in told.seen:
        assert one.before[0] < one.before[1] < one.before[2]
        assert abs(one.after[1] - one.value) < abs(one.before[1] - one.value)
    (_, table) = tables(told)
    assert "moved most" in table and "narrower (−: wider)" in table and "it may be chance" in table
    (only,) = tables(replace(told, moved=0))
    assert "moved most" not in only, "what may all be chance is no table of what moved"
    wide = replace(told, parameters=(replace(told.parameters[0], contraction=-0.08),))
    assert " −8%" in tables(wide)[1]
    assert told.reweighted < told.effective and told.new > 0 and told.missing == ("left",)

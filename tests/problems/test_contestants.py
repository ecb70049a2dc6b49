"""Our contestants: what was seen counts for one and not for the other, and knowing more scores better."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.problems import Problems, contestants
from tfs_sim.problems.contestants import Ran, answers, nearest


def test_the_nearest_runs_are_those_that_look_alike() -> None:
    numbers = np.array([[n, 5.0, np.nan if n % 2 else 1.0] for n in range(40)], float)
    kept = nearest(numbers, [30.0, 5.0, 1.0])
    assert len(kept) == contestants.FEWEST
    even = [n for n in kept.tolist() if n % 2 == 0]
    assert set(range(22, 39, 2)) <= set(even), "those near 30 of which the third can be said"
    assert len(even) > 15
    numbers[:, 0] = np.nan
    assert len(nearest(numbers, [np.nan, 5.0, np.nan])) == contestants.FEWEST
    assert not set(nearest(numbers, [np.nan, 5.0, np.nan]).tolist()) & {0, 2, 4}, (
        "nobody to be asked is a likeness, too"
    )


def test_answers_are_of_the_sets_that_count(towns: Problems, ran: dict[str, Ran], made: Path, tmp_path: Path) -> None:
    prior = answers(towns, ran, tmp_path / "nothing", "prior")
    assert set(prior) == {(c, q) for c in towns.communities for q in towns.questions}
    np.testing.assert_allclose(
        prior["east", "sitting"], np.quantile(drawn(30, "plausible: participation.sitting").table[:, 0],
                                              [0.05, 0.25, 0.5, 0.75, 0.95])
    )  # fmt: skip
    there = ran["east"].values["alive"]
    assert prior["east", "alive"] == ((there.sum() + 0.5) / (there.size + 1),)
    members = ran["east"].values["members"]
    np.testing.assert_allclose(prior["east", "members"][2], np.median(members))
    assert members.shape == (30, 2)
    after = answers(towns, ran, made, "nearest")
    assert after["east", "members"] != prior["east", "members"]


def test_numbers_do_not_depend_on_workers_or_other_sets(towns: Problems, ran: dict[str, Ran]) -> None:
    few = contestants.run(towns, drawn(3), futures=2, workers=2)
    for name in towns.communities:
        np.testing.assert_array_equal(few[name].numbers, ran[name].numbers[:3])
        for question in towns.questions:
            np.testing.assert_array_equal(few[name].values[question], ran[name].values[question][:3])

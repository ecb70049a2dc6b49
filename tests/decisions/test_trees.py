"""The tree: splits as scikit-learn's, cut back where they tell nothing, leaves told of the held-out half."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_boxes import planted

from tfs_sim.decisions import trees
from tfs_sim.decisions.features import Features
from tfs_sim.decisions.trees import tree

SCIKIT = [
    ("a", 0.448047), ("b", 0.402063), ("a", 0.292663), (60, 10), (36, 1), ("c", 0.797594), (121, 101), (20, 5),
    ("e", 0.148015), (39, 0), ("d", 0.183723), (41, 9), (183, 17),
]  # fmt: skip
"""Scikit-learn 1.9.1 on `planted()`: DecisionTreeClassifier(max_depth=3, min_samples_leaf=13). Leaves: of, hits."""


def test_splits_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "LEAST", 13 / 500)
    x, y = planted()

    def walked(node):  # type: ignore[no-untyped-def]
        if not node.children:
            return [(len(node.places), round(node.share * len(node.places)))]
        own = (x.columns[node.variable], pytest.approx((node.below + node.above) / 2, abs=1e-6))
        return [own, *walked(node.children[0]), *walked(node.children[1])]

    assert walked(trees._grown(Features.of(x), y, np.arange(500))) == SCIKIT


def test_what_tells_nothing_is_cut_back() -> None:
    found = tree(*planted())
    assert {limit.name for leaf in found.leaves for limit in leaf.limits} <= {"a", "b", "c"}
    assert found.chance < 1e-6


def test_every_point_lies_in_one_leaf_and_shares_are_of_held_out_points() -> None:
    x, y = planted(8)
    found = tree(x.round(1), y)  # on a grid: points lie on limits
    assert (np.sum([leaf.inside for leaf in found.leaves], axis=0) == 1).all()
    for leaf in found.leaves:
        own = leaf.inside & found.held
        assert leaf.share is not None and leaf.share.value == y[own].mean() and leaf.share.of == own.sum()
        assert leaf.found == pytest.approx(y[leaf.inside & ~found.held].mean())


def test_words_go_by_their_shares() -> None:
    rng = np.random.default_rng(2)
    x = pd.DataFrame({"host": rng.choice(["a", "b", "c", "d"], 300), "other": rng.uniform(size=300)})
    y = rng.uniform(size=300) < np.where(x.host.isin(["a", "d"]), 0.9, 0.1)
    found = tree(x, y)
    assert [leaf.limits[0].kept for leaf in found.leaves] == [("a", "d"), ("b", "c")]
    assert found.frame["words"].tolist() == ["a, d", "b, c"]


def test_one_leaf_tells_nothing() -> None:
    x, _ = planted()
    y = np.random.default_rng(3).uniform(size=500) < 0.5
    found = tree(x, y)
    assert len(found.leaves) == 1 and found.chance == 1.0 and found.frame.empty

"""Where an answer holds, as a tree: points are parted again and again, and every one lies in exactly one leaf.

A classification tree, CART [1]_: the next question is the one that lowers the Gini impurity most (of words, their
levels in the order of their shares, which for two classes finds the best split); it has three questions on a way at
most. It is grown in one half of the points and cut back there to the smallest tree whose Brier score, cross-validated
in five parts, is within a standard error of the best (cost-complexity pruning); what stands in its leaves is of the
held-out half.

PRIM (`boxes`) finds where what is looked for is commonest; a tree says something of every point.

References
----------
.. [1] Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, Wadsworth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from tfs_sim.decisions.boxes import SEED, Mask, Share, half, sought
from tfs_sim.decisions.features import WORDS, Features, Limit, round_between
from tfs_sim.decisions.tables import Array

DEEPEST = 3
"""Questions on a way at most."""
LEAST = 0.05
"""Share of the points that a leaf holds at least."""
FOLDS = 5


@dataclass(frozen=True)
class Leaf:
    """Points that answer alike.

    Attributes
    ----------
    limits : what they answered, joined where a variable was asked twice.
    share : of its held-out points, those that are looked for; None where it holds none.
    found : the same of the half in which the tree was grown.
    inside : which points (of both halves) lie in it.
    """

    limits: tuple[Limit, ...]
    share: Share | None
    found: float
    inside: Mask


@dataclass(frozen=True)
class Tree:
    """A tree of points: its leaves from the one where what is looked for is commonest on.

    Attributes
    ----------
    features, wanted, held : see `boxes.Boxes`.
    leaves : one where nothing tells points apart.
    chance : of leaves that differ so much in the held-out half if they did not (χ² test); 1 for one leaf.
    """

    features: Features
    wanted: Mask
    held: Mask
    leaves: tuple[Leaf, ...]
    chance: float

    @property
    def frame(self) -> pd.DataFrame:
        """A row a limit of each leaf, with the leaf's figures."""
        rows = []
        for number, leaf in enumerate(self.leaves, 1):
            figures = {"found": leaf.found, "share": math.nan, "share_low": math.nan, "share_high": math.nan, "held": 0}
            if leaf.share is not None:
                s = leaf.share
                figures |= {"share": s.value, "share_low": s.low, "share_high": s.high, "held": s.of}
            rows += [
                {"leaf": number, "variable": each.name, "low": each.at if each.side == "low" else math.nan,
                 "high": each.at if each.side == "high" else math.nan, "words": ", ".join(each.kept), **figures}
                for each in leaf.limits
            ]  # fmt: skip
        head = ["leaf", "variable", "low", "high", "words", "found", "share", "share_low", "share_high", "held"]
        return pd.DataFrame(rows, columns=head)


@dataclass
class _Node:
    """A question, or a leaf: its points, and (where it asks) what parts them.

    Of numbers points nearer to `below`, the nearest value to the left, go left; of words `left` do.
    """

    places: NDArray[np.int64]
    share: float
    variable: int = -1
    below: float = math.nan
    above: float = math.nan
    left: tuple[float, ...] = ()
    children: list[_Node] = field(default_factory=list)

    @property
    def impurity(self) -> float:
        """The sum of its points' Brier scores."""
        return len(self.places) * self.share * (1 - self.share)

    def leaves(self) -> list[_Node]:
        return [leaf for child in self.children for leaf in child.leaves()] if self.children else [self]

    def goes_left(self, column: Array, worded: bool) -> Mask:
        return np.isin(column, self.left) if worded else column <= (self.below + self.above) / 2


def tree(table: pd.DataFrame, wanted: Sequence[bool] | Mask) -> Tree:
    """Return a tree of points by what is looked for.

    Parameters
    ----------
    table, wanted : as in `boxes.prim`, with the same halves.

    Raises
    ------
    UserError
        As `boxes.prim`.

    Examples
    --------
    >>> towns = pd.DataFrame({"students": range(100), "poverty": [n * 37 % 100 / 100 for n in range(100)]})
    >>> len(tree(towns, [n >= 60 for n in range(100)]).leaves)
    2
    """
    features = Features.of(table)
    looked = sought(wanted, len(table))
    held = half(features, looked, np.random.default_rng(SEED))
    order = features.order(looked)
    places = order[~held[order]]
    root = _grown(features, looked, places)
    _prune(root, _price(features, looked, places, root))
    leaves = []
    for limits, node in _ways(features, root, []):
        inside = features.within(limits)
        own = inside & held
        share = Share.counted(int((looked & own).sum()), int(own.sum())) if own.any() else None
        leaves.append(Leaf(tuple(limits), share, node.share, inside))
    ordered = tuple(sorted(leaves, key=lambda leaf: -leaf.found))
    return Tree(features, looked, held, ordered, _chance([leaf.share for leaf in leaves if leaf.share is not None]))


def _chance(shares: list[Share]) -> float:
    counts = np.array([[round(each.value * each.of), each.of - round(each.value * each.of)] for each in shares])
    if len(counts) < 2 or not counts.sum(axis=0).all():
        return 1.0
    return float(scipy.stats.chi2_contingency(counts).pvalue)


def _grown(features: Features, wanted: Mask, places: NDArray[np.int64]) -> _Node:
    fewest = max(5, math.ceil(LEAST * len(places)))
    root = _Node(places, float(wanted[places].mean()))
    level = [root]
    for _ in range(DEEPEST):
        for node in level:
            _part(node, features, wanted, fewest)
        level = [child for node in level for child in node.children]
    return root


def _part(node: _Node, features: Features, wanted: Mask, fewest: int) -> None:
    """Give a node the question that lowers impurity most, if any does."""
    hits, least = wanted[node.places].astype(float), node.impurity - 1e-9
    if len(hits) < 2 * fewest or hits.all() or not hits.any():
        return
    for variable, worded in enumerate(features.worded):
        column = features.values[node.places, variable]
        levels, code = np.unique(column, return_inverse=True)
        there, found = np.bincount(code).astype(float), np.bincount(code, hits)
        ranked = np.argsort(found / there, kind="stable") if worded else np.arange(len(levels))
        left, own = np.cumsum(there[ranked])[:-1], np.cumsum(found[ranked])[:-1]
        right, rest = len(hits) - left, hits.sum() - own
        impurity = np.where(
            (left >= fewest) & (right >= fewest),
            own * (1 - own / np.maximum(left, 1)) + rest * (1 - rest / np.maximum(right, 1)),
            np.inf,
        )
        if not len(impurity) or impurity.min() >= least - 1e-9:
            continue
        cut = int(impurity.argmin())
        least, node.variable = float(impurity[cut]), variable
        if worded:
            node.left = tuple(levels[ranked[: cut + 1]])
        else:
            node.below, node.above = float(levels[cut]), float(levels[cut + 1])
    if node.variable < 0:
        return
    goes = node.goes_left(features.values[node.places, node.variable], bool(features.worded[node.variable]))
    for own_places in (node.places[goes], node.places[~goes]):
        node.children.append(_Node(own_places, float(wanted[own_places].mean())))


def _links(node: _Node) -> list[float]:
    """Return what each question gains for each leaf that it adds, weakest first."""
    if not node.children:
        return []
    leaves = node.leaves()
    own = (node.impurity - sum(leaf.impurity for leaf in leaves)) / (len(leaves) - 1)
    return sorted([own, *(link for child in node.children for link in _links(child))])


def _prune(node: _Node, price: float) -> None:
    """Take away questions that gain no more than a price for each leaf."""
    for child in node.children:
        _prune(child, price)
    if node.children:
        leaves = node.leaves()
        if node.impurity - sum(leaf.impurity for leaf in leaves) <= price * (len(leaves) - 1) + 1e-9:
            node.children = []


def _price(features: Features, wanted: Mask, places: NDArray[np.int64], root: _Node) -> float:
    """Return the price of a leaf whose tree is the smallest within a standard error of the best."""
    prices = [0.0, *dict.fromkeys(_links(root))]
    trials = [math.sqrt(a * b) for a, b in zip(prices, [*prices[1:], 2 * prices[-1] + 1.0], strict=True)]
    fold = np.random.default_rng(SEED).permutation(len(places)) % FOLDS
    scores = np.empty((len(trials), len(places)))
    for part in range(FOLDS):
        for at, price in enumerate(trials):
            own = _grown(features, wanted, places[fold != part])
            _prune(own, price * (FOLDS - 1) / FOLDS)
            left_out = places[fold == part]
            scores[at, fold == part] = (_foretold(features, own, left_out) - wanted[left_out]) ** 2
    means = scores.mean(axis=1)
    best = int(means.argmin())
    error = float(scores[best].std(ddof=1)) / math.sqrt(len(places))
    return max(trial for trial, mean in zip(trials, means, strict=True) if mean <= means[best] + error)


def _foretold(features: Features, node: _Node, places: NDArray[np.int64]) -> Array:
    """Return the share of each point's leaf."""
    if not node.children:
        return np.full(len(places), node.share)
    goes = node.goes_left(features.values[places, node.variable], bool(features.worded[node.variable]))
    found = np.empty(len(places))
    for child, own in zip(node.children, (goes, ~goes), strict=True):
        found[own] = _foretold(features, child, places[own])
    return found


def _ways(features: Features, node: _Node, limits: list[Limit]) -> list[tuple[list[Limit], _Node]]:
    """Return the leaves, each with the limits on the way to it."""
    if not node.children:
        return [(limits, node)]
    name, whole = features.names[node.variable], bool(features.whole[node.variable])
    if features.worded[node.variable]:
        words = features.levels[node.variable]
        known = next((each.kept for each in limits if each.variable == node.variable), words)
        left = {words[int(n)] for n in node.left}
        sides = []
        for chosen in (left, set(known) - left):
            kept = tuple(word for word in known if word in chosen)
            dropped = tuple(word for word in words if word not in kept)
            sides.append(Limit(node.variable, name, WORDS, kept=kept, dropped=dropped))
    else:
        at = node.below if whole else round_between(node.below, (node.below + node.above) / 2)
        sides = [
            Limit(node.variable, name, "high", at, whole),
            Limit(node.variable, name, "low", at + 1 if whole else at, whole, open=not whole),
        ]
    found = []
    for child, side in zip(node.children, sides, strict=True):
        others = [each for each in limits if (each.variable, each.side) != (side.variable, side.side)]
        found += _ways(features, child, [*others, side])
    return found

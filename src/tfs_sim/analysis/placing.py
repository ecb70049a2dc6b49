"""Which row of a table of runs or months belongs where: by arm, pair, site and month.

Of ten million rows every column of positions counts: they are as narrow as they can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

NARROW = np.iinfo(np.int32).max


def numbered(table: DataFrame, experiment: Mapping[str, Any], sets: Mapping[str, int]) -> DataFrame:
    """Return a table with the number of each row's pair: the replicate, of its set, at its point of the design.

    Strategies are compared under the same set over the same luck at the same point. `sets` are their numbers.
    """
    if "replicate" not in table:
        return table
    design = experiment.get("design")
    points = int(design["points"]) if design and "point" in table else 1
    replicate = table["replicate"].to_numpy()
    most = (int(replicate.max(initial=0)) + 1) * max(len(sets), 1) * points
    pair: Any = replicate.astype(np.int32 if most < NARROW else np.int64)
    if sets:
        pair *= len(sets)
        pair += codes(table["set"], list(sets))
    if points > 1:
        pair *= points
        pair += table["point"].to_numpy().astype(pair.dtype, copy=False)
    return table.assign(pair=pair)


def codes(column: Any, labels: Sequence[str]) -> Any:
    """Return the positions of a column's values among `labels` (-1 for others)."""
    from pandas import CategoricalDtype, factorize

    if isinstance(column.dtype, CategoricalDtype):
        found, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        found, values = factorize(column)
    position = {label: i for i, label in enumerate(labels)}
    known = np.array([*(position.get(str(value), -1) for value in values), -1], np.int32)
    return known[found]


def positions(
    frame: DataFrame, labels: Mapping[str, Sequence[str]], pairs: NDArray[np.int64], sites: Sequence[str]
) -> tuple[Any, list[Any]]:
    """Return which rows belong to arms, pairs and sites that are known, and their positions by these.

    An arm is a combination of `labels`, the last of which go fastest.
    """
    arm = np.zeros(len(frame), np.int32)
    known = np.ones(len(frame), bool)
    for key, said in labels.items():
        code = codes(frame[key], said)
        known &= code >= 0
        arm *= len(said)
        arm += code
        del code
    pair = frame["pair"].to_numpy()
    if (pairs == np.arange(len(pairs))).all():
        known &= (pair >= 0) & (pair < len(pairs))
        pair = pair.astype(np.int32)
    else:
        at = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1).astype(np.int32)
        known &= pairs[at] == pair
        pair = at
    site = codes(frame["site"], sites)
    known &= site >= 0
    if known.all():
        return known, [arm, pair, site]
    return known, [arm[known], pair[known], site[known]]


def places(month: Any, known: Any, found: Sequence[Any], sizes: Sequence[int]) -> tuple[Any, Any]:
    """Return which rows of months are known, and the place of each in an array of these sizes, of which months go last.

    `known` and `found` are what `positions` returns; `month` is the table's column.
    """
    small = np.prod(sizes, dtype=np.int64) < NARROW
    place: Any = np.zeros(len(found[0]), np.int32 if small else np.int64)
    every, months = bool(known.all()), month.to_numpy()
    for size, at in zip(sizes, (*found, months if every else months[known]), strict=True):
        place *= size
        place += at.astype(place.dtype, copy=False)
    return (slice(None) if every else known), place

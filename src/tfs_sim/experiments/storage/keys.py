"""What a run is stored under: what it depends on, never its place in a design.

The runs of an arm lie in a folder of their own, which is named after the arm's scenario, the seed and the version
of the model. Within it, a run is known by a key: a fingerprint of what the design sets at its point (of that which
this arm has at all) and of its replicate. So points may be added, reordered or named anew, and what is there counts.

A key has 128 bits: two words of 64, mixed as in `model.draws`. The words of a point are sums over the variables that
are set there, so that the order of variables does not matter either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import written
from tfs_sim.experiments.designs.sampling import MOST_POINTS
from tfs_sim.experiments.designs.variables import applies
from tfs_sim.experiments.storage import files

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.points import Points
    from tfs_sim.scenario import Scenario

Words = NDArray[np.uint64]
"""Two words for each point: uint64 [points, 2]."""

Keys = NDArray[np.bytes_]
"""Keys of runs, 16 bytes each."""

WIDTH = 16
ONE_POINT: Words = np.zeros((1, 2), np.uint64)
"""The words of the one point of an experiment without a design."""


def point_words(points: Points | None, scenario: Scenario) -> Words:
    """Return the words of every point of a design for an arm of this scenario."""
    if points is None:
        return ONE_POINT
    total = np.zeros((len(points), 2), np.uint64)
    for column, variable in enumerate(points.variables):
        if not applies(variable.path, scenario) or (points.one_line and written(variable.path, scenario)):
            continue
        codes = points.table[:, column]
        values = _values(variable, codes)
        name = _words_of(variable.dotted)
        with np.errstate(over="ignore"):
            for lane in range(2):
                total[:, lane] += np.where(np.isnan(codes), np.uint64(0), _mixed(values + name[lane]))
    return total


def _values(variable: Any, codes: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return a word for each value: the bits of a number or a count of months, or a fingerprint of a choice."""
    if variable.kind != "choice":
        plain: NDArray[np.uint64] = (np.nan_to_num(codes) + 0.0).view(np.uint64)
        return plain
    words = np.array([_words_of(json.dumps(value, sort_keys=True))[0] for value in variable.values], np.uint64)
    return np.asarray(words[np.nan_to_num(codes).astype(np.int64)])


def _words_of(text: str) -> tuple[np.uint64, np.uint64]:
    found = np.frombuffer(hashlib.sha256(text.encode()).digest()[:WIDTH], "<u8")
    return found[0], found[1]


def _mixed(words: Words) -> Words:
    """Return words of which every bit depends on all bits of those given (Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        words = words + np.uint64(0x9E3779B97F4A7C15)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return words ^ (words >> np.uint64(31))


def run_keys(points: Words, first: int, end: int) -> Keys:
    """Return the keys of runs `first` to `end` - 1: run n is replicate n // P at point n % P."""
    run = np.arange(first, end, dtype=np.uint64)
    count = np.uint64(len(points))
    words = points[run % count]
    luck = _mixed(run // count + np.uint64(1))
    with np.errstate(over="ignore"):
        found = np.stack([_mixed(words[:, 0] + luck), _mixed(words[:, 1] ^ luck)], axis=1)
    return np.ascontiguousarray(found.astype("<u8")).view(f"S{WIDTH}").ravel()


def distinct(points: Words) -> bool:
    """Say whether no two points are the same (for one in a billion designs it says no where it should say yes)."""
    return len(np.unique(points[:, 0])) == len(points)


def fingerprint(points: Words) -> str:
    """Return a fingerprint of the points of an arm, in their order."""
    return hashlib.sha256(np.ascontiguousarray(points).astype("<u8").tobytes()).hexdigest()


def words_file(parts: Path, name: str) -> Path:
    """Return where the words of the points with this fingerprint are."""
    return parts / f"{name[:20]}.words"


def words_of(parts: Path, entry: Mapping[str, Any]) -> Words | None:
    """Return the words of the points of an arm of the plan; None where they are not there."""
    name = entry["points"]
    if name == fingerprint(ONE_POINT):
        return ONE_POINT
    try:
        content = files.read_bytes(words_file(parts, name), WIDTH * MOST_POINTS)
        words = np.frombuffer(content, "<u8").reshape(-1, 2).astype(np.uint64)
    except (OSError, ValueError):
        return None
    return words if fingerprint(words) == name else None

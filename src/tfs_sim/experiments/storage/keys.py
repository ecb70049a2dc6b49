"""What a run is stored under: what it depends on, never its place in a design.

The runs of an arm lie in a folder of their own, which is named after the arm's scenario, the seed and the version
of the model. Within it, a run is known by a key: a fingerprint of what its set of parameters and the design give at its
place (of that which this arm has at all), of the set whose luck it has, and of its replicate. So sets and points may be
added, reordered or named anew, and what is there counts.

A *place* is a point of the design under a set: number set × points + point. A key has 128 bits: two words of 64, mixed
as in `model.draws`. The words of a place are sums over the variables that are given there, so that the order of
variables does not matter either.
"""

from __future__ import annotations

import hashlib
import json
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
    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.experiments.designs.variables import Variable
    from tfs_sim.scenario import Scenario

Words = NDArray[np.uint64]
"""Two words for each place: uint64 [places, 2]."""

Keys = NDArray[np.bytes_]
"""Keys of runs, 16 bytes each."""

WIDTH = 16
ONE_PLACE: Words = np.zeros((1, 2), np.uint64)
"""The words of the one place of an experiment without sets and design."""


def place_words(points: Points | None, sets: Sets | None, scenario: Scenario) -> Words:
    """Return the words of every place, a point of the design under a set, for an arm of this scenario."""
    at_points = ONE_PLACE if points is None else _point_words(points, scenario)
    if sets is None:
        return at_points
    with np.errstate(over="ignore"):
        together: Words = _set_words(sets, scenario)[:, None, :] + at_points[None, :, :]
    return together.reshape(-1, 2)


def _point_words(points: Points, scenario: Scenario) -> Words:
    total = np.zeros((len(points), 2), np.uint64)
    for column, variable in enumerate(points.variables):
        if applies(variable.path, scenario) and not (points.one_line and written(variable.path, scenario)):
            _add(total, variable, points.table[:, column])
    return total


def _set_words(sets: Sets, scenario: Scenario) -> Words:
    """Return the words of every set: of what it gives to this arm, and of its luck, if that is its own."""
    total = np.zeros((len(sets), 2), np.uint64)
    if not sets.common_luck:
        total[:] = [_words_of(f"set {name}") for name in sets.ids]
    for column, variable in enumerate(sets.variables):
        if not written(variable.path, scenario):
            _add(total, variable, sets.table[:, column])
    return total


def _add(total: Words, variable: Variable, codes: NDArray[np.float64]) -> None:
    """Add the words of one variable's values (none for what is left as it is)."""
    values, name = _values(variable, codes), _words_of(variable.dotted)
    with np.errstate(over="ignore"):
        for lane in range(2):
            total[:, lane] += np.where(np.isnan(codes), np.uint64(0), _mixed(values + name[lane]))


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


def run_keys(places: Words, first: int, end: int) -> Keys:
    """Return the keys of runs `first` to `end` - 1."""
    return keys_of(places, np.arange(first, end, dtype=np.uint64))


def keys_of(places: Words, run: Words) -> Keys:
    """Return the keys of runs, by their numbers: run n is replicate n // P at the place n % P of P."""
    count = np.uint64(len(places))
    words = places[run % count]
    luck = _mixed(run // count + np.uint64(1))
    with np.errstate(over="ignore"):
        found = np.stack([_mixed(words[:, 0] + luck), _mixed(words[:, 1] ^ luck)], axis=1)
    return np.ascontiguousarray(found.astype("<u8")).view(f"S{WIDTH}").ravel()


def distinct(places: Words) -> bool:
    """Say whether no two places are the same (for one in a billion designs it says no where it should say yes)."""
    return len(np.unique(places[:, 0])) == len(places)


def fingerprint(places: Words) -> str:
    """Return a fingerprint of the places of an arm, in their order."""
    return hashlib.sha256(np.ascontiguousarray(places).astype("<u8").tobytes()).hexdigest()


def words_file(parts: Path, name: str) -> Path:
    """Return where the words of the places with this fingerprint are."""
    return parts / f"{name[:20]}.words"


def words_of(parts: Path, name: str) -> Words | None:
    """Return the words of places with this fingerprint; None where they are not there."""
    if name == fingerprint(ONE_PLACE):
        return ONE_PLACE
    try:
        content = files.read_bytes(words_file(parts, name), WIDTH * MOST_POINTS)
        words = np.frombuffer(content, "<u8").reshape(-1, 2).astype(np.uint64)
    except (OSError, ValueError):
        return None
    return words if fingerprint(words) == name else None

"""Sets of parameters: what is not known about all communities at once, as a dimension of an experiment.

Every strategy is run under every set. A set gives a value to each parameter that it varies; what a scenario, a
strategy, a level or a design gives itself wins in every set. The luck of a run belongs to its set and replicate, so
that sets are independent of each other and further ones change nothing that is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import WORD, named
from tfs_sim.experiments.designs.variables import Variable, kind_and_range
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.fields import catalogue

Array = NDArray[np.float64]
Origin = Literal["plausible", "ensemble"]

MOST_SETS = 100_000
DIGITS = 6
"""Digits that a value keeps: it is rounded before it is run, so that files say what was run."""


@dataclass(frozen=True)
class Agreement:
    """What the sets of a calibrated ensemble agree with.

    Attributes
    ----------
    name, edition, licence : of the ensemble.
    figures : how many published figures they were held against.
    origin : of what these mostly are, in words; empty where its file does not say.
    misses : a sentence on each figure that some of the sets miss.
    conditioned : on what of which town they were conditioned afterwards, in words; empty: on nothing.
    unusual : that this town is unusual for them, and how far, in words; empty: it is not.
    """

    name: str
    edition: str
    licence: str
    figures: int
    origin: str
    misses: tuple[str, ...]
    conditioned: str = ""
    unusual: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        said = {**asdict(self), "misses": list(self.misses)}
        return {key: each for key, each in said.items() if each or key not in ("conditioned", "unusual")}


@dataclass(frozen=True)
class Sets:
    """Sets of parameters.

    Attributes
    ----------
    origin : "plausible" (drawn from the prior) or "ensemble" (listed in a file).
    title : where they come from, in words.
    ids : the identity of each set, never renumbered.
    variables : the parameters that sets vary; each is called by its dotted name without "parameters.".
    table : float64 [sets, variables], values in the units of files.
    common_luck : whether a replicate has the same luck under all sets; else each set has luck of its own.
    agreement : what they agree with, where they were calibrated.
    """

    origin: Origin
    title: str
    ids: tuple[str, ...]
    variables: tuple[Variable, ...]
    table: Array
    common_luck: bool = False
    agreement: Agreement | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def settings(self, number: int) -> dict[tuple[str, str, str], Any]:
        """Return what a set gives: value by dotted name in parts."""
        pairs = zip(self.variables, self.table[number].tolist(), strict=True)
        return {variable.path: variable.value(code) for variable, code in pairs}

    def at(self, numbers: Sequence[int]) -> Sets:
        """Return some of the sets."""
        ids = tuple(self.ids[number] for number in numbers)
        return replace(self, ids=ids, table=np.ascontiguousarray(self.table[list(numbers)]))

    def first(self, count: int) -> Sets:
        """Return the first sets."""
        return replace(self, ids=self.ids[:count], table=self.table[:count])

    def luck(self, number: int) -> str:
        """Return what the luck of a set is known by: its identity, or nothing where all sets have the same."""
        return "" if self.common_luck else self.ids[number]

    def without(self, paths: Iterable[tuple[str, str, str]]) -> Sets:
        """Return the sets without some parameters, which something else gives."""
        gone = set(paths)
        kept = [n for n, variable in enumerate(self.variables) if variable.path not in gone]
        variables = tuple(self.variables[n] for n in kept)
        return replace(self, variables=variables, table=np.ascontiguousarray(self.table[:, kept]))

    def digest(self) -> str:
        """Return a fingerprint of the sets: their identities and values."""
        return fingerprint(self.ids, [variable.name for variable in self.variables], self.table)


def fingerprint(ids: Sequence[str], names: Sequence[str], table: Array) -> str:
    """Return a fingerprint of sets: their identities, and the values [sets, parameters] of the parameters of names."""
    total = hashlib.sha256("|".join(ids).encode())
    for column, name in enumerate(names):
        total.update(f";parameters.{name}:".encode())
        total.update(np.ascontiguousarray(table[:, column]).astype("<f8").tobytes())
    return total.hexdigest()


def rounded(values: Array, low: float, high: float) -> Array:
    """Return values with `DIGITS` significant digits, within their range."""
    found = np.array([float(f"{value:.{DIGITS}g}") for value in values.tolist()])
    return np.asarray(np.clip(found, low, high))


def variables_named(pairs: Sequence[tuple[str, str]]) -> tuple[Variable, ...]:
    """Return the variables of parameters, given as (mechanism, name)."""
    found = []
    for owner, field in pairs:
        path = ("parameters", owner, field)
        kind, low, high, _ = kind_and_range(path)
        found.append(Variable(f"{owner}.{field}", path, kind, low, high))
    return tuple(found)


def drawn(count: int, line: str = WORD, stream: str = WORD, first: int = 0) -> Sets:
    """Return sets drawn from what is plausible: independent of each other, each parameter by `Parameter.plausible`.

    Parameters
    ----------
    count, first : up to how many of the stream, and from which on, counted from 0.
    line : "plausible", or "plausible: turnover, trust.memory" for the parameters of these mechanisms, or single ones.
    stream : which sets; the first n of a stream are the same however many are drawn, and a parameter has the same
        values whichever others vary.
    """
    declared = {name: specification(mechanism) for name, mechanism in catalogue().MECHANISMS.items()}
    variables = variables_named(named(line))
    table = np.empty((count - first, len(variables)))
    for column, variable in enumerate(variables):
        parameter = declared[variable.path[1]][variable.path[2]]
        values = parameter.plausible(_shares(f"{stream}/{variable.dotted}", count)[first:])
        table[:, column] = rounded(values, float(parameter.low), float(parameter.high))
    table.flags.writeable = False
    ids = tuple(f"{stream}-{number:04d}" for number in range(first + 1, count + 1))
    return Sets("plausible", "drawn from what is plausible", ids, variables, table)


def _shares(name: str, count: int) -> Array:
    """Return numbers evenly spread over (0, 1), from a stream of its own for each name."""
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest(), "little")
    words = np.random.Philox(key=key).random_raw(count)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53

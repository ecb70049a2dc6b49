"""Which steps read and write which array, by the names that kernels write: `org.effort`, `dose.overlap`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tfs_sim.model import tick
from tfs_sim.model.arrays import Field
from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.declare import Step
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.flow import flow_of
from tfs_sim.model.forms import ARRAYS
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.state import STATE

Kind = Literal["state", "fixed", "scratch", "lever"]

KINDS: dict[Kind, str] = {
    "state": "part of the state: a month may change it",
    "fixed": "never changes during a run",
    "scratch": "a note that a step takes for itself; no other step reads it",
    "lever": "set from the schedule at the beginning of every month",
}
"""What an array is kept for, in words."""

BITS = (
    Field("neighbours", "organization", "u8", "bits over its site: those with which it has a tie", group="org"),
    Field("candidates", "organization", "u8", "bits over its site: those that it could know", group="org"),
)

RECORD = "the record of metrics"
"""What `out` is called, which is no array of the world."""


@dataclass(frozen=True)
class Array:
    """An array under the name that kernels write, `address`, with its declaration.

    `names` are what steps ask for where they use it: its own name and, of a lever, the table that all of them are in.
    """

    address: str
    field: Field
    kind: Kind
    names: frozenset[str]


@dataclass(frozen=True)
class Use:
    """One step that reads or writes an array; `place` is its number in the month, or in the start, with an S."""

    place: str
    step: Step
    reads: bool
    writes: bool


def _levers() -> Iterator[Array]:
    for group, declared, unit in (("dose", INTERVENTIONS, ""), ("shock", SHOCKS, "share")):
        for lever in declared.values():
            name = lever.name.replace("-", "_")
            table = f"{lever.scope}_{group}s"
            meaning = f"this month's {'dose' if group == 'dose' else 'depth'}: {lever.title}"
            most = getattr(lever, "largest_dose", 1.0)
            field = Field(
                f"{group}_{name}", lever.scope, "f8", meaning, getattr(lever, "dose_unit", unit), 0.0, 0.0, most,
                group=group,
            )  # fmt: skip
            yield Array(f"{group}.{name}", field, "lever", frozenset({field.name, table}))


def _declared() -> Iterator[Array]:
    kinds: tuple[tuple[Kind, tuple[Field, ...]], ...] = (
        ("state", STATE), ("fixed", FIXED), ("state", BITS), ("scratch", SCRATCH)
    )  # fmt: skip
    for kind, fields in kinds:
        for field in fields:
            (name,) = (attribute for attribute, array in ARRAYS[field.group].items() if array == field.name)
            yield Array(f"{field.group}.{name}", field, kind, frozenset({field.name}))


ADDRESSES: dict[str, Array] = {array.address: array for array in (*_declared(), *_levers())}
"""Every array by the name that kernels write."""

_BY_NAME = {
    **{array.field.name: array.address for array in ADDRESSES.values()},
    **{
        f"{scope}_{group}s": f"{group}.* of {scope}s"
        for scope in ("organization", "site")
        for group in ("dose", "shock")
    },
    "out": RECORD,
}


def called(name: str) -> list[Array]:
    """Return the arrays of a name: `org.effort`, `effort`, `dose.procedure-manuals`."""
    wanted = name.replace("-", "_").lower()
    if wanted in ADDRESSES:
        return [ADDRESSES[wanted]]
    own = [array for array in ADDRESSES.values() if array.kind != "lever"]
    return [array for array in own if wanted in {array.address.partition(".")[2], array.field.name}]


@cache
def steps() -> tuple[tuple[str, Step], ...]:
    """Return every step with its place: those of the start, then those of the month."""
    start = ((f"S{number}", step) for number, step in enumerate(tick.START, 1))
    return (*start, *((str(number), step) for number, step in enumerate(tick.MONTH, 1)))


def uses_of(array: Array) -> list[Use]:
    """Return the steps that read or write an array, in their order."""
    found = []
    for place, step in steps():
        flow = flow_of(step.kernel)
        reads, writes = bool(array.names & flow.reads), bool(array.names & flow.writes)
        if reads or writes:
            found.append(Use(place, step, reads, writes))
    return found


def arrays_of(step: Step) -> tuple[list[str], list[str]]:
    """Return what a step reads and what it writes, by the names that kernels write, switches of mechanisms included."""
    flow = flow_of(step.kernel)
    return _addresses(flow.reads), _addresses(flow.writes)


def _addresses(names: frozenset[str]) -> list[str]:
    switches = [f"on.{name.removeprefix('on_')}" for name in names if name.startswith("on_")]
    return sorted([_BY_NAME[name] for name in names if name in _BY_NAME] + switches)

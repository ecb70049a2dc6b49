"""The world as buffers: layout, views, copies.

`fixed` is the same in every replicate, `state` is what a fork copies, and scratch is nobody's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import fixed, scratch, state
from tfs_sim.model.arrays import Field, Floats, Integers, Words
from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import BITS
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.state import STATE

ORGANIZATION_LEVERS = tuple(n for n, lever in INTERVENTIONS.items() if lever.scope == "organization")
SITE_LEVERS = tuple(n for n, lever in INTERVENTIONS.items() if lever.scope == "site")
ORGANIZATION_SHOCKS = tuple(n for n, shock in SHOCKS.items() if shock.scope == "organization")
SITE_SHOCKS = tuple(n for n, shock in SHOCKS.items() if shock.scope == "site")

TABLES: tuple[Field, ...] = (
    Field("organization_doses", "organization", "f8", "this month's doses", by=(len(ORGANIZATION_LEVERS),)),
    Field("site_doses", "site", "f8", "this month's doses", by=(len(SITE_LEVERS),)),
    Field("organization_shocks", "organization", "f8", "this month's depths", by=(len(ORGANIZATION_SHOCKS),)),
    Field("site_shocks", "site", "f8", "this month's depths", by=(len(SITE_SHOCKS),)),
)

CHANGING: tuple[Field, ...] = (*STATE, *TABLES)

KINDS: dict[str, tuple[np.dtype[Any], int]] = {
    **{field.name: (np.dtype(field.dtype), len(field.by) + 1) for field in (*FIXED, *CHANGING)},
    **dict.fromkeys(BITS, (np.dtype("u8"), 2)),
    **{field.name: (np.dtype(field.dtype), len(field.by) + 1) for field in SCRATCH},
}
"""All arrays in their order: what each is made of, and how many axes it has."""

FIELD_NAMES = tuple(KINDS)

if TYPE_CHECKING:

    class World(  # noqa: D101
        fixed.FixedOrganizations,
        fixed.FixedRelationships,
        fixed.FixedPairs,
        fixed.FixedSites,
        fixed.Orders,
        fixed.Shocks,
        fixed.Grants,
        fixed.Stages,
        state.Organizations,
        state.Relationships,
        state.Pairs,
        state.Sites,
        state.Levels,
        state.Bank,
        scratch.Scratch,
        group="",
        entity="site",
    ):
        organization_doses: Floats
        site_doses: Floats
        organization_shocks: Floats
        site_shocks: Floats
        neighbours: Words
        candidates: Words
        places: Words
        extents: Integers

        def _asdict(self) -> dict[str, NDArray[Any]]: ...

        def _replace(self, **arrays: NDArray[Any]) -> World: ...

else:

    class World(namedtuple("World", FIELD_NAMES)):
        """All arrays of a run, as views of its buffers; what they mean is declared in fixed, state and scratch.

        `places` has the address of each, in the same order, and `extents` the lengths of their axes: for the loop.
        """

        def _replace(self, **arrays):
            """Return a World with some other arrays, which must be of the same shapes and types."""
            other = super()._replace(**arrays)
            other.places, other.extents = self.places.copy(), self.extents
            for name, array in arrays.items():
                kind = (array.dtype, array.shape, array.flags.c_contiguous)
                before = getattr(self, name)
                if kind != (before.dtype, before.shape, True):
                    raise ValueError(f"{name} would be another kind of array than it was")
                other.places[FIELD_NAMES.index(name)] = array.ctypes.data
            return other


LINE = 64
"""Bytes of a cache line."""


class _Place(NamedTuple):
    """Where an array lies in its buffer; the last of a layout says where the buffer ends."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int


def copy_of(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of a buffer that begins at the beginning of a cache line, as its arrays do (NumPy's may not)."""
    copy = _aligned(np.empty(buffer.size + LINE, np.uint8))
    copy[:] = buffer
    return copy


def _aligned(room: NDArray[np.uint8]) -> NDArray[np.uint8]:
    start = -room.ctypes.data % LINE
    return room[start : start + room.size - LINE]


@dataclass(frozen=True)
class Layout:
    """Where each array lies in its buffer, for given numbers of entities."""

    sizes: Mapping[str, int]
    words: int

    @cached_property
    def _fixed(self) -> tuple[_Place, ...]:
        return self._placed([(f.name, f.dtype, (*f.by, self.sizes[f.entity])) for f in FIXED])

    @cached_property
    def _changing(self) -> tuple[_Place, ...]:
        shapes = [(f.name, f.dtype, (*f.by, self.sizes[f.entity])) for f in CHANGING]
        return self._placed([*shapes, *((name, "u8", (self.words, self.sizes["organization"])) for name in BITS)])

    @cached_property
    def _scratch(self) -> tuple[_Place, ...]:
        return self._placed([(f.name, f.dtype, (*f.by, self.sizes[f.entity])) for f in SCRATCH])

    def _placed(self, shapes: list[tuple[str, str, tuple[int, ...]]]) -> tuple[_Place, ...]:
        """Return where each array lies, one after the other, every one at the beginning of a cache line."""
        places, start = [], 0
        for name, dtype, shape in shapes:
            places.append(_Place(name, np.dtype(dtype), shape, start))
            start += (int(np.prod(shape)) * np.dtype(dtype).itemsize + LINE - 1) // LINE * LINE
        return (*places, _Place("", np.dtype("u1"), (), start))

    def _places(self, fields: tuple[Field, ...]) -> tuple[_Place, ...]:
        return self._changing if fields is CHANGING else self._fixed if fields is FIXED else self._scratch

    def buffer(self, fields: tuple[Field, ...]) -> NDArray[np.uint8]:
        """Return a zeroed buffer that is large enough for `fields`, which are FIXED, CHANGING or SCRATCH."""
        return _aligned(np.zeros(self._places(fields)[-1].start + LINE, np.uint8))

    def views(self, buffer: NDArray[np.uint8], fields: tuple[Field, ...]) -> dict[str, NDArray[Any]]:
        """Return the arrays of `fields`, which are FIXED, CHANGING or SCRATCH, as views of `buffer`."""
        return {at.name: np.ndarray(at.shape, at.dtype, buffer, at.start) for at in self._places(fields)[:-1]}

    @cached_property
    def extents(self) -> NDArray[np.int64]:
        """The lengths of all arrays' axes, one after the other, in the order of `KINDS`."""
        places = (*self._fixed[:-1], *self._changing[:-1], *self._scratch[:-1])
        return np.array([length for place in places for length in place.shape], np.int64)

    @cached_property
    def _starts(self) -> tuple[NDArray[np.uint64], ...]:
        lots = (self._fixed, self._changing, self._scratch)
        return tuple(np.array([place.start for place in lot[:-1]], np.uint64) for lot in lots)

    @property
    def state_bytes(self) -> int:
        """Bytes of a state buffer."""
        return self._changing[-1].start

    @cached_property
    def neutral(self) -> NDArray[np.uint8]:
        """A state buffer in which every array has its declared neutral value, to be copied.

        It is made when somebody asks: that of a large world is its largest part.
        """
        buffer = self.buffer(CHANGING)
        views = self.views(buffer, CHANGING)
        for field in CHANGING:
            views[field.name][...] = field.initial
        return buffer

    def world(self, fixed: NDArray[np.uint8], state: NDArray[np.uint8]) -> World:
        """Return the World whose arrays are views of the two buffers, with scratch of its own."""
        lots = ((fixed, FIXED), (state, CHANGING), (self.buffer(SCRATCH), SCRATCH))
        world = World(*(array for lot in lots for array in self.views(*lot).values()))
        beginnings = (np.uint64(buffer.ctypes.data) for buffer, _ in lots)
        world.extents = self.extents
        world.places = np.concatenate([start + at for start, at in zip(self._starts, beginnings, strict=True)])
        return world

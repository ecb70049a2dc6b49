"""The world as two buffers: layout, views, copies."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.state import STATE, Field

ORGANIZATION_LEVERS = tuple(n for n, lever in INTERVENTIONS.items() if lever.scope == "organization")
SITE_LEVERS = tuple(n for n, lever in INTERVENTIONS.items() if lever.scope == "site")
ORGANIZATION_SHOCKS = tuple(n for n, shock in SHOCKS.items() if shock.scope == "organization")
SITE_SHOCKS = tuple(n for n, shock in SHOCKS.items() if shock.scope == "site")

TABLES: tuple[Field, ...] = (
    Field("organization_doses", "organization", "f8", "this month's doses", inner=(len(ORGANIZATION_LEVERS),)),
    Field("site_doses", "site", "f8", "this month's doses", inner=(len(SITE_LEVERS),)),
    Field("organization_shocks", "organization", "f8", "this month's depths", inner=(len(ORGANIZATION_SHOCKS),)),
    Field("site_shocks", "site", "f8", "this month's depths", inner=(len(SITE_SHOCKS),)),
)

CHANGING: tuple[Field, ...] = (*STATE, *TABLES)
BITS = ("neighbours", "candidates")  # bits over a site's organizations: the first axis depends on the largest site

FIELD_NAMES = (*(field.name for field in (*FIXED, *CHANGING)), *BITS)
World = namedtuple("World", FIELD_NAMES)  # type: ignore[misc]


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
    room = np.empty(buffer.size + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    copy = room[start : start + buffer.size]
    copy[:] = buffer
    return copy


@dataclass(frozen=True)
class Layout:
    """Where each array lies in its buffer, for given numbers of entities."""

    sizes: Mapping[str, int]
    words: int

    @cached_property
    def _fixed(self) -> tuple[_Place, ...]:
        return self._placed([(f.name, f.dtype, (*f.inner, self.sizes[f.entity])) for f in FIXED])

    @cached_property
    def _changing(self) -> tuple[_Place, ...]:
        shapes = [(f.name, f.dtype, (*f.inner, self.sizes[f.entity])) for f in CHANGING]
        return self._placed([*shapes, *((name, "u8", (self.words, self.sizes["organization"])) for name in BITS)])

    def _placed(self, shapes: list[tuple[str, str, tuple[int, ...]]]) -> tuple[_Place, ...]:
        """Return where each array lies, one after the other, every one at the beginning of a cache line."""
        places, start = [], 0
        for name, dtype, shape in shapes:
            places.append(_Place(name, np.dtype(dtype), shape, start))
            start += (int(np.prod(shape)) * np.dtype(dtype).itemsize + LINE - 1) // LINE * LINE
        return (*places, _Place("", np.dtype("u1"), (), start))

    def _places(self, fields: tuple[Field, ...]) -> tuple[_Place, ...]:
        return self._changing if fields is CHANGING else self._fixed

    def buffer(self, fields: tuple[Field, ...]) -> NDArray[np.uint8]:
        """Return a zeroed buffer that is large enough for `fields`, which are FIXED or CHANGING."""
        return copy_of(np.zeros(self._places(fields)[-1].start, np.uint8))

    def views(self, buffer: NDArray[np.uint8], fields: tuple[Field, ...]) -> dict[str, NDArray[Any]]:
        """Return the arrays of `fields`, which are FIXED or CHANGING, as views of `buffer`."""
        return {at.name: np.ndarray(at.shape, at.dtype, buffer, at.start) for at in self._places(fields)[:-1]}

    def neutral(self) -> NDArray[np.uint8]:
        """Return a state buffer in which every array has its declared neutral value."""
        buffer = self.buffer(CHANGING)
        views = self.views(buffer, CHANGING)
        for field in CHANGING:
            views[field.name][...] = field.initial
        return buffer

    def world(self, fixed: NDArray[np.uint8], state: NDArray[np.uint8]) -> Any:
        """Return the World whose arrays are views of the two buffers."""
        both = (*self.views(fixed, FIXED).values(), *self.views(state, CHANGING).values())
        return World._make(both)

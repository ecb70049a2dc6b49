"""The world as two buffers: layout, views, copies."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.state import FIXED, STATE, Field

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


@dataclass(frozen=True)
class Layout:
    """Where each array lies in its buffer, for given numbers of entities."""

    sizes: Mapping[str, int]
    words: int

    def _shapes(self, fields: tuple[Field, ...]) -> list[tuple[str, str, tuple[int, ...]]]:
        shapes = [(f.name, f.dtype, (*f.inner, self.sizes[f.entity])) for f in fields]
        if fields is CHANGING:
            shapes += [(name, "u8", (self.words, self.sizes["organization"])) for name in BITS]
        return shapes

    def buffer(self, fields: tuple[Field, ...]) -> NDArray[np.uint8]:
        """Return a zeroed buffer that is large enough for `fields`."""
        total = 0
        for _, dtype, shape in self._shapes(fields):
            total += (int(np.prod(shape)) * np.dtype(dtype).itemsize + 63) // 64 * 64
        return np.zeros(total, np.uint8)

    def views(self, buffer: NDArray[np.uint8], fields: tuple[Field, ...]) -> dict[str, NDArray[Any]]:
        """Return the arrays of `fields` as views of `buffer`."""
        views: dict[str, NDArray[Any]] = {}
        start = 0
        for name, dtype, shape in self._shapes(fields):
            length = int(np.prod(shape)) * np.dtype(dtype).itemsize
            views[name] = buffer[start : start + length].view(dtype).reshape(shape)
            start += (length + 63) // 64 * 64
        return views

    def neutral(self) -> NDArray[np.uint8]:
        """Return a state buffer in which every array has its declared neutral value."""
        buffer = self.buffer(CHANGING)
        views = self.views(buffer, CHANGING)
        for field in CHANGING:
            views[field.name][...] = field.initial
        return buffer

    def world(self, fixed: NDArray[np.uint8], state: NDArray[np.uint8]) -> Any:
        """Return the World whose arrays are views of the two buffers."""
        return World(**self.views(fixed, FIXED), **self.views(state, CHANGING))

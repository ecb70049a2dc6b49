"""One step by itself: a kernel called with the arrays that a test names, and everything else neutral."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.arrays import Field
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import form_of, play
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.world import CHANGING

FIELDS = {field.name: field for field in (*FIXED, *CHANGING, *SCRATCH)}
KEY = draws.run_key(1, 0)


def alone(kernel: Callable[..., Any], **given: Any) -> Any:
    """Call a kernel with what is given by name; return what it returns.

    Arrays that are not given have their declared neutral value, for as many organizations, pairs, sites … as the given
    ones have (one, where none tells); doses and depths are zero, mechanisms on, parameters the defaults.

    Raises
    ------
    TypeError
        If something is given that the kernel does not read.
    """
    asked = [name for _, names in form_of(kernel).arguments for name in names]
    if unknown := sorted(given.keys() - set(asked)):
        raise TypeError(f"{kernel.__name__} does not read {', '.join(unknown)}")
    sizes = {FIELDS[name].entity: np.shape(value)[-1] for name, value in given.items() if name in FIELDS}
    for derived, of, made in (
        ("row", "organization", lambda n: n + 1),
        ("organization", "row", lambda n: n - 1),
        ("pair", "relationship", lambda n: n // 2),
        ("relationship", "pair", lambda n: 2 * n),
    ):
        if derived not in sizes and of in sizes:
            sizes[derived] = made(sizes[of])
    return play(kernel, {name: given[name] if name in given else _neutral(kernel, name, sizes) for name in asked})


def _neutral(kernel: Callable[..., Any], name: str, sizes: dict[str, int]) -> Any:
    if name in FIELDS:
        field: Field = FIELDS[name]
        return np.full((*field.by, sizes.get(field.entity, 1)), field.initial, field.dtype)
    if name == "p":
        return record(sys.modules[kernel.__module__].Parameters)
    if name.startswith("p_"):
        return record(MECHANISMS[name[2:]].parameters)
    if name.startswith("on_"):
        return 1
    if name.startswith(("dose_", "shock_")):
        return np.zeros(max(sizes.get("organization", 1), sizes.get("site", 1)))
    return {"month": 0, "key": KEY}[name]

"""The engine: runs a scenario that has been compiled to a `Template`, by the month's loop (see `loop.py`)."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import compilers, compiling, draws, private, tick
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.deferred import Deferred
from tfs_sim.model.handing import RECORDS
from tfs_sim.model.loop import DRAW_START, STEPS, SWITCHES, Loop, compose
from tfs_sim.model.world import Layout, World, copy_of

__all__ = ["DRAW_START", "RECORDS", "STEPS", "SWITCHES"]

_lock = threading.Lock()
_run: Callable[..., None] | None = None
"""The compiled loop, once there is one in this process."""


@dataclass(frozen=True)
class Template:
    """A scenario, compiled: everything that a run needs beside its seed.

    Attributes
    ----------
    layout, fixed : where arrays lie; the buffer of what never changes.
    parameters : the mechanisms' records, in the order of `RECORDS`.
    on : int64 array over `SWITCHES`, 1 where a mechanism is on.
    months, start : horizon; first month as "YYYY-MM".
    run_in : months that communities pass before the first month, without what is scheduled; none is recorded.
    sites, organizations : identities, and (identity, name, sector, role) in the world's order.
    site_titles : labels of the sites.
    """

    layout: Layout
    fixed: NDArray[np.uint8]
    parameters: tuple[Any, ...]
    on: NDArray[np.int64]
    months: int
    start: str
    sites: tuple[str, ...]
    site_titles: tuple[str, ...]
    organizations: tuple[Any, ...]
    digest: str = ""
    run_in: int = 0

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the observed metrics, in the order of the output's last axis."""
        return tuple(METRICS)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """All parameters, one record after the other."""
        return np.array([value for record in self.parameters for value in record])

    def fresh(self) -> tuple[NDArray[np.uint8], World]:
        """Return a new state buffer and the World that views it."""
        state = copy_of(self.layout.neutral)
        return state, self.layout.world(self.fixed, state)

    def output(self) -> NDArray[np.float64]:
        """Return an empty [months, sites, metrics] array."""
        return np.zeros((self.months, len(self.sites), len(METRICS)))


@cache
def model_version() -> str:
    """Return a hash of the model's sources: results of different versions are never mixed."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Return the private folder for compiled code of exactly these sources, compiler and processor, if there is one."""
    about = (model_version(), *private.of_this_machine())
    return private.folder_for("engine-" + hashlib.sha256("\0".join(about).encode()).hexdigest()[:16])


@cache
def kept(kernel: Deferred) -> Callable[..., None]:
    """Return a kernel compiled by itself, to be called from Python; its code is kept in the cache folder."""
    from tfs_sim.model import by_themselves

    return by_themselves.kept(kernel, cache_folder())


@cache
def month() -> Loop:
    """Return the loop that runs are made by."""
    return Loop("month", compose, cache_folder())


def warm_up(report: Callable[[str], None] | None = None) -> float:
    """Compile the model (or load it from the cache) before workers start; return the seconds that it took.

    `report` is told, in a sentence, when there is something to wait for. Only one process sees to it at a time (with
    the help of others that it starts); the rest wait for it and load the result.
    """
    global _run
    began = time.perf_counter()
    with _lock:
        if _run is not None:
            return 0.0
        with private.only_one_process(cache_folder(), lambda: report and report(compiling.WAITING)):
            if report and month().missing():
                report(compiling.ANNOUNCED)
            _run = month().entry(compilers.serving(__name__, "month"))
    return time.perf_counter() - began


def handed(template: Template, world: World, key: np.uint64) -> tuple[Any, ...]:
    """Return what the loop is handed in all months (`loop.HANDED`)."""
    return world.places, world.extents, template.values, template.on, key, template.run_in


def _months(
    template: Template, world: World, key: np.uint64, first: int, last: int, steps: range, out: NDArray[np.float64]
) -> None:
    if out.dtype != np.float64 or out.shape[2:] != (len(METRICS),) or not out.flags.c_contiguous:
        raise ValueError(
            f"results go into an array of doubles [months, sites, {len(METRICS)}], one row after the other"
        )
    if _run is None:
        warm_up()
    assert _run is not None
    _run(*handed(template, world, key), first, last, steps.start, steps.stop, out, *out.shape[:2])


def run_months(
    template: Template, world: World, key: np.uint64, first: int, last: int, out: NDArray[np.float64]
) -> None:
    """Run months first … last − 1 of `world` in place, recording them in `out`; releases the interpreter lock.

    `first` = DRAW_START draws the replicate's world and lets the months before month 0 pass (`Template.run_in`).
    """
    _months(template, world, key, first, last, range(len(STEPS)), out)


def run_steps(
    template: Template, world: World, key: np.uint64, month: int, steps: range, out: NDArray[np.float64]
) -> None:
    """Run some of `STEPS`, by their numbers, in place: those of the start, or those of one month (below 0: before it).

    `run_months` runs all steps of the month in their order; parts of it that follow each other give the same bits.
    """
    starts = steps.start < len(tick.START)
    first, last = (DRAW_START, -template.run_in) if starts else (month, month + 1)
    _months(template, world, key, first, last, steps, out)


def run_replicate(template: Template, seed: int, replicate: int) -> NDArray[np.float64]:
    """Return one replicate's metrics, float64 [months, sites, metrics]."""
    _, world = template.fresh()
    out = template.output()
    run_months(template, world, draws.run_key(seed, replicate), DRAW_START, template.months, out)
    return out


def trace(
    template: Template, seed: int, replicate: int, parameter_set: str = ""
) -> Iterator[tuple[int, World, NDArray[np.float64]]]:
    """Yield (month, world, output so far) after every month; the arrays are live views, to be copied if kept."""
    _, world = template.fresh()
    out = template.output()
    key = draws.run_key(seed, replicate, parameter_set)
    run_months(template, world, key, DRAW_START, 0, out)
    for month in range(template.months):
        run_months(template, world, key, month, month + 1, out)
        yield month, world, out

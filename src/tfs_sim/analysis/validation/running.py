"""The one door through which every run of the validation table goes, so that the model can be varied for all of them.

    with running.under(Variation("without trust", off=("trust",))):
        measured = row.check(budget)

A variation switches mechanisms off, in every arm that a row compares, and may do something to the world between
months. Rows build their scenarios as always and know nothing of it: what varies is how a template is run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine

Disturbance = Callable[[engine.Template, Any, np.uint64, int], None]
"""What is done to a world when a month is over: template, world, the run's key, that month."""


@dataclasses.dataclass(frozen=True)
class Variation:
    """A change of the model that applies to every run.

    Attributes
    ----------
    name : in words; what is kept of runs is kept under it, so no two variations may share one.
    off : mechanisms that are switched off from the start, whatever the scenario says.
    between_months : what is done to the world after every month (None: nothing).
    """

    name: str
    off: tuple[str, ...] = ()
    between_months: Disturbance | None = None


AS_IT_IS = Variation("")
"""The model itself."""

_current = AS_IT_IS


def current() -> Variation:
    """Return the variation that runs are under now."""
    return _current


@contextmanager
def under(variation: Variation) -> Iterator[None]:
    """Run everything within under a variation: for the whole process, because rows spread their runs over threads."""
    global _current
    if _current is not AS_IT_IS:
        raise RuntimeError(f"runs are under {_current.name!r} already; one variation at a time")
    _current = variation
    try:
        yield
    finally:
        _current = AS_IT_IS


def varied(template: engine.Template) -> engine.Template:
    """Return the template with the variation's mechanisms switched off."""
    if not _current.off:
        return template
    on = template.on.copy()
    on[[engine.SWITCHES.index(name) for name in _current.off]] = 0
    return dataclasses.replace(template, on=on)


def run_months(
    template: engine.Template, world: Any, key: np.uint64, first: int, last: int, out: NDArray[np.float64]
) -> None:
    """Run months first … last − 1 in place, as `engine.run_months` does, under the variation."""
    template, disturb = varied(template), _current.between_months
    if disturb is None:
        engine.run_months(template, world, key, first, last, out)
        return
    if first == engine.DRAW_START:
        engine.run_months(template, world, key, engine.DRAW_START, 0, out)
    for month in range(max(first, 0), last):
        engine.run_months(template, world, key, month, month + 1, out)
        disturb(template, world, key, month)


def run_replicate(template: engine.Template, seed: int, replicate: int) -> NDArray[np.float64]:
    """Return one replicate's metrics [months, sites, metrics], under the variation."""
    _, world = template.fresh()
    out = template.output()
    run_months(template, world, draws.run_key(seed, replicate), engine.DRAW_START, template.months, out)
    return out


def trace(template: engine.Template, seed: int, replicate: int) -> Iterator[tuple[int, Any, NDArray[np.float64]]]:
    """Yield (month, world, output so far) after every month, as `engine.trace` does, under the variation."""
    _, world = template.fresh()
    out = template.output()
    key = draws.run_key(seed, replicate)
    run_months(template, world, key, engine.DRAW_START, 0, out)
    for month in range(template.months):
        run_months(template, world, key, month, month + 1, out)
        yield month, world, out


__all__ = ["AS_IT_IS", "Variation", "current", "run_months", "run_replicate", "trace", "under", "varied"]

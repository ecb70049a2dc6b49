"""The one door through which every run of the validation table goes, so that the model can be varied for all of them.

    with running.under(Variation("without trust", off=("trust",))):
        measured = row.check(budget)

A variation switches mechanisms off or sets parameters, in every arm that a row compares, and may do something to the
world at the start and between months. Rows build their scenarios as always and know nothing of it: what varies is how
a template is run. The result is bit for bit what a scenario file with that switch gives, so a mechanism goes with its
interventions and shocks. Mechanisms that need one which is off stay on and have nothing to act on, as they do in a
scenario file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.model.world import ORGANIZATION_LEVERS, ORGANIZATION_SHOCKS, SITE_LEVERS, SITE_SHOCKS

T = TypeVar("T")

Point = dict[str, dict[str, float | str]]
"""Values of parameters, by mechanism."""

Disturbance = Callable[[engine.Template, Any, np.uint64, int], None]
"""What is done to a world when a month is over: template, world, the run's key, that month."""


@dataclasses.dataclass(frozen=True)
class Variation:
    """A change of the model that applies to every run.

    Attributes
    ----------
    name : in words; what is kept of runs is kept under it, so no two variations may share one.
    off : mechanisms that are switched off from the start, whatever the scenario says.
    settings : mechanism, parameter and value that hold in every run, whatever the scenario, a point or an arm says.
    without : interventions and shocks that do nothing, whatever the scenario says.
    at_start : what is done to the world when everything in it is drawn, before the first month (None: nothing).
    between_months : what is done to the world after every month (None: nothing).
    instead : a model of means that stands in for the engine: from a template to its metrics [months, sites, metrics].
        It has no worlds and no luck, so only what reads metrics can be asked of it.
    """

    name: str
    off: tuple[str, ...] = ()
    settings: tuple[tuple[str, str, float], ...] = ()
    without: tuple[str, ...] = ()
    at_start: Callable[[engine.Template, Any], None] | None = None
    between_months: Disturbance | None = None
    instead: Callable[[engine.Template], NDArray[np.float64]] | None = None


AS_IT_IS = Variation("")
"""The model itself."""

_current: ContextVar[Variation] = ContextVar("variation", default=AS_IT_IS)


def current() -> Variation:
    """Return the variation that runs are under now."""
    return _current.get()


@contextmanager
def under(variation: Variation) -> Iterator[None]:
    """Run everything within, and in `Threads` that are begun within, under a variation; nobody else's runs."""
    if current() is not AS_IT_IS:
        raise RuntimeError(f"runs are under {current().name!r} already; one variation at a time")
    token = _current.set(variation)
    try:
        yield
    finally:
        _current.reset(token)


class Threads(ThreadPoolExecutor):
    """Threads whose runs are under the variation that holds where they are asked for."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Take a call along with its context."""
        return super().submit(copy_context().run, fn, *args, **kwargs)


def with_parameters(template: engine.Template, point: Mapping[str, Mapping[str, float | str]]) -> engine.Template:
    """Return the template with other parameters (those of the point; all else stays)."""
    records = list(template.parameters)
    for name, values in point.items():
        place = engine.RECORDS.index(name)
        spec = specification(MECHANISMS[name].parameters)
        records[place] = records[place]._replace(**{key: spec[key].to_kernel(v) for key, v in values.items()})
    return dataclasses.replace(template, parameters=tuple(records))


def varied(template: engine.Template, world: Any) -> tuple[engine.Template, Any]:
    """Return template and world as the variation has them: mechanisms off, parameters set, levers and shocks without.

    The world returned shares every state array with the one given: running it runs that.
    """
    now = current()
    if now.settings:
        held: Point = {}
        for mechanism, parameter, value in now.settings:
            held.setdefault(mechanism, {})[parameter] = value
        template = with_parameters(template, held)
    if not now.off and not now.without:
        return template, world
    on = template.on.copy()
    on[[engine.SWITCHES.index(name) for name in now.off]] = 0
    # a schedule with no dose, a shock with no depth, leaves no trace: an exact case of the engine's own tests
    dose, depth = world.order_dose.copy(), world.shock_depth.copy()
    dose[_idle(world.order_lever, world.order_by_site, SITE_LEVERS, ORGANIZATION_LEVERS, INTERVENTIONS)] = 0.0
    depth[_idle(world.shock_kind, world.shock_by_site, SITE_SHOCKS, ORGANIZATION_SHOCKS, SHOCKS)] = 0.0
    return dataclasses.replace(template, on=on), world._replace(order_dose=dose, shock_depth=depth)


def _idle(
    rows: NDArray[Any], by_site: NDArray[Any], of_sites: tuple[str, ...], others: tuple[str, ...], declared: Any
) -> list[int]:
    """Return which scheduled levers or shocks do nothing under the variation: their mechanism is off, or they are."""
    names = [(of_sites if site else others)[row] for row, site in zip(rows.tolist(), by_site.tolist(), strict=True)]
    now = current()
    return [n for n, name in enumerate(names) if declared[name].mechanism in now.off or name in now.without]


def run_months(
    template: engine.Template, world: Any, key: np.uint64, first: int, last: int, out: NDArray[np.float64]
) -> None:
    """Run months first … last − 1 in place, as `engine.run_months` does, under the variation."""
    if current().instead:
        raise TypeError(f"{current().name} has no organizations to look at")
    changed, views = varied(template, world)
    begin, disturb = current().at_start, current().between_months
    if first == engine.DRAW_START and (begin or disturb):
        engine.run_months(changed, views, key, engine.DRAW_START, 0, out)
        first = 0
        if begin:
            begin(changed, views)
    if disturb is None:
        engine.run_months(changed, views, key, first, last, out)
        return
    for month in range(first, last):
        engine.run_months(changed, views, key, month, month + 1, out)
        disturb(changed, views, key, month)


def luck(template: engine.Template, seed: int, replicate: int) -> NDArray[np.float64]:
    """Return the engine's own replicate, which lends its luck to a model of means that has none."""
    return engine.run_replicate(template, seed, replicate)


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

"""The engine: composes the month of `tick.py` into one compiled loop and runs it.

The composed source lists each kernel call with the arrays that the kernel's argument names ask for. It is
written to a private folder (see `private`) whose name is a hash of the model's sources and of the compiler's version,
because a compiled function does not notice that a function it calls has changed in another file.
"""

from __future__ import annotations

import gc
import hashlib
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import compiling, draws, private, tick
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import Step
from tfs_sim.model.world import (
    FIELD_NAMES,
    ORGANIZATION_LEVERS,
    ORGANIZATION_SHOCKS,
    SITE_LEVERS,
    SITE_SHOCKS,
    Layout,
    World,
    copy_of,
)

SWITCHES = tuple(MECHANISMS)
RECORDS = tuple(name for name, mechanism in MECHANISMS.items() if mechanism.parameters._fields)
STEPS = (*tick.START, *tick.MONTH)
DRAW_START = -1_000_000
"""As the first month of `run_months`: draw the replicate's world, and let the months before month 0 pass."""

ENTRY = "composed_entry"
"""Name of the module with the compiled loop."""

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

    def fresh(self) -> tuple[NDArray[np.uint8], World]:
        """Return a new state buffer and the World that views it."""
        state = copy_of(self.layout.neutral)
        return state, self.layout.world(self.fixed, state)

    def output(self) -> NDArray[np.float64]:
        """Return an empty [months, sites, metrics] array."""
        return np.zeros((self.months, len(self.sites), len(METRICS)))


def _resolve(name: str, step: Step) -> tuple[str, int | None]:
    """Return what a kernel's argument name stands for: a variable, and a row of it if it is a table."""
    if name in {"month", "key", "out", "run_in"} or name in FIELD_NAMES:
        return name, None
    if name == "p":
        return f"p_{step.mechanism}", None
    if (name.startswith("p_") and name[2:] in RECORDS) or (name.startswith("on_") and name[3:] in SWITCHES):
        return name, None
    for prefix, table, rows in (
        ("dose_", "organization_doses", ORGANIZATION_LEVERS),
        ("dose_", "site_doses", SITE_LEVERS),
        ("shock_", "organization_shocks", ORGANIZATION_SHOCKS),
        ("shock_", "site_shocks", SITE_SHOCKS),
    ):
        lever = name.removeprefix(prefix).replace("_", "-")
        if name.startswith(prefix) and lever in rows:
            return table, rows.index(lever)
    raise LookupError(f"{step.mechanism}.{step.kernel.__name__} asks for {name!r}, which nothing declares")


def _arguments(step: Step) -> list[tuple[str, int | None]]:
    """Return what a step's kernel asks for, in the order of its arguments."""
    python = getattr(step.kernel, "py_func", step.kernel)
    return [_resolve(name, step) for name in inspect.signature(python).parameters]


def compose(clocked: bool = False) -> str:
    """Return the source of the compiled entry, made from `tick.START` and `tick.MONTH`.

    `clocked` adds each step's nanoseconds to a last argument, an array over the steps.
    """
    fields = sorted({name for step in STEPS for name, _ in _arguments(step)} & set(FIELD_NAMES))
    lines = ['"""Composed from tick.py; not to be edited."""', "from numba import njit"]
    kernels = {}
    for step in STEPS:
        kernels[_alias(step)] = f"from {step.kernel.__module__} import {step.kernel.__name__} as {_alias(step)}"
    lines += sorted(kernels.values())
    lines += ["from tfs_sim.model.linking import OWN_LINKING, enclosed", "from tfs_sim.model.numerics import UNCOUNTED"]
    lines += [f"{alias} = enclosed({alias})" for alias in sorted(kernels)]
    lines += ["from tfs_sim.model.clocked import nanoseconds"] * clocked
    lines += ["", "@njit(nogil=True, error_model='numpy', no_cfunc_wrapper=True,"]
    lines += ["      **OWN_LINKING, **UNCOUNTED)"]
    times = ", step_times" if clocked else ""
    lines += [f"def run(world, parameters, on, key, run_in, first, last, begin, end, out{times}):"]
    lines += [f"    {name} = world.{name}" for name in fields]
    lines += [f"    p_{name} = parameters[{i}]" for i, name in enumerate(RECORDS)]
    lines += [f"    on_{name} = on[{i}]" for i, name in enumerate(SWITCHES)]
    lines += [f"    if first == {DRAW_START}:", "        month = -run_in"]
    calls = [_call(step, n, "        ", clocked) for n, step in enumerate(STEPS)]
    lines += calls[: len(tick.START)]
    lines += [f"    for month in range(-run_in if first == {DRAW_START} else first, last):"]
    lines += calls[len(tick.START) :]
    return "\n".join(lines) + "\n"


def _alias(step: Step) -> str:
    """Return what the composed source calls a step's kernel."""
    return step.name.replace(".", "_")


def _call(step: Step, n: int, indent: str, clocked: bool) -> str:
    given = (name if row is None else f"{name}[{row}]" for name, row in _arguments(step))
    lines = [f"{_alias(step)}({', '.join(given)})"]
    if clocked:
        lines = ["began = nanoseconds()", *lines, f"step_times[{n}] += nanoseconds() - began"]
    wanted = f"if begin <= {n} < end" + (f" and on_{step.mechanism}" if step.mechanism else "")
    wanted += " and month >= 0:" if step.records else ":"
    return "\n".join([indent + wanted, *(f"{indent}    {line}" for line in lines)])


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


def loaded(name: str, source: str, function: str) -> Callable[..., None]:
    """Return a compiled function of the module with this source; its code is kept in the cache folder."""
    return private.loaded(name, source, function, cache_folder())


@cache
def kept(kernel: Callable[..., None]) -> Callable[..., None]:
    """Return a kernel compiled by itself, to be called from Python; its code is kept in the cache folder."""
    name, module = kernel.__name__, kernel.__module__
    arguments = ", ".join(inspect.signature(getattr(kernel, "py_func", kernel)).parameters)
    source = (
        f"from numba import njit\nfrom {module} import {name} as kernel\n\n\n"
        f"@njit(error_model='numpy')\ndef {name}({arguments}):\n    kernel({arguments})\n"
    )
    return loaded(f"kept_{module.rsplit('.', 1)[-1]}_{name}", source, name)


@cache
def _entry() -> Any:
    return loaded(ENTRY, compose(), "run")


def is_compiled() -> bool:
    """Return whether compiled code for this model lies in the cache (or in this process) already."""
    folder = cache_folder()
    return folder is not None and any(folder.glob(f"__pycache__/{ENTRY}*.nbc"))


def warm_up(template: Template, report: Callable[[str], None] | None = None) -> float:
    """Compile the model (or load it from the cache) before workers start; return the seconds that it took.

    `report` is told, in a sentence, when there is something to wait for. Only one process compiles at a
    time; others wait for it and load the result.
    """
    global _run
    began = time.perf_counter()
    with _lock:
        if _run is not None:
            return 0.0
        if report and not is_compiled():
            report("Compiling the model for this machine, once …")
        with private.only_one_process(cache_folder()):
            _, world = template.fresh()
            run = _entry()
            parts = len({step.kernel for step in STEPS})
            with no_collection(), compiling.watched(parts if not is_compiled() else 0):
                run(world, template.parameters, template.on, np.uint64(0), 0, 0, 0, 0, 0, template.output())
            # what the dispatcher calls when it has found out the types of several hundred arrays, always the same
            _run = next(iter(run.overloads.values())).entry_point
    return time.perf_counter() - began


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector still: what compiling makes lives on, and a tenth of the time went into looking."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def run_months(
    template: Template, world: World, key: np.uint64, first: int, last: int, out: NDArray[np.float64]
) -> None:
    """Run months first … last − 1 of `world` in place, recording them in `out`; releases the interpreter lock.

    `first` = DRAW_START draws the replicate's world and lets the months before month 0 pass (`Template.run_in`).
    """
    if _run is None:
        warm_up(template)
    assert _run is not None
    _run(world, template.parameters, template.on, key, template.run_in, first, last, 0, len(STEPS), out)


def run_steps(
    template: Template, world: World, key: np.uint64, month: int, steps: range, out: NDArray[np.float64]
) -> None:
    """Run some of `STEPS`, by their numbers, in place: those of the start, or those of one month (below 0: before it).

    `run_months` runs all steps of the month in their order; parts of it that follow each other give the same bits.
    """
    if _run is None:
        warm_up(template)
    assert _run is not None
    run_in = template.run_in
    first, last = (DRAW_START, -run_in) if steps.start < len(tick.START) else (month, month + 1)
    _run(world, template.parameters, template.on, key, run_in, first, last, steps.start, steps.stop, out)


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

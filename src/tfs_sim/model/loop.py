"""The month's loop: composed from the lines of `tick.py`, in parts that are compiled each by itself.

A part is a function of a dozen lines of the month or of the start: it makes of what it is handed (see `handing.py`) the
arrays that its kernels' argument names ask for, and calls these in turn. `run` calls the parts, month after month. Each
part is optimized with all that it calls (see `linking.py`), as one function would be; that there are several lets
several processors compile (see `compilers.py`).

Compiled code is kept in a private folder (see `private.py`) whose name is a hash of the model's sources and of the
compiler's version. Where all of it is there already, nothing is composed, and the compiler is not loaded.
"""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import compilers, compiling, machine_code, tick
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import Step
from tfs_sim.model.deferred import compiler_on
from tfs_sim.model.handing import RECORDS
from tfs_sim.model.machine_code import Code
from tfs_sim.model.world import (
    FIELD_NAMES,
    ORGANIZATION_LEVERS,
    ORGANIZATION_SHOCKS,
    SITE_LEVERS,
    SITE_SHOCKS,
)

SWITCHES = tuple(MECHANISMS)
STEPS = (*tick.START, *tick.MONTH)
DRAW_START = -1_000_000
"""As the first month of a run: draw the replicate's world, and let the months before month 0 pass."""

HANDED = ("places", "extents", "values", "on", "random", "run_in")
"""What is the same in all months: where arrays are, the lengths of their axes, parameters, switches; key; run-in."""

NOW = ("begin", "end", "results", "months", "sites")
"""Which steps are wanted, by their numbers; where results go, and how many months and sites they have."""

MONTHLY = 7
"""Into how many parts the month is cut."""

RUN = "run"
"""What is called from Python, and calls the parts."""


def _size(step: Step) -> int:
    """Return how much there is to compile, about."""
    return len(step.kernel.written.__code__.co_code)


def _cut(first: int, steps: Sequence[Step], pieces: int) -> Iterator[range]:
    """Yield consecutive steps, by their numbers, in so many pieces of about the same size."""
    whole, begun, so_far = sum(map(_size, steps)), first, 0
    for n, step in enumerate(steps, first + 1):
        so_far += _size(step)
        if so_far * pieces >= whole and n < first + len(steps):
            yield range(begun, n)
            whole, pieces, begun, so_far = whole - so_far, pieces - 1, n, 0
    yield range(begun, first + len(steps))


PARTS = (range(len(tick.START)), *_cut(len(tick.START), tick.MONTH, MONTHLY))
"""The steps of each part; the first is the start's."""


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


def arguments(step: Step) -> list[tuple[str, int | None]]:
    """Return what a step's kernel asks for, in the order of its arguments: a variable, and a row if it is a table."""
    return [_resolve(name, step) for name in inspect.signature(step.kernel.py_func).parameters]


def compose(clocked: bool = False, further: tuple[str, ...] = ()) -> str:
    """Return the source of the loop, made from `tick.START` and `tick.MONTH`.

    `clocked` adds each step's nanoseconds to a further argument `step_times`, an array over the steps; `further` are
    names of arguments after that, which each part is given, too.
    """
    further = ("step_times",) * clocked + further
    kernels = {}
    for step in STEPS:
        kernels[_alias(step)] = f"from {step.kernel.__module__} import {step.kernel.__name__} as {_alias(step)}"
    lines = ['"""Composed from tick.py; not to be edited."""', "import numpy as np", "from numba import njit"]
    lines += sorted(kernels.values())
    lines += ["from tfs_sim.model.deferred import uncounted"]
    lines += ["from tfs_sim.model.handing import array_at, called, record_at, results_at, words_at"]
    lines += ["from tfs_sim.model.linking import OWN_LINKING, enclosed"]
    lines += ["from tfs_sim.model.clocked import nanoseconds"] * clocked
    lines += [f"{alias} = enclosed({alias})" for alias in sorted(kernels)]
    lines += ["own = dict(error_model='numpy', no_cfunc_wrapper=True, no_cpython_wrapper=True)"]
    lines += ["own |= {**OWN_LINKING, **uncounted()}"]
    decorator = "@njit(**own)"
    given = ", ".join((*HANDED, "month", *NOW, *further))
    for n, steps in enumerate(PARTS):
        lines += ["", "", decorator, f"def part_{n}({given}):"]
        lines += [f"    {line}" for line in _unpacked(steps)]
        lines += [f"    step_times = words_at(step_times, {len(STEPS)})"] * clocked
        lines += [_call(STEPS[at], at, "    ", clocked) for at in steps]
    lines += ["", "", decorator, f"def {RUN}({', '.join(('parts', *HANDED, 'first', 'last', *NOW, *further))}):"]
    lines += [f"    parts = words_at(parts, {len(PARTS)})"]
    lines += [f"    month = -run_in if first == {DRAW_START} else first"]
    lines += [f"    if first == {DRAW_START}:", f"        called(parts[0], ({given}))"]
    lines += ["    for month in range(month, last):", f"        for n in range(1, {len(PARTS)}):"]
    lines += [f"            called(parts[n], ({given}))"]
    return "\n".join(lines) + "\n"


def _unpacked(steps: range) -> Iterator[str]:
    """Yield lines that make what these steps ask for of what a part is handed."""
    asked = {name for n in steps for name, _ in arguments(STEPS[n])}
    asked |= {f"on_{STEPS[n].mechanism}" for n in steps if STEPS[n].mechanism}
    yield "key = np.uint64(random)"
    yield f"on = words_at(on, {len(SWITCHES)})"
    for n, name in enumerate(FIELD_NAMES):
        if name in asked:
            yield f"{name} = array_at(places, extents, {n})"
    for n, name in enumerate(RECORDS):
        if f"p_{name}" in asked:
            yield f"p_{name} = record_at(values, {n})"
    for n, name in enumerate(SWITCHES):
        if f"on_{name}" in asked:
            yield f"on_{name} = on[{n}]"
    if "out" in asked:
        yield "out = results_at(results, months, sites)"


def _alias(step: Step) -> str:
    """Return what the composed source calls a step's kernel."""
    return step.name.replace(".", "_")


def _call(step: Step, n: int, indent: str, clocked: bool) -> str:
    given = (name if row is None else f"{name}[{row}]" for name, row in arguments(step))
    lines = [f"{_alias(step)}({', '.join(given)})"]
    if clocked:
        lines = ["began = nanoseconds()", *lines, f"step_times[{n}] += nanoseconds() - began"]
    wanted = f"if begin <= {n} < end" + (f" and on_{step.mechanism}" if step.mechanism else "")
    wanted += " and month >= 0:" if step.records else ":"
    return "\n".join([indent + wanted, *(f"{indent}    {line}" for line in lines)])


class Loop:
    """A composed loop and its compiled code, kept in a folder or in memory alone.

    Parameters
    ----------
    name : what its files are called.
    source : composes it, where it has to be compiled.
    folder : where compiled code is kept; None: in memory alone.
    further : how many arguments it has beside those of every loop.
    """

    names = (*(f"part_{n}" for n in range(len(PARTS))), RUN)

    def __init__(self, name: str, source: Callable[[], str], folder: Path | None, further: int = 0) -> None:
        self._name, self._source, self._folder, self._further = name, source, folder, further
        self._module: ModuleType | None = None
        self._made: dict[int, Code] = {}

    def _file(self, n: int) -> Path | None:
        return self._folder and self._folder / f"{self._name}.{self.names[n]}.code"

    def _code(self, n: int) -> Code | None:
        """Return the code of a function, if there is some."""
        file = self._file(n)
        return self._made.get(n) or (machine_code.kept(file) if file else None)

    def missing(self) -> list[int]:
        """Return which functions, by their numbers, have no code in the folder."""
        return [n for n in range(len(self.names)) if self._code(n) is None]

    def arguments(self, n: int) -> int:
        """Return how many arguments a function has."""
        more = 3 if self.names[n] == RUN else 1  # parts, first and last month; month
        return len(HANDED) + more + len(NOW) + self._further

    def compile(self, n: int) -> None:
        """Compile a function, and keep its code."""
        from numba import types

        with no_collection(), compiler_on(), _heard():
            if self._module is None:
                self._module = _module(self._name, self._source())
            dispatcher, signature = getattr(self._module, self.names[n]), (types.int64,) * self.arguments(n)
            dispatcher.compile(signature)
        self._made[n] = machine_code.made_by(dispatcher, signature)
        file = self._file(n)
        if file:
            machine_code.keep(file, self._made[n])

    def _loaded(self, n: int) -> int:
        """Return the address of a function."""
        code = self._code(n)
        if code is None:  # whoever was to compile it did not come to an end with it
            self.compile(n)
            code = self._made[n]
        return machine_code.loaded(code)

    def entry(self, command: Sequence[str] | None = None) -> Callable[..., None]:
        """Return the loop, compiled: a function of what `HANDED` has, first and last month, and what `NOW` has.

        Where one of these is an array, it is handed as such. `command` starts another process that compiles functions
        of this loop: see `compilers.serve`.
        """
        missing = self.missing()
        kernels = {n: len({STEPS[at].kernel for at in PARTS[n]}) for n in range(len(PARTS))}
        with compiling.watched({n: kernels.get(n, 1) for n in missing}) as whole:
            compilers.share_out(missing, self.compile, whole, command if self._folder else None)
        *parts, run = map(self._loaded, range(len(self.names)))
        addresses = np.array(parts, np.uint64)
        call = machine_code.function_at(run, self.arguments(len(parts)))

        def entry(*given: NDArray[Any] | int) -> None:
            call(*(each.ctypes.data if isinstance(each, np.ndarray) else int(each) for each in (addresses, *given)))

        return entry


def _module(name: str, source: str) -> ModuleType:
    module = ModuleType(f"tfs_sim_{name}")
    module.__file__ = f"<{name}>"
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, "exec"), vars(module))  # our own source
    return module


@contextmanager
def _heard() -> Iterator[None]:
    """Raise an interrupt that came where nobody could raise it: while LLVM called back it would be lost."""
    lost: list[BaseException] = []
    before = sys.unraisablehook

    def note(found: sys.UnraisableHookArgs) -> None:
        if found.exc_value is None or isinstance(found.exc_value, Exception):
            before(found)  # of whoever is being tidied up, say: no business of those who compile
        else:
            lost.append(found.exc_value)

    sys.unraisablehook = note
    try:
        yield
    except Exception:
        if not lost:
            raise
    finally:
        sys.unraisablehook = before
    if lost:
        raise lost[0]


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

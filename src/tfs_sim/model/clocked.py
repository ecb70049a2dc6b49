"""How long every step of a month takes, inside of the compiled loop.

A second loop is composed from the same lines, with a look at the clock before and after each. What a step takes
by itself in a tight loop says little: in a run its arrays and its code have to come back from the slower caches.
"""

from __future__ import annotations

import sys
from functools import cache, partial
from typing import Any

import numpy as np

from tfs_sim.model import compilers, draws
from tfs_sim.model.declare import Step
from tfs_sim.model.deferred import lowered
from tfs_sim.model.engine import Template, cache_folder, handed
from tfs_sim.model.loop import DRAW_START, STEPS, Loop, compose

MONOTONIC = 6 if sys.platform == "darwin" else 1
RUNS = 5


@lowered()
def nanoseconds(typingctx: Any) -> Any:
    """Return the monotonic clock of the operating system (POSIX) in nanoseconds."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        moment = ir.ArrayType(word, 2)
        slot = cgutils.alloca_once(builder, moment)
        kind = ir.FunctionType(number, [number, moment.as_pointer()])
        clock = cgutils.get_or_insert_function(builder.module, kind, "clock_gettime")
        builder.call(clock, [ir.Constant(number, MONOTONIC), slot])
        seconds, rest = (builder.extract_value(builder.load(slot), part) for part in range(2))
        return builder.add(builder.mul(seconds, ir.Constant(word, 1_000_000_000)), rest)

    return types.int64(), codegen


@cache
def loop() -> Loop:
    """Return the loop that is clocked: it takes an int64 array over the steps after what every loop takes."""
    return Loop("clocked", partial(compose, clocked=True), cache_folder(), further=1)


def profile(template: Template, seed: int = 1) -> list[tuple[Step, float]]:
    """Return every step's seconds in one run: the least of several replicates' (others use the machine, too).

    Raises
    ------
    NotImplementedError
        On systems without the POSIX clock.
    """
    if sys.platform == "win32":
        raise NotImplementedError("the time of steps is measured with a clock that Windows does not have")
    run = loop().entry(compilers.serving(__name__, "loop"))
    least = np.full(len(STEPS), np.inf)
    for replicate in range(RUNS):
        _, world = template.fresh()
        spent, out = np.zeros(len(STEPS), np.int64), template.output()
        key = draws.run_key(seed, replicate)
        run(*handed(template, world, key), DRAW_START, template.months, 0, len(STEPS), out, *out.shape[:2], spent)
        least = np.minimum(least, spent)
    return [(step, float(least[n]) * 1e-9) for n, step in enumerate(STEPS)]

"""The engine's steps against the same steps in C, in turns, in one and the same compiled loop.

The loop with a clock around every step (`model/clocked.py`) runs whole replicates. A second one differs in one thing:
where a step is translated, it calls C, with the same clock around the call. So either side finds its arrays and its
code in the caches as a run leaves them, and the branches are those of a run. Both go through the same replicates, now
one first, now the other, and must come to the same results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from tfs_sim.model import clocked, draws, engine, loop, tick
from tfs_sim.model.deferred import lowered
from tfs_sim.model.engine import DRAW_START, STEPS, Template
from tfs_sim.model.world import CHANGING, Layout
from translation import KEY, MONTH, Translation, is_on, numbers

SEED = 1
MOST_APART = 1e-12
"""What the two may differ by, relative to the larger of one and the number, where C may round once instead of twice."""


@lowered()
def call_c(typingctx: Any, address: Any, now: Any) -> Any:
    """Call a step in C, by its address, with where what it is given is."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [word]).as_pointer()
        builder.call(builder.inttoptr(args[0], kind), [builder.inttoptr(args[1], word)])
        return context.get_dummy_value()

    return types.none(address, now), codegen


def with_c() -> str:
    """Return the source of the loop that calls C where a step is translated."""
    lines = loop.compose(clocked=True, further=("steps_in_c", "now")).splitlines()
    for place, (name, n) in enumerate(numbers().items()):
        (at,) = (at for at, line in enumerate(lines) if line.startswith(f"    if begin <= {n} < end"))
        assert lines[at + 2].lstrip().startswith(f"{name.replace('.', '_')}(")
        lines[at + 2] = f"        call_c(words_at(steps_in_c, {len(numbers())})[{place}], now)"
    text = "\n".join(lines) + "\n"
    text = text.replace("last):\n", f"last):\n        words_at(now, {MONTH + 1})[{MONTH}] = month\n")
    text = text.replace("from numba import njit\n", "from against_c import call_c\nfrom numba import njit\n", 1)
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()  # what is kept does not outlive a change of `call_c`
    return f"{text}# {own}\n"


class Clocked:
    """A compiled loop with a clock around every step, and a world that it runs in."""

    def __init__(self, template: Template) -> None:
        self.template, self.out = template, template.output()
        self.state, self.world = template.fresh()
        self.spent = np.zeros(len(STEPS), np.int64)

    @property
    def further(self) -> tuple[Any, ...]:
        """What the loop is given beside what every clocked loop is given."""
        return ()

    @cached_property
    def entry(self) -> Callable[..., None]:
        """The loop, compiled."""
        return clocked.loop().entry()

    def run(self, key: np.uint64, months: int) -> NDArray[np.int64]:
        """Run a replicate from its start; return every step's nanoseconds."""
        self.state[:] = self.template.layout.neutral
        self.spent[:] = 0
        handed = engine.handed(self.template, self.world, key)
        out = (self.out, *self.out.shape[:2])
        self.entry(*handed, DRAW_START, months, 0, len(STEPS), *out, self.spent, *self.further)
        return self.spent.copy()


class WithC(Clocked):
    """The one that calls C."""

    def __init__(self, template: Template, translation: Translation) -> None:
        super().__init__(template)
        self.translated = translation.of(template, self.world)

    @property
    def further(self) -> tuple[Any, ...]:
        """Where C is, and what it is given."""
        return self.translated.steps, self.translated.now

    @cached_property
    def entry(self) -> Callable[..., None]:
        """The loop, compiled."""
        source = with_c()
        name = f"with_c_{hashlib.sha256(source.encode()).hexdigest()[:12]}"
        return loop.Loop(name, lambda: source, engine.cache_folder(), further=3).entry()

    def run(self, key: np.uint64, months: int) -> NDArray[np.int64]:
        """Run a replicate from its start; return every step's nanoseconds."""
        self.translated.now[KEY] = key
        return super().run(key, months)


@dataclass(frozen=True)
class Timed:
    """Nanoseconds of each translated step, [replicates, steps], and by how much states differed at most."""

    steps: tuple[str, ...]
    engine: NDArray[np.int64]
    in_c: NDArray[np.int64]
    apart: float


def in_turns(template: Template, translation: Translation, replicates: int, months: int) -> Timed:
    """Run replicates both ways, in turns."""
    loops = (Clocked(template), WithC(template, translation))
    at = {name: n for name, n in numbers().items() if is_on(template, n)}
    spent = np.zeros((2, replicates, len(STEPS)), np.int64)
    apart = 0.0
    for each in loops:
        each.run(draws.run_key(SEED, 0), months)
    for replicate in range(replicates):
        key = draws.run_key(SEED, replicate)
        for which in ((0, 1), (1, 0))[replicate % 2]:
            spent[which, replicate] = loops[which].run(key, months)
        apart = max(apart, difference(template.layout, loops[0].state, loops[1].state))
    places = list(at.values())
    return Timed(tuple(at), spent[0][:, places], spent[1][:, places], apart)


def difference(layout: Layout, one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return by how much two states differ at most, relative to the larger of one and the number; 0: the same bits."""
    most = 0.0
    for mine, its in zip(layout.views(one, CHANGING).values(), layout.views(other, CHANGING).values(), strict=True):
        if mine.tobytes() == its.tobytes():
            continue
        if mine.dtype.kind != "f":
            return np.inf
        most = max(most, float((np.abs(mine - its) / np.maximum(np.abs(mine), 1.0)).max()), 5e-324)
    return most


def step_by_step(template: Template, translation: Translation, replicate: int, months: int) -> dict[str, float]:
    """Return by how much the state differs at most after each translated step, run on copies of the same state."""
    (one, mine), (other, its) = template.fresh(), template.fresh()
    translated, out = translation.of(template, its), template.output()
    key = draws.run_key(SEED, replicate)
    engine.run_months(template, mine, key, DRAW_START, 0, out)
    places = {n: (place, name) for place, (name, n) in enumerate(numbers().items()) if is_on(template, n)}
    apart = dict.fromkeys((name for _, name in places.values()), 0.0)
    for month in range(months):
        for n in range(len(tick.START), len(STEPS)):
            other[:] = one
            engine.run_steps(template, mine, key, month, range(n, n + 1), out)
            if n in places:
                place, name = places[n]
                translated.run(place, key, month)
                apart[name] = max(apart[name], difference(template.layout, one, other))
    return apart

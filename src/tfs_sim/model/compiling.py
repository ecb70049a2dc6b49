"""How far the compiler has come with the month's loop, for those who wait: which part it is at, how long it may take.

The compiler first goes through the steps of the month one by one (about two thirds of the time), then optimizes the
loop as a whole, of which it says nothing: how long that takes is reckoned from the time before it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Told = Callable[[float, str, float], None]
"""Is told the share that is done, what is being done, and how many seconds are left, about."""

STEPWISE = 0.66
"""Share of the time that goes into the steps one by one: measured, .64 to .67 on two machines."""

EVERY = 0.25
"""Seconds between two times that it is told."""

_told: list[Told] = []


@contextmanager
def told(to: Told) -> Iterator[None]:
    """Let somebody be told of whatever is compiled meanwhile, in any thread of this process."""
    _told.append(to)
    try:
        yield
    finally:
        _told.remove(to)


@dataclass
class Course:
    """How far it has come.

    Attributes
    ----------
    parts : how many kernels the loop calls.
    done, at : how many are through; which one it is at.
    """

    parts: int
    done: int = 0
    at: str = ""
    depth: int = 0
    began: float = field(default_factory=time.monotonic)
    stepped: float = 0.0

    def enters(self, name: str) -> None:
        """Note that a function is being compiled, on the way through the one that calls it."""
        if self.depth == 1:
            self.at = name
        self.depth += 1

    def leaves(self) -> None:
        """Note that it is through."""
        self.depth -= 1
        if self.depth == 1:
            self.done += 1
        if self.done >= self.parts and not self.stepped:
            self.stepped = time.monotonic()

    def now(self) -> tuple[float, str, float]:
        """Return the share that is done, what is being done, and the seconds that are left, about."""
        passed = time.monotonic() - self.began
        if not self.stepped:
            share = STEPWISE * min(self.done / self.parts, 1.0)
            what = self.at
        else:
            whole = (self.stepped - self.began) / STEPWISE
            share = min(passed / whole, 0.99)
            what = "the month as a whole"
        return share, what, passed * (1.0 - share) / share if share > 0.0 else 0.0


@contextmanager
def watched(parts: int) -> Iterator[None]:
    """Tell whoever wants to be told how far it is with a loop that calls so many kernels, until it is through."""
    listeners = list(_told)
    if not listeners or not parts:
        yield
        return
    from numba.core import event

    course, over, thread = Course(parts), threading.Event(), threading.get_ident()

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, what: Any) -> None:
            if threading.get_ident() == thread:
                course.enters(_name(what.data))

        def on_end(self, what: Any) -> None:
            if threading.get_ident() == thread:
                course.leaves()

    def tell() -> None:
        while not over.wait(EVERY):
            for each in listeners:
                each(*course.now())

    teller, listener = threading.Thread(target=tell, daemon=True), Listener()
    event.register("numba:compile", listener)
    teller.start()
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)
        over.set()
        teller.join()
        for each in listeners:
            each(1.0, "", 0.0)


def _name(data: Any) -> str:
    """Return which mechanism a function is of that is compiled, as far as the compiler says."""
    function = getattr((data or {}).get("dispatcher"), "py_func", None)
    module = str(getattr(function, "__module__", "")).rpartition(".")[2]
    return module.replace("_", " ")

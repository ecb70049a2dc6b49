"""How far the compiler has come with the month's loop, for those who wait: which part it is at, how long it may take.

The loop is compiled in parts (see `loop.py`), several at once where there are processors. In each part the compiler
first goes through the steps of the month one by one, then optimizes them as a whole, of which it says nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Told = Callable[[float, str, float], None]
"""Is told the share that is done, what is being done, and how many seconds are left, about."""

STEPWISE = 0.8
"""Share of a part's time that goes into the steps one by one."""

ANNOUNCED = "Compiling the model for this machine, once …"
"""What is said before it begins."""

WAITING = "Waiting for another process, which compiles the model for this machine …"
"""What is said while another process compiles."""

EVERY = 0.25
"""Seconds between two times that it is told."""

_told: list[Told] = []


@contextmanager
def told(to: Told) -> Iterator[None]:
    """Let somebody be told of whatever is compiled meanwhile, in any thread of this process, and nobody before."""
    _told.append(to)
    try:
        yield
    finally:
        _told.remove(to)


class Whole:
    """How far it has come with all parts.

    Parameters
    ----------
    kernels : of each part, by its number, how many kernels it calls.
    """

    def __init__(self, kernels: Mapping[int, int]) -> None:
        self._kernels = dict(kernels)
        self._done = dict.fromkeys(kernels, 0.0)
        self._at = ""
        self._began = time.monotonic()

    def hears(self, part: int, done: int, at: str) -> None:
        """Note how many kernels of a part are through, and which one it is at."""
        self._done[part] = STEPWISE * min(done, self._kernels[part])
        self._at = at or self._at

    def ends(self, part: int) -> None:
        """Note that a part is through."""
        self._done[part] = self._kernels[part]

    def now(self) -> tuple[float, str, float]:
        """Return the share that is done, what is being done, and the seconds that are left, about."""
        passed = time.monotonic() - self._began
        share = min(sum(self._done.values()) / max(sum(self._kernels.values()), 1), 0.99)
        return share, self._at, passed * (1.0 - share) / share if share > 0.0 else 0.0


@contextmanager
def watched(kernels: Mapping[int, int]) -> Iterator[Whole | None]:
    """Tell whoever wants to be told how far it is with parts that call so many kernels, until they are through."""
    if not _told or not kernels:
        yield None
        return
    listener, whole, over = _told[-1], Whole(kernels), threading.Event()

    def tell() -> None:
        while not over.wait(EVERY):
            listener(*whole.now())

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield whole
    finally:
        over.set()
        teller.join()
        listener(1.0, "", 0.0)


@contextmanager
def followed(whole: Whole | None, part: int) -> Iterator[None]:
    """Let it be noted how far a part is that this thread compiles."""
    if whole is None:
        yield
        return
    with kernels(lambda done, at: whole.hears(part, done, at)):
        yield
    whole.ends(part)


@contextmanager
def kernels(heard: Callable[[int, str], None]) -> Iterator[None]:
    """Tell how many of the kernels that a function calls are through, and which one it is at, as this thread compiles.

    What kernels call themselves does not count.
    """
    from numba.core import event

    thread, depth, done = threading.get_ident(), 0, 0

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, what: Any) -> None:
            nonlocal depth
            if threading.get_ident() == thread:
                if depth == 1:
                    heard(done, _name(what.data))
                depth += 1

        def on_end(self, what: Any) -> None:
            nonlocal depth, done
            if threading.get_ident() == thread:
                depth -= 1
                if depth == 1:
                    done += 1
                    heard(done, "")

    listener = Listener()
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def _name(data: Any) -> str:
    """Return which mechanism a function is of that is compiled, as far as the compiler says."""
    function = getattr((data or {}).get("dispatcher"), "py_func", None)
    module = str(getattr(function, "__module__", "")).rpartition(".")[2]
    return module.replace("_", " ")

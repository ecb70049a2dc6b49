"""Several processes compile the month's loop, each some of its parts: what takes a minute takes half of it on two.

Numba compiles with one thread at a time. So other processes are started, which are told on their standard input which
part is next, and tell on their standard output how far they are. They leave the code in the folder where compiled code
is kept; whatever they leave undone this process does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

from tfs_sim.model import compiling

MOST = 4
"""Processes, at most: there are not many more parts, and each takes half a gigabyte."""

THROUGH = "through"
"""What a process says when a part is done."""


def processors() -> int:
    """Return how many processors this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_out(
    parts: Sequence[int],
    compile_part: Callable[[int], None],
    whole: compiling.Whole | None,
    command: Sequence[str] | None,
) -> None:
    """Compile parts here and, by a command that serves (see `serve`), in as many processes as there are processors.

    What another process did not come to an end with is left undone.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for part in parts:
        waiting.put(part)
    others = min(processors(), MOST, len(parts)) - 1 if command else 0
    with _started(command or (), others) as processes:
        watchers = [Thread(target=_feed, args=(each, waiting, whole), daemon=True) for each in processes]
        for each in watchers:
            each.start()
        for part in _taken(waiting):
            with compiling.followed(whole, part):
                compile_part(part)
        for each in watchers:
            each.join()


def _taken(waiting: SimpleQueue[int]) -> Iterator[int]:
    with suppress(Empty):
        while True:
            yield waiting.get_nowait()


@contextmanager
def _started(command: Sequence[str], number: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes, as far as they can be, and end them with what needs them."""
    processes: list[subprocess.Popen[str]] = []
    try:
        with suppress(OSError):
            for _ in range(number):
                processes.append(_start(command))
        yield processes
    finally:
        for each in processes:
            each.kill()
            each.wait()
            for pipe in (each.stdin, each.stdout):
                with suppress(OSError):
                    assert pipe is not None
                    pipe.close()


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )


def _feed(process: subprocess.Popen[str], waiting: SimpleQueue[int], whole: compiling.Whole | None) -> None:
    """Hand parts to a process, one after the other, for as long as there are any and it lives."""
    assert process.stdin is not None and process.stdout is not None
    with suppress(OSError, ValueError):
        for part in _taken(waiting):
            process.stdin.write(f"{part}\n")
            for line in process.stdout:
                if line.strip() == THROUGH:
                    break
                done, _, at = line.strip().partition(" ")
                if whole:
                    whole.hears(part, int(done), at)
            else:
                return
            if whole:
                whole.ends(part)


def python(statements: str) -> list[str] | None:
    """Return a command that runs these statements in a Python like this one; None where there is none to be run.

    It imports from where this process does, and not from the folder that it happens to be in.
    """
    if not sys.executable:
        return None
    places = [each for each in sys.path if each]
    return [sys.executable, "-P", "-c", f"import sys; sys.path[:] = {places!r}; {statements}"]


def serving(module: str, loop: str) -> list[str] | None:
    """Return a command that compiles parts of a loop, which a function of a module returns, as they are asked for."""
    asked = f"{loop}().compile, sys.stdin, sys.stdout"
    return python(f"from {__name__} import serve; from {module} import {loop}; serve({asked})")


def serve(compile_part: Callable[[int], None], asked: IO[str], answers: IO[str]) -> None:
    """Compile the parts whose numbers are asked for, line by line, and say how far it is, until nobody asks."""

    def tell(done: int, at: str) -> None:
        print(done, at, file=answers, flush=True)

    for line in asked:
        with compiling.kernels(tell):
            compile_part(int(line))
        print(THROUGH, file=answers, flush=True)

"""How a command ends: exit codes, what is said of what went wrong, signals."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

LEAST_MEMORY = 1250 * 2**20
"""Bytes of addresses that libraries reserve before any work is done; with less, some of them wait for ever."""


class _SignalError(KeyboardInterrupt):
    """Somebody wants the program to end: treated like Ctrl-C, with another exit code."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class StoppedError(Exception):
    """Ctrl-C or a signal, in a form that passes through the parser with what it has to say."""

    def __init__(self, stop: KeyboardInterrupt) -> None:
        super().__init__(str(stop) or "Stopped.")
        numbers = [each.number for each in (stop, stop.__cause__) if isinstance(each, _SignalError)]
        self.code = 128 + (numbers[0] if numbers else signal.SIGINT)


@contextmanager
def orderly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP stop the program as Ctrl-C does, unless they are ignored (`nohup`).

    The second one ends it at once.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _ended)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    raise _SignalError(number)


def silence(*streams: Any) -> None:
    """Let what is still waiting to be written go nowhere."""
    for stream in streams:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_NO_MEMORY = ("can't start new thread", "Cannot allocate memory", "failed to map segment")
"""How those say it who raise no MemoryError."""


def check_memory() -> None:
    """Refuse to begin where a limit leaves less memory than libraries reserve.

    Raises
    ------
    UserError
        With the limit and what is needed.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each thread would reserve some more
    if limit < LEAST_MEMORY:
        from tfs_sim.scenario.errors import Mistake, UserError

        least, found = (f"{size // 2**20:,} MB" for size in (LEAST_MEMORY, limit))
        message = f"tfs-sim needs {least} of memory to begin, and the limit is {found} (ulimit -v)"
        raise UserError(Mistake(message, hint="Raise the limit, or ask for more memory where the job is described."))


def told(problem: Exception) -> int:
    """Tell the user what is wrong, whosever mistake it is, and return the exit code."""
    from tfs_sim.scenario.errors import Mistake, UserError

    if isinstance(problem, MemoryError) or any(each in str(problem) for each in _NO_MEMORY):
        said = "there is not enough memory for this"
        problem = UserError(Mistake(said, hint="Fewer replicates, points or --workers take less; what is kept stays."))
    elif isinstance(problem, OSError) and problem.filename is not None:
        problem = UserError(Mistake(f"{_cut(str(problem.filename))} cannot be used ({problem.strerror})"))
    elif isinstance(problem, UnicodeEncodeError) and problem.encoding == sys.getfilesystemencoding():
        from tfs_sim.scenario.presets import NO_SUCH_NAMES

        problem = UserError(Mistake(f"{_cut(problem.object)} cannot be used: {NO_SUCH_NAMES}"))
    elif isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EIO, errno.EBADF):
        raise problem
    if isinstance(problem, UserError):
        print(problem.render(colour=in_colour(sys.stderr)), file=sys.stderr)
        return 2
    import traceback

    traceback.print_exception(problem)
    print("\nThis is a mistake in tfs-sim, not yours: please report it, with the lines above.", file=sys.stderr)
    return 1


def _cut(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:60]}…{text[-39:]}"


def leave_at_once(code: int) -> None:
    """End the process even while a long run is still under way in a thread; what is stored is safe."""
    for thread in threading.enumerate():
        if thread.name.startswith("tfs-sim"):
            thread.join(0.5)
            if thread.is_alive():
                os._exit(code)


def in_colour(stream: Any) -> bool:
    """Say whether `stream` is a terminal that wants colour."""
    return "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb" and bool(stream.isatty())

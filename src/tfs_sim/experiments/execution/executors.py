"""Where runs are made: threads, processes, any `concurrent.futures.Executor`, or a Dask cluster.

Results come back in the order of the tasks, so they do not depend on any of it.
"""

from __future__ import annotations

import itertools
import multiprocessing
import pickle
import signal
import sys
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from tfs_sim.experiments.execution.job import Runnable, packed, run_packed, run_sent
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.errors import Mistake, UserError

AHEAD = 32
"""Tasks under way or waiting for each worker: enough to keep them busy while a part is written."""

CRASHES = 20
"""So many times in one sweep processes that died are started again."""

UNGUARDED = 78
"""How a worker leaves that finds itself beginning the sweep which it was started for."""

GUARD = 'if __name__ == "__main__":'

T = TypeVar("T")
Q = TypeVar("Q")


class LostError(UserError):
    """Workers were lost for good; what they had finished is kept."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(Mistake(message, hint=hint))


@dataclass(frozen=True)
class Workers:
    """Who makes the runs.

    Attributes
    ----------
    kind : "threads", "processes", "executor" or "dask".
    count : how many of them.
    executor : the executor that was given.
    address : of the scheduler of a Dask cluster.
    batch : runs of a task; by default one for threads, and some for what has to send them elsewhere.
    """

    kind: str = "threads"
    count: int = 1
    executor: Executor | None = None
    address: str = ""
    batch: int | None = None

    @property
    def batch_size(self) -> int:
        """How many runs a task has."""
        return self.batch or (1 if self.kind == "threads" else 8)

    def stream(self, job: Runnable[Q, T], tasks: Iterable[Q]) -> Generator[tuple[Q, T]]:
        """Yield each task with its outcomes, in order."""
        if self.kind == "threads":
            yield from stream(tasks, job.run, self.count)
            return
        digest, content = packed(job)
        with self._pool() as pool:
            most = 4 * max(1, pool.width or self.count)
            yield from _ordered(tasks, lambda task: pool.submit(digest, content, task), most, pool.again)

    @contextmanager
    def _pool(self) -> Iterator[_Pool]:
        if self.kind == "processes":
            pool: _Pool = _Processes(self.count)
        elif self.kind == "dask":
            pool = _Dask(self.address)
        else:
            assert self.executor is not None
            pool = _Given(self.executor)
        try:
            yield pool
        finally:
            pool.close()


class _Pool:
    """Workers in other processes; `width` is how many tasks they run at once, 0 where that is not known."""

    width = 0

    def submit(self, digest: str, content: bytes, task: Any) -> Future[Any]:
        """Hand a task to a worker."""
        raise NotImplementedError

    def again(self, problem: BaseException) -> bool:
        """After `problem`, say whether what was lost can be submitted again."""
        return False

    def close(self) -> None:
        """Let the workers go."""


class _Given(_Pool):
    """An executor that the caller made and closes."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.width = int(getattr(executor, "_max_workers", 0))

    def submit(self, digest: str, content: bytes, task: Any) -> Future[Any]:
        try:
            return self._executor.submit(run_packed, digest, content, task)
        except RuntimeError as problem:  # broken, or shut down
            return _failed(problem if isinstance(problem, BrokenExecutor) else BrokenExecutor(str(problem)))

    def again(self, problem: BaseException) -> bool:
        if not isinstance(problem, BrokenExecutor | CancelledError):
            return False
        _check_ends(_workers_of(self._executor))
        said = " ".join(str(problem).split()).rstrip(".") or type(problem).__name__
        raise LostError(
            f"the executor that was given has lost its workers ({said})",
            "What is finished is kept: the same call with a new executor goes on from there.",
        )


class _Processes(_Pool):
    """Processes of our own, started again when one of them is killed."""

    def __init__(self, count: int) -> None:
        self._count, self._crashes = count, 0
        self._executor = self._started()

    def _started(self) -> ProcessPoolExecutor:
        _start_tracker()
        # Spawned, not forked: a fork of a process with threads (Arrow's, Numba's) may hang.
        return ProcessPoolExecutor(self._count, multiprocessing.get_context("spawn"), _quiet)

    def submit(self, digest: str, content: bytes, task: Any) -> Future[Any]:
        try:
            return self._executor.submit(run_packed, digest, content, task)
        except BrokenExecutor:
            return _failed(BrokenExecutor("a worker was killed"))

    def again(self, problem: BaseException) -> bool:
        if not isinstance(problem, BrokenExecutor):
            return False
        workers = _workers_of(self._executor)
        self._executor.shutdown(wait=False, cancel_futures=True)
        _check_ends(workers)
        self._crashes += 1
        if self._crashes > CRASHES:
            raise LostError(
                f"processes that make the runs were killed {self._crashes} times",
                "Too little memory is the usual reason: fewer --workers take less. What is finished is kept.",
            )
        self._executor = self._started()
        return True

    def close(self) -> None:
        workers = _workers_of(self._executor)
        self._executor.shutdown(wait=False, cancel_futures=True)
        for worker in workers:  # after Ctrl-C they would finish what they have at hand, which nobody waits for
            worker.terminate()


class _Dask(_Pool):
    """A Dask cluster; it runs again by itself what a worker that died had."""

    def __init__(self, address: str) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise refusal("Dask is not installed", "pip install 'tfs-sim[cluster]' brings it.") from None
        try:
            self._client: Any = distributed.Client(address, timeout="20s", set_as_default=False)
        except (OSError, ValueError) as problem:
            hint = "An address looks like tcp://10.0.0.1:8786; `dask scheduler` prints its own."
            raise refusal(f"there is no Dask scheduler at {address} ({problem})", hint) from None
        self.width = sum(self._client.nthreads().values())
        self._sent: dict[str, Any] = {}
        self._crashes = 0
        # tasks of one group: of each group a scheduler keeps a record for as long as it lives
        self._group, self._numbers = f"tfs-sim-{uuid.uuid4().hex}", itertools.count()

    def submit(self, digest: str, content: bytes, task: Any) -> Future[Any]:
        if digest not in self._sent:
            # kept in memory of every worker; sent again by Dask to those that come later
            self._sent[digest] = self._client.scatter(content, broadcast=True, hash=False)
        key, sent = (self._group, next(self._numbers)), pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL)
        future = self._client.submit(run_sent, digest, self._sent[digest], sent, key=key, retries=5)
        return _Remote(future)

    def again(self, problem: BaseException) -> bool:
        lost = {"KilledWorker", "CancelledError", "FutureCancelledError", "CommClosedError"}
        if type(problem).__name__ not in lost:
            return False
        self._crashes += 1
        if self._crashes > CRASHES:
            raise LostError(
                f"workers of the Dask cluster were lost {self._crashes} times ({problem})",
                "What is finished is kept: the same command goes on from there.",
            )
        self._sent.clear()
        return True

    def close(self) -> None:
        self._client.close()


class _Remote(Future[Any]):
    """A future of Dask in the manner of `concurrent.futures`."""

    def __init__(self, future: Any) -> None:
        super().__init__()
        self._future = future

    def result(self, timeout: float | None = None) -> Any:
        return self._future.result(timeout)

    def done(self) -> bool:
        return bool(self._future.done())

    def exception(self, timeout: float | None = None) -> BaseException | None:
        problem: BaseException | None = self._future.exception(timeout)
        return problem

    def cancelled(self) -> bool:
        return bool(self._future.cancelled())

    def cancel(self) -> bool:
        self._future.cancel()
        return True


def _good(future: Future[Any]) -> bool:
    """Say whether a result is there."""
    if not future.done() or future.cancelled():
        return False
    return future.exception() is None


def _failed(problem: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(problem)
    return future


def _workers_of(executor: Executor) -> list[Any]:
    """Return the processes of an executor, if it has any."""
    return list((getattr(executor, "_processes", None) or {}).values())


def _check_ends(workers: Iterable[Any]) -> None:
    """Look how processes ended: what was killed may be started again, what fails as it begins would do so for ever.

    Raises
    ------
    SystemExit
        When the script that started them has no guard, so that each of them began it anew.
    """
    codes = set()
    for worker in workers:
        worker.join(5)
        codes.add(worker.exitcode)
    if UNGUARDED in codes:
        print(
            f"a script whose sweep uses processes needs `{GUARD}` around what it does: "
            "each process begins by running the script",
            file=sys.stderr,
        )
        raise SystemExit(2)  # not an error to be caught: there is nothing right that the script could go on to
    if 1 in codes:
        raise LostError(
            "the processes that should make the runs fail as they begin (exit code 1)",
            f"Each begins by running your script: what it does belongs below `{GUARD}`.",
        )


def leave_if_unguarded() -> None:
    """End a worker that is running, as it begins, the very script that started it."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(UNGUARDED)


def _start_tracker() -> None:
    """Start the process that clears up after workers, deaf to the end of the terminal as it is to Ctrl-C."""
    if sys.platform != "win32":
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            resource_tracker.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _quiet() -> None:
    """Leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stream(tasks: Iterable[Q], run: Callable[[Q], T], workers: int) -> Generator[tuple[Q, T]]:
    """Yield each task with its result, in order, run by threads with at most `AHEAD` tasks each under way."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="tfs-sim")
    try:
        yield from _ordered(tasks, lambda task: pool.submit(run, task), AHEAD * workers, lambda _: False)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ordered(
    tasks: Iterable[Q], submit: Callable[[Q], Future[T]], most: int, again: Callable[[BaseException], bool]
) -> Generator[tuple[Q, T]]:
    """Yield tasks with their results in order, `most` under way; `again` says whether a failure is to be repeated."""
    waiting: deque[tuple[Q, Future[T]]] = deque()

    def first() -> tuple[Q, T]:
        while True:
            task, future = waiting[0]
            try:
                result = future.result()
            except Exception as problem:
                if not again(problem):
                    raise
                for position, (lost, old) in enumerate(waiting):
                    if not _good(old):
                        waiting[position] = lost, submit(lost)
            else:
                waiting.popleft()
                return task, result

    try:
        for task in tasks:
            waiting.append((task, submit(task)))
            while waiting and (len(waiting) >= most or waiting[0][1].done()):
                yield first()
        while waiting:
            yield first()
    finally:
        for _, future in waiting:
            future.cancel()

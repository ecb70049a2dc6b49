"""Compiled code: kept in a folder that nobody else can write to, or in memory alone.

What lies in such a folder is run, so whoever can put a file there can run code as the user. A folder is used only if it
and all that lies in it belong to the user and nobody else may write to it or move it away; otherwise a fresh one is
made with an unpredictable name, and where that cannot be, code is compiled in memory.
"""

from __future__ import annotations

import atexit
import logging
import os
import platform
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

PLACE = "TFS_SIM_CACHE"
"""The variable of the environment that says where compiled code is kept."""

_log = logging.getLogger("tfs_sim")


class _NotPrivateError(Exception):
    """Why a folder is not used, in words that follow its name."""


@cache
def folder_for(name: str) -> Path | None:
    """Return a private folder of this name for compiled code; None where there is no place for one.

    What is not as it should be is told once.
    """
    return _folder(name, os.environ.get(PLACE), os.environ.get("XDG_CACHE_HOME"))


def _folder(name: str, place: str | None, caches: str | None) -> Path | None:
    try:
        base = Path(place or caches or Path.home() / ".cache")
        return private(base, "tfs_sim", name)
    except RuntimeError:
        why = "there is no home folder"
    except (_NotPrivateError, OSError) as problem:
        why = _in_words(problem)
    try:
        fresh = Path(tempfile.mkdtemp(prefix="tfs_sim-"))
        atexit.register(_remove, fresh, os.getpid())
        found = private(fresh, "tfs_sim", name)
    except (_NotPrivateError, OSError) as problem:
        in_memory(f"{why}; {_in_words(problem)}")
        return None
    os.environ[PLACE] = str(fresh)  # for the processes that this one starts
    _log.warning("Compiled code is kept in a fresh folder until the program ends: %s.", why)
    return found


@cache
def in_memory(why: str) -> None:
    """Tell once that compiled code is not kept."""
    _log.warning("Compiled code cannot be kept, and is made anew each time: %s.", why)


def _in_words(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename or tempfile.gettempdir()} cannot be used ({problem.strerror or problem})"
    return str(problem)


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def private(base: Path, *names: str) -> Path:
    """Return the folder `names` below `base`, made where it is not there, if nobody else can change what is in it.

    Raises
    ------
    _NotPrivateError
        With the reason.
    OSError
        Where it cannot be made.
    """
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = base.resolve()
    for parent in (folder, *folder.parents):
        found = parent.stat()
        if not _ours(found, root=True):
            raise _NotPrivateError(f"{parent} belongs to another user")
        if _open_to_others(found) and not found.st_mode & stat.S_ISVTX:
            raise _NotPrivateError(f"{parent} can be written to by others")
    for name in (*names, "__pycache__"):
        folder = folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        _check(folder)
    for path in (*folder.parent.iterdir(), *folder.iterdir()):
        found = path.lstat()
        if not _ours(found) or not (stat.S_ISREG(found.st_mode) or path == folder):
            raise _NotPrivateError(f"{path} was not put there by this user")
    if not os.access(folder, os.W_OK) and not any(folder.parent.glob("*.code")):  # what was prepared is only read
        raise _NotPrivateError(f"{folder} cannot be written to")
    return folder.parent


def _check(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _NotPrivateError(f"{folder} is {'a link' if stat.S_ISLNK(found.st_mode) else 'not a folder'}")
    if not _ours(found):
        raise _NotPrivateError(f"{folder} belongs to another user")
    if _open_to_others(found):
        raise _NotPrivateError(f"{folder} can be written to by others (remove it)")
    if sys.platform != "win32" and found.st_mode & 0o077:
        folder.chmod(0o700)


def _ours(found: os.stat_result, root: bool = False) -> bool:
    """Say whether something belongs to this user, or to the administrator if `root`."""
    return sys.platform == "win32" or found.st_uid == os.geteuid() or (root and found.st_uid == 0)


def _open_to_others(found: os.stat_result) -> bool:
    return sys.platform != "win32" and bool(found.st_mode & 0o022)


def write(path: Path, content: bytes) -> bool:
    """Write a file as a whole or not at all; where it cannot be, say so once, and return False."""
    temporary = path.with_name(f".{path.stem}-{os.getpid()}-{threading.get_ident()}{path.suffix}")
    try:
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        in_memory(f"{path.parent} cannot be used ({problem.strerror or problem})")
        return False
    return True


class only_one_process:  # noqa: N801 - reads as a phrase where it is used
    """Hold a lock file in `folder` while compiling, where there is one and the system has such locks.

    `waiting` is called before it is waited for another process that holds it.
    """

    def __init__(self, folder: Path | None, waiting: Callable[[], object] = lambda: None) -> None:
        self.folder, self.waiting = folder, waiting

    def __enter__(self) -> None:
        self.file = None
        try:
            if self.folder is not None:
                import fcntl

                self.file = (self.folder / "compiling.lock").open("a")
                try:
                    fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self.waiting()
                    fcntl.flock(self.file, fcntl.LOCK_EX)
        except (ImportError, OSError):
            pass

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def of_this_machine() -> tuple[str, ...]:
    """Return what compiled code depends on beside its sources: compiler, processor and how it is told to compile."""
    from llvmlite import binding

    told = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_BOUNDSCHECK", "TFS_SIM_LINKING")
    processor = (platform.machine(), binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    here = (version("numba"), version("llvmlite"), sys.version)
    return (*here, *processor, *(os.environ.get(name, "") for name in told))

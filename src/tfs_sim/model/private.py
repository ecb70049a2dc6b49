"""Compiled code: kept in a folder that nobody else can write to, or in memory alone.

What lies in such a folder is run (Numba unpickles it), so whoever can put a file there can run code as the user. A
folder is used only if it and all that lies in it belong to the user and nobody else may write to it or move it away;
otherwise a fresh one is made with an unpredictable name, and where that cannot be, code is compiled in memory.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
from numba.core.caching import FunctionCache

PLACE = "TFS_SIM_CACHE"
"""The variable of the environment that says where compiled code is kept."""

_log = logging.getLogger("tfs_sim")
_lock = threading.Lock()


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
        _in_memory(f"{why}; {_in_words(problem)}")
        return None
    os.environ[PLACE] = str(fresh)  # for the processes that this one starts
    _log.warning("Compiled code is kept in a fresh folder until the program ends: %s.", why)
    return found


@cache
def _in_memory(why: str) -> None:
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
    if not os.access(folder, os.W_OK):
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


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of a function, but that the run goes on where it cannot be written or read."""

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as problem:
            _in_memory(f"{problem.filename or self.cache_path} cannot be used ({problem.strerror or problem})")

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # what was cut off or flipped can fail in any way: compile it again
            with suppress(OSError):
                self.flush()
            return None


def loaded(name: str, source: str, function: str, folder: Path | None) -> Callable[..., None]:
    """Return a function of a module with this source, compiled at its first call; its code is kept in `folder`."""
    path = None if folder is None else folder / f"{name}.py"
    if path is not None:
        try:
            _write(path, source)
        except OSError as problem:
            _in_memory(_in_words(problem))
            path = None
    module = ModuleType(f"tfs_sim_{name}")
    module.__file__ = f"<{name}>" if path is None else str(path)
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, "exec"), vars(module))  # our own source, composed by the caller
    made = getattr(module, function)
    if path is not None:
        _keep(made, path.parent)
    return made  # type: ignore[no-any-return]


def _write(path: Path, source: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == source:
        return
    temporary = path.with_name(f".{path.stem}-{os.getpid()}-{threading.get_ident()}.py")
    try:
        temporary.write_text(source, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _keep(function: Any, folder: Path) -> None:
    """Let Numba keep the code of `function` in `folder`, and nowhere else."""
    with _lock, _own_place():
        try:
            kept = _Cache(function.py_func)
        except RuntimeError as problem:  # no place that can be written to
            _in_memory(str(problem))
            return
    if Path(kept.cache_path).is_relative_to(folder):
        function._cache = kept


@contextmanager
def _own_place() -> Iterator[None]:
    """Leave out the places that the environment names for Numba's caches: they need not be private."""
    names = [name for name in ("CACHE_DIR", "CACHE_LOCATOR_CLASSES") if hasattr(numba.config, name)]
    before = {name: getattr(numba.config, name) for name in names}
    try:
        for name in names:
            setattr(numba.config, name, "")
        yield
    finally:
        for name, value in before.items():
            setattr(numba.config, name, value)


class only_one_process:  # noqa: N801 - reads as a phrase where it is used
    """Hold a lock file in `folder` while compiling, where there is one and the system has such locks."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        self.file = None
        try:
            if self.folder is not None:
                import fcntl

                self.file = (self.folder / "compiling.lock").open("a")
                fcntl.flock(self.file, fcntl.LOCK_EX)
        except (ImportError, OSError):
            pass

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def of_this_machine() -> tuple[str, ...]:
    """Return what compiled code depends on beside its sources: compiler, processor and how it is told to compile."""
    import llvmlite

    told = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_BOUNDSCHECK", "TFS_SIM_LINKING")
    here = (numba.__version__, llvmlite.__version__, sys.version, platform.machine())
    return (*here, *(os.environ.get(name, "") for name in told))

"""One writer of a folder at a time, and in folders of ours alone."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tfs_sim.experiments.storage import files

LOCK = ".lock"
"""The file that is locked; it says which process holds the folder."""

_holders: dict[Path, int] = {}
"""The folders that this process holds, with the thread that does."""


def refuse_strangers(folder: Path, of: str, begun: Callable[[Path], bool] = lambda _: False) -> None:
    """Refuse to write into a folder that holds something which no earlier call has left there.

    Parameters
    ----------
    folder : may not be there yet.
    of : what it would be a folder of, for the sentence.
    begun : says of something in it whether a call that died may have left it; locks and what is half-written may lie
        there anyway.

    Raises
    ------
    UserError
        When it is a file, or holds something else.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise files.refusal(f"{folder} is a file, not a folder", "Choose another folder with --out.")
    try:
        there = sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else []
    except OSError as problem:
        raise files.explained(problem, folder / LOCK) from problem
    for path in there:
        if path.name != LOCK and not path.name.startswith(files.TEMPORARY) and not begun(path):
            raise files.refusal(
                f"{folder} is not a folder of {of}: it holds {path.name}",
                "Choose another folder with --out, or an empty one.",
            )


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; refuse where another process, or another thread of this one, holds it.

    The thread that holds it may hold it again. The operating system drops the lock when its holder ends, however it
    ends.
    """
    path, key = folder / LOCK, folder.resolve()
    if _holders.get(key) == threading.get_ident():
        yield
        return
    with _own(path, folder) as file:
        _holders[key] = threading.get_ident()
        with suppress(OSError):  # on a full disk nobody is told who holds it
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), str(os.getpid()).encode())
        try:
            yield
        finally:
            del _holders[key]
            with suppress(OSError):
                path.unlink()  # while it is held, so that nobody else's goes
            with suppress(OSError):
                _unlock(file)


def _own(path: Path, folder: Path) -> IO[bytes]:
    """Return the lock file, open and locked; refuse where another process has it."""
    while True:
        try:
            file = files.opened(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, "a+b")
        except OSError as problem:
            raise files.explained(problem, path) from problem
        if not _locked(file):
            with file:
                file.seek(0)
                holder = file.read(20).decode("ascii", "replace").strip()
            raise files.refusal(
                f"another process{f' ({holder})' if holder.isdecimal() else ''} is writing to {folder}",
                "Wait until it is done, or choose another folder.",
            )
        if _is_there(file, path):
            return file
        file.close()  # its holder was done and has removed it in the meantime


def _is_there(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _locked(file: IO[bytes]) -> bool:
    """Take the lock on `file`; say whether that worked. Where a file system has no locks, go on without."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1024)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        return problem.errno not in {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}
    return True


def _unlock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(1024)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)

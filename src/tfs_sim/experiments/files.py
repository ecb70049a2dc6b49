"""Files that are either there in full or not there at all, and one writer at a time.

Everything that a store writes goes through `written`: into a temporary file beside its final place,
flushed to the disk, then renamed. A process that dies in between leaves the old file (or none).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tfs_sim.scenario.errors import Mistake, UserError

TEMPORARY = ".unfinished-"
"""How the names of files begin that are being written."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Hashing:
    """A binary file for writing that adds up a SHA-256 of what passes.

    It has what `pyarrow.parquet.ParquetWriter` asks of a file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        """Write `data` and return how many bytes that were."""
        view = memoryview(data).cast("B")
        self._file.write(view)
        self._hash.update(view)
        self.size += len(view)
        return len(view)

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        self._file.flush()

    def tell(self) -> int:
        """Return how many bytes have been written."""
        return self.size

    def close(self) -> None:
        """Do nothing: `written` closes the file."""

    @property
    def closed(self) -> bool:
        """Whether the file below is closed."""
        return self._file.closed

    def readable(self) -> bool:
        """Return False."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return False."""
        return False

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far, in hexadecimal."""
        return self._hash.hexdigest()


@contextmanager
def written(path: Path) -> Iterator[Hashing]:
    """Give a file to write that becomes `path` when the block ends well, and vanishes otherwise.

    Raises
    ------
    UserError
        When the disk is full or the folder may not be written to.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    try:
        with temporary.open("wb") as file:
            hashing = Hashing(file)
            yield hashing
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _settle(path.parent)
    except BaseException as problem:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise explained(problem, path) from problem
        raise


def explained(problem: OSError, path: Path) -> OSError | UserError:
    """Return `problem` as a sentence for the user where it is theirs to solve."""
    if problem.errno in _FULL:
        return refusal(
            f"the disk is full: {path} could not be written",
            "What was finished before is kept: make room and give the same command again to go on.",
        )
    if problem.errno in _FORBIDDEN:
        return refusal(f"{path.parent} may not be written to", "Choose another folder with --out.")
    return problem


def refusal(message: str, hint: str = "") -> UserError:
    """Return the error that says `message`, one sentence, and below it `hint`."""
    return UserError(Mistake(message, hint=hint))


def _settle(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_bytes(path: Path, data: Any) -> str:
    """Write `data` to `path`, whole or not at all, and return its SHA-256."""
    with written(path) as file:
        file.write(data)
    return file.sha256


def append(path: Path, data: bytes, length: int) -> None:
    """Add `data` to a file after its first `length` bytes, and flush it to the disk; what stood there goes.

    A process that dies in between leaves a part of `data` at most, which the next call replaces.
    """
    try:
        with path.open("r+b") as file:
            file.truncate(length)
            file.seek(length)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise explained(problem, path) from problem


def write_json(path: Path, content: Any) -> str:
    """Write `content` to `path` as readable JSON, whole or not at all, and return its SHA-256."""
    return write_bytes(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, or None where there is none that can be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep_up(folder: Path) -> None:
    """Remove what processes that died have left half-written in `folder` (not below it)."""
    for leftover in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            leftover.unlink()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; refuse where another process holds it.

    The operating system drops the lock when its holder ends, however it ends.
    """
    path = folder / ".lock"
    try:
        file = path.open("a+b")
    except OSError as problem:
        raise explained(problem, path) from problem
    with file:
        if not _locked(file):
            file.seek(0)
            holder = file.read(20).decode("ascii", "replace").strip()
            raise refusal(
                f"another process{f' ({holder})' if holder else ''} is writing to {folder}",
                "Wait until it is done, or choose another folder with --out.",
            )
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)
                _unlock(file)


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

"""Files that are either there in full or not there at all; links are not followed.

Everything that a store writes goes through `written`: into a temporary file beside its final place,
flushed to the disk, then renamed. A process that dies in between leaves the old file (or none).
A folder of results may come from anybody: what is opened in it is an ordinary file, never what a link leads to, and
what is read whole is of a size that is stated.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.reading import in_the_way

TEMPORARY = ".unfinished-"
"""How the names of files begin that are being written."""

LARGEST_RECORD = 200_000_000
"""Bytes of a JSON file that are read; the record of ten thousand arms has a tenth of that."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.ENOENT}
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


PRIVATE = 0o600
"""Rights of a file that nobody but its owner may read."""


@contextmanager
def written(path: Path, rights: int = 0o666) -> Iterator[Hashing]:
    """Give a file to write that becomes `path` when the block ends well, and vanishes otherwise.

    `rights` are those that it has from the first byte on, less what the process does not grant (umask).

    Raises
    ------
    UserError
        When the disk is full or the folder may not be written to.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    try:
        temporary.unlink(missing_ok=True)  # or a link of that name would be followed
        with opened(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, "wb", rights) as file:
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


@contextmanager
def exchanged(folder: Path, names: Sequence[str], gone: Sequence[str] = ()) -> Iterator[list[Path]]:
    """Give paths to write to, which become the files of these names together when the block ends well.

    `gone` are files of before that the new ones do not have.

    Until then, and where the block fails, the files of before stay as they are. After the first, which says what the
    others are, those of before go before the new ones come: so never do old ones stand beside new ones, whenever the
    process or the machine dies.
    """
    made = [folder / f"{TEMPORARY}{name}" for name in names]
    first, *others = (folder / name for name in names)
    try:
        yield made
        for path in (*others, *(folder / name for name in gone)):
            removed(path)
        for temporary, path in zip(made, (first, *others), strict=True):
            try:
                temporary.replace(path)
            except OSError as problem:
                raise explained(problem, path) from problem
        _settle(folder)
    finally:
        for temporary in made:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def opened(path: Path, how: int = os.O_RDONLY, mode: str = "rb", rights: int = 0o666) -> BinaryIO:
    """Open an ordinary file, not what a link leads to, nor a folder, a pipe or a device.

    Raises
    ------
    OSError
        When it is something else, or cannot be opened.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link, and links are not followed here", str(path))
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, how | extra, rights)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
    return cast(BinaryIO, os.fdopen(handle, mode))


def read_bytes(path: Path, largest: int) -> bytes:
    """Return the content of an ordinary file of at most `largest` bytes.

    Raises
    ------
    UserError
        When it is larger: nothing of it is read.
    OSError
        When it cannot be opened.
    """
    with opened(path) as file:
        if (size := os.fstat(file.fileno()).st_size) > largest:
            raise too_large(path, f"{size:,} bytes", f"{largest:,}")
        return file.read(largest)


def too_large(path: Path, found: str, most: str) -> UserError:
    """Return the error that says that a file is larger than what is read."""
    return refusal(f"{path} is too large: {found}, where at most {most} are read", "No sweep writes such a file.")


def made_folder(path: Path) -> Path:
    """Return a folder within a folder of ours, made where it is not there; a link in its place is refused."""
    if path.is_symlink():
        raise refusal(f"{path} is a link, and links are not followed here", "Remove it, or choose another folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise refusal(f"{path} is a file, not a folder", "Choose another folder.") from None
    except OSError as problem:
        raise explained(problem, path, "made") from problem
    return path


def writable(folder: Path) -> None:
    """Refuse a folder in which no file can be made, before any work is done for it."""
    trial = folder / f"{TEMPORARY}{os.getpid()}"
    if not folder.is_dir() and in_the_way(folder) is None:
        raise refusal(f"there is no folder {folder}", "Make it first, or choose another one.")
    try:
        opened(trial, os.O_WRONLY | os.O_CREAT, "wb").close()
        trial.unlink()
    except OSError as problem:
        raise explained(problem, trial) from problem


def replaceable(path: Path) -> None:
    """Refuse a place in which a file cannot come to stand, before any work is done for it."""
    if path.is_dir():
        raise refusal(f"{path} is a folder, not a file", "Remove it, or choose another place.")
    writable(path.parent)


def explained(problem: OSError, path: Path, what: str = "written") -> UserError:
    """Return `problem` as a sentence for the user."""
    if problem.errno in _FULL:
        return refusal(
            f"the disk is full: {path} could not be {what}",
            "Make room and give the same command again; a sweep goes on from what is finished.",
        )
    if problem.errno in _FORBIDDEN:
        if what == "read":
            return refusal(f"{path} may not be read")
        own = os.path.lexists(path) and os.access(path.parent, os.W_OK)
        return refusal(
            f"{path if own else path.parent} may not be written to", "Change its rights, or take another folder."
        )
    if problem.errno in _NO_FOLDER and (file := in_the_way(path.parent)) is not None:
        return refusal(f"{path} cannot be {what}: {file} is a file, not a folder")
    return refusal(f"{path} cannot be {what} ({problem.strerror or problem})")


def is_no_file(problem: OSError) -> bool:
    """Say whether a file is not there, or is something else; after other errors it may well be there, and intact."""
    return problem.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.EISDIR}


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


def write_bytes(path: Path, data: Any, rights: int = 0o666) -> str:
    """Write `data` to `path`, whole or not at all, and return its SHA-256."""
    with written(path, rights) as file:
        file.write(data)
    return file.sha256


def append(path: Path, data: bytes, length: int) -> None:
    """Add `data` to a file after its first `length` bytes, and flush it to the disk; what stood there goes.

    A process that dies in between leaves a part of `data` at most, which the next call replaces.
    """
    try:
        with opened(path, os.O_RDWR, "r+b") as file:
            file.truncate(length)
            file.seek(length)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise explained(problem, path) from problem


def removed(path: Path) -> None:
    """Remove a file, if it is there."""
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise explained(problem, path, "removed") from problem


def write_json(path: Path, content: Any) -> str:
    """Write `content` to `path` as readable JSON, whole or not at all, and return its SHA-256."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return write_bytes(path, text.encode("utf-8", "backslashreplace"))  # what is not UTF-8 in names: \udc.., as in JSON


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, or None where there is none of that kind.

    Raises
    ------
    UserError
        When the disk does not let it be read, it may well be there, and intact; or when it is too large.
    """
    try:
        return json.loads(read_bytes(path, LARGEST_RECORD))
    except OSError as problem:
        if not is_no_file(problem):
            raise explained(problem, path, "read") from problem
        return None
    except (ValueError, RecursionError):
        return None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def sweep_up(folder: Path) -> None:
    """Remove what processes that died have left half-written in `folder` (not below it)."""
    for leftover in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            leftover.unlink()

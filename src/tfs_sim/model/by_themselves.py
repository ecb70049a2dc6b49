"""Single kernels, compiled by themselves to be called from Python; their code is kept in a private folder.

Numba unpickles what it keeps, so that whoever can put a file there can run code as the user: see `private.py`.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
from numba.core.caching import FunctionCache

from tfs_sim.model import private
from tfs_sim.model.deferred import Deferred, compiler_on

_lock = threading.Lock()


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of a function, but that the run goes on where it cannot be written or read."""

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as problem:
            private.in_memory(f"{problem.filename or self.cache_path} cannot be used ({problem.strerror or problem})")

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # what was cut off or flipped can fail in any way: compile it again
            with suppress(OSError):
                self.flush()
            return None


def kept(kernel: Deferred, folder: Path | None) -> Callable[..., None]:
    """Return a kernel compiled by itself, at its first call; its code is kept in `folder`."""
    name, module = kernel.written.__name__, kernel.written.__module__
    arguments = ", ".join(inspect.signature(kernel.py_func).parameters)
    source = (
        f"from numba import njit\nfrom {module} import {name} as kernel\n\n\n"
        f"@njit(error_model='numpy')\ndef {name}({arguments}):\n    kernel({arguments})\n"
    )
    with compiler_on():
        made: Any = loaded(f"kept_{module.rsplit('.', 1)[-1]}_{name}", source, name, folder)

    @functools.wraps(made.py_func)
    def call(*given: Any) -> None:
        with compiler_on():
            made(*given)

    call.py_func = made.py_func  # type: ignore[attr-defined]
    return call


def loaded(name: str, source: str, function: str, folder: Path | None) -> Callable[..., None]:
    """Return a function of a module with this source, compiled at its first call; its code is kept in `folder`."""
    path = None if folder is None else folder / f"{name}.py"
    if path is not None and not (path.exists() and path.read_text(encoding="utf-8") == source):
        path = path if private.write(path, source.encode()) else None
    module = ModuleType(f"tfs_sim_{name}")
    module.__file__ = f"<{name}>" if path is None else str(path)
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, "exec"), vars(module))  # our own source, composed by the caller
    made = getattr(module, function)
    if path is not None:
        _keep(made, path.parent)
    return made  # type: ignore[no-any-return]


def _keep(function: Any, folder: Path) -> None:
    """Let Numba keep the code of `function` in `folder`, and nowhere else."""
    with _lock, _own_place():
        try:
            kept = _Cache(function.py_func)
        except RuntimeError as problem:  # no place that can be written to
            private.in_memory(str(problem))
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

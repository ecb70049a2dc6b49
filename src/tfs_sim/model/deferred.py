"""Functions that are compiled when they are first needed: importing the model's files does not load the compiler.

Where compiled code of the month is kept already (see `machine_code.py`), a process never needs it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any


class Deferred:
    """A function of the model: compiled functions that call it take it in, and Python calls it compiled.

    Parameters
    ----------
    function : as it was written.
    options : for Numba's `njit`.
    given : makes of the function what the compiler is given.

    Attributes
    ----------
    written : as it was written.
    """

    __name__: str
    __module__: str

    def __init__(
        self,
        function: Callable[..., Any],
        options: Mapping[str, Any],
        given: Callable[[Any], Callable[..., Any]] | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.written = function
        self.options = options
        self._given = given

    @cached_property
    def py_func(self) -> Callable[..., Any]:
        """What the compiler is given."""
        return self._given(self.written) if self._given else self.written

    @cached_property
    def dispatcher(self) -> Any:
        """What Numba makes of it."""
        from numba import njit

        with compiler_on():
            return njit(**self.options, **uncounted())(self.py_func)

    @property
    def _numba_type_(self) -> Any:
        """What the compiler takes it for."""
        return self.dispatcher._numba_type_

    def __call__(self, *given: Any) -> Any:
        """Return what the compiled function gives."""
        with compiler_on():
            return self.dispatcher(*given)


class Lowered:
    """An operation that is written in LLVM's terms: only compiled functions call it.

    Parameters
    ----------
    definition : for Numba's `intrinsic`.
    options : for the same.
    """

    def __init__(self, definition: Callable[..., Any], **options: Any) -> None:
        functools.update_wrapper(self, definition)
        self._definition, self._options = definition, options

    @cached_property
    def _numba_type_(self) -> Any:
        """What the compiler takes it for."""
        from numba.core.registry import cpu_target
        from numba.extending import intrinsic

        made = intrinsic(**{"prefer_literal": False, **self._options})(self._definition)
        cpu_target.typing_context.refresh()  # it looks for new operations when it begins, and may have begun
        return cpu_target.typing_context.resolve_value_type(made)

    def __call__(self, *given: Any) -> Any:
        """Refuse: there is no such operation in Python.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(f"{self._definition.__name__} is called by compiled functions alone")


def lowered(**options: Any) -> Callable[[Callable[..., Any]], Lowered]:
    """Return a decorator for an operation that is written in LLVM's terms."""
    return lambda definition: Lowered(definition, **options)


@contextmanager
def compiler_on() -> Iterator[None]:
    """Have Numba compile what is decorated here, also where NUMBA_DISABLE_JIT is set: the model has no other way."""
    from numba.core import config

    before, config.DISABLE_JIT = config.DISABLE_JIT, 0
    try:
        yield
    finally:
        config.DISABLE_JIT = before


@functools.cache
def uncounted() -> dict[str, Any]:
    """Return the option by which Numba does not count references.

    Whoever calls holds the arrays, and counting took two atomic operations for each argument of each call, a fifth of a
    run. A function that would allocate an array does not compile. The option is not part of what Numba promises: a
    version that has none counts, with the same results.
    """
    from numba.core.cpu import CPUTargetOptions

    return {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}

"""Compiled functions as machine code: kept in files, loaded without the compiler, called with whole numbers.

A file holds its own name, a function's, and the code, as LLVM made it for this processor, under a hash of all three:
what was cut off or flipped, or is another file's, is not loaded. They lie in a private folder (see `private.py`): what
is in them is run.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tfs_sim.model import private

KIND = b"tfs_sim machine code 2"


class Code(NamedTuple):
    """A compiled function: what LLVM calls it, and its object file."""

    symbol: str
    content: bytes


def keep(path: Path, code: Code) -> None:
    """Write a function's code to a file, as far as that can be done."""
    text = b"\n".join((path.name.encode(), code.symbol.encode(), code.content))
    private.write(path, b"\n".join((KIND, hashlib.sha256(text).hexdigest().encode(), text)))


def kept(path: Path) -> Code | None:
    """Return the code that a file holds; None where there is none, or not as it was written."""
    with suppress(OSError, ValueError, UnicodeDecodeError):
        kind, digest, text = path.read_bytes().split(b"\n", 2)
        if kind == KIND and digest.decode() == hashlib.sha256(text).hexdigest():
            name, symbol, content = text.split(b"\n", 2)
            return Code(symbol.decode(), content) if name.decode() == path.name else None
    return None


def made_by(dispatcher: Any, signature: tuple[Any, ...]) -> Code:
    """Return the code of a function that Numba has compiled for arguments of these types.

    Raises
    ------
    LookupError
        If it calls what only a process has that has loaded Numba.
    """
    made = dispatcher.overloads[signature]
    for function in made.library._final_module.functions:
        if function.is_declaration and function.name.startswith(OF_THE_COMPILER):
            raise LookupError(f"{dispatcher.py_func.__name__} calls {function.name}, which is Numba's")
    return Code(made.fndesc.llvm_func_name, made.library._get_compiled_object())


OF_THE_COMPILER = ("numba_", "NRT_", "Py", "_Py")
"""How the names begin of what Numba's code may call, and is not there without it."""

_engines: list[Any] = []
"""What holds the code that was loaded: it stays for as long as the process."""


def loaded(code: Code) -> int:
    """Return the address of a function, its code loaded."""
    from llvmlite import binding

    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _processor())
    engine.add_object_file(binding.ObjectFileRef.from_data(code.content))
    engine.finalize_object()
    _engines.append(engine)
    return int(engine.get_function_address(code.symbol))


@cache
def _processor() -> Any:
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_default_triple().create_target_machine(reloc="default", codemodel="jitdefault", jit=True)


def function_at(address: int, arguments: int) -> Callable[..., None]:
    """Return a function of so many whole numbers that calls compiled code; it releases the interpreter's lock.

    Raises
    ------
    RuntimeError
        From the function, if what was compiled with checks finds something wrong.
    """
    numbers = (ctypes.c_uint64,) * arguments
    native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *numbers)(address)

    def call(*given: int) -> None:
        result, raised = ctypes.c_void_p(), ctypes.c_void_p()
        status = native(ctypes.addressof(result), ctypes.addressof(raised), *given)
        if status not in (OK, NOTHING):
            raise RuntimeError(f"the compiled month ended with error {status}: a place outside of an array, say")

    return call


OK, NOTHING = 0, -2
"""What a function of Numba's returns that ends as it should, with a result or without one."""

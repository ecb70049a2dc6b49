"""How the compiled loop takes in its kernels: as functions of its own, which nobody else calls.

Numba makes machine code for every function that it compiles, and a way to call it from Python; what a function calls is
linked as copies that others might use, too, so that LLVM may not touch how they are called: seven words for each array,
twenty arrays a kernel, all put on the stack and most of them never read. The loop has kernels to itself instead:

- `enclosed` copies a kernel and all that it calls: the copies are half-made, optimized in the loop alone, and get no
  machine code by themselves (compiling takes a quarter less);
- the loop makes them internal: they lose the arguments that they do not need, what is the same in every call (steps
  from one number to the next, say) is known inside, and the small ones are moved to where they are called;
- arrays that a kernel is given do not overlap, and LLVM is told so (tests look at all calls);
- what kernels do not do (closures, unrolling over literals, whole arrays added) is not looked for, and what an
  operation gives for given types is worked out once (compiling takes a fifth less);
- vectors are as wide as the processor's (`FULL_WIDTH`);
- no kernel counts places in an array from its end, so that none is looked at for a sign (a tenth of a run; a test runs
  every scenario with NUMBA_BOUNDSCHECK=1, where a negative place ends the run).

All this holds for the model's own code alone: while that is compiled, and no longer, Numba is told to take places as
they are. With `TFS_SIM_LINKING=usual` in the environment the model is linked as Numba does it: the bits are the same
(a test compares them), a run takes about a quarter longer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numba
from llvmlite.binding import Linkage
from numba import njit, types
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.dispatcher import Dispatcher
from numba.core.targetconfig import ConfigStack
from numba.core.typed_passes import AnnotateTypes
from numba.core.types.functions import BaseFunction
from numba.np import arrayobj

from tfs_sim.model.deferred import Deferred, uncounted

PACKAGE = __name__.rsplit(".", 1)[0]

SMALL = 150
"""Instructions of a kernel that is moved to where it is called. With larger ones compiling takes longer, with all of
them a third, and a run no less."""


SUPERFLUOUS = {
    "WithLifting",
    "InlineClosureLikes",
    "RewriteSemanticConstants",
    "DeadBranchPrune",
    "RewriteDynamicRaises",
    "MakeFunctionToJitFunction",
    "InlineInlinables",
    "FindLiterallyCalls",
    "LiteralUnroll",
    "LiteralPropagationSubPipelinePass",
    "InlineOverloads",
    "NopythonRewrites",
    "NoPythonSupportedFeatureValidation",
    "AnnotateTypes",
    "DumpParforDiagnostics",
}
"""Numba's passes for what kernels do not do, and notes that nobody reads. What needed one would not compile."""


class _Closed(JITCodeLibrary):
    """The code of a function and of all that it calls, which nobody else will.

    It overrides what is no promise of Numba's: see `OWN_LINKING`.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = "internal"
                # a name of its own: the process finds even internal functions by name, and would call this one, which
                # takes other arguments now, where a kernel is called from Python
                function.name = f"{self.name}.{function.name}"
                always = any(b"alwaysinline" in attributes for attributes in function.attributes)
                if not always and sum(1 for block in function.blocks for _ in block.instructions) > SMALL:
                    function.add_function_attribute("noinline")
        super()._optimize_final_module()


class _NoEnvironment:
    """Numba's code generator, but that it keeps nothing for functions without machine code."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def set_env(self, name: str, environment: Any) -> None:
        """Do nothing: only what raises exceptions or makes Python's objects would need it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)


class _Open(JITCodeLibrary):
    """The half-made code of a function that others link: made simpler, but not optimized, and without machine code."""

    @property
    def codegen(self) -> Any:
        return _NoEnvironment(self._codegen)

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            passes, builder = self._codegen._function_pass_manager(opt=1)  # without any a run takes half as long again
            passes.run(function, builder)

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager(
            loop_vectorize=False, slp_vectorize=False, opt=0, cost="cheap"
        )
        passes.run(self._final_module, builder)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0


class _Codegen(JITCPUCodegen):
    """Numba's code generator, but that vectors are as wide as the processor's where that costs none of its pace."""

    def _customize_tm_features(self) -> str:
        features = super()._customize_tm_features()
        return f"{features},-prefer-256-bit" if FULL_WIDTH in features.split(",") else features


FULL_WIDTH = "+avx512vbmi2"
"""Processors of Intel that have this (since 2019) do not slow down for vectors of 512 bits, which LLVM allows for: a
run takes a twelfth less with them."""


@cache
def _codegen() -> _Codegen:
    return _Codegen("tfs_sim")


class _OwnLibrary(LoweringPass):
    """Give the function a library of its own kind before it is lowered."""

    kind: type[JITCodeLibrary]

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        name = f"{state.func_id.modname}.{state.func_id.func_qualname}"
        state.library = self.kind(_codegen(), name)
        if self.kind is _Closed:
            state.library.enable_object_caching()
        return True


@register_pass(mutates_CFG=False, analysis_only=False)
class _CloseLibrary(_OwnLibrary):
    _name = "close_library"
    kind = _Closed


@register_pass(mutates_CFG=False, analysis_only=False)
class _OpenLibrary(_OwnLibrary):
    _name = "open_library"
    kind = _Open


class _Compiler(CompilerBase):
    """Numba's usual passes and one more, just before code is made."""

    own_library: type[_OwnLibrary]

    def _compile_core(self) -> Any:
        with _places_from_zero(), _asked_once():
            return super()._compile_core()

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(self.own_library, AnnotateTypes)
        passes.passes = [each for each in passes.passes if each[0].__name__ not in SUPERFLUOUS]
        passes.finalize()
        return [passes]


class Closed(_Compiler):
    """Compiler for a function that takes in all that it calls."""

    own_library = _CloseLibrary


class Open(_Compiler):
    """Compiler for a function that a closed one takes in, and whose arrays do not overlap."""

    own_library = _OpenLibrary

    def define_pipelines(self) -> list[Any]:
        """Return the passes, having said so to LLVM."""
        self.state.flags.noalias = True
        return super().define_pipelines()


TRIED = ("0.68",)
"""Versions of Numba with which this was tried. With 0.61 and 0.62 LLVM ends the process."""

IS_TRIED = numba.__version__.startswith(TRIED)

ASKED = os.environ.get("TFS_SIM_LINKING", "")
""""usual": link as Numba does."""

IS_OWN = IS_TRIED and ASKED != "usual"


@contextmanager
def _places_from_zero() -> Iterator[None]:
    """Have places in arrays taken as they are, in the model's own code, for as long as that is compiled.

    Only one thread compiles at a time: Numba holds its lock for as long.
    """
    usual = arrayobj.fix_integer_index

    def index(context: Any, builder: Any, kind: Any, place: Any, size: Any) -> Any:
        if kind.signed and isinstance(context.active_code_library, (_Closed, _Open)):
            return context.cast(builder, place, kind, types.intp)
        return usual(context, builder, kind, place, size)

    arrayobj.fix_integer_index = index
    try:
        yield
    finally:
        arrayobj.fix_integer_index = usual


_usual_call_type = BaseFunction.get_call_type
_answers: dict[str, dict[Any, Any]] = {}
_answers_under: dict[int, tuple[Any, dict[Any, Any]]] = {}


def _call_type(function: Any, context: Any, args: Any, kws: Any) -> Any:
    """Return what an operation gives, which depends on it, on types, and on how the function it is in is compiled."""
    flags = ConfigStack.top_or_none()
    if id(flags) not in _answers_under:  # the flags are kept with them, so that no others have their number
        _answers_under[id(flags)] = flags, _answers.setdefault(repr(flags), {})
    _, answers = _answers_under[id(flags)]
    asked = (function, tuple(args), tuple(kws.items()))
    if asked not in answers:
        answers[asked] = _usual_call_type(function, context, args, kws)
    return answers[asked]


@contextmanager
def _asked_once() -> Iterator[None]:
    """Have Numba work out once what an operation gives, as long as the model's code is compiled.

    It tries ten templates for the sum of two numbers, at each place where there is one.
    """
    usual = BaseFunction.get_call_type
    setattr(BaseFunction, "get_call_type", _call_type)  # noqa: B010 - no promise of Numba's is kept here
    try:
        yield
    finally:
        setattr(BaseFunction, "get_call_type", usual)  # noqa: B010


OWN_LINKING: dict[str, Any] = {"pipeline_class": Closed} if IS_OWN else {}
"""Options for `njit` of the compiled loop: none where it is linked as usual, with the same results."""

_modules: dict[str, ModuleType] = {}
_copies: dict[Deferred, Dispatcher] = {}


def enclosed(kernel: Deferred) -> Dispatcher:
    """Return a copy of a kernel for the compiled loop alone, which calls copies of all that the kernel calls.

    It must not be called from Python.
    """
    function = kernel.py_func
    names = vars(_module_of_copies(sys.modules[function.__module__]))
    if kernel not in _copies:  # or it was made on the way
        copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
        copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
        options = {**kernel.options, **uncounted(), "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        options |= {"pipeline_class": Open} if IS_OWN else {}
        _copies[kernel] = njit(**options)(copy)
    return _copies[kernel]


def _module_of_copies(module: ModuleType) -> ModuleType:
    """Return a copy of one of the model's modules in which compiled functions are copies, too."""
    name = module.__name__
    if name not in _modules:
        copies = _modules[name] = ModuleType(name)
        for what, value in list(vars(module).items()):
            if isinstance(value, ModuleType) and value.__name__.startswith(f"{PACKAGE}."):
                value = _module_of_copies(value)
            elif isinstance(value, Deferred):
                value = enclosed(value)
            setattr(copies, what, value)
    return _modules[name]

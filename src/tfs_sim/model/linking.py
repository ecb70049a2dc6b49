"""How the compiled loop takes in its kernels: as functions that nobody else calls.

Numba links what a function calls as copies that others might use, too, so that LLVM may not touch how they are called:
seven words for each array, twenty arrays a kernel, all put on the stack and most of them never read. Made internal to
the loop, kernels lose the arguments that they do not need, and what is the same in every call (steps from one number
to the next, say) is known inside: a run takes an eighth less, and compiling it a tenth.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.typed_passes import AnnotateTypes


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
                # LLVM would move what is called once to where it is called, all kernels into the loop: another
                # twentieth of a run for a third more time to compile
                if not any(b"alwaysinline" in attributes for attributes in function.attributes):
                    function.add_function_attribute("noinline")
        super()._optimize_final_module()


@register_pass(mutates_CFG=False, analysis_only=False)
class _CloseLibrary(LoweringPass):
    """Give the function a library of its own kind before it is lowered."""

    _name = "close_library"

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        name = f"{state.func_id.modname}.{state.func_id.func_qualname}"
        state.library = _Closed(state.targetctx.codegen(), name)
        state.library.enable_object_caching()
        return True


class Closed(CompilerBase):
    """Compiler for a function that takes in all that it calls."""

    def define_pipelines(self) -> list[Any]:
        """Return Numba's usual passes and the one above, just before code is made."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_CloseLibrary, AnnotateTypes)
        passes.finalize()
        return [passes]


TRIED = ("0.68",)
"""Versions of Numba with which this was tried. With 0.61 and 0.62 LLVM ends the process."""

OWN_LINKING: dict[str, Any] = {"pipeline_class": Closed} if numba.__version__.startswith(TRIED) else {}
"""Options for `njit` of the compiled loop: none with other versions, which link as usual, with the same results."""

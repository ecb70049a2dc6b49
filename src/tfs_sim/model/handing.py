"""What the compiled loop is handed, and how its parts get at it.

Python hands over whole numbers alone: where in memory the addresses of the world's arrays are, the lengths of their
axes, all parameters in a row. A part of the loop makes of them the arrays and records that its kernels ask for. So a
call from Python takes some microseconds (with three hundred arrays as arguments it took thirty), and needs no compiler.

A part is called by its address: each is compiled by itself, in whatever process (see `compilers.py`).
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declared_metrics import METRICS
from tfs_sim.model.deferred import lowered
from tfs_sim.model.world import KINDS

RECORDS = tuple(name for name, mechanism in MECHANISMS.items() if mechanism.parameters._fields)
"""Mechanisms that have parameters, in the order in which these are handed over."""

_FIRST_AXIS = (0, *accumulate(axes for _, axes in KINDS.values()))
_PARAMETERS = tuple(MECHANISMS[name].parameters for name in RECORDS)
_FIRST_VALUE = (0, *accumulate(len(record._fields) for record in _PARAMETERS))


@cache
def _array_types() -> tuple[Any, ...]:
    from numba import types
    from numba.np.numpy_support import from_dtype

    return tuple(types.Array(from_dtype(dtype), axes, "C") for dtype, axes in KINDS.values())


@lowered(prefer_literal=True)
def array_at(typingctx: Any, places: Any, extents: Any, n: Any) -> Any:
    """Return the world's n-th array (a number that is written there), from where addresses and lengths are."""
    kind, first = _array_types()[n.literal_value], _FIRST_AXIS[n.literal_value]

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lengths = [_word(builder, args[1], first + axis) for axis in range(kind.ndim)]
        return _array(context, builder, kind, _word(builder, args[0], n.literal_value), lengths)

    return kind(places, extents, n), codegen


@lowered()
def results_at(typingctx: Any, address: Any, months: Any, sites: Any) -> Any:
    """Return the table of results, [months, sites, metrics], from where it is."""
    from numba import types

    kind = types.Array(types.float64, 3, "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lengths = [*args[1:], context.get_constant(types.intp, len(METRICS))]
        return _array(context, builder, kind, args[0], lengths)

    return kind(address, months, sites), codegen


@lowered(prefer_literal=True)
def words_at(typingctx: Any, address: Any, length: Any) -> Any:
    """Return so many whole numbers (how many is written there) as an array, from where they are."""
    from numba import types

    kind = types.Array(types.int64, 1, "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _array(context, builder, kind, args[0], [context.get_constant(types.intp, length.literal_value)])

    return kind(address, length), codegen


@lowered(prefer_literal=True)
def record_at(typingctx: Any, values: Any, n: Any) -> Any:
    """Return the n-th record of parameters (a number that is written there), from where all of them are in a row."""
    from llvmlite import ir
    from numba import types

    record, first = _PARAMETERS[n.literal_value], _FIRST_VALUE[n.literal_value]
    kind = types.NamedUniTuple(types.float64, len(record._fields), record)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        numbers = builder.inttoptr(args[0], ir.DoubleType().as_pointer())
        return context.make_tuple(builder, kind, [_element(builder, numbers, first + at) for at in range(kind.count)])

    return kind(values, n), codegen


@lowered()
def called(typingctx: Any, address: Any, given: Any) -> Any:
    """Call a compiled function by its address, with a tuple of arguments; what it raises is raised here."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        convention = context.call_conv
        kind = convention.get_function_type(types.none, given.types)
        function = builder.inttoptr(args[0], ir.PointerType(kind))
        values = cgutils.unpack_tuple(builder, args[1], len(given.types))
        status, _ = convention.call_function(builder, function, types.none, given.types, values)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(address, given), codegen


def _array(context: Any, builder: Any, kind: Any, address: Any, lengths: list[Any]) -> Any:
    """Return an array in memory, one row after the other."""
    from numba import types
    from numba.np.arrayobj import make_array, populate_array

    array = make_array(kind)(context, builder)
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides = [context.get_constant(types.intp, size)]
    for length in lengths[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    data = builder.inttoptr(address, array.data.type)
    populate_array(array, data=data, shape=lengths, strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()


def _word(builder: Any, address: Any, n: int) -> Any:
    """Return the n-th whole number from an address on."""
    return _element(builder, builder.inttoptr(address, address.type.as_pointer()), n)


def _element(builder: Any, pointer: Any, n: int) -> Any:
    from numba.core import cgutils

    return builder.load(cgutils.gep_inbounds(builder, pointer, n))

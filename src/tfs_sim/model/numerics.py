"""Own elementary functions, so that a run has the same bits on every processor.

The C library's exp and log differ in the last bit between versions and vector widths; these are made of additions,
multiplications and both fused in one rounding, in an order that no compiler may change (no `fastmath`), and LLVM turns
them into SSE2, AVX2 or AVX-512 code that gives the same results (where the processor has no such instruction, the C
library fuses exactly). They are accurate to about one unit in the last place over the range that the model uses, which
the tests measure.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tfs_sim.model.deferred import Deferred, lowered

inline = partial(Deferred, options={"error_model": "numpy", "forceinline": True, "no_cfunc_wrapper": True})
"""Decorator for small helpers that are compiled into the kernel that calls them."""

helper = partial(Deferred, options={"error_model": "numpy", "no_cfunc_wrapper": True})
"""Decorator for helpers that are called where little is gained from compiling them in again and again."""

kernel = partial(Deferred, options={"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True})
"""Decorator for a mechanism's kernel: plain loops over arrays, no allocation, no Python objects."""


@lowered()
def float_of_bits(typingctx: Any, bits: Any) -> Any:
    """Reinterpret 64 bits as a double."""
    from llvmlite import ir
    from numba import types

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@lowered()
def count_bits(typingctx: Any, word: Any) -> Any:
    """Count the ones of a 64-bit word."""
    from numba import types

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), codegen


@lowered()
def bits_of_float(typingctx: Any, number: Any) -> Any:
    """Reinterpret a double as 64 bits."""
    from llvmlite import ir
    from numba import types

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@lowered()
def fused(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a·b + c, rounded once: one instruction where there is one, and the same bits where there is none."""
    from numba import types

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LN2 = 0.6931471805599453
LN10 = 2.302585092994046
LANES = 8
"""Numbers in the widest vectors that there are."""

ROUND = 6755399441055744.0  # 1.5 · 2^52: adding and subtracting it rounds to the nearest integer


@inline
def exp(x: float) -> float:
    """Return e**x; arguments outside of [-700, 700] are treated as the nearest of them.

    Cody–Waite reduction to |r| ≤ ln 2 / 2, then 1 + r + r² q(r) with q of degree 9, which meets (eʳ − 1 − r) / r² at
    the Chebyshev points of that interval: the sum is right to 2**-55.7.
    """
    x = min(max(x, -700.0), 700.0)
    shifted = fused(x, LOG2_E, ROUND)
    n = shifted - ROUND
    r = fused(n, -LN2_LOW, fused(n, -LN2_HIGH, x))
    q = 2.5100424157005067e-08
    q = fused(q, r, 2.7620138719733994e-07)
    q = fused(q, r, 2.7557268378684192e-06)
    q = fused(q, r, 2.480152119021773e-05)
    q = fused(q, r, 1.9841269863105968e-04)
    q = fused(q, r, 1.3888888917281794e-03)
    q = fused(q, r, 8.333333333330051e-03)
    q = fused(q, r, 4.166666666662399e-02)
    q = fused(q, r, 1.6666666666666669e-01)
    q = fused(q, r, 0.5000000000000001)
    q = fused(q * r, r, r)
    power_of_two = float_of_bits((bits_of_float(shifted) + 1023) << 52)  # the last bits of `shifted` are n
    return fused(q, power_of_two, power_of_two)


@inline
def log(x: float) -> float:
    """Return the natural logarithm of x > 0 (of the smallest normal number for anything below it).

    x = 2**n · m with m in [√½, √2); log m = 2 atanh(s), s = (m − 1)/(m + 1), as 2 s + s³ p(s²) with the coefficients
    of FreeBSD's msun, which is that of Sun Microsystems, right to 2**-58.4.
    """
    x = max(x, 2.2250738585072014e-308)
    bits = bits_of_float(x)
    n = (bits >> 52) - 1023
    m = float_of_bits((bits & 0xFFFFFFFFFFFFF) | (1023 << 52))
    high = m > 1.4142135623730951
    m = m * 0.5 if high else m
    n = n + 1 if high else n
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.479819860511658591e-01
    p = fused(p, z, 1.531383769920937332e-01)
    p = fused(p, z, 1.818357216161805012e-01)
    p = fused(p, z, 2.222219843214978396e-01)
    p = fused(p, z, 2.857142874366239149e-01)
    p = fused(p, z, 3.999999999940941908e-01)
    p = fused(p, z, 6.666666666666735130e-01)
    k = np.float64(n)
    return fused(k, LN2_HIGH, fused(k, LN2_LOW, fused(p * z, s, 2.0 * s)))


@inline
def logistic(x: float) -> float:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + exp(-x))


@inline
def power(base: float, exponent: float) -> float:
    """Return base**exponent for base ≥ 0 (0 for base 0 and a positive exponent)."""
    return exp(exponent * log(base)) if base > 0.0 else (1.0 if exponent == 0.0 else 0.0)


@inline
def half_life_factor(months: float) -> float:
    """Return what is left of a stock after one month, given its half-life in months (0 or inf: all of it)."""
    return exp(-LN2 / months) if 0.0 < months < 1e300 else 1.0


@inline
def clip(x: float, low: float, high: float) -> float:
    """Return x limited to [low, high]."""
    return min(max(x, low), high)


@inline
def whole_vectors(count: int, most: int) -> int:
    """Return the number to which a list is filled up, so that a loop over it leaves nothing over for slower code."""
    return min((count + LANES - 1) // LANES * LANES, most)


@lowered()
def _eight_sums(typingctx: Any, a: Any, b: Any, whole: Any, count: Any) -> Any:
    """Return Σ a·b as eight sums over the first `whole` places, the rest of `count` added to the first; see `dot`.

    Written out as vectors, because LLVM may not turn a sum into several by itself.
    """
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.np.arrayobj import make_array

    if a.layout != "C" or b.layout != "C":
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number, word = ir.DoubleType(), ir.IntType(64)
        eight = ir.VectorType(number, LANES)
        one, other = (make_array(signature.args[n])(context, builder, args[n]).data for n in range(2))

        def sum_up(kind: Any, start: Any, stop: Any, step: int, total: Any) -> Any:
            sums = cgutils.alloca_once_value(builder, total)
            with cgutils.for_range_slice(builder, start, stop, word(step)) as (n, _):
                a, b = (
                    builder.load(builder.bitcast(builder.gep(data, [n]), kind.as_pointer()), align=8)
                    for data in (one, other)
                )
                builder.store(builder.fadd(builder.load(sums), builder.fmul(a, b)), sums)
            return builder.load(sums)

        sums = sum_up(eight, word(0), args[2], LANES, ir.Constant(eight, [0.0] * LANES))
        parts = [builder.extract_element(sums, ir.IntType(32)(n)) for n in range(LANES)]
        parts[0] = sum_up(number, args[2], args[3], 1, parts[0])
        while len(parts) > 1:
            parts = [builder.fadd(*pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return types.float64(a, b, types.int64, types.int64), codegen


@inline
def dot(a: Any, b: Any) -> float:
    """Return Σ a·b in eight interleaved partial sums: an order of its own that is always the same, and runs wide."""
    return _eight_sums(a, b, a.size // LANES * LANES, a.size)

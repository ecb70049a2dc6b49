"""Own elementary functions, so that a run has the same bits on every processor.

The C library's exp and log differ in the last bit between versions and vector widths; these are made of
additions and multiplications alone, in an order that no compiler may change (no `fastmath`), and LLVM
turns them into SSE2, AVX2 or AVX-512 code that gives the same results. They are accurate to about one
unit in the last place over the range that the model uses, which the tests measure.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.cpu import CPUTargetOptions
from numba.extending import intrinsic

# Without Numba's counts of references: whoever calls holds the arrays, and counting took two atomic operations for each
# argument of each call, a fifth of a run. A function that would allocate an array does not compile. The option is not
# part of what Numba promises: a version that has none counts, with the same results.
UNCOUNTED: Any = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}

inline = njit(error_model="numpy", forceinline=True, **UNCOUNTED)
"""Decorator for small helpers that are compiled into the kernel that calls them."""

helper = njit(error_model="numpy", **UNCOUNTED)
"""Decorator for helpers that are called where little is gained from compiling them in again and again."""

kernel = njit(error_model="numpy", nogil=True, **UNCOUNTED)
"""Decorator for a mechanism's kernel: plain loops over arrays, no allocation, no Python objects."""

inner = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, **UNCOUNTED)
"""The same for the composed loop alone: without what a call from Python takes (it would crash) it compiles faster."""


@intrinsic
def _float_of_bits(typingctx: Any, bits: Any) -> Any:
    """Reinterpret 64 bits as a double."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def count_bits(typingctx: Any, word: Any) -> Any:
    """Count the ones of a 64-bit word."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), codegen


@intrinsic
def _bits_of_float(typingctx: Any, number: Any) -> Any:
    """Reinterpret a double as 64 bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LN2 = 0.6931471805599453
LANES = 8
"""Numbers in the widest vectors that there are."""

ROUND = 6755399441055744.0  # 1.5 · 2^52: adding and subtracting it rounds to the nearest integer


@inline
def exp(x: float) -> float:
    """Return e**x; arguments outside of [-700, 700] are treated as the nearest of them.

    Cody–Waite reduction to |r| ≤ ln 2 / 2, then the Taylor polynomial of degree 13, whose remainder there
    is below 2**-57.
    """
    x = min(max(x, -700.0), 700.0)
    n = (x * LOG2_E + ROUND) - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = (p * r) * r + r
    return (1.0 + p) * _float_of_bits((np.int64(n) + 1023) << 52)


@inline
def log(x: float) -> float:
    """Return the natural logarithm of x > 0 (of the smallest normal number for anything below it).

    x = 2**n · m with m in [√½, √2); log m = 2 atanh(s), s = (m − 1)/(m + 1), by its series to s**21.
    """
    x = max(x, 2.2250738585072014e-308)
    bits = _bits_of_float(x)
    n = (bits >> 52) - 1023
    m = _float_of_bits((bits & 0xFFFFFFFFFFFFF) | (1023 << 52))
    high = m > 1.4142135623730951
    m = m * 0.5 if high else m
    n = n + 1 if high else n
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 2.0 / 21.0
    p = p * z + 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    p = p * z * s
    k = np.float64(n)
    return k * LN2_HIGH + (k * LN2_LOW + (p + 2.0 * s))


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


@inline
def dot(a: Any, b: Any) -> float:
    """Return Σ a·b in eight interleaved partial sums: an order of its own that is always the same, and runs wide."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    whole = a.size // 8 * 8
    for n in range(0, whole, 8):
        s0 += a[n] * b[n]
        s1 += a[n + 1] * b[n + 1]
        s2 += a[n + 2] * b[n + 2]
        s3 += a[n + 3] * b[n + 3]
        s4 += a[n + 4] * b[n + 4]
        s5 += a[n + 5] * b[n + 5]
        s6 += a[n + 6] * b[n + 6]
        s7 += a[n + 7] * b[n + 7]
    for n in range(whole, a.size):
        s0 += a[n] * b[n]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))

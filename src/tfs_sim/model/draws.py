"""Counter-based random draws: every draw is a pure function of what it is for.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11)
maps a 128-bit counter and a 64-bit key to four 32-bit words. The key is made of seed and replicate; the
counter of (entity, month and block, stream). So nothing is consumed in an order: an entity's luck in one
strategy is its luck in every other, whoever else joins or leaves (common random numbers).

An entity is the 64-bit hash of its declared identity, never a row number: an organization by its
identity string, a person by (organization, how many-th in the post), a pair by its two ends.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

from tfs_sim.model.numerics import LANES, exp, fused, helper, inline, log

Word = Any
"""A uint64 inside of kernels (Numba types them; Python numbers are not meant)."""

MASK32 = np.uint64(0xFFFFFFFF)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_32 = np.uint64(32)
_20 = np.uint64(20)
_MONTHS = np.uint64(0xFFFFF)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_27 = np.uint64(27)
_30 = np.uint64(30)
_31 = np.uint64(31)
_TO_UNIT = 1.0 / 4294967296.0


def identity(text: str) -> int:
    """Return the 64-bit hash of a declared identity."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def stream(name: str) -> np.uint64:
    """Return the 32-bit number of a stream of draws, from its name: adding a stream moves no other."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little"))


def run_key(seed: int, replicate: int, parameter_set: str = "") -> np.uint64:
    """Return the 64-bit Philox key of one replicate of a seed, of a set of parameters where it is run under one.

    Replicates of different sets have nothing in common, so that sets are independent and further ones change nothing.
    """
    text = (f"{seed}/{replicate}/{parameter_set}" if parameter_set else f"{seed}/{replicate}").encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


@inline
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Return the four words of Philox4x32-10; all arguments and results are uint64 below 2**32."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & MASK32, (p0 >> _32) ^ c3 ^ k1, p0 & MASK32
        k0 = (k0 + _W0) & MASK32
        k1 = (k1 + _W1) & MASK32
    return c0, c1, c2, c3


def _words(key: Word, stream: Word, month: Word, entity: Word, block: Word) -> tuple[Word, Word, Word, Word]:
    """Return four independent 32-bit words for (key, stream, month, entity, block).

    key, stream, entity are uint64 (stream below 2**32); month (of 20 bits: those before month 0 come down from 2**20)
    and block < 2**12 share a counter word.
    """
    k = np.uint64(key)
    e = np.uint64(entity)
    return philox(
        e & MASK32,
        e >> _32,
        (np.uint64(month) & _MONTHS) | (np.uint64(block) << _20),
        np.uint64(stream),
        k & MASK32,
        k >> _32,
    )


words = helper(_words)
wide_words = inline(_words)
"""The same, compiled into the loop that calls it, which then runs over many entities at once."""


@helper
def fill(luck: Any, key: Word, stream: Word, month: Word, entities: Any, block: Word = 0, at: int = 0) -> None:
    """Draw four words for each of the entities into luck [4, entities] from place `at` on, in a loop that runs wide.

    Where their number is no multiple of what runs at once, the last of them are drawn for in full vectors a second
    time: they get the same words again, and nobody is left over for slower code.
    """
    whole = entities.size // LANES * LANES
    for part in range(1 if whole == entities.size else 2):
        begin = 0 if part == 0 else max(entities.size - LANES, 0)
        end = whole if part == 0 else entities.size
        some = entities[begin:end]
        first, second = luck[0, at + begin : at + end], luck[1, at + begin : at + end]
        third, fourth = luck[2, at + begin : at + end], luck[3, at + begin : at + end]
        for n in range(some.size):
            a, b, c, d = wide_words(key, stream, month, some[n], block)
            first[n] = a
            second[n] = b
            third[n] = c
            fourth[n] = d


@inline
def unit(word: Word) -> float:
    """Return a word as a uniform number in (0, 1): never 0, never 1."""
    return (np.float64(word) + 0.5) * _TO_UNIT


@helper
def uniform(key: Word, stream: Word, month: Word, entity: Word, block: Word = 0) -> float:
    """Return one uniform number in (0, 1), keyed."""
    return unit(words(key, stream, month, entity, block)[0])


@helper
def gumbel(u: float) -> float:
    """Return standard Gumbel noise from a uniform: the largest of log-weight + noise is a draw by weight."""
    return -log(-log(u))


def _normal(u: float) -> float:
    """Return the standard normal quantile of u in (0, 1).

    Acklam's rational approximation, absolute error below 1.2e-9 in probability: monotone in u, so that
    common random numbers stay paired.
    """
    low = 0.02425
    tail = min(u, 1.0 - u)
    q = math.sqrt(-2.0 * log(tail))
    top = fused(-7.784894002430293e-03, q, -3.223964580411365e-01)
    top = fused(fused(top, q, -2.400758277161838), q, -2.549732539343734)
    top = fused(fused(top, q, 4.374664141464968), q, 2.938163982698783)
    bottom = fused(fused(7.784695709041462e-03, q, 3.224671290700398e-01), q, 2.445134137142996)
    bottom = fused(fused(bottom, q, 3.754408661907416), q, 1.0)
    far = top / bottom
    h = u - 0.5
    r = h * h
    top = fused(fused(-3.969683028665376e01, r, 2.209460984245205e02), r, -2.759285104469687e02)
    top = fused(fused(top, r, 1.383577518672690e02), r, -3.066479806614716e01)
    top = fused(top, r, 2.506628277459239) * h
    bottom = fused(fused(-5.447609879822406e01, r, 1.615858368580409e02), r, -1.556989798598866e02)
    bottom = fused(fused(fused(bottom, r, 6.680131188771972e01), r, -1.328068155288572e01), r, 1.0)
    near = top / bottom
    return near if tail >= low else (far if u < 0.5 else -far)


normal = helper(_normal)
wide_normal = inline(_normal)
"""The same, compiled into the loop that calls it, which then runs over many entities at once."""


@helper
def lognormal(u: float, median: float, sigma: float) -> float:
    """Return the lognormal quantile of u."""
    return median * exp(sigma * normal(u))


@inline
def mix(a: Word, b: Word) -> Word:
    """Return a 64-bit hash of two 64-bit numbers (SplitMix64's finalizer), for identities made of two."""
    z = np.uint64(a) + _GOLDEN * (np.uint64(b) + np.uint64(1))
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    return z ^ (z >> _31)

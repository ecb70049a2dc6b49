"""Bits that independent chances choose, many at once: how yes-or-no facts are drawn and learned.

One word holds a bit for each fact. A chance is compared with a uniform number for each bit, digit by digit and for all
bits at once, until every bit is decided.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.forms import inline

NONE = np.uint64(0)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)
TWO = np.uint64(2)
LAST = np.uint64(31)
HALF_WORD = np.uint64(32)


@inline
def first_bits(m: int) -> np.uint64:
    """Return a mask of the first m bits."""
    return ALL if m >= 64 else (ONE << np.uint64(m)) - ONE


@inline
def compare_digit(
    chosen: np.uint64, left: np.uint64, digits: np.uint64, word: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Decide the bits of `left` by the first of the chance's digits and one random digit for each bit.

    Returns what is chosen now, and what is left: a bit whose digit is smaller is chosen, one whose digit is larger is
    not, and an equal one waits for the next digit.
    """
    first = NONE - (digits >> LAST)
    return chosen | (left & ~word & first), left & ~(word ^ first)


@inline
def digits_of(chance: float) -> np.uint64:
    """Return the first 32 binary digits of a chance, as a number (2**32 for a chance of one)."""
    return np.uint64(np.int64(chance * 4294967296.0))


@inline
def after_two(digits: np.uint64) -> np.uint64:
    """Return the digits that follow the first two."""
    return (digits << TWO) & draws.MASK32


@inline
def chosen_bits(
    p: float, wanted: np.uint64, key: np.uint64, stream: int, month: int, entity: np.uint64, block: int
) -> np.uint64:
    """Return the bits of `wanted` that independent chances p choose.

    Compares, for all bits at once, the binary digits of a uniform number with those of p (to 2**-32): a bit is decided
    at the first digit that differs. A bit's luck is the same whatever p is.
    """
    digits = digits_of(p)
    if digits > draws.MASK32:
        return wanted
    chosen = NONE
    left = wanted
    while left != NONE and digits != NONE:
        a, b, c, d = draws.words(key, stream, month, entity, block)
        chosen, left = compare_digit(chosen, left, digits, a | (b << HALF_WORD))
        chosen, left = compare_digit(chosen, left, digits << ONE & draws.MASK32, c | (d << HALF_WORD))
        digits = after_two(digits)
        block += 1
    return chosen

"""Where luck comes from: drawn by key as the engine draws it, or from Mesa's generator as a Mesa model would.

Whoever draws says what for: the stream's name, the month, the identity of whom it is about, and, where one of them
is drawn for more than once, which of the stream's blocks and words. Keyed luck depends on nothing else. Mesa's forgets
what it has said: what must be the same in two places is asked for once and kept.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Protocol

from reference.rules import exp, normal_quantile
from tfs_sim.model import draws

MASK32, MASK64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
MONTHS = 0xFFFFF


def mix(a: int, b: int) -> int:
    """Return the 64-bit identity that two identities make together (SplitMix64's finalizer)."""
    z = (a + 0x9E3779B97F4A7C15 * (b + 1)) & MASK64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
    return z ^ (z >> 31)


@cache
def number_of(stream: str) -> int:
    """Return the number of a stream of draws."""
    return int(draws.stream(stream))


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 (Salmon et al. 2011)."""
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK32, (p0 >> 32) ^ c3 ^ k1, p0 & MASK32
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return c0, c1, c2, c3


class Luck(Protocol):
    """What a model asks of its luck."""

    def uniform(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a number between 0 and 1."""

    def normal(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a standard normal number."""

    def chosen(self, bits: int, chance: float, stream: str, month: int, entity: int, block: int = 0) -> int:
        """Return those of a set of bits that independent chances choose."""

    def coins(self, stream: str, month: int, entity: int) -> int:
        """Return 64 bits, each with a chance of a half."""


class KeyedLuck:
    """Every draw is a function of what it is for: the engine's own luck, with Python's integers."""

    def __init__(self, random: Random, seed: int, replicate: int) -> None:
        key = int(draws.run_key(seed, replicate))
        self._low, self._high = key & MASK32, key >> 32
        self._asked: tuple[str, int, int, int] | None = None
        self._words = (0, 0, 0, 0)

    def words(self, stream: str, month: int, entity: int, block: int) -> tuple[int, int, int, int]:
        """Return the four words of a block."""
        asked = (stream, month, entity, block)
        if asked != self._asked:
            counter = (entity & MASK32, entity >> 32, month & MONTHS | block << 20, number_of(stream))
            self._words = philox(*counter, self._low, self._high)
            self._asked = asked
        return self._words

    def uniform(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a number between 0 and 1."""
        return (self.words(stream, month, entity, block)[word] + 0.5) / 4294967296.0

    def normal(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a standard normal number, the quantile of a uniform one."""
        return normal_quantile(self.uniform(stream, month, entity, block, word))

    def chosen(self, bits: int, chance: float, stream: str, month: int, entity: int, block: int = 0) -> int:
        """Return those of a set of bits that independent chances choose.

        Each bit has a uniform number of its own, in binary: its first digit is the bit in words 0 and 1 of the first
        block, its second that in words 2 and 3, and so on. It is below the chance if it is at the first digit in which
        the two differ.
        """
        digits = int(chance * 4294967296.0)
        if digits > MASK32:
            return bits
        chosen = 0
        while bits and digits:
            a, b, c, d = self.words(stream, month, entity, block)
            for ones in (a | b << 32, c | d << 32):
                if digits >> 31:
                    chosen |= bits & ~ones
                    bits &= ones
                else:
                    bits &= ~ones
                digits = digits << 1 & MASK32
            block += 1
        return chosen

    def coins(self, stream: str, month: int, entity: int) -> int:
        """Return 64 bits, each with a chance of a half: words 0 and 1."""
        low, high, _, _ = self.words(stream, month, entity, 0)
        return low | high << 32


class MesaLuck:
    """One generator for everything, in the order in which it is asked: what a Mesa model usually has."""

    def __init__(self, random: Random, seed: int, replicate: int) -> None:
        self._random = random

    def uniform(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a number between 0 and 1."""
        return self._random.random()

    def normal(self, stream: str, month: int, entity: int, block: int = 0, word: int = 0) -> float:
        """Return a standard normal number."""
        return self._random.gauss(0.0, 1.0)

    def chosen(self, bits: int, chance: float, stream: str, month: int, entity: int, block: int = 0) -> int:
        """Return those of a set of bits that independent chances choose."""
        return sum(1 << n for n in range(bits.bit_length()) if bits >> n & 1 and self._random.random() < chance)

    def coins(self, stream: str, month: int, entity: int) -> int:
        """Return 64 bits, each with a chance of a half."""
        return self._random.getrandbits(64)


def lognormal(median: float, spread: float, z: float) -> float:
    """Return a lognormal number from a standard normal one."""
    return median * exp(spread * z)

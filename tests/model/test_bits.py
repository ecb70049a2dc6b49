"""Bits that chances choose: each with its chance, independently, and the same luck whatever the chance is."""

import numpy as np
import pytest

from tfs_sim.model import bits, draws
from tfs_sim.model.numerics import kernel

KEY = draws.run_key(1, 0)
STREAM = draws.stream("a test of bits")


@kernel
def chosen(p, key, n, out):
    for i in range(n):
        out[i] = bits.chosen_bits(p, bits.ALL, key, STREAM, 3, i, 0)


@pytest.mark.parametrize("p", [0.0, 0.05, 1 / 3, 0.5, 0.9, 1.0])
def test_bits_are_chosen_with_their_chance_independently(p):
    out = np.zeros(4000, np.uint64)
    chosen(p, KEY, out.size, out)
    drawn = (out[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    n = drawn.size
    assert abs(drawn.mean() - p) <= 4 * np.sqrt(p * (1 - p) / n)
    assert abs((drawn[:, :-1] * drawn[:, 1:]).mean() - p * p) <= 5 * np.sqrt(p * p * (1 - p * p) / n)


def test_a_larger_chance_keeps_every_bit_of_a_smaller_one():
    some, more = np.zeros(100, np.uint64), np.zeros(100, np.uint64)
    chosen(0.3, KEY, 100, some)
    chosen(0.31, KEY, 100, more)
    assert not (some & ~more).any()
    assert (more & ~some).any()

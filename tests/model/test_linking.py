"""The compiled loop's own linking: what it calls is internal to it, and stays a function."""

import numpy as np
import pytest
from numba import njit

from tfs_sim.model.linking import OWN_LINKING


@njit(error_model="numpy")
def total(numbers, scale):
    s = 0.0
    for n in range(numbers.size):
        s += numbers[n] * scale
    return s


def both(numbers):
    return total(numbers, 2.0) + total(numbers[::2].copy(), 3.0)


@pytest.mark.skipif(not OWN_LINKING, reason="this version of Numba links as usual")
def test_what_a_closed_function_calls_is_internal_and_gives_the_same():
    closed, usual = njit(both, **OWN_LINKING), njit(both)
    numbers = np.random.default_rng(0).normal(size=101)
    assert closed(numbers) == usual(numbers)
    (closed_code,), (usual_code,) = closed.inspect_llvm().values(), usual.inspect_llvm().values()
    assert any(line.startswith("define internal") and "total" in line for line in closed_code.splitlines())
    assert not any(line.startswith("define internal") and "total" in line for line in usual_code.splitlines())

"""Own exp and log against the C library's, and their bits on other processors."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from tfs_sim.model import numerics


@njit(error_model="numpy")
def exps(x):
    out = np.empty_like(x)
    for i in range(x.size):
        out[i] = numerics.exp(x[i])
    return out


@njit(error_model="numpy")
def logs(x):
    out = np.empty_like(x)
    for i in range(x.size):
        out[i] = numerics.log(x[i])
    return out


@njit(error_model="numpy")
def powers(x, a):
    out = np.empty_like(x)
    for i in range(x.size):
        out[i] = numerics.power(x[i], a)
    return out


def test_exp_is_right_to_one_unit_in_the_last_place():
    x = np.concatenate([np.random.default_rng(0).uniform(-50, 50, 200_000), [0.0, -1e-300, 1.0, -700, 700]])
    assert np.max(np.abs(exps(x) / np.exp(x) - 1.0)) < 3e-16
    assert exps(np.array([0.0]))[0] == 1.0
    assert exps(np.array([-1e6, 1e6])).tolist() == exps(np.array([-700.0, 700.0])).tolist()


def test_log_is_right_to_two_units_in_the_last_place():
    x = np.exp(np.random.default_rng(0).uniform(-50, 50, 200_000))
    exact = np.log(x)
    assert np.max(np.abs(logs(x) - exact) / np.maximum(np.abs(exact), 0.1)) < 5e-16
    assert logs(np.array([1.0]))[0] == 0.0


@pytest.mark.parametrize("exponent", [0.4, 1.75, -2.0])
def test_powers(exponent):
    x = np.random.default_rng(0).uniform(1e-3, 10, 10_000)
    assert np.allclose(powers(x, exponent), x**exponent, rtol=1e-14)
    assert powers(np.zeros(1), 0.5)[0] == 0.0
    assert powers(np.zeros(1), 0.0)[0] == 1.0


CODE = """
import hashlib, numpy as np
from numba import njit
from tfs_sim.model import numerics, draws
@njit(error_model="numpy")
def f(x):
    out = np.empty((3, x.size))
    for i in range(x.size):
        out[0, i] = numerics.exp(x[i])
        out[1, i] = numerics.log(abs(x[i]) + 1e-3)
        out[2, i] = draws.normal(numerics.logistic(0.1 * x[i]))
    return out
x = np.linspace(-40, 40, 10001)
@njit(error_model="numpy")
def g(x, y):
    return numerics.dot(x, y)
sums = np.array([g(x[:n], f(x)[0, :n]) for n in (5, 64, 10001)])
print(hashlib.sha256(f(x).tobytes() + sums.tobytes()).hexdigest())
"""


def test_the_bits_are_the_same_for_sse2_and_for_this_processor():
    def digest(**settings):
        done = subprocess.run(
            [sys.executable, "-c", CODE], env={**os.environ, **settings}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    here = digest()
    assert len(here) == hashlib.sha256().digest_size * 2
    assert digest(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="") == here


@njit(error_model="numpy")
def dotted(a, b):
    return numerics.dot(a, b)


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 64, 101])
def test_a_sum_of_products_is_made_of_eight(size):
    a, b = np.random.default_rng(size).normal(size=(2, size))
    sums = [0.0] * 8
    for n in range(size // 8 * 8):
        sums[n % 8] += a[n] * b[n]
    for n in range(size // 8 * 8, size):
        sums[0] += a[n] * b[n]
    assert dotted(a, b) == ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))


def test_a_sum_of_products_asks_for_numbers_in_a_row():
    with pytest.raises(TypingError):
        dotted(np.ones(10)[::2], np.ones(5))

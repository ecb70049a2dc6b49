"""Compiled functions are kept as machine code, loaded without the compiler, and called by their addresses."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit, types

from tfs_sim.model import machine_code
from tfs_sim.model.deferred import uncounted
from tfs_sim.model.handing import called, words_at
from tfs_sim.model.machine_code import Code

OPTIONS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **uncounted()}
WORD = types.int64


@njit(**OPTIONS)
def doubled(numbers, most):
    numbers = words_at(numbers, 3)
    for n in range(3):
        if numbers[n] > most:
            raise ValueError("too large")
        numbers[n] *= 2


@njit(**OPTIONS)
def twice(function, numbers, most):
    called(function, (numbers, most))
    called(function, (numbers, most))


@njit
def one_row(table):
    return table.reshape(-1)[0]


def code_of(function, arguments):
    signature = (WORD,) * arguments
    function.compile(signature)
    return machine_code.made_by(function, signature)


@pytest.fixture(scope="module")
def code():
    return code_of(doubled, 2)


def test_code_that_was_kept_is_called_with_whole_numbers(code, tmp_path):
    machine_code.keep(tmp_path / "doubled.code", code)
    kept = machine_code.kept(tmp_path / "doubled.code")
    assert kept == code
    numbers = np.array([1, -2, 3])
    machine_code.function_at(machine_code.loaded(kept), 2)(numbers.ctypes.data, 10)
    assert numbers.tolist() == [2, -4, 6]


def test_functions_call_each_other_by_their_addresses_and_pass_on_what_is_raised(code):
    inner = machine_code.loaded(code)
    outer = machine_code.function_at(machine_code.loaded(code_of(twice, 3)), 3)
    numbers = np.array([1, -2, 3])
    outer(inner, numbers.ctypes.data, 10)
    assert numbers.tolist() == [4, -8, 12]
    with pytest.raises(RuntimeError, match="ended with error"):
        outer(inner, numbers.ctypes.data, 10)
    assert numbers.tolist() == [8, -16, 12], "it ended where it was raised"


def test_what_is_not_as_it_was_written_is_not_loaded(code, tmp_path):
    path = tmp_path / "doubled.code"
    assert machine_code.kept(path) is None
    machine_code.keep(path, code)
    whole = path.read_bytes()
    places = np.random.default_rng(1).integers(0, len(whole), 200).tolist()
    for at in (*range(100), *places):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert machine_code.kept(path) is None, at
        path.write_bytes(whole[:at])
        assert machine_code.kept(path) is None, at
    path.write_bytes(whole)
    assert machine_code.kept(path) == Code(*code)


def test_another_files_code_is_not_loaded(code, tmp_path):
    machine_code.keep(tmp_path / "month.part_1.code", code)
    (tmp_path / "month.part_1.code").rename(tmp_path / "month.part_2.code")
    assert machine_code.kept(tmp_path / "month.part_2.code") is None


def test_what_would_need_the_compilers_own_functions_is_refused():
    table = types.float64[:, ::1]
    one_row.compile((table,))
    with pytest.raises(LookupError, match="one_row calls numba_attempt_nocopy_reshape"):
        machine_code.made_by(one_row, (table,))

"""The compiled loop's own linking: what it calls is its own, and what it is told of its arrays is true."""

import importlib
import pkgutil
from itertools import combinations

import numpy as np
import pytest
from numba import njit
from numba.np import arrayobj

from tfs_sim import model
from tfs_sim.model import draws, linking, loop, tick
from tfs_sim.model.deferred import Deferred
from tfs_sim.model.flow import Reading, flow_of
from tfs_sim.model.forms import Rule
from tfs_sim.model.linking import IS_OWN, OWN_LINKING, enclosed
from tfs_sim.model.mechanisms import trust
from tfs_sim.scenario import load_scenario


@njit(error_model="numpy")
def total(numbers, scale):
    s = 0.0
    for n in range(numbers.size):
        s += numbers[n] * scale
    return s


def both(numbers):
    return total(numbers, 2.0) + total(numbers[::2].copy(), 3.0)


def internal_functions(function):
    (code,) = function.inspect_llvm().values()
    return [line for line in code.splitlines() if line.startswith("define internal") and "total" in line]


@pytest.mark.skipif(not OWN_LINKING, reason="this version of Numba links as usual")
def test_what_a_closed_function_calls_is_its_own_and_gives_the_same(monkeypatch):
    monkeypatch.setattr(linking, "SMALL", 0)  # else so small a function is moved to where it is called
    closed, usual = njit(both, **OWN_LINKING), njit(both)
    numbers = np.random.default_rng(0).normal(size=101)
    assert closed(numbers) == usual(numbers)
    assert internal_functions(closed)
    assert not internal_functions(usual)


def test_an_enclosed_kernel_calls_copies_of_all_that_it_calls():
    copy = enclosed(trust.draw_luck)
    assert copy is not trust.draw_luck
    assert copy is enclosed(trust.draw_luck)
    module = copy.py_func.__globals__["draws"]
    assert module.fill is not draws.fill
    assert module.fill.py_func.__globals__["wide_words"] is not draws.wide_words
    assert module.fill.py_func.__code__ is draws.fill.py_func.__code__
    assert trust.draw_luck.py_func.__globals__["draws"] is draws


@pytest.mark.skipif(not IS_OWN, reason="this version of Numba links as usual")
def test_a_closed_function_gives_the_same_with_enclosed_kernels():
    inside, scale = enclosed(trust.draw_luck), draws.stream("encounter")

    def with_copies(month, key, luck, pair_id):
        inside(month, key, luck, pair_id)
        return luck[0, 0] * scale

    luck, usual = np.zeros((4, 13), np.uint32), np.zeros((4, 13), np.uint32)
    month, key, pairs = 7, np.uint64(3), np.arange(13, dtype=np.uint64)
    njit(with_copies, **OWN_LINKING)(month, key, luck, pairs)
    trust.draw_luck(month, key, usual, pairs)
    assert (luck == usual).all()


def test_arrays_that_a_step_is_given_do_not_overlap():
    """LLVM is told so (`Open`), and would move what is read before what is written."""
    template = load_scenario("laboratory").to_template()
    _, world = template.fresh()
    given = {**world._asdict(), "out": template.output()}
    for step in (*tick.START, *tick.MONTH):
        asked = [(given[name], row) for name, row in loop.arguments(step) if name in given]
        arrays = [array if row is None else array[row] for array, row in asked]
        for one, other in combinations(arrays, 2):
            assert not np.may_share_memory(one, other), step.kernel.__name__


def model_kernels():
    for module in pkgutil.walk_packages(model.__path__, f"{model.__name__}."):
        for value in list(vars(importlib.import_module(module.name)).values()):
            if isinstance(value, Deferred) and not isinstance(value, Rule) and value.__module__ == module.name:
                yield value


def overlaps(dispatcher):
    """Yield what a kernel passes on twice to one that writes to it."""
    for called, arrays in Reading(dispatcher).calls():
        written = flow_of(called).writes
        for one, other in combinations(zip(arrays, Reading(called).arguments, strict=False), 2):
            if {one[1], other[1]} & written:
                yield from ((called.py_func.__name__, array) for array in one[0] & other[0])


def test_no_kernel_passes_an_array_on_twice_to_one_that_writes_to_it():
    kernels = list(model_kernels())
    assert len(kernels) > 140
    assert sum(len(list(Reading(kernel).calls())) for kernel in kernels) > 300
    assert flow_of(draws.fill).writes == {"luck"}
    for kernel in kernels:
        assert not list(overlaps(kernel)), kernel.py_func.__name__


@njit
def pour(one, other):
    one[0] = other[0]


@njit
def careless(numbers):
    last = numbers[5:]
    pour(numbers[:5], last)


def test_it_would_be_seen():
    assert list(overlaps(careless)) == [("pour", "numbers")]


def test_nothing_changes_for_anybody_else_in_the_process():
    """While the model's code is compiled, and after it, other code takes a place from the end as Numba does."""
    usual = arrayobj.fix_integer_index
    during = []

    @njit
    def last(numbers):
        return numbers[-1]

    @njit(**OWN_LINKING)
    def first(numbers):
        return numbers[0]

    with linking._places_from_zero():
        during.append(last(np.arange(5.0)))
    assert first(np.arange(5.0)) == 0.0
    assert during == [4.0]
    assert arrayobj.fix_integer_index is usual

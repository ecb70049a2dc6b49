"""The compiled loop's own linking: what it calls is its own, and what it is told of its arrays is true."""

import ast
import functools
import importlib
import inspect
import pkgutil
import sys
import textwrap
from itertools import combinations

import numpy as np
import pytest
from numba import njit
from numba.core.dispatcher import Dispatcher

from tfs_sim import model
from tfs_sim.model import draws, engine, linking, tick
from tfs_sim.model.linking import IS_TRIED, OWN_LINKING, enclosed
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
    copy = enclosed(trust.throw)
    assert copy is not trust.throw
    assert copy is enclosed(trust.throw)
    module = copy.py_func.__globals__["draws"]
    assert module.fill is not draws.fill
    assert module.fill.py_func.__globals__["wide_words"] is not draws.wide_words
    assert module.fill.py_func.__code__ is draws.fill.py_func.__code__
    assert trust.throw.py_func.__globals__["draws"] is draws


@pytest.mark.skipif(not IS_TRIED, reason="this version of Numba links as usual")
def test_a_closed_function_gives_the_same_with_enclosed_kernels():
    inside, scale = enclosed(trust.throw), draws.stream("encounter")

    def with_copies(month, key, pair_id, luck):
        inside(month, key, pair_id, luck)
        return luck[0, 0] * scale

    luck, usual = np.zeros((4, 13), np.uint32), np.zeros((4, 13), np.uint32)
    given = 7, np.uint64(3), np.arange(13, dtype=np.uint64)
    njit(with_copies, **OWN_LINKING)(*given, luck)
    trust.throw(*given, usual)
    assert (luck == usual).all()


def test_arrays_that_a_step_is_given_do_not_overlap():
    """LLVM is told so (`Open`), and would move what is read before what is written."""
    template = load_scenario("laboratory").to_template()
    _, world = template.fresh()
    given = {**world._asdict(), "out": template.output()}
    for step in (*tick.START, *tick.MONTH):
        asked = [(given[name], row) for name, row in engine._arguments(step) if name in given]
        arrays = [array if row is None else array[row] for array, row in asked]
        for one, other in combinations(arrays, 2):
            assert not np.may_share_memory(one, other), step.kernel.__name__


class Kernel:
    """A compiled function's source, to see what it writes and what it passes on."""

    def __init__(self, dispatcher):
        self.module = sys.modules[dispatcher.py_func.__module__]
        self.tree = ast.parse(textwrap.dedent(inspect.getsource(dispatcher.py_func))).body[0]
        self.arguments = [argument.arg for argument in self.tree.args.args]
        self.part_of = {}  # names that stand for a part of an array
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.Name):
                target, value = node.targets[0], node.value
                both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
                for name, part in zip(target.elts, value.elts, strict=True) if both else [(target, value)]:
                    if isinstance(name, ast.Name) and isinstance(part, ast.Subscript):
                        self.part_of[name.id] = self.array_of(part)

    def array_of(self, node):
        """Return the name of the array that an expression is a part of, if any."""
        while isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        return self.part_of.get(node.id, node.id) if isinstance(node, ast.Name) else None

    def calls(self):
        """Yield (dispatcher called, name of the array that each of its arguments is a part of)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                path = ast.unparse(node.func).split(".")
                called = functools.reduce(lambda at, name: getattr(at, name, None), path, self.module)
                if isinstance(called, Dispatcher):
                    yield called, [self.array_of(argument) for argument in node.args]

    @functools.cached_property
    def written(self):
        """Names of the arguments that it, or what it calls, writes to."""
        found = set()
        for node in ast.walk(self.tree):
            for target in getattr(node, "targets", [getattr(node, "target", None)]):
                for part in getattr(target, "elts", [target]):
                    found |= {self.array_of(part)} if isinstance(part, ast.Subscript) else set()
        for called, arrays in self.calls():
            callee = source(called)
            found |= {array for array, name in zip(arrays, callee.arguments, strict=False) if name in callee.written}
        return found & set(self.arguments)


@functools.cache
def source(dispatcher):
    return Kernel(dispatcher)


def model_kernels():
    for module in pkgutil.walk_packages(model.__path__, f"{model.__name__}."):
        for value in list(vars(importlib.import_module(module.name)).values()):
            if isinstance(value, Dispatcher) and value.py_func.__module__ == module.name:
                yield value


def overlaps(dispatcher):
    """Yield what a kernel passes on twice to one that writes to it."""
    for called, arrays in source(dispatcher).calls():
        callee = source(called)
        for one, other in combinations(zip(arrays, callee.arguments, strict=False), 2):
            if one[0] is not None and one[0] == other[0] and {one[1], other[1]} & callee.written:
                yield called.py_func.__name__, one[0]


def test_no_kernel_passes_an_array_on_twice_to_one_that_writes_to_it():
    kernels = list(model_kernels())
    assert len(kernels) > 140
    assert sum(len(list(source(kernel).calls())) for kernel in kernels) > 300
    assert source(draws.fill).written == {"luck"}
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

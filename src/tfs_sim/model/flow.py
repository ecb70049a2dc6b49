"""What every step of the month reads and writes, read off its own text.

An array is written where a kernel, or what it hands the array to, assigns to elements of it, and read where elements
are used. Where a step sets some elements only, the others stay as they were: that alone is not called reading.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tfs_sim.model.deferred import Deferred
from tfs_sim.model.forms import form_of

SIZES = ("size", "shape", "ndim")
"""Attributes of an array that say nothing of its elements."""


@dataclass(frozen=True)
class Flow:
    """What a function reads elements of, what it sets elements of, and which of its arguments it takes for arrays."""

    reads: frozenset[str]
    writes: frozenset[str]
    arrays: frozenset[str]


@cache
def flow_of(function: Any) -> Flow:
    """Return what a function of the model reads and writes of what it is given."""
    return Reading(function).flow()


class Reading:
    """One function's text, looked at with the names that stand for parts of its arrays."""

    def __init__(self, function: Any) -> None:
        self.module = sys.modules[function.__module__]
        form = form_of(function)
        self.tree = form.tree
        self.arguments = [name for _, names in form.arguments for name in names]
        self.part_of: dict[str, set[str]] = {}
        changed = True
        while changed:  # a part of a part may be named before the part
            changed = False
            for target, value in _assignments(self.tree):
                found = self._arrays(value)
                known = self.part_of.setdefault(target, set())
                changed |= not found <= known
                known |= found

    def _arrays(self, node: ast.expr) -> set[str]:
        """Return the arrays that an expression may be a part of."""
        if isinstance(node, ast.IfExp):
            return self._arrays(node.body) | self._arrays(node.orelse)
        while isinstance(node, ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Name):
            return set()
        return {node.id} & set(self.arguments) | self.part_of.get(node.id, set())

    def calls(self) -> Iterator[tuple[Any, list[set[str]]]]:
        """Yield each function of the model that is called, with the arrays that each argument is a part of."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and (called := self._called(node)):
                yield called, [self._arrays(argument) for argument in node.args]

    def flow(self) -> Flow:
        """Return what the function reads and writes, with all that it hands on."""
        writes: set[str] = set()
        reads: set[str] = set()
        taken: set[str] = set()
        handed: set[int] = set()  # arguments of calls are judged by what is called
        for called, arrays in self.calls():
            inner = flow_of(called)
            for given, name in zip(arrays, Reading(called).arguments, strict=False):
                reads |= given if name in inner.reads or name not in inner.arrays else set()
                writes |= given if name in inner.writes else set()
                taken |= given if name in inner.arrays else set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self._called(node):
                handed |= {id(part) for argument in node.args for part in _spine(argument)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Subscript):
                taken |= self._arrays(node)
                if isinstance(node.ctx, ast.Store):
                    writes |= self._arrays(node)
                elif id(node) not in handed and not self._is_alias(node):
                    reads |= self._arrays(node)
            elif isinstance(node, ast.Attribute) and node.attr in SIZES:
                taken |= self._arrays(node.value)
            elif isinstance(node, ast.Call) and not self._called(node):  # whatever else takes it reads it
                reads |= {name for argument in node.args for name in self._arrays(argument)}
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript):
                reads |= self._arrays(node.target)
        own = frozenset(name for name in self.arguments if name.partition("_")[0] != "p")  # records have no elements
        return Flow(own & reads, own & writes, own & taken)

    def _called(self, node: ast.Call) -> Any:
        """Return the function of the model that is called, if it is one."""
        path = ast.unparse(node.func).split(".")
        module: Any = self.module
        called = functools.reduce(lambda at, name: getattr(at, name, None), path, module)
        return called if isinstance(called, Deferred) or hasattr(called, "py_func") else None

    def _is_alias(self, node: ast.Subscript) -> bool:
        """Say whether an expression only gives a part of an array a name: its elements are read where the name is."""
        return id(node) in self._named

    @functools.cached_property
    def _named(self) -> set[int]:
        """Expressions that are given a name which is used as an array: a number would be read on the spot."""
        used = {
            node.value.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in SIZES)
            if isinstance(node.value, ast.Name)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and (called := self._called(node)):
                arrays = flow_of(called).arrays
                for argument, name in zip(node.args, Reading(called).arguments, strict=False):
                    if isinstance(argument, ast.Name) and name in arrays:
                        used.add(argument.id)
        return {id(part) for name, value in _assignments(self.tree) if name in used for part in _ends(value)}


def _assignments(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name that is assigned to, with what is assigned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                both = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=True) if both else [(target, node.value)]  # type: ignore[attr-defined]
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        yield name.id, value


def _ends(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression may come to: both ends of a choice, or itself."""
    if isinstance(node, ast.IfExp):
        yield from (*_ends(node.body), *_ends(node.orelse))
    yield node


def _spine(node: ast.expr) -> Iterator[ast.AST]:
    """Yield an expression and the arrays that it is a part of, without what it is indexed by."""
    yield node
    while isinstance(node, ast.Subscript):
        node = node.value
        yield node

"""How kernels are written, and what the compiler is given.

A kernel names groups of arrays and reads their attributes: `def ramp_up(org, p): … org.ramp[i] …`. The compiler is
given each array as an argument of its own (a record of a hundred arrays, handed to every kernel, takes three times as
long to compile): the decorators here rewrite a kernel's own syntax tree, so that `org.ramp` becomes an argument `ramp`,
and leave files and lines as they are. A name that no group has is an error when the kernel is first looked at, with its
place.

What is recorded is written `out.trust[month, s]`, which becomes a place of the one table of results.

A helper may be handed a group, too. `form_of` returns what the compiler sees of a function.
"""

from __future__ import annotations

import ast
import difflib
import functools
import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from tfs_sim.model import numerics
from tfs_sim.model.declared_metrics import METRICS
from tfs_sim.model.deferred import Deferred
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.state import STATE

BITS = ("neighbours", "candidates")
"""Bits over a site's organizations, of each organization: the first axis depends on the largest site."""

LEVERS = ("dose", "shock", "on")
"""Groups that catalogues declare: doses of interventions, depths of shocks, switches of mechanisms."""

PREFIXED = ("order", "grant", "stage", "goal", *LEVERS)
"""Groups whose arrays are called by the group's name and the attribute's: `order.cost` is the array `order_cost`."""

ARRAYS: dict[str, dict[str, str]] = {}
"""The arrays of each group: what its attribute is called, and the array."""
for _field in (*FIXED, *STATE, *SCRATCH):
    _name = _field.name.removeprefix(f"{_field.group}_") if _field.group in PREFIXED else _field.name
    ARRAYS.setdefault(_field.group, {})[_name] = _field.name
ARRAYS["org"] |= dict(zip(BITS, BITS, strict=True))

GROUPS = (*ARRAYS, "dose", "on")
"""What kernels may call the groups: no variable of a kernel has such a name."""


RESULTS = "out"
"""What kernels call the results: an array [months, sites, metrics] whose attributes are metrics."""

PLACE = {metric.name: place for place, metric in enumerate(METRICS)}


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a mechanism's kernel: plain loops over arrays, no allocation, no Python objects."""
    return numerics.kernel(function, given=flattened)


def helper(function: Callable[..., Any]) -> Any:
    """Compile a helper that is called where little is gained from compiling it in again and again."""
    return numerics.helper(function, given=flattened)


def inline(function: Callable[..., Any]) -> Any:
    """Compile a small helper into whatever calls it."""
    return numerics.inline(function, given=flattened)


class Rule(Deferred):
    """An equation of the model: a function of numbers.

    Kernels that call it take it in; Python calls it as it was written, which gives the same bits. It is the one text of
    the equation: kernels, the aggregate model, tests and the documentation use it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function, numerics.inline.keywords["options"])

    def __call__(self, *numbers: Any) -> Any:
        """Return what the rule gives for these numbers."""
        return self.written(*numbers)


rule = Rule
"""Decorator for an equation: a function of numbers and of its mechanism's parameters, in a few lines."""


def flattened(function: Any) -> Any:
    """Return the function with each array that it reads of a group as an argument of its own.

    Raises
    ------
    SyntaxError
        With the place, if a group has no such array, if a group is used in any other way than by its attributes or as
        an argument of a helper that takes it, or if a variable has the name of a group or of an array in use.
    """
    code = function.__code__
    if not set(code.co_varnames[: code.co_argcount]) & {*GROUPS, RESULTS}:
        return function
    form = form_of(function)
    names: dict[str, Any] = {}
    exec(compile(ast.Module([form.tree], []), code.co_filename, "exec"), function.__globals__, names)
    made = names[function.__name__]
    made.__module__, made.__qualname__, made.written = function.__module__, function.__qualname__, function
    return made


def play(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function by names: of its arrays and of whatever else it takes."""
    plain = getattr(function, "py_func", function)
    code = plain.__code__
    return function(*(given[name] for name in code.co_varnames[: code.co_argcount]))


@dataclass(frozen=True)
class Form:
    """What the compiler sees of a function.

    `arguments` are those that were written, each with the names that the compiler is given for it; `tree` is the
    definition with these.
    """

    arguments: tuple[tuple[str, tuple[str, ...]], ...]
    tree: ast.FunctionDef


def form_of(function: Any) -> Form:
    """Return what the compiler sees of a compiled, flattened or plain function of the model."""
    if not hasattr(function, "written"):
        function = getattr(function, "py_func", function)
    plain = getattr(function, "written", function)
    return _file(plain.__code__.co_filename).form(plain.__name__, plain.__globals__)


class _File:
    """The functions of a file, flattened when they are first asked for."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        tree = ast.parse(Path(filename).read_bytes(), filename)
        self.written = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.forms: dict[str, Form] = {}

    def form(self, name: str, names: dict[str, Any]) -> Form:
        if name not in self.forms:
            tree = self.written[name]
            given = [argument.arg for argument in tree.args.args]
            of_numbers = any(isinstance(each, ast.Name) and each.id == "rule" for each in tree.decorator_list)
            tree.decorator_list = []
            if of_numbers:  # what it is given is called as it likes
                self.forms[name] = Form(tuple((each, (each,)) for each in given), tree)
                return self.forms[name]
            flattening = _Flattening(self, names, [each for each in given if each in GROUPS])
            if flattening.arrays or RESULTS in given:
                flattening.flatten(tree)
            arguments = tuple((each, tuple(flattening.arrays.get(each, [each]))) for each in given)
            tree.args.args = [
                ast.copy_location(ast.arg(name), old)
                for old, (_, new) in zip(tree.args.args, arguments, strict=True)
                for name in new
            ]
            self.forms[name] = Form(arguments, tree)
        return self.forms[name]


@cache
def _file(filename: str) -> _File:
    return _File(filename)


class _Flattening:
    """Turns attributes of groups into names, and groups handed on into the arrays that the callee reads, in place."""

    def __init__(self, file: _File, names: dict[str, Any], groups: list[str]) -> None:
        self.file, self.names = file, names
        self.arrays: dict[str, list[str]] = {group: [] for group in groups}

    def flatten(self, tree: ast.FunctionDef) -> None:
        """Rewrite a definition's body; refuse what would be something else than it says."""
        spent: set[int] = set()  # names of groups that were seen where they may stand
        names: list[ast.Name] = []
        for node in ast.walk(ast.Module(tree.body, [])):  # a node comes before what it is made of
            if isinstance(node, ast.Name):
                names.append(node)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.arrays:
                spent.add(id(node.value))
                self._attribute(node)
            elif isinstance(node, ast.Subscript) and _is_part(node.value) and node.value.value.id == RESULTS:
                if node.value.attr != "shape":
                    self._result(node)
            elif isinstance(node, ast.Call):
                handed = [a for a in node.args if isinstance(a, ast.Name) and a.id in self.arrays]
                if handed:
                    spent.update(map(id, handed))
                    node.args = self._arguments(node)
        used = {name for arrays in self.arrays.values() for name in arrays}
        for argument in tree.args.args:
            if argument.arg in used:
                self._refuse(argument, f"the argument {argument.arg!r} has the name of an array that is used here")
        for name in sorted(names, key=lambda each: isinstance(each.ctx, ast.Load)):  # what is assigned to, first
            if name.id in GROUPS and id(name) not in spent:
                self._refuse(name, f"{name.id!r} is what a group of arrays is called: only its arrays can be used")
            if name.id in used:
                what = "variable" if isinstance(name.ctx, ast.Store) else "function"
                self._refuse(name, f"the {what} {name.id!r} has the name of an array that is used here")

    def _attribute(self, node: Any) -> None:
        """Turn `org.effort` into `effort`."""
        group, name = node.value.id, node.attr
        arrays = ARRAYS.get(group, {})
        if name not in arrays and group not in LEVERS:
            near = difflib.get_close_matches(name, arrays, 1)
            self._refuse(node, f"{group} has no array {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if isinstance(node.ctx, ast.Store):
            self._refuse(node, f"{group}.{name} is an array: write to its elements")
        node.__class__ = ast.Name  # a node of its own would have to be put where this one is
        node.id = arrays.get(name, f"{group}_{name}")
        self._note(group, node.id)

    def _result(self, node: Any) -> None:
        """Turn `out.trust[month, s]` into `out[month, s, 2]`."""
        name = node.value.attr
        if name not in PLACE:
            near = difflib.get_close_matches(name, PLACE, 1)
            self._refuse(node, f"there is no metric {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        place = ast.copy_location(ast.Constant(PLACE[name]), node.slice)
        node.slice = ast.copy_location(ast.Tuple([*getattr(node.slice, "elts", [node.slice]), place], ast.Load()), node)
        node.value = node.value.value

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        """Return what a helper is handed: of each group the arrays that it reads."""
        form = self._called(node.func)
        if form is None or len(form.arguments) != len(node.args):
            self._refuse(node, f"{ast.unparse(node.func)} does not take what it is handed")
        arguments: list[ast.expr] = []
        for argument, (name, given) in zip(node.args, form.arguments, strict=True):
            if not (isinstance(argument, ast.Name) and argument.id in self.arrays):
                arguments.append(argument)
                continue
            if name != argument.id:
                self._refuse(argument, f"{ast.unparse(node.func)} takes {name!r} here, not {argument.id!r}")
            for array in given:
                self._note(name, array)
                arguments.append(ast.copy_location(ast.Name(array, ast.Load()), argument))
        written = {ARRAYS.get(a.value.id, {}).get(a.attr) for a in node.args if _is_part(a)}
        twice = written & {name for _, given in form.arguments for name in given}
        if twice:
            self._refuse(node, f"{ast.unparse(node.func)} is given the array {twice.pop()!r} twice")
        return arguments

    def _note(self, group: str, name: str) -> None:
        if name not in self.arrays[group]:
            self.arrays[group].append(name)

    def _called(self, node: ast.expr) -> Form | None:
        """Return the form of a function that is called, which may stand further down in the same file."""
        path = ast.unparse(node).split(".")
        found: Any = functools.reduce(lambda at, name: getattr(at, name, None), path[1:], self.names.get(path[0]))
        if found is not None:
            return form_of(found)
        return self.file.form(path[0], self.names) if path[0] in self.file.written else None

    def _refuse(self, node: Any, what: str) -> NoReturn:
        text = linecache.getline(self.file.filename, node.lineno)
        raise SyntaxError(what, (self.file.filename, node.lineno, node.col_offset + 1, text))


def _is_part(node: ast.expr) -> TypeGuard[Any]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)

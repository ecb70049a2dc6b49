"""Conditions that design points must meet: comparisons between named variables, such as `notice <= manuals`."""

from __future__ import annotations

import ast
import itertools
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.scenario.errors import Mistake, listed, nearest, quote
from tfs_sim.scenario.tables import month_number

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_RECKON: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def problem(text: str, names: list[str]) -> Mistake | None:
    """Return what is wrong with a constraint over variables of these names, or None."""
    if len(text) > LONGEST:
        return Mistake(f"a constraint has at most {LONGEST} characters; found {len(text):,}")
    depths = itertools.accumulate({"(": 1, ")": -1}.get(each, 0) for each in text)
    if max(depths, default=0) > DEEPEST:
        return Mistake(f"{quote(text)}: brackets are nested more than {DEEPEST} deep, which no comparison needs")
    try:
        tree = _parsed(text, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a number of thousands of digits, deep nesting
        tree = None
    example = f"{names[0] if names else 'a'} <= 0.5" if len(names) < 2 else f"{names[0]} <= {names[1]}"
    if tree is None or not isinstance(tree, ast.Compare):
        return Mistake(f"{quote(text)} is not a comparison", hint=f"For example: {example}")
    back = {_safe(name): name for name in names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in back):
            said = ast.unparse(node)
            hint = f"The design varies {listed(names)}."
            return Mistake(f"there is no variable {quote(said)}", suggestion=nearest(said, names), hint=hint)
        if not isinstance(node, _ALLOWED):
            return Mistake(f"{quote(text)}: a comparison of variables, numbers and months with + - * / is understood")
        if isinstance(node, ast.Constant) and _constant(node.value) is None:
            return Mistake(f'{quote(text)}: {quote(node.value)} is neither a number nor a month ("2020-03")')
    for node in ast.walk(tree):  # what is reckoned from numbers alone can be known here
        if isinstance(node, ast.BinOp) and not any(isinstance(each, ast.Name) for each in ast.walk(node)):
            with np.errstate(all="ignore"):
                if not np.isfinite(_value(node, {})):
                    return Mistake(f"{quote(text)}: {quote(ast.unparse(node))} is no number")
    return None


LONGEST = 500
"""Characters of a constraint; a comparison of two sums has a hundred."""
DEEPEST = 50
"""Brackets within brackets."""


_ALLOWED = (
    ast.Compare,
    ast.BinOp,
    ast.UnaryOp,
    ast.USub,
    ast.Name,
    ast.Load,
    ast.Constant,
    *_COMPARE,
    *_RECKON,
)


def holds(text: str, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Return for every point whether it meets a constraint; a value that is left as it is meets every one."""
    tree = _parsed(text, list(columns))
    assert isinstance(tree, ast.Compare)
    named = {_safe(name): column for name, column in columns.items()}
    sides = [_value(node, named) for node in (tree.left, *tree.comparators)]
    size = len(next(iter(columns.values())))
    met = np.ones(size, bool)
    for left, compare, right in zip(sides[:-1], tree.ops, sides[1:], strict=True):
        unknown = np.isnan(left) | np.isnan(right)
        met &= np.asarray(_COMPARE[type(compare)](left, right) | unknown)
    return met


def divides_by_zero(text: str, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Return for every point whether a constraint divides by zero there, so that it says nothing of it."""
    named = {_safe(name): column for name, column in columns.items()}
    found = np.zeros(len(next(iter(columns.values()))), bool)
    for node in ast.walk(_parsed(text, list(columns))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found |= np.asarray(_value(node.right, named) == 0.0)
    return found


def _value(node: ast.AST, named: Mapping[str, NDArray[np.float64]]) -> Any:
    """Return what a side of a comparison amounts to; a division by zero is an infinite number, or none."""
    if isinstance(node, ast.Name):
        return named[node.id]
    if isinstance(node, ast.Constant):
        return np.float64(_constant(node.value) or 0.0)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, named)
    assert isinstance(node, ast.BinOp)
    with np.errstate(all="ignore"):
        return _RECKON[type(node.op)](_value(node.left, named), _value(node.right, named))


def _safe(name: str) -> str:
    """Return a name that may have hyphens and dots as one that Python reads as a name."""
    return "v_" + name.replace("-", "__").replace(".", "_of_") if "-" in name or not name.isidentifier() else name


def _parsed(text: str, names: list[str]) -> ast.expr:
    for name in sorted(names, key=len, reverse=True):
        if _safe(name) != name:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", _safe(name), text)
    return ast.parse(text.strip(), mode="eval").body


def _constant(value: Any) -> float | None:
    if isinstance(value, str):
        return float(month_number(value)) if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None

"""The model's equations as plain Python functions of numbers.

`of("trust").trust_in(…)` is the rule that the file `trust.py` declares, with everything that it calls rebuilt from its
Python form: no compiler, and exponentials and logarithms of `math`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import Any

from tfs_sim.model import draws, numerics
from tfs_sim.model.forms import Rule


def exp(x: float) -> float:
    """Return e**x, for x in [-700, 700] and beyond as at the nearest end."""
    return math.exp(min(max(x, -700.0), 700.0))


def log(x: float) -> float:
    """Return the natural logarithm of x > 0, and of the smallest normal number below it."""
    return math.log(max(x, 2.2250738585072014e-308))


def fused(a: float, b: float, c: float) -> float:
    """Return a·b + c."""
    return a * b + c


def rebuilt(function: Any, names: dict[str, Any]) -> Callable[..., Any]:
    """Return a compiled function or a rule as plain Python whose names are looked up in `names`."""
    python = function.py_func
    plain = FunctionType(python.__code__, names, python.__name__, python.__defaults__)
    plain.__doc__ = python.__doc__
    return plain


ELEMENTARY: dict[str, Any] = {"exp": exp, "log": log, "fused": fused, "math": math, "LN2": math.log(2.0)}
"""What rules compute with."""

for _name in ("logistic", "power", "half_life_factor", "clip"):
    ELEMENTARY[_name] = rebuilt(getattr(numerics, _name), ELEMENTARY)

clip: Callable[[float, float, float], float] = ELEMENTARY["clip"]
logistic: Callable[[float], float] = ELEMENTARY["logistic"]
half_life_factor: Callable[[float], float] = ELEMENTARY["half_life_factor"]
normal_quantile: Callable[[float], float] = rebuilt(draws.normal, ELEMENTARY)


@cache
def of(file: str) -> SimpleNamespace:
    """Return the rules of a file of the model: of a mechanism, or of contact, goals, wages, payoff and metrics."""
    shared = file in {"contact", "goals", "payoff", "metrics", "seats", "wages"}
    name = f"tfs_sim.model.{file}" if shared else f"tfs_sim.model.mechanisms.{file}"
    module = import_module(name)
    names: dict[str, Any] = {**vars(module), **{key: ELEMENTARY[key] for key in ELEMENTARY if hasattr(module, key)}}
    own = {}
    for key, value in vars(module).items():
        if isinstance(value, Rule):
            if value.__module__ == name:
                names[key] = own[key] = rebuilt(value, names)
            else:
                names[key] = getattr(of(value.__module__.rpartition(".")[2]), value.py_func.__name__)
    return SimpleNamespace(**own)

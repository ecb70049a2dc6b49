"""Which tests may see a mutant, those that cost least first."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutant import ROOT, Mutant

TESTS = {
    "model": ("tests/model",),
    "scenario": ("tests/scenario",),
    "experiments": ("tests/experiments",),
    "estimators": ("tests/estimators",),
    "survey": ("tests/survey",),
    "decisions": ("tests/decisions",),
    "calibration": ("tests/calibration",),
    "problems": ("tests/problems",),
    "validation": ("tests/validation",),
    "analysis": ("tests/results",),
    "reasons": ("tests/reasons",),
    "report": ("tests/results",),
    "figures": ("tests/results",),
}
"""Where the tests of a layer are."""

LAST = {
    "model": ("tests/model", "tests/reference", "tests/test_docs.py"),
    "scenario": ("tests/scenario", "tests/cli", "tests/test_docs.py"),
    "experiments": ("tests/experiments", "tests/cli"),
    "estimators": ("tests/estimators", "tests/results/analysis"),
    "survey": ("tests/survey", "tests/cli"),
    "decisions": ("tests/decisions", "tests/cli"),
    "calibration": ("tests/calibration", "tests/cli"),
    "problems": ("tests/problems", "tests/cli"),
    "validation": ("tests/validation",),
    "analysis": ("tests/results", "tests/cli", "tests/validation"),
    "reasons": ("tests/reasons",),
    "report": ("tests/results", "tests/cli", "tests/validation"),
    "figures": ("tests/results", "tests/validation"),
}
"""What is run when nothing nearer has seen it; of a folder that is not there nothing."""


RUNS = ("tests/model/test_engine.py", "tests/model/test_agreement.py")
"""Whole runs of the model, and its agreement with a program that was written apart from it."""


OF_SOURCES = ("tests/model/test_streams.py", "tests/model/test_numbers.py", "tests/model/test_flow.py")
"""Tests that read all of the model's sources."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Tests that are run together.

    `loop` says whether the whole model may be compiled, which takes about a minute after any change of it; without,
    tests that need it are skipped.
    """

    name: str
    tests: tuple[str, ...]
    loop: bool = True


def stages(mutant: Mutant, near: bool = False) -> list[Stage]:
    """Return the stages for a mutant, in their order; none is empty.

    The last, a layer's tests, is left out where `near` asks for it, and of what nothing can see: it takes minutes. That
    another program of the same model draws the same luck is no promise, so that whole runs are left out as well.
    """
    named = named_after(mutant.file)
    mention = mentioning(mutant.file) or (() if named else beside(mutant.file))
    last = () if near or mutant.equivalent else existing(LAST[mutant.layer])
    if mutant.layer != "model":
        rounds = [Stage("its own tests", named), Stage("tests that use it", mention), Stage("the layer's tests", last)]
    else:
        own = tuple(dict.fromkeys((*named, *mention)))
        rounds = [
            Stage("its own tests, without whole runs", tuple(dict.fromkeys((*own, *OF_SOURCES))), loop=False),
            Stage("its own tests", own),
            Stage("whole runs", () if mutant.equivalent else existing(RUNS)),
            Stage("the layer's tests", last),
        ]
    known = Stage("the test that has seen it", (mutant.by,) if mutant.by else ())
    return [stage for stage in (known, *rounds) if stage.tests]


def named_after(file: str) -> tuple[str, ...]:
    """Return the test files that are named after a file of the package: tests mirror the sources."""
    path = Path(file)
    name = f"test_{path.parent.name if path.stem == '__init__' else path.stem}.py"
    found = [test for test in _tests(path.parts[0]) if Path(test).name == name]
    return tuple(test for test in found if Path(test).parent.name == path.parent.name) or tuple(found)


def mentioning(file: str) -> tuple[str, ...]:
    """Return the test files of the layer that import a file of the package, those that import least beside it first."""
    dotted = ".".join(("tfs_sim", *Path(file).with_suffix("").parts)).removesuffix(".__init__")
    found = [test for test in _tests(Path(file).parts[0]) if dotted in _imported(test)]
    return tuple(sorted(found, key=lambda test: len(_imported(test))))


def beside(file: str) -> tuple[str, ...]:
    """Return the test files in the folder that mirrors the folder of a file of the package."""
    return tuple(test for test in _tests(Path(file).parts[0]) if Path(test).parent.name == Path(file).parent.name)


def existing(places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the places that are there."""
    return tuple(place for place in places if (ROOT / place).exists())


@cache
def _tests(layer: str) -> tuple[str, ...]:
    found = (path for place in TESTS[layer] for path in sorted((ROOT / place).rglob("test_*.py")))
    return tuple(path.relative_to(ROOT).as_posix() for path in found)


@cache
def _imported(test: str) -> frozenset[str]:
    """Return the dotted names of everything that a test file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / test).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)

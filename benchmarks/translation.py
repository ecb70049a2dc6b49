"""Steps of the month translated to C by hand (`in_c/`): compiled, and run on the arrays of the model.

What the model declares (arrays, levers, parameters, switches, streams of draws) is written into a header, so that the
translation reads `p->reliability` and `w->trust` wherever they lie.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine, state, tick
from tfs_sim.model.arrays import TYPES
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.engine import RECORDS, SWITCHES, Template
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import BITS
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.world import CHANGING, ORGANIZATION_LEVERS, SITE_LEVERS, World

SOURCES = Path(__file__).parent / "in_c"
OPTIONS = ("-std=gnu11", "-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math")
"""What C is given to be fast: no result depends on these but by the rounding of what is multiplied and added."""

SAME_BITS = "-ffp-contract=off"
"""Multiplies and adds in two roundings where the model does: the same bits, and sometimes a little slower."""

STEPS = (
    "ties.choose_referrers",
    "ties.refer",
    "trust.fade",
    "trust.draw_luck",
    "trust.weigh_contact",
    "trust.list_meetings",
    "trust.encounter",
    "trust.update",
    "effort.perceive_norm",
    "effort.choose",
    "delivery.weigh_trust",
)
"""What is translated: file and kernel, as `tick.py` calls them, in the order of the month."""

C_TYPES = {"f8": "double", "i8": "int64_t", "u8": "uint64_t", "u4": "uint32_t", "u1": "uint8_t"}
SIZES = ("organizations", "pairs", "sites", "words")
KEY, MONTH = 3, 4
"""Places in what a step is given."""

CONSTANTS = ("ACTIVE", "BACKBONE", "K", "MAX_LEVELS")


class NoCompilerError(Exception):
    """No C compiler was found, or it would not compile; the message says which."""


def numbers() -> dict[str, int]:
    """Return the number in `engine.STEPS` of each translated step's place in the month."""
    begin = len(tick.START)
    names = {_name(n): n for n in range(begin, len(engine.STEPS))}
    return {name: names[name] for name in STEPS}


def is_on(template: Template, n: int) -> bool:
    """Return whether a step, by its number in `engine.STEPS`, is of a mechanism that is on."""
    return bool(template.on[SWITCHES.index(engine.STEPS[n].mechanism)])


def _name(n: int) -> str:
    kernel = engine.STEPS[n].kernel
    return f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__}"


def declarations() -> str:
    """Return the header with all that the model declares."""
    lines = ["/* Made of what the model declares; not to be edited. */", "#include <stdint.h>", ""]
    lines += [f"#define {name} {getattr(state, name)}" for name in CONSTANTS]
    lines += [f"#define {name} {number}u" for name, number in _streams()]
    lines += ["", "struct world {", f"    int64_t {', '.join(SIZES)};"]
    lines += [f"    {C_TYPES[dtype]} *{name};" for name, dtype in _arrays()]
    lines += ["};", ""]
    for record in RECORDS:
        fields = ", ".join(MECHANISMS[record].parameters._fields)
        lines += [f"struct {record} {{ double {fields}; }};"]
    lines += ["", "struct parameters {", *(f"    struct {record} {record};" for record in RECORDS), "};", ""]
    lines += ["struct switches {", *(f"    int64_t {name};" for name in SWITCHES), "};"]
    return "\n".join(lines) + "\n"


def _streams() -> Iterator[tuple[str, int]]:
    for file in sorted({name.partition(".")[0] for name in STEPS}):
        module = import_module(f"tfs_sim.model.mechanisms.{file}")
        for name in sorted(vars(module)):
            if name.endswith("STREAM"):
                yield f"{file.upper()}_{name}", int(getattr(module, name))


def _arrays() -> Iterator[tuple[str, str]]:
    """Yield name and type of each array of the world, and of each dose."""
    assert set(TYPES.values()) == set(C_TYPES)
    yield from ((field.name, field.dtype) for field in (*FIXED, *CHANGING, *SCRATCH))
    yield from ((name, "u8") for name in BITS)
    yield from ((_dose(lever), "f8") for lever in (*ORGANIZATION_LEVERS, *SITE_LEVERS))


def _dose(lever: str) -> str:
    return f"dose_{lever.replace('-', '_')}"


def compiler() -> str:
    """Return where the C compiler is.

    Raises
    ------
    NoCompilerError
        If there is none.
    """
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        raise NoCompilerError("no C compiler was found (gcc or cc)")
    return found


def version() -> str:
    """Return what the C compiler says of itself in its first line."""
    said = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0]


class Translation:
    """The compiled translation.

    Parameters
    ----------
    folder : where header and library are put.
    options : further ones for the compiler, as `SAME_BITS`.

    Raises
    ------
    NoCompilerError
        If there is no compiler, or it would not compile: its first complaint.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        gcc = compiler()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "declared.h").write_text(declarations(), encoding="utf-8")
        library = folder / "translation.so"
        sources = sorted(map(str, SOURCES.glob("*.c")))
        asked = [gcc, *OPTIONS, *options, "-Wall", "-Werror", "-shared", "-fPIC", "-flto", "-I", str(folder), "-I"]
        said = subprocess.run(
            [*asked, str(SOURCES), "-o", str(library), *sources, "-lm"], capture_output=True, text=True, check=False
        )
        if said.returncode:
            errors = [line for line in said.stderr.splitlines() if "error" in line]
            raise NoCompilerError(f"{gcc} did not compile: {(errors or ['without a reason'])[0]}")
        self.library = ctypes.CDLL(str(library))

    def of(self, template: Template, world: World) -> Translated:
        """Return the translation bound to the arrays of a world."""
        return Translated(self.library, template, world)


class Translated:
    """The translation bound to the arrays of a world, which it changes in place.

    Attributes
    ----------
    steps : addresses of the steps in C, by their places in `STEPS`.
    now : what they are given, as `step.h` has it; the month stands in place `MONTH`, the run's key in place `KEY`.
    """

    def __init__(self, library: ctypes.CDLL, template: Template, world: World) -> None:
        self.arrays = {**world._asdict(), **_doses(world)}  # held, because C knows their addresses alone
        sizes = template.layout.sizes
        counts = (sizes["organization"], sizes["pair"], sizes["site"], template.layout.words)
        places = [self.arrays[name].ctypes.data for name, _ in _arrays()]
        self.world = np.array([*counts, *places], np.uint64)
        self.parameters = np.array([number for record in template.parameters for number in record], np.float64)
        self.on = np.ascontiguousarray(template.on, np.int64)
        given = (self.world, self.parameters, self.on)
        self.now = np.array([*(each.ctypes.data for each in given), 0, 0], np.uint64)
        self.functions = [getattr(library, name.replace(".", "_")) for name in STEPS]
        self.steps = np.array([ctypes.cast(each, ctypes.c_void_p).value for each in self.functions], np.uint64)

    def run(self, step: int, key: np.uint64, month: int) -> None:
        """Run a step, by its place in `STEPS`."""
        self.now[KEY], self.now[MONTH] = key, month
        self.functions[step](ctypes.c_void_p(self.now.ctypes.data))


def _doses(world: World) -> dict[str, NDArray[np.float64]]:
    tables = ((ORGANIZATION_LEVERS, world.organization_doses), (SITE_LEVERS, world.site_doses))
    return {_dose(lever): table[row] for levers, table in tables for row, lever in enumerate(levers)}

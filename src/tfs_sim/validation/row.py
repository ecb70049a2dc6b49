"""What a row of the validation table is: a claim, how it is checked, and what was measured.

Kinds of claim: `exact` (a closed form), `published` (values in the literature), `ubiquity` (an effect of the
required sign and of at least a stated size in at least 90% of the plausible parameter space), `existence` (a
region where something happens, a region where it does not, the default on the side that the source says),
`reported` (measured and shown, never deciding).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["exact", "published", "ubiquity", "existence", "reported"]


@dataclass(frozen=True)
class Budget:
    """How much work a check may do: points of the parameter space, replicates a point, threads, seed."""

    points: int
    replicates: int
    workers: int
    seed: int = 20240229

    @property
    def quick(self) -> bool:
        """Whether this is the quick version, with wider tolerances by its smaller samples."""
        return self.points < 100


QUICK_RULES = (
    "The quick version asks for less: 40 points and 8 replicates instead of 200 and 16, and fewer runs in rows that "
    "count theirs otherwise. A row of kind ubiquity then fails only where a true share of 90% would give as few points "
    "with a chance below 5% (below 33 of 40); the full version asks for 90% itself. M17b must only not be refuted at "
    "90%; in M11a the cost of being central needs the right sign alone, in M17a rise and fall two standard errors "
    "instead of three; R1 looks at every third cell and allows 3.3 standard errors beside .01."
)
"""How the quick version is looser than the full one, for readers."""

FULL = Budget(points=200, replicates=16, workers=2)
QUICK = Budget(points=40, replicates=8, workers=2)


@dataclass(frozen=True)
class Agreement:
    """Figure data: values measured against values expected, each with a standard error (0: exact)."""

    labels: tuple[str, ...]
    expected: tuple[float, ...]
    measured: tuple[float, ...]
    errors: tuple[float, ...]
    quantity: str


@dataclass(frozen=True)
class Effects:
    """Figure data: the effect at every point of the parameter space in some unit, and the least required."""

    values: NDArray[np.float64]
    least: float
    quantity: str
    unit: str = "SD"


@dataclass(frozen=True)
class Region:
    """Figure data: a quantity along one axis (curves by label), or over two (one curve a second value)."""

    x: NDArray[np.float64]
    curves: dict[str, NDArray[np.float64]]
    errors: dict[str, NDArray[np.float64]]
    x_label: str
    quantity: str
    default: float | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Measured:
    """What a check found.

    Attributes
    ----------
    holds : whether the claim holds.
    found : one line with the figures that decide.
    interval : 95% interval of the deciding quantity, if it has one.
    share : share of the parameter space in which the effect holds (ubiquity).
    figure : what the diagnostic figure shows.
    note : what a reviewer should know about how it was measured.
    """

    holds: bool
    found: str
    figure: Agreement | Effects | Region
    interval: tuple[float, float] | None = None
    share: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Null:
    """What takes the effect that a title is about out of the model, all of it at once: the row must then fail.

    Attributes
    ----------
    settings : by "mechanism.parameter", the value at which it does nothing, in the units of files.
    without : interventions and shocks that do nothing.
    off : mechanisms without a parameter of their own, switched off.
    alike : whether sectors and organizations are all equally strong in everything (no parameter says how they differ).
    """

    settings: Mapping[str, float] = field(default_factory=dict, hash=False)
    without: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    alike: bool = False

    def __str__(self) -> str:
        """Return it in words."""
        said = [f"{name} = {value:g}" for name, value in self.settings.items()]
        said += [f"no {name}" for name in (*self.without, *self.off)]
        return ", ".join(said + ["all strengths alike"] * self.alike)


@dataclass(frozen=True)
class Row:
    """One claim: `name` is M1 … M28 or R1 … R7, with a letter where a mechanism makes several claims.

    `about` is what its title is about: a row must fail under each of these nulls. Or it says why there is none.
    """

    name: str
    title: str
    source: str
    kind: Kind
    required: str
    check: Callable[[Budget], Measured]
    about: tuple[Null, ...] | str


@dataclass(frozen=True)
class Verdict:
    """A row with what was measured and how long that took."""

    row: Row
    measured: Measured
    seconds: float

    @property
    def passes(self) -> bool:
        """Whether the row lets the table pass: reported rows always do."""
        return self.measured.holds or self.row.kind == "reported"


def asked(row: Row, budget: Budget) -> Measured:
    """Check a row in a model that is varied: whatever it stumbles over, it presupposes what is gone."""
    try:
        return quietly(row, budget)
    except Exception as problem:
        why = f"cannot be asked ({type(problem).__name__}: {problem})"
        return Measured(holds=False, found=why, figure=Agreement((), (), (), (), "nothing to show"))


def quietly(row: Row, budget: Budget) -> Measured:
    """Check a row; what is divided by nothing, or averaged over nobody, shows in what it finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return row.check(budget)

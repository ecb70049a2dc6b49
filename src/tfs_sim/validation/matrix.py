"""Necessity: with a mechanism switched off its own pattern must break. The matrix of mechanisms by rows, and the nulls.

Every row of kind ubiquity or existence is checked with everything on, and again with each mechanism off in all of its
arms, over the same points and the same luck. What must break is said beforehand, in `predictions.py`.

When a row breaks
-----------------
A row of kind *ubiquity* breaks if it fails by its own verdict, and the share of points in which its effect holds is
below the share with everything on by more than luck: Fisher's exact test, one-sided, at 1%. The points are the same,
so that this test of independent samples errs on the side of not calling it a break. A row of kind *existence* has no
share: its own criterion is in standard errors already. It breaks if it fails, and fails again with other luck and as
many runs as the full table has; with so many it must hold with everything on. Where a row of kind ubiquity fails by its
own verdict and no more can be said, it is *in doubt*. A row that fails with everything on cannot break.

A row may also have nothing to ask: its code needs what the mechanism makes, as when nobody is chosen, or no pair is
left of which something could be said. That is a result of its own.

A break is *empty* where every single effect is exactly zero: the arms of the row have become one and the same. Breaks
that are so by definition should be declared beforehand; the others are either a route of which the mechanism is the
only link, which is what necessity means, or a mistake in the declaration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.validation import kept, running
from tfs_sim.validation.aggregate import AGGREGATE as MEANS
from tfs_sim.validation.aggregate.restated import slow_to_build
from tfs_sim.validation.mixing import RANDOM_MIXING as SHUFFLED
from tfs_sim.validation.predictions import (
    AGGREGATE,
    NOT_OF_AN_AGGREGATE,
    PREDICTIONS,
    RANDOM_MIXING,
    Prediction,
    Reasons,
    rows_of,
)
from tfs_sim.validation.row import Budget, Effects, Measured, Region, Row, quietly
from tfs_sim.validation.running import Variation

FULL = Budget(points=30, replicates=6, workers=2)
QUICK = Budget(points=20, replicates=4, workers=2)
SECOND = Budget(points=100, replicates=12, workers=2, seed=20240301)
"""The other luck, and larger samples, with which a row of kind existence is asked again before it is said to break."""
LEVEL = 0.01
"""Chance that a row whose share has not changed is said to have broken; less, as the points are the same."""

Outcome = Literal["holds", "breaks", "in doubt", "cannot be asked", "fails anyway"]
Expected = Literal["breaks", "by definition", "survives", "holds"]
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Cell:
    """What became of a row under a variation.

    Attributes
    ----------
    row : the row's name.
    own : whether the row is one of the mechanism's own.
    expected, reason : what was predicted, and why ("holds" without a reason: nothing was).
    outcome : what happened; "fails anyway" if the row fails with everything on.
    share, size : share of points in which the effect holds; median effect in standard deviations (ubiquity), or how
        much the first curve of the figure varies (existence). None where there is none.
    empty : whether every single effect is exactly zero, or every curve flat.
    found : the figures that decide, in the row's own words, or why it cannot be asked.
    """

    row: str
    own: bool
    expected: Expected
    reason: str
    outcome: Outcome
    share: float | None
    size: float | None
    empty: bool
    found: str

    @property
    def counts(self) -> bool:
        """Whether the cell says something about necessity: the row can break, and not by definition alone."""
        return self.outcome != "fails anyway" and self.expected != "by definition"

    @property
    def gone(self) -> bool:
        """Whether the pattern is gone: it breaks, or there is nothing left to ask about."""
        return self.outcome in ("breaks", "cannot be asked")


@dataclass(frozen=True)
class Column:
    """A mechanism that is off, or another variation, and what became of every row."""

    name: str
    title: str
    cells: tuple[Cell, ...]
    seconds: float

    def those(self, *expected: Expected, own: bool | None = None) -> tuple[Cell, ...]:
        """Return the cells of which this was expected (its own rows, or only those of others)."""
        return tuple(c for c in self.cells if c.expected in expected and own in (None, c.own))

    @property
    def survived(self) -> tuple[str, ...]:
        """Return its own rows that hold without it: for these it is not necessary."""
        return tuple(cell.row for cell in self.cells if cell.own and cell.counts and cell.outcome == "holds")

    @property
    def verdict(self) -> str:
        """Return in a few words what its own rows show."""
        own = [cell for cell in self.cells if cell.own and cell.outcome != "fails anyway"]
        asked = [cell for cell in own if cell.counts]
        if not own:
            return "no row of its own"
        if not asked:
            return "by definition"
        broke = any(cell.gone for cell in asked)
        if self.survived:
            return "in part" if broke else "NOT NECESSARY"
        return "necessary" if broke else "in doubt"


@dataclass(frozen=True)
class Usual:
    """A row with everything on."""

    row: Row
    measured: Measured
    holds: bool

    @property
    def size(self) -> float | None:
        """Size of its effect."""
        return size(self.measured)


@dataclass(frozen=True)
class Matrix:
    """The rows with everything on, and under every variation."""

    rows: tuple[Usual, ...]
    columns: tuple[Column, ...]
    budget: Budget
    seconds: float

    @property
    def survived(self) -> tuple[tuple[str, str], ...]:
        """Return (mechanism, row) wherever a mechanism's own row holds without it."""
        return tuple((column.name, row) for column in self.columns for row in column.survived)


@dataclass(frozen=True)
class Trial:
    """A variation to try, and what is expected of it.

    `not_of_it` are rows that cannot be asked of it at all, each with the reason; `restated` are checks that ask what a
    row asks in terms that the variation has.
    """

    name: str
    title: str
    variation: Variation
    prediction: Prediction
    not_of_it: Reasons = field(default_factory=dict)
    restated: Mapping[str, Callable[[Budget], Measured]] = field(default_factory=dict)


NULLS = (
    Trial(SHUFFLED.name, "Random mixing", SHUFFLED, RANDOM_MIXING),
    Trial(MEANS.name, "Aggregate equations", MEANS, AGGREGATE, NOT_OF_AN_AGGREGATE, {"M1a": slow_to_build}),
)
"""What the full model is compared with, beside no trust, which is a mechanism that is off."""


def trials(mechanisms: Iterable[str] | None = None) -> tuple[Trial, ...]:
    """Return the trials of these mechanisms; of all, and of the other nulls, if none are named."""
    found = tuple(
        Trial(name, MECHANISMS[name].title, Variation(f"without {name}", off=(name,)), PREDICTIONS[name])
        for name in (PREDICTIONS if mechanisms is None else mechanisms)
    )
    return found if mechanisms is not None else (*found, *NULLS)


def filled(
    rows: Sequence[Row], tried: Sequence[Trial], budget: Budget = FULL, progress: Progress | None = None
) -> Matrix:
    """Check every row with everything on and under every variation, and hold it against the predictions."""
    rows = [row for row in rows if row.kind in ("ubiquity", "existence")]
    total, done, began = len(rows) * (len(tried) + 1), 0, time.perf_counter()

    def one_more() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total, done / (time.perf_counter() - began))

    if progress:
        progress(0, total, 0.0)
    usual = []
    for row in rows:
        measured = row.check(budget)
        again = row.kind == "ubiquity" or not measured.holds or row.check(_second(budget)).holds
        usual.append(Usual(row, measured, measured.holds and again))
        one_more()
    kept.forget()
    columns = []
    for trial in tried:
        start = time.perf_counter()
        cells = []
        with running.under(trial.variation):
            for each in usual:
                cells.append(cell(each, trial, budget))
                one_more()
        kept.forget()
        columns.append(Column(trial.name, trial.title, tuple(cells), time.perf_counter() - start))
    return Matrix(tuple(usual), tuple(columns), budget, time.perf_counter() - began)


def _second(budget: Budget) -> Budget:
    return replace(SECOND, workers=budget.workers)


def cell(usual: Usual, trial: Trial, budget: Budget) -> Cell:
    """Check a row under the variation that is in force, and say what became of it."""
    row = usual.row
    expected, reason = expectation(row.name, trial.prediction)
    own = row.name in trial.prediction.own.split()
    beyond = rows_of(trial.not_of_it)
    if row.name in beyond:
        return Cell(row.name, own, expected, reason, "cannot be asked", None, None, False, beyond[row.name])
    row = replace(row, check=trial.restated.get(row.name, row.check))
    try:
        measured = quietly(row, budget)
    except Exception as problem:  # whatever the row stumbles over is the answer: it presupposes what is off
        why = f"{type(problem).__name__}: {problem}"
        outcome: Outcome = "cannot be asked" if usual.holds else "fails anyway"
        return Cell(row.name, own, expected, reason, outcome, None, None, False, why)
    return Cell(
        row.name, own, expected, reason, _outcome(usual, row, measured, budget), measured.share, size(measured),
        empty(measured), measured.found,
    )  # fmt: skip


def expectation(row: str, prediction: Prediction) -> tuple[Expected, str]:
    """Return what was predicted of a row, and why."""
    lists: tuple[tuple[Expected, dict[str, str]], ...] = (
        ("breaks", rows_of(prediction.breaks)),
        ("by definition", rows_of(prediction.defined)),
        ("survives", rows_of(prediction.survives)),
    )
    return next(((expected, reasons[row]) for expected, reasons in lists if row in reasons), ("holds", ""))


def _outcome(usual: Usual, row: Row, measured: Measured, budget: Budget) -> Outcome:
    if not usual.holds:
        return "fails anyway"
    if measured.holds:
        return "holds"
    if row.kind == "existence":
        return "holds" if quietly(row, _second(budget)).holds else "breaks"
    return "breaks" if chance_of_fewer(usual.measured, measured) < LEVEL else "in doubt"


def chance_of_fewer(usual: Measured, measured: Measured) -> float:
    """Return the chance of so small a share if it were what it is with everything on (Fisher's exact test)."""
    from scipy.stats import fisher_exact

    (with_it, missing), (before, lacking) = _points(measured), _points(usual)
    return float(fisher_exact([[with_it, missing], [before, lacking]], alternative="less")[1])


def _points(measured: Measured) -> tuple[int, int]:
    """Return in how many points the effect holds, and in how many it does not."""
    assert isinstance(measured.figure, Effects) and measured.share is not None
    points = measured.figure.values.size
    good = round(measured.share * points)
    return good, points - good


def size(measured: Measured) -> float | None:
    """Return the median effect in standard deviations, or how much the first curve varies over its condition."""
    shown = measured.figure
    if isinstance(shown, Effects):
        values = shown.values[np.isfinite(shown.values)]
        return float(np.median(values)) if values.size else None
    if isinstance(shown, Region):
        curve = next(iter(shown.curves.values()))
        return float(np.ptp(curve)) if np.isfinite(curve).all() else None
    return None


def empty(measured: Measured) -> bool:
    """Return whether every single effect is exactly zero or no number, or every curve flat."""
    shown = measured.figure
    if isinstance(shown, Effects):
        return not np.nan_to_num(shown.values).any()
    return isinstance(shown, Region) and all(not np.nan_to_num(np.ptp(curve)) for curve in shown.curves.values())


__all__ = ["FULL", "QUICK", "Cell", "Column", "Matrix", "Trial", "Usual", "filled", "trials"]

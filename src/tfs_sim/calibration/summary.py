"""Targets beside what sets of parameters give of them: how many meet each, all of them, and which rules out what.

A set meets a target when it is off by no more than three standard deviations, which hardly any distribution with one
peak exceeds by chance (Pukelsheim 1994). Where nobody could be asked, or too few, it does not meet the target; so that
small numbers of communities do not pass for a verdict, what is met is also told with such targets left aside. A value
that the target's scale does not have (a count of 0, which has no logarithm) is a miss like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from tfs_sim.calibration.evaluating import Values
from tfs_sim.calibration.reading import Calibration
from tfs_sim.calibration.scales import SCALES, Output, deviance
from tfs_sim.calibration.tables import CalibrationTarget, value_of
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.scenario.errors import Mistake, count

CUT = 3.0
"""A set meets a target when it is off by no more than so many standard deviations."""
CLEAR = 4.0
"""A parameter is named as moving a target when its rank correlation is beyond so many standard errors of none."""
NAMED = 3
"""At most so many parameters are named for a target."""

FURTHEST = 700.0
"""Logarithms above this have no number."""


@dataclass(frozen=True)
class Line:
    """A target beside what sets give of it.

    Attributes
    ----------
    name, title, kind : the target's.
    required : the published figure, and between which natural values a set without luck meets it; of a range that is
        ours, the range; empty where nothing is required.
    low, middle, high : between which the middle 90% of sets lie, natural; NaN where none gives any.
    mean : the mean over the sets, natural.
    within : share of sets that meet it, or lie in the range; NaN where nothing is required.
    silent, few, beyond : shares of sets in which nobody could be asked; too few for a value whose luck is known; and
        whose value the target's scale does not have (0, which has no logarithm).
    alone : share of sets that it alone rules out, of targets that count.
    left : share of sets that meet it and every counting target before it.
    by : parameters that move it most, with the sign of their rank correlation.
    nearest : the least distance in standard deviations, the set and its natural value; None where nothing is required.
    """

    name: str
    title: str
    kind: str
    required: str
    low: float
    middle: float
    high: float
    mean: float
    within: float
    silent: float
    few: float
    beyond: float
    alone: float
    left: float
    by: tuple[str, ...]
    nearest: tuple[float, str, float] | None

    def missing(self) -> list[str]:
        """Return why sets have no value, and how many of them."""
        reasons = (
            (self.silent, "nobody could be asked"),
            (self.few, "too few communities could be asked for a value whose luck is known"),
            (self.beyond, "it was 0 or less, which has no logarithm,"),
        )
        return [f"{why} in {share:.1%} of the sets" for share, why in reasons if share > 0]


@dataclass(frozen=True)
class Summary:
    """Targets beside what sets give.

    Attributes
    ----------
    lines : one a target, in the order of the file.
    sets : how many sets.
    jointly : share of sets that meet every target that counts.
    but_one : share of sets that meet every one but the worst.
    aside : share of sets that meet every one of which enough could be asked.
    best : the set that misses its worst target by least, and by how many standard deviations.
    """

    lines: tuple[Line, ...]
    sets: int
    jointly: float
    but_one: float
    aside: float
    best: tuple[str, float]

    def impossible(self) -> Iterator[Mistake]:
        """Yield a sentence for each target that counts and that no set comes near."""
        for line in self.lines:
            if line.nearest is not None and not math.isnan(line.alone) and line.nearest[0] > CUT:
                gap, name, value = line.nearest
                where = f"at the nearest, {name}, it is off by {gap:.1f} standard deviations ({value:.3g})"
                if not math.isfinite(gap):
                    where = "; ".join(line.missing()) or "none of them has a value"
                said = (
                    f"{line.name} is met by none of {count(self.sets, 'set')}: {where}, and {line.required} is required"
                )
                yield Mistake(said, key=("targets", line.name))


def summarized(values: Values, calibration: Calibration, sets: Sets) -> Summary:
    """Return targets beside what sets give of them.

    Parameters
    ----------
    values : of the targets that were looked at.
    calibration : the file.
    sets : the sets, in the order of the values.
    """
    gaps = np.abs(values.gaps())
    counting = [n for n, output in enumerate(values.outputs) if output.counts]
    off = gaps[:, counting]
    ranked = np.sort(off, axis=1)
    left = np.ones(len(sets), bool)
    lines = []
    columns = {output.name: n for n, output in enumerate(values.outputs)}
    for name, target in calibration.targets.items():
        if name not in columns:
            if target.parameter is not None:
                lines.append(_of_parameter(name, target, sets))
            continue
        n = columns[name]
        output, natural = values.outputs[n], values.natural[:, n]
        alone = here = math.nan
        if output.counts:
            others = [m for m in counting if m != n]
            met = gaps[:, n] <= CUT
            left &= met
            alone = float((~met & (gaps[:, others] <= CUT).all(axis=1)).mean())
            here = float(left.mean())
        lacking = np.isnan(natural), np.isnan(values.values[:, n]), values.asked[:, n]
        by = movers(sets, values.values[:, n])
        line = _line(name, target, natural, lacking, _required(target, output), alone, here, by)
        if target.centre is not None:
            at = int(gaps[:, n].argmin())
            nearest = float(gaps[at, n]), values.ids[at], float(natural[at])
            line = _with(line, float((gaps[:, n] <= CUT).mean()), nearest)
        lines.append(line)
    worst = off.max(axis=1, initial=0.0)
    aside = ((off <= CUT) | np.isnan(values.natural[:, counting])).all(axis=1)
    at = int(worst.argmin())
    but_one = ranked[:, -2] if len(counting) > 1 else np.zeros(len(sets))
    jointly, most = float((worst <= CUT).mean()), float((but_one <= CUT).mean())
    best = (values.ids[at], float(worst[at]))
    return Summary(tuple(lines), len(sets), jointly, most, float(aside.mean()), best)


def accepted(output: Output, sds: float = CUT) -> tuple[float, float]:
    """Return between which natural values an output is met if there is no luck."""
    wide = sds * math.sqrt(output.variance)
    low, high = output.centre - wide, output.centre + wide
    if output.scale == "log":
        return _power(low), _power(high)
    if output.scale == "logit":
        return 1.0 / (1.0 + _power(-low)), 1.0 / (1.0 + _power(-high))
    if output.scale == "identity":
        return low, high
    assert output.scale in SCALES
    return _crossing(lambda share: deviance(share, output.figure, output.sample) - low), _crossing(
        lambda share: deviance(share, output.figure, output.sample) - high
    )


def _power(log: float) -> float:
    """Return e to a power; infinity where it is larger than any number."""
    return math.exp(log) if log < FURTHEST else math.inf


def _crossing(rising: Callable[[float], float]) -> float:
    """Return where a rising function of a share is 0; 0 or 1 where it is beyond."""
    low, high = 1e-12, 1.0 - 1e-12
    if rising(low) >= 0:
        return 0.0
    if rising(high) <= 0:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def movers(sets: Sets, values: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the parameters with the largest rank correlation with a value, with its sign, if it is clear."""
    there = ~np.isnan(values)
    if there.sum() < 30 or np.ptp(values[there]) == 0:
        return ()
    ranks = scipy.stats.rankdata(values[there])
    table = np.apply_along_axis(scipy.stats.rankdata, 0, sets.table[there])
    spread = table.std(axis=0) * ranks.std()
    shared = ((table - table.mean(axis=0)) * (ranks - ranks.mean())[:, None]).mean(axis=0)
    correlation = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
    order = np.argsort(-np.abs(correlation))[:NAMED]
    clear = CLEAR / math.sqrt(there.sum())
    return tuple(
        f"{'+' if correlation[n] > 0 else '−'} {sets.variables[n].name}" for n in order if abs(correlation[n]) > clear
    )


def _line(
    name: str,
    target: CalibrationTarget,
    natural: NDArray[np.float64],
    lacking: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]],
    required: str,
    alone: float,
    left: float,
    by: tuple[str, ...],
) -> Line:
    there = natural[~np.isnan(natural)]
    low, middle, high = np.quantile(there, (0.05, 0.5, 0.95)).tolist() if there.size else (math.nan,) * 3
    inside = math.nan
    if target.low is not None and target.high is not None:
        inside = float(((natural >= target.low) & (natural <= target.high)).mean())
    mean = float(there.mean()) if there.size else math.nan
    unsaid, none, asked = lacking
    silent, few = float((unsaid & (asked == 0)).mean()), float((unsaid & (asked > 0)).mean())
    beyond = float((none & ~unsaid).mean())
    seen = (low, middle, high, mean, inside, silent, few, beyond)
    return Line(name, target.title, target.kind, required, *seen, alone, left, by, None)


def _with(line: Line, within: float, nearest: tuple[float, str, float]) -> Line:
    return Line(**{**line.__dict__, "within": within, "nearest": nearest})


def _of_parameter(name: str, target: CalibrationTarget, sets: Sets) -> Line:
    assert target.parameter is not None
    names = [variable.name for variable in sets.variables]
    natural = np.array([value_of(target.parameter, dict(zip(names, row, strict=True))) for row in sets.table.tolist()])
    lacking = np.zeros(len(sets), bool), np.zeros(len(sets), bool), np.ones(len(sets), np.int64)
    return _line(name, target, natural, lacking, _required(target, None), math.nan, math.nan, ())


def _required(target: CalibrationTarget, output: Output | None) -> str:
    if target.low is not None and target.high is not None:
        return f"{target.low:g} to {target.high:g}"
    if output is None or target.centre is None:
        return ""
    low, high = accepted(output)
    return f"{target.centre:g} ({low:.2g} to {high:.2g})"

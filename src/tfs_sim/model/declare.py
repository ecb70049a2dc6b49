"""How a mechanism says what it is: parameters, levers, shocks and metrics as data.

One declaration feeds everything else: the keys of scenario files, `tfs-sim explain`, the
documentation tables, the ranges that sensitivity analysis samples, the record that a compiled
kernel reads, and the switch that turns the mechanism off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.deferred import Deferred
from tfs_sim.model.units import UNITS, Unit

Grade = Literal["measured", "derived", "recalled", "assumed"]
"""How sure we are of a default: measured in a published source that was read; derived from such a
source; recalled from the literature without re-reading; or assumed, because nobody has measured it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a mechanism, as users set it.

    Attributes
    ----------
    default : value in `unit`.
    unit : one of `units.UNITS`. Rates "per year" reach the kernels per month (divided by 12, once, in `record`).
    middle : best guess before anything was compared with what the model is held against; half of the plausible values
        lie below it (see `plausible`). The default may move when the model is calibrated; this and the range may not.
    low, high : plausible range, of the same time as the middle; the default lies in it, too.
    smallest, largest : values outside are refused.
    meaning : one sentence for a practitioner.
    source : where the default comes from.
    grade : how sure we are of it.
    choices : for a parameter that is a choice among words, the words; the kernel reads their position.
    whole : whether it counts something, so that only whole numbers mean anything.
    tuned_to : the published figure that middle and range were chosen by, which is then no test of the model any more.
    """

    default: float | str
    middle: float | str
    unit: str
    low: float
    high: float
    smallest: float
    largest: float
    meaning: str
    source: str
    grade: Grade
    choices: tuple[str, ...] = ()
    whole: bool = False
    tuned_to: str = ""

    def to_kernel(self, value: float | str) -> float:
        """Return `value` (in the file's unit) as the number that kernels read."""
        if self.choices:
            return float(self.choices.index(str(value)))
        return float(value) / UNITS[self.unit].divided_by

    @overload
    def plausible(self, share: float) -> float: ...

    @overload
    def plausible(self, share: NDArray[np.float64]) -> NDArray[np.float64]: ...

    def plausible(self, share: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        """Return the value below which `share` of the plausible values lie; of an array of shares, the values.

        Half of them lie below the middle and half above, evenly on each side (ranges are often "half to twice", and
        evenly from end to end would put the middle well above the guess). Where it is at an end of the range, all lie
        evenly between the ends. What counts something is rounded.

        This is the one meaning of "plausible": designs, validation and calibration all draw by it.
        """
        low, best, high = float(self.low), float(self.middle), float(self.high)
        shares = np.asarray(share, float)
        if low < best < high:
            below, above = low + 2.0 * shares * (best - low), best + (2.0 * shares - 1.0) * (high - best)
            values: NDArray[np.float64] = np.where(shares < 0.5, below, above)
        else:
            values = low + shares * (high - low)
        values = np.round(values) if self.whole else values
        return values if isinstance(share, np.ndarray) else float(values)


def parameter(
    default: float | str,
    *,
    unit: str,
    meaning: str,
    middle: float | None = None,
    plausible: tuple[float, float] | None = None,
    domain: tuple[float, float] | None = None,
    source: str = "no measurement found",
    grade: Grade = "assumed",
    choices: tuple[str, ...] = (),
    whole: bool = False,
    tuned_to: str = "",
) -> Any:
    """Declare a field of a mechanism's `Parameters` (a NamedTuple of floats) with what users must know.

    `middle` defaults to the default; `plausible` to the value alone (nothing to sample); `domain` to [0, 1] for shares
    and to [0, inf) otherwise. `whole` says that it counts something.
    """
    if unit not in UNITS:
        raise ValueError(f"there is no unit {unit!r}: declare it in units.py; {meaning}")
    number = 0.0 if choices else float(default)
    best = number if middle is None else float(middle)
    low, high = plausible or (number, number)
    smallest, largest = domain or (UNITS[unit].low, UNITS[unit].high)
    if not choices and not all(smallest <= low <= each <= high <= largest for each in (number, best)):
        raise ValueError(f"default {default} or middle {best} is outside of its own range or domain: {meaning}")
    if whole and not all(float(each).is_integer() for each in (number, best, low, high, smallest)):
        raise ValueError(f"default, middle, range and domain are whole where whole numbers are meant: {meaning}")
    return Parameter(
        default,
        default if choices else best,
        unit,
        low,
        high,
        smallest,
        largest,
        meaning,
        source,
        grade,
        choices,
        whole,
        tuned_to,
    )


def specification(parameters: type[NamedTuple]) -> dict[str, Parameter]:
    """Return the declared parameters of a `Parameters` class by name."""
    return dict(parameters._field_defaults)


def record(parameters: Any, values: dict[str, float | str] | None = None) -> Any:
    """Return the record that kernels read: `values` over the defaults, converted to kernel units."""
    values = values or {}
    spec = specification(parameters)
    return parameters(**{name: p.to_kernel(values.get(name, p.default)) for name, p in spec.items()})


@dataclass(frozen=True)
class Table:
    """Numbers by the name of a sector or a kind of need: declared as parameters are, but the same in all runs.

    Attributes
    ----------
    name : what the table is called.
    rows : a number, or one for each of `columns`, by name.
    columns : what the numbers of a row belong to; empty where a row is one number.
    unit, meaning, source, grade : as of a parameter.
    plausible : range in which each of the numbers could lie.
    """

    name: str
    rows: dict[str, float | tuple[float, ...]]
    unit: str
    plausible: tuple[float, float]
    meaning: str
    columns: tuple[str, ...] = ()
    source: str = "no measurement found"
    grade: Grade = "assumed"

    @property
    def values(self) -> NDArray[np.float64]:
        """The numbers as kernels read them, by the place of the name."""
        low, high = self.plausible
        values = np.array(list(self.rows.values()), np.float64)
        if values.shape[1:] != ((len(self.columns),) if self.columns else ()) or not np.all(
            (low <= values) & (values <= high)
        ):
            raise ValueError(f"table {self.name} has rows of another length, or numbers outside of its own range")
        return values


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism of the model: what it represents, its source, its parameters, its file.

    `name` is its key in scenario files ([parameters.NAME], [mechanisms] NAME = false); `rows` are the rows
    of the specification that it answers ("M1"); `needs` names mechanisms that must be on for it to work.
    `moved` says of parameters that earlier versions had what takes their place: who sets them is told.
    """

    name: str
    rows: tuple[str, ...]
    title: str
    summary: str
    source: str
    parameters: Any
    file: str
    needs: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intervention:
    """A lever that a scenario can schedule.

    `scope` says what a dose acts on: each target organization, or each target's site. `dose_unit` and
    `largest_dose` bound the dose. `cost` is dollars a month for each unit of dose and each target;
    `hours` is hours a month of every target partner's staff for each unit of dose. `payer` pays unless the
    scenario says otherwise: "funder", "backbone", "organization" or "outside".
    """

    name: str
    title: str
    meaning: str
    mechanism: str
    scope: Literal["organization", "site"]
    dose_unit: str
    dose: float
    largest_dose: float
    cost: float
    hours: float
    payer: Literal["funder", "backbone", "organization", "outside"]
    source: str = "no measurement found"
    grade: Grade = "assumed"
    combine: Literal["share", "sum"] = "share"


@dataclass(frozen=True, slots=True)
class Shock:
    """Something that happens to communities: onset, depth in [0, 1], whole months that it lasts, half-life."""

    name: str
    title: str
    meaning: str
    mechanism: str
    scope: Literal["organization", "site"]
    lasts: int
    decay: float
    source: str = "no measurement found"
    grade: Grade = "assumed"


@dataclass(frozen=True, slots=True)
class Metric:
    """One monthly quantity of a site. `summary` says how a run's single number is made from the months:
    the mean of the last twelve, the sum of all, or the last. `better` is "higher", "lower" or "" (neither).

    `subject` is the metric as the subject of a sentence, in the singular; `label` stands on charts (else the title).
    `finding` says whether a finding may be about it (prices, inputs and noise are reported only), `usual` whether
    findings look at it unasked, `main` whether `tfs-sim run` prints it, `rung` whether the ladder from process to
    students has it. `measured_by` names the metric of what people can see of it; of money that was asked for and not
    paid `unpaid_by` is the payer.
    `over` says what a mean is taken over where that changes from month to month, so that the mean moves when nothing
    else does: those that are left when the weak go are the stronger ones.
    `hidden` says why a partnership could not know it, so that no rule may look at it ("" where it could);
    `bounds` are its smallest and largest value where the unit does not say them.
    """

    name: str
    title: str
    unit: str
    meaning: str
    summary: Literal["last-year", "total", "end"] = "last-year"
    better: Literal["higher", "lower", ""] = ""
    decimals: int = 2
    hidden: str = ""
    bounds: tuple[float, float] | None = None
    over: str = ""
    subject: str = ""
    label: str = ""
    finding: bool = True
    usual: bool = False
    main: bool = False
    rung: bool = False
    measured_by: str = ""
    unpaid_by: str = ""

    @property
    def measure(self) -> Unit:
        """The unit, with what it says of values."""
        return UNITS[self.unit]

    @property
    def moving(self) -> str:
        """What a reader must know of a mean over those that are left; nothing where it is over all."""
        return f"A mean over {self.over}: it also moves when these change." if self.over else ""

    @property
    def explained(self) -> str:
        """Its meaning, and what a reader must know of a mean over those that are left."""
        return f"{self.meaning} {self.moving}".strip()

    @property
    def domain(self) -> tuple[float, float]:
        """The smallest and the largest value that it can have."""
        if self.bounds is not None:
            return self.bounds
        return self.measure.low, self.measure.high


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the month: the phase, the mechanism that owns it, the kernel, and what it does.

    The kernel's argument names are names of state arrays (see `state.py`) and of the few things that
    every kernel may ask for: month, key, `p` (its own mechanism's parameters), doses and shocks.
    """

    phase: str
    mechanism: str
    kernel: Deferred
    what: str

    @property
    def records(self) -> bool:
        """Whether it writes what is observed of the month, which is not done before the first."""
        code = self.kernel.written.__code__
        return self.phase == "observe" and "out" in code.co_varnames[: code.co_argcount]

    @property
    def name(self) -> str:
        """Its file and its kernel: "trust.update"."""
        return f"{self.kernel.__module__.rpartition('.')[2]}.{self.kernel.__name__}"

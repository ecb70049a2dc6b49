"""Rules of adaptive interventions: `when = { indicator = "clarity", below = 0.6 }`.

A rule looks at one recorded metric of the site, every so many months from the intervention's first month, and
the intervention is in force (and paid for) while the rule calls for it. `model/mechanisms/levers.py` does the
looking; here is what may be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from tfs_sim.scenario.errors import Mistake, kind_of, nearest, quote
from tfs_sim.scenario.fields import (
    DURATION,
    NAME,
    Check,
    as_number,
    catalogue,
    out_of_range,
    plain_number,
    several,
    wrong,
)
from tfs_sim.scenario.table import Table


def indicators() -> dict[str, Any]:
    """Return the metrics that a rule may look at: those that a partnership could know."""
    return {name: metric for name, metric in catalogue().METRICS.items() if not metric.hidden}


def _indicator(value: Any) -> str:
    known = indicators()
    if isinstance(value, str) and value in known:
        return value
    if not isinstance(value, str):
        raise wrong(f"{NAME} is the name of a metric; found {kind_of(value)}")
    hint = f"tfs-sim list indicators  shows all {len(known)}."
    if value in catalogue().METRICS:
        reason = catalogue().METRICS[value].hidden
        raise wrong(f"a partnership could not know its {quote(value)}: {reason}", hint=hint)
    raise wrong(f"there is no metric {quote(value)}", suggestion=nearest(value, known), hint=hint)


def _threshold(value: Any) -> float:
    return as_number(value, "a number, in the unit of the indicator")


INDICATOR = Check(_indicator, (("type", "string"), ("x-names", "indicators")))
THRESHOLD = Check(_threshold, (("type", "number"),))


class Rule(Table):
    """When an adaptive intervention is in force."""

    indicator: Annotated[str, INDICATOR] = Field(description="the metric of the site that the rule looks at")
    below: Annotated[float, THRESHOLD] | None = Field(
        None, description="called for while the indicator is below this, in its unit"
    )
    above: Annotated[float, THRESHOLD] | None = Field(
        None, description="instead of below: called for while the indicator is above this"
    )
    every: Annotated[int, DURATION] = Field(
        1, description="months from one look to the next, counted from the intervention's first month"
    )
    over: Annotated[int, DURATION] = Field(1, description="looks at the mean of the last so many recorded months")
    off_at: Annotated[float, THRESHOLD] | None = Field(
        None, description="once on, it stays on until the indicator is back at this; default: the threshold itself"
    )
    at_least: Annotated[int, DURATION] = Field(1, description="once on, it stays on for at least so many months")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        mistakes = [*self._thresholds(), *self._way_back()]
        if mistakes:
            raise several(mistakes)
        return self

    def _thresholds(self) -> Iterator[Mistake]:
        if (self.below is None) == (self.above is None):
            both = self.below is not None
            end = "keep one of the two" if both else "this one has neither"
            yield Mistake(f"a rule has a threshold, below or above; {end}", key=("above",) if both else (), at="key")
        low, high = catalogue().METRICS[self.indicator].domain
        for name in ("below", "above", "off_at"):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                message = out_of_range(value, low, high, unit_of(self.indicator))
                yield Mistake(message, key=(name,), hint=f"tfs-sim explain {self.indicator}  says what it measures.")

    def _way_back(self) -> Iterator[Mistake]:
        if self.off_at is None or (self.below is None) == (self.above is None):
            return
        if self.below is not None and self.off_at < self.below:
            right = f"at or above {plain_number(self.below)}, from below which it is on"
        elif self.above is not None and self.off_at > self.above:
            right = f"at or below {plain_number(self.above)}, from above which it is on"
        else:
            return
        yield Mistake(f"off_at lies {right}; found {plain_number(self.off_at)}", key=("off_at",))

    @property
    def threshold(self) -> float:
        """The threshold beyond which the rule calls for the intervention."""
        return float(self.below if self.below is not None else self.above or 0.0)

    @property
    def end(self) -> float:
        """The value at which an intervention that is on goes off."""
        return self.threshold if self.off_at is None else self.off_at

    @property
    def never(self) -> str:
        """Why it never calls for the intervention, as a sentence; empty where it may."""
        low, high = catalogue().METRICS[self.indicator].domain
        if self.below is not None:
            return f"{self.indicator} is never below {plain_number(low)}" if self.below <= low else ""
        return f"{self.indicator} is never above {plain_number(high)}" if self.threshold >= high else ""

    def facts(self) -> list[Any]:
        """Return everything that affects results."""
        above = self.below is None
        return [self.indicator, above, self.threshold, self.end, self.every, self.over, self.at_least]

    def in_words(self) -> str:
        """Return the rule as people say it: `while clarity is below 0.6, …`."""
        side = "above" if self.below is None else "below"
        said = f"while {self.indicator} is {side} {plain_number(self.threshold)}"
        if self.over > 1:
            said += f" (mean of the last {self.over} months)"
        said += ", looked at " + ("every month" if self.every == 1 else f"every {self.every} months")
        if self.end != self.threshold:
            said += f"; once on, until it is back at {plain_number(self.end)}"
        return said + (f"; for at least {self.at_least} months" if self.at_least > 1 else "")


def unit_of(indicator: str) -> str:
    """Return what the values of an indicator are, as it reads in an error."""
    unit = catalogue().METRICS[indicator].unit
    if unit.startswith("share"):
        return "a share"
    return "a number" if unit in ("", "0 to 1") else f"a number ({unit})"


def read_rule(value: Any) -> Any:
    """Say what a rule is written like where something else stands in its place."""
    if isinstance(value, Rule | Mapping):
        return value
    raise wrong(f'{NAME} is a table such as {{ indicator = "clarity", below = 0.6 }}; found {kind_of(value)}')

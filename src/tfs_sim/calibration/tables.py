"""The tables of a calibration file: populations, targets, how targets are observed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from tfs_sim.calibration.observing import WHATS
from tfs_sim.calibration.scales import SCALES
from tfs_sim.experiments.designs.plausible import WORD, as_line
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import Mistake, kind_of, listed, nearest, quote
from tfs_sim.scenario.fields import (
    KEY,
    LARGEST_SEED,
    LINE,
    NAME,
    TEXT,
    Check,
    catalogue,
    declared,
    number,
    one_of,
    several,
    whole,
    whole_number,
    wrong,
)
from tfs_sim.scenario.table import Table

KINDS = ("data", "sign", "prior-only", "check")
COUNTING = ("data", "sign")
"""Kinds of targets that are met or missed; the others are told."""

MOST_MONTHS = 1200
_MONTH = whole(1, MOST_MONTHS, "a month of the run, counted from 1")
_ANY = number(-1e12, 1e12, "a number")
_POSITIVE = number(1e-9, 1e12, "a number above 0")


def _some_share(value: Any) -> float:
    found = float(number(0, 1, "a share").function(value))
    if found <= 0:
        raise wrong(f"{NAME} is a share above 0: of 0 nobody answers, and nothing is known; found {quote(value)}")
    return found


def _span(value: Any) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong(f"{NAME} is the first and the last of some months, written [31, 36]; found {kind_of(value)}")
    first, last = (whole_number(each, 1, MOST_MONTHS, "a month of the run, counted from 1") for each in value)
    if first > last:
        raise wrong(f"{NAME} is upside down: it begins with month {first} and ends with month {last}")
    return first, last


def prior_line(value: Any) -> str:
    """Return what a file says of which parameters vary, as one line."""
    if not isinstance(value, str):
        raise wrong(f'{NAME} is "{WORD}", or "{WORD}: turnover, trust.memory"; found {kind_of(value)}')
    return as_line(value)


SHARE_ABOVE = Check(_some_share, (("type", "number"), ("exclusiveMinimum", 0), ("maximum", 1)))
"""A share of people who answer: of 0 nothing is known."""
_SPAN = Check(_span, (("type", "array"), ("minItems", 2), ("maxItems", 2)))
_METRIC = declared("metric")


class Observation(Table):
    """How a target is observed. Months count from 1; which keys there are depends on `what`."""

    what: Annotated[str, one_of(tuple(WHATS), "what is looked at")] = Field(description="what is looked at")
    metric: Annotated[str, _METRIC] | None = Field(None, description="a recorded metric")
    per: Annotated[str, _METRIC] | None = Field(None, description="the metric that it is divided by")
    times: Annotated[float, _POSITIVE] | None = Field(None, description="factor, such as 12 months")
    month: Annotated[int, _MONTH] | None = Field(None, description="month of the question")
    given: Annotated[int, _MONTH] | None = Field(None, description="of those alive in this month")
    later: Annotated[int, _MONTH] | None = Field(None, description="month in which it shows who lasts")
    first: Annotated[int, _MONTH] | None = Field(None, alias="from", description="first month")
    to: Annotated[int, _MONTH] | None = Field(None, description="last month")
    until: Annotated[int, _MONTH] | None = Field(None, description="last month of those that are looked at afterwards")
    before: Annotated[tuple[int, int], _SPAN] | None = Field(None, description="months before, first and last")
    during: Annotated[tuple[int, int], _SPAN] | None = Field(None, description="months during, first and last")
    after: Annotated[tuple[int, int], _SPAN] | None = Field(None, description="months after, first and last")
    within: Annotated[int, whole(1, 120, "a number of months")] | None = Field(None, description="in so many months")
    answers: Annotated[float, SHARE_ABOVE] | None = Field(None, description="share of members who answer")
    lowest: Annotated[float, _ANY] | None = Field(None, description="lowest mark of the scale")
    highest: Annotated[float, _ANY] | None = Field(None, description="highest mark of the scale")
    share: Annotated[float, SHARE_ABOVE] | None = Field(None, description="share at which something is back")
    members: Annotated[int, whole(1, 500, "a number of members")] | None = Field(None, description="so many members")
    sectors: Annotated[int, whole(1, 8, "a number of sectors")] | None = Field(None, description="of so many sectors")
    sites: Annotated[int, whole(1, 100_000, "a number of communities")] | None = Field(
        None, description="how many communities are asked (default: all); of deepened, at how many it has to rise"
    )
    beside: Annotated[str, KEY] | None = Field(None, description="the population that it is set beside")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise several(mistakes)
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        kind = WHATS[self.what]
        given = {(field.alias or name): getattr(self, name) for name, field in type(self).model_fields.items()}
        there = {name for name, value in given.items() if value is not None} - {"what"}
        for name in kind.needs:
            if name not in there:
                said = f'"{self.what}" ({kind.meaning}) needs {name}'
                yield Mistake(said, hint=f"It has {', '.join(kind.needs)}.")
        for name in there - {*kind.needs, *kind.may, "sites"}:
            yield Mistake(f'"{self.what}" ({kind.meaning}) has no use for {name}', key=(name,), at="key")
        for low, high in (("from", "to"), ("to", "until"), ("given", "month"), ("month", "later")):
            one, other = given[low], given[high]
            if one is not None and other is not None and (one > other or (one == other and low != "from")):
                yield Mistake(f"the months are upside down: {low} is month {one}, {high} is month {other}", key=(high,))
        if self.before and self.after and self.before[1] >= self.after[0]:
            yield Mistake("after begins before before ends", key=("after",))
        if self.during and self.after and self.during[1] >= self.after[0]:
            yield Mistake("after begins before during ends", key=("after",))
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            said = f"the scale is upside down: its lowest mark is {self.lowest:g}, its highest {self.highest:g}"
            yield Mistake(said, key=("highest",))

    @property
    def last(self) -> int:
        """The last month that is needed."""
        months = (self.month, self.later, self.to, self.until)
        spans = (self.before, self.during, self.after)
        return max([each for each in months if each], default=0) or max(span[1] for span in spans if span)


class Population(Table):
    """The communities that targets speak of: a scenario."""

    file: Annotated[str, TEXT] = Field(description="ready-made scenario, or path relative to this file")


class CalibrationTarget(Table):
    """A figure that the model is held against, or that is told beside it."""

    title: Annotated[str, LINE] = Field(description="one line")
    kind: Annotated[str, one_of(KINDS, "how it counts")] = Field(description="how it counts")
    population: Annotated[str, KEY] | None = Field(None, description="key of a population")
    observe: Observation | None = Field(None, description="how it is observed")
    parameter: Annotated[str, TEXT] | None = Field(None, description="the parameter that it is about (prior-only)")
    sample: Annotated[int, whole(1, 1_000_000, "a number")] | None = Field(None, description="real size of the sample")
    centre: Annotated[float, _ANY] | None = Field(None, description="the published figure")
    sd: Annotated[float, _POSITIVE] | None = Field(
        None, description="its standard deviation on the scale, sampling included (binomial: none, the sample says it)"
    )
    scale: Annotated[str, one_of(SCALES, "the scale of the comparison")] | None = Field(None, description="the scale")
    discrepancy: Annotated[float, number(0, 10, "a share of the value")] | None = Field(
        None, description="how far the model may be off, as a share of the value (of a share: of the rarer answer)"
    )
    low: Annotated[float, _ANY] | None = Field(None, description="lower end of a range that is ours (prior-only)")
    high: Annotated[float, _ANY] | None = Field(None, description="upper end of a range that is ours (prior-only)")
    source: Annotated[str, TEXT] = Field(description="who published it, and what was taken from there")
    caveat: Annotated[str, TEXT] = Field("", description="what to keep in mind")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if mistakes := [*self._lacking(), *self._impossible()]:
            raise several(mistakes)
        return self

    @property
    def counts(self) -> bool:
        """Whether it is met or missed."""
        return self.kind in COUNTING

    def _lacking(self) -> Iterator[Mistake]:
        def there(*names: str) -> list[str]:
            return [name for name in names if getattr(self, name) is not None]

        figure = ("centre", "scale", "discrepancy", "sample")
        if self.kind == "prior-only":
            wanted: tuple[str, ...] = ("low", "high")
            if (self.parameter is None) == (self.observe is None):
                yield Mistake("a prior-only target is about a parameter, or is observed: one of the two")
        else:
            wanted = ("observe", *(figure if self.counts or there("centre", "sd", "scale", "discrepancy") else ()))
            if self.scale not in (None, "binomial"):
                wanted = (*wanted, "sd")
        if self.observe is not None:
            wanted = (*wanted, "population")
        lacks = [name for name in wanted if getattr(self, name) is None]
        if lacks:
            yield Mistake(f"a target of kind {quote(self.kind)} lacks {', '.join(lacks)}")
        unused = (
            there("centre", "sd", "scale", "discrepancy")
            if self.kind == "prior-only"
            else there("low", "high", "parameter")
        )
        unused += ["sd"] if self.scale == "binomial" and self.sd is not None else []
        for name in unused:
            why = "the sample says it" if name == "sd" and self.kind != "prior-only" else f"of kind {quote(self.kind)}"
            yield Mistake(f"{name} is not for this target ({why})", key=(name,), at="key")
        if self.kind == "sign" and self.scale not in (None, "binomial"):
            yield Mistake('a target of kind "sign" is counted: its scale is "binomial"', key=("scale",))
        if self.low is not None and self.high is not None and self.low > self.high:
            yield Mistake(f"the range is upside down: low is {self.low:g}, high is {self.high:g}", key=("high",))
        if self.parameter is not None:
            yield from parameter_mistakes(self.parameter)

    def _impossible(self) -> Iterator[Mistake]:
        """Yield what no set of parameters could ever give."""
        if self.observe is None or self.centre is None or self.scale is None:
            return
        kind, centre = WHATS[self.observe.what], self.centre
        if kind.share != (self.scale in ("logit", "binomial")):
            right = "logit or binomial" if kind.share else "log or identity"
            said = f'"{self.observe.what}" gives {"a share" if kind.share else "no share"}: its scale is {right}'
            yield Mistake(f"{said}; found {quote(self.scale)}", key=("scale",))
            return
        inside = {"logit": 0 < centre < 1, "binomial": 0 <= centre <= 1, "log": centre > 0, "identity": True}
        if not inside[self.scale]:
            ends = {"logit": "between 0 and 1, without its ends", "binomial": "from 0 to 1", "log": "above 0"}
            yield Mistake(f"centre is {ends[self.scale]} on this scale; found {quote(centre)}", key=("centre",))
        low, high = self.observe.lowest, self.observe.highest
        if low is not None and high is not None and not low <= centre <= high:
            said = f"the target is impossible: its centre is {centre:g}, and marks go from {low:g} to {high:g}"
            yield Mistake(said, key=("centre",))


def parameter_mistakes(name: str) -> Iterator[Mistake]:
    """Yield a mistake where there is no parameter of this name."""
    mechanisms = catalogue().MECHANISMS
    owner, _, field = name.partition(".")
    known = specification(mechanisms[owner]) if owner in mechanisms else {}
    if field not in known:
        every = [f"{each}.{key}" for each in mechanisms for key in specification(mechanisms[each])]
        yield Mistake(f"there is no parameter {quote(name)}", key=("parameter",), suggestion=nearest(name, every))


class CalibrationTable(Table):
    """A calibration file."""

    title: Annotated[str, LINE] = Field(description="one line")
    question: Annotated[str, TEXT] = Field("", description="the question that it answers")
    origin: Annotated[str, TEXT] = Field("", description="of what its figures mostly are, as stamps of results say it")
    ids: Annotated[str, KEY] = Field("", description="how identities of sets begin; by default as the file is called")
    prior: Annotated[str, Check(prior_line, (("type", "string"),))] = Field(WORD, description="which parameters vary")
    budget: Annotated[int, whole(1, 10**13, "a number of community-months")] = Field(
        description="how much may be run in all, in community-months"
    )
    seed: Annotated[int, whole(0, LARGEST_SEED, "a whole number")] = Field(1, description="which luck")
    replicates: Annotated[int, whole(1, 1000, "a whole number")] = Field(1, description="runs of a population a set")
    again: Annotated[int, whole(1, 1000, "a whole number")] = Field(
        5, description="runs of a population, with fresh luck, of a set that misses at most one target: these count"
    )
    populations: dict[Annotated[str, KEY], Population] = Field(description="communities", min_length=1)
    targets: dict[Annotated[str, KEY], CalibrationTarget] = Field(
        description="what is held against the model", min_length=1
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        mistakes = []
        for name, target in self.targets.items():
            places: list[tuple[tuple[str, ...], str | None]] = [(("population",), target.population)]
            if target.observe is not None:
                places.append((("observe", "beside"), target.observe.beside))
            for key, place in places:
                if place is not None and place not in self.populations:
                    near = nearest(place, self.populations)
                    told = "" if near else f"; there are {listed(list(self.populations))}"
                    said = f"there is no population {quote(place)}{told}"
                    mistakes.append(Mistake(said, key=("targets", name, *key), suggestion=near))
        if not any(target.counts for target in self.targets.values()):
            mistakes.append(Mistake("no target counts: all are prior-only or checks", key=("targets",), at="key"))
        if mistakes:
            raise several(mistakes)
        return self


def value_of(name: str, values: dict[str, float]) -> float:
    """Return a parameter's value under a set that gives these by name; its default where the set does not give it."""
    if name in values:
        return values[name]
    owner, _, field = name.partition(".")
    return float(specification(catalogue().MECHANISMS[owner])[field].default)

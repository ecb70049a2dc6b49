"""The tables of a problem set's file: communities, what was seen of them, what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from tfs_sim.calibration.tables import SHARE_ABOVE, parameter_mistakes, prior_line
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import Mistake, kind_of, quote
from tfs_sim.scenario.fields import (
    KEY,
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

CHANCE, LEVEL, EFFECT, PARAMETER = "chance", "level", "effect", "parameter"
ASKED = {
    CHANCE: ("metric", "month"),
    LEVEL: ("metric", "first", "to", "unit"),
    EFFECT: ("strategy", "metric", "first", "to", "unit"),
    PARAMETER: ("parameter",),
}
"""What can be asked, and what each question needs."""

SHARE_OF_RUNS = "share of runs"
"""Unit of the metrics that are 0 or 1 in a run: those of which a chance can be asked."""

_MONTH = whole(1, 1200, "a month of the run, counted from 1")


def _months(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise wrong(f"{NAME} is a list of months such as [12, 36]; found {kind_of(value)}")
    found = tuple(whole_number(each, 1, 1200, "a month of the run, counted from 1") for each in value)
    if list(found) != sorted(set(found)):
        raise wrong(f"{NAME} are in order, each once; found {quote(list(value))}")
    return found


class Community(Table):
    """A community of the set."""

    file: Annotated[str, TEXT] = Field(description="its scenario, ready-made or relative to this file: one community")
    surveys: Annotated[tuple[int, ...], Check(_months, (("type", "array"), ("minItems", 1)))] = Field(
        description="months of the surveys; at the first the partnership is alive"
    )
    answers: Annotated[float, SHARE_ABOVE] = Field(description="share of members who answer a survey")


class Question(Table):
    """Something that is asked of every community."""

    title: Annotated[str, LINE] = Field(description="one line")
    ask: Annotated[str, one_of(tuple(ASKED), "what is asked")] = Field(description="what is asked")
    metric: Annotated[str, declared("metric")] | None = Field(None, description="a recorded metric")
    month: Annotated[int, _MONTH] | None = Field(None, description="of a chance: in which month")
    first: Annotated[int, _MONTH] | None = Field(None, alias="from", description="first month of a mean")
    to: Annotated[int, _MONTH] | None = Field(None, description="last month of a mean")
    strategy: Annotated[str, KEY] | None = Field(None, description="of an effect: a bundle of every community")
    parameter: Annotated[str, TEXT] | None = Field(None, description="a parameter, such as turnover.rate_nonprofit")
    unit: Annotated[float, number(1e-9, 1e12, "a number above 0")] | None = Field(
        None, description="a miss of so much counts as 1 (of a parameter: the width of its plausible 90%)"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise several(mistakes)
        return self

    @property
    def months(self) -> tuple[int, int]:
        """First and last month that it is about, counted from 1; (0, 0) of a parameter."""
        if self.month is not None:
            return self.month, self.month
        return self.first or 0, self.to or 0

    def _mistakes(self) -> Iterator[Mistake]:
        optional = ("metric", "month", "first", "to", "strategy", "parameter", "unit")
        given = {name for name in optional if getattr(self, name) is not None}
        needs = ASKED[self.ask]

        def written(name: str) -> str:
            return "from" if name == "first" else name

        if lacks := [written(name) for name in needs if name not in given]:
            yield Mistake(f'a question that asks "{self.ask}" lacks {", ".join(lacks)}')
        for name in optional:
            if name in given and name not in needs:
                yield Mistake(f'a question that asks "{self.ask}" has no use for {written(name)}', key=(written(name),),
                              at="key")  # fmt: skip
        if self.first is not None and self.to is not None and self.first > self.to:
            yield Mistake(f"the months are upside down: from is {self.first}, to is {self.to}", key=("to",))
        if self.ask == CHANCE and self.metric is not None:
            metrics = catalogue().METRICS
            if metrics[self.metric].unit != SHARE_OF_RUNS:
                known = [name for name, each in metrics.items() if each.unit == SHARE_OF_RUNS]
                said = f"{quote(self.metric)} is not 0 or 1 in a run, so nobody can say its chance"
                yield Mistake(said, key=("metric",), hint=f"There are {', '.join(known)}.")
        if self.parameter is not None:
            yield from self._of_parameter(self.parameter)

    def _of_parameter(self, name: str) -> Iterator[Mistake]:
        if found := list(parameter_mistakes(name)):
            yield from found
            return
        owner, _, field = name.partition(".")
        known = specification(catalogue().MECHANISMS[owner])[field]
        if known.choices or known.low == known.high:
            yield Mistake(f"{quote(name)} has no plausible range, so there is nothing to ask", key=("parameter",))


class ProblemTable(Table):
    """A problem set's file."""

    title: Annotated[str, LINE] = Field(description="one line")
    question: Annotated[str, TEXT] = Field("", description="the question that it is for")
    prior: Annotated[str, Check(prior_line, (("type", "string"),))] = Field(
        "plausible", description="which parameters differ between truths"
    )
    key: Annotated[str, LINE] = Field(description="which truths: they are drawn by it, and by nothing else")
    until: Annotated[int, _MONTH] = Field(description="how many months were seen")
    within: Annotated[int, whole(1, 120, "a number of months")] = Field(
        3, description="two deal with each other if they met within so many months"
    )
    lowest: Annotated[int, whole(0, 100, "a mark")] = Field(1, description="lowest mark of trust")
    highest: Annotated[int, whole(1, 101, "a mark")] = Field(4, description="highest mark of trust")
    futures: Annotated[int, whole(2, 10_000, "a number of runs")] = Field(
        64, description="runs of what may come, over which truths are taken"
    )
    communities: dict[Annotated[str, KEY], Community] = Field(description="the communities", min_length=1)
    questions: dict[Annotated[str, KEY], Question] = Field(description="what is asked of each", min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise several(mistakes)
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        if not self.key.strip():
            yield Mistake("key is empty, and truths are drawn by it", key=("key",))
        if self.lowest >= self.highest:
            yield Mistake(f"marks are upside down: lowest is {self.lowest}, highest {self.highest}", key=("lowest",))
        for name, community in self.communities.items():
            if community.surveys[-1] > self.until:
                said = f"a survey in month {community.surveys[-1]} is not seen by month {self.until}"
                yield Mistake(said, key=("communities", name, "surveys"))
        for name, question in self.questions.items():
            if question.ask != PARAMETER and question.months[0] <= self.until:
                said = f"month {question.months[0]} was seen: what is asked comes after month {self.until}"
                last = "month" if question.month is not None else "from"
                yield Mistake(said, key=("questions", name, last))

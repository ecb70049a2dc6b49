"""How many sets or replicates: a number, or as many as an interval needs to become narrow, or shares to be told.

Looking at an ordinary interval again and again until it is narrow (or leaves out zero) makes it too narrow. The
rule here uses an asymptotic confidence sequence, whose intervals hold at all sample sizes at once, so that one may
stop at any of them [1]_: after t pairs with standard deviation s, the mean difference is known within

    s · sqrt(2 (t ρ² + 1) / (t² ρ²) · log(sqrt(t ρ² + 1) / α))

where ρ is chosen for the number of pairs at which the sequence is to be narrowest. With several conditions (levels
of cross keys), each has its share of α.

Over sets of parameters replicates are added until shares of sets can be told (`UntilShares`), each time to a quarter of
the sets: those where another replicate helps most to say on which side of a threshold they are. Means stay those of the
replicates that every set has: a set that gets more because of how its first ones came out has a mean that leans away
from the threshold, while what its runs say of where its true difference lies is theirs however many there are.

References
----------
.. [1] Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), "Time-uniform central limit theory and asymptotic
   confidence sequences", Annals of Statistics 52(6):2613-2640, theorem 2.2 and appendix on the choice of ρ.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from tfs_sim.experiments.designs.design_checks import LARGEST_DIFFERENCE, difference_mistakes
from tfs_sim.scenario.errors import Mistake, nearest, quote
from tfs_sim.scenario.fields import NAME, TEXT, Check, declared, number, one_of, several, whole, wrong
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.table import Table

if TYPE_CHECKING:
    from tfs_sim.experiments.storage.store import StoredArm

MOST_REPLICATES = 1_000_000
ALPHA = 0.05
FIRST_LOOK = 32
GROWTH = 1.25
"""From look to look, the number of pairs grows by so much."""


Between = Annotated[tuple[Annotated[str, TEXT], ...], Field(description="two strategies", min_length=2, max_length=2)]


class Rule(Table):
    """What two strategies are compared by, so that enough is run for it."""

    until: Annotated[str, one_of(("half-width", "shares"), "until when")] = Field(description="until when")
    of: Annotated[str, declared("metric")] = Field(description="the metric, as the mean over sites")
    between: Between

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.between[0] == self.between[1]:
            raise several([Mistake("between names two different strategies", key=("between",))])
        return self

    def mistakes(self, strategies: Mapping[str, Any], key: str) -> list[Mistake]:
        """Return what is wrong with the names of strategies; `key` is where the rule stands."""
        return [
            Mistake(
                f"there is no strategy {quote(name)}",
                key=(key, "between", position),
                suggestion=nearest(name, strategies),
                hint=f"Strategies: {', '.join(strategies)}.",
            )
            for position, name in enumerate(self.between)
            if name not in strategies
        ]


class Until(Rule):
    """Add pairs until the interval of a paired difference is narrow enough."""

    at: Annotated[float, number(0, LARGEST_DIFFERENCE, "a number")] = Field(
        description="half the width of the interval"
    )
    max: Annotated[int, whole(FIRST_LOOK, MOST_REPLICATES, "a whole number")] = Field(5000, description="pairs at most")

    @model_validator(mode="after")
    def _narrow(self) -> Self:
        if self.until == "shares":
            raise several([Mistake('until = "shares" adds replicates of sets: write it at replicates', key=("until",))])
        if self.at <= 0:
            raise several([Mistake("at is above 0: no interval has no width", key=("at",))])
        if mistakes := list(difference_mistakes("at", self.at, self.of)):
            raise several(mistakes)
        return self

    def looks(self) -> list[int]:
        """Return the numbers of pairs after which the interval is looked at."""
        found, at = [], float(FIRST_LOOK)
        while round(at) < self.max:
            found.append(round(at))
            at = max(at * GROWTH, at + 1)
        return [*found, self.max]


class UntilShares(Rule):
    """Add replicates, first of sets near a threshold, until shares of sets can be told."""

    at: Annotated[float, number(0, 0.5, "a share")] = Field(
        0.05, description="share of sets that are on another side of the threshold than they seem, at most"
    )
    first: Annotated[int, whole(2, 1000, "a whole number")] = Field(
        8, description="replicates that every set has; means are over these"
    )
    max: Annotated[int, whole(2, 1000, "a whole number")] = Field(64, description="replicates of a set at most")

    @model_validator(mode="after")
    def _more(self) -> Self:
        if self.first >= self.max:
            said = f"every set has {self.first} replicates at first, and max leaves none to be added; found {self.max}"
            raise several([Mistake(said, key=("max",))])
        return self


def number_or_until(name: str, smallest: int, largest: int, *also: type[Rule]) -> Check:
    """Return the check for the key `name`: a whole number, or a rule that says until when pairs are added.

    `also` are rules beside `Until`, for "shares".
    """
    plain = whole(smallest, largest, "a whole number")

    def check(value: Any) -> int | Rule:
        if isinstance(value, Rule):
            return value
        if isinstance(value, Mapping):
            kind: type[Rule] = also[0] if also and value.get("until") == "shares" else Until
            try:
                return kind.model_validate(value)
            except ValidationError as error:
                raise several(mistakes_of(error, kind, name)) from None
        if isinstance(value, str):
            example = '{ until = "half-width", of = "support", at = 0.01, between = ["a", "b"] }'
            raise wrong(f"{NAME} is a whole number or a table such as {example}; found the text {quote(value)}")
        return int(plain.function(value))

    kinds: tuple[type[Rule], ...] = (Until, *also)
    rules = [{"x-table": kind.__name__} for kind in kinds]
    return Check(check, (("anyOf", [{"type": "integer", "minimum": smallest, "maximum": largest}, *rules]),))


REPLICATES = number_or_until("replicates", 1, MOST_REPLICATES, UntilShares)


def half_width(sd: float, pairs: int, alpha: float = ALPHA, narrowest: int = 200) -> float:
    """Return half the width of the confidence sequence after `pairs` pairs whose differences have this deviation."""
    if pairs < 2:
        return math.inf
    rho2 = (-2.0 * math.log(alpha) + math.log(-2.0 * math.log(alpha) + 1.0)) / narrowest
    grown = pairs * rho2 + 1.0
    return sd * math.sqrt(2.0 * grown / (pairs * pairs * rho2) * math.log(math.sqrt(grown) / alpha))


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the runs found: the pairs so far, the widest half-width of any condition, and whether it will do.

    `differences` is the mean difference under each condition.
    """

    pairs: int
    half_width: float
    enough: bool
    differences: dict[str, float]


def by_condition(arms: Iterable[StoredArm]) -> dict[tuple[str, ...], dict[str, StoredArm]]:
    """Return the arms by the labels of their conditions, then by strategy."""
    found: dict[tuple[str, ...], dict[str, StoredArm]] = {}
    for arm in arms:
        levels = tuple(value for key, value in arm.keys.items() if key != "strategy")
        found.setdefault(levels, {})[arm.keys["strategy"]] = arm
    return found


def run_means(arm: StoredArm, metric: str, end: int, first: int = 0) -> NDArray[np.float64]:
    """Return the metric's mean over sites of runs `first` to `end` - 1, [runs]."""
    found = [table.column(metric).to_numpy() for table in arm.read("runs", end, first)]
    return np.asarray(np.concatenate(found).reshape(end - first, -1).mean(axis=1))


def look(rule: Until, arms: list[StoredArm], replicates: int, sets: int = 0) -> Look:
    """Return how narrow the intervals are: over sets of parameters, each with its mean, or without, over replicates."""
    pairs = sets or replicates
    conditions = by_condition(arms)
    widest, differences = 0.0, {}
    for levels, strategies in conditions.items():
        a, b = (run_means(strategies[name], rule.of, replicates * max(1, sets)) for name in rule.between)
        difference = (a - b).reshape(replicates, -1).mean(axis=0) if sets else a - b
        deviation = float(np.std(difference, ddof=1))
        widest = max(widest, half_width(deviation, pairs, ALPHA / len(conditions)))
        differences[", ".join(levels)] = float(difference.mean())
    return Look(pairs, widest, widest <= rule.at, differences)


def told(rule: Until, found: Look, unit: str) -> dict[str, Any]:
    """Return what is stored of a sequence that has stopped; `unit` says what was added, "pairs" or "sets"."""
    return {
        "unit": unit,
        "until": rule.until,
        "of": rule.of,
        "at": rule.at,
        "between": list(rule.between),
        "max": rule.max,
        "most": "allowed" if found.pairs >= rule.max else "that the ensemble has",
        "pairs": found.pairs,
        "half_width": found.half_width,
        "reached": found.enough,
        "differences": found.differences,
        "interval": "95% asymptotic confidence sequence (Waudby-Smith et al. 2024)",
    }


def sentence(stopping: Mapping[str, Any]) -> str:
    """Return in words how many pairs were needed."""
    pair = " and ".join(stopping["between"])
    said = f"{stopping['of']}, {pair}: ±{stopping['half_width']:.3g}"
    number = f"{stopping['pairs']:,} {stopping['unit']}"
    if stopping["reached"]:
        return f"{number} were needed ({said}, asked for ±{stopping['at']:g})"
    return f"{number}, the most {stopping['most']}, were not enough ({said}, asked for ±{stopping['at']:g})"

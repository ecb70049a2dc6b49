"""What the record of an ensemble may say, checked when it is written and when it is read.

A right checksum says only that a record is what its maker wrote. So that its batch says something when it is run again,
means lie where the metric can, and errors are no larger than runs can make them.
"""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from tfs_sim.experiments.designs.sets import MOST_SETS, Agreement
from tfs_sim.experiments.storage.record_shapes import DIGEST, MODEL, Line, Metric, Number, Text
from tfs_sim.scenario.errors import Mistake
from tfs_sim.scenario.fields import SWITCH, catalogue, several, whole
from tfs_sim.scenario.table import Table

MOST_AGAIN, MOST_AGAIN_MONTHS = 50, 120
"""Sets and months that are run again at most, to see whether the model still behaves as it did."""


class Behaviour(Table):
    """What some sets gave when the ensemble was made: whether the model still behaves like that is seen by it."""

    scenario: Line
    months: Annotated[int, whole(1, MOST_AGAIN_MONTHS, "a whole number")]
    replicates: Annotated[int, whole(2, 20, "a whole number")]
    seed: Annotated[int, whole(0, 2**53, "a whole number")]
    sets: Annotated[list[Line], Field(min_length=1, max_length=MOST_AGAIN)]
    digest: Annotated[str, DIGEST]
    means: Annotated[dict[Metric, list[Number]], Field(min_length=1)]
    errors: Annotated[dict[Metric, list[Number]], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for name, errors in self.errors.items():
            if len(errors) != len(self.sets) or len(self.means.get(name, ())) != len(self.sets):
                raise several([Mistake(f"{name} has not a mean and an error of each set", key=("errors", name))])
            for mean, error in zip(self.means[name], errors, strict=True):
                least, most = _possible_error(name, mean, self.replicates)
                if not least <= error <= most:
                    said = f"{name} has a mean of {mean:g} with an error of {error:g}, which no runs have"
                    raise several([Mistake(said, key=("errors", name))])
        if other := self.means.keys() ^ self.errors.keys():
            raise several([Mistake(f"{min(other)} has no mean or no error", key=("means",))])
        if len(set(self.sets)) < len(self.sets):
            raise several([Mistake("a set is there twice", key=("sets",))])
        return self


def _possible_error(metric: str, mean: float, replicates: int) -> tuple[float, float]:
    """Return between which values the standard error of a mean of so many runs may lie, if the metric has this mean.

    Runs lie between the metric's ends (Bhatia & Davis 2000), or above its lower one, where one run makes it all. A mean
    outside of them has none. What this version does not know is not judged.
    """
    declared = catalogue().METRICS.get(metric)
    low, high = (-math.inf, math.inf) if declared is None else declared.domain
    months = MOST_AGAIN_MONTHS if declared is not None and declared.summary == "total" else 1
    low, high = low * months, high * months
    slack = 1e-9 * (1.0 + abs(mean))
    if not low - slack <= mean <= high + slack:
        return math.inf, -math.inf
    if math.isinf(low):
        return 0.0, math.inf
    above = max(mean - low, 0.0)
    if math.isinf(high):
        return 0.0, above + slack
    return 0.0, math.sqrt(above * max(high - mean, 0.0) / (replicates - 1)) + math.sqrt(slack)


class Named(Table):
    """What an ensemble is called, and how others may use it."""

    name: Line
    title: Line
    edition: Line
    licence: Line


class Record(Named):
    """The JSON file of an ensemble."""

    format: Line
    version: Annotated[int, whole(1, 10**6, "a whole number")]
    calibrated: Annotated[bool, SWITCH]
    model: Annotated[str, MODEL]
    sets: Annotated[int, whole(2, MOST_SETS, "a whole number")]
    table: Annotated[str, DIGEST]
    units: dict[Line, Text]
    prior: Annotated[str, DIGEST]
    targets: Annotated[str, DIGEST] | None
    code: Annotated[str, DIGEST] | None
    own: dict[Line, Text]
    figures: Annotated[int, whole(0, 10_000, "a whole number")]
    origin: Text = ""
    misses: list[Text]
    conditioned: Text = ""
    unusual: Text = ""
    behaviour: Behaviour

    @model_validator(mode="after")
    def _sound(self) -> Self:
        held = {"targets": self.targets, "code": self.code, "own": self.own, "figures": self.figures}
        for name, value in held.items():
            if bool(value) != self.calibrated:
                kind = "calibrated, and lacks what is said of" if self.calibrated else "not calibrated, and says"
                raise several([Mistake(f"it is {kind} {name}", key=(name,))])
        if len(self.own) != self.figures:
            raise several([Mistake(f"it has {len(self.own)} targets of {self.figures} figures", key=("own",))])
        if self.unusual and not self.conditioned:
            said = "it says that a town is unusual, and of none that it was conditioned on it"
            raise several([Mistake(said, key=("unusual",))])
        if self.misses and not self.calibrated:
            raise several([Mistake("it is not calibrated, and says what it misses", key=("misses",))])
        if len(self.misses) > self.figures:
            said = f"it misses more figures, {len(self.misses)}, than it was held against, {self.figures}"
            raise several([Mistake(said, key=("misses",))])
        return self

    @property
    def agreement(self) -> Agreement | None:
        """What its sets agree with; None where it was not calibrated."""
        if not self.calibrated:
            return None
        misses, town = tuple(self.misses), (self.conditioned, self.unusual)
        return Agreement(self.name, self.edition, self.licence, self.figures, self.origin, misses, *town)

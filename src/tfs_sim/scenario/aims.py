"""Goals that a partnership sets itself: `[[sites.riverton.goals]]`, on what it can know of itself.

Reached, a goal ends the partnership with its goals met, or is followed by the next one: then what is clear about the
shared goals has to become clear again. `model/mechanisms/endings.py` does the looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from tfs_sim.scenario.errors import Mistake
from tfs_sim.scenario.fields import DURATION, catalogue, one_of, out_of_range, plain_number, several
from tfs_sim.scenario.rules import INDICATOR, THRESHOLD, unit_of
from tfs_sim.scenario.table import Table


class Goal(Table):
    """What a partnership has set itself, and what follows when it is reached."""

    indicator: Annotated[str, INDICATOR] = Field(description="the metric of the site that tells")
    at_least: Annotated[float, THRESHOLD] | None = Field(None, description="reached at this or above, in its unit")
    at_most: Annotated[float, THRESHOLD] | None = Field(None, description="instead of at_least: at this or below")
    over: Annotated[int, DURATION] = Field(12, description="looks at the mean of the last so many recorded months")
    then: Annotated[str, one_of(("end", "next"), "what follows when it is reached")] = Field(
        "end", description="end: the partnership ends, its goals met; next: it goes on to the next goal, or goes on"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        mistakes = list(self._mistakes())
        if mistakes:
            raise several(mistakes)
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        if (self.at_least is None) == (self.at_most is None):
            both = self.at_least is not None
            end = "keep one of the two" if both else "this one has neither"
            message = f"a goal has a threshold, at_least or at_most; {end}"
            yield Mistake(message, key=("at_most",) if both else (), at="key")
        low, high = catalogue().METRICS[self.indicator].domain
        for name in ("at_least", "at_most"):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                hint = f"tfs-sim explain {self.indicator}  says what it measures."
                yield Mistake(out_of_range(value, low, high, unit_of(self.indicator)), key=(name,), hint=hint)

    @property
    def threshold(self) -> float:
        """The value at which it is reached."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)

    def facts(self) -> list[Any]:
        """Return everything that affects results."""
        return [self.indicator, self.at_least is not None, self.threshold, self.over, self.then]

    def in_words(self) -> str:
        """Return the goal as people say it."""
        side = "at least" if self.at_least is not None else "at most"
        end = "; then it ends" if self.then == "end" else ""
        return f"{self.indicator} {side} {plain_number(self.threshold)} over {self.over} months{end}"

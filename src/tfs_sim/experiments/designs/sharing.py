"""What the strategies of an experiment do not share beyond their schedule, and which of them does nothing.

A difference between two strategies is credited to what they do; where they also have other parameters, it is not that
alone, and whoever reads it must be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm
    from tfs_sim.experiments.designs.points import Points

Values = dict[str, dict[str, float | str]]
"""Values by strategy and dotted name."""


def _firsts(arms: Sequence[Arm]) -> dict[str, Arm]:
    """Return each strategy's arm under the first combination of levels."""
    found: dict[str, Arm] = {}
    for arm in arms:
        if arm.levels == arms[0].levels:
            found.setdefault(arm.strategy, arm)
    return found


def parameters(arms: Sequence[Arm], points: Points | None = None) -> Values:
    """Return every strategy's values of the parameters in which strategies differ, by dotted name.

    What a design sets in every arm is no difference. Where a one-line design draws what an arm does not write itself,
    that arm's value is "drawn".
    """
    drawn = (
        {".".join(v.path[1:]) for v in points.variables if v.path[0] == "parameters"} if points is not None else set()
    )
    kept = points is not None and isinstance(points.design.vary, str)  # what is written wins over the draw
    values: Values = {}
    for strategy, arm in _firsts(arms).items():
        written = getattr(arm.scenario, "parameters", {})
        values[strategy] = {
            f"{mechanism}.{name}": "drawn"
            if drawn & {f"{mechanism}.{name}"} and name not in written.get(mechanism, {})
            else value
            for mechanism, own in arm.scenario.effective_parameters().items()
            for name, value in own.items()
            if kept or f"{mechanism}.{name}" not in drawn
        }
    first = next(iter(values.values()))
    differing = [name for name in first if any(own[name] != first[name] for own in values.values())]
    return {strategy: {name: own[name] for name in differing} for strategy, own in values.items()} if differing else {}


def nothing(arms: Sequence[Arm]) -> str | None:
    """Return the strategy under which nothing is scheduled, no intervention and no grant; None if there is not one."""
    empty = [strategy for strategy, arm in _firsts(arms).items() if not any(arm.scenario.in_force())]
    return empty[0] if len(empty) == 1 and len(_firsts(arms)) > 1 else None


def told(arms: Sequence[Arm], against: str, points: Points | None = None) -> list[str]:
    """Return sentences on what strategies do not share beyond their schedule, and on those that are the same."""
    said = []
    values = parameters(arms, points)
    for strategy, own in values.items():
        differing = [f"{name} is {_said(value)}, not {_said(values[against][name])}"
                     for name, value in own.items() if value != values[against][name]]  # fmt: skip
        if differing:
            said.append(
                f"{strategy} differs from {against} in more than its schedule, so that their difference is not the "
                f"effect of interventions alone: {'; '.join(differing)}."
            )
    digests: dict[str, list[str]] = {}
    for strategy, arm in _firsts(arms).items():
        digests.setdefault(arm.scenario.digest(), []).append(strategy)
    said += [f"{' and '.join(same)} are the same." for same in digests.values() if len(same) > 1]
    return said


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"

"""Checks between the parts of an experiment, and against its scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.assembly import extended, known_additions
from tfs_sim.scenario.errors import KeyPath, Mistake, nearest, quote
from tfs_sim.scenario.fields import catalogue, plain_number

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.designs.experiment_tables import Snapshots, Strategy
    from tfs_sim.scenario.schema import Scenario

MOST_ARMS = 10_000
MOST_MONTHS = 1200
LARGEST_DIFFERENCE = 1e12
"""A difference that matters is not larger than this, in whatever unit."""
COLUMNS = (
    "strategy",
    "set",
    "point",
    "replicate",
    "month",
    "date",
    "site",
    "source",
    "target",
    "organization",
    "sector",
    "status",
    "role",
    "open",
    "in_post",
    "pair",
)
"""Names that columns of tables have, stored or reckoned with."""


def strategy_mistakes(against: Any, strategies: Mapping[str, Strategy], names: Iterable[str]) -> Iterable[Mistake]:
    """Yield what is wrong with the names of strategies."""
    known = [str(name) for name in names]
    if isinstance(against, str) and against not in known:
        yield Mistake(f"there is no strategy {quote(against)}", key=("against",), suggestion=nearest(against, known))
    for name, strategy in strategies.items():
        if strategy.extends is None:
            continue
        key: KeyPath = ("strategies", name, "extends")
        if strategy.extends not in known:
            message = f"there is no strategy {quote(strategy.extends)}"
            hint = f"Strategies: {', '.join(known)}."
            yield Mistake(message, key=key, suggestion=nearest(strategy.extends, known), hint=hint)
        elif circle := extended(strategies, name)[1]:
            yield Mistake(f"strategies extend each other in a circle: {' → '.join(circle)}", key=key)


def difference_mistakes(key: str, value: float, metric: str) -> Iterable[Mistake]:
    """Yield a difference in a metric, given under this key, that no two runs can have."""
    declared = catalogue().METRICS[metric]
    low, high = declared.domain
    most = (high - low) * (MOST_MONTHS if declared.summary == "total" else 1)
    if value >= most:
        percent = declared.measure.kind == "share" and value < 100
        hint = f"Of a share, a percentage point is 0.01: write {value / 100:g}." if percent else ""
        said = f"{key} is below {plain_number(most)}, which {metric} never differs by; found {quote(value)}"
        yield Mistake(said, key=(key,), hint=hint)


def cross_mistakes(experiment: Experiment) -> Iterable[Mistake]:
    """Yield what is wrong with cross keys and their labels."""
    for name, levels in experiment.cross.items():
        if name in COLUMNS or name in catalogue().METRICS:
            yield Mistake(f"{quote(name)} is a column of every result; choose another name", ("cross", name), "key")
        if not levels:
            yield Mistake(f"{name} has no conditions; give at least one with a label", key=("cross", name))
        seen: set[str] = set()
        for position, level in enumerate(levels):
            if not level.label:
                yield Mistake("a condition needs a label", key=("cross", name, position, "label"))
            elif level.label in seen:
                message = f"the label {quote(level.label)} is given a second time"
                yield Mistake(message, key=("cross", name, position, "label"))
            seen.add(level.label)
    count = len(experiment.strategies) * math.prod(len(levels) for levels in experiment.cross.values())
    if count > MOST_ARMS:
        yield Mistake(
            f"these are {count:,} arms (strategies × conditions); at most {MOST_ARMS:,} can be run", ("cross",)
        )


def addition_mistakes(strategies: Mapping[str, Strategy], base: Scenario) -> list[Mistake]:
    """Return what strategies add that the scenario does not have."""
    known = known_additions(base)
    mistakes = []
    for name, strategy in strategies.items():
        for position, addition in enumerate(strategy.add):
            if isinstance(addition, str) and addition not in known:
                bundles = ", ".join(base.bundles) or "none"
                mistakes.append(
                    Mistake(
                        f"there is no bundle and no intervention {quote(addition)}",
                        key=("strategies", name, "add", position),
                        suggestion=nearest(addition, known),
                        hint=f"Bundles of {base.name}: {bundles}. For interventions: tfs-sim list interventions.",
                    )
                )
    return mistakes


def snapshot_mistakes(snapshots: Snapshots, base: Scenario) -> list[Mistake]:
    """Return what is wrong with the site and the months of snapshots."""
    mistakes = []
    if snapshots.site not in base.sites:
        sites = list(base.sites)
        message = f"there is no site {quote(snapshots.site)}"
        hint = f"Sites of {base.name}: {', '.join(sites)}."
        mistakes.append(Mistake(message, ("snapshots", "site"), suggestion=nearest(snapshots.site, sites), hint=hint))
    for position, month in enumerate(snapshots.months):
        if not 0 <= base.clock.index(month) < base.clock.months:
            message = f"{month} is outside of the clock, which goes from {base.clock.start} to {base.clock.end}"
            mistakes.append(Mistake(message, key=("snapshots", "months", position)))
    return mistakes

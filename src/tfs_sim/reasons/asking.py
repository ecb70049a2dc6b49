"""What every question to stored results shares: which metric, how many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import DERIVED
from tfs_sim.experiments.execution.again import Study
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.variants import Varied
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario


def known_metric(stored: Stored, name: str | None) -> str:
    """Return which metric is asked about: the primary one where none is named.

    Raises
    ------
    UserError
        When there is no such metric, or it is told from months, which variants do not keep.
    """
    name = stored.primary if name is None else name
    if name in DERIVED:
        said = f"{name} is told from the months around a shock, and of these runs a single number each is kept"
        raise UserError(Mistake(said, hint=f"Metrics: {', '.join(stored.metrics[:8])} …"))
    if name not in stored.metrics:
        said = f"there is no metric {quote(name)}"
        raise UserError(
            Mistake(said, suggestion=nearest(name, stored.metrics), hint="tfs-sim list metrics  shows all.")
        )
    return name


def known_strategy(stored: Stored, name: str) -> str:
    """Return a strategy's key.

    Raises
    ------
    UserError
        When there is no such strategy.
    """
    if name not in stored.strategies:
        said = f"there is no strategy {quote(name)}; there are {', '.join(stored.strategies)}"
        raise UserError(Mistake(said, suggestion=nearest(name, stored.strategies)))
    return name


def known_levels(stored: Stored, levels: Sequence[str] | None) -> tuple[str, ...]:
    """Return under which levels is asked: those with the shock, or the first, where none are named.

    Raises
    ------
    UserError
        When there is no such combination.
    """
    if levels is None:
        return stored.main
    levels = (levels,) if isinstance(levels, str) else levels
    if not stored.cross:
        said = f"there is no condition {quote(', '.join(levels))}: these results have none"
        raise UserError(Mistake(said, hint="Leave the condition out."))
    if tuple(levels) not in stored.levels:
        there = [quote(", ".join(each)) for each in stored.levels]
        said = f"there is no condition {quote(', '.join(levels))}; there are {'; '.join(there)}"
        raise UserError(
            Mistake(said, suggestion=nearest(", ".join(levels), [", ".join(each) for each in stored.levels]))
        )
    return tuple(levels)


def numbers_of_runs(study: Study, sets: int | None, replicates: int | None, usual: int) -> tuple[int, int]:
    """Return how many sets and replicates are run: the usual number of sets with one run each, or so many runs.

    Raises
    ------
    UserError
        When there are fewer in the results, or sets are asked of results without any.
    """
    there = 0 if study.sets is None else len(study.sets)
    if sets is not None and not there:
        said = f"--sets asks for sets of parameters, and {study.folder} was run at one point"
        raise UserError(Mistake(said, hint="Ask for replicates."))
    for what, number, most in (("sets", sets, there), ("replicates", replicates, study.replicates)):
        if number is not None and number > most:
            said = f"{study.folder} has {most:,} {what}, and {number:,} are asked for"
            raise UserError(Mistake(said, hint="Sweep more first: what is there is not run again."))
    if not there:
        return 1, min(usual, study.replicates) if replicates is None else replicates
    return min(usual, there) if sets is None else sets, 1 if replicates is None else replicates


def template_under(study: Study, arm: Arm, number: int) -> Template:
    """Return an arm ready to run under the set of that number (or at the one point that it was run at)."""
    return under_set(study, arm.scenario, number)


def under_set(study: Study, scenario: Scenario, number: int) -> Template:
    """Return a scenario ready to run under a study's set of that number (or as it is, where there are none)."""
    from tfs_sim.experiments.designs.plausible import open_to
    from tfs_sim.scenario.beginnings import template_of

    template = template_of(scenario)
    if study.sets is None:
        return template
    settings, name = study.sets.settings(number), study.sets.ids[number]
    return at_point(template, scenario, open_to(settings, scenario), name)


def units_of(found: Varied) -> Units:
    """Return where the pairs of runs under variants come from."""
    from pandas import DataFrame

    sets = {} if found.set is None else {"set": found.set}
    return Units.of_table(DataFrame({"replicate": found.replicate} | sets), sampled=False)

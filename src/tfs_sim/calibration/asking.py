"""The survey that a partnership had, put to its simulation: the same questions, the same organizations, at any month.

Whom the survey asked is asked, and who answered answers, whether they are at the table by then or not; a tie is one
with contact within some months; trust is marked on the survey's scale (`surveys`, the observation model of
calibrations). Where there was no survey, members are asked, and a share of them answers.

Beside what the survey found stands what the model expects at this size: the same community at the start, with ties
and trust as the model makes them by itself. Where the survey lies far out in that, the model does not know
partnerships like this one, or the partnership is unusual; nothing here can tell which.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration import looks, surveys
from tfs_sim.calibration.looks import Look
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import MOST_SETS, Sets
from tfs_sim.experiments.designs.uncertainty import USUAL
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.scenario.errors import Mistake, UserError, listed, quote
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused, within
from tfs_sim.survey.clean import Found, folder_of, read_found
from tfs_sim.survey.windows import ASSUMED

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.scenario import Scenario

_log = logging.getLogger("tfs_sim")

QUESTIONS = ("at the table", "density", "transitivity", "trust")
"""Share of those asked who take part; density and transitivity of their ties; mean mark of trust."""
SCALE = (1.0, 4.0)
"""Of trust, where no survey says another."""
WITHIN = float(ASSUMED)
"""Months within which two must have dealt with each other for a tie, where there was no survey that says otherwise."""
EXPECTED = "expected at this size"
INTERVAL = (5.0, 95.0)
"""Percentiles that are told: of partnerships under different sets, each with luck of its own."""


@dataclass(frozen=True)
class Asked:
    """What a survey finds in simulated partnerships.

    Attributes
    ----------
    site, month : of whom, and at the end of which month (from 1).
    found : what the survey of the real partnership asked and found; None: there was none.
    sets : over how many sets of parameters, each with one run.
    values : by what was run (`EXPECTED`, and each scenario by its name), [sets, questions]; NaN: nobody could say.
    within : months within which two must have dealt with each other for a tie.
    kept : by scenario, how many of the ties that were reported (`found.ties`) are ones then, [sets].
    """

    site: str
    month: int
    found: Found | None
    sets: int
    values: Mapping[str, NDArray[np.float64]]
    within: float = WITHIN
    kept: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def table(self) -> DataFrame:
        """Return a row for each question: what was found, over whom, and by what was run the median and its interval.

        `place` is the share of expected partnerships in which the survey would have found less.
        """
        import pandas as pd

        rows = []
        for n, question in enumerate(QUESTIONS):
            found = None if self.found is None else self.found.values.get(question)
            row: dict[str, object] = {"question": question, "found": found}
            row["over"] = "" if self.found is None else self.found.over.get(question, "")
            for name, values in self.values.items():
                known = values[:, n][~np.isnan(values[:, n])]
                low, high = np.percentile(known, INTERVAL) if known.size else (np.nan, np.nan)
                row[name] = float(np.median(known)) if known.size else np.nan
                row[f"{name}: low"], row[f"{name}: high"] = float(low), float(high)
                if name == EXPECTED and found is not None and known.size:
                    row["place"] = float(((known < found) + 0.5 * (known == found)).mean())
            rows.append(row)
        return pd.DataFrame(rows)


def ask(
    scenarios: Mapping[str, Scenario],
    month: int = 12,
    sets: int | Sets = 100,
    uncertainty: str | os.PathLike[str] = USUAL,
    seed: int = 1,
    workers: int | None = None,
    *,
    site: str | None = None,
    answers: float = 1.0,
    months: float | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Asked:
    """Return what the survey that a scenario was made of finds in simulated partnerships, one under each set.

    Parameters
    ----------
    scenarios : what is run, by name; the survey is that of the first.
    month : at the end of which month it is held, from 1.
    sets, uncertainty : under how many sets of parameters (or which), from where, as in experiments.
    seed, workers : which luck; how many threads.
    site : which community, where there are several.
    answers : share of members who answer, where there was no survey.
    months : within which two must have dealt with each other for a tie; default: as the survey means.
    progress, notice : told how far it is, and what is happening.

    Raises
    ------
    UserError
        where the scenario, its survey or the sets cannot be used.
    """
    first = next(iter(scenarios.values()))
    seed = whole_or_refused("seed", seed, 0, LARGEST_SEED)
    month = whole_or_refused("month", month, 1, min(each.clock.months for each in scenarios.values()))
    answers = _within("answers", answers, 0.01, 1.0)
    months = None if months is None else _within("within", months, 0.1, 1200.0)
    key = _site(first, site)
    if not isinstance(sets, Sets):
        sets = listed_sets(str(uncertainty), whole_or_refused("sets", sets, 2, MOST_SETS))
    folder = folder_of(first.sites[key])
    found = None if folder is None else read_found(folder, first.sites[key])
    lately = window_of(found) if months is None else months
    runs = {name: (until(each, month), month) for name, each in scenarios.items()}
    if found is not None:
        bare = {"relationships_file": None, "evidence": None}
        runs = {EXPECTED: (until(first.with_(sites={key: bare}), 1), 1), **runs}
    warm_up(notice or _log.warning)
    values = {name: np.full((len(sets), len(QUESTIONS)), np.nan) for name in runs}
    kept = {name: np.full(len(sets), np.nan) for name in scenarios} if found is not None and found.ties else {}
    pace = Pace(len(sets) * len(runs), progress)

    def tasks() -> Iterator[tuple[str, int]]:
        yield from ((name, number) for number in range(len(sets)) for name in runs)

    def one(task: tuple[str, int]) -> tuple[NDArray[np.float64], float]:
        scenario, at = runs[task[0]]
        return _answers(scenario, key, at, sets, task[1], seed, found, answers, lately)

    with closing(stream(tasks(), one, workers or processors())) as results:
        for (name, number), (row, there) in results:
            values[name][number] = row
            if name in kept:
                kept[name][number] = there
            pace.step()
    return Asked(key, month, found, len(sets), values, lately, kept)


def window_of(found: Found | None) -> float:
    """Return the months of contact that a survey means."""
    return WITHIN if found is None else found.within


def until(scenario: Scenario, month: int) -> Scenario:
    """Return a scenario without the months after a survey, which it does not know of; whole where that is none."""
    try:
        return scenario.with_(months=month)
    except UserError:  # a taper, say, that would be longer than what is left
        return scenario


def _within(name: str, value: float, smallest: float, largest: float) -> float:
    from pydantic_core import PydanticCustomError

    from tfs_sim.scenario.fields import NAME

    try:
        return within(value, smallest, largest, "a number")
    except PydanticCustomError as error:
        found: Mistake = (error.context or {})["mistakes"][0]
        raise UserError(Mistake(found.message.replace(NAME, name))) from None


def _site(scenario: Scenario, site: str | None) -> str:
    keys = list(scenario.sites)
    if site is None:
        if len(keys) > 1:
            raise UserError(Mistake(f"there are several communities: {listed(keys)}", hint="Say which: --site NAME."))
        return keys[0]
    if site not in keys:
        raise UserError(Mistake(f"there is no site {quote(site)}; there are {listed(keys)}"))
    return site


def _answers(
    scenario: Scenario,
    key: str,
    month: int,
    sets: Sets,
    number: int,
    seed: int,
    found: Found | None,
    answers: float,
    months: float,
) -> tuple[NDArray[np.float64], float]:
    """Run a scenario under a set; return what the survey finds, and how many of the reported ties there are then."""
    from tfs_sim.scenario.beginnings import template_of

    settings = open_to(sets.settings(number), scenario)
    template = at_point(template_of(scenario), scenario, settings, sets.ids[number])
    run = looks.run(template, seed, sets.ids[number], 1, [month - 1])
    look = run.looks[0][month - 1]
    names = [each.identity for each in template.organizations]
    sites, at = len(template.sites), template.sites.index(key)
    among, answer = _whom(look, names, found, run.keys[0], month - 1, answers)
    low, high = SCALE if found is None or found.scale is None else found.scale
    here = among & (look.site_of == at)
    seated = float((surveys.members(look) & here).sum()) / here.sum() if here.any() else np.nan
    values = [seated]
    for top, bottom in (
        surveys.density(look, sites, months, answer, among),
        surveys.transitivity(look, sites, months, answer, among),
        surveys.trust(look, sites, months, answer, low, high, among),
    ):
        values.append(float(top[at] / bottom[at]) if bottom[at] > 0 else np.nan)
    return np.array(values), _kept(look, names, found, months, among)


def _kept(look: Look, names: Sequence[str], found: Found | None, months: float, among: surveys.Answer) -> float:
    """Return how many of the ties that were reported are ones in a month, whoever tells of them."""
    if found is None:
        return np.nan
    rows = np.flatnonzero(surveys.ties(look, months, among))
    ends = [frozenset((names[look.one[row]], names[look.other[row]])) for row in rows.tolist()]
    return float(len({frozenset(each) for each in found.ties}.intersection(ends)))


def _whom(
    look: Look, names: Sequence[str], found: Found | None, key: int, month: int, answers: float
) -> tuple[surveys.Answer, surveys.Answer]:
    """Say of each organization whether the survey is about it, and whether it answers."""
    if found is None:
        return surveys.members(look), surveys.answering(look, key, month, answers)
    among = np.array([name in found.asked for name in names])
    return among, among & np.array([name in found.answered for name in names])


def surveyed_folder(folder: Path) -> Path:
    """Return the scenario of a folder that an import wrote.

    Raises
    ------
    UserError
        where it is none.
    """
    scenario = folder / "scenario.toml"
    if not scenario.is_file():
        message = f"{folder} holds neither results of a sweep nor a scenario that `tfs-sim import` or `new` wrote"
        raise UserError(Mistake(message))
    return scenario

"""Arms of a stored study under variants of the model: mechanisms off, other parameters; same sets, same luck."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import fingerprint
from tfs_sim.experiments.execution.again import Study
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.forks import Grove, families
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage.provenance import model_version, processors
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.experiments.storage.variants import Kept, Key

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

PART_SECONDS = 20.0
"""A part is written at the latest after so many seconds."""


@dataclass(frozen=True)
class Variant:
    """A variant of the model.

    Attributes
    ----------
    name : its identity.
    off : mechanisms that are switched off from the start, in the run-in too, with their interventions and shocks: as
        `[mechanisms]` of a scenario file has it.
    parameters : values that hold in every set, mechanism by mechanism.
    """

    name: str
    off: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)

    def of(self, scenario: Scenario) -> Scenario:
        """Return a scenario in this variant (itself, where nothing changes)."""
        off = {name: False for name in self.off if scenario.is_on(name)}
        changes: dict[str, Any] = {"mechanisms": off} if off else {}
        if self.parameters:
            changes["parameters"] = self.parameters
        return scenario.with_(**changes) if changes else scenario


@dataclass(frozen=True)
class Varied:
    """Runs of arms under variants.

    Attributes
    ----------
    values : float64 [variants, arms, pairs, metrics], means over sites.
    metrics : names along the last axis.
    set, replicate : [pairs], of each pair (sets by name; None without sets).
    made : how many runs were made for this; the others were there.
    """

    values: NDArray[np.float64]
    metrics: tuple[str, ...]
    set: NDArray[Any] | None
    replicate: NDArray[np.int64]
    made: int


Task = tuple[tuple["Template", ...], tuple["Scenario", ...], int, tuple[int, ...]]
"""Templates and scenarios of the arms; number of the set; replicates."""


def run_variants(
    study: Study,
    arms: Sequence[Arm],
    variants: Sequence[Variant],
    sets: int,
    replicates: int,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda _: None,
) -> Varied:
    """Run arms under variants, as far as their runs are not there.

    Parameters
    ----------
    study : whose arms they are; runs are kept in its folder.
    sets, replicates : under the first so many sets (of no account without), so many runs of each.

    Raises
    ------
    UserError
        When a variant does not fit a scenario, or the folder cannot be written to.
    """
    first, *_ = scenarios = [variant.of(arm.scenario) for variant in variants for arm in arms]
    template = _built(first)
    warm_up(notice)
    kept = Kept(study.folder, template.metrics, study.seed, model_version(), notice)
    names = [_identity(study, number) for number in range(sets if study.sets is not None else 1)]
    kept.take(_stored(study, template.metrics, names))
    by_variant = [tuple(scenarios[n : n + len(arms)]) for n in range(0, len(scenarios), len(arms))]
    digests = {id(each): each.digest() for each in scenarios}

    def keys(variant: tuple[Scenario, ...], number: int, replicate: int) -> list[Key]:
        return [(digests[id(each)], names[number], replicate) for each in variant]

    def missing(variant: tuple[Scenario, ...], number: int) -> tuple[int, ...]:
        each = range(replicates)
        return tuple(r for r in each if any(key not in kept.rows for key in keys(variant, number, r)))

    asked: dict[tuple[str, ...], tuple[Scenario, ...]] = {}
    for variant in by_variant:  # two variants that come to the same are one
        asked.setdefault(tuple(digests[id(each)] for each in variant), variant)
    lacking = [(v, n, r) for v in asked.values() for n in range(len(names)) if (r := missing(v, n))]
    total = len(arms) * sum(len(r) for *_, r in lacking)

    def tasks() -> Iterator[Task]:
        for variant, group in itertools.groupby(lacking, key=lambda each: each[0]):
            templates = tuple(_built(each) for each in variant)
            for _, number, wanted in group:
                yield templates, variant, number, wanted

    def run(task: Task) -> list[list[NDArray[np.float64]]]:
        return [_means(task, study, replicate) for replicate in task[3]]

    pace, written = Pace(total, progress if total else None), time.monotonic()
    try:
        with closing(stream(tasks(), run, processors() if workers is None else workers)) as results:
            for (_, variant, number, wanted), found in results:
                for replicate, means in zip(wanted, found, strict=True):
                    for key, mean in zip(keys(variant, number, replicate), means, strict=True):
                        kept.add(key, mean)
                pace.step(len(arms) * len(wanted))
                if time.monotonic() - written > PART_SECONDS:
                    kept.flush()
                    written = time.monotonic()
    finally:
        kept.flush()
    pairs = [(number, replicate) for number in range(len(names)) for replicate in range(replicates)]
    values = np.array([[[kept.rows[key] for key in keys(v, n, r)] for n, r in pairs] for v in by_variant])
    ids = None if study.sets is None else np.array([study.sets.ids[number] for number, _ in pairs])
    return Varied(values.transpose(0, 2, 1, 3), template.metrics, ids, np.array([r for _, r in pairs]), total)


def _built(scenario: Scenario) -> Template:
    from tfs_sim.scenario.beginnings import template_of

    return template_of(scenario)


def _identity(study: Study, number: int) -> str:
    """Return a digest of a set: its identity, and each parameter with its value."""
    sets = study.sets
    if sets is None:
        return ""
    names = [variable.name for variable in sets.variables]
    return fingerprint((sets.ids[number],), names, sets.table[number : number + 1])[:32]


def _stored(study: Study, metrics: Sequence[str], names: Sequence[str]) -> dict[Key, NDArray[np.float64]]:
    """Return what the results themselves hold of these sets, as means over sites."""
    runs, levels = study.sweep.runs, list(study.sweep.experiment["cross"])
    number = {"": ""} if study.sets is None else dict(zip(study.sets.ids, names, strict=False))
    runs = runs[runs["set"].isin(number)] if study.sets is not None else runs.assign(set="")
    found: dict[Key, NDArray[np.float64]] = {}
    for arm, part in runs.groupby(["strategy", *levels], observed=True, sort=False):
        part = part.astype({"set": str, "site": str}).sort_values(["set", "replicate", "site"])
        sites = part["site"].nunique()
        keys = part[["set", "replicate"]].to_numpy()[::sites].tolist()
        means = _over_sites(part[list(metrics)].to_numpy(float).reshape(len(keys), sites, -1))
        digest = study.arms[tuple(map(str, arm))].scenario.digest()
        found.update({(digest, number[one], replicate): m for (one, replicate), m in zip(keys, means, strict=True)})
    return found


def _means(task: Task, study: Study, replicate: int) -> list[NDArray[np.float64]]:
    """Return the metrics of each arm as means over sites, in one replicate."""
    templates, scenarios, number, _ = task
    name = ""
    if study.sets is not None:
        name, settings = study.sets.ids[number], study.sets.settings(number)
        pairs = zip(templates, scenarios, strict=True)
        templates = tuple(at_point(template, each, open_to(settings, each), name) for template, each in pairs)
    ways = ways_of(templates[0].metrics)
    found: dict[int, NDArray[np.float64]] = {}
    for group in families(lambda arm: templates[arm], len(templates)):
        outs, _ = Grove.of([templates[arm] for arm in group]).run(study.seed, replicate, name)
        for arm, out in zip(group, outs, strict=True):
            found[arm] = _over_sites(summarize(out, ways))
    return [found[arm] for arm in range(len(templates))]


def _over_sites(summary: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return means over the last but one axis, sites, of those that have a value: [..., sites, metrics]."""
    there = ~np.isnan(summary)
    count = there.sum(-2)
    total = np.where(there, summary, 0.0).sum(-2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

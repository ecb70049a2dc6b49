"""What `experiment.json` says of an experiment: titles, labels, outcomes and the plan of runs."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs import sharing
from tfs_sim.experiments.designs.studies import study_of
from tfs_sim.experiments.designs.variables import meaning
from tfs_sim.experiments.storage.keys import fingerprint
from tfs_sim.scenario.characters import shown

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.experiments.execution.plan import Plan
    from tfs_sim.scenario import Scenario


def file_name(name: str) -> str:
    """Return `name` as the name of a folder: letters, digits, dots and hyphens, never a path."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "experiment"


def described(
    experiment: Experiment,
    arms: Sequence[Arm],
    plan: Plan,
    model: str,
    folder: Path,
    crossed: Plan | None = None,
    added: Sequence[Plan] = (),
) -> dict[str, Any]:
    """Return the content of `experiment.json`.

    `plan` lists every arm with its keys, the digest of its scenario and that of its points: with the seed and the
    version of the model, they say where its runs are stored and what they are known by. `folder` is where it stands;
    `crossed` and `added` are what is run beside it (`execution.besides`).
    """
    base = experiment.base
    return {
        "name": shown(experiment.name),
        "study": study_of(experiment, folder),
        "model": model,
        "title": experiment.title or shown(experiment.name),
        "question": experiment.question,
        "scenario": {"title": base.title or shown(base.name), "question": base.question, "digest": base.digest()},
        "not_modelled": list(base.not_modelled),
        "start": base.clock.start,
        "months": arms[0].scenario.clock.months,
        "sites": sites([base, *{tuple(arm.levels.values()): arm.scenario for arm in arms}.values()]),
        "strategies": {
            key: {"title": strategy.title or key.replace("-", " ").capitalize()}
            for key, strategy in experiment.strategies.items()
        },
        "against": experiment.against,
        "cross": {key: [level.label for level in levels] for key, levels in experiment.cross.items()},
        "primary": experiment.outcomes.primary,
        "also": list(experiment.outcomes.also),
        "shocks": shocks(arms),
        "orders": orders(arms),
        "grants": grants(arms),
        "parameters": sharing.parameters(arms, plan.points),
        "nothing": sharing.nothing(arms),
        "rules": rules(arms),
        "snapshots": _snapshots(experiment),
        "design": _design(plan),
        "uncertainty": _uncertainty(plan),
        "worthwhile": experiment.outcomes.worthwhile,
        "decision": None if experiment.decision is None else experiment.decision.model_dump(mode="json"),
        "budget": None if experiment.budget is None else {"said": experiment.budget.said},
        "plan": {
            "replicates": plan.replicates,
            "points": plan.size,
            "sets": 1 if plan.sets is None else len(plan.sets),
            "seed": plan.seed,
            "arms": [{"keys": arm.keys, "scenario": arm.digest, "places": fingerprint(arm.words)} for arm in plan.arms],
            "crossed": None if crossed is None else _beside(crossed),
            "added": [_beside(each) for each in added],
        },
    }


def _beside(plan: Plan) -> dict[str, Any]:
    """Return what a plan beside that of the sweep is: of the same arms, in their order."""
    assert plan.sets is not None
    places = [fingerprint(arm.words) for arm in plan.arms]
    return {"sets": len(plan.sets), "replicates": plan.replicates, "places": places}


def sites(scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """Return the titles of all sites of these scenarios: a level of the cross may have another one than the base."""
    found: dict[str, Any] = {}
    for scenario in scenarios:
        for key, site in scenario.sites.items():
            found.setdefault(key, {"title": site.title or key.replace("-", " ").title()})
    return found


def _uncertainty(plan: Plan) -> dict[str, Any] | None:
    """Return over what sets of parameters every strategy is run, and what they agree with."""
    sets = plan.sets
    if sets is None:
        return None
    return {
        "origin": sets.origin,
        "title": sets.title,
        "sets": len(sets),
        "parameters": len(sets.variables),
        "digest": sets.digest(),
        "agreement": None if sets.agreement is None else sets.agreement.record(),
    }


def _design(plan: Plan) -> dict[str, Any] | None:
    """Return what is varied, over which range, drawn how, and at how many points."""
    points = plan.points
    if points is None:
        return None
    return {
        "method": points.design.method,
        "points": len(points),
        "corners": points.design.corners,
        "left_out": points.left_out,
        "constraints": list(points.design.constraints),
        "in_runs": not points.one_line,
        "variables": {
            variable.name: {
                "of": variable.dotted,
                "title": vary.title or meaning(variable.path),
                "kind": variable.kind,
                **points.drawn(column),
                "values": [variable.label(n) for n in range(len(variable.values))]
                if variable.kind == "choice"
                else [variable.label(variable.low), variable.label(variable.high)]
                if variable.kind == "month"
                else [end if math.isfinite(end) else None for end in (variable.low, variable.high)],
            }
            for column, (variable, vary) in enumerate(zip(points.variables, points.vary, strict=True))
        },
    }


def arm_keys(arm: Arm) -> dict[str, str]:
    """Return the columns that tell an arm from the others."""
    return {"strategy": arm.strategy, **arm.levels}


def shocks(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """Return every shock that happens under some levels, with its months, and under which levels that is."""
    from tfs_sim.model.catalogue import SHOCKS

    def told(arm: Arm) -> Iterator[dict[str, Any]]:
        for shock in arm.scenario.shocks:
            yield {
                "use": shock.use,
                "title": SHOCKS[shock.use].title,
                "onset": shock.onset,
                "onset_month": arm.scenario.clock.index(shock.onset),
                "depth": shock.depth,
                "lasts": shock.duration,
                "decay": shock.half_life,
            }

    return sorted(_with_levels(arms, told), key=lambda entry: entry["onset_month"])


def orders(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """Return the interventions of every strategy: months (the last is exclusive), dose, payer, under which levels."""
    from tfs_sim.model.catalogue import INTERVENTIONS

    def told(arm: Arm) -> Iterator[dict[str, Any]]:
        for item in arm.scenario.in_force()[0]:
            first, until = item.window(arm.scenario.clock)
            yield {
                "strategy": arm.strategy,
                "use": item.use,
                "title": INTERVENTIONS[item.use].title,
                "payer": item.payer,
                "from": first,
                "until": until,
                "taper": item.taper or 0,
                "dose": item.amount,
                "stage": item.stage,
                "adaptive": item.when is not None,
            }

    return _with_levels(arms, told)


def grants(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """Return the grants of every strategy: to whom, months (the last is exclusive), amount, under which levels."""

    def told(arm: Arm) -> Iterator[dict[str, Any]]:
        for grant in arm.scenario.in_force()[1]:
            first, until = grant.window(arm.scenario.clock)
            yield {
                "strategy": arm.strategy,
                "label": grant.label,
                "site": grant.site,
                "stage": grant.stage,
                "from": first,
                "until": until,
                "taper": grant.taper,
                "amount": grant.amount,
            }

    return _with_levels(arms, told)


def _with_levels(arms: Sequence[Arm], told: Callable[[Arm], Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what is told of arms, once for all arms, with the levels under which it is so (none where under all)."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    labels: dict[str, set[str]] = {}
    for arm in arms:
        for key, label in arm.levels.items():
            labels.setdefault(key, set()).add(label)
        times: Counter[tuple[Any, ...]] = Counter()
        for plain in told(arm):
            times[tuple(plain.values())] += 1  # two that are alike are two
            identity = (*plain.values(), times[tuple(plain.values())])
            entry = found.setdefault(identity, {**plain, "levels": {}})
            for key, label in arm.levels.items():
                if label not in entry["levels"].setdefault(key, []):
                    entry["levels"][key].append(label)
    for entry in found.values():
        entry["levels"] = {key: named for key, named in entry["levels"].items() if set(named) != labels[key]}
    return list(found.values())


def rules(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """Return the adaptive interventions of every strategy, each with its rule: in words, and what it goes by."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for arm in arms:
        for item in arm.scenario.in_force()[0]:
            if item.when is not None:
                entry = _rule(arm, item)
                found.setdefault((arm.strategy, *item.when.facts(), entry["use"], entry["from"], entry["until"]), entry)
    return list(found.values())


def _rule(arm: Arm, item: Any) -> dict[str, Any]:
    from tfs_sim.model.catalogue import INTERVENTIONS

    first, until = item.window(arm.scenario.clock)
    stages = [] if arm.scenario.selection is None else [stage.name for stage in arm.scenario.selection.stages]
    reached = [
        site
        for site, members in arm.scenario.organizations().items()
        if any(item.target.matches(site, member) for member in members)
    ]
    names = ("indicator", "above", "threshold", "end", "every", "over", "at_least")
    return {
        "strategy": arm.strategy,
        "use": item.use,
        "title": INTERVENTIONS[item.use].title,
        "rule": item.when.in_words(),
        "from": first,
        "until": until,
        "sites": reached,
        "stage": 0 if item.stage is None else stages.index(item.stage) + 1,
        **dict(zip(names, item.when.facts(), strict=True)),
    }


def _snapshots(experiment: Experiment) -> dict[str, Any] | None:
    snapshots = experiment.snapshots
    if snapshots is None:
        return None
    return {"site": snapshots.site, "months": snapshots.dates(experiment.base.clock.start)}

"""Designs in one line: `vary = "plausible"` varies every parameter over what is plausible of it.

`vary = "plausible: turnover, trust.gain"` takes the parameters of these mechanisms, or single ones. Choices among words
stay as they are. What a scenario, strategy or level writes itself wins over the draw: such a parameter keeps its value
there, and one that every arm writes does not vary at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.varying import VARY, Vary
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import KeyPath, Mistake, kind_of, nearest, quote
from tfs_sim.scenario.fields import KEY, NAME, Check, catalogue, several, wrong

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.scenario.schema import Scenario

Settings = Mapping[tuple[str, str, str], Any]

WORD = "plausible"
_LINE = re.compile(rf"\s*{WORD}\s*(?::(.*))?", re.DOTALL)


def _varies(value: Any) -> dict[str, Vary] | str:
    """Return what `vary` says: the variables by name, or the one line."""
    if isinstance(value, str):
        return as_line(value)
    if not isinstance(value, Mapping):
        raise wrong(f'{NAME} is a table of variables by name, or "{WORD}"; found {kind_of(value)}')
    if not value:
        raise wrong(f'{NAME} has no variable; give at least one, or "{WORD}"')
    found, mistakes = {}, []
    for name, each in value.items():
        try:
            found[KEY.function(name)] = VARY.function(each)
        except ValueError as error:
            context: dict[str, Any] = getattr(error, "context", None) or {}
            mistakes += [mistake.under((name,)) for mistake in context["mistakes"]]
    if mistakes:
        raise several(mistakes)
    return found


_TABLE = {"anyOf": [{"type": "string"}, {"x-table": "Vary"}]}
VARIES = Check(
    _varies,
    (
        (
            "anyOf",
            [
                {"type": "string", "pattern": rf"^{WORD}(:.+)?$", "examples": [WORD, f"{WORD}: turnover, trust"]},
                {"type": "object", "minProperties": 1, "additionalProperties": _TABLE},
            ],
        ),
    ),
)


def as_line(text: str) -> str:
    """Return a line (`plausible`, `plausible: turnover, trust.gain`) in its usual form, or raise what is wrong."""
    match = _LINE.fullmatch(text)
    if match is None:
        example = f'"{WORD}", "{WORD}: turnover, trust", or a table of variables by name'
        raise wrong(f"{NAME} is {example}; found {kind_of(text)}", suggestion=nearest(text, [WORD]))
    if match[1] is None:
        return WORD
    names = list(dict.fromkeys(name.strip() for name in match[1].split(",")))
    if problem := next(filter(None, map(_problem, names)), None):
        raise several([problem])
    return f"{WORD}: {', '.join(names)}"


def _problem(name: str) -> Mistake | None:
    """Return what is wrong with the name of a mechanism or parameter of the one line."""
    mechanisms = catalogue().MECHANISMS
    owner, dot, field = name.partition(".")
    if not name:
        return Mistake(f'a name is missing after "{WORD}:"; mechanisms or parameters stand there, apart by commas')
    if owner not in mechanisms or (dot and field not in specification(mechanisms[owner])):
        known = [*mechanisms, *(f"{each}.{key}" for each in mechanisms for key in specification(mechanisms[each]))]
        hint = "tfs-sim list mechanisms  shows all; tfs-sim explain MECHANISM  its parameters."
        message = f"there is no mechanism and no parameter {quote(name)}"
        return Mistake(message, suggestion=nearest(name, known), hint=hint)
    if not _ranges(owner, field):
        what = "is a choice or has no plausible range" if dot else "has no parameter with a plausible range"
        return Mistake(f"{name} {what}, so it cannot vary", hint=f"tfs-sim explain {name}")
    return None


def _ranges(owner: str, field: str = "") -> list[str]:
    """Return the parameters of a mechanism (or the one) that have a declared range."""
    declared = specification(catalogue().MECHANISMS[owner])
    return [key for key, p in declared.items() if not p.choices and p.low < p.high and field in ("", key)]


def named(line: str) -> list[tuple[str, str]]:
    """Return the parameters that a line names, as (mechanism, name), in the order of the catalogue."""
    names = [name.strip() for name in line.partition(":")[2].split(",") if name.strip()]
    every = [(owner, key) for owner in catalogue().MECHANISMS for key in _ranges(owner)]
    return [each for each in every if not names or each[0] in names or ".".join(each) in names]


def chosen(line: str, scenarios: Sequence[Scenario]) -> dict[str, Vary] | Mistake:
    """Return the variables of a line by name: parameters of mechanisms that are on in some arm, not written in all."""
    key: KeyPath = ("design", "vary")
    on = {owner for owner in catalogue().MECHANISMS if any(each.is_on(owner) for each in scenarios)}
    pairs = named(line)
    for owner in dict.fromkeys(owner for owner, _ in pairs):
        if owner not in on and line != WORD:
            return Mistake(f"{owner} is off in every arm, so its parameters change nothing", key)
    found = {}
    for owner, field in pairs:
        if owner in on and not all(written(("parameters", owner, field), each) for each in scenarios):
            found[f"{owner}.{field}"] = Vary(of=f"parameters.{owner}.{field}")
    return found or Mistake("every one of these parameters is written in every arm, so nothing varies", key)


def written(path: tuple[str, str, str], scenario: Scenario) -> bool:
    """Say whether a scenario (with its strategy and levels) gives a parameter itself."""
    return path[0] == "parameters" and path[2] in scenario.parameters.get(path[1], {})


def all_written(scenario: Scenario) -> frozenset[tuple[str, str]]:
    """Return every parameter that a scenario gives itself."""
    return frozenset((owner, key) for owner, values in scenario.parameters.items() for key in values)


def open_to(settings: Settings, scenario: Scenario) -> dict[tuple[str, str, str], Any]:
    """Return what a point of a one-line design sets in a scenario: not what that gives itself."""
    return {path: value for path, value in settings.items() if not written(path, scenario)}


def told(experiment: Experiment) -> Iterator[str]:
    """Yield in sentences how many parameters a one-line design varies, and which ones arms give themselves."""
    points = experiment.points
    if points is None or not isinstance(points.design.vary, str):
        return
    count = len(points.variables)
    yield (
        f"{count:,} parameters vary over their plausible ranges"
        if count > 1
        else (f"1 parameter varies over its plausible range: {points.variables[0].name}")
    )
    yield from _given(experiment.arms(), named(points.design.vary), "written, so not drawn")


def told_of_sets(experiment: Experiment, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield in sentences how many parameters differ between sets, given as (mechanism, name), and which are given.

    A value in a scenario, strategy, level or design wins in every set.
    """
    yield f"{len(pairs):,} parameters differ between sets" if len(pairs) > 1 else "1 parameter differs between sets"
    varied = set() if experiment.points is None else {each.path for each in experiment.points.variables}
    if by_design := [".".join(each) for each in pairs if ("parameters", *each) in varied]:
        yield f"varied by the design, so the same in every set: {', '.join(by_design)}"
    yield from _given(experiment.arms(), pairs, "written, so the same in every set")


def _given(arms: Sequence[Arm], pairs: Iterable[tuple[str, str]], how: str) -> Iterator[str]:
    """Yield which of these parameters arms give themselves, and in which arms."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for owner, field in pairs:
        labels = tuple(arm.label for arm in arms if written(("parameters", owner, field), arm.scenario))
        if labels and any(arm.scenario.is_on(owner) for arm in arms):
            groups.setdefault(labels, []).append(f"{owner}.{field}")
    for labels, names in groups.items():
        what = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        yield f"{how} {_where(labels, arms)}: {what}"


def _where(labels: Sequence[str], arms: Sequence[Arm]) -> str:
    if len(labels) == len(arms):
        return "in any arm"
    strategies = [arm.strategy for arm in arms]
    whole = {each for each in strategies if all(arm.label in labels for arm in arms if arm.strategy == each)}
    if sum(arm.strategy in whole for arm in arms) == len(labels):
        return f"under {', '.join(each for each in dict.fromkeys(strategies) if each in whole)}"
    return f"in {'; '.join(labels[:4])}" + (f" and {len(labels) - 4} more arms" if len(labels) > 4 else "")

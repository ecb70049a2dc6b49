"""What becomes of an answer in contested forms of the model, in words."""

from __future__ import annotations

from collections.abc import Sequence

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired
from tfs_sim.analysis.sentences import capital, opened, sentence, thing_of, with_
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.structure import Answer, Asked, Structure, Verdict
from tfs_sim.scenario.errors import count


def told(found: Structure) -> list[str]:
    """Return what is found of each strategy, of the best one, of targets, and what these numbers are."""
    said = [each for strategy in _others(found) for each in _of(found, strategy)]
    return [*said, *_best(found), *_targets(found), *provisos(found)]


def _others(found: Structure) -> list[str]:
    return [strategy for strategy in found.stored.strategies if strategy != found.against]


def _of(found: Structure, strategy: str) -> list[str]:
    usual = found.of(strategy)[0][1]
    stored = found.stored
    lead = opened(words.condition(found.levels), thing_of(stored, found.metric))
    first = sentence(usual.result, found.metric, lead, with_(stored, strategy), with_(stored, found.against))
    return [first, on_forms(found, strategy)]


def on_forms(found: Structure, strategy: str) -> str:
    """Return in a sentence what becomes of a strategy's difference in contested forms."""
    (_, usual), *rest = found.of(strategy)
    return _verdicts(rest) if usual.result.distinguishable else _appearing(rest)


def _appearing(rest: Sequence[tuple[Asked, Answer]]) -> str:
    """Return in which forms a difference can be told that cannot be in the model as it is."""
    where = [each.form.title for each, answer in rest if answer.verdict == "appears" and each.form is not None]
    if not where:
        return f"Nor can it be told from none in any of {count(len(rest), 'contested form')}."
    return f"It can be told from none in {len(where)} of {count(len(rest), 'contested form')}: where {_listed(where)}."


def _verdicts(rest: Sequence[tuple[Asked, Answer]]) -> str:
    """Return in how many contested forms a difference holds, and in which it does not."""
    said = []
    kinds: tuple[tuple[Verdict, str], ...] = (("turns", "turns round"), ("weakens", "weakens"), ("holds", "holds"))
    for verdict, verb in kinds:
        where = [each.form.title for each, answer in rest if answer.verdict == verdict and each.form is not None]
        if verdict == "holds":
            said.append(f"{verb} in {len(where)} of {count(len(rest), 'contested form')}")
        elif where:
            said.append(f"{verb} where {_listed(where)}")
    blurred = sum(answer.verdict == "cannot be told" for _, answer in rest)
    if blurred:
        said.append(f"cannot be told in {blurred}")
    return f"This {'; '.join(said)}."


def _listed(items: Sequence[str]) -> str:
    return "; where ".join(items)


def _best(found: Structure) -> list[str]:
    """Return in which forms another strategy comes first."""
    usual, *rest = found.asked
    if usual.ranking is None:
        return []
    first = usual.ranking.best
    title = words.quoted(found.stored.title(first))
    other = [each for each in rest if each.ranking is not None and each.ranking.best != first and each.form is not None]
    clear = [each for each in other if each.ranking is not None and first not in each.ranking.tied]
    if not other:
        return [f"{title} comes first in every form, told apart from the next or not."]
    by: dict[str, list[str]] = {}
    for each in other:
        if each.ranking is not None and each.form is not None:
            by.setdefault(each.ranking.best, []).append(each.form.title)
    named = "; ".join(f"{words.quoted(found.stored.title(best))} where {_listed(where)}" for best, where in by.items())
    apart = f"clearly so in {len(clear)}" if clear else "clearly so in none"
    return [
        f"{title} comes first in the model as it is; in {count(len(other), 'form')} another does, {apart}: {named}."
    ]


def _targets(found: Structure) -> list[str]:
    usual, *rest = found.asked
    if usual.meets is None:
        if found.stored.agreement is not None:
            return [
                "Whether these sets still meet their targets in another form was not asked (--targets CALIBRATION)."
            ]
        return ["These sets were held against no target: a form that no known figure agrees with counts here like any."]
    said = [f"{capital(each.name)}: {meets(each)}" for each in (usual, *rest)]
    return [f"Share of sets that meet every target of {found.targets} (95% intervals). {'; '.join(said)}."]


def meets(each: Asked) -> str:
    """Return the share of sets that meet all targets in a form, with its interval."""
    if each.meets is None:
        return "not asked"
    value, low, high = (words.percent(end) for end in (each.meets.value, each.meets.low, each.meets.high))
    return f"{value} ({low} to {high})"


def amount(result: Paired, name: str) -> str:
    """Return a difference with its interval, without its unit."""
    m = metric(name)
    said = words.difference(result.difference, result.low, result.high, m)
    return f"{said} ({words.interval(result.low, result.high, m)})"


def provisos(found: Structure) -> list[str]:
    """Return what the numbers are, and of how many runs."""
    comparisons = sum(len(each.answers) for each in found.asked)
    return [
        f"Every form was run over the same sets and luck ({found.runs:,} runs; {found.units.said}). Intervals hold "
        f"{found.units.holds}, all {comparisons} at once; forms are no draw from anything, and no share of them is a "
        "probability.",
    ]


def rows(found: Structure, strategy: str) -> tuple[list[str], list[list[str]]]:
    """Return the table of what a strategy's difference is in each form: head and rows."""
    held = bool(found.targets)
    head = ["form", "difference (95%)", "verdict", *(["meets targets"] if held else [])]
    return head, [
        [each.name, amount(answer.result, found.metric), answer.verdict or "", *([meets(each)] if held else [])]
        for each, answer in found.of(strategy)
    ]

"""What drives an outcome, in words and in a table."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import opened, thing_of
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.sensitivity import Driver, Sensitivity
from tfs_sim.reasons.sobol import NARROW
from tfs_sim.scenario.errors import count

MOST_TOLD = 4


def told(found: Sensitivity) -> list[str]:
    """Return what drives the outcome, how sure that is, and what the numbers are."""
    return [*_subject(found), *_drivers(found), *_verdict(found), *_provisos(found)]


def subject(found: Sensitivity) -> str:
    """Return what is driven, as a sentence begins: the difference between two strategies, or the outcome under one."""
    stored, thing = found.stored, thing_of(found.stored, found.metric)
    one = words.quoted(stored.title(found.a))
    if found.b is None:
        return opened(words.condition(found.levels), f"{thing} with {one}")
    other = words.quoted(stored.title(found.b))
    return opened(words.condition(found.levels), f"the difference in {thing} between {one} and {other}")


def _subject(found: Sensitivity) -> list[str]:
    explained = words.percent(found.explained)
    if found.kind == "sobol":
        said = (
            f"of {count(found.screened, 'parameter')} that are not known {found.silent} change nothing in any run of "
            f"screening; the {len(found.drivers)} with the largest effects together make {explained} of the variance "
            "of a run"
        )
        return [f"{subject(found)}: {said}; the rest is luck and all other parameters."]
    if not found.drivers or not found.explained > 0:
        return [f"{subject(found)}: none of {count(found.screened, 'parameter')} could be seen to drive it."]
    said = (
        f"{len(found.drivers)} of {count(found.screened, 'parameter')} explain {explained} of the variance between sets"
    )
    return [f"{subject(found)}: {said}, with luck taken out."]


def _drivers(found: Sensitivity) -> list[str]:
    seen = [each for each in found.drivers if _main(each).low > 0.01][:MOST_TOLD]
    if not seen:
        return ["No single parameter can be told from none." if found.drivers else "More sets would tell."]
    each = [f"{one.name} ({span(_main(one))})" for one in seen]
    what = "total indices" if found.kind == "sobol" else "shares"
    return [f"Most of it, by {what} with 95% intervals: {words.joined(each)}."]


def _main(driver: Driver) -> Part:
    part = driver.total or driver.share
    assert part is not None
    return part


def span(part: Part) -> str:
    """Return an index or share with its interval: "0.31 (0.20 to 0.44)"."""
    return f"{words.number(part.value, 2)} ({words.number(part.low, 2)} to {words.number(part.high, 2)})"


def _verdict(found: Sensitivity) -> list[str]:
    if found.indices is None:
        return []
    if found.indices.verdict == "settled":
        return [f"Totals are settled: none of their intervals is wider than {NARROW:g}."]
    if found.indices.verdict == "luck alone":
        return [
            "What these parameters do cannot be told from luck: the indices mean nothing yet; more base rows would."
        ]
    return [
        f"Totals are not settled: some interval is wider than {NARROW:g}; about {found.indices.needed:,} base rows in "
        f"place of {found.indices.base:,} would do (--base). What comes first may still change."
    ]


def _provisos(found: Sensitivity) -> list[str]:
    if found.indices is not None:
        return [
            f"Estimators: {found.indices.estimator}. Intervals are bootstraps over base rows, and hold luck; which "
            f"parameters went on from screening is not in them. {found.runs:,} runs. Parameters are drawn from what is "
            "plausible, each by itself."
        ]
    assert found.regression is not None
    return [
        f"Estimator: {found.regression.estimator}. Intervals are bootstraps over sets; which parameters were found is "
        "not in them. A share is none of a cause: correlated parameters have parts of each other's."
    ]


def table(found: Sensitivity) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table of the drivers."""
    m = metric(found.metric)

    def mean(part: Part) -> str:
        return words.difference(part.value, part.low, part.high, m, sign=found.b is not None)

    if found.kind == "sobol":
        head = ["parameter", "total (95%)", "first (95%)", "lowest quarter", "highest quarter"]
        rows = [
            [each.name, span(_main(each)), "–" if each.first is None else span(each.first), mean(each.low),
             mean(each.high)]
            for each in found.drivers
        ]  # fmt: skip
        return head, rows
    head = ["parameter", "share (95%)", "lowest quarter", "highest quarter"]
    return head, [[each.name, span(_main(each)), mean(each.low), mean(each.high)] for each in found.drivers]

"""A strategy that begins later: until then a community goes on as under the other one.

What both strategies do stays as it is. What `a` alone does begins so many months later than it does by itself; what
`b` alone does ends when `a` begins. Months of the calendar stay: a shock comes when it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.tables import Grant, ScheduledIntervention

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario

Scheduled = ScheduledIntervention | Grant

_NOTHING: dict[str, Any] = {"strategy": [], "interventions": [], "grants": []}


def begun_later(a: Scenario, b: Scenario, by: int) -> Scenario:
    """Return what one strategy does, begun later, after what another one does.

    Parameters
    ----------
    a, b : scenarios of two strategies under the same conditions.
    by : months that `a` begins later; 0: as it is.

    Raises
    ------
    UserError
        When they differ in more than what is scheduled, or something cannot be put off or cut short: a grant that would
        run on after the end, or what falls in steps that would be cut within them.
    """
    if a.with_(**_NOTHING).digest() != b.with_(**_NOTHING).digest():
        raise UserError(Mistake("the strategies differ in more than what is done when, which cannot begin later"))
    ours: tuple[Sequence[Scheduled], ...] = a.in_force()
    theirs: tuple[Sequence[Scheduled], ...] = b.in_force()
    alone = [[each for each in mine if each not in other] for mine, other in zip(ours, theirs, strict=True)]
    others = [[each for each in other if each not in mine] for mine, other in zip(ours, theirs, strict=True)]
    starts = [each.window(a.clock)[0] for kind in (*alone, *others) for each in kind]
    if not starts:
        raise UserError(Mistake("the strategies schedule the same: nothing begins"))
    changes: dict[str, Any] = {"strategy": []}
    for name, mine, put_off, cut in zip(("interventions", "grants"), ours, alone, others, strict=True):
        both = [_dumped(each) for each in mine if each not in put_off]
        ended = [_until(each, min(starts) + by, a) for each in cut]
        begun = [_later(each, by, a) for each in put_off]
        changes[name] = [*both, *(each for each in (*ended, *begun) if each is not None)]
    return a.with_(**changes)


def _until(what: Scheduled, end: int, scenario: Scenario) -> dict[str, Any] | None:
    """Return what is scheduled without the months from `end` on; None where nothing is left."""
    first, stop = what.window(scenario.clock)
    if first >= end:
        return None
    return _dumped(what) if stop <= end else _written(what, first, end, stop)


def _later(what: Scheduled, by: int, scenario: Scenario) -> dict[str, Any] | None:
    """Return what is scheduled, begun later and as long as there are months; None where none is left."""
    first, stop = what.window(scenario.clock)
    end = scenario.clock.months
    if first + by >= end:
        return None
    return _written(what, first + by, min(stop + by, end), stop + by)


def _written(what: Scheduled, first: int, end: int, stop: int) -> dict[str, Any]:
    """Return what is scheduled from month `first` to before `end`, of a window that would go on until `stop`."""
    found, taper = {**_dumped(what), "from": f"month {first + 1}"}, what.taper or 0
    if stop > end and taper:
        if stop - taper < end:
            said = f"{_name(what)} falls in steps over {count(taper, 'month')}, and would be cut short within them"
            raise UserError(Mistake(said))
        del found["taper"]
    if isinstance(what, Grant):
        # of M months of which the last T fall in equal steps M − T / 2 full ones are paid
        paid = (end - first) / (what.months - taper / 2) if stop > end else 1.0
        return found | {"months": end - first, "amount": what.amount * paid}
    found.pop("until", None)
    return found | {"lasts": end - first}


def _dumped(what: Scheduled) -> dict[str, Any]:
    return what.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)


def _name(what: Scheduled) -> str:
    return quote(what.label if isinstance(what, Grant) else what.use)

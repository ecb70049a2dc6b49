"""Groups of mechanisms: over what a difference between two strategies is split.

A group is a way in which practices may come to have an effect. What no group holds stays on in every coalition: that
communities, partnerships and schedules exist at all, that work is chosen, delivered and followed by outcomes, and what
is asked of the national table and of selection. Without these nothing would be left to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tfs_sim.reasons.shapley import MOST
from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote
from tfs_sim.scenario.fields import catalogue


@dataclass(frozen=True, slots=True)
class Group:
    """Mechanisms that are switched together.

    Attributes
    ----------
    name : its key.
    by : how it is said in "60% by …".
    mechanisms : which.
    """

    name: str
    by: str
    mechanisms: tuple[str, ...]


GROUPS = (
    Group("people", "people who leave and come", ("turnover", "key_people", "smoothing", "fresh_start")),
    Group("trust", "trust that is earned and lost", ("trust", "institutional_trust", "histories", "repair")),
    Group("contact", "contact and ties", ("communication", "ties")),
    Group("clarity", "shared goals and knowing what works", ("understanding", "compromise", "agenda")),
    Group("joining", "who joins and who stays", ("participation", "patience", "invitation")),
    Group("coordination", "the backbone's time and its host", ("backbone", "hosting", "peers")),
    Group(
        "rewards",
        "esteem, money and attention",
        ("accountability", "strengths", "competition", "pooling", "ledger", "portfolio"),
    ),
    Group("crises", "crises, families and rules", ("crisis", "adaptation", "family_crises", "families", "policy")),
)
"""The groups that a difference is split over where none are asked for."""


OTHERS = "students, money and what is always on"
"""What parameters of no group are called."""


def of_parameters(names: Iterable[str]) -> dict[str, list[str]]:
    """Return parameters ("turnover.notice_share") by the group of their mechanism, as `decisions.evppi` takes them."""
    by = {mechanism: group.by for group in GROUPS for mechanism in group.mechanisms}
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(by.get(name.partition(".")[0], OTHERS), []).append(name)
    return found


def named(lines: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups that lines name: "people: turnover, smoothing", one of `GROUPS`, or a mechanism by itself.

    Raises
    ------
    UserError
        When a name is none, a mechanism stands in two groups or has no switch, or there are more than `MOST`.
    """
    if not lines:
        return GROUPS
    found = [_read(line) for line in lines]
    seen: dict[str, str] = {}
    for group in found:
        for name in group.mechanisms:
            if name in seen:
                _refuse(f"{name} stands in two groups, {quote(seen[name])} and {quote(group.name)}")
            seen[name] = group.name
    if len({group.name for group in found}) < len(found):
        _refuse("two groups have the same name")
    if not 2 <= len(found) <= MOST:
        _refuse(f"a difference is split over 2 to {MOST} groups of mechanisms; found {count(len(found), 'group')}")
    return tuple(found)


def _read(line: str) -> Group:
    ready = {group.name: group for group in GROUPS}
    key, colon, rest = line.partition(":")
    name = key.strip()
    if not colon:
        if name in ready:
            return ready[name]
        _known(name, (*ready, *_switches()), "group and no mechanism with a switch")
        return Group(name, catalogue().MECHANISMS[name].title.lower(), (name,))
    members = tuple(each.strip() for each in rest.split(",") if each.strip())
    if not name or not members:
        _refuse(f'a group is "NAME: MECHANISM, MECHANISM"; found {quote(line)}')
    for member in members:
        _known(member, _switches(), "mechanism with a switch")
    if len(set(members)) < len(members):
        _refuse(f"group {quote(name)} names a mechanism twice")
    return Group(name, name, members)


def _switches() -> tuple[str, ...]:
    known = catalogue()
    return tuple(name for name in known.MECHANISMS if name not in known.ALWAYS_ON)


def _known(name: str, names: Iterable[str], what: str) -> None:
    known = tuple(names)
    if name not in known:
        hint = "tfs-sim list mechanisms  shows all."
        raise UserError(Mistake(f"there is no {what} {quote(name)}", suggestion=nearest(name, known), hint=hint))


def _refuse(message: str) -> None:
    raise UserError(Mistake(message))

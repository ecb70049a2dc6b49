"""Between the engine's arrays and the objects: copy a world over, or say where the two differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from reference.scheduled import Rule
from reference.world import (
    COACHED,
    ORGANIZATION_LEVERS,
    ORGANIZATION_SHOCKS,
    SITE_LEVERS,
    SITE_SHOCKS,
    Organization,
    Pair,
    Relationship,
)
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.engine import RECORDS
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.payoff import EVEN, LINEAR, MONEY, NOBODY_GIVES, REST, SCALE, SEEN, SIZE
from tfs_sim.model.state import (
    FIRST_POOL,
    FUNDER,
    GROUPS,
    MAX_LEVELS,
    NEEDS,
    OUTSIDE,
    PAYERS,
    STATE,
    STATUSES,
    G,
    K,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reference.model import Partnership
    from tfs_sim.model.engine import Template
    from tfs_sim.model.world import World

CLOSE = 1e-9
"""How near, absolutely or relatively, is the same: sums are made in another order."""

WITHIN_A_MONTH = frozenset(["luck", "meeting", "meetings_expected", "presence", "reliability"])
"""What no later phase of the month reads."""

HOW_IT_IS_KEPT = frozenset(["ties", "end_of_ties", "team_code"])
"""The engine's own lists and codes; ties are compared as sets."""

FLAGS = frozenset(
    [
        "hosted",
        "hosted_then",
        "has_lived",
        "dissolved",
        "leader_in_post",
        "has_changed",
        "in_post",
        "refused",
        "departed",
        "arrived",
        "failed",
        "is_open",
        "met",
        "chosen",
        "practices",
    ]
)
TERMS = {"scale": SCALE, "linear": LINEAR, "money": MONEY, "rest": REST, "seen": SEEN, "size": SIZE, "even": EVEN}


TABLES = (
    ("organization_doses", "doses", ORGANIZATION_LEVERS),
    ("site_doses", "doses", SITE_LEVERS),
    ("organization_shocks", "shocks", ORGANIZATION_SHOCKS),
    ("site_shocks", "shocks", SITE_SHOCKS),
)
"""The engine's tables of doses and depths, and what their rows are of."""


class Place(NamedTuple):
    """One value of the engine in the objects' terms: of which array, of what, and where the objects keep it."""

    array: str
    owner: Any
    keeper: Any
    key: Any
    value: Any

    @property
    def own(self) -> Any:
        """What the objects have there."""
        return self.keeper[self.key] if isinstance(self.keeper, dict | list) else getattr(self.keeper, self.key)

    def put(self) -> None:
        """Copy the engine's value into the objects."""
        if isinstance(self.keeper, dict | list):
            self.keeper[self.key] = self.value
        else:
            setattr(self.keeper, self.key, self.value)


class Objects(NamedTuple):
    """The objects in the order of the engine's arrays."""

    organization: list[Organization]
    relationship: list[Relationship]
    pair: list[Pair]
    site: list[Any]


def in_order(model: Partnership, template: Template, world: World) -> Objects:
    """Return the objects in the order of the engine's arrays, matched by identity."""
    organizations = [model.by_identity[each.identity] for each in template.organizations]
    by_id = {pair.pair_id: pair for pair in model.pairs}
    assert sorted(by_id) == sorted(world.pair_id.tolist()), "not the same pairs could know each other"
    ends = zip(world.source.tolist(), world.target.tolist(), strict=True)
    relationships = [organizations[i].relationships[organizations[j]] for i, j in ends]
    sites = {site.site_id: site for site in model.sites}
    return Objects(
        organizations,
        relationships,
        [by_id[each] for each in world.pair_id.tolist()],
        [sites[each] for each in world.site_id.tolist()],
    )


def labels_of(name: str, size: int) -> Any:
    """Return what an axis of an array is over: keys of a dictionary, or places in a list."""
    if name == "coaching":
        return COACHED
    return {K: NEEDS, G: GROUPS}.get(size, range(size)) if name != "delay" or size == G else range(size)


def places(model: Partnership, template: Template, world: World, only: Set[str] | None = None) -> Iterator[Place]:
    """Yield every value of the engine's state that the objects keep, or those of some arrays."""
    objects = in_order(model, template, world)
    for field in STATE:
        if field.name in WITHIN_A_MONTH | HOW_IT_IS_KEPT or (only is not None and field.name not in only):
            continue
        if field.name in SPECIALLY:
            yield from SPECIALLY[field.name](world, objects)
        elif field.entity == "level":
            yield from by_level(field.name, world, objects)
        elif field.entity == "account":
            yield from by_account(model, world, objects)
        else:
            owners = getattr(objects, field.entity)
            table = getattr(world, field.name).tolist()
            yield from spread(field.name, table, owners, [(owner, field.name) for owner in owners], field.by, objects)
    for name, kind, names in TABLES:
        if only is None or name in only:
            owners = objects.organization if name.startswith("organization") else objects.site
            for lever, row in zip(names, getattr(world, name).tolist(), strict=True):
                for owner, value in zip(owners, row, strict=True):
                    yield Place(f"{kind} of {lever}", owner, getattr(owner, kind), lever, value)


def payoffs(world: World, objects: Objects) -> Iterator[Place]:
    """Yield the terms of organizations' payoffs."""
    for name, row in TERMS.items():
        for owner, value in zip(objects.organization, world.payoff[row].tolist(), strict=True):
            yield Place("payoff", owner, owner.payoff, name, value)


def ranks(world: World, objects: Objects) -> Iterator[Place]:
    """Yield who is at which place of a site by recognized strength; zeros before anybody is ranked."""
    starts = dict(zip(objects.site, world.first_organization.tolist(), strict=True))
    for need, row in zip(NEEDS, world.team_rank.tolist(), strict=True):
        for place, ranked in enumerate(row if any(row) else []):
            owner = objects.organization[ranked]
            yield Place("team_rank", owner, owner.team_rank, need, place - starts[owner.site])


def teammates(world: World, objects: Objects) -> Iterator[Place]:
    """Yield which pairs are in one team."""
    together = set(world.teammates.tolist()[: end_of(world.teammates, len(objects.pair))])
    for number, pair in enumerate(objects.pair):
        yield Place("teammates", pair, pair, "teammates", number in together)


SPECIALLY = {"payoff": payoffs, "team_rank": ranks, "teammates": teammates}
"""What the engine keeps in another shape."""


def by_level(name: str, world: World, objects: Objects) -> Iterator[Place]:
    """Yield what levels of effort bring, by site."""
    table = getattr(world, name).tolist()
    for number, site in enumerate(objects.site):
        for level in range(MAX_LEVELS):
            yield Place(name, site, getattr(site, name), level, table[number * MAX_LEVELS + level])


def by_account(model: Partnership, world: World, objects: Objects) -> Iterator[Place]:
    """Yield who holds how much."""
    holders = {"outside": OUTSIDE, "funder": FUNDER}
    holders |= {("pool", site): FIRST_POOL + n for n, site in enumerate(objects.site)}
    holders |= {each: FIRST_POOL + len(objects.site) + n for n, each in enumerate(objects.organization)}
    for holder, n in holders.items():
        yield Place("accounts", holder, model.accounts, holder, int(world.accounts[n]))


def spread(
    name: str, table: Any, owners: Any, keepers: list[tuple[Any, Any]], by: tuple[int, ...], objects: Objects
) -> Iterator[Place]:
    """Yield the values of an array with axes before that of its owners."""
    if by:
        inside = [getattr(k, key) if not isinstance(k, dict | list) else k[key] for k, key in keepers]
        for label, rows in zip(labels_of(name, by[0]), table, strict=True):
            yield from spread(name, rows, owners, [(each, label) for each in inside], by[1:], objects)
        return
    for owner, (keeper, key), value in zip(owners, keepers, table, strict=True):
        yield Place(name, owner, keeper, key, in_objects_terms(name, value, objects))


def in_objects_terms(name: str, value: Any, objects: Objects) -> Any:
    """Return a value of the engine as the objects have it."""
    if name in FLAGS:
        return bool(value)
    if name == "status":
        return STATUSES[value]
    if name == "team_terms" and value == NOBODY_GIVES:  # of no team: what the engine's minimum starts from
        return 0.0
    if name == "team":
        return None if value < 0 else objects.organization[value]
    if name == "referrer":
        return None if value < 0 else objects.relationship[value]
    return value


def end_of(listed: NDArray[np.uint32], pairs: int) -> int:
    """Return where a list of pairs ends: at the first number that is no pair's."""
    return next((n for n, each in enumerate(listed.tolist()) if each >= pairs), listed.size)


def from_engine(model: Partnership, template: Template, world: World, out: NDArray[np.float64], month: int) -> None:
    """Make the objects what the engine's world is before, or in the middle of, a month."""
    model.month = month
    for place in places(model, template, world):
        place.put()
    for organization in model.organizations:
        organization.ties.clear()
    for pair in model.pairs:
        if pair.is_open:
            pair.open()
    for n, metric in enumerate(METRICS):
        for s, site in enumerate(model.communities):
            model.observed[metric][site.key] = out[:month, s, n].tolist()


def take_numbers(model: Partnership, template: Template) -> None:
    """Set parameters, schedule and the numbers of sites as a template has them that was changed after it was built."""
    fixed = template.layout.views(template.fixed, FIXED)
    for name, values in zip(RECORDS, template.parameters, strict=True):
        setattr(model.p, name, values)
    metrics = list(METRICS)
    for n, order in enumerate(model.orders):
        order.dose, order.payer = float(fixed["order_dose"][n]), PAYERS[fixed["order_payer"][n]]
        order.begins, order.ends = int(fixed["order_begins"][n]), int(fixed["order_ends"][n])
        indicator = int(fixed["order_indicator"][n])
        order.rule = None if indicator < 0 else rule_of(fixed, n, metrics[indicator])
    for n, shock in enumerate(model.shocks):
        shock.depth, shock.onset = float(fixed["shock_depth"][n]), int(fixed["shock_onset"][n])
        shock.lasts, shock.decay = int(fixed["shock_lasts"][n]), float(fixed["shock_decay"][n])
    for n, site in enumerate(model.sites):
        site.at_the_table = float(fixed["at_the_table"][n])
        site.grievance_share = float(fixed["grievance_share"][n])
        site.base_backbone_fte = float(fixed["base_backbone_fte"][n])
        site.students = dict(zip(GROUPS, fixed["students"][:, n].tolist(), strict=True))


def rule_of(fixed: dict[str, NDArray[Any]], n: int, indicator: str) -> Rule:
    """Return the rule of an order as a template has it."""
    on_at, off_at = float(fixed["order_on_at"][n]), float(fixed["order_off_at"][n])
    every, over, spell = (int(fixed[f"order_{name}"][n]) for name in ("every", "over", "spell"))
    return Rule(indicator, bool(fixed["order_above"][n]), on_at, off_at, every, over, spell)


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same, numbers up to what another order of sums makes of them."""
    if isinstance(one, float) or isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def differences(
    model: Partnership, template: Template, world: World, out: NDArray[np.float64], only: Set[str] | None = None
) -> list[str]:
    """Return a sentence for each value of the state, and of what was recorded this month, that is not the same."""
    found = [
        f"{place.array} [{place.key}] of {place.owner} in month {model.month}: engine {place.value}, here {place.own}"
        for place in places(model, template, world, only)
        if not same(place.value, place.own)
    ]
    return found + (differences_recorded(model, out, model.month) if model.month >= 0 else [])


def differences_in_ties(model: Partnership, template: Template, world: World) -> list[str]:
    """Return a sentence for each organization of which the engine lists other ties, or has other bits for them."""
    objects = in_order(model, template, world)
    found = []
    for n, organization in enumerate(objects.organization):
        first, end = int(world.first_relationship[n]), int(world.end_of_ties[n])
        listed = [objects.relationship[r].target for r in world.ties[first:end].tolist()]
        neighbours = marked(world.neighbours[:, n].tolist(), organization)
        if not set(listed) == set(neighbours) == set(organization.ties) or len(listed) != len(organization.ties):
            own = list(organization.ties)
            found.append(f"ties of {organization} in month {model.month}: listed {listed}, {neighbours}; here {own}")
    return found


def marked(words: list[int], organization: Organization) -> list[Organization]:
    """Return those of a site's organizations whose bits are set."""
    return [each for m, each in enumerate(organization.site.organizations) if words[m // 64] >> m % 64 & 1]


def differences_recorded(model: Partnership, out: NDArray[np.float64], month: int) -> list[str]:
    """Return a sentence for each metric that was recorded in a month and is not the same."""
    found = []
    for n, metric in enumerate(METRICS):
        for s, site in enumerate(model.communities):
            own = model.observed[metric][site.key]
            if len(own) > month and not same(float(out[month, s, n]), own[month]):
                found.append(f"{metric} of {site.key} in month {month}: engine {out[month, s, n]}, here {own[month]}")
    return found

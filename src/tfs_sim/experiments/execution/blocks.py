"""Communities that share nothing run block by block.

A block is small enough for the processor's cache, and the state of one block at a time is all that is held: what a
relationship costs does not grow with the number of communities, and memory hardly does. As all luck is keyed by
identity, and nothing that one community does reaches another, the bits are those of all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.execution.starting import marks_of

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.model.world import Layout

LARGEST = 1_000
"""Organizations of a block, if its communities allow: a world of so many takes about 5 MB."""

BETWEEN = ("peer-learning-network",)
"""Interventions through which one community reaches another."""

COUNTED = {
    "site_of": "site", "first_relationship": "listing", "source": "organization", "target": "organization",
    "reverse": "relationship", "pair": "pair", "relationships": "relationship", "pair_site": "site",
    "one_end": "organization", "other_end": "organization", "first_organization": "organization",
    "end_organization": "organization", "first_pair": "pair", "end_pair": "pair", "backbone": "organization",
    "grant_site": "site", "goal_site": "site",
}  # fmt: skip
"""Arrays that hold places of other arrays, and of what: a block counts from its own first. "listing": of the list
`relationships`, which goes from organization to organization."""

Views = dict[str, NDArray[Any]]


def are_apart(template: Template) -> bool:
    """Say whether no community can reach another.

    There is no national network, nobody chooses between them, none learns from the others, and none begins with
    trust or agreement, which files give by rows.
    """
    from tfs_sim.model.fixed import FIXED
    from tfs_sim.model.world import SITE_LEVERS

    views = template.layout.views(template.fixed, FIXED)
    between = [SITE_LEVERS.index(name) for name in BETWEEN]
    ordered = views["order_lever"][views["order_by_site"] == 1]
    alone = template.layout.sizes["stage"] == 0 and not views["national_site"].any()
    return alone and not np.isin(ordered, between).any() and marks_of(template) is None


def cuts(template: Template) -> list[slice]:
    """Return the sites of each block; all sites together where they are few, or not apart."""
    from tfs_sim.model.fixed import FIXED

    sizes = template.layout.sizes
    if sizes["organization"] <= LARGEST or not are_apart(template):
        return [slice(0, sizes["site"])]
    ends = template.layout.views(template.fixed, FIXED)["end_organization"]
    found, began, site = [], 0, 0
    while site < ends.size:
        after = max(site + 1, int(np.searchsorted(ends, began + LARGEST, side="right")))
        found.append(slice(site, after))
        began, site = int(ends[after - 1]), after
    return found


def largest_world(template: Template) -> int:
    """Return how many bytes a world takes that is run at once: of the largest block."""
    from tfs_sim.model.fixed import FIXED

    whole = template.fixed.nbytes + template.layout.state_bytes
    found = cuts(template)
    if len(found) == 1:
        return whole
    ends = template.layout.views(template.fixed, FIXED)["end_organization"]
    first = np.concatenate([[0], ends])
    most = max(int(first[each.stop] - first[each.start]) for each in found)
    return int(whole * most / template.layout.sizes["organization"])


def cut(template: Template, sites: slice) -> Template:
    """Return the template of some of a template's communities, which must be apart from the others.

    Parameters
    ----------
    sites : places of the communities, which follow each other.
    """
    from dataclasses import replace

    from tfs_sim.model.fixed import FIXED
    from tfs_sim.model.world import Layout

    views = template.layout.views(template.fixed, FIXED)
    part = _Part(template.layout, views, sites)
    layout = Layout(part.sizes, max(1, (part.largest_site + 63) // 64))
    fixed = layout.buffer(FIXED)
    own = layout.views(fixed, FIXED)
    for each in FIXED:
        own[each.name][...] = part.taken(each.name, each.entity)
    return replace(
        template,
        layout=layout,
        fixed=fixed,
        sites=template.sites[sites],
        site_titles=template.site_titles[sites],
        organizations=template.organizations[part.organizations],
        digest="",
    )


class _Part:
    """What a block takes of a template's arrays."""

    def __init__(self, layout: Layout, views: Views, sites: slice) -> None:
        self.views, self.sites = views, sites
        last = sites.stop - 1
        ends = views["end_organization"]
        self.organizations = slice(int(views["first_organization"][sites.start]), int(ends[last]))
        self.pairs = slice(int(views["first_pair"][sites.start]), int(views["end_pair"][last]))
        self.largest_site = int((ends[sites] - views["first_organization"][sites]).max())
        self.all_pairs = layout.sizes["pair"]
        self.targets = self._reached("order")
        self.struck = self._reached("shock")
        self.grants = self._here("grant_site")
        self.goals = self._here("goal_site")
        n, pairs, number = _length(self.organizations), _length(self.pairs), _length(sites)
        levels, choices = (layout.sizes[each] // layout.sizes[of] for each, of in _PER)
        self.sizes = {
            **layout.sizes, "organization": n, "row": n + 1, "relationship": 2 * pairs, "pair": pairs, "site": number,
            "account": layout.sizes["account"] - layout.sizes["site"] - layout.sizes["organization"] + number + n,
            "target": self.targets[1].size, "struck": self.struck[1].size, "grant": self.grants.size,
            "goal": self.goals.size, "level": number * levels, "choice": n * choices,
        }  # fmt: skip

    def _here(self, name: str) -> NDArray[np.int64]:
        """Return which of the grants, or the goals, are of the block's communities."""
        at = self.views[name]
        return np.flatnonzero((at >= self.sites.start) & (at < self.sites.stop))

    def _reached(self, kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where each order's (or shock's) targets begin, and whom it reaches in the block."""
        target, first = self.views[f"{kind}_target"].astype(np.int64), self.views[f"{kind}_first_target"]
        lists = []
        for n, by_site in enumerate(self.views[f"{kind}_by_site"]):
            here = self.sites if by_site else self.organizations
            every = target[first[n] : first[n + 1]]  # sorted
            low, high = np.searchsorted(every, (here.start, here.stop))
            lists.append(every[low:high] - here.start)
        begins = np.cumsum([0, *map(len, lists)])
        return begins, np.concatenate(lists) if lists else np.zeros(0, np.int64)

    def taken(self, name: str, entity: str) -> NDArray[Any]:
        """Return an array's part, with places counted from the block's own first."""
        whole = self.views[name]
        if name in ("order_first_target", "shock_first_target"):
            return self.targets[0] if name.startswith("order") else self.struck[0]
        if entity in ("target", "struck"):
            return self.targets[1] if entity == "target" else self.struck[1]
        part: NDArray[Any] = whole[..., self._of(entity, name)]
        return self._counted(part, COUNTED[name]) if name in COUNTED else part

    def _of(self, entity: str, name: str) -> Any:
        """Return which of an entity's places are the block's."""
        first, after = self.pairs.start, self.pairs.stop
        if name == "relationships":  # one organization's after the other
            return slice(2 * first, 2 * after)
        if entity == "relationship":  # those from one end of all pairs, then those from the other
            return np.r_[first:after, self.all_pairs + first : self.all_pairs + after]
        rows = slice(self.organizations.start, self.organizations.stop + 1)
        own = {"organization": self.organizations, "row": rows, "pair": self.pairs, "site": self.sites,
               "grant": self.grants, "goal": self.goals}  # fmt: skip
        return own.get(entity, slice(None))

    def _counted(self, places: NDArray[Any], of: str) -> NDArray[Any]:
        """Return places of an entity as the block counts them."""
        number: NDArray[np.int64] = places.astype(np.int64)
        if of == "relationship":
            back = number >= self.all_pairs
            number -= self.pairs.start + back * (self.all_pairs - _length(self.pairs))
            return number
        first = {
            "organization": self.organizations.start,
            "pair": self.pairs.start,
            "site": self.sites.start,
            "listing": 2 * self.pairs.start,
        }
        number -= first[of]
        return number


_PER = (("level", "site"), ("choice", "organization"))
"""Entities of which each site, or each organization, has as many."""


def _length(some: slice) -> int:
    return int(some.stop - some.start)

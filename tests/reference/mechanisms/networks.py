"""What is observed of a partnership's network: whether it holds without its hub, and how closed its triangles are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.model.networks import QUARTER

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site


def observe_fragmentation(model: Partnership) -> None:
    """Record, once a quarter, the share of partners cut off when the best-connected partner goes."""
    for site in model.communities:
        value = fragmentation_of(site) if model.month % QUARTER == 0 else model.observed["fragmentation"][site.key][-1]
        model.observe(site, "fragmentation", value)


def fragmentation_of(site: Site) -> float:
    """Return the share of the other partners that are outside of the largest group without the hub."""
    partners = set(site.partners)
    if len(partners) < 2:
        return 0.0
    knows = {each: each.ties.keys() & partners for each in site.partners}
    hub = max(site.partners, key=lambda each: len(knows[each]))  # the first of several, by identity
    rest = partners - {hub}
    others = len(rest)
    largest = 0
    while rest:
        group = group_of(rest.pop(), knows, rest)
        largest = max(largest, group)
    return 1.0 - largest / others


def group_of(first: Organization, knows: dict[Organization, set[Organization]], rest: set[Organization]) -> int:
    """Return the size of the group that one belongs to, taking its members out of the rest."""
    size, waiting = 0, [first]
    while waiting:
        size += 1
        found = knows[waiting.pop()] & rest
        rest -= found
        waiting.extend(found)
    return size


def observe_network(model: Partnership) -> None:
    """Record transitivity, once a quarter (it moves slowly); in between the last value stands."""
    for site in model.communities:
        value = (
            transitivity_of(model, site) if model.month % QUARTER == 0 else model.observed["transitivity"][site.key][-1]
        )
        model.observe(site, "transitivity", value)


def transitivity_of(model: Partnership, site: Site) -> float:
    """Return the share of two-paths that are closed, of ties between partners that a survey finds."""
    knows = {
        each: {other for other, tie in each.ties.items() if other.is_partner and tie.pair.idle < model.p.ties.recent}
        for each in site.partners
    }
    paths = sum(len(known) * (len(known) - 1) for known in knows.values())
    closed = sum(len(known & knows[other]) for known in knows.values() for other in known)
    return closed / paths if paths > 0 else 0.0

"""Peer learning between sites: practices of coordination travel in a network of communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.luck import mix
from reference.rules import of
from tfs_sim.model.state import PRACTICES

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Site

rules = of("peers")
NETWORK = "peer-learning-network"


def begin(model: Partnership) -> None:
    """Draw which practices each community uses at the start."""
    p = model.p.peers
    for site in model.communities:
        for m in range(PRACTICES):
            u = model.luck.uniform("practices at the start", 0, mix(site.site_id, m))
            site.practices[m] = u < p.first_adoption
        take_time(model, site)


def take_time(model: Partnership, site: Site) -> None:
    """Work out how much time a community's coordination takes with its practices."""
    worth = sum(model.worth_of_practice[m] for m in range(PRACTICES) if site.practices[m])
    site.practice_time = rules.time_factor(worth, model.p.peers)


def learn(model: Partnership) -> None:
    """Let communities try practices, and members of the network copy from peers who seem to do better.

    One community after the other, so that who comes later may copy what another has taken up this month.
    """
    for site in model.communities:
        tried, visited = try_one(model, site), visit(model, site)
        if tried or visited:
            take_time(model, site)


def try_one(model: Partnership, site: Site) -> bool:
    """Let a community try a practice by itself, and keep it if it seems to be worth something; say whether it did."""
    p, luck = model.p.peers, model.luck
    if luck.uniform("peer learning", model.month, site.site_id, word=0) >= p.trials:
        return False
    m = int(luck.uniform("peer learning", model.month, site.site_id, word=1) * PRACTICES)
    z = luck.normal("peer learning", model.month, site.site_id, word=2)
    site.practices[m] = rules.seeming_worth(model.worth_of_practice[m], z, p) > 0.0
    return True


def visit(model: Partnership, site: Site) -> bool:
    """Let a member of the network visit another, and do one thing as a host that seems to be quicker does it."""
    p, luck = model.p.peers, model.luck
    visiting = site.doses[NETWORK]
    if visiting <= 0.0:
        return False
    if luck.uniform("peer learning", model.month, site.site_id, word=3) >= min(p.visits, 1.0) * visiting:
        return False
    hosts = [each for each in model.communities if each is not site and each.doses[NETWORK] > 0.0]
    if not hosts:
        return False
    # each host has a number of its own, so that the choice among two does not change with who else takes part
    host = max(hosts, key=lambda h: luck.uniform("peer learning", model.month, mix(site.site_id, h.site_id), block=2))
    z = luck.normal("peer learning", model.month, site.site_id, block=1, word=0)
    if rules.seeming_advantage(site.practice_time, host.practice_time, z, p) <= 0.0:
        return False
    m = int(luck.uniform("peer learning", model.month, site.site_id, block=1, word=1) * PRACTICES)
    site.practices[m] = host.practices[m]
    return True

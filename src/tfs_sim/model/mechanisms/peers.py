"""M27 Peer learning between sites: practices of coordination travel in a network of communities.

A backbone can do its work in many ways. Each of `PRACTICES` ways is worth something, good or bad, which nobody
knows beforehand; a community's coordination work takes so much more or less time:

    time_s = time_factor(Σ_m worth_m · adopted_ms)

A community now and then tries a practice by itself and keeps it if, as far as it can see, it works. In a
peer-learning network it also visits another member; if that one seems to manage its work with less time, it takes
over how the other does one thing. They take their turns by key, so who comes later may see what another has taken up
this month. Good practices spread because those who have them do better, not because anyone
knows which they are (Rogers 2003 on diffusion; Lazer & Friedman 2007 on copying in networks).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.numerics import exp, log
from tfs_sim.model.state import PRACTICES


class Parameters(NamedTuple):
    """Trying, visiting, and what practices are worth."""

    effect: float = parameter(
        0.35,
        unit="log of time",
        plausible=(0.15, 0.6),
        domain=(0, 3),
        grade="assumed",
        meaning="How much practices change the time that coordination takes (0.35: a good set saves some 30%).",
    )
    first_adoption: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Chance that a community uses a practice at the start.",
    )
    trials: float = parameter(
        0.6,
        unit="per year",
        plausible=(0.2, 1.2),
        domain=(0, 12),
        grade="assumed",
        meaning="Practices a year that a community tries by itself.",
    )
    misreading: float = parameter(
        1.5,
        unit="sd of worth",
        plausible=(0.8, 3.0),
        domain=(0, 100),
        grade="assumed",
        meaning="Error with which a community judges what a practice that it tried is worth.",
    )
    visits: float = parameter(
        6.0,
        unit="per year",
        plausible=(3, 12),
        domain=(0, 12),
        grade="assumed",
        meaning="Visits a year to other members in a peer-learning network at full dose.",
    )
    show: float = parameter(
        0.15,
        unit="log of time",
        plausible=(0.05, 0.3),
        domain=(0, 10),
        grade="assumed",
        meaning="Error with which a visitor sees how much less time a peer's coordination takes.",
    )


MECHANISM = Mechanism(
    name="peers",
    rows=("M27",),
    title="Peer learning between sites",
    summary="Communities try practices of coordination; in a network they copy from peers who do better.",
    source="[rogers2003]; [lazer2007]; [together2020] on its network members",
    parameters=Parameters,
    file=__name__,
    needs=("backbone",),
)

INTERVENTIONS = (
    Intervention("peer-learning-network", "Peer-learning network",
                 "Backbones of several communities visit each other and compare how they work.",
                 "peers", "site", "share of a full programme of visits", 0.7, 1.0, cost=1200, hours=0,
                 payer="funder"),
)  # fmt: skip

STREAM = draws.stream("peer learning")
START_STREAM = draws.stream("practices at the start")
WORTH_STREAM = draws.stream("worth of practices")


@rule
def time_factor(worth, p):
    """e^(−effect · W / √M): the factor on coordination work; worth: W, of all M = PRACTICES that are used together."""
    return exp(-p.effect * worth / PRACTICES**0.5)


@rule
def seeming_worth(worth, z, p):
    """w + misreading · z: what a practice that was tried seems to be worth; z: standard normal."""
    return worth + p.misreading * z


@rule
def seeming_advantage(time, its_time, z, p):
    """ln t − ln t′ + show · z: by how much less time a host seems to need than its visitor; z: standard normal."""
    return log(time) - log(its_time) + p.show * z


@inline
def worth(key, practice):
    """Return what a practice is worth in this replicate's world, standard normal."""
    return draws.normal(draws.uniform(key, WORTH_STREAM, 0, practice))


@inline
def time_of(s, key, practices, p):
    """Return the factor on a community's coordination work that its practices make."""
    total = 0.0
    for m in range(PRACTICES):
        if practices[m, s]:
            total += worth(key, m)
    return time_factor(total, p)


@kernel
def begin(key, site, p):
    """Draw which practices each community uses at the start."""
    for s in range(site.site_id.size):
        if site.national_site[s]:
            continue
        for m in range(PRACTICES):
            u = draws.uniform(key, START_STREAM, 0, draws.mix(site.site_id[s], m))
            site.practices[m, s] = 1 if u < p.first_adoption else 0
        site.practice_time[s] = time_of(s, key, site.practices, p)


@kernel
def learn(month, key, site, dose, p):
    """Let communities try practices, and let members of the network copy from peers who seem to do better."""
    sites = site.site_id.size
    for s in range(sites):
        if site.national_site[s]:
            continue
        a, b, c, d = draws.words(key, STREAM, month, site.site_id[s], 0)
        changed = False
        if draws.unit(a) < p.trials:
            m = np.int64(draws.unit(b) * PRACTICES)
            seems = seeming_worth(worth(key, m), draws.normal(draws.unit(c)), p)
            site.practices[m, s] = 1 if seems > 0.0 else 0
            changed = True
        visiting = dose.peer_learning_network[s]
        if visiting > 0.0 and draws.unit(d) < min(p.visits, 1.0) * visiting:
            host = choose_host(s, month, key, site, dose)
            if host >= 0:
                e, f, _, _ = draws.words(key, STREAM, month, site.site_id[s], 1)
                z = draws.normal(draws.unit(e))
                if seeming_advantage(site.practice_time[s], site.practice_time[host], z, p) > 0.0:
                    m = np.int64(draws.unit(f) * PRACTICES)
                    site.practices[m, s] = site.practices[m, host]
                    changed = True
        if changed:
            site.practice_time[s] = time_of(s, key, site.practices, p)


@kernel
def choose_host(s, month, key, site, dose):
    """Return a member of the network to visit, each with equal chance whoever else takes part (−1: there is none)."""
    host = np.int64(-1)
    best = -1.0
    for other in range(site.site_id.size):
        if other != s and site.national_site[other] == 0 and dose.peer_learning_network[other] > 0.0:
            u = draws.uniform(key, STREAM, month, draws.mix(site.site_id[s], site.site_id[other]), 2)
            if u > best:
                best = u
                host = np.int64(other)
    return host

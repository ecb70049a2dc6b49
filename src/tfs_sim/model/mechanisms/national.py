"""M25 National alignment and support: what nationals agree on, how they treat each other, and whom they coach.

National organizations are agents in a site of their own; local organizations may be members of their networks.
Between two nationals there is friction. It comes of how far each has made the shared principles its own (alignment work
raises that, neglect wears it off) and of the strain that mistakes leave behind: all of the hurt if nobody owns up, a
small part if somebody does, fading with a half-life:

    F = friction_of(a, a′, strain),   a ← principles_after(a, work),   strain ← 2^(−1/strain_memory) · strain

In a community, promises between members of m and of n break more often by F_mn: they
compete for the same place and say different things. Nationals themselves see what their communities gain.

Nationals can also coach the members of their networks that are at the table; once communities are being chosen, those
in the communities that have come farthest. A dose of coaching is a share of the time that a national gives to the
shared work; it takes the same hours of the member (`hours_of_coaching`), which takes no more than it can use. Nobody
can make clear what is not clear to him (`coached`). Coaching stands in for a practice that a community could pay for
itself, in what the national is good at (or a third of the hours in each of three): network reach for written
principles (M14b), case management for procedure manuals (M12), data coaching for the shared data system where the
backbone is coached (M18), and elsewhere for manuals, as far as the agenda is learned from them (M14a), with the dose
`with_coaching`. So it works through what these do, and only as far as they do.
(Wandersman, Chien & Katz 2012 on support systems; Kraft, Blazar & Hogan 2018: coaching does a fraction as much in large
programmes; Provan & Milward 1995 on national control of local networks; Schweitzer, Hershey & Bradlow 2006 on
apologies.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, Shock, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.levers import rise
from tfs_sim.model.numerics import clip, exp, half_life_factor
from tfs_sim.model.state import ACTIVE, BACKBONE, COACHED, NATIONAL


class Parameters(NamedTuple):
    """Principles, mistakes, what friction does in the communities, and coaching."""

    first_alignment: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="How far national organizations share principles before they work on them.",
    )
    alignment_time: float = parameter(
        9.0,
        unit="months",
        plausible=(4, 18),
        domain=(1, 240),
        grade="assumed",
        meaning="Months of full alignment work until two thirds of what was missing is shared.",
    )
    wearing_off: float = parameter(
        0.1,
        unit="per year",
        plausible=(0.03, 0.25),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of the shared principles that is lost in a year without any work on them.",
    )
    misaligned: float = parameter(
        0.6,
        unit="share",
        plausible=(0.4, 0.8),
        grade="assumed",
        meaning="Friction between the networks of two nationals that share no principles at all.",
    )
    mistakes: float = parameter(
        0.5,
        unit="per year",
        plausible=(0.2, 1.0),
        domain=(0, 12),
        grade="assumed",
        meaning="Serious mistakes a year between two nationals.",
    )
    owned: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        meaning="Share of mistakes that are owned without shared principles; with them it comes closer to all.",
    )
    hurt: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        meaning="Strain that a mistake leaves between two nationals if nobody owns up to it.",
    )
    mended: float = parameter(
        0.8,
        unit="share",
        plausible=(0.5, 0.95),
        grade="derived",
        source="[yuan2017]: d = 0.44, less between organizations than between persons",
        meaning="Share of that strain which owning up and asking forgiveness takes away.",
    )
    strain_memory: float = parameter(
        18.0,
        unit="months",
        plausible=(9, 36),
        domain=(0, 1e6),
        grade="assumed",
        meaning="Half-life of the strain between two nationals (0: never fades).",
    )
    conflict: float = parameter(
        0.45,
        unit="share",
        plausible=(0.3, 0.6),
        grade="assumed",
        meaning="Share of kept promises between members of two networks that full friction between them costs.",
    )
    coaching_hours: float = parameter(
        10.0,
        unit="hours a month",
        plausible=(5, 20),
        domain=(0.1, 1000),
        grade="assumed",
        meaning="Coaching that gives a member two thirds of what it can do.",
    )
    most_coaching: float = parameter(
        3.0,
        unit="factor",
        plausible=(2, 5),
        domain=(0, 100),
        grade="assumed",
        meaning="Most hours of coaching that a member takes, against those that give it two thirds.",
    )


MECHANISM = Mechanism(
    name="national",
    rows=("M25",),
    title="National alignment and support",
    summary="What nationals agree on, mistakes between them, and their coaching reach members of their networks.",
    source="[together2020], lessons one and two, and on what the three nationals do; [provan1995]",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

INTERVENTIONS = (
    Intervention("national-alignment", "National alignment work",
                 "National organizations agree on shared principles, and keep working on them.",
                 "national", "organization", "share of a full programme", 0.8, 1.0, cost=4000, hours=20, payer="funder",
                 source="[together2020], lesson one"),
    Intervention("national-coaching", "Coaching by nationals",
                 "National organizations coach the members of their networks with part of what they give.",
                 "national", "organization", "share of what a national gives", 0.4, 1.0, cost=6000, hours=0,
                 payer="funder", source="[together2020] on nationals; at full dose about the price of one coach"),
)  # fmt: skip

SHOCKS = (
    Shock("national-mistake", "Mistake between nationals",
          "A national organization wrongs the others; whether it owns up is a matter of chance and of principles.",
          "national", "organization", lasts=1, decay=0, source="[together2020], lesson two", grade="derived"),
)  # fmt: skip

STREAM = draws.stream("national mistakes")


@rule
def principles_after(principles, work, p):
    """a′ − wearing_off · (1 − d) · max(a′ − a₀, 0), a′ = a + d (1 − a) / alignment_time: a month later.

    principles: a, shared; work: d, dose of alignment work; a₀: first_alignment, shared without working on it.
    """
    principles = principles + work * (1.0 - principles) / p.alignment_time
    beyond = max(principles - p.first_alignment, 0.0)
    return clip(principles - min(p.wearing_off, 1.0) * (1.0 - work) * beyond, 0.0, 1.0)


@rule
def friction_of(principles, its_principles, strain, p):
    """1 − (1 − misaligned · (1 − min(a, a′))) · (1 − strain): friction between two nationals' networks."""
    apart = p.misaligned * (1.0 - min(principles, its_principles))
    return 1.0 - (1.0 - apart) * (1.0 - strain)


@rule
def is_owned(u, shared, p):
    """u < owned + (1 − owned) · shared: whether a mistake is owned; u: uniform; shared: of principles, by both."""
    return u < p.owned + (1.0 - p.owned) * shared


@rule
def after_mistake(strain, depth, u, shared, p):
    """1 − (1 − strain)(1 − hurt · d · (1 − mended if owned)): strain after a mistake.

    depth: d; u, shared: as `is_owned` has them.
    """
    hurt = p.hurt * depth * ((1.0 - p.mended) if is_owned(u, shared, p) else 1.0)
    return 1.0 - (1.0 - strain) * (1.0 - hurt)


@rule
def hours_of_coaching(coaching, effort, fte, ramp, in_post, members, p_money, p):
    """min(hours_per_fte · d · e · F · ramp · in_post / M, most_coaching · coaching_hours): that each of M members gets.

    coaching: d, the dose; e, F, ramp, in_post: effort, staff and representative of the national.
    """
    hours = p_money.hours_per_fte * coaching * effort * fte * ramp * in_post / members
    return min(hours, p.most_coaching * p.coaching_hours)


@rule
def coached(hours, clarity, p):
    """κ = clarity · (1 − e^(−hours / coaching_hours)): of a practice, the share that coaching stands in for."""
    return clarity * (1.0 - exp(-hours / p.coaching_hours))


@rule
def with_coaching(alone, coaching):
    """d + κ (1 − d): the dose of a practice with what coaching adds to it."""
    return alone + coaching * (1.0 - alone)


@kernel
def begin(org, p):
    """Set how far nationals share principles at the start."""
    for i in range(org.role.size):
        org.principles[i] = p.first_alignment if org.role[i] == NATIONAL else 0.0


@kernel
def align(month, key, org, rel, dose, shock, p):
    """Let nationals work on their principles, make mistakes and own up or not; work out the friction between them."""
    fading = half_life_factor(p.strain_memory)
    for i in range(org.role.size):
        if org.role[i] != NATIONAL:
            continue
        org.principles[i] = principles_after(org.principles[i], dose.national_alignment[i], p)
    for i in range(org.role.size):
        if org.role[i] != NATIONAL:
            continue
        struck = rise(shock.national_mistake[i], org.mistake_felt[i])
        org.mistake_felt[i] = shock.national_mistake[i]
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            j = rel.target[r]
            if org.role[j] != NATIONAL:
                continue
            back = rel.reverse[r]
            shared = min(org.principles[i], org.principles[j])
            if j > i:  # once for both ends
                rel.strain[r] *= fading
                pair = draws.mix(
                    min(org.organization_id[i], org.organization_id[j]),
                    max(org.organization_id[i], org.organization_id[j]),
                )
                a, b, _, _ = draws.words(key, STREAM, month, pair, 0)
                if draws.unit(a) < p.mistakes:
                    rel.strain[r] = after_mistake(rel.strain[r], 1.0, draws.unit(b), shared, p)
                rel.strain[back] = rel.strain[r]
            if struck > 0.0:
                u = draws.uniform(key, STREAM, month, org.organization_id[i], 1)
                rel.strain[r] = after_mistake(rel.strain[r], struck, u, shared, p)
                rel.strain[back] = rel.strain[r]
    for i in range(org.role.size):
        if org.role[i] != NATIONAL:
            continue
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            j = rel.target[r]
            if org.role[j] == NATIONAL:
                rel.friction[r] = friction_of(org.principles[i], org.principles[j], rel.strain[r], p)


@inline
def friction_between(a, b, org, rel):
    """Return the friction between the networks of nationals a and b (−1: none); all nationals know each other."""
    if a < 0 or b < 0 or a == b:
        return 0.0
    mine = np.int64(org.local_index[a])
    other = np.int64(org.local_index[b])
    return rel.friction[rel.relationships[org.first_relationship[a] + other - (1 if other > mine else 0)]]


@kernel
def coach(org, site, dose, scratch, p_money, p):
    """Let nationals coach members at the table, those in the communities that have come farthest in the selection."""
    offered = 0.0
    for i in range(org.role.size):
        offered += dose.national_coaching[i]
    for k in range(COACHED):
        given = org.coaching[k]
        for i in range(org.role.size):
            given[i] = 0.0
    if offered == 0.0:
        return
    farthest, members = scratch.weighed[0], scratch.weighed[1]
    for i in range(org.role.size):
        farthest[i] = members[i] = 0.0
    for i in range(org.role.size):
        if org.affiliation[i] >= 0 and org.status[i] == ACTIVE:
            farthest[org.affiliation[i]] = max(farthest[org.affiliation[i]], site.stage_reached[org.site_of[i]])
    for i in range(org.role.size):
        if is_coached(i, org, site, farthest):
            members[org.affiliation[i]] += 1.0
    for i in range(org.role.size):
        if not is_coached(i, org, site, farthest):
            continue
        m = org.affiliation[i]
        time = hours_of_coaching(
            dose.national_coaching[m], org.effort[m], org.fte[m], org.ramp[m], org.in_post[m], members[m], p_money, p
        )
        if org.role[i] != BACKBONE:
            org.hours[i] += time
        for k in range(COACHED):
            if org.contribution[m] == 0:
                org.coaching[k, i] = coached(time / COACHED, org.clarity[m], p)
            elif org.contribution[m] == k + 1:
                org.coaching[k, i] = coached(time, org.clarity[m], p)


@inline
def is_coached(i, org, site, farthest):
    """Say whether organization i is one of those whom its national organization coaches now."""
    return (
        org.affiliation[i] >= 0
        and org.status[i] == ACTIVE
        and site.stage_reached[org.site_of[i]] >= farthest[org.affiliation[i]]
    )


@kernel
def observe_gains(site):
    """Let nationals see what their communities gain: what they believe of joint work rests on that."""
    for home in range(site.national_site.size):
        if site.national_site[home] == 0:
            continue
        total = 0.0
        communities = 0.0
        for s in range(site.national_site.size):
            if site.national_site[s] == 0:
                total += site.gain_seen[s]
                communities += 1.0
        site.gain_seen[home] = total / communities if communities > 0.0 else 0.0

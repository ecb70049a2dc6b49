"""M14a Common agenda: beliefs about means, learned together.

What works for students is a vector of m yes-or-no facts (`reality`). Every organization believes yes, no or nothing
about each; the partnership's agenda does so too. It is March's (1991) mutual learning, in his order:

1. a successor brings beliefs of its own (turnover, M11), but for the share that the organization has written down;
2. the world changes: each fact flips with a small chance (turbulence);
3. organizations act on their beliefs, by a coin where they have none; results are Σ action × reality;
4. partners learn from the agenda as it was: a belief that differs moves one step (no → nothing → yes) with chance p1,
   `chance_of_learning`; written procedures raise that chance;
5. the agenda learns from the actions of those partners whose results look better than its own (right facts less wrong
   ones): each fact moves to their strict majority, likelier by a larger margin (`chance_of_following`). Results are
   seen with noise, which data shrink (M18).

A partner whose post is vacant neither learns nor is learned from.

Knowledge of what works acts on the quality of work alone:

    knowledge = (1/m) Σ belief × reality,   quality = quality_of_work(knowledge)

Beliefs are bit masks: one word says where an organization believes yes, another where no.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.bits import HALF_WORD, NONE, ONE, after_two, chosen_bits, compare_digit, digits_of, first_bits
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.national import with_coaching
from tfs_sim.model.numerics import count_bits, power
from tfs_sim.model.state import ACTIVE, BACKBONE, DATA


class Parameters(NamedTuple):
    """How many facts there are, how they are learned, and what knowing them is worth."""

    dimensions: float = parameter(
        30.0,
        unit="facts",
        plausible=(20, 40),
        domain=(1, 64),
        whole=True,
        grade="derived",
        source="[march1991]",
        meaning="Number of facts about what works for students.",
    )
    undecided: float = parameter(
        1.0 / 3.0,
        unit="share",
        plausible=(0.2, 0.5),
        grade="derived",
        source="[march1991]: beliefs are yes, no or nothing with equal chance",
        meaning="Share of facts about which a person new to the work believes nothing.",
    )
    first_right: float = parameter(
        0.6,
        unit="share",
        plausible=(0.5, 0.7),
        grade="assumed",
        meaning="Share of a new person's beliefs that are right.",
    )
    learning: float = parameter(
        0.05,
        unit="share",
        plausible=(0.02, 0.15),
        grade="assumed",
        meaning="Chance a month that an organization moves a belief one step towards the agenda (March's p1).",
    )
    learning_from_manuals: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Share of the remaining chance that complete written procedures add.",
    )
    agenda_learning: float = parameter(
        0.03,
        unit="share",
        plausible=(0.01, 0.1),
        grade="assumed",
        meaning="Chance a month that the agenda follows a majority of one that has better results (March's p2).",
    )
    sight: float = parameter(
        4.0,
        unit="facts",
        plausible=(2, 8),
        grade="assumed",
        meaning="Noise with which partners see each other's results, as a number of facts, without any data.",
    )
    turbulence: float = parameter(
        0.06,
        unit="per year",
        plausible=(0.02, 0.2),
        domain=(0, 12),
        grade="assumed",
        meaning="Rate at which a fact about what works turns into its opposite.",
    )
    stakes: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Share of an organization's work that is lost when everything that it believes is wrong.",
    )


MECHANISM = Mechanism(
    name="agenda",
    rows=("M14a",),
    title="Common agenda: beliefs about means",
    summary="Organizations learn what works from the agenda, and the agenda from those whose results are better.",
    source="[march1991]",
    parameters=Parameters,
    file=__name__,
)

WORLD_STREAM = draws.stream("what works")
TURBULENCE_STREAM = draws.stream("turbulence")
BELIEF_STREAM = draws.stream("beliefs of a person")
INHERIT_STREAM = draws.stream("inherited beliefs")
COIN_STREAM = draws.stream("acting without a belief")
LEARN_STREAM = draws.stream("learning from the agenda")
SIGHT_STREAM = draws.stream("results as seen")
AGENDA_STREAM = draws.stream("the agenda learns")


@rule
def chance_of_learning(written, p):
    """p1 + (1 − p1) · learning_from_manuals · w: the chance a month that a differing belief moves one step.

    written: w, the share of what the organization knows that is written down, coaching included (M25).
    """
    return p.learning + (1.0 - p.learning) * (p.learning_from_manuals * written)


@rule
def chance_of_following(margin, p):
    """1 − (1 − p2)^k: the chance a month that the agenda moves to a majority; margin: k, yes less no (March 1991)."""
    return 1.0 - power(1.0 - p.agenda_learning, margin)


@rule
def noise_of_results(data, p):
    """sight · (1 − data): noise with which results are seen, as a number of facts; data: in use, in [0, 1]."""
    return p.sight * (1.0 - data)


@rule
def quality_of_work(knowledge, p):
    """1 − stakes · (1 − κ) / 2: the quality of work; knowledge: κ, right beliefs less wrong ones over all facts."""
    return 1.0 - p.stakes * 0.5 * (1.0 - knowledge)


@inline
def known(beliefs_for, beliefs_against, reality, everything):
    """Return the number of right beliefs less that of wrong ones."""
    right = count_bits((beliefs_for & reality) | (beliefs_against & ~reality & everything))
    held = count_bits(beliefs_for | beliefs_against)
    return 2 * np.int64(right) - np.int64(held)


@inline
def new_beliefs(key, person, reality, everything, p):
    """Return where a new person believes yes, and where no."""
    none = chosen_bits(p.undecided, everything, key, BELIEF_STREAM, 0, person, 0)
    right = chosen_bits(p.first_right, everything, key, BELIEF_STREAM, 0, person, 32)
    yes = ~(reality ^ right)
    return yes & everything & ~none, ~yes & everything & ~none


@kernel
def begin(key, org, site, p):
    """Draw what works in each community and what each first representative believes; the agenda is empty."""
    everything = first_bits(np.int64(p.dimensions))
    for s in range(site.site_id.size):
        site.reality[s] = chosen_bits(0.5, everything, key, WORLD_STREAM, 0, site.site_id[s], 0)
        site.agenda_for[s] = NONE
        site.agenda_against[s] = NONE
    for i in range(org.organization_id.size):
        person = draws.mix(org.organization_id[i], NONE)
        world = site.reality[org.site_of[i]]
        org.beliefs_for[i], org.beliefs_against[i] = new_beliefs(key, person, world, everything, p)
        org.quality[i] = quality_of(org.beliefs_for[i], org.beliefs_against[i], world, np.int64(p.dimensions), p)


@inline
def quality_of(beliefs_for, beliefs_against, world, m, p):
    """Return the quality of an organization's work, from what it knows of the m facts."""
    return quality_of_work(known(beliefs_for, beliefs_against, world, first_bits(m)) / m, p)


@kernel
def renew(month, key, org, site, p):
    """Let successors bring beliefs of their own, but for what is written down; then let the world change."""
    everything = first_bits(np.int64(p.dimensions))
    for i in range(org.organization_id.size):
        if org.arrived[i]:
            who = draws.mix(org.organization_id[i], org.person[i])
            yes, no = new_beliefs(key, who, site.reality[org.site_of[i]], everything, p)
            kept = chosen_bits(org.documentation[i], everything, key, INHERIT_STREAM, 0, who, 0)
            org.beliefs_for[i] = (org.beliefs_for[i] & kept) | (yes & ~kept)
            org.beliefs_against[i] = (org.beliefs_against[i] & kept) | (no & ~kept)
    if p.turbulence > 0.0:
        for s in range(site.site_id.size):
            flipped = chosen_bits(min(p.turbulence, 1.0), everything, key, TURBULENCE_STREAM, month, site.site_id[s], 0)
            site.reality[s] ^= flipped


@kernel
def act(month, key, org, site, scratch, p):
    """Let organizations act on what they believe, and note their results (`agree` asks who acted at all)."""
    m = np.int64(p.dimensions)
    everything = first_bits(m)
    draws.fill(scratch.organization_luck, key, COIN_STREAM, month, org.organization_id)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        world, yes, no = site.reality[s], org.beliefs_for[first:end], org.beliefs_against[first:end]
        low, high = scratch.organization_luck[0, first:end], scratch.organization_luck[1, first:end]
        done, came_of_it = org.actions[first:end], org.results[first:end]
        for n in range(done.size):
            coins = np.uint64(low[n]) | (np.uint64(high[n]) << HALF_WORD)
            done[n] = yes[n] | (everything & ~no[n] & coins)
            came_of_it[n] = m - 2 * np.int64(count_bits(done[n] ^ world))


@kernel
def learn(month, key, org, site, scratch, p):
    """Let organizations learn from the agenda, one step a belief; what they know sets the quality of their work."""
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        right, wrong = site.agenda_for[s], site.agenda_against[s]
        yes, no = org.beliefs_for[first:end], org.beliefs_against[first:end]
        place, standing, present = org.role[first:end], org.status[first:end], org.in_post[first:end]
        written, coached = org.documentation[first:end], org.coaching[DATA, first:end]
        left, chance, move = scratch.differing[: end - first], scratch.digits[: end - first], scratch.moved[first:end]
        for n in range(left.size):
            learns = (place[n] != BACKBONE) & (standing[n] == ACTIVE) & (present[n] != 0)
            left[n] = (right & ~yes[n]) | (wrong & ~no[n]) if learns else NONE
            chance[n] = digits_of(chance_of_learning(with_coaching(written[n], coached[n]), p))
            move[n] = left[n] if chance[n] > draws.MASK32 else NONE
        count = 0
        for n in range(left.size):
            undecided, chance_of_it = left[n] & ~move[n], chance[n]
            scratch.deciders[count], left[count], chance[count] = first + n, undecided, chance_of_it
            count += 1 if undecided else 0
        choose_many(
            month,
            key,
            org,
            scratch.deciders,
            count,
            scratch,
            scratch.differing,
            scratch.moved,
            scratch.organization_luck,
        )
        world, m = site.reality[s], np.int64(p.dimensions)
        good = org.quality[first:end]
        for n in range(good.size):
            # one step: a contrary belief is given up; where there was none, the agenda's is taken over
            taken_over = move[n] & ~(yes[n] | no[n])
            yes[n] = (yes[n] & ~move[n]) | (taken_over & right)
            no[n] = (no[n] & ~move[n]) | (taken_over & wrong)
            good[n] = quality_of(yes[n], no[n], world, m, p)


@kernel
def choose_many(month, key, org, who, count, scratch, left, chosen, luck):
    """Choose, as `chosen_bits` does, among bits of the first `count` of `who`, all at once.

    What is `left` of the bits and of the `digits` of the chance is in the order of the list, `chosen` in that of the
    organizations. In rounds of two digits, for those alone of whom something is left.
    """
    block = 0
    while count > 0:
        for n in range(count):
            scratch.listed_id[n] = org.organization_id[who[n]]
        draws.fill(luck, key, LEARN_STREAM, month, scratch.listed_id[:count], block)
        bits, chance, now = left[:count], scratch.digits[:count], scratch.just_now[:count]
        a, b, c, d = luck[0, :count], luck[1, :count], luck[2, :count], luck[3, :count]
        for n in range(bits.size):
            one = np.uint64(a[n]) | (np.uint64(b[n]) << HALF_WORD)
            two = np.uint64(c[n]) | (np.uint64(d[n]) << HALF_WORD)
            now[n], bits[n] = compare_digit(NONE, bits[n], chance[n], one)
            now[n], bits[n] = compare_digit(now[n], bits[n], (chance[n] << ONE) & draws.MASK32, two)
            chance[n] = after_two(chance[n])
        waiting = 0
        for n in range(count):
            i, still, more = who[n], left[n], scratch.digits[n]
            chosen[i] |= scratch.just_now[n]
            who[waiting], left[waiting], scratch.digits[waiting] = i, still, more
            waiting += 1 if (still != NONE) & (more != NONE) else 0
        count = waiting
        block += 1


@kernel
def follow_the_best(month, key, org, site, scratch, p):
    """Let each agenda learn from the actions of those whose results look better than its own."""
    m = np.int64(p.dimensions)
    everything = first_bits(m)
    draws.fill(scratch.organization_luck, key, SIGHT_STREAM, month, org.organization_id)
    for s in range(site.site_id.size):
        first, end = site.first_organization[s], site.end_organization[s]
        own = known(site.agenda_for[s], site.agenda_against[s], site.reality[s], everything)
        noise = noise_of_results(site.data[s], p)
        seen, true, words = (
            scratch.seen_results[first:end],
            org.results[first:end],
            scratch.organization_luck[0, first:end],
        )
        for n in range(seen.size):
            seen[n] = true[n] + noise * draws.wide_normal(draws.unit(words[n]))
        for b in range(scratch.tally.shape[0]):
            scratch.tally[b, s] = NONE
        better = 0
        for i in range(first, end):
            scratch.deciders[better] = i
            acted = (org.role[i] != BACKBONE) & (org.status[i] == ACTIVE) & (org.in_post[i] != 0)
            better += 1 if acted & (scratch.seen_results[i] > own) else 0
        digits = 0
        for n in range(better):
            carry = org.actions[
                scratch.deciders[n]
            ]  # add one to the count of every fact that is acted on with yes, in binary
            digits += 1 if n + 1 >= 1 << digits else 0
            for b in range(digits):
                carry, scratch.tally[b, s] = scratch.tally[b, s] & carry, scratch.tally[b, s] ^ carry
        if better > 0:
            follow(s, month, key, m, better, site, scratch, p)
        site.agenda_knowledge[s] = known(site.agenda_for[s], site.agenda_against[s], site.reality[s], everything) / m


@inline
def follow(s, month, key, m, better, site, scratch, p):
    """Move each fact of an agenda to the strict majority of those who do better, likelier by a larger margin."""
    for k in range(m):
        bit = ONE << np.uint64(k)
        yes = 0
        for b in range(scratch.tally.shape[0]):
            if scratch.tally[b, s] & bit:
                yes += 1 << b
        margin = 2 * yes - better
        if margin == 0 or (margin > 0 and site.agenda_for[s] & bit) or (margin < 0 and site.agenda_against[s] & bit):
            continue
        chance = chance_of_following(np.float64(abs(margin)), p)
        words = draws.words(key, AGENDA_STREAM, month, site.site_id[s], k >> 2)
        if draws.unit(words[k & 3]) < chance:
            site.agenda_for[s] = site.agenda_for[s] | bit if margin > 0 else site.agenda_for[s] & ~bit
            site.agenda_against[s] = site.agenda_against[s] & ~bit if margin > 0 else site.agenda_against[s] | bit

"""M3 Difficult histories: a slow stock of grievance between two organizations.

Some pairs start with a history: promises that were broken long before the partnership, and a grievance h that
outlives them. Grievance lowers contact and makes encounters fail (`able_to_meet` and `chance_of_keeping` of M1), and
fades on a scale of its own, with a half-life of about ten years, which facilitated conversations shorten:

    h ← h · grievance_kept

What a partnership that begins with many such pairs becomes is the model's answer: contact that is rare and fails
often builds little trust.
Source: the brief, lesson two (`difficult histories between groups`); no measurement of the half-life was found.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip, half_life_factor


class Parameters(NamedTuple):
    """How deep difficult histories are, what they cost, and how long they last."""

    depth: float = parameter(
        0.6,
        unit="share",
        plausible=(0.3, 0.9),
        grade="assumed",
        meaning="Mean depth of a difficult history between two organizations that have one.",
    )
    shallowest: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 0.8),
        grade="assumed",
        meaning="Depth of the shallowest difficult history against the mean; the deepest is as far above it.",
    )
    half_life: float = parameter(
        120.0,
        unit="months",
        plausible=(36, 1200),
        domain=(0, 1e6),
        grade="assumed",
        source="no measurement found: ten years, from three to never",
        meaning="Half-life of grievance when nobody works on it (0: never fades).",
    )
    lost_contact: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 0.8),
        grade="assumed",
        meaning="Share of contact that the deepest difficult history stops.",
    )
    broken_promises: float = parameter(
        0.35,
        unit="share",
        plausible=(0.1, 0.6),
        grade="assumed",
        meaning="Share of kept promises lost to the deepest difficult history.",
    )
    soured: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        meaning="Share of past encounters that went badly rather than well in the deepest difficult history.",
    )
    on_record: float = parameter(
        2.0,
        unit="encounters",
        plausible=(0.5, 4),
        domain=(0, 100),
        grade="assumed",
        meaning="Broken promises on the organizations' record, ties or not, after the deepest difficult history.",
    )
    healing: float = parameter(
        0.03,
        unit="share",
        plausible=(0.01, 0.06),
        grade="assumed",
        meaning="Share of grievance that a month of facilitated conversations at full dose lays to rest.",
    )


MECHANISM = Mechanism(
    name="histories",
    rows=("M3",),
    title="Difficult histories",
    summary="Some pairs start with grievance, which fades slowly, lowers contact and makes encounters fail.",
    source="[together2020], lesson two, on difficult histories",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

STREAM = draws.stream("histories")


@rule
def depth_of_history(u, p):
    """h = depth · (s + 2 (1 − s) u), at most 1: how deep a history is; s: shallowest; u: uniform in [0, 1]."""
    return clip(p.depth * (p.shallowest + 2.0 * (1.0 - p.shallowest) * u), 0.0, 1.0)


@rule
def soured(depth, good, bad, p):
    """min(soured · h · (G + B), G): encounters that went badly rather than well, of evidence G and B before a history.

    depth: h of the history.
    """
    return min(p.soured * depth * (good + bad), good)


@rule
def left_on_record(depth, p):
    """on_record · h: broken promises that a history leaves on the organizations' record, tie or not."""
    return p.on_record * depth


@rule
def grievance_kept(conversations, p):
    """2^(−1/half_life) · (1 − healing · dose): the share of grievance that outlasts a month.

    conversations: dose of facilitated conversations.
    """
    return half_life_factor(p.half_life) * (1.0 - p.healing * conversations)


@kernel
def begin(key, rel, dyad, site, p):
    """Draw which pairs have a difficult history, how deep, and what it left of their evidence."""
    for q in range(dyad.pair_id.size):
        chance, deep, _, _ = draws.words(key, STREAM, 0, dyad.pair_id[q], 0)
        if draws.unit(chance) >= site.grievance_share[dyad.pair_site[q]]:
            continue
        depth = depth_of_history(draws.unit(deep), p)
        for end in range(2):
            e = q + end * dyad.pair_id.size
            rel.grievance[e] = depth
            sour = soured(depth, rel.personal_good[e], rel.personal_bad[e], p)
            rel.personal_good[e] -= sour
            rel.personal_bad[e] += sour
            sour = soured(depth, rel.institutional_good[e], rel.institutional_bad[e], p)
            rel.institutional_good[e] -= sour
            rel.institutional_bad[e] += sour + left_on_record(depth, p)


@kernel
def fade(rel, site, dose, p):
    """Let a month pass over every grievance; facilitated conversations lay part of it to rest."""
    pairs = rel.grievance.size // 2
    for s in range(site.first_pair.size):
        rest = grievance_kept(dose.facilitated_conversations[s], p)
        for end in range(2):
            hurt = rel.grievance[site.first_pair[s] + end * pairs : site.end_pair[s] + end * pairs]
            for n in range(hurt.size):
                hurt[n] *= rest

"""M4 Repair: after a failure an apology and a difficult conversation may follow.

A broken promise is a failure of competence or, with some probability, of deceit. Whoever failed apologizes with a
chance that rises with agreement on shared principles and with facilitated conversations, as far as the
backbone has time; the injured side forgives, or not, by a forgiveness of its own, and deceit more rarely:

    P(repaired) = chance_of_apology · chance_of_forgiving

Forgiven, a share of the failure's weight is taken back between the two people, less of it on the organizations'
record, and amends are promised: a new promise, kept as reliably as any other, that counts for or against.
Unforgiven, the failure hardens into grievance (M3). Deceit leaves evidence that never fades while the two
people are there and that no apology takes back (Schweitzer, Hershey & Bradlow 2006). Whether a repaired
relationship ends above one that never failed is decided by amends kept or broken, not by any rule.

Apologies work (d = 0.44, 36 effects), more for competence than integrity failures (Kim et al. 2004), and between
groups about 0.6 of what they do between persons.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.trust import chance_of_keeping, recorded_share
from tfs_sim.model.numerics import clip
from tfs_sim.model.state import ACTIVE


class Parameters(NamedTuple):
    """Deceit, apology, forgiveness, amends, and what is left when they fail."""

    deceit: float = parameter(
        0.04,
        unit="share",
        plausible=(0.01, 0.1),
        grade="assumed",
        meaning="Share of broken promises that were meant to deceive.",
    )
    deceit_weight: float = parameter(
        2.0,
        unit="encounters",
        plausible=(1, 4),
        domain=(0, 100),
        grade="recalled",
        source="[schweitzer2006]: trust harmed by deception never fully recovers (the sign)",
        meaning="Evidence of deceit that stays, beside the broken promise itself.",
    )
    apology: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Chance that whoever failed apologizes and talks about it unprompted.",
    )
    principles: float = parameter(
        0.2,
        unit="share",
        plausible=(0.05, 0.4),
        grade="assumed",
        source="[together2020], lesson one",
        meaning="Chance that shared principles bring two partners who agree fully to that conversation.",
    )
    facilitation: float = parameter(
        0.6,
        unit="share",
        plausible=(0.3, 0.8),
        grade="assumed",
        meaning="Chance that facilitated conversations at full dose bring two partners to it.",
    )
    forgiveness: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.7),
        grade="assumed",
        meaning="Mean chance that the injured side forgives an honest failure for which it had an apology.",
    )
    forgiveness_spread: float = parameter(
        0.2,
        unit="share",
        plausible=(0.1, 0.3),
        grade="assumed",
        meaning="Standard deviation of forgiveness between relationships.",
    )
    deceit_forgiven: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="recalled",
        source="[kim2004] for the sign",
        meaning="Chance of forgiving deceit against that of forgiving an honest failure.",
    )
    mended: float = parameter(
        0.8,
        unit="share",
        plausible=(0.5, 0.95),
        grade="derived",
        source="The effect of an apology, d = 0.44 ([yuan2017]), see row M4c of `tfs-sim validate`",
        meaning="Share of a forgiven failure's weight that is taken back between the two people.",
    )
    between_organizations: float = parameter(
        0.6,
        unit="share",
        plausible=(0.4, 0.8),
        grade="measured",
        source="[reinders2021]: effect of apologies between groups about 0.6 of that between persons",
        meaning="How much of that holds on the organizations' record.",
    )
    amends: float = parameter(
        2.0,
        unit="encounters",
        plausible=(1, 3),
        domain=(0, 100),
        grade="assumed",
        meaning="Weight of the amends that are then made, or not, against an ordinary promise.",
    )
    hardening: float = parameter(
        0.02,
        unit="share",
        plausible=(0.005, 0.05),
        grade="assumed",
        meaning="Grievance left by an honest failure that was not repaired.",
    )
    experience: float = parameter(
        0.15,
        unit="share",
        plausible=(0.05, 0.3),
        grade="assumed",
        meaning="Share of silences after a broken promise that full experience turns into apologies.",
    )
    deceit_hardening: float = parameter(
        0.15,
        unit="share",
        plausible=(0.05, 0.3),
        grade="assumed",
        meaning="Grievance left by deceit that was not repaired.",
    )


MECHANISM = Mechanism(
    name="repair",
    rows=("M4",),
    title="Repair",
    summary="Apology, a difficult conversation and forgiveness mend failures; what is not mended hardens.",
    source="[schweitzer2006]; [kim2004]; [yuan2017]",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

INTERVENTIONS = (
    Intervention("facilitated-conversations", "Facilitated difficult conversations",
                 "A facilitator brings those who failed and those who were let down to the same table.",
                 "repair", "site", "share of difficulties taken up", 0.5, 1.0, cost=2500, hours=0, payer="funder",
                 source="[together2020], lesson two"),
)  # fmt: skip

ANSWERS = ("no apology", "not forgiven", "forgiven, amends made", "forgiven, amends not made")
SILENCE, NOT_FORGIVEN, AMENDS_MADE, AMENDS_NOT_MADE = range(4)
"""What may follow a broken promise."""

STREAM = draws.stream("repair")
FORGIVENESS_STREAM = draws.stream("forgiveness")


@rule
def forgiveness_of(z, p):
    """φ = forgiveness + forgiveness_spread · z, in [0, 1]: of one end of a relationship; z: standard normal."""
    return clip(p.forgiveness + p.forgiveness_spread * z, 0.0, 1.0)


@rule
def silence_left(experience, p):
    """1 − `experience` · x: the factor on silence after a broken promise; experience: x, of who broke it."""
    return 1.0 - p.experience * experience


@rule
def chance_of_apology(help_at_hand, alignment, facilitated, silence, p):
    """1 − s · (1 − apology)(1 − c · principles · a)(1 − c · facilitation · f): of an apology for a broken promise.

    help_at_hand: coordination c, between two at the table; alignment: a; facilitated: f, dose of conversations;
    silence: s, what the experience of who broke it leaves of silences.
    """
    silent = silence * (1.0 - p.apology) * (1.0 - help_at_hand * p.principles * alignment)
    silent *= 1.0 - help_at_hand * p.facilitation * facilitated
    return 1.0 - silent


@rule
def chance_of_forgiving(forgiveness, deceived, p):
    """φ, or φ · deceit_forgiven after deceit: of forgiving, given an apology."""
    return forgiveness * (p.deceit_forgiven if deceived else 1.0)


@rule
def hardened(grievance, deceived, on_histories, p):
    """h + η (1 − h): grievance after a failure that was not repaired, η = hardening, or deceit_hardening."""
    return grievance + (p.deceit_hardening if deceived else p.hardening) * on_histories * (1.0 - grievance)


@rule
def weight_mended(p_trust, p):
    """negativity · mended: of evidence of a forgiven failure, what is taken back between the two people, encounters."""
    return p_trust.negativity * p.mended


@rule
def weight_mended_on_record(p_trust, p):
    """negativity · mended · between_organizations: what is taken back on the organizations' record, encounters."""
    return weight_mended(p_trust, p) * p.between_organizations


@rule
def weight_of_broken_amends(p_trust, p):
    """amends · negativity: evidence of amends that were promised and not made, encounters."""
    return p.amends * p_trust.negativity


@kernel
def begin(key, rel, dyad, p):
    """Draw how ready each end of each pair is to forgive the other."""
    for q in range(dyad.pair_id.size):
        a, b, _, _ = draws.words(key, FORGIVENESS_STREAM, 0, dyad.pair_id[q], 0)
        for end in range(2):
            u = draws.normal(draws.unit(a if end == 0 else b))
            e = q + end * dyad.pair_id.size
            rel.forgiveness[e] = forgiveness_of(u, p)


@kernel
def mend(month, key, org, rel, dyad, site, dose, on, scratch, p_institutional_trust, p_histories, p_trust, p):
    """Apologize for this month's broken promises, forgive and make amends, or let them harden into grievance."""
    pairs = dyad.meeting.size
    for end in range(2):
        count = 0
        for m in range(pairs):
            q = np.int64(dyad.meeting[m])
            if q >= pairs:
                break
            scratch.let_down[count], scratch.listed_pair_id[count] = q, dyad.pair_id[q]
            count += rel.failed[q + end * pairs]
        draws.fill(scratch.listed_luck, key, STREAM, month, scratch.listed_pair_id[:count], end)
        for m in range(count):
            q = np.int64(scratch.let_down[m])
            s, e = dyad.pair_site[q], q + end * pairs
            i = rel.source[e]
            j = rel.target[e]
            deceived = draws.unit(scratch.listed_luck[0, m]) < p.deceit
            help_at_hand = site.coordination[s] if org.status[i] == ACTIVE and org.status[j] == ACTIVE else 0.0
            silence = silence_left(org.experience[j], p)
            facilitated = dose.facilitated_conversations[s]
            apology = chance_of_apology(help_at_hand, dyad.alignment[q], facilitated, silence, p)
            apologized = draws.unit(scratch.listed_luck[1, m]) < apology
            forgiven = apologized & (
                draws.unit(scratch.listed_luck[2, m]) < chance_of_forgiving(rel.forgiveness[e], deceived, p)
            )
            scratch.answer[e] = NOT_FORGIVEN if apologized else SILENCE
            if deceived:
                rel.betrayal[e] += p.deceit_weight
            if not forgiven:
                rel.grievance[e] = hardened(rel.grievance[e], deceived, on.histories, p)
                continue
            recorded = recorded_share(
                org.documentation[i], org.documentation[j], on.institutional_trust, p_institutional_trust
            )
            rel.personal_bad[e] = max(rel.personal_bad[e] - weight_mended(p_trust, p) * (1.0 - recorded), 0.0)
            on_record = rel.institutional_bad[e] - weight_mended_on_record(p_trust, p) * recorded
            rel.institutional_bad[e] = max(on_record, 0.0)
            kept = chance_of_keeping(org.reliability[j], 1.0, rel.grievance[e], 0.0, 0.0, p_histories)
            if draws.unit(scratch.listed_luck[3, m]) < kept:
                scratch.answer[e] = AMENDS_MADE
                rel.personal_good[e] += p.amends * (1.0 - recorded)
                rel.institutional_good[e] += p.amends * recorded
            else:
                scratch.answer[e] = AMENDS_NOT_MADE
                rel.personal_bad[e] += weight_of_broken_amends(p_trust, p) * (1.0 - recorded)
                rel.institutional_bad[e] += weight_of_broken_amends(p_trust, p) * recorded

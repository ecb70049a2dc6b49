"""Repair: after a failure an apology and a difficult conversation may follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Relationship

rules, trust = of("repair"), of("trust")


def begin(model: Partnership) -> None:
    """Draw how ready each end of each pair is to forgive the other."""
    for pair in model.pairs:
        for word, end in enumerate(pair.ends):
            z = model.luck.normal("forgiveness", 0, pair.pair_id, word=word)
            end.forgiveness = rules.forgiveness_of(z, model.p.repair)


def mend(model: Partnership) -> None:
    """Apologize for this month's broken promises, forgive and make amends, or let them harden into grievance."""
    for pair in model.meeting:
        for block, end in enumerate(pair.ends):
            if end.failed:
                talk(model, end, block)


def talk(model: Partnership, injured: Relationship, block: int) -> None:
    """Let the other end apologize for the promise that it broke, or not; and the injured side forgive, or not."""
    p, p_trust = model.p.repair, model.p.trust
    pair, site = injured.pair, injured.pair.site

    def luck(word: int) -> float:
        return model.luck.uniform("repair", model.month, pair.pair_id, block, word)

    deceived = luck(0) < p.deceit
    help_at_hand = site.coordination if pair.at_table else 0.0
    silence = rules.silence_left(injured.target.experience, p)
    facilitated = site.doses["facilitated-conversations"]
    apology = rules.chance_of_apology(help_at_hand, pair.alignment, facilitated, silence, p)
    forgiven = luck(1) < apology and luck(2) < rules.chance_of_forgiving(injured.forgiveness, deceived, p)
    if deceived:
        injured.betrayal += p.deceit_weight
    if not forgiven:
        injured.grievance = rules.hardened(injured.grievance, deceived, model.on("histories"), p)
        return
    recorded = trust.recorded_share(
        injured.source.documentation,
        injured.target.documentation,
        model.on("institutional_trust"),
        model.p.institutional_trust,
    )
    mended, on_record = rules.weight_mended(p_trust, p), rules.weight_mended_on_record(p_trust, p)
    injured.personal_bad = max(injured.personal_bad - mended * (1.0 - recorded), 0.0)
    injured.institutional_bad = max(injured.institutional_bad - on_record * recorded, 0.0)
    kept = trust.chance_of_keeping(injured.target.reliability, 1.0, injured.grievance, 0.0, 0.0, model.p.histories)
    if luck(3) < kept:
        injured.personal_good += p.amends * (1.0 - recorded)
        injured.institutional_good += p.amends * recorded
    else:
        injured.personal_bad += rules.weight_of_broken_amends(p_trust, p) * (1.0 - recorded)
        injured.institutional_bad += rules.weight_of_broken_amends(p_trust, p) * recorded

"""Trust from experience: encounters end well or badly, and evidence accumulates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import half_life_factor, of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Pair, Relationship

rules, contact, differences = of("trust"), of("contact"), of("differences")


def weigh_presence(model: Partnership) -> None:
    """Work out, once for each organization, how present and how reliable its representative is."""
    p = model.p.trust
    for each in model.organizations:
        each.presence = contact.presence_of(each.in_post, len(each.ties), p)
        each.reliability = differences.shifted(
            rules.reliability_of(each.ramp, each.clarity, p), each.site.promises_here
        )
        each.contacts = each.contacts_at_table = 0.0


def fade(model: Partnership) -> None:
    """Let a month's forgetting pass over all evidence, less of it where the two met last month."""
    p, on_communication = model.p.trust, model.on("communication")
    kept = {met: rules.kept_in_mind(met, on_communication, model.p.communication, p) for met in (False, True)}
    on_record = half_life_factor(model.p.institutional_trust.memory)
    for pair in model.pairs:
        left = kept[pair.met]
        for end in pair.ends:
            end.personal_good *= left
            end.personal_bad *= left
            end.institutional_good *= on_record
            end.institutional_bad *= on_record
            end.failed = False
        pair.idle += 1.0
        pair.met = False


def draw_luck(model: Partnership) -> None:
    """Draw every pair's luck in meeting; what comes of it is drawn when they meet."""
    for pair in model.pairs:
        pair.luck = model.luck.uniform("encounter", model.month, pair.pair_id, word=0)


def weigh_contact(model: Partnership) -> None:
    """Work out how often every pair may be expected to meet this month."""
    p, p_communication = model.p.trust, model.p.communication
    for site in model.sites:
        convenings, steady = site.doses["trust-building-convenings"], site.doses["steady-communication"]
        coordination, possible = site.coordination, site.contact_factor
        everyday, by_chance = p.everyday_contact * possible, p.strangers_contact * site.reach * possible
        tied = contact.contact_in_ties(convenings, steady, coordination, possible, p_communication, p)
        free = contact.contact_at_table(convenings, coordination, possible, p) * site.reach
        for pair in site.pairs:
            one, other = pair.one, pair.other
            expected = everyday if pair.is_open else by_chance
            if can_meet_at_table(pair):
                expected += tied if pair.is_open else free
                if pair.teammates:  # as of last month
                    expected += contact.contact_in_work(one.effort, other.effort, model.p.effort, p)
            if expected > 0.0:
                hurt, its = pair.forward.grievance, pair.backward.grievance
                expected *= contact.able_to_meet(one.presence, other.presence, hurt, its, model.p.histories)
            pair.meetings_expected = expected


def can_meet_at_table(pair: Pair) -> bool:
    """Say whether both take part and somebody is there for them."""
    return pair.at_table and pair.one.presence > 0.0 and pair.other.presence > 0.0


def list_meetings(model: Partnership) -> None:
    """List the pairs that meet this month."""
    model.meeting = [pair for pair in model.pairs if pair.luck < contact.chance_of_any(pair.meetings_expected)]


def encounter(model: Partnership) -> None:
    """Let promises be kept or broken by those who meet, and both ends take note."""
    for site in model.sites:
        site.conflicts = 0.0
    for pair in model.meeting:
        meet(model, pair)


def meet(model: Partnership, pair: Pair) -> None:
    """Let two meet, and each keep its promise to the other or break it."""
    p, site, both = model.p.trust, pair.site, 1.0 if pair.at_table else 0.0
    for each in (pair.one, pair.other):
        each.contacts += 1.0
        each.contacts_at_table += both
    rivalry = pair.one.friction_with(pair.other)
    given = rules.circumstances(site.coordination, both, rivalry, model.p.national, p)
    convenings = site.doses["trust-building-convenings"]
    care = rules.averted(convenings, site.recognition, model.p.strengths, p) * both
    # the month that is passing does not count as silence
    misread = rules.misread(pair.idle - 1.0, model.on("communication"), model.p.communication)
    recorded = rules.recorded_share(
        pair.one.documentation,
        pair.other.documentation,
        model.on("institutional_trust"),
        model.p.institutional_trust,
    )
    pair.met = True
    pair.idle = 0.0
    for word, end in ((1, pair.forward), (2, pair.backward)):
        kept = rules.chance_of_keeping(end.target.reliability, given, end.grievance, care, misread, model.p.histories)
        end.failed = model.luck.uniform("encounter", model.month, pair.pair_id, word=word) >= kept
        note(end, p.negativity if end.failed else 1.0, recorded)
        site.conflicts += both * end.failed


def note(end: Relationship, weight: float, recorded: float) -> None:
    """Note a promise kept or broken, between the two people and on the organizations' record."""
    if end.failed:
        end.personal_bad += weight * (1.0 - recorded)
        end.institutional_bad += weight * recorded
    else:
        end.personal_good += weight * (1.0 - recorded)
        end.institutional_good += weight * recorded


def break_scandals(model: Partnership) -> None:
    """Let everyone who could know an organization take note of its scandal, on the record if there is one."""
    for organization in model.organizations:
        depth = organization.shocks["scandal"]
        if depth > 0.0:
            worth = model.p.trust.scandal * depth
            for relationship in organization.relationships.values():
                if model.on("institutional_trust"):
                    relationship.reverse.institutional_bad += worth
                else:
                    relationship.reverse.personal_bad += worth


def update(model: Partnership) -> None:
    """Read effective trust off all evidence."""
    p = model.p.trust
    for pair in model.pairs:
        for end in pair.ends:
            end.trust = rules.trust_in(
                end.personal_good, end.institutional_good, end.personal_bad, end.institutional_bad, end.betrayal, p
            )

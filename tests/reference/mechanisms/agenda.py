"""M14a: what works is learned together, after March (1991).

Beliefs are bits over the facts, as the engine's are: one number says where an organization believes yes, another where
no, and a third, of the site, what is so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.luck import mix
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("agenda")
national = of("national")


def all_facts(model: Partnership) -> int:
    """Return the bits of all facts."""
    return (1 << int(model.p.agenda.dimensions)) - 1


def known(yes: int, no: int, reality: int, facts: int) -> int:
    """Return the number of right beliefs less that of wrong ones."""
    right = (yes & reality) | (no & ~reality & facts)
    return 2 * right.bit_count() - (yes | no).bit_count()


def judge_work(model: Partnership, organization: Organization, facts: int) -> None:
    """Set the quality of an organization's work, from what it knows."""
    right = known(organization.beliefs_for, organization.beliefs_against, organization.site.reality, facts)
    organization.quality = rules.quality_of_work(right / facts.bit_count(), model.p.agenda)


def beliefs_of(model: Partnership, newcomer: int, reality: int, facts: int) -> tuple[int, int]:
    """Return where a new person believes yes, and where no; blocks 0 … 31 say on what nothing, 32 … what is right."""
    p = model.p.agenda
    held = facts & ~model.luck.chosen(facts, p.undecided, "beliefs of a person", 0, newcomer)
    right = model.luck.chosen(facts, p.first_right, "beliefs of a person", 0, newcomer, block=32)
    yes = (reality & right) | (~reality & ~right)
    return held & yes, held & ~yes


def begin(model: Partnership) -> None:
    """Draw what works in each community and what each first representative believes; the agenda is empty."""
    facts = all_facts(model)
    for site in model.sites:
        site.reality = model.luck.chosen(facts, 0.5, "what works", 0, site.site_id)
        site.agenda_for = site.agenda_against = 0
        for organization in site.organizations:
            first = mix(organization.organization_id, 0)
            organization.beliefs_for, organization.beliefs_against = beliefs_of(model, first, site.reality, facts)
            judge_work(model, organization, facts)


def renew(model: Partnership) -> None:
    """Let successors bring beliefs of their own, but for what is written down; then let the world change."""
    facts = all_facts(model)
    for organization in model.organizations:
        if organization.arrived:
            newcomer = mix(organization.organization_id, organization.person)
            yes, no = beliefs_of(model, newcomer, organization.site.reality, facts)
            kept = model.luck.chosen(facts, organization.documentation, "inherited beliefs", 0, newcomer)
            organization.beliefs_for = (organization.beliefs_for & kept) | (yes & ~kept)
            organization.beliefs_against = (organization.beliefs_against & kept) | (no & ~kept)
    turbulence = min(model.p.agenda.turbulence, 1.0)
    for site in model.sites:
        site.reality ^= model.luck.chosen(facts, turbulence, "turbulence", model.month, site.site_id)


def act(model: Partnership) -> None:
    """Let organizations act on what they believe, by a coin where they believe nothing; note what comes of it."""
    facts = all_facts(model)
    for organization in model.organizations:
        coins = model.luck.coins("acting without a belief", model.month, organization.organization_id)
        undecided = facts & ~(organization.beliefs_for | organization.beliefs_against)
        organization.actions = organization.beliefs_for | (undecided & coins)
        wrong = organization.actions ^ organization.site.reality
        organization.results = facts.bit_count() - 2 * wrong.bit_count()


def learn(model: Partnership) -> None:
    """Let partners learn from the agenda, one step a belief; what organizations know sets the quality of their work."""
    facts = all_facts(model)
    for site in model.sites:
        for organization in site.organizations:
            if organization.is_partner and organization.in_post:
                take_over(model, organization, site)
            judge_work(model, organization, facts)


def take_over(model: Partnership, organization: Organization, site: Site) -> None:
    """Give up some beliefs that contradict the agenda, and take over some where there were none."""
    yes, no = organization.beliefs_for, organization.beliefs_against
    differing = (site.agenda_for & ~yes) | (site.agenda_against & ~no)
    written = national.with_coaching(organization.documentation, organization.coaching["data-coaching"])
    chance = rules.chance_of_learning(written, model.p.agenda)
    moved = model.luck.chosen(differing, chance, "learning from the agenda", model.month, organization.organization_id)
    new = moved & ~(yes | no)
    organization.beliefs_for = (yes & ~moved) | (new & site.agenda_for)
    organization.beliefs_against = (no & ~moved) | (new & site.agenda_against)


def follow_the_best(model: Partnership) -> None:
    """Let each agenda learn from the actions of those whose results look better than its own."""
    facts = all_facts(model)
    for site in model.sites:
        own = known(site.agenda_for, site.agenda_against, site.reality, facts)
        noise = rules.noise_of_results(site.data, model.p.agenda)
        better = [
            partner
            for partner in site.partners
            if partner.in_post and partner.results + noise * sight(model, partner) > own
        ]
        if better:
            follow(model, site, better, facts.bit_count())
        right = known(site.agenda_for, site.agenda_against, site.reality, facts)
        site.agenda_knowledge = right / facts.bit_count()


def sight(model: Partnership, partner: Organization) -> float:
    """Return by how much a partner's results are seen amiss, in standard deviations."""
    return model.luck.normal("results as seen", model.month, partner.organization_id)


def follow(model: Partnership, site: Site, better: list[Organization], facts: int) -> None:
    """Move each fact of an agenda to the strict majority of those who do better, likelier by a larger margin."""
    for fact in range(facts):
        bit = 1 << fact
        margin = 2 * sum(1 for partner in better if partner.actions & bit) - len(better)
        there_already = site.agenda_for if margin > 0 else site.agenda_against
        if margin == 0 or there_already & bit:
            continue
        # four facts a block, a word each
        u = model.luck.uniform("the agenda learns", model.month, site.site_id, block=fact // 4, word=fact % 4)
        if u < rules.chance_of_following(float(abs(margin)), model.p.agenda):
            site.agenda_for = site.agenda_for | bit if margin > 0 else site.agenda_for & ~bit
            site.agenda_against = site.agenda_against & ~bit if margin > 0 else site.agenda_against | bit

"""Who is in a community: staff, strengths, commitment, and the ties that exist before the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.luck import lognormal
from reference.rules import of
from tfs_sim.model.mechanisms.community import NEED
from tfs_sim.model.sectors import PROFILES, STAFF
from tfs_sim.model.state import GROUPS, NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Pair

rules, differences = of("community"), of("differences")


def begin_organizations(model: Partnership) -> None:
    """Draw staff, strengths, the first representatives, and who is at the table."""
    for organization in model.organizations:
        draw(model, organization)
    p = model.p.community
    for site in model.sites:
        partners = [each for each in site.organizations if each.role == "partner"]
        drawn = sum(each.base_fte for each in partners)
        wanted = rules.staff_of_all(sum(site.students.values()), p) * site.staff_here
        for each in site.organizations:
            if each.role == "partner" and drawn > 0.0:
                each.base_fte *= wanted / drawn
            if each.is_backbone:
                each.base_fte = each.effort = 0.0
                each.status = "active"
            if each.given_fte > 0.0:
                each.base_fte = each.given_fte
            each.fte = each.base_fte


def draw(model: Partnership, organization: Organization) -> None:
    """Draw an organization and its first representative."""
    p, luck, who = model.p.community, model.luck, organization.organization_id
    sector = organization.sector
    organization.base_fte = lognormal(STAFF.rows[sector], p.staff_spread, luck.normal("community", 0, who, word=0))
    first = rules.trait(p.commitment, p.commitment_spread, luck.normal("person", 0, who))
    organization.commitment = differences.shifted(first, organization.site.commitment_here)
    starts = organization.site.begins <= -model.run_in and founds(model, organization, 0)
    organization.status = "active" if starts else "prospect"
    organization.months_active = 1 if starts else 0
    organization.effort = p.first_effort * model.p.effort.largest if starts else 0.0
    organization.tenure = int(luck.uniform("community", 0, who, word=2) * p.longest_tenure)
    if organization.given_tenure is not None:
        organization.tenure = organization.given_tenure
    organization.belief = p.first_belief
    profile = zip(NEEDS, PROFILES.rows[sector], strict=True)
    strength = {
        kind: lognormal(usual, p.specialization, luck.normal("community", 0, who, block=1, word=word))
        for word, (kind, usual) in enumerate(profile)
    }
    whole = sum(strength.values())
    organization.strength = {kind: each / whole for kind, each in strength.items()}
    organization.recognized = dict(organization.strength)


def founds(model: Partnership, organization: Organization, month: int) -> bool:
    """Say whether an organization is among those who are at the table when the partnership begins."""
    if organization.given_joining is not None:
        return organization.given_joining <= month
    chance = rules.chance_at_the_table(organization.site.at_the_table, organization.commitment, model.p.community)
    return bool(model.luck.uniform("founders", 0, organization.organization_id) < chance)


def begin_relationships(model: Partnership) -> None:
    """Draw niche overlap, ties, and the evidence that they carry."""
    p, luck = model.p.community, model.luck
    for pair in model.pairs:
        one, other = pair.one, pair.other
        pair.overlap = sum(min(one.strength[kind], other.strength[kind]) for kind in NEEDS)
        given = pair.forward.given_strength
        if given is None:
            chance = rules.chance_of_tie(pair.overlap, one.is_backbone or other.is_backbone, pair.site.reach, p)
            is_tie = luck.uniform("community ties", 0, pair.pair_id, word=0) < chance
        else:
            is_tie = given > 0.0
        pair.idle = p.strangers_for
        if is_tie:
            pair.open()
            pair.idle = 0.0
        take_stock(model, pair, p.history * (1.0 if given is None else given) if is_tie else 0.0)


def take_stock(model: Partnership, pair: Pair, evidence: float) -> None:
    """Divide the evidence that a pair starts with into kept and broken, and into personal and on record."""
    p = model.p.community
    personal, on_record = p.personal_at_start * evidence, (1.0 - p.personal_at_start) * evidence
    for end, word in ((pair.forward, 0), (pair.backward, 1)):
        kept = rules.kept_at_first(model.luck.normal("community ties", 0, pair.pair_id, block=1, word=word), p)
        kept = differences.shifted(kept, pair.site.promises_here)
        end.personal_good, end.personal_bad = personal * kept, personal * (1.0 - kept)
        end.institutional_good, end.institutional_bad = on_record * kept, on_record * (1.0 - kept)


def usual_need(model: Partnership, students: dict[str, float], kind: str, group: str) -> float:
    """Return how many students of a group need a kind of support in an ordinary month."""
    p = model.p.community
    rate = p.need_in_poverty if group == "in_poverty" else p.need_other
    need: float = rules.in_need(students[group], rate, NEED.rows[kind])
    return need


def begin_sites(model: Partnership) -> None:
    """Set needs by kind and group, and the backbone's staff."""
    for site in model.sites:
        site.own_backbone_fte = site.base_backbone_fte if site.begins <= -model.run_in else 0.0
        site.backbone_fte = site.own_backbone_fte
        for kind in NEEDS:
            site.need[kind] = {group: usual_need(model, site.students, kind, group) for group in GROUPS}


def note_ties(model: Partnership) -> None:
    """Do nothing: who has a tie with whom is known from the moment that it is drawn."""

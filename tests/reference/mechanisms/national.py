"""National alignment and support: what nationals agree on, how they treat each other, and whom they coach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import half_life_factor, of
from reference.world import COACHED

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules, levers = of("national"), of("levers")


def begin(model: Partnership) -> None:
    """Set how far nationals share principles at the start."""
    for national in model.nationals:
        national.principles = model.p.national.first_alignment


def coach(model: Partnership) -> None:
    """Let nationals coach members at the table, those in the communities that have come farthest in the selection."""
    for organization in model.organizations:
        organization.coaching = dict.fromkeys(COACHED, 0.0)
    for national in model.nationals:
        if national.doses["national-coaching"] > 0.0:
            coach_members(model, national)


def coach_members(model: Partnership, national: Organization) -> None:
    """Let a national divide its hours among those whom it coaches."""
    p = model.p.national
    members = [each for each in model.organizations if each.network is national and each.is_active]
    farthest = max((each.site.stage_reached for each in members), default=0)
    members = [each for each in members if each.site.stage_reached == farthest]
    for member in members:
        hours = rules.hours_of_coaching(
            national.doses["national-coaching"],
            national.effort,
            national.fte,
            national.ramp,
            national.in_post,
            len(members),
            model.p.money,
            p,
        )
        if not member.is_backbone:
            member.hours += hours
        if national.contribution == "all":
            for kind in COACHED:
                member.coaching[kind] = rules.coached(hours / len(COACHED), national.clarity, p)
        else:
            member.coaching[national.contribution] = rules.coached(hours, national.clarity, p)


def align(model: Partnership) -> None:
    """Let nationals work on their principles, make mistakes and own up or not; work out the friction between them."""
    p = model.p.national
    for national in model.nationals:
        work = national.doses["national-alignment"]
        national.principles = rules.principles_after(national.principles, work, p)
    fading = half_life_factor(p.strain_memory)
    between = [each for each in model.pairs if each.one.role == each.other.role == "national"]
    for pair in between:
        strain = pair.forward.strain * fading
        if model.luck.uniform("national mistakes", model.month, pair.pair_id, word=0) < p.mistakes:
            u = model.luck.uniform("national mistakes", model.month, pair.pair_id, word=1)
            strain = rules.after_mistake(strain, 1.0, u, shared(pair.one, pair.other), p)
        pair.forward.strain = pair.backward.strain = strain
    for national in model.nationals:
        wrong_all(model, national)
    for pair in between:
        for end in pair.ends:
            end.friction = rules.friction_of(pair.one.principles, pair.other.principles, end.strain, p)


def wrong_all(model: Partnership, national: Organization) -> None:
    """Let a national that a shock has made to err wrong all others, and own up to all or to none."""
    depth = national.shocks["national-mistake"]
    struck = levers.rise(depth, national.mistake_felt)
    national.mistake_felt = depth
    if struck > 0.0:
        u = model.luck.uniform("national mistakes", model.month, national.organization_id, block=1)
        for other, end in national.relationships.items():
            if other.role == "national":
                strain = rules.after_mistake(end.strain, struck, u, shared(national, other), model.p.national)
                end.strain = end.reverse.strain = strain


def shared(one: Organization, other: Organization) -> float:
    """Return how far two nationals share principles."""
    return min(one.principles, other.principles)


def observe_gains(model: Partnership) -> None:
    """Let nationals see what their communities gain: what they believe of joint work rests on that."""
    gains = [site.gain_seen for site in model.communities]
    for site in model.sites:
        if site.national_site:
            site.gain_seen = sum(gains) / len(gains) if gains else 0.0

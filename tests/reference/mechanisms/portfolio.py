"""M16: the initiative competes for attention with everything else on the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, crisis = of("portfolio"), of("crisis")


def compete(model: Partnership) -> None:
    """Let the initiative's share of attention follow its appeal, and the rest of the portfolio pull on effort."""
    p = model.p.portfolio
    for organization in model.organizations:
        appeal = rules.appeal(
            organization.clarity, organization.commitment, organization.backing, organization.in_post, p
        )
        site = organization.site
        rise = sum(strength * site.rise_of_need[kind] for kind, strength in organization.strength.items())
        lost = max(1.0 - site.income_factor, 0.0) * (1.0 - organization.doses["emergency-fund"])
        more = crisis.more_on_the_desk(rise, lost, model.p.crisis)
        share = rules.share_of_attention(appeal, more, p)
        organization.attention = rules.attention_after(organization.attention, share, p)
        organization.portfolio = rules.pull_of_other_work(organization.attention, p)
    for site in model.sites:
        attention = [partner.attention for partner in site.partners]
        site.mean_attention = min(sum(attention) / len(attention), 1.0) if attention else 0.0

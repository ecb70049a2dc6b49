"""M5: what representatives understand of the initiative fades in a month of silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("communication")


def lose_understanding(model: Partnership) -> None:
    """Let the understanding of partners who met no partner this month fade, as far as it was not in use."""
    for site in model.sites:
        lost = rules.lost_in_silence(site.doses["steady-communication"], site.coordination, model.p.communication)
        for partner in site.partners:
            if partner.contacts_at_table == 0:
                in_teams = any(partner.team.values())
                used = partner.effort / model.p.effort.largest if in_teams else 0.0
                partner.ramp *= rules.understanding_kept(lost, used)

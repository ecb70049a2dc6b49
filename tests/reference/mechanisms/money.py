"""Money: accounts between which cents move, and what happens to organizations that run short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("money")


def begin(model: Partnership) -> None:
    """Open the organizations' accounts with their reserves, paid in from outside."""
    for site in model.sites:
        for member in site.members:
            model.pay("outside", member, rules.reserve_in_cents(member.fte, model.p.money))

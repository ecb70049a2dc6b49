"""M25: what nationals see of their communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.model import Partnership


def look_on(model: Partnership) -> None:
    """Let nationals see what their communities gain: what they believe of joint work rests on that."""
    gains = [site.gain_seen for site in model.communities]
    for site in model.sites:
        if site.national_site:
            site.gain_seen = sum(gains) / len(gains) if gains else 0.0

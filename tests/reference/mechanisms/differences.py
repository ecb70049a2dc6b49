"""Communities differ in what files do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.luck import lognormal
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("differences")


def begin(model: Partnership) -> None:
    """Draw what each community is like."""
    p = model.p.differences
    for site in model.communities:
        z = [model.luck.normal("differences", 0, site.site_id, word=word) for word in range(4)]
        site.commitment_here = rules.shift_of(z[0], p.commitment)
        site.promises_here = rules.shift_of(z[1], p.promises)
        site.staff_here = lognormal(1.0, p.staff, z[2])
        site.leaving_here = lognormal(1.0, p.leaving, z[3])
        site.tradition_here = rules.shift_of(model.luck.normal("differences", 0, site.site_id, block=1), p.tradition)

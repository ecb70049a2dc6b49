"""Communities differ in what files do not say: how ready people are for shared work, how reliable, how settled.

Under one set of parameters some communities thrive and some fail. What sets of parameters differ in is what nobody
knows of all communities; what communities differ in is theirs: it is drawn once for each of them in each replicate, and
how far they differ is a parameter. (Hierarchical models tell the two apart in the same way: Gelman & Hill 2007.)

    a share here = shifted(share, σ z),   an amount here = usual · e^(σ z),   z standard normal, by the site's identity
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip


class Parameters(NamedTuple):
    """How far communities differ: standard deviations between them."""

    commitment: float = parameter(
        0.06,
        unit="share",
        plausible=(0.03, 0.12),
        domain=(0, 0.5),
        grade="assumed",
        meaning="How far communities differ in how committed people are to shared work.",
    )
    promises: float = parameter(
        0.03,
        unit="share",
        plausible=(0.015, 0.06),
        domain=(0, 0.5),
        grade="assumed",
        meaning="How far communities differ in the share of promises that are kept.",
    )
    staff: float = parameter(
        0.25,
        unit="sd of log",
        plausible=(0.12, 0.4),
        domain=(0, 3),
        grade="assumed",
        meaning="How far communities differ in staff for 1,000 students.",
    )
    leaving: float = parameter(
        0.2,
        unit="sd of log",
        plausible=(0.1, 0.4),
        domain=(0, 3),
        grade="assumed",
        meaning="How far communities differ in how often people leave their posts.",
    )
    tradition: float = parameter(
        0.02,
        unit="utility",
        plausible=(0.01, 0.04),
        domain=(0, 10),
        grade="assumed",
        meaning="How far communities differ in what a seat at a common table is worth to organizations.",
    )


MECHANISM = Mechanism(
    name="differences",
    rows=(),
    title="Communities differ",
    summary="Draws for each community what files do not say of it: commitment, promises, staff, turnover, tradition.",
    source="[gelman2007]",
    parameters=Parameters,
    file=__name__,
)

STREAM = draws.stream("differences")


@rule
def shifted(share, shift):
    """A share here: share + shift, in [0, 1]; shift: of the community."""
    return clip(share + shift, 0.0, 1.0)


@rule
def shift_of(z, spread):
    """σ · z: how far a community lies off others; spread: σ, between communities; z: standard normal."""
    return spread * z


@kernel
def begin(key, site, p):
    """Draw what each community is like; the table of the nationals is none."""
    for s in range(site.site_id.size):
        if site.national_site[s]:
            continue
        a, b, c, d = draws.words(key, STREAM, 0, site.site_id[s], 0)
        e = draws.uniform(key, STREAM, 0, site.site_id[s], 1)
        site.commitment_here[s] = shift_of(draws.normal(draws.unit(a)), p.commitment)
        site.promises_here[s] = shift_of(draws.normal(draws.unit(b)), p.promises)
        site.staff_here[s] = draws.lognormal(draws.unit(c), 1.0, p.staff)
        site.leaving_here[s] = draws.lognormal(draws.unit(d), 1.0, p.leaving)
        site.tradition_here[s] = shift_of(draws.normal(e), p.tradition)

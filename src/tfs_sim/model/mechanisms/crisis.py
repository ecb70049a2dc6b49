"""M22 Crisis: one event that strikes needs, contact, money and staff at once.

A community crisis raises needs unequally (more for students in poverty, more for health and basic needs),
closes the places where people meet, cuts income, freezes the labour market, and makes the shared purpose
more salient. Nothing here touches trust, support or performance: what becomes of them is the model's answer.

With d the depth of the crisis and surge = 1 − (1 − d)(1 − depth of a surge of needs), for kind of support k, group g:

    need_kg = usual need_kg · (1 + surge · rise_g · mix_k)
    contact = 1 − closure · d,   leaving = 1 − leaving_freeze · d,   salience = salience · d
    income = (1 − income_loss · d) · (1 − funding cut) · (1 + windfall)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model.declare import Mechanism, Shock, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.mechanisms.community import base_need
from tfs_sim.model.state import G, K


class Parameters(NamedTuple):
    """What a crisis of full depth does."""

    need_rise: float = parameter(
        1.2,
        unit="share",
        plausible=(0.6, 1.8),
        domain=(0, 5),
        grade="derived",
        source="June 2020 on 2018: 5 times as many ate too little ([bauer2020]); anxiety doubled ([racine2021])",
        meaning="Rise of needs of students in poverty at full depth, averaged over kinds of need.",
    )
    other_rise: float = parameter(
        0.5, unit="share", plausible=(0.2, 0.9), domain=(0, 5), grade="assumed", meaning="The same for other students."
    )
    closure: float = parameter(
        0.7,
        unit="share",
        plausible=(0.4, 0.9),
        grade="assumed",
        meaning="Share of usual contact between organizations that stops at full depth.",
    )
    income_loss: float = parameter(
        0.35,
        unit="share",
        plausible=(0.15, 0.5),
        grade="derived",
        source="[nff2020]: 3/4 of nonprofits lost earned revenue, half donations, a quarter public money",
        meaning="Share of organizations' income that is lost at full depth.",
    )
    leaving_freeze: float = parameter(
        0.3,
        unit="share",
        plausible=(0.0, 0.5),
        grade="measured",
        source="[nonprofithr2021]: turnover 21.3% in 2019, 14.3% in 2020",
        meaning="By how much fewer people leave their posts at full depth.",
    )
    salience: float = parameter(
        0.15,
        unit="utility",
        plausible=(0.0, 0.3),
        grade="assumed",
        source="[together2020], lesson five: `if you can't come together to collaborate in this moment, when can you?`",
        meaning="How much more the shared purpose weighs in organizations' choices at full depth.",
    )


MECHANISM = Mechanism(
    name="crisis",
    rows=("M22",),
    title="Crisis",
    summary="An event acts on needs, contact, money, the hazard of leaving and the salience of the shared purpose.",
    source="[together2020], lesson five; [nff2020]; [nonprofithr2021]",
    parameters=Parameters,
    file=__name__,
)

SHOCKS = (
    Shock("community-crisis", "Community-wide crisis",
          "A pandemic, flood or plant closure: needs rise, contact and income fall, purpose becomes salient.",
          "crisis", "site", lasts=18, decay=6, source="[together2020] on COVID-19", grade="derived"),
    Shock("need-surge", "Surge of need", "Needs rise as in a crisis, with nothing else changed.",
          "crisis", "site", lasts=12, decay=3),
    Shock("funding-cut", "Funding cut", "Organizations lose a share of their income equal to the depth.",
          "crisis", "site", lasts=12, decay=6),
    Shock("funding-windfall", "Windfall", "Organizations gain a share of their income equal to the depth.",
          "crisis", "site", lasts=12, decay=0),
)  # fmt: skip

MIX = np.array([0.6, 1.2, 1.5, 0.7])  # how the rise divides over NEEDS; the mean is 1


@kernel
def unfold(site, shock, p_community, p):
    """Set what the crisis does to each site this month."""
    for s in range(site.severity.size):
        depth = shock.community_crisis[s]
        site.severity[s] = depth
        site.contact_factor[s] = 1.0 - p.closure * depth
        site.income_factor[s] = (
            (1.0 - p.income_loss * depth) * (1.0 - shock.funding_cut[s]) * (1.0 + shock.funding_windfall[s])
        )
        site.leaving_factor[s] = 1.0 - p.leaving_freeze * depth
        site.salience[s] = p.salience * depth
        surge = 1.0 - (1.0 - depth) * (1.0 - shock.need_surge[s])
        for k in range(K):
            for g in range(G):
                rise = p.need_rise if g == 0 else p.other_rise
                site.need[k, g, s] = base_need(site.students[g, s], g, k, p_community) * (1.0 + surge * rise * MIX[k])

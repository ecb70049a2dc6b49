"""M22 Crisis: one event that strikes needs, contact, money and staff at once.

A community crisis raises needs unequally (more for students in poverty, more for health and basic needs),
closes the places where people meet, cuts income, freezes the labour market, and makes the shared purpose
more salient where others are seen to serve it. Those who are to help have costs of their own: their own clients' needs
and the income that they lose compete for the same attention (Staw, Sandelands & Dutton 1981 on threat and rigidity).
Nothing here touches trust, support or performance: what becomes of them is the model's answer.

For each kind of support and group of students, and for each organization:

    need = need_in_crisis(usual need, surge_of(depth of the crisis, depth of a surge of needs))
    else on its desk = usual · more_on_the_desk(rise of its own clients' needs, income lost)   (M16)
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism, Shock, Table, parameter
from tfs_sim.model.forms import kernel, rule
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
        0.3,
        unit="utility",
        plausible=(0.15, 0.45),
        grade="assumed",
        source="[together2020], lesson five: `if you can't come together to collaborate in this moment, when can you?`",
        meaning="How much more it weighs, at full depth, what trusted peers give to the shared purpose.",
    )
    own_clients: float = parameter(
        1.0,
        unit="share",
        plausible=(0.5, 2.0),
        domain=(0, 100),
        grade="assumed",
        source="[nff2020] for the sign",
        meaning="By how much more else is on an organization's desk when the needs of its own clients double.",
    )
    own_income: float = parameter(
        2.0,
        unit="share",
        plausible=(1.0, 4.0),
        domain=(0, 100),
        grade="assumed",
        source="[staw1981] on threat and rigidity, for the sign; [nff2020]",
        meaning="By how much more else is on an organization's desk when it loses all of its income.",
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

RISE = Table(
    "rise_by_need",
    {"academic": 0.6, "health": 1.2, "basic_needs": 1.5, "family": 0.7},
    unit="factor",
    plausible=(0.2, 2.0),
    meaning="How much a crisis raises the need for a kind of support, against the mean over kinds (whose mean is 1).",
)
TABLES = (RISE,)
RISE_BY_NEED = RISE.values


@rule
def contact_left(depth, p):
    """1 − closure · d: the factor on usual contact between organizations; depth: d, of the crisis, in [0, 1]."""
    return 1.0 - p.closure * depth


@rule
def income_left(depth, cut, windfall, p):
    """(1 − income_loss · d) · (1 − cut) · (1 + windfall): the factor on organizations' usual income."""
    return (1.0 - p.income_loss * depth) * (1.0 - cut) * (1.0 + windfall)


@rule
def leaving_left(depth, p):
    """1 − leaving_freeze · d: the factor on the hazard of leaving a post."""
    return 1.0 - p.leaving_freeze * depth


@rule
def salience_of(depth, p):
    """salience · d: how much more it weighs what trusted peers give, utility."""
    return p.salience * depth


@rule
def surge_of(depth, need_surge):
    """1 − (1 − d)(1 − s): depth of the rise of needs, by a crisis of depth d and a surge of depth s."""
    return 1.0 - (1.0 - depth) * (1.0 - need_surge)


@rule
def need_in_crisis(usual, surge, rise, mix):
    """N · (1 + surge · rise · mix): students in need; usual: N; rise: of the group; mix: of the kind of support."""
    return usual * (1.0 + surge * rise * mix)


@rule
def rise_of(in_need, usual):
    """N / N₀ − 1: by how much more students need a kind of support than in an ordinary month."""
    return in_need / usual - 1.0 if usual > 0.0 else 0.0


@rule
def more_on_the_desk(rise, lost, p):
    """1 + own_clients · rise + own_income · lost: the factor on everything else that an organization has to do.

    rise: of the needs of its own clients, by its strengths; lost: share of its income, beyond what a fund replaces.
    """
    return 1.0 + p.own_clients * max(rise, 0.0) + p.own_income * lost


@kernel
def unfold(site, shock, p_community, p):
    """Set what the crisis does to each site this month."""
    for s in range(site.severity.size):
        depth = shock.community_crisis[s]
        site.severity[s] = depth
        site.contact_factor[s] = contact_left(depth, p)
        site.income_factor[s] = income_left(depth, shock.funding_cut[s], shock.funding_windfall[s], p)
        site.leaving_factor[s] = leaving_left(depth, p)
        site.salience[s] = salience_of(depth, p)
        surge = surge_of(depth, shock.need_surge[s])
        for k in range(K):
            ordinary = in_need = 0.0
            for g in range(G):
                rise = p.need_rise if g == 0 else p.other_rise
                usual = base_need(site.students[g, s], g, k, p_community)
                site.need[k, g, s] = need_in_crisis(usual, surge, rise, RISE_BY_NEED[k])
                ordinary += usual
                in_need += site.need[k, g, s]
            site.rise_of_need[k, s] = rise_of(in_need, ordinary)

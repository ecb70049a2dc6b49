"""The schedule: what interventions, grants and shocks set for this month, and what that costs.

A dose that its payer cannot afford is scaled down to what the payer has. Money moves by transfers alone.

An intervention may have a rule: every so many months from its first, it looks at the mean of one recorded
indicator of the site over the last months, and is in force while that is beyond a threshold. Whether it is on
follows from what is recorded alone, so a rule adds nothing to the state. The national table has no indicators
of its own and looks at the mean over the communities.

    dose = ordered dose · min(1, months left / (taper + 1)) · min(1, purse / cost),   cost = dollars · dose · targets
    two orders of one lever: 1 − (1 − d₁)(1 − d₂) for shares, d₁ + d₂ for amounts
    depth of a shock = full for its duration, then full · ½^(months since / decay)
    month's grant = full · min(1, months left / (taper + 1))
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model.declare import Mechanism
from tfs_sim.model.numerics import exp, helper, inline, kernel
from tfs_sim.model.state import ACTIVE, BACKBONE, FIRST_POOL, FUNDER, OUTSIDE

LN2 = 0.6931471805599453


class Parameters(NamedTuple):
    """The schedule has no parameters of its own."""


MECHANISM = Mechanism(
    name="levers",
    rows=(),
    title="Schedule of levers",
    summary="Sets this month's doses and shocks and charges their cost to whoever pays.",
    source="The scenario file",
    parameters=Parameters,
    file=__name__,
)


@kernel
def receive_grants(
    month, grant_site, grant_from, grant_until, grant_cents, grant_taper, grant_flexible, grant_stage, chosen, backbone,
    first_organization, end_organization, role, status, fte, accounts, grants_received,
):  # fmt: skip
    """Pay this month's part of each grant from the funder to the site's backbone; pass on what is flexible."""
    sites = backbone.size
    for s in range(sites):
        grants_received[s] = 0.0
    for g in range(grant_site.size):
        if month < grant_from[g] or month >= grant_until[g]:
            continue
        s = grant_site[g]
        if grant_stage[g] >= 0 and chosen[grant_stage[g], s] == 0:
            continue
        cents = grant_cents[g]
        left = grant_until[g] - month
        if left <= grant_taper[g]:
            cents = cents * left // (grant_taper[g] + 1)
        lead = FIRST_POOL + sites + backbone[s]
        accounts[FUNDER] -= cents
        accounts[lead] += cents
        grants_received[s] += cents / 100.0
        if grant_flexible[g] <= 0.0:
            continue
        staff = 0.0
        for i in range(first_organization[s], end_organization[s]):
            if status[i] == ACTIVE and role[i] != BACKBONE:
                staff += fte[i]
        if staff <= 0.0:
            continue
        for i in range(first_organization[s], end_organization[s]):
            if status[i] == ACTIVE and role[i] != BACKBONE:
                part = int(cents * grant_flexible[g] * (fte[i] / staff))
                accounts[lead] -= part
                accounts[FIRST_POOL + sites + i] += part


@helper
def recorded(first, last, s, metric, out):
    """Return the mean of a metric of site `s` over months `first` to `last` - 1; of all communities for a nation."""
    total = 0.0
    communities = out.shape[1]
    for month in range(first, last):
        if s < communities:
            total += out[month, s, metric]
        else:
            for community in range(communities):
                total += out[month, community, metric] / communities
    return total / (last - first)


@helper
def is_called_for(month, s, begins, metric, above, on_at, off_at, every, over, spell, out):
    """Say whether a rule calls for its intervention at site `s`: what its looks at the record so far have come to."""
    remembers = on_at != off_at or spell > every  # else the last look decides
    first = begins if remembers else month - (month - begins) % every
    on = False
    since = month
    for look in range(first, month + 1, every):
        if look == 0:
            continue  # nothing is recorded yet
        value = recorded(max(look - over, 0), look, s, metric, out)
        if (value > on_at) if above else (value < on_at):
            since = since if on else look
            on = True
        elif on and look - since >= spell:
            on = (value > off_at) if above else (value < off_at)
    return on


@inline
def empty(table):
    """Set a table of doses to nothing (as one row: that is a single sweep over its memory)."""
    row = table.reshape(-1)
    for n in range(row.size):
        row[n] = 0.0


@kernel
def set_doses(
    month, order_lever, order_by_site, order_from, order_until, order_taper, order_dose, order_sums, order_cost,
    order_hours, order_payer, order_stage, order_indicator, order_above, order_on_at, order_off_at, order_every,
    order_over, order_spell, order_first_target, targets, organization_doses, site_doses, site_of, chosen,
    backbone, fte, accounts, spent, hours, called_for, out,
):  # fmt: skip
    """Set every dose of the month; charge its cost, scaled down to what each payer can afford."""
    sites = backbone.size
    called_for[:] = 0.0
    empty(organization_doses)
    empty(site_doses)
    spent[:] = 0.0
    hours[:] = 0.0
    for o in range(order_lever.size):
        if month < order_from[o] or month >= order_until[o]:
            continue
        dose = order_dose[o]
        left = float(order_until[o] - month)
        if order_taper[o] > 0.0 and left <= order_taper[o]:
            dose *= left / (order_taper[o] + 1.0)
        at = np.int64(-1)
        on = False
        for n in range(order_first_target[o], order_first_target[o + 1]):
            t = targets[n]
            s = t if order_by_site[o] else site_of[t]
            if order_stage[o] >= 0 and chosen[order_stage[o], s] == 0:
                continue
            if order_indicator[o] >= 0:
                if s != at:  # targets are sorted by site
                    at = s
                    on = is_called_for(
                        month, s, order_from[o], order_indicator[o], order_above[o], order_on_at[o], order_off_at[o],
                        order_every[o], order_over[o], order_spell[o], out,
                    )  # fmt: skip
                    called_for[s] += 1.0 if on and dose > 0.0 else 0.0
                if not on:
                    continue
            if order_payer[o] == 0:
                purse = FUNDER
            elif order_payer[o] == 1:
                purse = FIRST_POOL + sites + backbone[s]
            elif order_payer[o] == 2 and not order_by_site[o]:
                purse = FIRST_POOL + sites + t
            else:
                purse = OUTSIDE
            wanted = int(order_cost[o] * dose)
            paid = wanted
            given = dose
            if purse > FUNDER and wanted > 0:
                paid = min(wanted, max(accounts[purse], 0))
                given = dose * paid / wanted
            accounts[purse] -= paid
            accounts[OUTSIDE] += paid
            spent[s] += paid / 100.0
            lever = order_lever[o]
            if order_by_site[o]:
                before = site_doses[lever, s]
                site_doses[lever, s] = before + given if order_sums[o] else 1.0 - (1.0 - before) * (1.0 - given)
            else:
                before = organization_doses[lever, t]
                organization_doses[lever, t] = before + given if order_sums[o] else 1.0 - (1.0 - before) * (1.0 - given)
                hours[t] += order_hours[o] * given


@kernel
def set_shocks(
    month, shock_kind, shock_by_site, shock_onset, shock_lasts, shock_decay, shock_depth, shock_first_target, struck,
    organization_shocks, site_shocks,
):  # fmt: skip
    """Set the depth of every shock: full for its duration, then halving with its half-life."""
    organization_shocks[:] = 0.0
    site_shocks[:] = 0.0
    for o in range(shock_kind.size):
        since = float(month - shock_onset[o])
        if since < 0.0:
            continue
        depth = shock_depth[o]
        if since >= shock_lasts[o]:
            depth *= exp(-LN2 * (since - shock_lasts[o]) / shock_decay[o]) if shock_decay[o] > 0.0 else 0.0
        if depth < 1e-3:
            depth = 0.0
        for n in range(shock_first_target[o], shock_first_target[o + 1]):
            t = struck[n]
            if shock_by_site[o]:
                site_shocks[shock_kind[o], t] = 1.0 - (1.0 - site_shocks[shock_kind[o], t]) * (1.0 - depth)
            else:
                before = organization_shocks[shock_kind[o], t]
                organization_shocks[shock_kind[o], t] = 1.0 - (1.0 - before) * (1.0 - depth)

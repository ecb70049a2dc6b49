"""The schedule: what interventions, grants and shocks set for this month, and what that costs.

A dose that its payer cannot afford is scaled down to what the payer has; what was asked and not paid is recorded.
The funder and the outside world always pay. Money moves by transfers alone.

Orders of one lever that overlap act as one, in effect, cost and hours: of a share, a second order adds what is still
missing; of an amount such as FTE, it comes on top. Each order's payer pays for what the order adds, in the order of the
file (the scenario's own first, then those of bundles). A site has no purse: what acts on a whole site and is to be paid
by organizations, the outside world pays.

An intervention may have a rule: every so many months from its first, it looks at the mean of one recorded
indicator of the site over the last months, and is in force while that is beyond a threshold. Whether it is on
follows from what is recorded alone, so a rule adds nothing to the state. The national table has no indicators
of its own and looks at the mean over the communities.

    an order adds: ordered dose · (1 − dose so far) of a share, ordered dose of an amount; in the order of the file
    asked of its payer = dollars · what it adds,   paid = min(asked, purse of the backbone or the organization)
    dose of a lever = Σ over its orders of what each adds · paid / asked; cost = dollars · dose, hours likewise

The month `until` is the first without it. What tapers falls in equal steps (`tapered`, `part_of_grant`; the cents of a
grant that are left over come with its last month); shocks last, then fade (`severity`); two of one kind are `combined`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import helper, inline, kernel, rule
from tfs_sim.model.numerics import LN2, exp
from tfs_sim.model.state import ACTIVE, BACKBONE, FIRST_POOL, FUNDER, OUTSIDE


class Parameters(NamedTuple):
    """When a shock is over; the rest of the schedule is the scenario's."""

    negligible: float = parameter(
        0.001,
        unit="share",
        plausible=(0.0005, 0.005),
        grade="assumed",
        meaning="Depth below which a shock that wears off is over.",
    )


MECHANISM = Mechanism(
    name="levers",
    rows=(),
    title="Schedule of levers",
    summary="Sets this month's doses and shocks and charges their cost to whoever pays.",
    source="The scenario file",
    parameters=Parameters,
    file=__name__,
)


@rule
def part_of_grant(cents, left, taper):
    """⌊full · min(1, left / (taper + 1))⌋: a month's part of a grant in whole cents; left, taper: months.

    cents: full, a month's part before the taper.
    """
    return cents * left // (taper + 1) if left <= taper else cents


@rule
def tapered(ordered, left, taper):
    """d · min(1, left / (taper + 1)): an ordered dose d with so many months left; left, taper: months."""
    return ordered * (left / (taper + 1.0)) if taper > 0.0 and left <= taper else ordered


@rule
def combined(one, other):
    """1 − (1 − d₁)(1 − d₂): what two that overlap come to; the second adds d₂ of what is still missing."""
    return 1.0 - (1.0 - one) * (1.0 - other)


@rule
def severity(depth, since, lasts, decay, p):
    """d · ½^((since − lasts + 1) / decay), d for the first `lasts` months: of a shock, `since` months after its onset.

    depth: d; decay: half-life, months (0: it ends at once). A shock is over once it is `negligible`.
    """
    after = float(since - lasts + 1)  # months since the last at full depth
    if after > 0.0:
        depth *= exp(-LN2 * after / decay) if decay > 0.0 else 0.0
    return 0.0 if depth < p.negligible else depth


@rule
def rise(depth, before):
    """max(d − d₀, 0): by how much a shock is deeper than it was a month before."""
    return max(depth - before, 0.0)


@kernel
def receive_grants(month, org, site, bank, grant):
    """Pay this month's part of each grant from the funder to the site's backbone; pass on what is flexible."""
    sites = site.backbone.size
    for s in range(sites):
        site.grants_received[s] = 0.0
    for g in range(grant.site.size):
        if month < grant.begins[g] or month >= grant.ends[g]:
            continue
        s = grant.site[g]
        if grant.stage[g] >= 0 and site.chosen[grant.stage[g], s] == 0:
            continue
        left = grant.ends[g] - month
        cents = part_of_grant(grant.cents[g], left, grant.taper[g])
        if left == 1:
            cents += grant.rest[g]
        lead = FIRST_POOL + sites + site.backbone[s]
        bank.accounts[FUNDER] -= cents
        bank.accounts[lead] += cents
        site.grants_received[s] += cents / 100.0
        if grant.flexible[g] <= 0.0:
            continue
        staff = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                staff += org.fte[i]
        if staff <= 0.0:
            continue
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                part = int(cents * grant.flexible[g] * (org.fte[i] / staff))
                bank.accounts[lead] -= part
                bank.accounts[FIRST_POOL + sites + i] += part


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
    called = False
    since = month
    for look in range(first, month + 1, every):
        if look == 0:
            continue  # nothing is recorded yet
        value = recorded(max(look - over, 0), look, s, metric, out)
        if (value > on_at) if above else (value < on_at):
            since = since if called else look
            called = True
        elif called and look - since >= spell:
            called = (value > off_at) if above else (value < off_at)
    return called


@inline
def empty(table):
    """Set a table of doses to nothing."""
    for row in range(table.shape[0]):
        for n in range(table.shape[1]):
            table[row, n] = 0.0


@kernel
def clear(org, site, organization_doses, site_doses):
    """Take last month's doses away, and what they cost."""
    empty(organization_doses)
    empty(site_doses)
    site.spent[:] = 0.0
    site.unpaid_backbone[:] = 0.0
    site.unpaid_partners[:] = 0.0
    org.hours[:] = 0.0
    site.called_for[:] = 0.0


@kernel
def set_doses(month, org, site, bank, order, organization_doses, site_doses, out):
    """Add every order's dose of the month; charge what it adds, scaled down to what its payer can afford."""
    sites = site.backbone.size
    for o in range(order.lever.size):
        if month < order.begins[o] or month >= order.ends[o]:
            continue
        wanted = tapered(order.dose[o], float(order.ends[o] - month), order.taper[o])
        at = np.int64(-1)
        called = False
        for n in range(order.first_target[o], order.first_target[o + 1]):
            t = order.target[n]
            s = t if order.by_site[o] else org.site_of[t]
            if order.stage[o] >= 0 and site.chosen[order.stage[o], s] == 0:
                continue
            if order.indicator[o] >= 0:
                if s != at:  # targets are sorted by site
                    at = s
                    called = is_called_for(
                        month,
                        s,
                        order.begins[o],
                        order.indicator[o],
                        order.above[o],
                        order.on_at[o],
                        order.off_at[o],
                        order.every[o],
                        order.over[o],
                        order.spell[o],
                        out,
                    )
                    site.called_for[s] += 1.0 if called and wanted > 0.0 else 0.0
                if not called:
                    continue
            lever = order.lever[o]
            before = site_doses[lever, t] if order.by_site[o] else organization_doses[lever, t]
            missing = 1.0 if order.sums[o] else 1.0 - before
            asked = int(order.cost[o] * (wanted * missing))
            purse = OUTSIDE
            if order.payer[o] == 0:
                purse = FUNDER
            elif order.payer[o] == 1:
                purse = FIRST_POOL + sites + site.backbone[s]
            elif order.payer[o] == 2 and not order.by_site[o]:
                purse = FIRST_POOL + sites + t
            paid = asked
            given = wanted
            if purse > FUNDER and asked > 0:
                paid = min(asked, max(bank.accounts[purse], 0))
                given = wanted * paid / asked
                if order.payer[o] == 1 or t == site.backbone[s]:  # a backbone that pays as an organization among others
                    site.unpaid_backbone[s] += (asked - paid) / 100.0
                else:
                    site.unpaid_partners[s] += (asked - paid) / 100.0
            bank.accounts[purse] -= paid
            bank.accounts[OUTSIDE] += paid
            site.spent[s] += paid / 100.0
            after = before + given if order.sums[o] else combined(before, given)
            if order.by_site[o]:
                site_doses[lever, t] = after
            else:
                organization_doses[lever, t] = after
                org.hours[t] += order.hours[o] * (given * missing)


@kernel
def set_shocks(month, shock, organization_shocks, site_shocks, p):
    """Set the depth of every shock: full for the months that it lasts, then halving with its half-life."""
    organization_shocks[:] = 0.0
    site_shocks[:] = 0.0
    for o in range(shock.kind.size):
        since = month - shock.onset[o]
        if since < 0:
            continue
        depth = severity(shock.depth[o], since, shock.lasts[o], shock.decay[o], p)
        for n in range(shock.first_target[o], shock.first_target[o + 1]):
            t = shock.target[n]
            if shock.by_site[o]:
                site_shocks[shock.kind[o], t] = combined(site_shocks[shock.kind[o], t], depth)
            else:
                before = organization_shocks[shock.kind[o], t]
                organization_shocks[shock.kind[o], t] = combined(before, depth)

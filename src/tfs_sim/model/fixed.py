"""What never changes: the arrays of `fixed`, the same in every replicate (see `state.py`).

Who exists and who could know whom, what a file says of how they begin, and what is scheduled.
"""

from __future__ import annotations

from tfs_sim.model.arrays import Bytes, Floats, Group, Integers, Places, Words, number
from tfs_sim.model.state import MAX_STAGES, G


class FixedOrganizations(Group, group="org", entity="organization"):
    """Who the organizations are."""

    organization_id: Words = number("hash of the declared identity: what its draws are keyed by")
    site_of: Places = number("its site")
    sector: Bytes = number("position in SECTORS")
    role: Bytes = number("position in ROLES")
    given_fte: Floats = number("staff given in the file, FTE (0: drawn)")
    local_index: Places = number("position within its site")
    given_joining: Integers = number(
        "month in which it joins, from 1 (0: at the table at the start, −1: its own choice)"
    )
    given_threshold: Floats = number("others at the table from which it takes part (−1: it weighs what it gains)")
    given_lowest: Floats = number("least first effort, share of the largest that it would give (−1: chosen or drawn)")
    given_highest: Floats = number("largest first effort, likewise")
    given_tenure: Integers = number("months in post of its representative in month 0 (−1: as it comes)")
    given_posts: Integers = number("its key people (−1: the mechanism's own number)")
    given_bid: Floats = number("first bid in a contest, dollars (−1: the mechanism's own)")
    given_own_influence: Floats = number("weight of its own last position, given in a file")
    affiliation: Integers = number("national organization whose network it is a member of (−1: none)")
    contribution: Bytes = number("what a national organization coaches its members in: position in CONTRIBUTIONS")
    first_relationship: Integers = number(
        "where an organization's begin in the list; the next entry, where they end", entity="row"
    )


class FixedRelationships(Group, group="rel", entity="relationship"):
    """Who could know whom."""

    source: Places = number("who looks")
    target: Places = number("who is looked at")
    reverse: Places = number("the same pair seen from the other end")
    pair: Places = number("the pair that it belongs to")
    relationships: Places = number("the list: every organization's, by target, one organization after the other")
    given_strength: Floats = number("strength of the tie given in the file, in [0, 1] (−1: drawn)")
    given_influence: Floats = number("weight of the target's position for the source, given in a file (−1: by trust)")


class FixedPairs(Group, group="dyad", entity="pair"):
    """Whose two ends belong together."""

    pair_id: Words = number("hash of the two identities")
    pair_site: Places = number("site of the pair's two organizations")
    one_end: Places = number("the organization of smaller identity")
    other_end: Places = number("the other one")


class FixedSites(Group, group="site", entity="site"):
    """What the communities are."""

    site_id: Words = number("hash of the site's identity")
    first_organization: Integers = number("where the site's organizations begin")
    end_organization: Integers = number("where they end (exclusive)")
    first_pair: Integers = number("where the site's pairs begin")
    end_pair: Integers = number("where they end (exclusive)")
    backbone: Integers = number("the organization that is the backbone")
    reach: Floats = number("how many possible acquaintances each pair that could know each other stands for")
    at_the_table: Floats = number("share of organizations that take part at the start")
    grievance_share: Floats = number("share of pairs with a difficult history")
    base_backbone_fte: Floats = number("backbone staff without any intervention, once the partnership begins, FTE")
    begins: Integers = number("month in which the partnership begins (at the start or before it: there already)")
    national_site: Bytes = number("1: the table of the national organizations, which is no community")
    students: Floats = number("students by group", by=(G,))
    given_choice: Bytes = number("1: history chose it at a stage of selection", by=(MAX_STAGES,))


class Orders(Group, group="order", entity="order"):
    """Which interventions are in force when, where and at whose cost."""

    order_lever: Places = number("row of the doses that a scheduled intervention sets")
    order_by_site: Bytes = number("1: the dose is a site's, 0: an organization's")
    order_begins: Integers = number("first month")
    order_ends: Integers = number("first month after it")
    order_taper: Floats = number("months over which the dose falls to zero before the end")
    order_dose: Floats = number("dose in the intervention's unit")
    order_sums: Bytes = number("1: doses of several orders add up, 0: shares combine as 1 − Π(1 − d)")
    order_cost: Floats = number("cents a month for a unit of dose and a target")
    order_hours: Floats = number("hours a month of a target partner's staff for a unit of dose")
    order_payer: Bytes = number("position in PAYERS")
    order_stage: Integers = number("stage of the selection whose communities alone it reaches (−1: everyone)")
    order_indicator: Integers = number("metric that its rule looks at (−1: it has no rule)")
    order_above: Bytes = number("1: its rule calls for it above the threshold, 0: below")
    order_on_at: Floats = number("threshold beyond which the rule calls for it")
    order_off_at: Floats = number("threshold at which it goes off again")
    order_every: Integers = number("months from one look at the indicator to the next")
    order_over: Integers = number("months over which the indicator's mean is taken")
    order_spell: Integers = number("months for which it stays on at least")
    order_first_target: Integers = number(
        "where an order's targets begin in `order_target`, and end", entity="order_row"
    )
    order_target: Places = number("organizations or sites that orders act on", entity="target")


class Shocks(Group, group="shock", entity="shock"):
    """What strikes when, and how deep."""

    shock_kind: Places = number("row of the shocks that it drives")
    shock_by_site: Bytes = number("1: sites are struck, 0: organizations")
    shock_onset: Integers = number("first month")
    shock_lasts: Integers = number("months at full depth")
    shock_decay: Floats = number("half-life afterwards, months")
    shock_depth: Floats = number("depth in [0, 1]")
    shock_first_target: Integers = number(
        "where a shock's targets begin in `shock_target`, and end", entity="shock_row"
    )
    shock_target: Places = number("organizations or sites that shocks strike", entity="struck")


class Grants(Group, group="grant", entity="grant"):
    """Which money the funder has promised to whom."""

    grant_site: Places = number("site whose backbone receives it")
    grant_begins: Integers = number("first month")
    grant_ends: Integers = number("first month after it")
    grant_cents: Integers = number("cents in the first month, and in every month before the taper")
    grant_rest: Integers = number("cents that the last month pays beyond its part, so that the sum is the amount")
    grant_taper: Integers = number("last months over which it falls in equal steps")
    grant_flexible: Floats = number("share that is passed on to the partners at the table")
    grant_stage: Integers = number("stage of the selection at which its site must be chosen (−1: none)")


class Stages(Group, group="stage", entity="stage"):
    """When communities are chosen."""

    stage_month: Integers = number("month in which the stage's communities are chosen")
    stage_places: Integers = number("how many are chosen")
    stage_pool: Integers = number("stage from whose chosen they come (−1: all communities)")
    stage_given: Bytes = number("1: chosen by the list of history, 0: by score")


class Goals(Group, group="goal", entity="goal"):
    """What partnerships have set themselves."""

    goal_site: Places = number("the partnership's site")
    goal_number: Integers = number("how many-th of its goals this is, from 0")
    goal_metric: Integers = number("metric that tells")
    goal_above: Bytes = number("1: reached at the level or above, 0: at it or below")
    goal_level: Floats = number("the level at which it is reached")
    goal_over: Integers = number("months over which the metric's mean is taken")
    goal_ends: Bytes = number("1: the partnership ends when it is reached")


FIXED = (
    *FixedOrganizations.fields,
    *FixedRelationships.fields,
    *FixedPairs.fields,
    *FixedSites.fields,
    *Orders.fields,
    *Shocks.fields,
    *Grants.fields,
    *Stages.fields,
    *Goals.fields,
)

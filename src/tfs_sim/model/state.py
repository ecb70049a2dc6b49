"""Every array of the world: what it holds, for whom, in which unit, between which bounds.

The world is two buffers of bytes: `fixed` (who exists, who could know whom, what is scheduled: the same in
every replicate) and `state` (everything that a month may change). Arrays are views of them, so copying
`state` is a fork. Arrays over need kinds, student groups or goal dimensions have that axis first.

Organizations are sorted by site and identity, pairs by site, which does not depend on the order of the input. The
relationships are every pair's from the end of smaller identity, in the order of pairs, and then every pair's from the
other end, so that both ends of all pairs are read one after the other. What is the same at both ends is held once, for
the pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfs_sim.model.arrays import Bytes, Floats, Group, Integers, Places, Words, amount, flag, number, share

SECTORS = (
    "district",
    "nonprofit",
    "health",
    "business",
    "government",
    "philanthropy",
    "higher_education",
    "community_group",
)
ROLES = ("partner", "backbone", "national")
PARTNER, BACKBONE, NATIONAL = range(3)
STATUSES = ("prospect", "reluctant", "active", "withdrawn")
PROSPECT, RELUCTANT, ACTIVE, WITHDRAWN = range(4)
NEEDS = ("academic", "health", "basic_needs", "family")
GROUPS = ("in_poverty", "other")
CONTRIBUTIONS = ("all", "network-reach", "case-management", "data-coaching")
REACH, CASES, DATA, COACHED = range(4)
PAYERS = ("funder", "backbone", "organization", "outside")
DELAY_STAGES = 4
MAX_LEVELS = 8
GOALS = 3
MAX_STAGES = 6
PRACTICES = 8
TALLY_DIGITS = 11  # a site has at most 2,000 organizations
PAYOFF_TERMS = 9
MONEY_REASONS = ("income", "spending", "award", "pool", "grant", "intervention", "emergency")

K, G = len(NEEDS), len(GROUPS)


class Organizations(Group, group="org", entity="organization"):
    """What changes of organizations."""

    base_fte: Floats = amount("staff when money is no problem", "FTE")
    fte: Floats = amount("staff now", "FTE")
    strength: Floats = share("how its capacity divides over the kinds of support", by=(K,))
    status: Bytes = number("position in STATUSES", "", 0, 0, 3)
    months_active: Integers = amount("months since joining", "months")
    effort: Floats = share("aligned work: share of what it does for students that is part of the shared plan")
    commitment: Floats = share("the representative's commitment: `yes on their heart`", 0.5)
    backing: Floats = share("support for the work inside the organization, built up by its representative", 1)
    belief: Floats = share("belief in collective efficacy: what working together is thought to gain", 0.5)
    joining_value: Floats = number("worth of a seat at the table over what it costs, last reckoned", "utility")
    in_post: Bytes = flag("1: the boundary spanner's post is filled", 1)
    notice: Integers = number("months until an announced departure (−1: none)", "months", -1, -1)
    vacancy: Integers = amount("months until the post is filled again", "months")
    waiting_for: Integers = amount("months until the successor found during the notice starts", "months")
    tenure: Integers = amount("months in post", "months", 24)
    person: Words = amount("how many-th person in the post")
    experience: Floats = share("the representative's experience in the post")
    leader_in_post: Bytes = flag("1: the leader's post is filled", 1)
    leader_vacancy: Integers = number("months until the leader's post is filled again", "months")
    key_departures: Floats = amount("key people who left this month, the representative among them", "people")
    has_changed: Bytes = flag("1: a key person has left since month 0")
    readiness: Floats = share("how ready it is to be asked to the table", 1)
    refused: Bytes = flag("1: it was invited this month and stayed away")
    ramp: Floats = share("the representative's understanding of the initiative and its own part", 1)
    departed: Bytes = flag("1: the representative left this month")
    arrived: Bytes = flag("1: a new representative began this month")
    documentation: Floats = share("how much of its part is written down")
    hours: Floats = amount("staff hours this month for the shared work beside delivery", "hours")
    bid_hours: Floats = amount("staff hours this month for preparing bids", "hours")
    bid: Floats = amount("spending on a bid in the next contest, by kind", "dollars", by=(K,))
    grant_income: Floats = amount("pooled money received this month", "dollars")
    pool_expected: Floats = amount("pooled money that it could expect this month", "dollars")
    awards_won: Integers = amount("contests won so far", "awards")
    payoff: Floats = number("coefficients of its payoff, last weighed", by=(PAYOFF_TERMS,))
    end_of_ties: Integers = amount("where its ties end in `ties`")
    contacts: Floats = amount("encounters this month", "encounters")
    contacts_at_table: Floats = amount("encounters this month in which both took part", "encounters")
    quality: Floats = share("quality of its work: how much of what it does is what works", 1)
    portfolio: Floats = amount("pull of everything else it does", "utility")
    peer_norm: Floats = share("trust-weighted effort of those it has ties with")
    team_rank: Integers = amount("order of recognized strength within the site, by kind", by=(K,))
    team: Integers = number("its team this month, by kind (−1: none)", "", -1, -1, by=(K,))
    recognized: Floats = amount("how strong it seems to the partnership, by kind", "share", by=(K,))
    strength_term: Floats = amount("its strength as a summand of the power mean, by kind", by=(K,))
    input: Floats = amount("input to joint work, by kind", "FTE", by=(K,))
    team_members: Floats = amount("members of the team that it leads, by kind", by=(K,))
    team_trust: Floats = amount("within a month: trust × alignment over that team's pairs", by=(K,))
    team_pairs: Floats = amount("within a month: pairs with a candidate relationship", by=(K,))
    team_output: Floats = amount("joint output of the team that it leads, by kind", "FTE", by=(K,))
    team_input: Floats = amount("within a month: input to the team that it leads, by kind", "FTE", by=(K,))
    ledger: Floats = number(
        "what it gained of working together less what it gave, lately", "FTE for each FTE", 0, -1, 1
    )
    team_terms: Floats = amount("within a month: summands of the power mean", by=(K,))
    referrer: Integers = number("relationship with the neighbour who may refer this month (−1: none)", "", -1, -1)
    beliefs_for: Words = number("bits: facts that it believes to work for students")
    beliefs_against: Words = number("bits: facts that it believes not to work")
    actions: Words = number("within a month: bits: what it did this month")
    results: Integers = number("within a month: what came of it: right actions less wrong ones", "facts", 0, -64, 64)
    rules_changed: Floats = share("depth of the policy change that was felt last month")
    mission: Floats = number("its own mission: a point in goal space", "", 0, 0, 1, by=(GOALS,))
    position: Floats = number("its position on the goals of the shared work", "", 0, 0, 1, by=(GOALS,))
    goal_estimate: Floats = number("what it takes the shared goals to be", "", 0, 0, 1, by=(GOALS,))
    goal_prior: Floats = number("its position when it last formed that estimate", "", 0, 0, 1, by=(GOALS,))
    goal_variance: Floats = amount("variance of that estimate")
    clarity: Floats = share("how clear the shared goals are to its representative", 1)
    flexibility: Floats = share("share of the way to the shared goals that it gives way")
    mission_strain: Floats = amount("cost of having left its mission's core", "utility")
    attention: Floats = share("the initiative's share of its leaders' attention", 1)
    openness: Floats = share("weight of others' positions against its own mission")
    principles: Floats = share("how far a national organization has made the shared principles its own")
    coaching: Floats = share("coaching by its national organization, by kind", by=(COACHED,))
    mistake_felt: Floats = share("depth of a national's mistake that was felt last month")
    stake: Floats = share("share that contests have in what it may earn beyond its usual income", 1)
    team_code: Words = number("its teams as four numbers of 16 bits, none shared with anyone but members")
    apart: Floats = amount("within a month: capacity for separate work", "FTE")
    alone: Floats = amount("within a month: capacity if there were no joint work at all", "FTE")
    presence: Floats = number(
        "within a month: chance to be met this month, negative where not at the table", "", 0, -1, 1
    )
    reliability: Floats = amount("within a month: chance of keeping a promise this month")


class Relationships(Group, group="rel", entity="relationship"):
    """What changes of one organization's relationship with another."""

    personal_good: Floats = amount("evidence of promises kept, carried by the two people", "encounters")
    personal_bad: Floats = amount("evidence of promises broken, carried by the two people", "encounters")
    institutional_good: Floats = amount("evidence of promises kept, carried by the organizations", "encounters")
    institutional_bad: Floats = amount("evidence of promises broken, carried by the organizations", "encounters")
    grievance: Floats = share("difficult history")
    betrayal: Floats = amount("evidence of deceit, carried by the two people, which does not fade", "encounters")
    forgiveness: Floats = share("how ready the injured side is to forgive", 0.5)
    trust: Floats = share("effective trust", 0.5)
    strain: Floats = share("between nationals: what mistakes have left behind")
    friction: Floats = share("between nationals: how far their networks work against each other")
    ties: Places = number("by organization, where its `relationships` are: those that are ties, by target")
    failed: Bytes = flag("1: the other end broke a promise this month")


class Pairs(Group, group="dyad", entity="pair"):
    """What changes of two organizations, seen from neither end."""

    is_open: Bytes = flag("1: a tie; 0: dormant")
    idle: Floats = amount("months since the last encounter", "months")
    met: Bytes = flag("1: an encounter this month")
    overlap: Floats = share("niche overlap: how alike the two organizations' strengths are")
    alignment: Floats = share("agreement on the ends of the shared work", 1)
    luck: Places = number("within a month: random words of this month's encounters", by=(4,))
    meetings_expected: Floats = amount("within a month: encounters to be expected this month, then the chance of one")
    teammates: Places = amount("list of the pairs in one team, as teams were last formed", "", 2**32 - 1)
    meeting: Places = number(
        "within a month: list of the pairs that meet this month, then of those in which somebody failed"
    )


class Sites(Group, group="site", entity="site"):
    """What changes of sites."""

    backbone_fte: Floats = amount("backbone staff now", "FTE")
    commitment_here: Floats = number("how much more committed people are than elsewhere", "share")
    promises_here: Floats = number("how many more promises are kept than elsewhere", "share")
    staff_here: Floats = amount("factor on staff, against elsewhere", "", 1)
    leaving_here: Floats = amount("factor on the hazard of leaving, against elsewhere", "", 1)
    tradition_here: Floats = number("how much more a seat is worth than elsewhere", "utility")
    own_backbone_fte: Floats = amount("staff that its host gives to the backbone", "FTE")
    hosted: Bytes = flag("1: an organization hosts the backbone", 1)
    backbone_hours: Floats = amount("backbone hours available this month", "hours")
    load: Floats = amount("coordination work this month", "hours")
    coordination: Floats = share("quality of coordination: hours over load, at most 1", 1)
    severity: Floats = share("depth of the crisis now")
    contact_factor: Floats = share("share of usual contact that is possible", 1)
    income_factor: Floats = amount("income against the usual", "", 1)
    leaving_factor: Floats = amount("hazard of leaving against the usual", "", 1)
    salience: Floats = amount("how much more it weighs what trusted peers give", "utility")
    rise_of_need: Floats = number("how many more need a kind of support than usual", "share", 0, -1, by=(K,))
    need: Floats = amount("students in need, by kind and group", "students", by=(K, G))
    served: Floats = amount("students served this month, by kind and group", "students", by=(K, G))
    joint_gain: Floats = number("joint gain G this month", "student-months")
    performance: Floats = number("G for 1,000 student-months of need")
    gross_gain: Floats = number("the same if joint work took nothing from separate work")
    gain_seen: Floats = number("G for 1,000 student-months of need in ordinary times: what people see it do")
    joint_output: Floats = amount("joint work this month, all kinds", "student-months")
    separate_output: Floats = amount("separate work this month, all kinds", "student-months")
    delay: Floats = share("stages of the delay from support to outcome, by group", by=(DELAY_STAGES, G))
    outcome_at_start: Floats = share("outcome level before month 0, by group", by=(G,))
    recognition: Floats = share("how far partners know and respect each other's strengths")
    family_engagement: Floats = share("engagement of parents and students in the shared work")
    community_support: Floats = share("support of parents, students and neighbours", 0.5)
    chosen: Bytes = flag("1: chosen at a stage of the selection", by=(MAX_STAGES,))
    stage_reached: Integers = number("last stage of the selection at which it was chosen (0: none)", "", 0, 0, 6)
    site_readiness: Floats = share("readiness when it last stood for selection")
    score: Floats = number("score when a choice was last made by scores (old readiness if it did not stand)", "sd")
    practices: Bytes = flag("1: uses a practice of coordination", by=(PRACTICES,))
    practice_time: Floats = amount("factor that its practices make on its coordination work", "", 1)
    take_up: Floats = share("share of what is offered that families take up", 1)
    time_to_service: Floats = amount("mean wait of families whose emergencies arrived last", "weeks")
    award_due: Floats = amount("contested money not yet awarded, by kind", "dollars", by=(K,))
    pool_payout: Floats = amount("pooled money shared out last month", "dollars")
    meeting_gap: Integers = amount("months since the last joint meeting", "months")
    dead_months: Integers = amount("months in a row in which the partnership was not alive", "months")
    goals_reached: Integers = amount("how many of its goals the partnership has reached")
    dissolved: Bytes = flag("1: the partnership has ended with its goals met")
    has_lived: Bytes = flag("1: the partnership has been alive")
    hosted_then: Bytes = flag("1: it had a host when it was last seen to stop being alive", 1)
    bitterness: Floats = share(
        "ties between its organizations with less trust than strangers get, when it last broke off"
    )
    ending: Bytes = number("how it ended: 0 not, 1 goals met, 2 faded, 3 broke up, 4 lost its host", "", 0, 0, 4)
    recent_joins: Floats = amount("newcomers at the table, fading over a quarter", "organizations")
    conflicts: Floats = amount("encounters between partners that went badly this month", "encounters")
    departures: Floats = amount("representatives who left this month", "people")
    joined: Floats = amount("organizations that joined this month", "organizations")
    withdrew: Floats = amount("organizations that withdrew this month", "organizations")
    reality: Words = number("bits: what works for its students")
    agenda_for: Words = number("bits: facts that the common agenda says work")
    agenda_against: Words = number("bits: facts that it says do not")
    agenda_knowledge: Floats = number("right facts of the agenda less wrong ones, over all", "share", 0, -1, 1)
    shared_goals: Floats = number("mean position of its partners", "", 0.5, 0, 1, by=(GOALS,))
    mean_attention: Floats = share("mean share of attention that its partners give the initiative", 1)
    esteem_weight: Floats = amount("worth of being seen far above the rest against far below", "utility")
    by_seen: Floats = share("share of the pool that follows contributions as they are seen; the rest goes by staff", 1)
    esteem_bar: Floats = amount("mean effort of partners, relative to the largest")
    esteem_slope: Floats = amount("how sharply contributions are seen")
    mean_clarity: Floats = share("mean clarity of its partners", 1)
    clarity_spread: Floats = share("standard deviation of clarity between its partners")
    perceived_agreement: Floats = share("mean agreement of partners with what they take the shared goals to be", 1)
    actual_agreement: Floats = share("mean agreement of partners with the shared goals", 1)
    data: Floats = share("how far shared data show who does what, and what comes of it")
    spent: Floats = amount("cost of interventions and coordination this month", "dollars")
    unpaid_backbone: Floats = amount("asked of its backbone for interventions this month and not paid", "dollars")
    unpaid_partners: Floats = amount("asked of its organizations for what they pay themselves and not paid", "dollars")
    grants_received: Floats = amount("grant money received this month", "dollars")
    called_for: Floats = amount("interventions in force because their rule calls for them", "interventions")


class Levels(Group, group="site", entity="level"):
    """What each level of effort would bring, by site."""

    level_term: Floats = amount("summand of the power mean that an effort level makes")
    level_shown: Floats = amount("what may be expected to be seen of it, for each FTE", "FTE")
    level_cost: Floats = number("its own rising cost, less the esteem that it brings", "utility")


class Bank(Group, group="bank", entity="account"):
    """Who holds how much money."""

    accounts: Integers = number("cents: the outside world, the funder, each site's pool, each organization")


STATE = (*Organizations.fields, *Relationships.fields, *Pairs.fields, *Sites.fields, *Levels.fields, *Bank.fields)

OUTSIDE, FUNDER, FIRST_POOL = 0, 1, 2
"""Places in `accounts`: the outside world, the funder, then the sites' pools, then the organizations."""


def domain_mistakes(world: Any) -> list[str]:
    """Return a sentence for each array of `world` that has a value outside of its declared domain, or NaN."""
    found = []
    for field in STATE:
        values = getattr(world, field.name)
        if values.size == 0:
            continue
        bad = ~((values >= field.low) & (values <= field.high))
        if bad.any():
            where = tuple(int(axis[0]) for axis in np.nonzero(bad))
            found.append(f"{field.name}{list(where)} is {values[where]}, not in [{field.low}, {field.high}]")
    return found

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

from dataclasses import dataclass
from typing import Literal

import numpy as np

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
TALLY_DIGITS = 9  # a site has at most 500 organizations
PAYOFF_TERMS = 9
MONEY_REASONS = ("income", "spending", "award", "pool", "grant", "intervention", "emergency")

Entity = Literal[
    "organization",
    "relationship",
    "pair",
    "site",
    "account",
    "level",
    "choice",
    "order",
    "shock",
    "grant",
    "stage",
    "row",
    "order_row",
    "shock_row",
    "target",
    "struck",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One array. `inner` are the sizes of the axes before the entity's; `initial` is its neutral value."""

    name: str
    entity: Entity
    dtype: str
    meaning: str
    unit: str = ""
    initial: float = 0.0
    low: float = -np.inf
    high: float = np.inf
    inner: tuple[int, ...] = ()
    fixed: bool = False


K, G = len(NEEDS), len(GROUPS)


def _share(name: str, entity: Entity, meaning: str, initial: float = 0.0) -> Field:
    return Field(name, entity, "f8", meaning, "share", initial, 0.0, 1.0)


def _amount(name: str, entity: Entity, meaning: str, unit: str = "", initial: float = 0.0) -> Field:
    return Field(name, entity, "f8", meaning, unit, initial, 0.0)


def _amount_by_kind(name: str, meaning: str, unit: str = "") -> Field:
    return Field(name, "organization", "f8", meaning, unit, 0.0, 0.0, inner=(K,))


def _flag(name: str, entity: Entity, meaning: str, initial: float = 0.0) -> Field:
    return Field(name, entity, "u1", meaning, "", initial, 0.0, 1.0)


ORGANIZATION: tuple[Field, ...] = (
    _amount("base_fte", "organization", "staff when money is no problem", "FTE"),
    _amount("fte", "organization", "staff now", "FTE"),
    Field("strength", "organization", "f8", "how its capacity divides over the kinds of support", "share", 0.0, 0.0, 1.0,
          (K,)),
    Field("status", "organization", "u1", "position in STATUSES", "", PROSPECT, 0, 3),
    Field("months_active", "organization", "i8", "months since joining", "months", 0, 0),
    _share("effort", "organization", "share of capacity given to the shared work"),
    _share("commitment", "organization", "the representative's commitment: `yes on their heart`", 0.5),
    _share("backing", "organization", "support for the work inside the organization, built up by its representative", 1.0),
    _share("belief", "organization", "belief in collective efficacy: what working together is thought to gain", 0.5),
    Field("joining_value", "organization", "f8", "payoff of taking part over staying away, last reckoned", "utility"),
    _flag("in_post", "organization", "1: the boundary spanner's post is filled", 1),
    Field("notice", "organization", "i8", "months until an announced departure (−1: none)", "months", -1, -1),
    Field("vacancy", "organization", "i8", "months until the post is filled again", "months", 0, 0),
    Field("waiting_for", "organization", "i8", "months until the successor found during the notice starts", "months", 0, 0),
    Field("tenure", "organization", "i8", "months in post", "months", 24, 0),
    Field("person", "organization", "u8", "how many-th person in the post", "", 0, 0),
    _share("readiness", "organization", "how ready it is to be asked to the table", 1.0),
    _flag("refused", "organization", "1: it was invited this month and stayed away"),
    _share("ramp", "organization", "the representative's understanding of the initiative and its own part", 1.0),
    _flag("departed", "organization", "1: the representative left this month"),
    _flag("arrived", "organization", "1: a new representative began this month"),
    _share("documentation", "organization", "how much of its part is written down"),
    _amount("hours", "organization", "staff hours this month for the shared work beside delivery", "hours"),
    _amount("bid_hours", "organization", "staff hours this month for preparing bids", "hours"),
    Field("bid", "organization", "f8", "spending on a bid in the next contest, by kind", "dollars", 0.0, 0.0, np.inf, (K,)),
    _amount("grant_income", "organization", "pooled money received this month", "dollars"),
    _amount("pool_expected", "organization", "pooled money that it could expect this month", "dollars"),
    Field("awards_won", "organization", "i8", "contests won so far", "awards", 0, 0),
    Field("next_effort", "organization", "f8", "scratch: effort chosen for this month (−1: unchanged)", "share", -1, -1, 1),
    Field("utility", "organization", "f8", "scratch: payoff of each effort level", "", inner=(MAX_LEVELS,)),
    Field("organization_luck", "organization", "u4", "scratch: random words of one kind of draw", "", inner=(4,)),
    Field("payoff", "organization", "f8", "coefficients of its payoff, last weighed", "", inner=(PAYOFF_TERMS,)),
    Field("weighed", "organization", "f8", "scratch: the same, in the order of `deciders`", "", inner=(PAYOFF_TERMS,)),
    Field("kind", "organization", "i8", "scratch: who of them sees the same of others in a team as large", "", 0, 0),
    Field("deciders", "organization", "i8", "scratch: a list of organizations"),
    Field("unvisited", "organization", "u8", "scratch: bits over a site's organizations"),
    Field("end_of_ties", "organization", "i8", "where its ties end in `ties`", "", 0, 0),
    _amount("contacts", "organization", "encounters this month", "encounters"),
    _amount("contacts_at_table", "organization", "encounters this month in which both took part", "encounters"),
    _amount("favour", "organization", "scratch: how much more of the invitations it gets"),
    Field("order", "organization", "i8", "scratch: order in which organizations choose"),
    _share("quality", "organization", "quality of its work: how much of what it does is what works", 1.0),
    _amount("portfolio", "organization", "pull of everything else it does", "utility"),
    Field("peer_norm", "organization", "f8", "trust-weighted effort of those it has ties with", "share", 0, 0, 1),
    Field("team_rank", "organization", "i8", "order of recognized strength within the site, by kind", "", 0, 0, np.inf, (K,)),
    Field("team", "organization", "i8", "its team this month, by kind (−1: none)", "", -1, -1, np.inf, (K,)),
    _amount_by_kind("recognized", "how strong it seems to the partnership, by kind", "share"),
    _amount_by_kind("strength_term", "its strength as a summand of the power mean, by kind"),
    _amount("brought", "organization", "scratch: capacity that it brings to joint work", "FTE"),
    Field("input", "organization", "f8", "input to joint work, by kind", "FTE", 0.0, 0.0, np.inf, (K,)),
    Field("team_members", "organization", "f8", "members of the team that it leads, by kind", "", 0, 0, np.inf, (K,)),
    Field("team_trust", "organization", "f8", "scratch: trust × alignment over that team's pairs", "", 0, 0, np.inf, (K,)),
    Field("team_pairs", "organization", "f8", "scratch: pairs with a candidate relationship", "", 0, 0, np.inf, (K,)),
    Field("team_output", "organization", "f8", "joint output of the team that it leads, by kind", "FTE", 0, 0, np.inf, (K,)),
    Field("team_input", "organization", "f8", "scratch: input to the team that it leads, by kind", "FTE", 0, 0, np.inf, (K,)),
    Field("ledger", "organization", "f8", "what it gained of working together less what it gave, lately", "FTE for each FTE",
          0, -1, 1),
    Field("team_terms", "organization", "f8", "scratch: summands of the power mean", "", 0, 0, np.inf, (K,)),
    Field("referrer", "organization", "i8", "relationship with the neighbour who may refer this month (−1: none)", "", -1, -1),
    Field("beliefs_for", "organization", "u8", "bits: facts that it believes to work for students"),
    Field("beliefs_against", "organization", "u8", "bits: facts that it believes not to work"),
    Field("actions", "organization", "u8", "scratch: bits: what it did this month"),
    Field("differing", "organization", "u8", "scratch: bits: facts on which it differs from the agenda, in a list's order"),
    Field("digits", "organization", "u8", "scratch: binary digits of its chance to learn one of them, in that order"),
    Field("just_now", "organization", "u8", "scratch: bits: those of them that it learns in this round, in that order"),
    Field("listed_id", "organization", "u8", "scratch: identities of the organizations of a list"),
    Field("moved", "organization", "u8", "scratch: bits: beliefs that move a step"),
    Field("seen_results", "organization", "f8", "scratch: that, as others see it", "facts"),
    Field("results", "organization", "i8", "scratch: what came of it: right actions less wrong ones", "facts", 0, -64, 64),
    _share("rules_changed", "organization", "depth of the policy change that was felt last month"),
    Field("mission", "organization", "f8", "its own mission: a point in goal space", "", 0.0, 0.0, 1.0, (GOALS,)),
    Field("position", "organization", "f8", "its position on the goals of the shared work", "", 0.0, 0.0, 1.0, (GOALS,)),
    Field("next_position", "organization", "f8", "scratch: the position that it moves to", "", 0.0, 0.0, 1.0, (GOALS,)),
    Field("goal_estimate", "organization", "f8", "what it takes the shared goals to be", "", 0.0, 0.0, 1.0, (GOALS,)),
    Field("goal_prior", "organization", "f8", "its position when it last formed that estimate", "", 0.0, 0.0, 1.0, (GOALS,)),
    _amount("goal_variance", "organization", "variance of that estimate"),
    _share("clarity", "organization", "how clear the shared goals are to its representative", 1.0),
    _share("flexibility", "organization", "share of the way to the shared goals that it gives way"),
    _amount("mission_strain", "organization", "cost of having left its mission's core", "utility"),
    _share("attention", "organization", "the initiative's share of its leaders' attention", 1.0),
    _share("openness", "organization", "weight of others' positions against its own mission"),
    _share("principles", "organization", "how far a national organization has made the shared principles its own"),
    Field("coaching", "organization", "f8", "coaching by its national organization, by kind", "share", 0.0, 0.0, 1.0,
          (COACHED,)),
    _share("mistake_felt", "organization", "depth of a national's mistake that was felt last month"),
    _share("stake", "organization", "share that contests have in what it may earn beyond its usual income", 1.0),
    Field("team_code", "organization", "u8", "its teams as four numbers of 16 bits, none shared with anyone but members"),
    _amount("apart", "organization", "scratch: capacity for separate work", "FTE"),
    _amount("alone", "organization", "scratch: capacity if there were no joint work at all", "FTE"),
    Field("input_term", "organization", "f8", "scratch: mean term of the input, by kind", "", 0, 0, np.inf, (K,)),
    Field("presence", "organization", "f8", "scratch: chance to be met this month, negative where not at the table", "",
          0.0, -1.0, 1.0),
    _amount("reliability", "organization", "scratch: chance of keeping a promise this month"),
)  # fmt: skip

RELATIONSHIP: tuple[Field, ...] = (
    _amount("personal_good", "relationship", "evidence of promises kept, carried by the two people", "encounters"),
    _amount("personal_bad", "relationship", "evidence of promises broken, carried by the two people", "encounters"),
    _amount("institutional_good", "relationship", "evidence of promises kept, carried by the organizations", "encounters"),
    _amount("institutional_bad", "relationship", "evidence of promises broken, carried by the organizations", "encounters"),
    _share("grievance", "relationship", "difficult history"),
    _amount("betrayal", "relationship", "evidence of deceit, carried by the two people, which does not fade", "encounters"),
    _share("forgiveness", "relationship", "how ready the injured side is to forgive", 0.5),
    _share("trust", "relationship", "effective trust", 0.5),
    _share("strain", "relationship", "between nationals: what mistakes have left behind"),
    _share("friction", "relationship", "between nationals: how far their networks work against each other"),
    Field("ties", "relationship", "u4", "by organization, where its `relationships` are: those that are ties, by target"),
    _flag("failed", "relationship", "1: the other end broke a promise this month"),
)  # fmt: skip

PAIR: tuple[Field, ...] = (
    _flag("is_open", "pair", "1: a tie; 0: dormant"),
    _amount("idle", "pair", "months since the last encounter", "months"),
    _flag("met", "pair", "1: an encounter this month"),
    _share("overlap", "pair", "niche overlap: how alike the two organizations' strengths are"),
    _share("alignment", "pair", "agreement on the ends of the shared work", 1.0),
    Field("luck", "pair", "u4", "scratch: random words of this month's encounters", "", inner=(4,)),
    _amount("meetings_expected", "pair", "scratch: encounters to be expected this month, then the chance of one"),
    Field("listed_luck", "pair", "u4", "scratch: random words of the pairs of a list", inner=(4,)),
    Field("listed_pair_id", "pair", "u8", "scratch: identities of the pairs of a list"),
    Field("disused", "pair", "u4", "scratch: list of the ties that may close"),
    Field("let_down", "pair", "u4", "scratch: list of the pairs in which one end was let down"),
    Field("teammates", "pair", "u4", "list of the pairs in one team, as teams were last formed", "", 2**32 - 1, 0),
    Field(
        "meeting",
        "pair",
        "u4",
        "scratch: list of the pairs that meet this month, then of those in which somebody failed",
    ),
)

SITE: tuple[Field, ...] = (
    _amount("backbone_fte", "site", "backbone staff now", "FTE"),
    _amount("backbone_hours", "site", "backbone hours available this month", "hours"),
    _amount("load", "site", "coordination work this month", "hours"),
    _share("coordination", "site", "quality of coordination: hours over load, at most 1", 1.0),
    _share("severity", "site", "depth of the crisis now"),
    _share("contact_factor", "site", "share of usual contact that is possible", 1.0),
    _amount("income_factor", "site", "income against the usual", "", 1.0),
    _amount("leaving_factor", "site", "hazard of leaving against the usual", "", 1.0),
    _amount("salience", "site", "added commitment to the shared purpose", "utility"),
    Field("need", "site", "f8", "students in need, by kind and group", "students", 0.0, 0.0, np.inf, (K, G)),
    Field("served", "site", "f8", "students served this month, by kind and group", "students", 0.0, 0.0, np.inf, (K, G)),
    Field("joint_gain", "site", "f8", "joint gain G this month", "student-months"),
    Field("performance", "site", "f8", "G for 1,000 student-months of need"),
    Field("gain_seen", "site", "f8", "G for 1,000 student-months of need in ordinary times: what people see it do"),
    _amount("joint_output", "site", "joint work this month, all kinds", "student-months"),
    _amount("separate_output", "site", "separate work this month, all kinds", "student-months"),
    Field("delay", "site", "f8", "stages of the delay from support to outcome, by group", "share", 0.0, 0.0, 1.0,
          (DELAY_STAGES, G)),
    Field("outcome_at_start", "site", "f8", "outcome level before the run, by group", "share", 0.0, 0.0, 1.0, (G,)),
    _share("recognition", "site", "how far partners know and respect each other's strengths"),
    _share("family_engagement", "site", "engagement of parents and students in the shared work"),
    _share("community_support", "site", "support of parents, students and neighbours", 0.5),
    Field("chosen", "site", "u1", "1: chosen at a stage of the selection", "", 0, 0, 1, (MAX_STAGES,)),
    Field("stage_reached", "site", "i8", "last stage of the selection at which it was chosen (0: none)", "", 0, 0, MAX_STAGES),
    _share("site_readiness", "site", "readiness when it last stood for selection"),
    Field("score", "site", "f8", "score when it last stood for selection", "sd"),
    Field("practices", "site", "u1", "1: uses a practice of coordination", "", 0, 0, 1, (PRACTICES,)),
    _amount("practice_time", "site", "factor that its practices make on its coordination work", "", 1.0),
    _share("take_up", "site", "share of what is offered that families take up", 1.0),
    _amount("time_to_service", "site", "mean wait of families whose emergencies arrived last", "weeks"),
    Field("award_due", "site", "f8", "contested money not yet awarded, by kind", "dollars", 0.0, 0.0, np.inf, (K,)),
    _amount("pool_payout", "site", "pooled money shared out last month", "dollars"),
    Field("meeting_gap", "site", "i8", "months since the last joint meeting", "months", 0, 0),
    Field("dead_months", "site", "i8", "months in a row in which the partnership was not alive", "months", 0, 0),
    _share("bitterness", "site", "ties between its organizations with less trust than strangers get, when it last broke off"),
    Field("ending", "site", "u1", "how it ended: 0 not, 1 goals met, 2 faded, 3 broke up", "", 0, 0, 3),
    Field("recent_joins", "site", "f8", "newcomers at the table, fading over a quarter", "organizations", 0, 0),
    Field("conflicts", "site", "f8", "encounters between partners that went badly this month", "encounters", 0, 0),
    Field("departures", "site", "f8", "representatives who left this month", "people", 0, 0),
    Field("joined", "site", "f8", "organizations that joined this month", "organizations", 0, 0),
    Field("withdrew", "site", "f8", "organizations that withdrew this month", "organizations", 0, 0),
    Field("reality", "site", "u8", "bits: what works for its students"),
    Field("agenda_for", "site", "u8", "bits: facts that the common agenda says work"),
    Field("agenda_against", "site", "u8", "bits: facts that it says do not"),
    Field("tally", "site", "u8", "scratch: binary digits of the number of organizations that act on each fact",
          inner=(TALLY_DIGITS,)),
    Field("agenda_knowledge", "site", "f8", "right facts of the agenda less wrong ones, over all", "share", 0.0, -1.0, 1.0),
    Field("shared_goals", "site", "f8", "mean position of its partners", "", 0.5, 0.0, 1.0, (GOALS,)),
    _share("mean_attention", "site", "mean share of attention that its partners give the initiative", 1.0),
    _amount("esteem_weight", "site", "worth of being seen far above the rest against far below", "utility"),
    _share("by_seen", "site", "share of the pool that follows contributions as they are seen; the rest goes by staff", 1.0),
    _amount("esteem_bar", "site", "mean effort of partners, relative to the largest"),
    _amount("esteem_slope", "site", "how sharply contributions are seen"),
    _share("mean_clarity", "site", "mean clarity of its partners", 1.0),
    _share("clarity_spread", "site", "standard deviation of clarity between its partners"),
    _share("perceived_agreement", "site", "mean agreement of partners with what they take the shared goals to be", 1.0),
    _share("actual_agreement", "site", "mean agreement of partners with the shared goals", 1.0),
    _share("data", "site", "how far shared data show who does what, and what comes of it"),
    _amount("spent", "site", "cost of interventions and coordination this month", "dollars"),
    _amount("unpaid_backbone", "site", "asked of its backbone for interventions this month and not paid", "dollars"),
    _amount("unpaid_partners", "site", "asked of its organizations for what they pay themselves and not paid", "dollars"),
    _amount("grants_received", "site", "grant money received this month", "dollars"),
    _amount("called_for", "site", "interventions in force because their rule calls for them", "interventions"),
)  # fmt: skip

ACCOUNT: tuple[Field, ...] = (
    Field("accounts", "account", "i8", "cents: the outside world, the funder, each site's pool, each organization"),
)

LEVEL: tuple[Field, ...] = (
    _amount("level_term", "level", "summand of the power mean that an effort level makes, by site"),
    _amount("level_shown", "level", "what may be expected to be seen of it, for each FTE", "FTE"),
    Field("level_cost", "level", "f8", "its own rising cost, less the esteem that it brings", "utility"),
)
CHOICE: tuple[Field, ...] = (
    _amount("team_mean", "choice", "scratch: mean effort of a team, by kind of organization and level of its own"),
)

STATE = ORGANIZATION + RELATIONSHIP + PAIR + SITE + ACCOUNT + LEVEL + CHOICE

OUTSIDE, FUNDER, FIRST_POOL = 0, 1, 2
"""Places in `accounts`: the outside world, the funder, then the sites' pools, then the organizations."""


def domain_mistakes(world: object) -> list[str]:
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

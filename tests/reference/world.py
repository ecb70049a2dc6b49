"""Who and what there is: organizations, relationships, communities, and what is scheduled, as plain objects.

Attributes are called as the arrays of `docs/model/state.md`. What is by kind of need, by group of students or by what
nationals coach in is a dictionary; points in goal space are lists; lists of indices are references to objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.partnership import mesa  # imported there with care for what else runs in the process
from tfs_sim.model.state import CONTRIBUTIONS, DELAY_STAGES, GOALS, GROUPS, MAX_LEVELS, MAX_STAGES, NEEDS, PRACTICES

if TYPE_CHECKING:
    from reference.model import Partnership

COACHED = CONTRIBUTIONS[1:]
ByNeed = dict[str, float]
ORGANIZATION_LEVERS = tuple(name for name, lever in INTERVENTIONS.items() if lever.scope == "organization")
SITE_LEVERS = tuple(name for name, lever in INTERVENTIONS.items() if lever.scope == "site")
ORGANIZATION_SHOCKS = tuple(name for name, shock in SHOCKS.items() if shock.scope == "organization")
SITE_SHOCKS = tuple(name for name, shock in SHOCKS.items() if shock.scope == "site")


def by_need(value: float = 0.0) -> ByNeed:
    """Return a number for each kind of need."""
    return dict.fromkeys(NEEDS, value)


@dataclass(slots=True)
class Payoff:
    """What an organization's payoff is made of, as it was last weighed (see `payoff.py`)."""

    scale: float = 0.0
    linear: float = 0.0
    money: float = 0.0
    rest: float = 0.0
    seen: float = 0.0
    size: float = 0.0
    even: float = 0.0


class Organization(mesa.Agent):  # type: ignore[misc]
    """An organization and the person who represents it."""

    def __init__(self, model: Partnership, identity: str, organization_id: int, sector: str, role: str) -> None:
        super().__init__(model)
        self.identity = identity
        self.organization_id = organization_id
        self.sector = sector
        self.role = role
        self.site: Site
        self.network: Organization | None = None
        self.contribution = "all"
        self.relationships: dict[Organization, Relationship] = {}
        self.ties: dict[Organization, Relationship] = {}
        self.given_fte = 0.0
        self.given_joining: int | None = None
        self.given_threshold: float | None = None
        self.given_lowest: float | None = None
        self.given_highest: float | None = None
        self.given_bid: float | None = None
        self.given_tenure: int | None = None
        self.given_posts: int | None = None
        self.experience = 0.0
        self.leader_in_post = True
        self.leader_vacancy = 0
        self.key_departures = 0.0
        self.has_changed = False
        self.given_own_influence = 0.0
        self.doses = dict.fromkeys(ORGANIZATION_LEVERS, 0.0)
        self.shocks = dict.fromkeys(ORGANIZATION_SHOCKS, 0.0)

        self.status = "prospect"
        self.months_active = 0
        self.base_fte = self.fte = 0.0
        self.strength = by_need()
        self.recognized = by_need()
        self.misjudged: ByNeed = {}  # in standard deviations; drawn at the first look
        self.strength_term = by_need()
        self.effort = 0.0
        self.belief = 0.5
        self.joining_value = 0.0
        self.payoff = Payoff()
        self.peer_norm = 0.0
        self.portfolio = 0.0
        self.attention = 1.0
        self.readiness = 1.0
        self.refused = False
        self.referrer: Relationship | None = None

        self.commitment = 0.5
        self.backing = 1.0
        self.in_post = True
        self.notice = -1
        self.vacancy = 0
        self.waiting_for = 0
        self.tenure = 24
        self.person = 0
        self.ramp = 1.0
        self.departed = self.arrived = False
        self.documentation = 0.0
        self.rules_changed = 0.0
        self.contacts = self.contacts_at_table = 0.0
        self.presence = self.reliability = 0.0

        self.hours = self.bid_hours = 0.0
        self.bid = by_need()
        self.awards_won = 0
        self.stake = 1.0
        self.grant_income = self.pool_expected = 0.0
        self.ledger = 0.0

        self.quality = 1.0
        self.team_rank = dict.fromkeys(NEEDS, 0)
        self.team: dict[str, Organization | None] = dict.fromkeys(NEEDS)
        self.input = by_need()
        self.team_members = by_need()
        self.team_output = by_need()
        self.team_input = by_need()
        self.team_trust = by_need()
        self.team_pairs = by_need()
        self.team_terms = by_need()
        self.apart = self.alone = 0.0

        self.beliefs_for = self.beliefs_against = 0
        self.actions = self.results = 0
        self.mission = [0.0] * GOALS
        self.position = [0.0] * GOALS
        self.goal_estimate = [0.0] * GOALS
        self.goal_prior = [0.0] * GOALS
        self.goal_variance = 0.0
        self.clarity = 1.0
        self.flexibility = 0.0
        self.mission_strain = 0.0
        self.openness = 0.0

        self.principles = 0.0
        self.coaching = dict.fromkeys(COACHED, 0.0)
        self.mistake_felt = 0.0

    def __repr__(self) -> str:
        return f"<Organization {self.identity}>"

    @property
    def is_backbone(self) -> bool:
        """Whether it coordinates its community."""
        return self.role == "backbone"

    @property
    def is_active(self) -> bool:
        """Whether it is at the table, as partner or as backbone."""
        return self.status == "active"

    @property
    def is_partner(self) -> bool:
        """Whether it is at the table as a partner."""
        return self.status == "active" and self.role != "backbone"

    def friction_with(self, other: Organization) -> float:
        """Return the friction between the two national networks that it and another belong to."""
        mine, its = self.network, other.network
        if mine is None or its is None or mine is its:
            return 0.0
        return mine.relationships[its].friction


@dataclass(slots=True, eq=False, repr=False)
class Relationship:
    """One organization's view of another that it could ever know."""

    source: Organization
    target: Organization
    pair: Pair
    given_strength: float | None = None
    given_influence: float | None = None
    personal_good: float = 0.0
    personal_bad: float = 0.0
    institutional_good: float = 0.0
    institutional_bad: float = 0.0
    grievance: float = 0.0
    betrayal: float = 0.0
    forgiveness: float = 0.5
    trust: float = 0.5
    strain: float = 0.0
    friction: float = 0.0
    failed: bool = False

    def __repr__(self) -> str:
        return f"<{self.source.identity} → {self.target.identity}>"

    @property
    def reverse(self) -> Relationship:
        """The same pair seen from the other end."""
        return self.target.relationships[self.source]


@dataclass(slots=True, eq=False, repr=False)
class Pair:
    """What two organizations share: `one` is the one of smaller identity, and `forward` its view of the other."""

    one: Organization
    other: Organization
    pair_id: int
    forward: Relationship = field(init=False)
    backward: Relationship = field(init=False)
    is_open: bool = False
    idle: float = 0.0
    met: bool = False
    overlap: float = 0.0
    alignment: float = 1.0
    teammates: bool = False
    meetings_expected: float = 0.0
    luck: float = 0.0

    def __post_init__(self) -> None:
        self.forward = Relationship(self.one, self.other, self)
        self.backward = Relationship(self.other, self.one, self)
        self.one.relationships[self.other] = self.forward
        self.other.relationships[self.one] = self.backward

    def __repr__(self) -> str:
        return f"<{self.one.identity} – {self.other.identity}>"

    @property
    def site(self) -> Site:
        """The community of both."""
        return self.one.site

    @property
    def ends(self) -> tuple[Relationship, Relationship]:
        """The pair as each of the two sees it."""
        return self.forward, self.backward

    @property
    def at_table(self) -> bool:
        """Whether both take part."""
        return self.one.status == "active" and self.other.status == "active"

    def open(self) -> None:
        """Make it a tie."""
        self.is_open = True
        self.one.ties[self.other] = self.forward
        self.other.ties[self.one] = self.backward

    def close(self) -> None:
        """Let the tie go."""
        self.is_open = False
        self.one.ties.pop(self.other, None)
        self.other.ties.pop(self.one, None)


@dataclass(slots=True, eq=False, repr=False)
class Site:
    """A community and its partnership, or the table of the national organizations."""

    key: str
    site_id: int
    national_site: bool
    students: dict[str, float]
    at_the_table: float
    grievance_share: float
    base_backbone_fte: float
    begins: int
    reach: float = 1.0
    organizations: list[Organization] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    given_choice: list[bool] = field(default_factory=lambda: [False] * MAX_STAGES)
    doses: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SITE_LEVERS, 0.0))
    shocks: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SITE_SHOCKS, 0.0))

    backbone_fte: float = 0.0
    commitment_here: float = 0.0
    promises_here: float = 0.0
    staff_here: float = 1.0
    leaving_here: float = 1.0
    tradition_here: float = 0.0
    own_backbone_fte: float = 0.0
    hosted: bool = True
    backbone_hours: float = 0.0
    load: float = 0.0
    coordination: float = 1.0
    practices: list[bool] = field(default_factory=lambda: [False] * PRACTICES)
    practice_time: float = 1.0
    recent_joins: float = 0.0
    conflicts: float = 0.0
    departures: float = 0.0
    joined: float = 0.0
    withdrew: float = 0.0
    chosen: list[bool] = field(default_factory=lambda: [False] * MAX_STAGES)
    stage_reached: int = 0
    site_readiness: float = 0.0
    score: float = 0.0

    severity: float = 0.0
    contact_factor: float = 1.0
    income_factor: float = 1.0
    leaving_factor: float = 1.0
    salience: float = 0.0
    need: dict[str, dict[str, float]] = field(default_factory=lambda: {k: dict.fromkeys(GROUPS, 0.0) for k in NEEDS})
    served: dict[str, dict[str, float]] = field(default_factory=lambda: {k: dict.fromkeys(GROUPS, 0.0) for k in NEEDS})
    joint_gain: float = 0.0
    performance: float = 0.0
    gross_gain: float = 0.0
    rise_of_need: ByNeed = field(default_factory=by_need)
    gain_seen: float = 0.0
    joint_output: float = 0.0
    separate_output: float = 0.0
    delay: list[dict[str, float]] = field(
        default_factory=lambda: [dict.fromkeys(GROUPS, 0.0) for _ in range(DELAY_STAGES)]
    )
    outcome_at_start: dict[str, float] = field(default_factory=lambda: dict.fromkeys(GROUPS, 0.0))
    recognition: float = 0.0
    family_engagement: float = 0.0
    community_support: float = 0.5
    take_up: float = 1.0
    cohort: tuple[int, float] | None = None  # the school year, and its luck in standard deviations
    time_to_service: float = 0.0

    award_due: ByNeed = field(default_factory=by_need)
    pool_payout: float = 0.0
    spent: float = 0.0
    unpaid_backbone: float = 0.0
    unpaid_partners: float = 0.0
    grants_received: float = 0.0
    called_for: float = 0.0

    meeting_gap: int = 0
    dead_months: int = 0
    bitterness: float = 0.0
    hosted_then: bool = True
    has_lived: bool = False
    goals: list[Any] = field(default_factory=list)
    goals_reached: int = 0
    dissolved: bool = False
    ending: int = 0
    reality: int = 0
    agenda_for: int = 0
    agenda_against: int = 0
    agenda_knowledge: float = 0.0
    shared_goals: list[float] = field(default_factory=lambda: [0.5] * GOALS)
    mean_attention: float = 1.0
    mean_clarity: float = 1.0
    clarity_spread: float = 0.0
    perceived_agreement: float = 1.0
    actual_agreement: float = 1.0
    data: float = 0.0
    esteem_weight: float = 0.0
    esteem_bar: float = 0.0
    esteem_slope: float = 0.0
    by_seen: float = 1.0
    level_term: list[float] = field(default_factory=lambda: [0.0] * MAX_LEVELS)
    level_shown: list[float] = field(default_factory=lambda: [0.0] * MAX_LEVELS)
    level_cost: list[float] = field(default_factory=lambda: [0.0] * MAX_LEVELS)

    def __repr__(self) -> str:
        return f"<Site {self.key}>"

    @property
    def backbone_organization(self) -> Organization:
        """The organization that coordinates."""
        return next(each for each in self.organizations if each.role == "backbone")

    @property
    def partners(self) -> list[Organization]:
        """Those at the table but the backbone."""
        return [each for each in self.organizations if each.status == "active" and each.role != "backbone"]

    @property
    def members(self) -> Iterator[Organization]:
        """Everyone but the backbone, at the table or not."""
        return (each for each in self.organizations if each.role != "backbone")

    @property
    def has_time(self) -> float:
        """The backbone's coordination, or nothing if it has no hours at all."""
        return self.coordination if self.backbone_hours > 0.0 else 0.0

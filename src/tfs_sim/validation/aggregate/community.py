"""The aggregate model's earlier phases: people, the backbone, participation, encounters and ties, in means."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from math import log
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import contact, engine
from tfs_sim.model.mechanisms import (
    agenda,
    backbone,
    community,
    compromise,
    histories,
    invitation,
    participation,
    patience,
    repair,
    smoothing,
    strengths,
    ties,
    trust,
    turnover,
    understanding,
)
from tfs_sim.model.numerics import half_life_factor, logistic
from tfs_sim.model.state import DELAY_STAGES, K
from tfs_sim.validation.aggregate import work
from tfs_sim.validation.aggregate.setting import Month, Setting


@dataclass
class Ties:
    """Mean evidence (encounters kept and broken, between people and on record) of ties of one class, and their share.

    `density` is the share of the class's pairs that have a tie, `met` the chance that the two met last month.
    """

    good: float
    bad: float
    kept_record: float
    broken_record: float
    density: float
    betrayal: float = 0.0
    met: float = 0.0

    def trust(self, p: Any) -> float:
        """Return (a + G) / (a + b + G + B), as the engine reads trust off evidence."""
        return float(trust.trust_in(self.good, self.kept_record, self.bad, self.broken_record, self.betrayal, p))

    def blended(self, other: Ties, share: float) -> Ties:
        """Return ties of which a share were this class's until now, and the rest the other's; weighed by ties."""
        density = share * self.density + (1.0 - share) * other.density
        mine = share * self.density / density if density > 0.0 else share
        names = ("good", "bad", "kept_record", "broken_record", "betrayal", "met")
        mixed = {name: mine * getattr(self, name) + (1.0 - mine) * getattr(other, name) for name in names}
        return Ties(density=density, **mixed)


@dataclass
class State:
    """A community in a month, in means. Units as in `model/state.py`; shares in [0, 1] where nothing else is said."""

    partners: float
    inside: Ties
    outside: Ties
    grievance: float
    variance: float
    variance_outside: float
    ready: float
    effort: float = 0.0
    in_post: float = 1.0
    ramp: float = 1.0
    backing: float = 1.0
    commitment: float = 0.5
    documentation: float = 0.0
    attention: float = 1.0
    belief: float = 0.5
    belief_outside: float = 0.5
    ledger: float = 0.0
    coordination: float = 1.0
    load: float = 0.0
    newcomers: float = 0.0
    conflicts: float = 0.0
    experience: float = 0.0
    strain: float = 0.0
    alignment: float = 1.0
    pool: float = 0.0
    payout: float = 0.0
    recognition: float = 0.0
    data: float = 0.0
    engagement: float = 0.0
    community_support: float = 0.5
    take_up: float = 1.0
    gain: float = 0.0
    gain_seen: float = 0.0
    served: float = 0.0
    need: float = 0.0
    joined: float = 0.0
    withdrew: float = 0.0
    contacts: float = 0.0
    refused: float = 0.0
    hours: float = 0.0
    strangers: float = 0.0
    kept: float = 1.0
    met: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    delay: NDArray[np.float64] = field(default_factory=lambda: np.zeros((DELAY_STAGES, 2)))
    outcome_at_start: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))


class Community:
    """The equations of one community of a template."""

    def __init__(self, template: engine.Template, setting: Setting) -> None:
        self.set = setting
        self.p = SimpleNamespace(**dict(zip(engine.RECORDS, template.parameters, strict=True)))
        self.on = SimpleNamespace(**dict(zip(engine.SWITCHES, template.on.tolist(), strict=True)))

    def start(self) -> State:
        """Return the first month's means: Σ over organizations or pairs of what the engine draws, divided by n."""
        p, n = self.p, self.set.organizations
        people, record = (share * p.community.history for share in (p.community.personal_at_start,
                                                                    1.0 - p.community.personal_at_start))  # fmt: skip
        kept = p.community.kept_at_start
        depth = self.set.grievance * p.histories.depth * self.on.histories
        good, bad = kept * people, (1.0 - kept) * people
        good_record, bad_record = kept * record, (1.0 - kept) * record
        sour = histories.soured(depth, good, bad, p.histories)
        sour_record = histories.soured(depth, good_record, bad_record, p.histories)
        density = community.chance_of_tie(self.set.overlap, False, 1.0, p.community)
        on_record = histories.left_on_record(depth, p.histories)
        drawn = Ties(good - sour, bad + sour, good_record - sour_record, bad_record + sour_record + on_record,
                     min(density, 1.0))  # fmt: skip
        q = p.understanding
        months = range(int(p.community.longest_tenure))  # tenure is uniform over these
        known = float(np.mean([understanding.known_at_start(t, q) for t in months]))
        variance = understanding.first_variance_of(known, q)
        share = (1.0 - q.openness) * (1.0 - p.compromise.flexibility * self.on.compromise)
        strain = compromise.strain_beyond_core((1.0 - share) * self.set.distance, p.compromise)
        return State(
            partners=self.set.at_the_table * n, inside=drawn, outside=copy.copy(drawn), grievance=depth,
            variance=variance if self.on.understanding else 0.0,
            variance_outside=q.unknown_variance if self.on.understanding else 0.0,
            ready=1.0, effort=p.community.first_effort, commitment=p.community.commitment,
            belief=p.community.first_belief, belief_outside=p.community.first_belief,
            strain=strain * self.on.compromise * self.on.understanding,
            alignment=self.set.alignment(share, q) if self.on.understanding else 1.0,
        )  # fmt: skip

    def step(self, s: State, month: int) -> None:
        """Move the community by one month, phase by phase in the engine's order."""
        now = self.set.month(month)
        if self.on.smoothing:
            self._write(s, now)
        leaving = self._people(s, now) if self.on.turnover else 0.0
        self._backbone(s, now)
        if self.on.participation:
            self._participation(s, now, month)
        if self.on.strengths:
            dose = now.dose("recognition-of-strengths")
            s.recognition = strengths.recognition_after(s.recognition, dose, self.p.strengths)
        if self.on.trust:
            self._encounters(s, now)
        if self.on.ties and month > 0:
            self._ties(s, now, leaving)
        work.learn(self, s, now, leaving)
        work.choose(self, s, now)
        work.deliver(self, s, now)
        if self.on.competition:
            work.contest(self, s, now)
        work.pool(self, s, now)
        work.engage(self, s, now, month)
        if self.on.outcomes:
            work.follow(self, s, month)

    def quality(self) -> float:
        """Return the quality of work at what the first representatives know."""
        p = self.p.agenda
        known = (1.0 - p.undecided) * (2.0 * p.first_right - 1.0)
        return float(agenda.quality_of_work(known, p)) if self.on.agenda else 1.0

    @property
    def ties_of_backbone(self) -> float:
        """Return the share of organizations that the backbone has a tie with."""
        return min(float(community.chance_of_tie(0.0, True, 1.0, self.p.community)), 1.0)

    def in_one_team(self, partners: float) -> float:
        """Return the chance that two partners share a team for some kind of need, if teams are put together by lot."""
        size = min(partners, float(int(self.p.delivery.team_size)))
        together = min(max(size - 1.0, 0.0) / max(partners - 1.0, 1e-9), 1.0)
        return float((1.0 - (1.0 - together) ** K) * self.on.delivery)

    def _write(self, s: State, now: Month) -> None:
        """Documentation moves to the dose of manuals."""
        dose = now.dose("procedure-manuals")
        s.documentation = smoothing.documentation_after(s.documentation, dose, self.p.smoothing)

    def _people(self, s: State, now: Month) -> float:
        """Return the chance of leaving, δ = hazard · workload · early years; f ← f − δ f + (1 − f)/E[months to fill].

        Those in post: u ← (stayers u + arrivals u₀)/f, then u ← u + (1 − u)(1 − 10^(−1/ramp)); backing likewise.
        Personal evidence keeps (1 − δ (1 − handed over))² of itself, as either end may leave.
        """
        p = self.p.turnover
        hazard = turnover.hazard(self.set.hazard(p), now.leaving, s.coordination, p)
        hazard *= 1.0 + p.early_leaving * hazard / (
            hazard + log(2.0) / p.early_time
        )  # early_hazard over the years in post
        hazard = turnover.chance_of_leaving(hazard, now.shock("departure-wave"), p)
        hazard = 1.0 - (1.0 - hazard) * (1.0 - now.shock("leadership-change"))
        stay, arrive = s.in_post * (1.0 - hazard), (1.0 - s.in_post) / self.set.months_to_fill(p)
        s.in_post = stay + arrive
        # of experience 1 − 2^(−m / half) after m months, with a constant hazard h of leaving: ln 2 / (ln 2 + h half)
        learned = log(2.0) / self.p.key_people.half_learned
        s.experience = s.in_post * learned / (learned + hazard) * self.on.key_people
        for name, new in (("ramp", p.first_understanding), ("backing", p.first_backing),
                          ("commitment", p.commitment_after)):  # fmt: skip
            setattr(s, name, (stay * getattr(s, name) + arrive * new) / max(s.in_post, 1e-9))
        learn = turnover.closed_in_a_month(turnover.ramp_time(s.documentation, self.p.smoothing, p))
        s.ramp += learn * (1.0 - s.ramp)
        s.backing += turnover.closed_in_a_month(p.backing_time) * (1.0 - s.backing)
        handed = turnover.evidence_kept(now.dose("transition-plan"), 0.0, False, self.p.smoothing)
        for held in (s.inside, s.outside):
            kept = (1.0 - hazard * (1.0 - handed)) ** 2
            held.good, held.bad, held.betrayal = held.good * kept, held.bad * kept, held.betrayal * kept
        return float(hazard)

    def _backbone(self, s: State, now: Month) -> None:
        """Coordination: hours against load, of partners, newcomers, conflicts, vacancies and ties in means."""
        p, x = self.p.backbone, s.partners
        if not self.on.backbone:
            s.coordination, s.hours = 1.0, 0.0
            return
        fte = self.set.backbone_fte + now.dose("backbone-staffing")
        done = backbone.done_with(s.experience, p)
        s.hours = backbone.hours_of(fte, 1.0, s.in_post, s.ramp, done, self.p.money, p)
        vacant, tied = x * (1.0 - s.in_post), self.ties_of_backbone * x
        s.load = backbone.load_of(x, s.newcomers, s.conflicts, vacant, tied, 1.0, p)
        s.coordination = backbone.coordination_of(s.hours, s.load)
        s.newcomers = backbone.newcomers_after(s.newcomers, p)

    def _participation(self, s: State, now: Month, month: int) -> None:
        """x ← x + (n − x) f · asks itself · joins − x · leaves: all are alike, and x/n of one's neighbours take part.

        Readiness drifts to what histories allow; who is pressed before being ready holds it against those at the table.
        """
        p, q, inv, n, x = self.p.participation, self.p.patience, self.p.invitation, self.set.organizations, s.partners
        has_time = s.coordination if s.hours > 0.0 else 0.0
        press = now.dose("persistent-invitation")
        if self.on.patience:
            allowed = patience.readiness_allowed(s.grievance, 1.0, q)
            s.ready = allowed if month == 0 else patience.settled(s.ready, allowed, q)
            told = patience.encounters_expected(now.dose("patience-with-information"), now.contact, has_time, q)
            s.ready += contact.chance_of_any(told) * (patience.informed(s.ready, q) - s.ready)
        worth, worth_outside = work.worth_of_seats(self, s, now)
        outreach = participation.outreach(press, has_time, inv, p)
        rate = participation.invitations(x / n, outreach, now.contact, 1.0, p)
        asked = (n - x) * s.in_post * contact.chance_of_any(rate)
        s.joined = asked * logistic(participation.pull_to_join(worth_outside, s.ready, press, q, inv, p))
        s.withdrew = x * participation.chance_of_leaving(logistic(participation.pull_to_leave(worth, p)), p)
        s.refused = (asked - s.joined) / max(n - x, 1e-9)
        if self.on.invitation and press > 0.0:
            s.outside.bad += s.refused * invitation.pressure_held_against(s.ready, press, inv)
            s.ready += s.refused * (invitation.readiness_under_pressure(s.ready, press, inv) - s.ready)
        s.newcomers += s.joined
        self._move(s, x + s.joined - s.withdrew)

    def _move(self, s: State, now: float) -> None:
        """Let so many be at the table: what newcomers bring, and what those who leave take away, blends in."""
        n, x = self.set.organizations, s.partners
        stay = (x - s.withdrew) / max(now, 1e-9)
        s.effort *= stay
        s.belief, s.variance = (stay * a + (1.0 - stay) * b for a, b in
                                ((s.belief, s.belief_outside), (s.variance, s.variance_outside)))  # fmt: skip
        before, after = (x / n) ** 2, (now / n) ** 2
        if after > before:
            s.inside = s.inside.blended(s.outside, before / after)
        elif before < 1.0:
            s.outside = s.outside.blended(s.inside, (1.0 - before) / (1.0 - after))
        s.partners = min(max(now, 0.0), float(n))

    def _encounters(self, s: State, now: Month) -> None:
        """Evidence fades; so many of all pairs meet, and keep their promises or not: rules of M1 for the mean pair.

        A failure is forgiven and mended, or hardens into grievance: rules of M4, weighed by how often each happens.
        """
        p, com, his = self.p.trust, self.p.communication, self.p.histories
        n, x = self.set.organizations, s.partners
        if self.on.histories:
            s.grievance *= histories.grievance_kept(now.dose("facilitated-conversations"), his)
        convenings, talks = now.dose("trust-building-convenings"), now.dose("steady-communication")
        talks *= self.on.communication
        among = max(x - 1.0, 0.0)
        colleagues = among * s.inside.density + max(n - x, 0.0) * s.outside.density + 1.0
        here = contact.presence_of(s.in_post, colleagues, p)
        able = contact.able_to_meet(here, here, s.grievance, s.grievance, his)
        effort = s.effort * self.p.effort.largest
        work = contact.contact_in_work(effort, effort, self.p.effort, p) * self.in_one_team(x)
        tied = contact.contact_in_ties(convenings, talks, s.coordination, now.contact, com, p)
        free = contact.contact_at_table(convenings, s.coordination, now.contact, p)
        daily, by_chance = p.everyday_contact * now.contact, p.strangers_contact * now.contact
        rates = (daily + tied + work, by_chance + free + work, daily)
        chances = [contact.chance_of_any(rate * able) for rate in rates]
        usual = trust.reliability_of(s.ramp, understanding.clarity_of(s.variance), p)
        averted = trust.averted(convenings, s.recognition, self.p.strengths, p)
        given = trust.circumstances(s.coordination, 1.0, 0.0, self.p.national, p)
        at_work = trust.chance_of_keeping(usual, given, s.grievance, averted, 0.0, his)
        usual = trust.chance_of_keeping(usual, 1.0, s.grievance, 0.0, 0.0, his)
        self._meet(s, s.inside, chances[0], at_work, usual, s.coordination, now)
        self._meet(s, s.outside, chances[2], usual, usual, 0.0, now)
        pairs = x * among / 2.0
        meetings = pairs * (s.inside.density * chances[0] + (1.0 - s.inside.density) * chances[1])
        s.conflicts = 2.0 * meetings * (1.0 - at_work)
        with_backbone = self.ties_of_backbone * chances[0]
        s.contacts = 2.0 * meetings / max(x, 1e-9) + max(n - x, 0.0) * s.outside.density * chances[2] + with_backbone
        s.strangers, s.kept = chances[1], at_work

    def _meet(
        self, s: State, held: Ties, chance: float, kept: float, amends: float, at_hand: float, now: Month
    ) -> None:
        """Let evidence in ties of one class fade, add a month's encounters, and mend failures.

        `kept` is the chance of keeping a promise in an encounter, `amends` that of making amends.
        """
        p, com, ins, rep = self.p.trust, self.p.communication, self.p.institutional_trust, self.p.repair
        fades = trust.kept_in_mind(held.met, self.on.communication, com, p)
        on_record = half_life_factor(ins.memory)
        held.good, held.bad = held.good * fades, held.bad * fades
        held.kept_record, held.broken_record = held.kept_record * on_record, held.broken_record * on_record
        kept *= 1.0 - trust.misread((1.0 - chance) / max(chance, 1e-9), self.on.communication, com)
        recorded = trust.recorded_share(s.documentation, s.documentation, self.on.institutional_trust, ins)
        good, bad, failed = chance * kept, chance * p.negativity * (1.0 - kept), chance * (1.0 - kept)
        forgiven = 0.0
        if self.on.repair:
            silence = repair.silence_left(s.experience, rep)
            facilitated = now.dose("facilitated-conversations")
            apology = repair.chance_of_apology(at_hand, s.alignment, facilitated, silence, rep)
            before = s.grievance
            for deceived, share in ((False, 1.0 - rep.deceit), (True, rep.deceit)):
                here = failed * share * apology * repair.chance_of_forgiving(rep.forgiveness, deceived, rep)
                forgiven += here
                harder = repair.hardened(before, deceived, self.on.histories, rep) - before
                s.grievance += (failed * share - here) * harder
            good += forgiven * rep.amends * amends
            bad += forgiven * repair.weight_of_broken_amends(p, rep) * (1.0 - amends)
            held.betrayal += failed * rep.deceit * rep.deceit_weight
        mended = forgiven * repair.weight_mended(p, rep)
        mended_on_record = forgiven * repair.weight_mended_on_record(p, rep)
        held.good += good * (1.0 - recorded)
        held.bad = max(held.bad + (bad - mended) * (1.0 - recorded), 0.0)
        held.kept_record += good * recorded
        held.broken_record = max(held.broken_record + (bad - mended_on_record) * recorded, 0.0)
        held.met = chance

    def _ties(self, s: State, now: Month, leaving: float) -> None:
        """d ← d + (1 − d)[opened by meeting + 2 d² referral] − d [closed], where d of a third's ties are shared."""
        p, evidence = self.p.ties, self.p.trust
        opening, left = ties.chance_of_opening(self.set.overlap, p), 1.0 - (1.0 - leaving) ** 2
        for held, met in ((s.inside, s.strangers), (s.outside, 0.0)):
            d = held.density
            referred = ties.chance_of_referral(held.trust(evidence), now.contact, p)
            opens = met * s.kept**2 * opening + 2.0 * d * d * referred
            disused = (1.0 - held.met) ** p.idle_before_closing
            closed = ties.chance_of_closing(disused, left, now.dose("transition-plan"), p)
            opened = (1.0 - d) * min(opens, 1.0)
            held.density = min(max(d + opened - d * closed, 0.0), 1.0)
            diluted = d / (d + opened) if d > 0.0 else 0.0
            for name in ("good", "bad", "kept_record", "broken_record", "betrayal"):
                setattr(held, name, getattr(held, name) * diluted)

"""The aggregate model's later phases: what is learned and chosen, what work achieves, money, families, outcomes."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.mechanisms import ledger, money, outcomes, pooling, portfolio, understanding
from tfs_sim.model.metrics import given_of_its_own
from tfs_sim.model.payoff import USUAL_SIZE, WEAKEST_LINK
from tfs_sim.model.state import DELAY_STAGES
from tfs_sim.validation.aggregate.numbers import logistic, sight

if TYPE_CHECKING:
    from tfs_sim.validation.aggregate.community import Community, State
    from tfs_sim.validation.aggregate.setting import Month


def learn(m: Community, s: State, now: Month, leaving: float) -> None:
    """The variance of estimates of the goals moves; b ← b + λ (what is seen to be gained − b); u fades in silence."""
    p, com, eff = m.p.understanding, m.p.communication, m.p.effort
    if m.on.communication:
        silent = exp(-s.contacts) * com.silence * (1.0 - now.dose("steady-communication") * s.coordination)
        s.ramp *= 1.0 - silent * (1.0 - s.effort)
    if m.on.understanding:
        retreats, principles = now.dose("goal-clarity-retreats"), now.dose("written-principles")
        news = understanding.news_of_goals(s.contacts, retreats, principles, p)
        v = s.variance + leaving * (understanding.variance_after_departure(s.variance, s.documentation, p) - s.variance)
        v = understanding.variance_after_a_month(v, p)
        s.variance = understanding.variance_after_news(v, news * s.in_post)
    if m.on.effort:
        seen = min(max(s.gain_seen / eff.full_gain, 0.0), 1.0)
        own = seen
        if m.on.ledger:
            own += m.p.ledger.weight * (min(max(s.ledger / m.p.ledger.full_balance, 0.0), 1.0) - seen)
        s.belief += eff.learning * (own - s.belief)
        s.belief_outside += eff.learning * eff.hearsay * (seen - s.belief_outside)


def choose(m: Community, s: State, now: Month) -> None:
    """e ← e + revision · f · (logit mean of the payoff − e): the engine's payoff with the others' mean effort e."""
    p, n, x = m.p.effort, m.set.organizations, s.partners
    clarity = understanding.clarity_of(s.variance)
    pull = 0.0
    if m.on.portfolio:
        desk = m.p.portfolio
        appeal = portfolio.appeal(clarity, s.commitment, s.backing, s.in_post, desk)
        s.attention = portfolio.attention_after(s.attention, portfolio.share_of_attention(appeal, desk), desk)
        pull = portfolio.pull_of_other_work(s.attention, desk)
    esteem, slope, by_seen = 0.0, 0.0, 1.0
    if m.on.accountability:
        acc = m.p.accountability
        s.data += (now.dose("shared-data-system") - s.data) / acc.building
        held = now.dose("accountability-practice")
        esteem, by_seen = acc.esteem * held, acc.by_contribution + (1.0 - acc.by_contribution) * held
        slope = 1.7 / (acc.noise * (1.0 - acc.shown * s.data))
    if not m.on.effort:
        return
    cost = p.cost * (1.0 - m.p.invitation.accommodated * now.dose("accommodation"))
    cost += p.overload * (1.0 - s.coordination) + pull
    norms = _norms(m, s)
    wages = max(m.set.fte * m.p.money.dollars_per_fte, 1e-9)
    pooled = p.money * s.payout / wages
    levels = np.arange(int(p.lowest_level), int(p.levels) + 1) / p.levels
    for inside in (True, False):
        size = min(max(x if inside else x + 1.0, 1.0), m.p.delivery.team_size)
        belief = s.belief if inside else s.belief_outside
        scale = belief * p.joint_gain * (size / m.p.delivery.team_size) ** m.p.delivery.team_returns
        scale /= (max(x if inside else x + 1.0, 1.0) / USUAL_SIZE) ** p.divided
        linear = p.norm * norms[0 if inside else 1] - cost
        linear += (p.commitment * s.commitment + now.salience) * s.backing
        others = max(x - (1.0 if inside else 0.0), 1e-9) * sight(s.effort, slope)
        mine = np.array([sight(level, slope) for level in levels])
        u = scale * _joint(levels, s.effort, size, m.p.delivery.complementarity)
        u += linear * levels - 0.5 * p.curvature * levels**2
        u += esteem * (logistic(slope * (levels - s.effort)) - 0.5)
        u += pooled * (by_seen * mine / (mine + others) + (1.0 - by_seen) / max(x, 1.0))
        idle = scale * float(_joint(np.zeros(1), s.effort, size, m.p.delivery.complementarity)[0])
        worth = float(u.max()) - idle - p.membership - s.strain
        if inside:
            s.worth = worth
            weights = np.exp((u - u.max()) / p.noise)
            wanted = float(weights @ levels / weights.sum())
            next_effort = s.effort + p.revision * s.in_post * (wanted - s.effort)
        else:
            s.worth_outside = worth
    s.effort = next_effort if n else 0.0


def _norms(m: Community, s: State) -> tuple[float, float]:
    """Return trust-weighted effort of those whom a partner, and an outsider, has ties with."""
    n, x, p = m.set.organizations, s.partners, m.p.trust
    inner, outer = s.inside.density * max(x - 1.0, 0.0), s.outside.density * max(n - x, 0.0)
    backbone = min(2.0 * m.p.community.density, 1.0)
    partner = s.inside.trust(p) * s.effort * inner / max(inner + outer + backbone, 1.0)
    outsider = s.outside.trust(p) * s.effort * s.outside.density * x
    return partner, outsider / max(s.outside.density * (n - 1.0) + backbone, 1.0)


def _joint(own: NDArray[np.float64], others: float, size: float, rho: float) -> NDArray[np.float64]:
    """Return the power mean of the own effort and the others' mean."""
    if rho < WEAKEST_LINK:
        return np.minimum(own, others)
    if rho == 1.0:
        return np.asarray((own + (size - 1.0) * others) / size)
    tiny = 1e-12
    return np.asarray(((np.maximum(own, tiny) ** rho + (size - 1.0) * max(others, tiny) ** rho) / size) ** (1.0 / rho))


def deliver(m: Community, s: State, now: Month) -> None:
    """Y_k = x z_k max(c τ size^(θ−1), 1), X_k = Σ FTE (1 − e f − meetings) q s_k; G = Σ S_k(X + Y) − S_k(X⁰).

    All teams are alike: x/size of them for each kind of need, with inputs z_k = FTE e f u q s_k from each member. τ is
    trust × alignment over a team's pairs, d of which have a tie; the others count as strangers. Staff differ, which the
    power mean of order ρ takes from joint work: of lognormal inputs with variance σ² of logs, exp(−(1 − ρ) σ²/2) of the
    mean is left. It is the one place in which a spread is carried beside a mean.
    """
    if not m.on.delivery:
        return
    p, com, x, n = m.p.delivery, m.p.community, s.partners, m.set.organizations
    largest, quality = m.p.effort.largest, m.quality()
    stranger = m.p.trust.prior_good / (m.p.trust.prior_good + m.p.trust.prior_bad)
    trusted = s.inside.density * s.inside.trust(m.p.trust) + (1.0 - s.inside.density) * stranger
    size = min(x, p.team_size)
    joint = trusted * s.alignment * exp(-0.5 * (1.0 - p.complementarity) * m.set.spread) if size > 1.0 else 1.0
    returns = max(s.coordination * joint * size ** (p.team_returns - 1.0), 1.0)
    given = x * m.set.fte * s.effort * largest * s.in_post * s.ramp * quality
    meetings = min(p.meeting_hours / (m.p.money.hours_per_fte * max(m.set.fte, 1e-9)), 1.0)
    apart = m.set.fte * quality * (n - x * min(s.effort * largest * s.in_post + meetings, 1.0))
    alone = m.set.fte * quality * n
    need = now.need.sum(axis=1)
    reached, expected = (
        1.0 - np.exp(-com.students_per_fte * m.set.strengths * staff / np.maximum(need, 1e-9))
        for staff in (apart + given * returns, alone)
    )
    gain = float((need * (reached - expected)).sum())
    s.gain = 1000.0 * gain / float(need.sum())
    s.gain_seen = 1000.0 * gain / float(m.set.usual_need.sum())
    s.served, s.need = float((need * reached).sum()), float(need.sum())
    poor, rest = now.need[:, 0], now.need[:, 1]
    share = np.maximum(p.access * poor / (p.access * poor + rest), 1.0 - rest / np.maximum(need * reached, 1e-9))
    s.met = np.array([(need * reached * share).sum() / poor.sum(), (need * reached * (1.0 - share)).sum() / rest.sum()])
    if m.on.ledger:
        mine = (given * returns + s.payout / m.p.money.dollars_per_fte) / max(x, 1e-9)
        hours = meetings * m.p.money.hours_per_fte * m.set.fte
        balance = ledger.balance(mine, m.set.fte, quality, s.effort * largest, hours, m.p.money)
        s.ledger = ledger.ledger_after(s.ledger, balance, m.p.ledger)


def contest(m: Community, s: State, now: Month) -> None:
    """Every award leaves grudge · overlap · stake on record with each loser: B ← B + awards/n of that a month."""
    p, fte = m.p.competition, m.set.fte
    income = m.set.organizations * fte * m.p.money.dollars_per_fte
    budget = p.contested * income * now.income * (1.0 - now.dose("pooled-funding"))
    hangs = budget / m.set.organizations + 1e-9
    able = float((m.set.strengths >= p.eligible).mean())
    for ties, expected in ((s.inside, s.payout / max(s.partners, 1.0)), (s.outside, 0.0)):
        stake = hangs / (hangs + expected)
        awards = able * budget / (1000.0 * p.award)
        ties.broken_record += p.grudge * m.set.overlap * stake * awards / m.set.organizations


def pool(m: Community, s: State, now: Month) -> None:
    """Let the pool receive its share of contested money; part of it is paid out every month, if anybody gives."""
    s.payout = 0.0
    if not m.on.pooling:
        return
    income = money.wages(m.set.organizations * m.set.fte, m.p.money)
    s.pool += pooling.pooled(income, now.income, now.dose("pooled-funding"), m.p.competition) / 100.0
    if s.partners > 0.0 and s.effort > 0.0:
        s.payout = pooling.paid_out(s.pool, m.p.pooling)
        s.pool -= s.payout


def engage(m: Community, s: State, now: Month, month: int) -> None:
    """E = 1 − (1 − x/n · e T f)(1 − outreach · dose); support follows it slowly; take-up is a logit of support."""
    p = m.p.families
    if not m.on.families:
        return
    own = s.partners / m.set.organizations * s.effort * s.in_post * s.inside.trust(m.p.trust)
    s.engagement = 1.0 - (1.0 - own) * (1.0 - p.outreach * now.dose("parent-and-student-engagement"))
    if month == 0:
        s.community_support = p.ground + (1.0 - p.ground) * own
    reach = p.ground + (1.0 - p.ground) * s.engagement
    s.community_support += (reach - s.community_support) / p.building_time
    s.take_up = float(logistic(p.ease + p.pull * s.community_support - p.closed_doors * (1.0 - now.contact)))


def follow(m: Community, s: State, month: int) -> None:
    """Move the Erlang chain by one exact month."""
    level = s.met * s.take_up
    if month == 0:
        s.delay[:] = level
        s.outcome_at_start = level.copy()
    r, weights = outcomes.stages_a_month(m.p.outcomes), np.zeros(DELAY_STAGES)
    weights[0] = outcomes.passes_no_stage(r)
    for j in range(1, DELAY_STAGES):
        weights[j] = outcomes.passes_one_more(weights[j - 1], j - 1, r)
    apart = s.delay - level
    s.delay = np.array([level + weights[: k + 1] @ apart[k::-1] for k in range(DELAY_STAGES)])


def observed(m: Community, s: State) -> dict[str, float]:
    """Return the metrics that means have, by name; the others stay zero."""
    n, x, p = m.set.organizations, s.partners, m.p.trust
    shared = s.inside.density * (x / n) ** 2
    others = s.outside.density * (1.0 - (x / n) ** 2)
    both = shared * s.inside.trust(p) + others * s.outside.trust(p)
    weights = m.set.students / max(m.set.students.sum(), 1e-9)
    outcome = float(weights @ (s.delay[-1] - s.outcome_at_start))
    effort = s.effort * m.p.effort.largest
    own = given_of_its_own(m.set.fte * effort, s.payout / max(x, 1e-9), m.p.money)
    return {
        "partners": x, "engaged": x / n, "trust": both / max(shared + others, 1e-9),
        "quality": s.inside.trust(p) * s.alignment, "support": own / m.set.fte, "effort": effort,
        "performance": s.gain, "coverage": s.served / max(s.need, 1e-9), "outcome": outcome,
        "indicator": outcomes.indicator(outcome, 0.0, m.p.outcomes), "coordination": s.coordination,
        "load": s.load / m.p.money.hours_per_fte, "vacancy": 1.0 - s.in_post, "density": s.inside.density,
        "joined": s.joined, "withdrew": s.withdrew, "conflicts": s.conflicts, "belief": s.belief, "served": s.served,
        "documentation": s.documentation, "family_engagement": s.engagement, "community_support": s.community_support,
        "take_up": s.take_up, "clarity": understanding.clarity_of(s.variance), "attention": s.attention,
        "actual_agreement": s.alignment, "readiness": s.ready,
    }  # fmt: skip

"""The aggregate model's later phases: what is learned and chosen, what work achieves, money, families, outcomes."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.model import payoff, seats
from tfs_sim.model.mechanisms import (
    accountability,
    communication,
    competition,
    crisis,
    delivery,
    effort,
    endings,
    families,
    ledger,
    outcomes,
    pooling,
    portfolio,
    trust,
    understanding,
)
from tfs_sim.model.metrics import given_of_its_own
from tfs_sim.model.state import DELAY_STAGES, K
from tfs_sim.model.wages import staff_for, wages

if TYPE_CHECKING:
    from tfs_sim.validation.aggregate.community import Community, State, Ties
    from tfs_sim.validation.aggregate.setting import Month


def learn(m: Community, s: State, now: Month, leaving: float) -> None:
    """The variance of estimates of the goals moves; b ← b + λ (what is seen to be gained − m b); u fades in silence."""
    p, com, eff = m.p.understanding, m.p.communication, m.p.effort
    if m.on.communication:
        lost = exp(-s.contacts) * communication.lost_in_silence(now.dose("steady-communication"), s.coordination, com)
        s.ramp *= communication.understanding_kept(lost, s.effort)
    if m.on.understanding:
        retreats, principles = now.dose("goal-clarity-retreats"), now.dose("written-principles")
        told = s.contacts * understanding.told_by_contact(s.experience, p)
        news = understanding.news_of_goals(told, retreats, principles, p)
        v = s.variance + leaving * (understanding.variance_after_departure(s.variance, s.documentation, p) - s.variance)
        v = understanding.variance_after_a_month(v, p)
        s.variance = understanding.variance_after_news(v, news * s.in_post)
    if m.on.effort:
        seen = effort.gain_in_view(s.gain_seen, eff)
        own = ledger.with_own_ledger(seen, s.ledger, s.effort, m.p.ledger) if m.on.ledger else seen
        s.belief = effort.belief_after(s.belief, own, s.effort, True, eff)
        s.belief_outside = effort.belief_after(s.belief_outside, seen, s.effort, False, eff)


def choose(m: Community, s: State, now: Month) -> None:
    """e ← e + revision · f · (logit mean of the payoff − e): the engine's payoff with the others' mean effort e."""
    p, n, x = m.p.effort, m.set.organizations, s.partners
    clarity = understanding.clarity_of(s.variance)
    pull = 0.0
    if m.on.portfolio:
        desk = m.p.portfolio
        appeal = portfolio.appeal(clarity, s.commitment, s.backing, s.in_post, desk)
        rise = float(m.set.strengths @ (now.need.sum(axis=1) / np.maximum(m.set.usual_need.sum(axis=1), 1e-9) - 1.0))
        lost = max(1.0 - now.income, 0.0) * (1.0 - now.dose("emergency-fund"))
        share = portfolio.share_of_attention(appeal, crisis.more_on_the_desk(rise, lost, m.p.crisis), desk)
        s.attention = portfolio.attention_after(s.attention, share, desk)
        pull = portfolio.pull_of_other_work(s.attention, desk)
    esteem, clearness, by_seen = 0.0, 0.0, 1.0
    if m.on.accountability:
        acc = m.p.accountability
        s.data = accountability.data_after(s.data, now.dose("shared-data-system"), acc)
        held = now.dose("accountability-practice")
        esteem, by_seen = accountability.esteem_at_stake(held, acc), accountability.by_contribution_as_seen(held, acc)
        clearness = accountability.clearness(s.data, acc)
    if not m.on.effort:
        return
    burden = effort.burden_of(s.coordination, p)
    pooled = payoff.worth_of_money(s.payout, wages(m.set.fte, m.p.money), p)
    levels = np.arange(int(p.lowest_level), int(p.levels) + 1) / p.levels
    rho = m.p.delivery.complementarity
    table = max(x, 1.0)
    size = min(table, m.p.delivery.team_size)
    scale = s.belief * payoff.worth_of_joint_work(size, table, m.p.delivery, p)
    linear = payoff.worth_of_effort(_norm(m, s), s.commitment, s.backing, now.salience, burden, pull, p)
    theirs = payoff.mean_term(s.effort, rho)
    others = (x - 1.0) * payoff.expected_sight(s.effort, clearness)
    u = np.array(
        [
            payoff.utility_of(
                level,
                linear,
                payoff.rising_cost(level, p) - payoff.expected_esteem(level, esteem, s.effort, clearness),
                pooled * by_seen,
                payoff.expected_sight(level, clearness),
                max(others, 1e-9),
                pooled * (1.0 - by_seen) / max(x, 1.0),
                scale,
                payoff.team_mean_with(payoff.mean_term(level, rho), theirs, size, rho),
            )
            for level in levels
        ]
    )
    weights = np.array([effort.logit_weight(each, u.max(), p) for each in u])
    wanted = float(weights @ levels / weights.sum())
    next_effort = s.effort + p.revision * s.in_post * (wanted - s.effort)
    s.effort = next_effort if n else 0.0


def _norm(m: Community, s: State) -> float:
    """Return trust-weighted effort of those whom a partner has ties with."""
    n, x = m.set.organizations, s.partners
    inner, outer = s.inside.density * max(x - 1.0, 0.0), s.outside.density * max(n - x, 0.0)
    return float(s.inside.trust(m.p.trust) * s.effort * inner / max(inner + outer + m.ties_of_backbone, 1.0))


def worth_of_seats(m: Community, s: State, now: Month) -> tuple[float, float]:
    """Return what a seat is worth, over what it costs, to a partner and to an outsider (`seats`)."""
    p, x = m.p.participation, s.partners
    meets = endings.chance_of_joint_meeting(s.coordination, now.contact, m.p.endings)
    usual = s.coordination * now.contact
    costs = seats.cost_of_a_seat(now.dose("accommodation"), s.strain, m.p.invitation, p)
    pooled = payoff.worth_of_money(s.payout, wages(m.set.fte, m.p.money), m.p.effort)

    def worth(held: Ties, belief: float, table: float) -> float:
        company = usual * held.trust(m.p.trust) * (1.0 if x > 0.0 else 0.0)
        value = seats.worth_of_the_table(meets, s.commitment, s.backing, belief, company, p)
        return float(value + pooled / max(table, 1.0) - costs)

    return worth(s.inside, s.belief, x), worth(s.outside, s.belief_outside, x + 1.0)


def deliver(m: Community, s: State, now: Month) -> None:
    """Y_k = x/size teams' outputs; X_k: what time is left of all n; G = Σ N_k [share reached by X + Y, less by X⁰].

    All teams are alike: x/size of them for each kind of need, with the same input from each member. Trust × alignment
    is over a team's pairs, d of which have a tie; the others count as strangers. Staff differ, which the power mean of
    order ρ takes from joint work: of lognormal inputs with variance σ² of logs, exp(−(1 − ρ) σ²/2) of the mean is left.
    It is the one place in which a spread is carried beside a mean.
    """
    if not m.on.delivery:
        return
    p, com, x, n = m.p.delivery, m.p.community, s.partners, m.set.organizations
    largest, quality = m.p.effort.largest, m.quality()
    stranger = trust.trust_in(0.0, 0.0, 0.0, 0.0, 0.0, m.p.trust)
    trusted = s.inside.density * s.inside.trust(m.p.trust) + (1.0 - s.inside.density) * stranger
    size = min(x, p.team_size)
    joint = trusted * s.alignment * exp(-0.5 * (1.0 - p.complementarity) * m.set.spread) if size > 1.0 else 1.0
    returns = delivery.returns_to_size(size, p) / size
    given = x * delivery.capacity_given(m.set.fte, s.effort * largest, s.in_post, s.ramp, quality)
    output = delivery.output_of_team(s.coordination, joint, returns, given, given)
    aligned = m.p.money.hours_per_fte * m.set.fte * s.effort * largest * s.in_post
    on_top = delivery.hours_on_top(aligned, s.in_post, s.ramp, p)
    own = [delivery.left_for_own_work(m.set.fte, quality, *busy, m.p.money)
           for busy in ((s.effort * largest, s.in_post, on_top), (0.0, 0.0, 0.0))]  # fmt: skip
    apart, alone = x * own[0] + (n - x) * own[1], n * own[1]
    need = now.need.sum(axis=1)
    reached, expected = (
        np.array(
            [
                delivery.share_reached(com.students_per_fte * m.set.strengths[k] * staff, max(need[k], 1e-9))
                for k in range(K)
            ]
        )
        for staff in (apart + output, alone)
    )
    gain = float((need * (reached - expected)).sum())
    s.gain = delivery.per_thousand(gain, float(need.sum()))
    s.gain_seen = delivery.per_thousand(gain, float(m.set.usual_need.sum()))
    s.served, s.need = float((need * reached).sum()), float(need.sum())
    poor, rest = now.need[:, 0], now.need[:, 1]
    share = np.array([delivery.share_in_poverty(poor[k], rest[k], need[k] * reached[k], p) for k in range(K)])
    s.met = np.array([(need * reached * share).sum() / poor.sum(), (need * reached * (1.0 - share)).sum() / rest.sum()])
    if m.on.ledger:
        meetings = min(on_top / (m.p.money.hours_per_fte * max(m.set.fte, 1e-9)), 1.0)
        mine = (output + staff_for(s.payout, m.p.money)) / max(x, 1e-9)
        hours = meetings * m.p.money.hours_per_fte * m.set.fte
        balance = ledger.balance(mine, m.set.fte, quality, s.effort * largest, hours, m.p.money)
        s.ledger = ledger.ledger_after(s.ledger, balance, m.p.ledger)


def contest(m: Community, s: State, now: Month) -> None:
    """Every award leaves grudge · overlap · stake on record with each loser: B ← B + awards/n of that a month."""
    p, fte = m.p.competition, m.set.fte
    income = wages(m.set.organizations * fte, m.p.money)
    budget = competition.contested_money(income, now.income, now.dose("pooled-funding"), p)
    able = float((m.set.strengths >= p.eligible).mean())
    for ties, expected in ((s.inside, s.payout / max(s.partners, 1.0)), (s.outside, 0.0)):
        stake = competition.stake_of(budget / m.set.organizations, expected)
        awards = able * budget / competition.dollars_of_award(p)
        ties.broken_record += competition.grudge_of(m.set.overlap, stake, p) * awards / m.set.organizations


def pool(m: Community, s: State, now: Month) -> None:
    """Let the pool receive its share of contested money; part of it is paid out every month, if anybody gives."""
    s.payout = 0.0
    if not m.on.pooling:
        return
    income = wages(m.set.organizations * m.set.fte, m.p.money)
    s.pool += pooling.pooled(income, now.income, now.dose("pooled-funding"), m.p.competition) / 100.0
    if s.partners > 0.0 and s.effort > 0.0:
        s.payout = pooling.paid_out(s.pool, m.p.pooling)
        s.pool -= s.payout


def engage(m: Community, s: State, now: Month, month: int) -> None:
    """E: of x/n community groups that give e f as far as they trust; support follows it; take-up follows support."""
    p = m.p.families
    if not m.on.families:
        return
    own = s.partners / m.set.organizations * families.given_by_group(s.effort, s.in_post, s.inside.trust(m.p.trust))
    s.engagement = families.engagement_of(own, now.dose("parent-and-student-engagement"), p)
    if month == 0:
        s.community_support = families.support_at_rest(own, p)
    s.community_support = families.support_after(s.community_support, families.support_at_rest(s.engagement, p), p)
    s.take_up = families.take_up_of(s.community_support, now.contact, p)


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
    given = s.effort * m.p.effort.largest
    own = given_of_its_own(m.set.fte * given, s.payout / max(x, 1e-9), m.p.money)
    return {
        "partners": x, "engaged": x / n, "trust": both / max(shared + others, 1e-9),
        "quality": s.inside.trust(p) * s.alignment, "support": own / m.set.fte, "effort": given,
        "performance": s.gain, "coverage": s.served / max(s.need, 1e-9), "outcome": outcome,
        "indicator": outcomes.indicator(outcome, 0.0, m.p.outcomes), "coordination": s.coordination,
        "load": s.load / m.p.money.hours_per_fte, "vacancy": 1.0 - s.in_post, "density": s.inside.density,
        "joined": s.joined, "withdrew": s.withdrew, "conflicts": s.conflicts, "belief": s.belief, "served": s.served,
        "documentation": s.documentation, "family_engagement": s.engagement, "community_support": s.community_support,
        "take_up": s.take_up, "clarity": understanding.clarity_of(s.variance), "attention": s.attention,
        "actual_agreement": s.alignment, "readiness": s.ready,
    }  # fmt: skip

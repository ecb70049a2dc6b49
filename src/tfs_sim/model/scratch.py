"""What a step notes for itself: arrays that nothing reads in another step.

They are no part of the state: a fork does not copy them, and whatever lies in them when a step begins changes nothing
(a test puts nonsense there before every step).
"""

from __future__ import annotations

from tfs_sim.model.arrays import Floats, Group, Integers, Places, Words, number
from tfs_sim.model.state import GOALS, MAX_LEVELS, PAYOFF_TERMS, TALLY_DIGITS, K


class Scratch(Group, group="scratch", entity="organization"):
    """Notes of one step."""

    next_effort: Floats = number("effort chosen for this month (−1: unchanged)")
    utility: Floats = number("payoff of each effort level", by=(MAX_LEVELS,))
    organization_luck: Places = number("random words of one kind of draw", by=(4,))
    weighed: Floats = number("the same, in the order of `deciders`", by=(PAYOFF_TERMS,))
    kind: Integers = number("who of them sees the same of others in a team as large")
    deciders: Integers = number("a list of organizations")
    unvisited: Words = number("bits over a site's organizations")
    leaving: Floats = number("chance that one of its key people leaves")
    favour: Floats = number("how much more of the invitations it gets")
    effort_term: Floats = number("its last effort as a summand of the power mean")
    turns: Integers = number("order in which organizations choose")
    brought: Floats = number("capacity that it brings to joint work")
    differing: Words = number("bits: facts on which it differs from the agenda, in a list's order")
    digits: Words = number("binary digits of its chance to learn one of them, in that order")
    just_now: Words = number("bits: those of them that it learns in this round, in that order")
    listed_id: Words = number("identities of the organizations of a list")
    moved: Words = number("bits: beliefs that move a step")
    seen_results: Floats = number("that, as others see it")
    next_position: Floats = number("the position that it moves to", by=(GOALS,))
    input_term: Floats = number("mean term of the input, by kind", by=(K,))
    listed_luck: Places = number("random words of the pairs of a list", by=(4,), entity="pair")
    listed_pair_id: Words = number("identities of the pairs of a list", entity="pair")
    disused: Places = number("list of the ties that may close", entity="pair")
    let_down: Places = number("list of the pairs in which one end was let down", entity="pair")
    answer: Integers = number("what followed a broken promise: position in `repair.ANSWERS`", entity="relationship")
    tally: Words = number(
        "binary digits of the number of organizations that act on each fact", by=(TALLY_DIGITS,), entity="site"
    )
    team_mean: Floats = number("mean effort of a team, by kind of organization and level of its own", entity="choice")


SCRATCH = Scratch.fields

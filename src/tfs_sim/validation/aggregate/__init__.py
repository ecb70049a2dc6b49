"""The null of an aggregate: a community as a few monthly difference equations of means.

The parameters are the engine's own and so is the schedule, but there is one number for all partners where the engine
has one for each: x partners of n organizations, evidence in ties at the table and outside of it, grievance, the share
of pairs with a tie, clarity, representatives in post with understanding and backing, readiness, attention, belief,
effort, coordination, community support, the Erlang chain of outcomes. Every method of `community.Community`, and every
function of `work`, is one of the engine's phases with means in the place of sums; its docstring gives the equation.

Organizations are alike: the same staff, the mean profile of strengths, the mean commitment. What is left out is what
needs them to differ: recognition of strengths, who is central and who refers whom, what one knows that others do not,
networks of nationals, selection, peers, and all luck; beside these agendas (what the first representatives know of
means stays) and money beyond pools and grudges.

Chances that are concave in the engine stay so: of two who meet at rate r in a month, 1 − exp(−r) meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.validation.aggregate.community import Community, State
from tfs_sim.validation.aggregate.setting import settings_of
from tfs_sim.validation.aggregate.work import observed
from tfs_sim.validation.running import Variation

PLACE = {name: n for n, name in enumerate(METRICS)}


def communities(template: engine.Template) -> list[tuple[Community, State]]:
    """Return the equations of every community of a template, with its first state."""
    made = [Community(template, setting) for setting in settings_of(template)]
    return [(community, community.start()) for community in made]


def course(template: engine.Template) -> NDArray[np.float64]:
    """Return the metrics that means have [months, sites, metrics], as the engine returns a replicate's."""
    out = template.output()
    for s, (community, state) in enumerate(communities(template)):
        for month in range(template.months):
            community.step(state, month)
            for name, value in observed(community, state).items():
                out[month, s, PLACE[name]] = value
    return out


AGGREGATE = Variation("an aggregate", instead=course)
"""What rows that read metrics see of a community without organizations."""

__all__ = ["AGGREGATE", "Community", "State", "communities", "course"]

"""Who meets whom, and how often: in everyday life, at the table, and in shared work.

The rules of contact that encounters (M1), invitations and information go by; `trust.weigh_contact` puts them together.
"""

from __future__ import annotations

from tfs_sim.model.forms import rule
from tfs_sim.model.numerics import exp


@rule
def presence_of(in_post, ties, p):
    """in_post · min(1, attention / ties): how far a representative is there for each of its ties."""
    return in_post * min(1.0, p.attention / max(ties, 1.0))


@rule
def convened(convenings, p):
    """1 + convening_gain · dose: the factor that trust-building convenings make on contact at the table."""
    return 1.0 + p.convening_gain * convenings


@rule
def contact_in_ties(convenings, communication, coordination, contact_factor, p_communication, p):
    """(joint_contact · convened + contact of steady communication · dose) · c · contact_factor: meetings a month.

    Of two at the table who have a tie, beyond everyday life; c: coordination.
    """
    called = p.joint_contact * convened(convenings, p) + p_communication.contact * communication
    return called * (coordination * contact_factor)


@rule
def contact_at_table(convenings, coordination, contact_factor, p):
    """table_contact · convened · c · contact_factor: meetings a month of two at the table who have no tie."""
    return p.table_contact * convened(convenings, p) * coordination * contact_factor


@rule
def contact_in_work(effort, its_effort, p_effort, p):
    """work_contact / largest · min(e, e′): meetings a month of two in one team (Feld 1981; Homans 1950)."""
    return p.work_contact / p_effort.largest * min(effort, its_effort)


@rule
def able_to_meet(presence, its_presence, grievance, its_grievance, p_histories):
    """presence · presence′ · (1 − lost_contact · the larger grievance): how far two are there, and willing, to meet."""
    hurt = max(grievance, its_grievance)
    return abs(presence * its_presence) * (1.0 - p_histories.lost_contact * hurt)


@rule
def chance_of_any(expected):
    """1 − e^(−x): the chance of at least one (meeting, say) where x are expected (Poisson)."""
    return 1.0 - exp(-expected)

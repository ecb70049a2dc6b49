"""Meetings and endings: who is alive, and how those who are not have ended."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import endings
from tfs_sim.model.state import ACTIVE, BACKBONE, DELAY_STAGES, PROSPECT, WITHDRAWN, G
from tfs_sim.validation.space import METRIC_NAMES


def parameters(**values):
    return record(endings.Parameters, values)


def test_partners_meet_as_far_as_coordination_and_contact_allow():
    p = parameters(least_coordination=0.1, meets_anyway=0.4)
    assert endings.chance_of_joint_meeting(0.1, 1.0, p) == 0.0
    assert endings.chance_of_joint_meeting(0.5, 0.5, p) == pytest.approx(0.55)
    assert endings.chance_of_joint_meeting(1.0, 1.0, p) == 1.0


def test_what_it_takes_to_be_alive():
    p = parameters(partners=3, sectors=2, meets_within=6)
    assert endings.is_alive(3, 2, 5, p)
    assert not any(endings.is_alive(*less, p) for less in ((2, 2, 5), (3, 1, 5), (3, 2, 6)))


def test_three_endings():
    p = parameters(goal=0.05, soured=0.5)
    assert endings.ending_of(0.05, 1.0, p) == endings.GOALS_MET
    assert endings.ending_of(0.04, 0.6, p) == endings.BROKE_UP
    assert endings.ending_of(0.04, 0.5, p) == endings.FADED


def dead_months(whose, status=ACTIVE, coordination=1.0, months=1, **values):
    """Return for how many months a backbone and partners of these sectors have not been alive."""
    n = len(whose) + 1
    gap, dead = np.zeros(1, np.int64), np.zeros(1, np.int64)
    for month in range(months):
        alone(
            endings.meet,
            month=month,
            site_id=np.zeros(1, np.uint64),
            first_organization=np.array([0]),
            end_organization=np.array([n]),
            role=np.array([BACKBONE] + [0] * len(whose), np.uint8),
            status=np.array([ACTIVE] + [status] * len(whose), np.uint8),
            sector=np.array([7, *whose], np.uint8),
            coordination=np.array([coordination]),
            meeting_gap=gap,
            dead_months=dead,
            p=parameters(**values),
        )
    return int(dead[0])


def test_three_partners_of_two_sectors_who_meet_are_alive():
    assert dead_months([0, 0, 1]) == 0
    assert dead_months([0, 0, 0]) == 1  # the backbone's sector does not count
    assert dead_months([0, 1]) == 1
    assert dead_months([0, 0, 1], status=PROSPECT) == 1
    assert dead_months([0, 1], partners=2) == 0
    assert dead_months([0, 0, 1], sectors=3) == 1


def test_without_meetings_they_are_alive_for_so_many_months():
    assert [dead_months([0, 0, 1], coordination=0.0, months=m) for m in (5, 6, 8)] == [0, 1, 3]
    assert dead_months([0, 0, 1], coordination=0.0, months=5, meets_within=3) == 3


def ended(dead, trust=(0.2, 0.2), outcome=0.0, status=(ACTIVE, WITHDRAWN), bitterness=0.0, **values):
    """Return bitterness, and what is recorded, of two organizations with a tie when they have been dead for so long."""
    out, bitter = np.zeros((1, 1, len(METRIC_NAMES))), np.array([bitterness])
    stages = np.zeros((DELAY_STAGES, G, 1))
    stages[-1] = outcome
    alone(
        endings.end,
        first_organization=np.array([0]),
        end_organization=np.array([2]),
        role=np.zeros(2, np.uint8),
        status=np.array(status, np.uint8),
        first_relationship=np.array([0, 1, 2]),
        end_of_ties=np.array([1, 2]),
        ties=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        trust=np.array(trust),
        students=np.ones((G, 1)),
        delay=stages,
        dead_months=np.array([dead]),
        bitterness=bitter,
        ending=np.zeros(1, np.uint8),
        out=out,
        p=parameters(**values),
    )
    names = ("ended", "ended_goals_met", "ended_faded", "ended_broke_up")
    return bitter[0], [out[0, 0, METRIC_NAMES.index(name)] for name in names]


def test_trust_is_looked_at_in_the_first_month_among_all_who_took_part():
    assert ended(1) == (1.0, [0, 0, 0, 0])
    assert ended(1, trust=(0.2, 0.9))[0] == 0.5
    assert ended(1, status=(ACTIVE, PROSPECT))[0] == 0.0
    assert ended(2, bitterness=0.3)[0] == 0.3  # later it is no longer looked at


def test_an_ending_is_told_when_it_is_one():
    assert ended(11, bitterness=1.0)[1] == [0, 0, 0, 0]
    assert ended(12, bitterness=1.0)[1] == [1, 0, 0, 1]
    assert ended(12, bitterness=0.2)[1] == [1, 0, 1, 0]
    assert ended(12, bitterness=1.0, outcome=0.06)[1] == [1, 1, 0, 0]
    assert ended(4, bitterness=0.2, ended_after=4)[1] == [1, 0, 1, 0]


def test_endings_are_told_apart_and_only_after_a_year(lab, run):
    names = ["ended", "ended_goals_met", "ended_faded", "ended_broke_up", "alive"]
    places = [METRIC_NAMES.index(name) for name in names]
    lonely = lab.with_(
        months=40, sites={"lab": {"at_the_table": 0.0}}, parameters={"participation": {"join_threshold": 5.0}}
    )
    ended, met, faded, broke, alive = np.moveaxis(run(lonely)[0, :, 0, places], 0, 0)
    assert not alive.any()
    assert not ended[:11].any() and ended[11:].all()
    assert (ended == met + faded + broke).all()
    lively = run(lab.with_(months=24))[0, :, 0, places]
    assert lively[4].all() and not lively[0].any()

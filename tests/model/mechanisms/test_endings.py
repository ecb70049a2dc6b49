"""Meetings and endings: who is alive, and how those who are not have ended."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import endings, understanding
from tfs_sim.model.state import ACTIVE, BACKBONE, PROSPECT, WITHDRAWN
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


def test_how_those_end_that_set_no_end():
    p = parameters(soured=0.5)
    assert endings.ending_of(0.6, 1, p) == endings.ending_of(0.6, 0, p) == endings.BROKE_UP
    assert endings.ending_of(0.5, 0, p) == endings.LOST_HOST
    assert endings.ending_of(0.5, 1, p) == endings.FADED
    assert len({endings.GOALS_MET, endings.FADED, endings.BROKE_UP, endings.LOST_HOST}) == 4


def test_every_ending_has_its_name_and_its_metric():
    for code, name in (
        (endings.GOALS_MET, "goals met"),
        (endings.FADED, "faded"),
        (endings.BROKE_UP, "broke up"),
        (endings.LOST_HOST, "lost its host"),
    ):
        assert endings.ENDED[code] == name
    assert {"ended_goals_met", "ended_faded", "ended_broke_up", "ended_lost_host"} <= set(METRIC_NAMES)


def test_a_goal_is_reached_at_its_level_and_beyond():
    assert [endings.is_reached(value, 20.0, True) for value in (19.9, 20.0, 20.1)] == [False, True, True]
    assert [endings.is_reached(value, 20.0, False) for value in (19.9, 20.0, 20.1)] == [True, True, False]


def dead_months(whose, status=ACTIVE, coordination=1.0, months=1, **values):
    """Return for how many months a backbone and partners of these sectors have not been alive."""
    return met(whose, status, coordination, months, **values)[0]


def met(whose, status=ACTIVE, coordination=1.0, months=1, has_lived=0, **values):
    """Return for how many months they have not been alive, and whether they ever were."""
    n = len(whose) + 1
    gap, dead = np.zeros(1, np.int64), np.zeros(1, np.int64)
    lived = np.full(1, has_lived, np.uint8)
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
            has_lived=lived,
            p=parameters(**values),
        )
    return int(dead[0]), int(lived[0])


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


def test_who_was_alive_once_has_lived_from_then_on():
    assert met([0, 0, 1]) == (0, 1)
    assert met([0, 0, 0], months=20) == (20, 0)
    assert met([0, 0, 0], months=20, has_lived=1) == (20, 1)


def ended(dead, trust=(0.2, 0.2), status=(ACTIVE, WITHDRAWN), bitterness=0.0, was=0, has_lived=1, site=None, **values):
    """Return bitterness, and the ending, of two organizations with a tie when they have been dead for so long."""
    bitter, ending = np.array([bitterness]), np.full(1, was, np.uint8)
    alone(
        endings.end,
        site_id=np.zeros(1, np.uint64),
        first_organization=np.array([0]),
        end_organization=np.array([2]),
        role=np.zeros(2, np.uint8),
        status=np.array(status, np.uint8),
        first_relationship=np.array([0, 1, 2]),
        end_of_ties=np.array([1, 2]),
        ties=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        trust=np.array(trust),
        dead_months=np.array([dead]),
        has_lived=np.full(1, has_lived, np.uint8),
        bitterness=bitter,
        ending=ending,
        **{name: np.full(1, value, np.uint8) for name, value in (site or {}).items()},
        p=parameters(**values),
    )
    return bitter[0], endings.ENDED[ending[0]]


def test_trust_is_looked_at_in_the_first_month_among_all_who_took_part():
    assert ended(1) == (1.0, "")
    assert ended(1, trust=(0.2, 0.9))[0] == 0.5
    assert ended(1, status=(ACTIVE, PROSPECT))[0] == 0.0
    assert ended(2, bitterness=0.3)[0] == 0.3  # later it is no longer looked at


def test_an_ending_is_told_when_it_is_one():
    assert ended(11, bitterness=1.0)[1] == ""
    assert ended(12, bitterness=1.0)[1] == "broke up"
    assert ended(12, bitterness=0.2)[1] == "faded"
    assert ended(12, bitterness=0.2, site={"hosted_then": 0})[1] == "lost its host"
    assert ended(12, bitterness=1.0, site={"hosted_then": 0})[1] == "broke up"
    assert ended(4, bitterness=0.2, ended_after=4)[1] == "faded"


def test_an_ending_stands_until_the_partnership_is_alive_again():
    assert ended(13, was=endings.LOST_HOST)[1] == "lost its host"
    assert ended(0, was=endings.LOST_HOST)[1] == ""


def test_what_never_lived_does_not_end():
    assert ended(12, has_lived=0)[1] == ended(12, has_lived=0, bitterness=1.0)[1] == ""


def test_with_its_goals_met_a_partnership_has_ended_at_once_and_for_good():
    assert ended(0, site={"dissolved": 1})[1] == "goals met"
    assert ended(12, bitterness=1.0, site={"dissolved": 1, "hosted_then": 0})[1] == "goals met"


@pytest.mark.parametrize("hosted", [0, 1])
def test_whether_there_was_a_host_is_looked_at_in_the_month_in_which_it_stops_being_alive(hosted):
    for dead, seen in ((0, 1 - hosted), (1, hosted), (2, 1 - hosted)):
        then = np.full(1, 1 - hosted, np.uint8)
        alone(
            endings.end,
            site_id=np.zeros(1, np.uint64),
            end_organization=np.zeros(1, np.int64),
            hosted=np.full(1, hosted, np.uint8),
            hosted_then=then,
            dead_months=np.array([dead]),
            p=parameters(),
        )
        assert then[0] == seen


@pytest.mark.parametrize("ending", range(5))
def test_how_it_ended_and_whether_it_is_hosted_are_recorded(ending):
    out = np.zeros((3, 1, len(METRIC_NAMES)))
    alone(endings.observe, month=2, ending=np.full(1, ending, np.uint8), hosted=np.zeros(1, np.uint8), out=out)
    names = ("ended_goals_met", "ended_faded", "ended_broke_up", "ended_lost_host")
    told = [out[2, 0, METRIC_NAMES.index(name)] for name in names]
    assert told == [1.0 if code == ending else 0.0 for code in range(1, 5)]
    assert out[2, 0, METRIC_NAMES.index("ended")] == (ending > 0)
    assert out[2, 0, METRIC_NAMES.index("hosted")] == 0.0
    alone(endings.observe, month=1, ending=np.zeros(1, np.uint8), hosted=np.ones(1, np.uint8), out=out)
    assert out[1, 0, METRIC_NAMES.index("hosted")] == 1.0


def reached(month, recorded, number=0, at=0, above=1, ends=1, dissolved=0):
    """Return whether a partnership has dissolved, its goals reached, and the uncertainty of two about its goals.

    It wants 10 to join a month in the mean of three (`above`: at least, else at most); at the other site it is the
    other way round.
    """
    out = np.zeros((12, 2, len(METRIC_NAMES)))
    out[:, 0, METRIC_NAMES.index("joined")] = 10.0 if recorded[0] < 10.0 else 0.0
    out[: len(recorded), 1, METRIC_NAMES.index("joined")] = recorded
    ended, goals, unsure = np.array([0, dissolved], np.uint8), np.array([0, at]), np.array([0.5, 0.5, 4.0])
    alone(
        endings.reach,
        month=month,
        first_organization=np.array([0, 1]),
        end_organization=np.array([1, 3]),
        goal_variance=unsure,
        dissolved=ended,
        goals_reached=goals,
        goal_site=np.ones(1, np.uint32),
        goal_number=np.full(1, number),
        goal_metric=np.full(1, METRIC_NAMES.index("joined")),
        goal_above=np.full(1, above, np.uint8),
        goal_level=np.full(1, 10.0),
        goal_over=np.full(1, 3),
        goal_ends=np.full(1, ends, np.uint8),
        p_understanding=record(understanding.Parameters, {"unknown_variance": 3}),
        out=out,
    )
    assert (ended[0], goals[0], unsure[0]) == (0, 0, 0.5)  # nobody else's partnership
    return ended[1], goals[1], unsure[1:].tolist()


NOT_YET, ENDS = (0, 0, [0.5, 4.0]), (1, 1, [0.5, 4.0])


def test_a_partnership_ends_when_the_mean_of_its_last_months_has_come_to_its_goal():
    assert reached(3, [9, 10, 11]) == ENDS
    assert reached(3, [9, 10, 10]) == NOT_YET
    assert reached(4, [0, 9, 10, 11]) == ENDS  # the first month is no longer of the last three
    assert reached(4, [30, 9, 9, 11]) == NOT_YET
    assert reached(2, [90, 90]) == NOT_YET  # there have not been three months yet
    assert reached(3, [9, 10, 11], dissolved=1)[1] == 0


def test_a_goal_may_be_at_most_so_much():
    assert reached(3, [9, 10, 11], above=0) == ENDS
    assert reached(3, [9, 10, 12], above=0) == NOT_YET


def test_with_the_next_goal_what_was_clear_has_to_become_clear_again():
    assert reached(3, [9, 10, 11], ends=0) == (0, 1, [3.0, 4.0])  # no clearer than to a newcomer


def test_goals_are_set_about_one_after_the_other():
    assert reached(3, [9, 10, 11], number=1) == NOT_YET
    assert reached(3, [9, 10, 11], number=1, at=1) == (1, 2, [0.5, 4.0])
    assert reached(3, [9, 10, 11], number=0, at=1) == (0, 1, [0.5, 4.0])  # that one has been reached


def test_a_partnership_that_reaches_its_goals_parts_and_nobody_joins_again(lab):
    goals = [
        {"indicator": "partners", "at_least": 1, "over": 2, "then": "next"},
        {"indicator": "partners", "at_least": 1, "over": 3},
    ]
    scenario = lab.with_(months=30, sites={"lab": {"goals": goals}})
    places = [METRIC_NAMES.index(name) for name in ("partners", "ended_goals_met", "ended", "joined")]
    partners, goals_met, ended, joined = engine.run_replicate(scenario.to_template(), 1, 0)[:, 0, places].T
    # looked at before a month: after two months the first goal, after three the second one
    assert (partners[:3] > 1).all() and not partners[3:].any() and not joined[3:].any()
    assert goals_met.tolist() == ended.tolist() == [0.0] * 3 + [1.0] * 27


def test_endings_are_told_apart_and_only_after_a_year(lab, run):
    """With a seat that costs more than anything is worth, nobody joins, and those who are there leave."""
    names = ["ended", "ended_goals_met", "ended_faded", "ended_broke_up", "ended_lost_host", "alive"]
    places = [METRIC_NAMES.index(name) for name in names]
    costly = {"participation": {"sitting": 5.0}}
    lonely = lab.with_(months=60, clock={"run_in": 0}, parameters=costly)
    ended, met, faded, broke, lost, alive = np.moveaxis(run(lonely, replicates=5)[:, :, 0, places], -1, 0)
    for r in range(5):
        assert alive[r, 0] and not alive[r, 50:].any()
        stopped = np.flatnonzero(alive[r])[-1] + 1
        assert not ended[r, : stopped + 11].any() and ended[r, stopped + 11 :].all()
    assert (ended == met + faded + broke + lost).all()
    assert not met.any()
    never = run(lab.with_(months=24, sites={"lab": {"at_the_table": 0.0}}, parameters=costly))[0, :, 0, places]
    assert not never.any()  # what nobody began has not ended
    lively = run(lab.with_(months=24))[0, :, 0, places]
    assert lively[5].all() and not lively[0].any()

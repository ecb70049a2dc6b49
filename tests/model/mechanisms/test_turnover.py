"""Turnover: who leaves when, how long the post is vacant, and what a successor starts from."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import smoothing, turnover
from tfs_sim.model.state import BACKBONE, SECTORS

NOBODY_LEAVES = {f"rate_{name}": 0.0 for name in (*SECTORS, "backbone")}


def parameters(**values):
    return record(turnover.Parameters, values)


def test_the_hazard_rises_with_workload_with_a_crisis_and_for_newcomers():
    p = parameters(workload=0.4, early_leaving=0.4, early_time=12)
    assert turnover.hazard(0.02, 1.0, 1.0, p) == 0.02
    assert turnover.hazard(0.02, 1.5, 0.5, p) == pytest.approx(0.036)  # half of what workload adds, half as much again
    assert [turnover.early_hazard(tenure, p) for tenure in (0, 12, 24)] == pytest.approx([1.4, 1.2, 1.1])


def test_a_wave_of_departures_comes_on_top():
    p = parameters(wave=0.5)
    assert turnover.chance_of_leaving(0.1, 0.0, p) == pytest.approx(0.1)
    assert turnover.chance_of_leaving(0.1, 0.5, p) == pytest.approx(1 - 0.9 * 0.75)
    assert turnover.chance_of_leaving(3.0, 0.0, p) == 1.0


def test_nine_tenths_of_a_gap_are_closed_after_the_time():
    assert (1 - turnover.closed_in_a_month(7.0)) ** 7 == pytest.approx(0.1)
    p, q = parameters(ramp=5.0), record(smoothing.Parameters, {"manual_saving": 0.4})
    assert [turnover.ramp_time(written, q, p) for written in (0.0, 0.5, 1.0)] == pytest.approx([5, 4, 3])


def test_successors_are_drawn_around_their_mean_as_shares():
    p = parameters(commitment_after=0.4, commitment_spread=0.2)
    assert [turnover.successor_commitment(z, p) for z in (0, 1, 9, -9)] == pytest.approx([0.4, 0.6, 1, 0])


def test_what_is_kept_of_two_people_is_handed_over_or_introduced():
    p = record(smoothing.Parameters, {"handed_over": 0.4, "overlap_introductions": 0.5})
    assert turnover.evidence_kept(0.0, 0.0, True, p) == 0.0
    assert turnover.evidence_kept(1.0, 1.0, True, p) == pytest.approx(0.7)
    assert turnover.evidence_kept(1.0, 1.0, False, p) == pytest.approx(0.4)  # nobody to introduce yet


def month(n, given=(), **values):
    """Return the organizations after a month in which nobody leaves unless the values or what is given say so."""
    world = {
        "organization_id": np.arange(n, dtype=np.uint64),
        "site_of": np.zeros(n, np.uint32),
        "role": np.zeros(n, np.uint8),
        "sector": np.zeros(n, np.uint8),
        "in_post": np.ones(n, np.uint8),
        "notice": np.full(n, -1),
        "vacancy": np.zeros(n, np.int64),
        "waiting_for": np.zeros(n, np.int64),
        "tenure": np.full(n, 60),
        "person": np.zeros(n, np.uint64),
        "departed": np.zeros(n, np.uint8),
        "arrived": np.zeros(n, np.uint8),
        "ramp": np.ones(n),
        "backing": np.ones(n),
        "commitment": np.full(n, 0.9),
        "departures": np.zeros(1),
        "dose_overlap": np.zeros(n),
        "shock_leadership_change": np.zeros(n),
        "shock_departure_wave": np.zeros(n),
        **dict(given),
    }
    alone(turnover.leave_and_arrive, **world, p=parameters(**{**NOBODY_LEAVES, **values}))
    return world


def test_only_the_sector_and_the_role_whose_rate_it_is_lose_people():
    sectors, roles = np.array([0, 1, 1], np.uint8), np.array([0, 0, BACKBONE], np.uint8)
    world = month(3, {"sector": sectors, "role": roles}, rate_nonprofit=12, notice_share=0)
    assert world["departed"].tolist() == [0, 1, 0] and world["departures"][0] == 1
    world = month(3, {"sector": sectors, "role": roles}, rate_backbone=12, notice_share=0)
    assert world["departed"].tolist() == [0, 0, 1]


def test_a_post_that_is_filled_at_once_has_a_successor_who_starts_from_little():
    world = month(1, rate_district=12, notice_share=0, time_to_fill=0, first_understanding=0.2, first_backing=0.3)
    assert world["in_post"][0] == world["arrived"][0] == world["person"][0] == 1
    assert (world["tenure"][0], world["ramp"][0], world["backing"][0]) == (0, 0.2, 0.3)
    assert world["commitment"][0] != 0.9


def test_notice_is_given_and_the_leaver_stays_for_its_months():
    world = month(1, rate_district=12, notice_share=1, notice=2)
    assert world["notice"][0] == 2 and world["departed"][0] == 0 and world["waiting_for"][0] >= 1
    for left in (1, 0):
        world = month(1, world)
        assert world["departed"][0] == (left == 0)


def test_a_change_of_leadership_takes_whom_it_strikes():
    assert month(2, {"shock_leadership_change": np.array([1.0, 0.0])})["departed"].tolist() == [1, 0]
    assert not month(50)["departed"].any()


def test_a_wave_takes_so_many_a_month():
    n = 4000
    world = month(n, {"shock_departure_wave": np.full(n, 0.8)}, wave=0.5, notice_share=0)
    assert world["departed"].mean() == pytest.approx(0.4, abs=0.03)


def test_people_leave_more_often_in_one_community_than_in_another():
    n = 4000
    world = month(
        n,
        {"site_of": np.arange(n, dtype=np.uint32) // 2000, "leaving_here": np.array([0.5, 2.0])},
        rate_district=1.2,
        early_leaving=0,
        notice_share=0,
    )
    assert world["departed"][:2000].mean() == pytest.approx(0.05, abs=0.015)
    assert world["departed"][2000:].mean() == pytest.approx(0.2, abs=0.03)


def test_successors_are_as_committed_as_people_are_in_their_community():
    world = month(
        3,
        {"site_of": np.arange(3, dtype=np.uint32), "commitment_here": np.array([0.0, 0.1, 0.9])},
        rate_district=12,
        notice_share=0,
        time_to_fill=0,
        commitment_after=0.4,
        commitment_spread=0,
    )
    assert world["commitment"] == pytest.approx([0.4, 0.5, 1.0])  # a share: at most 1


def test_backing_is_not_won_while_nobody_leads():
    ramp, backing = np.zeros(2), np.full(2, 0.4)
    alone(
        turnover.ramp_up,
        in_post=np.ones(2, np.uint8),
        leader_in_post=np.array([1, 0], np.uint8),
        documentation=np.zeros(2),
        ramp=ramp,
        backing=backing,
        p=parameters(ramp=1, backing_time=1),
    )
    assert backing == pytest.approx([0.4 + 0.9 * 0.6, 0.4]) and ramp == pytest.approx([0.9, 0.9])


def test_understanding_and_backing_grow_while_there_is_somebody_in_the_post():
    ramp, backing = np.zeros(2), np.zeros(2)
    for _ in range(6):
        alone(
            turnover.ramp_up,
            in_post=np.array([1, 0], np.uint8),
            documentation=np.zeros(2),
            ramp=ramp,
            backing=backing,
            p=parameters(ramp=6, backing_time=3),
        )
    assert ramp == pytest.approx([0.9, 0]) and backing == pytest.approx([0.99, 0])

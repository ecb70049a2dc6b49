"""Compromise, portfolio pressure, data and accountability: what their kernels do, in numbers."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine, payoff
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import accountability, compromise, pooling, portfolio
from tfs_sim.validation.space import METRIC_NAMES

ACTIVE = np.array([2], np.uint8)
PARTNER = np.zeros(1, np.uint8)


def parameters(name, **values):
    return record(MECHANISMS[name].parameters, values)


def last_world(scenario):
    *_, (_, world, _) = engine.trace(scenario.to_template(), 1, 0)
    return world


def given_way(flexibility, core=0.3, status=ACTIVE):
    position, strain = np.zeros((3, 1)), np.full(1, 9.0)
    goals = np.array([[0.6], [0.0], [0.8]])  # at distance 1 of the mission
    alone(
        compromise.give_way,
        month=0,
        site_of=np.zeros(1, np.uint32),
        role=PARTNER,
        status=status,
        flexibility=np.array([flexibility]),
        shared_goals=goals,
        mission=np.zeros((3, 1)),
        position=position,
        mission_strain=strain,
        p_understanding=parameters("understanding"),
        p=parameters("compromise", core=core, strain=0.5),
    )
    return position[:, 0], strain[0]


def test_one_gives_way_in_proportion_and_minds_only_beyond_the_core_of_its_mission():
    position, strain = given_way(0.25)
    assert position == pytest.approx([0.15, 0, 0.2])
    assert strain == 0.0
    position, strain = given_way(0.6)
    assert np.linalg.norm(position) == pytest.approx(0.6)
    assert strain == pytest.approx(0.5)  # at twice the core distance
    position, strain = given_way(1.0, status=np.array([3], np.uint8))
    assert not position.any() and strain == 0.0


def test_attention_follows_appeal_and_what_is_lost_pulls_on_effort():
    attention, pull, mean = np.ones(1), np.zeros(1), np.ones(1)
    p = parameters("portfolio", pressure=0.5, clarity=0.5, shift=0.2, pull=0.3)
    for _ in range(200):
        alone(
            portfolio.compete,
            first_organization=np.array([0]),
            end_organization=np.array([1]),
            role=PARTNER,
            status=ACTIVE,
            in_post=np.ones(1, np.uint8),
            clarity=np.array([0.6]),
            commitment=np.array([0.5]),
            backing=np.array([0.8]),
            attention=attention,
            portfolio=pull,
            mean_attention=mean,
            p=p,
        )
    assert attention[0] == pytest.approx(0.5)  # appeal .5 × .6 + .5 × .4 against pressure .5
    assert pull[0] == pytest.approx(0.15)
    assert mean[0] == attention[0]


def esteem(data, practice, x):
    weight, bar, slope = np.zeros(1), np.zeros(1), np.zeros(1)
    p = parameters("accountability", noise=1.0, shown=0.8, esteem=0.2)
    alone(
        accountability.hold_to_account,
        first_organization=np.array([0]),
        end_organization=np.array([2]),
        role=np.zeros(2, np.uint8),
        status=np.full(2, 2, np.uint8),
        effort=np.array([0.1, 0.3]),
        data=np.array([data]),
        dose_accountability_practice=np.array([practice]),
        esteem_weight=weight,
        esteem_bar=bar,
        esteem_slope=slope,
        by_seen=np.zeros(1),
        p_effort=parameters("effort", largest=0.5),
        p=p,
    )
    assert bar[0] == pytest.approx(0.4)
    return weight[0] * (1 / (1 + np.exp(-slope[0] * (x - bar[0]))) - 0.5)


def test_esteem_depends_on_what_is_seen():
    assert esteem(0.0, 1.0, 0.4) == esteem(1.0, 1.0, 0.4) == 0.0  # those at the mean stand out neither way
    assert esteem(1.0, 0.0, 0.9) == 0.0
    assert 0 < esteem(0.0, 1.0, 0.9) < esteem(1.0, 1.0, 0.9) < 0.1
    assert esteem(1.0, 1.0, 0.1) < esteem(0.0, 1.0, 0.1) < 0


def test_a_data_system_takes_time_to_build():
    data = np.zeros(1)
    for _ in range(6):
        alone(
            accountability.gather,
            backbone=np.zeros(1, np.int64),
            coaching=np.zeros((3, 1)),
            dose_shared_data_system=np.ones(1),
            data=data,
            p=parameters("accountability", building=6),
        )
    assert data[0] == pytest.approx(1 - (5 / 6) ** 6)


@pytest.mark.parametrize(
    ("mechanism", "field", "absent"),
    [
        ("compromise", "mission_strain", 0),
        ("portfolio", "portfolio", 0),
        ("portfolio", "attention", 1),
        ("accountability", "by_seen", 1),
        ("accountability", "esteem_weight", 0),
        ("accountability", "data", 0),
    ],
)
def test_switched_off_they_are_absent(lab, mechanism, field, absent):
    practices = [{"use": use, "paid_by": "outside"} for use in ("shared-data-system", "accountability-practice")]
    scenario = lab.with_(months=14, interventions=practices)
    assert (getattr(last_world(scenario), field) != absent).any()
    assert (getattr(last_world(scenario.with_(mechanisms={mechanism: False})), field) == absent).all()


EFFORT, STAFF = np.array([0.1, 0.3, 0.5, 0.2]), np.array([4.0, 1.0, 2.0, 3.0])


def shares(by_seen, noise, months=1):
    """Return the shares of a pool that four partners get: [month, partner]."""
    p = parameters("pooling", paid_out=1.0)
    found = []
    for month in range(months):
        income, expected, accounts = np.zeros(4), np.zeros(4), np.zeros(2 + 1 + 4, np.int64)
        slope = 1.7 / noise if noise else 0.0
        alone(
            pooling.share_out,
            month=month,
            key=draws.run_key(1, 0),
            organization_id=np.arange(4, dtype=np.uint64),
            first_organization=np.array([0]),
            end_organization=np.array([4]),
            role=np.zeros(4, np.uint8),
            status=np.full(4, 2, np.uint8),
            effort=EFFORT,
            fte=STAFF,
            income_factor=np.ones(1),
            by_seen=np.array([by_seen]),
            esteem_slope=np.array([slope]),
            pool_payout=np.zeros(1),
            grant_income=income,
            pool_expected=expected,
            organization_luck=np.zeros((4, 4), np.uint32),
            favour=np.zeros(4),
            accounts=accounts,
            dose_pooled_funding=np.ones(1),
            p_competition=parameters("competition"),
            p_effort=parameters("effort", largest=0.5),
            p_money=parameters("money"),
            p=p,
        )
        assert expected.sum() == pytest.approx(income.sum(), abs=0.04)
        if noise == 0.0:
            assert expected == pytest.approx(income, abs=0.02)
        assert accounts.sum() == 0 and (accounts[3:] >= 0).all() and 0 <= accounts[2] < 4
        found.append(income / income.sum())
    return np.array(found)


GIVEN, SIZE = EFFORT * STAFF / (EFFORT * STAFF).sum(), STAFF / STAFF.sum()


def test_a_pool_is_shared_by_contribution_where_it_is_seen_and_accounted_for():
    assert shares(1.0, 0.0)[0] == pytest.approx(GIVEN, abs=1e-5)
    assert shares(0.0, 0.0)[0] == pytest.approx(SIZE, abs=1e-5)
    assert shares(0.5, 0.0)[0] == pytest.approx((GIVEN + SIZE) / 2, abs=1e-5)


def test_with_poor_data_shares_are_noisier_and_more_by_size():
    clear, dim = shares(1.0, 0.2, months=400), shares(1.0, 1.0, months=400)
    assert (clear.std(axis=0) < 0.6 * dim.std(axis=0)).all()
    assert np.abs(clear.mean(axis=0) - GIVEN).max() < 0.5 * np.abs(dim.mean(axis=0) - GIVEN).max()
    assert np.abs(dim.mean(axis=0) - SIZE).max() < np.abs(clear.mean(axis=0) - SIZE).max()


def test_what_a_contribution_is_expected_to_be_seen_as_is_the_mean_of_what_is_seen():
    noise = np.random.default_rng(1).logistic(size=1_000_000)
    for x, slope in ((0.0, 1.7), (0.4, 1.7), (0.8, 8.5), (0.8, 1e4)):
        seen = np.maximum(x + noise / slope, 0.0)
        assert payoff.expected_sight(x, slope) == pytest.approx(seen.mean(), abs=5 * seen.std() / 1000 + 1e-12)
    assert payoff.expected_sight(0.3, 0.0) == 0.3


def reward_of_effort(lab, data, practice):
    """Return what full effort is worth of the pool over none, mean over partners with everything else as it is."""
    levers = [("shared-data-system", data), ("accountability-practice", practice), ("pooled-funding", 0.6)]
    scenario = lab.with_(
        months=18,
        interventions=[{"use": use, "dose": dose, "paid_by": "outside"} for use, dose in levers],
        mechanisms={"participation": False},
        parameters={"accountability": {"esteem": 0.0}},
    )
    template = scenario.to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    partners = np.flatnonzero((world.status == 2) & (world.role == 0))
    money, rest = world.payoff[payoff.MONEY, partners], world.payoff[payoff.REST, partners]
    low, high = (payoff.expected_sight(x, world.esteem_slope[0]) * 0.5 * world.fte[partners] for x in (0.0, 1.0))
    return float((money * (high / (high + rest) - low / (low + rest))).mean())


def test_data_and_accountability_together_reward_effort_by_more_than_their_sum(lab):
    neither, data, practice, both = (reward_of_effort(lab, *doses) for doses in ((0, 0), (1, 0), (0, 1), (1, 1)))
    assert 0 < neither < min(data, practice)
    assert both - neither > 1.1 * ((data - neither) + (practice - neither))


NETWORK = [f"nonprofit-{n:02d}" for n in range(1, 11)]


def affiliates(lab, latitude, months=36):
    return lab.with_(
        months=months,
        nationals={"one": {}},
        sites={"lab": {"networks": {"one": NETWORK}, "at_the_table": 1.0}},
        parameters={"compromise": {"latitude": latitude}},
    )


def test_affiliates_have_the_latitude_that_their_national_leaves_them(lab):
    free, bound = (last_world(affiliates(lab, latitude, months=1)) for latitude in (1.0, 0.25))
    members = free.affiliation >= 0
    assert members.sum() == len(NETWORK)
    assert bound.flexibility[members] == pytest.approx(0.25 * free.flexibility[members])
    assert np.array_equal(bound.flexibility[~members], free.flexibility[~members])


def test_communities_agree_more_where_nationals_leave_affiliates_latitude(lab, run):
    place = METRIC_NAMES.index("actual_agreement")
    bound, free = (run(affiliates(lab, x), replicates=12)[:, 6:, 0, place].mean(axis=1) for x in (0.0, 1.0))
    gained = free - bound
    assert gained.mean() > 2 * gained.std(ddof=1) / np.sqrt(gained.size)

"""Communities: staff, strengths, who is at the table, and ties with their evidence, before anything happens."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import sectors
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community
from tfs_sim.model.state import ACTIVE, BACKBONE, NEEDS, PARTNER, SECTORS

P = record(
    community.Parameters,
    {"staff_per_1000": 16, "density": 0.2, "homophily": 0.5, "backbone_ties": 3, "commitment": 0.4,
     "willing_at_start": 1.5, "kept_at_start": 0.7, "kept_spread": 0.1, "mixed_at_start": 0.05},
)  # fmt: skip


def test_the_equations():
    assert community.trait(0.5, 0.2, 1.0) == pytest.approx(0.7)
    assert [community.trait(0.5, 0.2, z) for z in (-9.0, 9.0)] == [0.0, 1.0]
    assert community.staff_of_all(2500, P) == pytest.approx(40.0)
    assert community.chance_at_the_table(0.3, 0.4, P) == pytest.approx(0.3)  # of one with mean commitment
    odds = 3 / 7 * math.exp(1.5 * (0.6 - 0.4) / 0.4)
    assert community.chance_at_the_table(0.3, 0.6, P) == pytest.approx(odds / (1 + odds))
    assert [community.chance_at_the_table(share, 0.9, P) for share in (0.0, 1.0)] == [0.0, 1.0]
    assert community.chance_of_tie(0.5, False, P) == pytest.approx(0.2)
    assert community.chance_of_tie(1.0, False, P) == pytest.approx(0.3)
    assert community.chance_of_tie(1.0, True, P) == pytest.approx(0.6)
    assert community.kept_at_first(-1.0, P) == pytest.approx(0.6)
    assert [community.kept_at_first(z, P) for z in (-9.0, 9.0)] == [0.05, 0.95]
    assert community.in_need(100.0, 0.3, 1.2) == pytest.approx(36.0)
    assert community.in_need(100.0, 0.9, 1.2) == 100.0


def test_tables_have_every_sector_and_every_need():
    assert tuple(sectors.PROFILES.rows) == tuple(sectors.STAFF.rows) == SECTORS
    assert sectors.PROFILES.columns == NEEDS == tuple(community.NEED.rows)
    assert sectors.SECTOR_PROFILE.sum(axis=1) == pytest.approx(np.ones(len(SECTORS)))
    assert community.NEED_PROFILE.mean() == pytest.approx(1.0)


def organizations(n=400, at_the_table=0.5, given_fte=0.0, given_joining=-1, **changes):
    """Return what is drawn for n nonprofits and a backbone."""
    found = {name: np.zeros(n + 1) for name in ("base_fte", "fte", "commitment", "effort", "belief")}
    found["status"], found["tenure"] = np.zeros(n + 1, np.uint8), np.zeros(n + 1, np.int64)
    found["strength"] = np.zeros((4, n + 1))
    alone(
        community.begin_organizations,
        organization_id=np.arange(n + 1).astype(np.uint64),
        sector=np.full(n + 1, SECTORS.index("nonprofit"), np.uint8),
        role=np.array([PARTNER] * n + [BACKBONE], np.uint8),
        end_organization=np.array([n + 1]),
        students=np.array([[1000.0], [1500.0]]),
        at_the_table=np.array([at_the_table]),
        given_fte=np.array([given_fte] + [0.0] * n),
        given_joining=np.array([given_joining] * (n + 1), np.int64),
        **found,
        p=P._replace(**changes),
    )
    return found


def test_staff_of_partners_is_that_of_the_community_but_for_what_a_file_gives():
    found = organizations()
    assert found["fte"][:-1].sum() == pytest.approx(40.0)
    assert found["fte"][-1] == 0.0
    assert organizations(given_fte=7.0)["fte"][0] == 7.0


def test_strengths_are_those_of_the_sector_and_differ_by_specialization():
    alike, unlike = organizations(specialization=0.0)["strength"], organizations()["strength"]
    assert alike[:, 0] == pytest.approx([0.30, 0.15, 0.30, 0.25])
    assert (alike == alike[:, :1]).all()
    assert unlike.sum(axis=0) == pytest.approx(np.ones(401))
    assert (unlike.std(axis=1) > 0.02).all()


def test_the_willing_are_at_the_table():
    found = organizations(n=4000)
    at_table = found["status"][:-1] == ACTIVE
    assert at_table.mean() == pytest.approx(0.5, abs=0.05)
    assert found["commitment"][:-1][at_table].mean() > found["commitment"][:-1][~at_table].mean() + 0.05
    assert (found["effort"][:-1][~at_table] == 0.0).all() and (found["effort"][:-1][at_table] > 0.0).all()
    assert (organizations(n=20, given_joining=0, at_the_table=0.0)["status"] == ACTIVE).all()
    assert (organizations(n=20, given_joining=5, at_the_table=1.0)["status"][:-1] != ACTIVE).all()


def test_first_representatives_have_been_there_for_up_to_the_longest_tenure():
    tenure = organizations(n=4000, longest_tenure=24.0)["tenure"]
    assert (tenure.min(), tenure.max()) == (0, 23)


def ties(n=4000, role=PARTNER, given=-1.0, **changes):
    """Return what is drawn for n pairs of two whose niches are alike; the second of each is of a role."""
    found = {name: np.zeros(2 * n) for name in ("personal_good", "personal_bad", "institutional_good")}
    found["institutional_bad"], idle, is_open = np.zeros(2 * n), np.zeros(n), np.zeros(n, np.uint8)
    alone(
        community.begin_relationships,
        pair_id=np.arange(n).astype(np.uint64),
        one_end=np.zeros(n, np.int64),
        other_end=np.ones(n, np.int64),
        role=np.array([PARTNER, role], np.uint8),
        strength=np.full((4, 2), 0.25),
        given_strength=np.full(2 * n, given),
        is_open=is_open,
        idle=idle,
        overlap=np.zeros(n),
        **found,
        p=P._replace(history=4.0, **changes),
    )
    return is_open.astype(bool), idle, found


def test_ties_are_as_dense_as_their_chance_denser_with_the_backbone():
    assert ties()[0].mean() == pytest.approx(0.3, abs=0.03)
    assert ties(role=BACKBONE)[0].mean() == pytest.approx(0.6, abs=0.03)
    assert not ties(given=0.0)[0].any() and ties(given=0.5)[0].all()


def test_a_tie_carries_a_history_part_of_it_on_record_and_strangers_carry_none():
    is_open, idle, found = ties(personal_at_start=0.75, strangers_for=36.0)
    both = np.concatenate([is_open, is_open])
    personal = found["personal_good"] + found["personal_bad"]
    assert personal[both] == pytest.approx(np.full(both.sum(), 3.0))
    assert (found["institutional_good"] + found["institutional_bad"])[both] == pytest.approx(np.full(both.sum(), 1.0))
    assert not personal[~both].any()
    assert (idle[is_open] == 0.0).all() and (idle[~is_open] == 36.0).all()
    kept = found["personal_good"][both] / 3.0
    assert (kept.mean(), kept.std()) == (pytest.approx(0.7, abs=0.01), pytest.approx(0.1, abs=0.01))
    half = ties(given=0.5)[2]
    assert half["personal_good"] + half["personal_bad"] == pytest.approx(np.full(8000, 1.0))

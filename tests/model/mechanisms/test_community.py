"""Communities: staff, strengths, who is at the table, and ties with their evidence, before anything happens."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import sectors
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community
from tfs_sim.model.state import ACTIVE, BACKBONE, NEEDS, PARTNER, PROSPECT, SECTORS

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
    assert community.chance_of_tie(0.5, False, 1.0, P) == pytest.approx(0.2)
    assert community.chance_of_tie(1.0, False, 1.0, P) == pytest.approx(0.3)
    assert community.chance_of_tie(1.0, False, 2.5, P) == pytest.approx(0.75)  # it stands for two and a half pairs
    assert [community.chance_of_tie(1.0, True, reach, P) for reach in (1.0, 2.5)] == pytest.approx([0.6, 0.6])
    assert community.kept_at_first(-1.0, P) == pytest.approx(0.6)
    assert [community.kept_at_first(z, P) for z in (-9.0, 9.0)] == [0.05, 0.95]
    assert community.in_need(100.0, 0.3, 1.2) == pytest.approx(36.0)
    assert community.in_need(100.0, 0.9, 1.2) == 100.0


def test_tables_have_every_sector_and_every_need():
    assert tuple(sectors.PROFILES.rows) == tuple(sectors.STAFF.rows) == SECTORS
    assert sectors.PROFILES.columns == NEEDS == tuple(community.NEED.rows)
    assert sectors.SECTOR_PROFILE.sum(axis=1) == pytest.approx(np.ones(len(SECTORS)))
    assert community.NEED_PROFILE.mean() == pytest.approx(1.0)


def organizations(n=400, at_the_table=0.5, given_fte=0.0, given_joining=-1, given_tenure=-1, site=None, **changes):
    """Return what is drawn for n nonprofits and a backbone, whose partnership began when all begins (month −60)."""
    found = {name: np.zeros(n + 1) for name in ("base_fte", "fte", "commitment", "effort", "belief")}
    found["status"], found["tenure"] = np.zeros(n + 1, np.uint8), np.zeros(n + 1, np.int64)
    found["strength"] = np.zeros((4, n + 1))
    of_site = {"begins": -60, "commitment_here": 0.0, "staff_here": 1.0, **(site or {})}
    alone(
        community.begin_organizations,
        run_in=60,
        organization_id=np.arange(n + 1).astype(np.uint64),
        sector=np.full(n + 1, SECTORS.index("nonprofit"), np.uint8),
        role=np.array([PARTNER] * n + [BACKBONE], np.uint8),
        end_organization=np.array([n + 1]),
        students=np.array([[1000.0], [1500.0]]),
        at_the_table=np.array([at_the_table]),
        given_fte=np.array([given_fte] + [0.0] * n),
        given_joining=np.array([given_joining] * (n + 1), np.int64),
        given_tenure=np.full(n + 1, given_tenure),
        **{name: np.array([value]) for name, value in of_site.items()},
        **found,
        p=P._replace(**changes),
    )
    return found


def test_staff_of_partners_is_that_of_the_community_but_for_what_a_file_gives():
    found = organizations()
    assert found["fte"][:-1].sum() == pytest.approx(40.0)
    assert found["fte"][-1] == 0.0
    assert organizations(given_fte=7.0)["fte"][0] == 7.0


def test_staff_is_more_where_the_community_has_more():
    assert organizations(site={"staff_here": 1.5})["fte"][:-1].sum() == pytest.approx(60.0)


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


@pytest.mark.parametrize("begins", [-59, 0, 12])
def test_a_partnership_that_begins_later_has_nobody_at_its_table_yet(begins):
    found = organizations(n=20, at_the_table=1.0, given_joining=0, site={"begins": begins})
    assert found["status"].tolist() == [PROSPECT] * 20 + [ACTIVE]  # of the backbone there is an organization already
    assert not found["effort"].any()


def test_where_people_are_more_committed_all_are_by_as_much_up_to_the_most():
    usual, here = organizations()["commitment"], organizations(site={"commitment_here": 0.5})["commitment"]
    assert here == pytest.approx(np.minimum(usual + 0.5, 1.0))
    assert 0.1 < (here == 1.0).mean() < 0.9


def test_first_representatives_have_been_there_for_up_to_the_longest_tenure():
    tenure = organizations(n=4000, longest_tenure=24.0)["tenure"]
    assert (tenure.min(), tenure.max()) == (0, 23)
    assert (organizations(n=20, given_tenure=40, longest_tenure=24.0)["tenure"] == 40).all()


def test_a_backbone_has_staff_from_the_month_in_which_its_partnership_begins():
    own, staff = np.zeros(2), np.full(2, 9.0)
    alone(
        community.begin_sites,
        run_in=60,
        base_backbone_fte=np.array([1.5, 1.5]),
        begins=np.array([-60, 0]),
        own_backbone_fte=own,
        backbone_fte=staff,
        p=P,
    )
    assert own.tolist() == staff.tolist() == [1.5, 0.0]


def ties(n=4000, role=PARTNER, given=-1.0, reach=1.0, promises_here=0.0, **changes):
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
        reach=np.array([reach]),
        promises_here=np.array([promises_here]),
        **found,
        p=P._replace(history=4.0, **changes),
    )
    return is_open.astype(bool), idle, found


def test_ties_are_as_dense_as_their_chance_denser_with_the_backbone():
    assert ties()[0].mean() == pytest.approx(0.3, abs=0.03)
    assert ties(role=BACKBONE)[0].mean() == pytest.approx(0.6, abs=0.03)
    assert ties(reach=2.0)[0].mean() == pytest.approx(0.6, abs=0.03)
    assert ties(role=BACKBONE, reach=2.0)[0].mean() == pytest.approx(0.6, abs=0.03)
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


def test_where_promises_are_kept_more_often_first_evidence_is_better_by_as_much():
    def kept(here):
        found = ties(given=1.0, promises_here=here, personal_at_start=0.5)[2]
        assert found["personal_good"] == pytest.approx(found["institutional_good"])  # as on record, so in person
        return found["personal_good"] / (found["personal_good"] + found["personal_bad"])

    assert kept(0.05) == pytest.approx(np.minimum(kept(0.0) + 0.05, 1.0))


def first_evidence(pair, is_open, strength):
    """Return what one of two pairs begins with (personal and on record, good and bad); the other's is left at 9."""
    found = [np.full(4, 9.0) for _ in range(4)]
    names = ("personal_good", "personal_bad", "institutional_good", "institutional_bad")
    alone(
        community.first_evidence,
        q=pair,
        here=0.0,
        pair_id=np.array([7, 8], np.uint64),
        is_open=np.full(2, is_open, np.uint8),
        given_strength=np.full(4, strength),
        **dict(zip(names, found, strict=True)),
        p=P._replace(history=4.0, personal_at_start=0.75, kept_at_start=0.7, kept_spread=0.0),
    )
    return np.array(found)


@pytest.mark.parametrize(
    ("is_open", "strength", "share"), [(1, -1.0, 1.0), (1, 0.5, 0.5), (0, -1.0, 0.0), (0, 0.5, 0.0)]
)
def test_first_evidence_is_as_much_as_the_tie_is_strong_and_of_both_ends_of_one_pair_alone(is_open, strength, share):
    whole = np.array([4 * 0.75 * 0.7, 4 * 0.75 * 0.3, 4 * 0.25 * 0.7, 4 * 0.25 * 0.3])
    found = first_evidence(1, is_open, strength)
    assert found[:, [1, 3]] == pytest.approx(np.outer(share * whole, [1, 1]))
    assert (found[:, [0, 2]] == 9.0).all()

"""Families: what community groups give and whom they must trust, what support it builds, what is taken up."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import effort, families
from tfs_sim.model.state import ACTIVE, PROSPECT, SECTORS

P = record(
    families.Parameters,
    {"ground": 0.3, "building_time": 7, "outreach": 0.6, "ease": 0.3, "pull": 3.0, "closed_doors": 1.5},
)
GROUP, NONPROFIT = families.COMMUNITY_GROUP, SECTORS.index("nonprofit")


def test_the_equations():
    assert families.given_by_group(0.5, 1, 0.6) == pytest.approx(0.3)
    assert families.given_by_group(2.0, 1, 0.6) == pytest.approx(0.6)
    assert families.given_by_group(0.5, 0, 0.6) == 0.0
    assert families.engagement_of(0.25, 0.0, P) == 0.25
    assert families.engagement_of(0.25, 0.5, P) == pytest.approx(1 - 0.75 * 0.7)
    assert families.support_at_rest(0.5, P) == pytest.approx(0.65)
    assert families.support_after(0.3, 0.65, P) == pytest.approx(0.35)
    assert families.take_up_of(0.5, 1.0, P) == pytest.approx(1 / (1 + math.exp(-1.8)))
    assert families.take_up_of(0.5, 0.6, P) == pytest.approx(1 / (1 + math.exp(-1.2)))


def engaged(sector=(GROUP, GROUP, NONPROFIT), status=(ACTIVE, PROSPECT, ACTIVE), dose=0.0, month=1, run_in=0):
    """Return engagement and support after a month in which the first of three gives half, and trusts the last by .8.

    It has ties with both others, and the last one trusts it by .1.
    """
    engagement, support = np.zeros(1), np.array([0.3])
    alone(
        families.engage,
        month=month,
        run_in=run_in,
        sector=np.array(sector, np.uint8),
        status=np.array(status, np.uint8),
        effort=np.array([0.25, 0.5, 0.5]),
        in_post=np.ones(3, np.uint8),
        end_organization=np.array([3]),
        first_relationship=np.array([0, 2, 3, 4]),
        end_of_ties=np.array([2, 3, 4], np.int64),
        ties=np.array([0, 1, 2, 3], np.uint32),
        target=np.array([1, 2, 0, 0], np.uint32),
        trust=np.array([0.2, 0.8, 0.1, 0.1]),
        family_engagement=engagement,
        community_support=support,
        dose_parent_and_student_engagement=np.array([dose]),
        p_effort=record(effort.Parameters, {"largest": 0.5}),
        p=P,
    )
    return engagement[0], support[0]


def test_engagement_is_what_community_groups_at_the_table_give_where_they_trust_partners():
    assert engaged()[0] == pytest.approx(
        0.5 * 0.8 / 2
    )  # of two groups, one takes part; it trusts the one partner by .8
    assert engaged(sector=(NONPROFIT,) * 3)[0] == 0.0
    assert engaged(status=(PROSPECT, PROSPECT, ACTIVE))[0] == 0.0


def test_involving_families_directly_adds_what_is_missing():
    assert engaged(sector=(NONPROFIT,) * 3, dose=1.0)[0] == pytest.approx(0.6)
    assert engaged(dose=1.0)[0] == pytest.approx(1 - 0.8 * 0.4)


@pytest.mark.parametrize("run_in", [0, 60])
def test_support_is_at_rest_when_the_run_in_begins_and_follows_slowly(run_in):
    at_rest = 0.3 + 0.7 * 0.2
    assert engaged(month=-run_in, run_in=run_in)[1] == pytest.approx(at_rest)
    assert engaged(month=1 - run_in, run_in=run_in)[1] == pytest.approx(0.3 + (at_rest - 0.3) / 7)


def test_after_a_run_in_month_0_is_a_month_like_any_other():
    assert engaged(month=0, run_in=60)[1] == pytest.approx(0.3 + 0.7 * 0.2 / 7)


def test_switched_off_all_is_taken_up(lab):
    out = engine.run_replicate(lab.with_(months=2, mechanisms={"families": False}).to_template(), 1, 0)
    assert (out[:, 0, list(METRICS).index("take_up")] == 1.0).all()


def test_community_support_comes_to_rest_where_engagement_holds_it(lab):
    p = MECHANISMS["families"].parameters._field_defaults
    engaged = [{"use": "parent-and-student-engagement", "dose": 1.0, "paid_by": "outside"}]
    quiet = {"sites": {"lab": {"at_the_table": 0.0}}, "mechanisms": {"participation": False}, "months": 240}
    out = engine.run_replicate(lab.with_(interventions=engaged, **quiet).to_template(), 1, 0)[-1, 0]
    value = dict(zip(METRICS, out, strict=True))
    support = p["ground"].default + (1 - p["ground"].default) * p["outreach"].default
    assert value["community_support"] == pytest.approx(support, abs=1e-4)
    take_up = 1 / (1 + math.exp(-p["ease"].default - p["pull"].default * support))
    assert value["take_up"] == pytest.approx(take_up, abs=1e-4)

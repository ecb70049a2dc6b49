"""Founding: a partnership begins in its month, and what files say of the first month holds in it."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community, founding
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT, WITHDRAWN
from tfs_sim.scenario import UserError

RUN_IN = 24
NOT_SAID = -1


def founded(month, begins=0, statuses=(ACTIVE, PROSPECT, WITHDRAWN), joining=(NOT_SAID,) * 3, share=1.0):
    """Return what a backbone and two others are after the step of a month; all found it where `share` is 1."""
    world = {
        "status": np.array(statuses, np.uint8),
        "months_active": np.array([7, 0, 0]),
        "own_backbone_fte": np.zeros(1),
        "recent_joins": np.zeros(1),
    }
    alone(
        founding.found,
        month=month,
        run_in=RUN_IN,
        begins=np.array([begins]),
        first_organization=np.array([0]),
        end_organization=np.array([3]),
        base_backbone_fte=np.array([2.5]),
        at_the_table=np.array([share]),
        organization_id=np.arange(3, dtype=np.uint64),
        site_of=np.zeros(3, np.uint32),
        role=np.array([BACKBONE, PARTNER, PARTNER], np.uint8),
        given_joining=np.array(joining),
        **world,
    )
    return world


def test_in_its_month_a_partnership_has_its_staff_and_its_founders_are_newcomers():
    world = founded(3, begins=3)
    assert world["status"].tolist() == [ACTIVE] * 3 and world["months_active"].tolist() == [7, 0, 0]
    assert (world["own_backbone_fte"][0], world["recent_joins"][0]) == (2.5, 2)


@pytest.mark.parametrize("month", [-RUN_IN, -1, 2, 4, 40])
def test_in_any_other_month_nothing_begins(month):
    world = founded(month, begins=3)
    assert world["status"].tolist() == [ACTIVE, PROSPECT, WITHDRAWN]
    assert (world["own_backbone_fte"][0], world["recent_joins"][0]) == (0, 0)


def test_one_that_is_there_from_the_first_month_of_all_does_not_begin_again():
    assert founded(-RUN_IN, begins=-RUN_IN)["recent_joins"] == 0


def test_who_is_there_already_is_no_newcomer():
    world = founded(3, begins=3, statuses=(ACTIVE, ACTIVE, PROSPECT))
    assert world["months_active"].tolist() == [7, 0, 0] and world["recent_joins"][0] == 1


def test_files_say_who_founds_it():
    """Of whom the file says 0 is a founder; of whom it says a later month is none, and the share is of the others."""
    assert founded(3, begins=3, joining=(NOT_SAID, 0, 9))["status"].tolist() == [ACTIVE, ACTIVE, WITHDRAWN]
    assert founded(3, begins=3, joining=(NOT_SAID, 0, NOT_SAID), share=0)["status"].tolist() == [
        ACTIVE,
        ACTIVE,
        WITHDRAWN,
    ]


def test_the_share_of_founders_is_that_of_the_site():
    """30% of 20,000 whose representatives are as committed as people are on average."""
    n, p = 20_000, record(community.Parameters)
    status = np.full(n, PROSPECT, np.uint8)
    alone(
        founding.found,
        month=3,
        run_in=RUN_IN,
        begins=np.array([3]),
        first_organization=np.array([0]),
        end_organization=np.array([n]),
        base_backbone_fte=np.ones(1),
        at_the_table=np.array([0.3]),
        organization_id=np.arange(n, dtype=np.uint64),
        commitment=np.full(n, p.commitment),
        given_joining=np.full(n, NOT_SAID),
        status=status,
    )
    assert (status == ACTIVE).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / n))


def test_the_same_found_it_whenever_it_begins(lab):
    """Luck is that of the start: those found it in month 5 who would have been at the table from the start."""
    alike = lab.with_(parameters={"community": {"willing_at_start": 0}})
    begin = next(n for n, step in enumerate(engine.STEPS) if step.name == "founding.found")
    key, at_the_table = draws.run_key(1, 0), []
    for scenario, months in (
        (alike.with_(clock={"run_in": 0}), 0),
        (alike.with_(sites={"lab": {"backbone": {"from": "2020-06"}}}), 5),
    ):
        template = scenario.to_template()
        _, world = template.fresh()
        engine.run_months(template, world, key, engine.DRAW_START, months, template.output())
        if months:
            assert (world.status == ACTIVE).sum() == 1, "the backbone, which is to be"
            engine.run_steps(template, world, key, months, range(begin, begin + 1), template.output())
        at_the_table.append(np.flatnonzero(world.status == ACTIVE).tolist())
    assert at_the_table[0] == at_the_table[1] and 5 < len(at_the_table[0]) < 28


def given(month=0, run_in=RUN_IN, joining=(0, 0), tenure=(NOT_SAID, NOT_SAID), strength=NOT_SAID, is_open=1, **arrays):
    """Return two organizations and the pair of them after what files say of the first month has been taken."""
    world = {
        "status": np.array([ACTIVE, ACTIVE], np.uint8),
        "months_active": np.array([30, 30]),
        "tenure": np.array([20, 20]),
        "is_open": np.array([is_open], np.uint8),
        "idle": np.zeros(1),
        "personal_good": np.full(2, 9.0),
        "end_of_ties": np.array([0, 1]) + is_open,
        **arrays,
    }
    alone(
        founding.take_as_given,
        month=month,
        run_in=run_in,
        given_joining=np.array(joining),
        given_tenure=np.array(tenure),
        given_strength=np.full(2, float(strength)),
        site_of=np.zeros(2, np.uint32),
        local_index=np.arange(2, dtype=np.uint32),
        first_relationship=np.array([0, 1, 2]),
        ties=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        pair=np.zeros(2, np.uint32),
        neighbours=np.array([[2, 1]], np.uint64) * np.uint64(is_open),
        p_community=record(community.Parameters, {"history": 4, "personal_at_start": 0.5}),
        **world,
    )
    return world


def test_months_in_post_are_those_of_the_file_where_somebody_is_in_post():
    assert given(tenure=(5, NOT_SAID))["tenure"].tolist() == [5, 20]
    assert given(tenure=(5, 5), in_post=np.array([0, 1], np.uint8))["tenure"].tolist() == [20, 5]


def test_who_takes_part_in_the_first_month_by_its_file_does():
    world = given(joining=(0, NOT_SAID), status=np.array([WITHDRAWN, WITHDRAWN], np.uint8))
    assert world["status"].tolist() == [ACTIVE, WITHDRAWN] and world["months_active"].tolist() == [0, 30]
    assert given()["months_active"].tolist() == [30, 30], "who is there has been there"
    world = given(joining=(0, 0), status=np.array([PROSPECT, PROSPECT], np.uint8), begins=np.array([3]))
    assert world["status"].tolist() == [PROSPECT, PROSPECT], "it begins later"


def test_ties_are_those_of_the_file_with_evidence_of_their_strength():
    """A tie of strength .6 carries .6 of 4 encounters, half of them personal: 1.2, kept promises and broken ones."""
    opened = given(strength=0.6, is_open=0, idle=np.array([33.0]), personal_bad=np.full(2, 9.0))
    assert (opened["is_open"][0], opened["idle"][0]) == (1, 0)
    assert (opened["personal_good"] + opened["personal_bad"]).tolist() == pytest.approx([1.2, 1.2])
    assert opened["end_of_ties"].tolist() == [1, 2]
    closed = given(strength=0, is_open=1)
    assert (closed["is_open"][0], closed["idle"][0]) == (0, 1) and closed["personal_good"].tolist() == [0, 0]
    assert closed["end_of_ties"].tolist() == [0, 1]
    left = given(strength=NOT_SAID)
    assert left["is_open"][0] == 1 and left["personal_good"].tolist() == [9, 9], "the file says nothing of it"


@pytest.mark.parametrize("when", [{"month": -1}, {"month": 1}, {"run_in": 0}])
def test_only_the_first_month_after_a_run_in_is_as_files_say(when):
    """Without a run-in the first month is drawn so."""
    world = given(**when, tenure=(5, 5), strength=0, status=np.array([WITHDRAWN, WITHDRAWN], np.uint8))
    assert world["tenure"].tolist() == [20, 20] and world["status"].tolist() == [WITHDRAWN, WITHDRAWN]
    assert world["is_open"][0] == 1 and world["personal_good"].tolist() == [9, 9]


def test_it_cannot_be_switched_off(lab):
    with pytest.raises(UserError, match="founding cannot be switched off"):
        lab.with_(mechanisms={"founding": False})

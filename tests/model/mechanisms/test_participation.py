"""Participation: invitations, joining and leaving; thresholds and months that a file gives."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import participation
from tfs_sim.model.state import ACTIVE, BACKBONE, PROSPECT, WITHDRAWN
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.space import METRIC_NAMES


def parameters(name="participation", **values):
    return record(MECHANISMS[name].parameters, values)


def test_invitations_by_hand():
    p, q = parameters(word_of_mouth=0.1, outreach=0.08, willing_first=2), parameters("invitation", outreach=0.2)
    assert participation.outreach(0.5, 0.5, q, p) == pytest.approx(0.09)
    assert participation.outreach(1.0, 0.0, q, p) == 0.0  # a backbone without time
    assert participation.invitations(0.5, 0.09, 0.5, 2.0, p) == pytest.approx(0.14)
    assert participation.favouring(0.5, 1.0, p) == 1.0
    assert participation.favouring(1.0, 0.5, p) == pytest.approx(np.e) == 1 / participation.favouring(0.0, 0.5, p)


def test_joining_and_leaving_by_hand():
    p = parameters(inertia=0.06, sharpness=0.02, leaving_rate=6, chance_rate=1.2)
    patient, pressing = parameters("patience", weight=0.1), parameters("invitation", stated_value=0.05)
    assert participation.pull_to_join(0.0, 1.0, 0.0, patient, pressing, p) == 0.0  # a seat is worth what it costs
    assert participation.pull_to_join(0.03, 1.0, 0.0, patient, pressing, p) == pytest.approx(1.5)
    assert participation.pull_to_join(0.0, 1.0, 1.0, patient, pressing, p) == pytest.approx(2.5)
    assert participation.pull_to_join(0.0, 0.5, 1.0, patient, pressing, p) == pytest.approx((0.025 - 0.05) / 0.02)
    assert participation.pull_to_leave(-0.06, p) == 0.0
    assert participation.pull_to_leave(0.0, p) == pytest.approx(-3)  # inertia holds every other one who would not join
    assert participation.chance_of_leaving(0.0, p) == pytest.approx(0.1)
    assert participation.chance_of_leaving(0.5, p) == pytest.approx(1 - 0.9 * 0.75)
    assert participation.chance_of_going(0.0, p) == 1.0


OUTSIDERS = 2000
WORTH_NOTHING = {"belonging": 0.0, "promise": 0.0, "company": 0.0}  # all that counts is `sitting`, below 0 a gain


def joined(lure=0.0, **given):
    """Return who of 2000 join a table of one, whom everybody has a tie with, where a seat is worth so much."""
    n = OUTSIDERS + 1
    status = np.array([ACTIVE] + [PROSPECT] * OUTSIDERS, np.uint8)
    values = {"word_of_mouth": 0.2, "outreach": 0.0, "leaving_rate": 0, "chance_rate": 0, **WORTH_NOTHING}
    values |= {"sitting": -lure}
    values |= {key: given.pop(key) for key in list(given) if key in participation.Parameters._fields}
    alone(
        participation.join_and_withdraw,
        organization_id=np.arange(n, dtype=np.uint64),
        first_organization=np.array([0]),
        end_organization=np.array([n]),
        first_relationship=np.concatenate([[0, 0], np.arange(1, n)]),
        end_of_ties=np.concatenate([[0], np.arange(1, n)]),
        ties=np.arange(OUTSIDERS, dtype=np.uint32),
        target=np.zeros(2 * OUTSIDERS, np.uint32),
        status=status,
        **{
            "readiness": np.ones(n),
            "given_threshold": np.full(n, -1.0),
            "given_joining": np.full(n, -1),
            "begins": np.array([-60]),
            "month": 0,
            **given,
        },
        p_patience=parameters("patience", weight=0.2),
        p=parameters(**values),
    )
    return np.flatnonzero(status[1:] == ACTIVE)


def test_who_hears_of_it_joins_by_what_it_is_worth():
    asked = OUTSIDERS * (1 - np.exp(-0.2))
    assert joined(9.0).size == pytest.approx(asked, rel=0.12)
    assert joined(0.0).size == pytest.approx(asked / 2, rel=0.15)
    assert joined(-9.0).size == 0


def test_nobody_joins_who_is_not_asked_not_in_post_or_far_from_ready():
    n = OUTSIDERS + 1
    assert joined(9.0, word_of_mouth=0.0).size == 0
    assert joined(9.0, contact_factor=np.zeros(1)).size == 0
    assert joined(9.0, in_post=np.zeros(n, np.uint8)).size == 0
    ready = np.where(np.arange(n) % 2, 1.0, 0.0)  # of organizations: outsiders 0, 2, 4 … are ready
    assert joined(0.1, readiness=ready, sharpness=1e-3).size > 100
    assert (joined(0.1, readiness=ready, sharpness=1e-3) % 2 == 0).all()


def left(worth, month=0, by_file=False, n=2000, **values):
    """Return how many of 2000 partners leave in a month, where a seat is worth so much over its cost."""
    status = np.full(n, ACTIVE, np.uint8)
    values = {"leaving_rate": 12, "chance_rate": 0, "inertia": 0.06, **WORTH_NOTHING, "sitting": -worth, **values}
    alone(
        participation.join_and_withdraw,
        month=month,
        organization_id=np.arange(n, dtype=np.uint64),
        first_organization=np.array([0]),
        end_organization=np.array([n]),
        status=status,
        given_threshold=np.full(n, -1.0),
        given_joining=np.full(n, 0 if by_file else -1),
        begins=np.array([-60]),
        p=parameters(**values),
    )
    return int((status == WITHDRAWN).sum())


def test_who_reconsiders_leaves_by_what_a_seat_is_worth():
    assert left(9.0) == 0 and left(-9.0) == 2000
    assert left(0.0, sharpness=1e-3) == 0, "inertia holds them"
    assert left(-0.06) == pytest.approx(1000, rel=0.1)
    assert left(-9.0, leaving_rate=3) == pytest.approx(500, rel=0.15)  # a quarter of them reconsiders
    assert left(-9.0, leaving_rate=0) == 0
    assert left(9.0, chance_rate=3) == pytest.approx(500, rel=0.15)  # for reasons of their own


@pytest.mark.parametrize("month", [-60, -1])
def test_who_takes_part_in_month_0_by_its_file_does_not_leave_before(month):
    assert left(-9.0, month=month, by_file=True, chance_rate=12) == 0
    assert left(-9.0, month=month) == 2000
    assert left(-9.0, month=0, by_file=True) == 2000


def test_a_run_in_has_no_month_in_which_those_join_of_whom_no_file_says_when():
    # −1 stands for no month; month −2 is the one before month −1
    assert joined(9.0, month=-2, word_of_mouth=0.0).size == 0
    assert joined(9.0, month=-2).size > 0


def test_nobody_stays_at_a_dissolved_table_or_joins_it():
    """Two tables alike: lead, partner, one who would join by its threshold, by its file's month, by invitation."""
    status = np.array([ACTIVE, ACTIVE, PROSPECT, PROSPECT, PROSPECT] * 2, np.uint8)
    effort, months, joins = np.full(10, 0.3), np.full(10, 7), np.zeros(2)
    alone(
        participation.join_and_withdraw,
        month=4,
        organization_id=np.arange(10, dtype=np.uint64),
        first_organization=np.array([0, 5]),
        end_organization=np.array([5, 10]),
        dissolved=np.array([1, 0], np.uint8),
        backbone_hours=np.full(2, 100.0),
        role=np.array([BACKBONE, 0, 0, 0, 0] * 2, np.uint8),
        status=status,
        effort=effort,
        months_active=months,
        given_threshold=np.array([-1.0, -1.0, 0.0, -1.0, -1.0] * 2),
        given_joining=np.array([-1, -1, -1, 5, -1] * 2),
        refused=np.ones(10, np.uint8),
        joined=joins,
        p=parameters(outreach=1e6, leaving_rate=0, chance_rate=0, sitting=-9),
    )
    assert status.tolist() == [ACTIVE, WITHDRAWN, PROSPECT, PROSPECT, PROSPECT, *[ACTIVE] * 5]
    assert (effort[1], effort[6]) == (0.0, 0.3) and (months[1], months[6]) == (0, 8)
    assert joins.tolist() == [0, 3]


def test_a_partner_who_gives_nothing_may_stay(lab):
    """Taking part and giving have costs of their own: who cannot afford any work keeps a seat that costs little."""
    dear = lab.with_(
        months=24,
        parameters={"effort": {"cost": 50}, "participation": {"sitting": 0, "chance_rate": 0}},
    )
    *_, (_, world, _) = engine.trace(dear.to_template(), 1, 0)
    partners = (world.status == ACTIVE) & (world.role != BACKBONE)
    assert partners.sum() > 10 and not world.effort[partners].any()
    *_, (_, world, _) = engine.trace(dear.with_(parameters={"participation": {"sitting": 50}}).to_template(), 1, 0)
    assert ((world.status == ACTIVE) & (world.role != BACKBONE)).sum() < partners.sum() / 2


def partners(scenario, site, months):
    template = scenario.with_(months=months).to_template()
    out = engine.run_replicate(template, 1, 0)
    return out[:, template.sites.index(site), METRIC_NAMES.index("partners")]


def site(tmp_path, rows, at_the_table=0.0, run_in=0):
    file = tmp_path / "organizations.csv"
    file.write_text("id,sector,joins,threshold\n" + "".join(f"o{n},health,{row}\n" for n, row in enumerate(rows)))
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        f'[clock]\nstart = "2020-01"\nmonths = 24\nrun_in = {run_in}\n'
        "[mechanisms]\nparticipation = true\neffort = true\nothers = false\n"
        "[parameters.participation]\nchance_rate = 0\nleaving_rate = 0\n"
        f'[sites.s]\nstudents = 1000\nat_the_table = {at_the_table}\norganizations_file = "organizations.csv"\n'
    )
    return load_scenario(scenario)


def test_one_threshold_decides_between_all_and_one():
    crowd = load_scenario("r4-thresholds")
    assert np.array_equal(partners(crowd, "all", 110), np.minimum(np.arange(1, 111), 100))
    assert (partners(crowd, "one-changed", 20) == 1).all()


@pytest.mark.parametrize("rows", [(",0", ",1", ",2", ",3"), (",3", ",1", ",2", ",0")])
def test_a_cascade_does_not_depend_on_the_order_of_the_rows(tmp_path, rows):
    assert list(partners(site(tmp_path, rows), "s", 6)) == [1, 2, 3, 4, 4, 4]


def test_organizations_leave_where_too_few_others_are_left(tmp_path):
    assert list(partners(site(tmp_path, (",0", ",1", ",3", ",4"), at_the_table=1.0), "s", 4)) == [3, 2, 2, 2]


@pytest.mark.parametrize("run_in", [0, 12])
def test_months_of_joining(tmp_path, run_in):
    # 0 is at the table at the start, 3 joins in the third month; a threshold of 2 follows a month later
    assert list(partners(site(tmp_path, ("0,", "3,", ",2"), run_in=run_in), "s", 5)) == [1, 1, 2, 3, 3]


@pytest.mark.parametrize("run_in", [0, 12])
def test_who_joins_in_a_given_month_waits_for_it_even_when_all_others_are_there(tmp_path, run_in):
    town = site(tmp_path, ("0,", "0,", "0,", "6,"), at_the_table=1.0, run_in=run_in)
    assert list(partners(town, "s", 7)) == [3] * 5 + [4, 4]


def test_who_stays_as_long_as_so_many_others_do_does_not_count_itself():
    status = np.full(4, ACTIVE, np.uint8)
    months = np.array([5, 5, 5, 5])
    alone(
        participation.join_and_withdraw,
        month=1,
        organization_id=np.arange(4, dtype=np.uint64),
        first_organization=np.array([0]),
        end_organization=np.array([4]),
        first_relationship=np.zeros(5, np.int64),
        end_of_ties=np.zeros(4, np.int64),
        role=np.array([BACKBONE, 0, 0, 0], np.uint8),
        status=status,
        months_active=months,
        given_threshold=np.array([-1.0, 1.0, 2.0, 3.0]),
        given_joining=np.full(4, -1),
        p=parameters(chance_rate=0),
    )
    assert status.tolist() == [ACTIVE, ACTIVE, ACTIVE, WITHDRAWN], "three partners: each has two others"
    assert months.tolist()[1:] == [6, 6, 0]

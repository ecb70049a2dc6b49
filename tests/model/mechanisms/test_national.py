"""Nationals: principles, mistakes, friction between networks, and whom they coach."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import national
from tfs_sim.model.state import ACTIVE, BACKBONE, NATIONAL, PARTNER, PROSPECT
from tfs_sim.scenario import load_scenario

NAMES = list(METRICS)


def column(out, name):
    return out[:, :, NAMES.index(name)]


def parameters(**values):
    return record(national.Parameters, values)


def test_principles_are_won_by_work_and_wear_off_to_what_was_shared_before_it():
    p = parameters(alignment_time=5, wearing_off=1.2, first_alignment=0.3)
    assert national.principles_after(0.5, 1.0, p) == pytest.approx(0.6)
    assert national.principles_after(0.5, 0.0, p) == pytest.approx(0.5 - 0.1 * 0.2)
    assert national.principles_after(0.5, 0.5, p) == pytest.approx(0.55 - 0.1 * 0.5 * 0.25)
    assert [national.principles_after(a, 0.0, p) for a in (0.3, 0.1)] == [0.3, 0.1]  # nothing to wear off


def test_friction_is_what_is_not_shared_and_what_mistakes_left():
    p = parameters(misaligned=0.6)
    assert national.friction_of(1.0, 1.0, 0.0, p) == 0.0
    assert national.friction_of(1.0, 0.5, 0.0, p) == pytest.approx(0.3)  # the one that shares less decides
    assert national.friction_of(0.5, 0.5, 0.5, p) == pytest.approx(0.65)


def test_coaching_by_hand():
    p, money = parameters(coaching_hours=10, most_coaching=3), record(MECHANISMS["money"].parameters)
    assert national.hours_of_coaching(0.2, 0.5, 2.0, 0.5, 1.0, 3.0, money, p) == pytest.approx(5)
    assert national.hours_of_coaching(1.0, 1.0, 9.0, 1.0, 1.0, 3.0, money, p) == 30.0
    assert national.coached(10.0, 0.5, p) == pytest.approx(0.5 * 0.6321205588)
    assert national.coached(0.0, 1.0, p) == 0.0
    assert national.with_coaching(0.5, 0.4) == pytest.approx(0.7) and national.with_coaching(0.5, 0.0) == 0.5


def test_an_owned_mistake_leaves_a_part_of_the_strain():
    p = record(MECHANISMS["national"].parameters, {"hurt": 0.5, "mended": 0.8, "owned": 0.4})
    assert national.after_mistake(0.0, 1.0, 0.39, 0.0, p) == pytest.approx(0.1)
    assert national.after_mistake(0.0, 1.0, 0.41, 0.0, p) == pytest.approx(0.5)
    assert national.after_mistake(0.5, 1.0, 0.41, 1.0, p) == pytest.approx(1 - 0.5 * 0.9)


def test_friction_is_read_between_two_networks_and_not_within_one():
    first = np.array([0, 3, 6, 9, 12])
    local = np.arange(4, dtype=np.uint32)
    friction = np.arange(12) / 100.0
    places = np.random.default_rng(1).permutation(12).astype(np.uint32)
    for a in range(4):
        others = [b for b in range(4) if b != a]
        for place, b in enumerate(others):
            assert (
                alone(
                    national.friction_between,
                    a=a,
                    b=b,
                    first_relationship=first,
                    relationships=places,
                    local_index=local,
                    friction=friction,
                )
                == friction[places[3 * a + place]]
            )
        assert (
            alone(
                national.friction_between,
                a=a,
                b=a,
                first_relationship=first,
                relationships=places,
                local_index=local,
                friction=friction,
            )
            == 0
        )
        assert (
            alone(
                national.friction_between,
                a=a,
                b=-1,
                first_relationship=first,
                relationships=places,
                local_index=local,
                friction=friction,
            )
            == 0
        )


def test_without_work_friction_is_what_the_parameters_say(lab):
    scenario = lab.with_(
        nationals={"one": {}, "two": {}},
        sites={"lab": {"networks": {"one": ["nonprofit-01"], "two": ["nonprofit-02"]}}},
        parameters={"national": {"first_alignment": 0.3, "wearing_off": 0, "mistakes": 0, "misaligned": 0.5}},
        months=3,
    )
    friction = column(engine.run_replicate(scenario.to_template(), 1, 0), "friction")
    assert friction.ravel().tolist() == pytest.approx([0.35] * 3)


def test_the_national_table_is_a_site_of_its_own_that_results_leave_out(lab):
    template = lab.with_(nationals={"one": {}, "two": {}}, months=6).to_template()
    *_, (_, world, out) = engine.trace(template, 1, 0)
    assert template.sites == ("lab",) and out.shape[1] == 1
    assert world.national_site.tolist() == [0, 1]
    assert [o.role for o in template.organizations[-3:]] == ["backbone", "national", "national"]
    assert world.gain_seen[1] == world.gain_seen[0]


def test_most_nationals_are_at_their_table_when_a_scenario_begins(flagship):
    template = flagship.to_template()
    there = []
    for replicate in range(5):
        _, world, _ = next(engine.trace(template, 1, replicate))
        there += (world.status[world.role == NATIONAL] == ACTIVE).tolist()
    assert np.mean(there) > 0.5


def coached(stage_reached=(0, 0), contribution=0, **changes):
    """Return coaching [kind, organization] of a national (0) and its members: 1 and 2 in site 0, 3 and 4 in site 1."""
    coaching, hours = np.zeros((3, 5)), np.zeros(5)
    world = {
        "site_of": np.array([2, 0, 0, 1, 1]),
        "role": np.array([NATIONAL, PARTNER, BACKBONE, PARTNER, PARTNER]),
        "affiliation": np.array([-1, 0, 0, 0, 0]),
        "contribution": np.array([contribution, 0, 0, 0, 0]),
        "status": np.array([ACTIVE, ACTIVE, ACTIVE, ACTIVE, PROSPECT]),
        "in_post": np.ones(5, np.int64),
        "ramp": np.ones(5),
        "clarity": np.full(5, 0.5),
        "effort": np.full(5, 0.2),
        "fte": np.full(5, 10.0),
        "stage_reached": np.array([*stage_reached, 0]),
        "dose_national_coaching": np.full(5, 0.3),
        **{name: np.array(value) for name, value in changes.items()},
    }
    p = record(MECHANISMS["national"].parameters, {"coaching_hours": 10})
    alone(national.coach, **world, coaching=coaching, hours=hours, p=p)
    return coaching, hours


def test_coaching_is_the_time_of_the_national_over_its_members_as_clear_as_it_is():
    coaching, hours = coached(contribution=1)
    assert hours.tolist() == pytest.approx([0, 30, 0, 30, 0])  # 150 · 0.3 · 0.2 · 10 hours over three at the table
    assert coaching[0].tolist() == pytest.approx([0, *[0.5 * (1 - np.exp(-3))] * 3, 0])
    assert (coaching[1:] == 0).all()
    shared, _ = coached()
    assert shared[:, 1].tolist() == pytest.approx([0.5 * (1 - np.exp(-1))] * 3)


def test_coaching_goes_to_the_communities_that_have_come_farthest():
    coaching, hours = coached((1, 2), contribution=3)
    assert hours.tolist() == pytest.approx([0, 0, 0, 30, 0])  # of 90: nobody takes more
    assert coaching[2].tolist() == pytest.approx([0, 0, 0, 0.5 * (1 - np.exp(-3)), 0])


@pytest.mark.parametrize(
    "nothing",
    [{"dose_national_coaching": [0.0] * 5}, {"effort": [0.0] * 5}, {"in_post": [0, 1, 1, 1, 1]}, {"fte": [0.0] * 5}],
)
def test_without_time_there_is_no_coaching(nothing):
    coaching, hours = coached(**nothing)
    assert not coaching.any() and not hours.any()


NETWORK = {"one": ["backbone", "nonprofit-01", "nonprofit-02", "health-01", "business-01"]}


def coached_towns(lab, share, contribution, read, months=24):
    """Return the mean over replicates of what is read off the last world, given the members who are partners.

    Nobody leaves, and no host lays a backbone down: what coaching does takes nationals who are at their table.
    """
    scenario = lab.with_(
        months=months,
        nationals={"one": {"contribution": contribution}, "two": {}},
        sites={"lab": {"networks": NETWORK, "at_the_table": 1.0}},
        mechanisms={"hosting": False},
        parameters={"participation": {"leaving_rate": 0, "chance_rate": 0}},
        interventions=[{"use": "national-coaching", "dose": share}],
    )
    found = []
    for replicate in range(12):
        *_, (_, world, _) = engine.trace(scenario.to_template(), 1, replicate)
        found.append(read(world, np.flatnonzero((world.affiliation >= 0) & (world.role != BACKBONE))))
    return np.mean(found)


def learned_from_the_agenda(world, members):
    agrees = (world.beliefs_for & world.agenda_for[0]) | (world.beliefs_against & world.agenda_against[0])
    return np.mean([int(agrees[i]).bit_count() for i in members])


@pytest.mark.parametrize(
    ("contribution", "read", "least"),
    [
        ("case-management", lambda world, members: world.documentation[members].mean(), 0.1),
        ("data-coaching", lambda world, members: world.data[0], 0.1),
        ("data-coaching", learned_from_the_agenda, 0.5),
        ("network-reach", lambda world, members: world.clarity[members].mean(), 0.01),
    ],
)
def test_coaching_works_through_the_practice_that_it_stands_for(lab, contribution, read, least):
    without, with_it = (coached_towns(lab, share, contribution, read) for share in (0.0, 0.3))
    assert with_it > without + least


def aligned(strain, struck=(0.0, 0.0), felt=(0.0, 0.0), **values):
    """Return strain and friction of two nationals, and the mistakes felt, after a month."""
    strains, friction, feel = np.full(2, strain), np.zeros(2), np.array(felt)
    alone(
        national.align,
        role=np.full(2, NATIONAL, np.uint8),
        organization_id=np.array([4, 9], np.uint64),
        first_relationship=np.array([0, 1, 2]),
        relationships=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        principles=np.ones(2),
        strain=strains,
        friction=friction,
        mistake_felt=feel,
        shock_national_mistake=np.array(struck),
        p=parameters(mistakes=0, wearing_off=0, misaligned=0.5, **values),
    )
    return strains, friction, feel


def test_strain_fades_and_is_one_for_both_ends():
    strain, friction, _ = aligned(0.4, strain_memory=1)
    assert strain == pytest.approx([0.2, 0.2]) == friction  # all principles are shared


def test_a_mistake_that_is_not_new_does_not_hurt_again():
    hurt = {"hurt": 0.5, "mended": 0.0, "strain_memory": 0}
    strain, _, felt = aligned(0.0, struck=(0.8, 0.0), **hurt)
    assert strain == pytest.approx([0.4, 0.4]) and felt.tolist() == [0.8, 0.0]
    strain, _, _ = aligned(0.0, struck=(0.8, 0.0), felt=(0.8, 0.0), **hurt)
    assert strain.tolist() == [0, 0]


def test_nationals_see_the_mean_of_their_communities():
    gain = np.array([1.0, 3.0, 0.0])
    alone(national.observe_gains, national_site=np.array([0, 0, 1], np.uint8), gain_seen=gain)
    assert gain.tolist() == [1, 3, 2]


def test_nationals_all_know_each_other_where_others_know_few():
    """What stands between two networks is looked up by their places in that table."""
    funnel = load_scenario("together-for-students-funnel")
    few = funnel.with_(parameters={"community": {"all_pairs_up_to": 0, "candidates": 2}}).to_template()
    _, world = few.fresh()
    table = world.site_of == len(few.sites)
    size = int(table.sum())
    assert size > 2
    assert int((table[world.one_end]).sum()) == size * (size - 1) // 2

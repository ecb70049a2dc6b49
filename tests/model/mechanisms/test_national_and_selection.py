"""Nationals, selection, grants and peers: known answers of the kernels and of tiny scenarios."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import national, peers
from tfs_sim.model.state import ACTIVE, BACKBONE, NATIONAL, PARTNER, PROSPECT

NAMES = list(METRICS)


def column(out, name):
    return out[:, :, NAMES.index(name)]


@pytest.mark.parametrize("taper", [0, 6, 24])
def test_a_taper_keeps_the_sum_of_the_grant(lab, taper):
    grant = {"site": "lab", "amount": 100, "months": 24, "taper": taper}
    out = engine.run_replicate(lab.with_(grants=[grant], months=30).to_template(), 1, 0)
    assert column(out, "grants").sum() == pytest.approx(100, abs=0.01)


def test_a_flexible_grant_reaches_the_partners_and_no_cent_is_lost(lab):
    def money(flexible):
        grant = {"site": "lab", "amount": 100, "months": 2, "flexible": flexible}
        switches = {"others": False, "community": True, "levers": True}
        template = lab.with_(grants=[grant], months=1, mechanisms=switches).to_template()
        *_, (_, world, _) = engine.trace(template, 1, 0)
        lead = 2 + 1 + int(world.backbone[0])
        partners = world.accounts[3:].sum() - world.accounts[lead]
        return int(world.accounts[lead]), int(partners), int(world.accounts.sum())

    assert money(0.0) == (5_000_000, 0, 0)
    lead, partners, total = money(0.4)
    assert partners == pytest.approx(2_000_000, abs=30) and lead + partners == 5_000_000 and total == 0


def towns(lab, **changes):
    town = {"students": 2000, "organizations": {"nonprofit": 5, "health": 2}}
    return lab.with_(
        sites={"lab": None, **{f"town-{n}": town for n in range(6)}},
        months=12,
        selection={
            "stages": [
                {"name": "planning", "month": "2020-03", "places": 4, "chosen": ["town-0", "town-5"]},
                {"name": "chosen", "month": "2020-09", "from": "planning", "places": 1, "chosen": ["town-5"]},
            ],
            **changes.pop("selection", {}),
        },
        **changes,
    )


def test_a_rule_fills_the_places_from_those_that_were_left(lab):
    template = towns(lab).to_template()
    for replicate in range(4):
        stage = column(engine.run_replicate(template, 1, replicate), "stage")
        assert (stage[:2] == 0).all()
        assert sorted(stage[2]) == [0, 0, 1, 1, 1, 1]
        assert sorted(stage[-1]) == [0, 0, 1, 1, 1, 2]


def test_without_error_the_readiest_are_chosen(lab):
    template = towns(lab, parameters={"selection": {"noise": 0.0, "spread": 0.15}}).to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    chosen = world.chosen[0].astype(bool)
    ((_, _, _), (_, _, _), (_, early, _)) = [next(t) for t in [engine.trace(template, 1, 0)] for _ in range(3)]
    assert early.site_readiness[chosen].min() > early.site_readiness[~chosen].max()


def test_history_chooses_whom_it_chose_and_only_they_get_the_grant(lab):
    grants = [{"stage": "chosen", "amount": 60, "months": 3, "from": "2020-09"}]
    interventions = [{"use": "backbone-staffing", "stage": "chosen", "paid_by": "funder"}]
    scenario = towns(lab, selection={"by": "historical"}, grants=grants, interventions=interventions)
    out = engine.run_replicate(scenario.to_template(), 1, 0)
    assert column(out, "stage")[-1].tolist() == [1, 0, 0, 0, 0, 2]
    assert column(out, "grants").sum(axis=0).tolist() == pytest.approx([0, 0, 0, 0, 0, 60])
    assert column(out, "cost")[:8].sum() == 0
    assert (column(out, "cost")[8:].sum(axis=0) > 0).tolist() == [False] * 5 + [True]


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


def test_the_time_of_coordination_is_what_the_practices_are_worth():
    key = draws.run_key(3, 0)
    practices = np.zeros((8, 1), np.uint8)
    p = record(MECHANISMS["peers"].parameters, {"effect": 0.4})
    assert peers.time_of(0, key, practices, p) == 1.0
    practices[[1, 4], 0] = 1
    worth = sum(draws.normal(draws.uniform(key, peers.WORTH_STREAM, 0, m)) for m in (1, 4))
    assert peers.time_of(0, key, practices, p) == pytest.approx(np.exp(-0.4 * worth / 8**0.5))


def test_a_host_is_another_member_of_the_network():
    key = draws.run_key(1, 0)
    identity = np.arange(5, dtype=np.uint64)
    dose = np.array([1.0, 0.0, 1.0, 1.0, 1.0])
    table = np.array([0, 0, 0, 0, 1], np.uint8)
    hosts = {
        alone(
            peers.choose_host,
            s=0,
            month=month,
            key=key,
            site_id=identity,
            national_site=table,
            dose_peer_learning_network=dose,
        )
        for month in range(60)
    }
    assert hosts == {2, 3}


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
    """Return the mean over replicates of what is read off the last world, given the members who are partners."""
    scenario = lab.with_(
        months=months,
        nationals={"one": {"contribution": contribution}, "two": {}},
        sites={"lab": {"networks": NETWORK, "at_the_table": 1.0}},
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

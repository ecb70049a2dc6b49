"""Nationals, selection, grants and peers: known answers of the kernels and of tiny scenarios."""

import numpy as np
import pytest

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import national, peers

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
    for a in range(4):
        others = [b for b in range(4) if b != a]
        for place, b in enumerate(others):
            assert national.friction_between(a, b, first, local, friction) == friction[3 * a + place]
        assert national.friction_between(a, a, first, local, friction) == 0
        assert national.friction_between(a, -1, first, local, friction) == 0


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
    hosts = {peers.choose_host(0, month, key, identity, table, dose) for month in range(60)}
    assert hosts == {2, 3}

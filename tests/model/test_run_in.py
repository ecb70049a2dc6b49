"""The run-in: communities pass months of their own before month 0, of which nothing is scheduled or recorded."""

import numpy as np
import pytest

from tfs_sim.experiments.execution import forks
from tfs_sim.model import draws, engine, tick
from tfs_sim.model.catalogue import INTERVENTIONS, METRICS, SHOCKS
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.model.world import CHANGING
from tfs_sim.scenario import load_scenario

KEY = draws.run_key(3, 1)


def passed(template, *turns, key=KEY):
    """Return state, world and results after runs that end in these months, one after the other."""
    state, world = template.fresh()
    out, first = template.output(), engine.DRAW_START
    for last in turns:
        engine.run_months(template, world, key, first, last, out)
        first = last
    return state, world, out


def of(out, name):
    return out[..., list(METRICS).index(name)]


@pytest.mark.parametrize(
    "turns", [(-60, 0, 12), (-59, 12), (-1, 12), (-17, 5, 12), tuple(range(-60, 13))], ids=lambda each: str(each[:2])
)
def test_at_once_or_month_by_month_it_is_the_same(lab, turns):
    template = lab.with_(months=12).to_template()
    state, _, out = passed(template, 12)
    again, _, other = passed(template, *turns)
    assert state.tobytes() == again.tobytes() and out.tobytes() == other.tobytes()
    assert out.tobytes() == engine.run_replicate(template, 3, 1).tobytes()


def test_nothing_of_it_is_recorded_and_much_happens(lab):
    template = lab.with_(months=12).to_template()
    _, world, out = passed(template, 0)
    assert (out == 0).all() and out.shape == (12, 1, len(METRICS))
    assert (world.person > 0).sum() > 5, "in five years people have left"
    assert (world.has_changed == 0).all(), "changes are counted from month 0 on"
    assert [month for month, _, _ in engine.trace(template, 3, 1)] == list(range(12))


def scheduled_at_once(lab):
    """Return the laboratory, there from the first month of all, without and with much that begins in month 0."""
    there = lab.with_(
        months=12,
        sites={"lab": {"backbone": {"from": None}}},
        selection={"stages": [{"name": "one", "month": "2020-01", "places": 1}]},
        nationals={"one": {}},
    )
    return there, there.with_(
        interventions=[
            {
                "use": name,
                "dose": 0.5 * lever.largest_dose if lever.combine == "share" else 0.5,
                "paid_by": "funder" if lever.mechanism == "national" else "backbone",
            }
            for name, lever in INTERVENTIONS.items()
        ],
        shocks=[{"use": name, "onset": "2020-01", "depth": 0.5, "target": "all"} for name in SHOCKS],
        grants=[{"site": "lab", "amount": 3000, "months": 12}, {"stage": "one", "amount": 100, "months": 6}],
    )


def test_no_intervention_grant_shock_or_selection_acts_in_it(lab):
    template = scheduled_at_once(lab)[1].to_template()
    for month in (-60, -30, -1):
        _, world, _ = passed(template, month, month + 1)
        for name in ("organization_doses", "site_doses", "organization_shocks", "site_shocks"):
            assert (getattr(world, name) == 0).all()
        assert (world.grants_received == 0).all() and (world.stage_reached == 0).all() and (world.severity == 0).all()
    _, world, _ = passed(template, 1)
    for name in ("organization_doses", "site_doses", "organization_shocks", "site_shocks"):
        assert (getattr(world, name) > 0).any()
    assert (world.grants_received > 0).any() and (world.stage_reached[0] == 1) and (world.severity[0] > 0)


def test_what_a_community_has_become_is_the_same_whatever_is_scheduled(lab):
    arms = [each.to_template() for each in scheduled_at_once(lab)]
    for months, same in ((0, True), (1, False)):
        one, other = (passed(each, months)[1] for each in arms)
        differ = [
            field.name
            for field in CHANGING
            if field.entity not in forks.SCHEDULE
            and not np.array_equal(getattr(one, field.name), getattr(other, field.name))
        ]
        assert (not differ) == same, differ


@pytest.mark.parametrize("begins", ["2020-01", "2020-06"])
def test_strategies_that_differ_in_their_schedule_alone_run_it_once(lab, monkeypatch, begins):
    scenario, runs, run_months = lab.with_(months=12), [], engine.run_months
    arms = [scenario, scenario.with_(interventions=[{"use": "procedure-manuals", "from": begins, "dose": 0.8}])]
    templates = [each.to_template() for each in arms]
    alone = [engine.run_replicate(each, 3, 1) for each in templates]
    assert forks.families(templates.__getitem__, 2) == [[0, 1]]
    monkeypatch.setattr(engine, "run_months", lambda *given: [runs.append((given[3], given[4])), run_months(*given)][1])
    together, months = forks.Grove.of(templates).run(3, 1)
    parted = scenario.clock.index(begins)
    assert runs == [(engine.DRAW_START, parted), (parted, 12), (parted, 12)]
    assert months == parted + 2 * (12 - parted), "months are counted from month 0 on"
    assert [each.tobytes() for each in together] == [each.tobytes() for each in alone]
    assert together[0].tobytes() != together[1].tobytes()


def test_communities_that_run_in_for_longer_share_no_past(lab):
    templates = [lab.with_(months=12, clock={"run_in": months}).to_template() for months in (60, 48, 0)]
    assert forks.families(templates.__getitem__, 3) == [[0], [1], [2]]
    outs = {engine.run_replicate(each, 3, 1).tobytes() for each in templates}
    assert len(outs) == 3


def test_without_a_run_in_the_world_is_as_drawn(lab):
    template = lab.with_(months=12, clock={"run_in": 0}).to_template()
    state, world, _ = passed(template, 0)
    again, drawn = template.fresh()
    engine.run_steps(template, drawn, KEY, 0, range(len(tick.START)), template.output())
    assert state.tobytes() == again.tobytes()
    assert (world.person == 0).all() and (world.in_post == 1).all() and (world.status == ACTIVE).sum() > 5


def test_a_run_in_begins_with_the_world_as_drawn(lab):
    """The same people, staff and ties stand at the beginning of a run-in and, without one, of month 0."""
    there = lab.with_(months=12, sites={"lab": {"backbone": {"from": None}}})
    one, other = (passed(there.with_(clock={"run_in": n}).to_template(), -n)[1] for n in (0, 60))
    for field in CHANGING:
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def beginning(lab, month, **more):
    return lab.with_(months=24, sites={"lab": {"backbone": {"from": month}, **more}})


@pytest.mark.parametrize("replicate", range(3))
def test_a_partnership_begins_from_an_empty_table_with_newcomers_and_its_staff(lab, replicate):
    seen = {}
    for month, world, out in engine.trace(beginning(lab, "2020-06").to_template(), 1, replicate):
        partners = (world.role != BACKBONE) & (world.status == ACTIVE)
        seen[month] = (partners.sum(), world.own_backbone_fte[0], of(out, "coordination")[month, 0])
        if month == 5:
            assert (world.months_active[partners] <= 1).all(), "nobody has been at it before"
            assert world.recent_joins[0] > 0.5 * partners.sum(), "newcomers are work"
    assert all(seen[month] == (0, 0, 0) for month in range(5))
    assert seen[5][0] > 5 and seen[5][1] == 1.5 and seen[5][2] > 0
    assert (of(out, "joined")[:5] == 0).all() and (of(out, "effort")[:5] == 0).all()


def test_one_that_is_there_has_run_with_its_community(lab):
    """Without a month of its own it has met for five years: some have been at the table for longer than a year."""
    longest = []
    for replicate in range(4):
        _, world, _ = passed(beginning(lab, None).to_template(), 1, key=draws.run_key(1, replicate))
        longest.append(world.months_active[(world.role != BACKBONE) & (world.status == ACTIVE)].max(initial=0))
        assert world.own_backbone_fte[0] == 1.5
    assert max(longest) > 60


def test_one_may_begin_within_the_run_in(lab):
    template = beginning(lab, "2018-01").to_template()
    for month, fte in ((-25, 0.0), (-24, 0.0), (-23, 1.5), (0, 1.5)):
        _, world, _ = passed(template, month)
        assert world.own_backbone_fte[0] == fte
        assert ((world.status == ACTIVE).sum() > 1) == (fte > 0)


@pytest.mark.parametrize("row", ["0,", ",0"], ids=["there from the start", "with nobody else"])
def test_nobody_sits_at_a_table_that_is_not_there_yet(tmp_path, row):
    """They found it, or join whoever is there; but it begins in month 12."""
    rows = "".join(f"o{n},health,{row}\n" for n in range(6))
    (tmp_path / "organizations.csv").write_text("id,sector,joins,threshold\n" + rows)
    (tmp_path / "s.toml").write_text(
        '[clock]\nstart = "2020-01"\nmonths = 24\n[sites.s]\nstudents = 3000\n'
        'organizations_file = "organizations.csv"\nbackbone = { from = "2021-01" }\n'
    )
    partners = of(engine.run_replicate(load_scenario(tmp_path / "s.toml").to_template(), 1, 0), "partners")[:, 0]
    assert (partners[:12] == 0).all()


def test_nobody_is_asked_to_a_table_that_is_not_there_yet(lab):
    template = beginning(lab, "2020-06").to_template()
    for turn in range(-48, 5, 4):
        _, world, _ = passed(template, turn)
        assert (world.refused == 0).all() and ((world.status == ACTIVE) == (world.role == BACKBONE)).all()
        assert np.isin(world.status, (0, ACTIVE)).all(), "nobody is reluctant to join what is not there"

"""Events are those that the metrics count, of the same run."""

from collections import Counter

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.events import KINDS, replay
from tfs_sim.model.mechanisms import repair
from tfs_sim.model.state import BACKBONE
from tfs_sim.scenario import load_scenario

SEED, REPLICATE = 5, 6


@pytest.fixture(scope="module")
def flagship():
    """The flagship, told to end sooner: its template, run and events."""
    sooner = {"endings": {"partners": 12, "ended_after": 6}}
    template = load_scenario("together-for-students").with_(parameters=sooner).to_template()
    return template, engine.run_replicate(template, SEED, REPLICATE), list(replay(template, SEED, REPLICATE))


def before_month_0(template):
    """Return the world as the run-in has left it, of which no event is told."""
    _, world = template.fresh()
    key = draws.run_key(SEED, REPLICATE)
    engine.run_months(template, world, key, engine.DRAW_START, 0, template.output())
    return world


@pytest.mark.parametrize(
    ("kind", "metric"), [("departure", "departures"), ("join", "joined"), ("withdrawal", "withdrew")]
)
def test_there_are_as_many_as_the_metric_says_in_every_month_and_site(flagship, kind, metric):
    _, run, events = flagship
    counted = np.zeros(run.shape[:2])
    for event in events:
        if event.kind == kind and event.site < counted.shape[1]:
            counted[event.month, event.site] += 1
    assert counted.sum() > 20
    assert np.array_equal(counted, run[:, :, list(METRICS).index(metric)])


def test_endings_are_told_in_the_month_in_which_the_metric_turns_and_how(flagship):
    template, run, events = flagship
    told = {(event.month, event.site): event.outcome for event in events if event.kind == "ending"}
    ended = run[:, :, list(METRICS).index("ended")]
    earlier = before_month_0(template).ending[: ended.shape[1]] > 0
    turned = np.diff(ended, axis=0, prepend=earlier[None].astype(float)) > 0
    assert earlier.any()  # an ending of the run-in is no event of the run
    assert set(told) == {(int(month), int(site)) for month, site in np.argwhere(turned)}
    assert len(told) > 1
    for (month, site), how in told.items():
        metric = "ended_" + how.replace(" its ", " ").replace(" ", "_")
        assert run[month, site, list(METRICS).index(metric)] == 1.0


def test_hosts_are_lost_and_found_in_the_months_in_which_the_metric_turns(flagship):
    template, run, events = flagship
    hosted = run[:, :, list(METRICS).index("hosted")]
    earlier = before_month_0(template).hosted[: hosted.shape[1]]
    turns = np.diff(hosted, axis=0, prepend=earlier[None].astype(float))
    for kind, turn in (("host-lost", -1.0), ("host-found", 1.0)):
        told = [(e.month, e.site) for e in events if e.kind == kind and e.site < hosted.shape[1]]
        assert told
        assert sorted(told) == [(int(month), int(site)) for month, site in np.argwhere(turns == turn)]
        assert all((e.organization, e.person, e.other) == (-1, -1, -1) for e in events if e.kind == kind)


@pytest.mark.parametrize(("cost", "kinds"), [(1000.0, {"host-lost"}), (0.0, set())])
def test_a_host_whom_hosting_costs_too_much_lays_it_down_once_and_nobody_takes_it_up(cost, kinds):
    """Hosts ask themselves every month, others are asked every month, and all of them are sure of what they do."""
    hosting = {"cost": cost, "reviewed": 12.0, "searched": 12.0, "sharpness": 0.001}
    lab = load_scenario("laboratory").with_(months=6, parameters={"hosting": hosting})
    events = [e for e in replay(lab.to_template(), 1, 0) if e.kind in ("host-lost", "host-found")]
    assert {e.kind for e in events} == kinds
    assert [(e.month, e.site) for e in events] == [(0, 0)] * len(kinds)


def test_a_partnership_that_reaches_its_goals_is_told_to_end_with_them_met():
    goals = [{"indicator": "partners", "at_least": 1, "over": 3}]
    lab = load_scenario("laboratory").with_(months=24, sites={"lab": {"goals": goals}})
    endings = [event for event in replay(lab.to_template(), 1, 0) if event.kind == "ending"]
    assert [(event.month, event.site, event.outcome) for event in endings] == [(3, 0, "goals met")]


def test_members_who_part_with_goals_met_are_in_the_metric_if_they_are_in_the_events():
    goals = [{"indicator": "partners", "at_least": 1, "over": 3}]
    template = load_scenario("laboratory").with_(months=6, sites={"lab": {"goals": goals}}).to_template()
    told = Counter(event.month for event in replay(template, 1, 0) if event.kind == "withdrawal")
    withdrew = engine.run_replicate(template, 1, 0)[:, 0, list(METRICS).index("withdrew")]
    assert [told[month] for month in range(6)] == withdrew.tolist()


def test_awards_won_add_up_to_those_that_organizations_hold_at_the_end(flagship):
    template, _, events = flagship
    won = Counter(event.organization for event in events if event.kind == "award-won")
    lost = {(event.month, event.organization) for event in events if event.kind == "award-lost"}
    *_, (_, world, _) = engine.trace(template, SEED, REPLICATE)
    earlier = before_month_0(template).awards_won
    assert sum(won.values()) > 20
    assert [won[i] for i in range(len(template.organizations))] == (world.awards_won - earlier).tolist()
    assert lost
    assert not lost & {(event.month, event.organization) for event in events if event.kind == "award-won"}
    assert not any(world.role[i] == BACKBONE for _, i in lost)


def test_people_come_one_after_the_other(flagship):
    template, _, events = flagship
    present = {i: int(person) + 1 for i, person in enumerate(before_month_0(template).person)}
    assert max(present.values()) > 1  # people have come and gone before month 0
    came = set()
    for event in events:
        if event.kind == "departure":
            assert event.person == present[event.organization]
        elif event.kind == "arrival":
            assert event.person == present[event.organization] + 1
            present[event.organization] = event.person
            came.add(event.organization)
    assert len(came) > 20


def test_an_apology_names_who_broke_the_promise_whom_it_let_down_and_what_came_of_it():
    """Source 0 was let down by target 1 in pair 0; source 3 by target 2 in pair 1."""
    answers = {}
    for apology, forgiveness in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
        answer = np.full(4, -1)
        alone(
            repair.mend,
            source=np.array([0, 2, 1, 3], np.uint32),
            target=np.array([1, 3, 0, 2], np.uint32),
            failed=np.array([1, 0, 0, 1], np.uint8),
            meeting=np.array([0, 1], np.uint32),
            pair_id=np.array([7, 8], np.uint64),
            pair_site=np.zeros(2, np.uint32),
            forgiveness=np.full(4, forgiveness),
            reliability=np.ones(4),
            answer=answer,
            p=record(repair.Parameters, {"apology": apology, "deceit": 0.0}),
        )
        answers[apology, forgiveness] = answer.tolist()
    assert answers[0.0, 1.0] == [repair.SILENCE, -1, -1, repair.SILENCE]
    assert answers[1.0, 0.0] == [repair.NOT_FORGIVEN, -1, -1, repair.NOT_FORGIVEN]
    assert answers[1.0, 1.0] == [repair.AMENDS_MADE, -1, -1, repair.AMENDS_MADE]


def test_apologies_follow_broken_promises_as_often_as_the_rule_says(flagship):
    """Without facilitated conversations, principles and experience an apology comes with the chance `apology`."""
    bare = {"repair": {"apology": 0.3, "principles": 0.0, "experience": 0.0}}
    lab = load_scenario("laboratory").with_(months=60, parameters=bare)
    template = lab.to_template()
    broken = sum(float(world.failed.sum()) for r in range(4) for _, world, _ in engine.trace(template, 1, r))
    told = [event for r in range(4) for event in replay(template, 1, r) if event.kind == "apology"]
    assert broken > 1000
    assert len(told) / broken == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / broken))
    assert all(event.organization != event.other for event in told)


def test_what_is_switched_off_does_not_happen():
    calm = load_scenario("laboratory").with_(months=24, mechanisms={"repair": False, "competition": False})
    kinds = {event.kind for event in replay(calm.to_template(), 1, 0)}
    assert not kinds & {"apology", "award-won", "award-lost"}


def test_a_replay_changes_nothing(flagship):
    template, run, _ = flagship
    assert np.array_equal(engine.run_replicate(template, SEED, REPLICATE), run)


def test_every_kind_occurs(flagship):
    _, _, events = flagship
    assert {event.kind for event in events} == {kind.name for kind in KINDS}


def test_who_leaves_is_not_who_comes_where_a_successor_begins_in_the_same_month():
    lab = load_scenario("laboratory").with_(
        months=60,
        interventions=[{"use": "overlap", "dose": 1}],
        parameters={"turnover": {"notice_share": 1.0, "time_to_fill": 1.0}},
    )
    events = list(replay(lab.to_template(), 1, 0))
    left = {(e.month, e.organization): e.person for e in events if e.kind == "departure"}
    came = {(e.month, e.organization): e.person for e in events if e.kind == "arrival"}
    both = left.keys() & came.keys()
    assert both and all(came[each] == left[each] + 1 for each in both)

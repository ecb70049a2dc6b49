"""Hosting: an organization carries the backbone while that is worth it, and another may take it up."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import effort, hosting
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT

EVERY_MONTH = {"reviewed": 12, "searched": 12}
NOTHING = {"results": 0, "full_table": 0, "leader": 0, "paid": 0, "cost": 0, "own_income": 0}


def parameters(**values):
    return record(hosting.Parameters, values)


def test_what_hosting_is_worth_by_hand():
    p = parameters(results=0.4, full_table=0.2, leader=0.5, paid=0.2, cost=0.3, own_income=0.5)
    e = record(effort.Parameters, {"usual_size": 12})
    assert hosting.worth_of_hosting(0.0, 0, 0.0, 0.0, 0.0, e, p) == pytest.approx(-0.3)  # what it costs
    assert hosting.worth_of_hosting(0.5, 6, 0.4, 0.5, 0.2, e, p) == pytest.approx(0.2 + 0.1 + 0.2 + 0.1 - 0.3 - 0.1)
    full, overfull = (hosting.worth_of_hosting(0.0, n, 0.0, 0.0, 0.0, e, p) for n in (12, 30))
    assert full == overfull == pytest.approx(0.2 - 0.3)


def test_chances_by_hand():
    """Odds are e^(W / sharpness): 1 to 1 where it is worth nothing, 3 to 1 where it is worth ln 3 of the sharpness."""
    p = parameters(reviewed=6, searched=3, sharpness=0.1)
    assert hosting.chance_of_laying_down(0.0, p) == pytest.approx(0.5 / 2)
    assert hosting.chance_of_laying_down(0.1 * np.log(3), p) == pytest.approx(0.5 / 4)
    assert hosting.chance_of_taking_up(0.0, p) == pytest.approx(0.25 / 2)
    assert hosting.chance_of_taking_up(0.1 * np.log(3), p) == pytest.approx(0.25 * 3 / 4)


def test_the_share_that_others_pay_for():
    assert hosting.share_paid(1.0, 3.0) == 0.75
    assert hosting.share_paid(2.0, 0.0) == hosting.share_paid(0.0, 0.0) == 0.0


def hosted_after(hosted, month=0, own=1.0, by_others=0.0, income=1.0, statuses=(ACTIVE, ACTIVE), org=(), **values):
    """Say whether a backbone with two partners is hosted after a month in which all ask themselves; by default none
    is committed to anything, nothing is worth anything and nothing costs anything."""
    now = np.array([hosted], np.uint8)
    given = {"commitment": (0, 0, 0), "backing": (1, 1, 1), "in_post": (1, 1, 1), "belief": (0, 0, 0), **dict(org)}
    alone(
        hosting.review,
        month=month,
        backbone=np.array([0]),
        first_organization=np.array([0]),
        end_organization=np.array([3]),
        site_id=np.array([5], np.uint64),
        role=np.array([BACKBONE, PARTNER, PARTNER], np.uint8),
        status=np.array([ACTIVE, *statuses], np.uint8),
        own_backbone_fte=np.array([own]),
        dose_backbone_staffing=np.array([by_others]),
        income_factor=np.array([income]),
        hosted=now,
        **{name: np.array(each, np.uint8 if name == "in_post" else float) for name, each in given.items()},
        p_effort=record(effort.Parameters, {"usual_size": 12}),
        p=parameters(**{**NOTHING, **EVERY_MONTH, "sharpness": 1e-3, **values}),
    )
    return bool(now[0])


def test_a_host_goes_on_while_that_is_worth_more_than_it_costs():
    assert hosted_after(1, full_table=1, cost=0.1) and not hosted_after(1, full_table=1, cost=0.2)  # two of twelve
    assert hosted_after(1, by_others=1.0, paid=0.5, cost=0.2) and not hosted_after(1, by_others=1.0, paid=0.5, cost=0.3)
    assert hosted_after(1, income=0.7, full_table=1, own_income=0.5)
    assert not hosted_after(1, income=0.6, full_table=1, own_income=0.5)  # 1/6 < .4 of .5


def test_whoever_hosts_looks_at_the_own_belief_and_the_own_coordinator():
    hopes = {"belief": (0.9, 0.1, 0.1)}
    assert hosted_after(1, org=hopes, results=1, cost=0.5) and not hosted_after(1, results=1, cost=0.5)
    assert not hosted_after(1, org={"belief": (0.1, 0.9, 0.9)}, results=1, cost=0.5)
    leads = {"commitment": (0.8, 0, 0), "backing": (0.75, 1, 1)}
    assert hosted_after(1, org=leads, leader=1, cost=0.59) and not hosted_after(1, org=leads, leader=1, cost=0.61)
    assert not hosted_after(1, org=leads | {"in_post": (0, 1, 1)}, leader=1, cost=0.1), "a vacant post leads nothing"


def test_the_most_committed_who_is_present_weighs_taking_it_up():
    both = {"commitment": (1, 0.6, 0.3), "belief": (1, 0.2, 0.9)}
    assert hosted_after(0, org=both, results=1, cost=0.1) and not hosted_after(0, org=both, results=1, cost=0.3)
    gone = both | {"in_post": (1, 0, 1)}
    assert hosted_after(0, org=gone, results=1, cost=0.8) and not hosted_after(0, org=gone, results=1, cost=1.0)
    away = {"org": both, "statuses": (PROSPECT, ACTIVE)}
    assert hosted_after(0, **away, results=1, cost=0.8), "only who is at the table is asked"
    assert hosted_after(0, org=both, leader=1, cost=0.5) and not hosted_after(0, org=both, leader=1, cost=0.7)


def test_without_partners_only_one_who_pays_looks_for_a_host():
    nobody = (PROSPECT, PROSPECT)
    taken_up = [hosted_after(0, month, cost=0) for month in range(20)]
    assert 0 < sum(taken_up) < 20, "worth nothing, it is taken up every second time"
    assert not any(hosted_after(0, month, statuses=nobody, cost=0) for month in range(20))
    assert hosted_after(0, statuses=nobody, by_others=1.0, paid=1, cost=0.4)
    assert not hosted_after(0, statuses=nobody, by_others=1.0, paid=1, cost=0.6), "half is paid for"
    hopeful = {"commitment": (0, 1, 1), "belief": (1, 1, 1)}
    assert not hosted_after(0, statuses=nobody, by_others=1.0, org=hopeful, results=1, cost=0.1), "a stranger decides"


@pytest.mark.parametrize("hosted", [0, 1])
def test_where_there_is_no_staff_there_is_nothing_to_host(hosted):
    assert hosted_after(hosted, own=0.0, cost=1000) == hosted_after(hosted, own=0.0, full_table=1000) == hosted


@pytest.mark.parametrize("hosted", [0, 1])
def test_who_never_asks_stays_as_it_is(hosted):
    never = {"reviewed": 0, "searched": 0}
    assert hosted_after(hosted, **never, cost=1000) == hosted_after(hosted, **never, full_table=1000) == hosted


def test_as_many_lay_it_down_as_the_rule_says():
    """Worth nothing, asked every second month: a quarter of 20,000 hosts in a month."""
    n = 20_000
    hosted = np.ones(n, np.uint8)
    alone(
        hosting.review,
        backbone=np.arange(n),
        first_organization=np.arange(n),
        end_organization=np.arange(1, n + 1),
        site_id=np.arange(n, dtype=np.uint64),
        role=np.full(n, BACKBONE, np.uint8),
        status=np.full(n, ACTIVE, np.uint8),
        own_backbone_fte=np.ones(n),
        dose_backbone_staffing=np.zeros(n),
        hosted=hosted,
        p=parameters(**NOTHING, reviewed=6),
    )
    assert 1 - hosted.mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / n))


def of(out, name):
    return out[..., list(METRICS).index(name)]


def test_a_partnership_whose_host_loses_its_income_is_coordinated_no_more_and_ends_so(lab, run):
    """Any table is worth much; income that is lost in the crisis from month 24 on counts for more."""
    struck = lab.with_(
        shocks=[{"use": "community-crisis", "onset": "2022-01", "depth": 1.0, "lasts": 36}],
        parameters={"hosting": {**NOTHING, "full_table": 100, "own_income": 1000, "reviewed": 12}},
    )
    out = run(struck, replicates=3)
    assert (of(out, "hosted")[:, :24] == 1).all() and (of(out, "hosted")[:, 24:] == 0).all()
    assert (of(out, "coordination")[:, :24] > 0).all() and (of(out, "coordination")[:, 24:] == 0).all()
    assert (of(out, "ended_lost_host")[:, -1] == 1).all() and (of(out, "ended_faded") == 0).all()


def test_switched_off_every_partnership_keeps_its_host(lab, run):
    dear = lab.with_(months=24, parameters={"hosting": {"cost": 100, "reviewed": 12}}, mechanisms={"hosting": False})
    assert (of(run(dear), "hosted") == 1).all() and (of(run(dear), "coordination") > 0).all()


def test_hosting_that_is_never_reviewed_is_hosting_switched_off(lab, run):
    short = lab.with_(months=24)
    never = short.with_(parameters={"hosting": {"reviewed": 0, "searched": 0}})
    assert run(never).tobytes() == run(short.with_(mechanisms={"hosting": False})).tobytes()

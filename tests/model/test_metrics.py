"""Every metric of a small community, worked out by hand."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import metrics
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.state import ACTIVE, BACKBONE, DELAY_STAGES, PARTNER, RELUCTANT, G, K

NAMES = list(METRICS)
MONEY = record(MECHANISMS["money"].parameters, {"dollars_per_fte": 6000, "hours_per_fte": 150})
TIES = record(MECHANISMS["ties"].parameters, {"recent": 3})
OUTCOMES = record(
    MECHANISMS["outcomes"].parameters, {"indicator_at_start": 50, "indicator_gain": 40, "cohort_noise": 0}
)


def values_of(out, site=0):
    return dict(zip(NAMES, out[0, site].tolist(), strict=True))


def observed():
    """A backbone (0), two partners (1, 2) and one that stays away (3); a second site has nothing but a backbone."""
    need, served = np.full((K, G, 2), 50.0), np.zeros((K, G, 2))
    served[0, 0, 0], served[1, 1, 0] = 30.0, 10.0
    stages, begun = np.zeros((DELAY_STAGES, G, 2)), np.zeros((G, 2))
    stages[-1, :, 0], begun[:, 0] = (0.3, 0.6), (0.2, 0.4)
    out = np.zeros((1, 2, len(NAMES)))

    def site(value):
        return np.array([value, 0.0])

    alone(
        metrics.observe,
        first_organization=np.array([0, 4]),
        end_organization=np.array([4, 5]),
        backbone=np.array([0, 4]),
        role=np.array([BACKBONE, PARTNER, PARTNER, PARTNER, BACKBONE], np.uint8),
        status=np.array([ACTIVE, ACTIVE, ACTIVE, RELUCTANT, ACTIVE], np.uint8),
        fte=np.array([1.0, 2.0, 4.0, 3.0, 1.0]),
        effort=np.array([0.0, 0.1, 0.3, 0.0, 0.0]),
        grant_income=np.array([0.0, 600.0, 0.0, 0.0, 0.0]),
        in_post=np.array([1, 1, 0, 1, 1], np.uint8),
        hours=np.array([9.0, 10.0, 20.0, 40.0, 9.0]),
        bid_hours=np.array([0.0, 1.0, 2.0, 4.0, 0.0]),
        belief=np.array([0.1, 0.4, 0.6, 0.9, 0.1]),
        documentation=np.array([1.0, 0.2, 0.4, 0.9, 1.0]),
        ledger=np.array([0.0, 0.1, 1.6e-18, 0.5, 0.0]),
        readiness=np.array([1.0, 1.0, 1.0, 0.25, 1.0]),
        key_departures=np.array([5.0, 2.0, 0.0, 1.0, 5.0]),
        has_changed=np.array([1, 1, 0, 1, 1], np.uint8),
        # pairs 0–1, 1–2, 1–3 and 2–3, the last without a tie
        first_pair=np.array([0, 4]),
        end_pair=np.array([4, 4]),
        one_end=np.array([0, 1, 1, 2], np.uint32),
        other_end=np.array([1, 2, 3, 3], np.uint32),
        is_open=np.array([1, 1, 1, 0], np.uint8),
        alignment=np.array([1.0, 0.5, 1.0, 1.0]),
        idle=np.array([9.0, 2.0, 9.0, 9.0]),
        trust=np.array([0.9, 0.5, 0.2, 0.8, 0.9, 0.7, 0.4, 0.8]),
        need=need,
        served=served,
        students=np.array([[300.0, 1.0], [100.0, 1.0]]),
        delay=stages,
        outcome_at_start=begun,
        performance=site(7.0),
        gross_gain=site(9.0),
        coordination=site(0.7),
        load=site(300.0),
        departures=site(2.0),
        joined=site(3.0),
        withdrew=site(1.0),
        conflicts=site(5.0),
        spent=site(2500.0),
        unpaid_backbone=site(1500.0),
        unpaid_partners=site(500.0),
        grants_received=site(4000.0),
        severity=site(0.6),
        agenda_knowledge=site(-0.25),
        dead_months=np.array([0, 3]),
        site_id=np.arange(2, dtype=np.uint64),
        p_money=MONEY,
        p_outcomes=OUTCOMES,
        p_ties=TIES,
        out=out,
    )
    return out


HAND = {
    "partners": 2,
    "engaged": 2 / 3,
    "trust": (0.5 + 0.7 + 0.2 + 0.4) / 4,  # both ends of 1–2 and 1–3; ties with the backbone do not count
    "quality": 0.5 * (0.5 + 0.7) / 2,  # 1–2 alone
    "support": (0.5 * 0.2 + 1.2) / 6,  # of what the first gives, half is paid for by pooled money
    "effort": (0.2 + 1.2) / 6,
    "least_effort": 0.1,
    "performance": 7,
    "gross_gain": 9,
    "coverage": 40 / 400,
    "equity_gap": 0.3,
    "outcome": (300 * 0.1 + 100 * 0.2) / 400,
    "indicator": 50 + 40 * 0.125,
    "alive": 1,
    "coordination": 0.7,
    "load": 2,
    "vacancy": 0.5,
    "density": 1,
    "departures": 2,
    "key_departures": 3,  # of all but the backbone, at the table or not
    "changed": 2 / 3,
    "joined": 3,
    "withdrew": 1,
    "conflicts": 5,
    "cost": 2.5,
    "unpaid_backbone": 1.5,
    "unpaid_partners": 0.5,
    "grants": 4,
    "hours": 30,
    "bid_hours": 7,
    "staff_given": 1.4,
    "staff": 9,
    "belief": 0.5,
    "severity": 0.6,
    "served": 40,
    "documentation": 0.3,
    "agenda": -0.25,
    "win_win": 0.5,
    "readiness": 0.25,
}
GOALS = {
    "clarity": "mean_clarity",
    "attention": "mean_attention",
    "clarity_spread": "clarity_spread",
    "perceived_agreement": "perceived_agreement",
    "actual_agreement": "actual_agreement",
}
FAMILIES = {name: name for name in ("family_engagement", "community_support", "take_up", "time_to_service")}
STAGES, RULES = {"stage", "practice_time", "friction"}, {"adaptive"}
NETWORKS, ENDINGS = (
    {"transitivity", "fragmentation"},
    {
        "ended",
        "ended_goals_met",
        "ended_faded",
        "ended_broke_up",
        "ended_lost_host",
        "hosted",
    },
)


def test_every_metric_is_worked_out_somewhere():
    """Networks and endings have tests of their own names."""
    assert set(NAMES) == {*HAND, *GOALS, *FAMILIES} | STAGES | RULES | NETWORKS | ENDINGS


def test_what_is_observed_of_a_small_community():
    found = values_of(observed())
    assert {name: found[name] for name in HAND} == pytest.approx(HAND)
    assert not any(value for name, value in found.items() if name not in HAND)


def test_a_community_of_nobody_has_no_means():
    found = values_of(observed(), site=1)
    assert found.pop("readiness") == 1.0 and found.pop("indicator") == 50.0
    assert not any(found.values())


def test_staff_that_no_grant_pays_for():
    assert metrics.given_of_its_own(0.2, 600.0, MONEY) == pytest.approx(0.1)
    assert metrics.given_of_its_own(0.2, 5000.0, MONEY) == 0.0
    assert metrics.given_of_its_own(0.0, 0.0, MONEY) == 0.0


@pytest.mark.parametrize(("kernel", "arrays"), [("observe_goals", GOALS), ("observe_families", FAMILIES)])
def test_what_is_kept_of_sites_is_recorded_under_its_name(kernel, arrays):
    given = {array: np.array([0.1 + 0.1 * n, 0.0]) for n, array in enumerate(arrays.values())}
    out = np.zeros((1, 2, len(NAMES)))
    alone(getattr(metrics, kernel), **given, out=out)
    found = values_of(out)
    assert {name: found.pop(name) for name in arrays} == {name: given[array][0] for name, array in arrays.items()}
    assert not any(found.values())


def test_friction_is_the_mean_over_pairs_of_members_of_different_networks():
    out = np.zeros((1, 1, len(NAMES)))
    alone(
        metrics.observe_stages,
        first_organization=np.array([0, 4]),
        end_organization=np.array([4, 6]),
        affiliation=np.array([4, 5, 4, -1, -1, -1]),  # 4 and 5 are the nationals
        local_index=np.array([0, 1, 2, 3, 0, 1], np.uint32),
        first_relationship=np.array([0, 0, 0, 0, 0, 1, 2]),
        relationships=np.array([0, 1], np.uint32),
        friction=np.array([0.4, 0.6]),
        stage_reached=np.array([2, 0]),
        practice_time=np.array([0.8, 1.0]),
        out=out,
    )
    found = values_of(out)
    assert [found[name] for name in ("stage", "practice_time", "friction")] == pytest.approx([2, 0.8, 0.5])


def test_rules_that_call_are_counted():
    out = np.zeros((1, 1, len(NAMES)))
    alone(metrics.observe_rules, called_for=np.array([3.0]), out=out)
    assert values_of(out)["adaptive"] == 3

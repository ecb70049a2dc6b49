"""Repair: what an apology takes back, what amends add, and what is left when nobody forgives."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import histories, institutional_trust, repair, trust
from tfs_sim.model.state import ACTIVE

P_TRUST = record(trust.Parameters, {"negativity": 2.0})


def test_apologies_and_forgiveness_by_hand():
    p = record(
        repair.Parameters,
        {
            "apology": 0.3,
            "principles": 0.2,
            "facilitation": 0.6,
            "deceit_forgiven": 0.4,
            "forgiveness_spread": 0.2,
            "experience": 0.4,
        },
    )
    assert repair.chance_of_apology(0.0, 1.0, 1.0, 1.0, p) == pytest.approx(0.3)  # nobody helps
    assert repair.chance_of_apology(1.0, 0.5, 0.5, 1.0, p) == pytest.approx(1 - 0.7 * 0.9 * 0.7)
    assert [repair.silence_left(x, p) for x in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 0.8, 0.6])
    # half of the experience leaves four fifths of silences, whoever helps
    assert repair.chance_of_apology(0.0, 1.0, 1.0, 0.8, p) == pytest.approx(1 - 0.8 * 0.7)
    assert repair.chance_of_apology(1.0, 0.5, 0.5, 0.8, p) == pytest.approx(1 - 0.8 * 0.7 * 0.9 * 0.7)
    assert repair.chance_of_apology(1.0, 0.5, 0.5, 0.0, p) == 1.0
    assert repair.chance_of_forgiving(0.5, False, p) == 0.5 and repair.chance_of_forgiving(0.5, True, p) == 0.2
    assert [repair.forgiveness_of(z, p) for z in (0, 1, 9, -9)] == pytest.approx([0.5, 0.7, 1, 0])


def test_what_is_mended_and_what_hardens_by_hand():
    p = record(
        repair.Parameters,
        {"mended": 0.5, "between_organizations": 0.6, "amends": 3, "hardening": 0.1, "deceit_hardening": 0.5},
    )
    assert repair.weight_mended(P_TRUST, p) == 1.0
    assert repair.weight_mended_on_record(P_TRUST, p) == pytest.approx(0.6)
    assert repair.weight_of_broken_amends(P_TRUST, p) == 6.0
    assert repair.hardened(0.2, False, 1, p) == pytest.approx(0.28)
    assert repair.hardened(0.2, True, 1, p) == pytest.approx(0.6)
    assert repair.hardened(0.2, True, 0, p) == 0.2, "without histories nothing hardens"


def one_failure(
    forgiveness=1.0,
    reliability=1.0,
    on_histories=1,
    dose=0.0,
    coordination=1.0,
    experienced=(0.0, 0.0),
    **parameters,
):
    """Return evidence and grievance of the first, whom the second let down, after one broken promise of weight 2."""
    evidence = {name: np.array([3.0, 3.0]) for name in ("good", "bad", "on_record_good", "on_record_bad")}
    grievance, betrayal = np.zeros(2), np.zeros(2)
    ends = np.array([0, 1], np.uint32)
    alone(
        repair.mend,
        month=3,
        key=draws.run_key(1, 0),
        pair_id=np.array([7], np.uint64),
        pair_site=np.array([0], np.uint32),
        source=ends,
        target=ends[::-1],
        meeting=np.array([0], np.uint32),
        let_down=np.zeros(1, np.uint32),
        listed_pair_id=np.zeros(1, np.uint64),
        listed_luck=np.zeros((4, 1), np.uint32),
        failed=np.array([1, 0], np.uint8),
        status=np.full(2, ACTIVE, np.uint8),
        reliability=np.full(2, reliability),
        documentation=np.zeros(2),
        alignment=np.ones(1),
        coordination=np.array([coordination]),
        forgiveness=np.full(2, forgiveness),
        experience=np.array(experienced),
        grievance=grievance,
        betrayal=betrayal,
        personal_good=evidence["good"],
        personal_bad=evidence["bad"],
        institutional_good=evidence["on_record_good"],
        institutional_bad=evidence["on_record_bad"],
        dose_facilitated_conversations=np.array([dose]),
        on_histories=on_histories,
        on_institutional_trust=1,
        p_institutional_trust=record(institutional_trust.Parameters, {"recorded": 0.25}),
        p_histories=record(histories.Parameters),
        p_trust=record(trust.Parameters, {"negativity": 2.0}),
        p=record(repair.Parameters, parameters),
    )
    assert all(e[1] == 3.0 for e in evidence.values()), "nothing happened to the other end"
    return {name: float(e[0]) for name, e in evidence.items()} | {"grievance": grievance[0], "betrayal": betrayal[0]}


def test_forgiven_the_failure_is_taken_back_more_between_persons_than_between_organizations():
    found = one_failure(apology=1.0, deceit=0.0, mended=0.5, between_organizations=0.6, amends=0.0)
    assert found["bad"] == pytest.approx(3.0 - 2.0 * 0.5 * 0.75)
    assert found["on_record_bad"] == pytest.approx(3.0 - 2.0 * 0.5 * 0.6 * 0.25)
    assert found["grievance"] == 0.0


@pytest.mark.parametrize(("reliability", "good", "bad"), [(1.0, 1.5, 0.0), (0.0, 0.0, 3.0)])
def test_amends_are_a_promise_like_any_other(reliability, good, bad):
    found = one_failure(reliability=reliability, apology=1.0, deceit=0.0, mended=0.0, amends=2.0)
    assert found["good"] == pytest.approx(3.0 + good)
    assert found["bad"] == pytest.approx(3.0 + bad)


def test_unforgiven_it_hardens_and_nothing_is_taken_back():
    found = one_failure(forgiveness=0.0, apology=1.0, deceit=0.0, hardening=0.02)
    assert found["grievance"] == pytest.approx(0.02)
    assert found["bad"] == 3.0
    assert one_failure(forgiveness=0.0, on_histories=0, apology=1.0)["grievance"] == 0.0


def test_deceit_stays_also_when_it_is_forgiven():
    found = one_failure(apology=1.0, deceit=1.0, deceit_forgiven=1.0, deceit_weight=2.5)
    assert found["betrayal"] == 2.5
    assert found["grievance"] == 0.0


def test_nobody_talks_without_apology_principles_or_a_facilitator_who_has_time():
    nobody = {"apology": 0.0, "principles": 0.0, "facilitation": 1.0, "deceit": 0.0}
    assert one_failure(**nobody)["grievance"] > 0.0
    assert one_failure(**nobody, dose=1.0)["grievance"] == 0.0
    assert one_failure(**nobody, dose=1.0, coordination=0.0)["grievance"] > 0.0


def test_who_has_experience_owns_up_and_its_own_experience_is_of_no_help_to_who_was_let_down():
    """Where full experience leaves no silence, and nothing else leads to an apology."""
    silent = {"apology": 0.0, "principles": 0.0, "facilitation": 0.0, "deceit": 0.0}
    assert one_failure(**silent, experience=1.0, experienced=(0.0, 1.0))["grievance"] == 0.0
    assert one_failure(**silent, experience=1.0, experienced=(1.0, 0.0))["grievance"] > 0.0
    assert one_failure(**silent, experience=0.0, experienced=(1.0, 1.0))["grievance"] > 0.0


def test_forgiveness_has_the_mean_and_spread_that_are_asked_for():
    n = 4000
    forgiveness = np.zeros(2 * n)
    p = record(repair.Parameters, {"forgiveness": 0.5, "forgiveness_spread": 0.1})
    alone(repair.begin, key=draws.run_key(1, 0), pair_id=np.arange(n, dtype=np.uint64), forgiveness=forgiveness, p=p)
    assert forgiveness.mean() == pytest.approx(0.5, abs=0.005)
    assert forgiveness.std() == pytest.approx(0.1, abs=0.005)
    assert abs(np.corrcoef(forgiveness[:n], forgiveness[n:])[0, 1]) < 0.05

"""Communication: whose understanding fades in silence, and what keeps it alive."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import communication, effort
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT, K

P = record(communication.Parameters, {"silence": 0.1})


def test_the_equations():
    assert communication.lost_in_silence(0.0, 1.0, P) == 0.1
    assert communication.lost_in_silence(0.5, 0.8, P) == pytest.approx(
        0.06
    )  # letters, as far as there is time for them
    assert communication.understanding_kept(0.1, 0.25) == pytest.approx(0.925)
    assert communication.understanding_kept(0.1, 1.0) == 1.0


def understanding_left(met=0, dose=0.0, given=0.0, team=0, status=ACTIVE, role=PARTNER):
    ramp, teams = np.ones(1), np.full((K, 1), -1)
    teams[2] = team
    alone(
        communication.lose_understanding,
        end_organization=np.ones(1, np.int64),
        role=np.full(1, role, np.uint8),
        status=np.full(1, status, np.uint8),
        contacts_at_table=np.full(1, float(met)),
        team=teams,
        effort=np.full(1, given),
        ramp=ramp,
        dose_steady_communication=np.array([dose]),
        coordination=np.ones(1),
        p_effort=record(effort.Parameters, {"largest": 0.5}),
        p=P,
    )
    return ramp[0]


@pytest.mark.parametrize(
    ("met", "dose", "given", "left"),
    [(1, 0.0, 0.0, 1.0), (0, 0.0, 0.0, 0.9), (0, 0.5, 0.0, 0.95), (0, 0.0, 0.25, 0.95)],
)
def test_understanding_fades_in_silence_less_so_with_letters_or_in_use(met, dose, given, left):
    assert understanding_left(met, dose, given) == pytest.approx(left)


def test_only_what_is_given_to_a_team_is_in_use():
    assert understanding_left(given=0.25, team=-1) == pytest.approx(0.9)


@pytest.mark.parametrize("who", [{"status": PROSPECT}, {"role": BACKBONE}])
def test_only_partners_have_something_to_forget(who):
    assert understanding_left(**who) == 1.0


def test_switched_off_nobody_forgets(lab):
    quiet = lab.with_(months=3, parameters={"trust": {"everyday_contact": 0, "joint_contact": 0, "table_contact": 0}})
    quiet = quiet.with_(mechanisms={"turnover": False})
    *_, (_, with_it, _) = engine.trace(quiet.to_template(), 1, 0)
    *_, (_, without, _) = engine.trace(
        quiet.with_(mechanisms={"turnover": False, "communication": False}).to_template(), 1, 0
    )
    partners = (with_it.status == ACTIVE) & (with_it.role == PARTNER)
    assert (with_it.ramp[partners] < 1.0).any()
    assert (without.ramp == 1.0).all()

"""Communication: understanding fades in silence."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import communication, effort
from tfs_sim.model.state import ACTIVE, K

FIRST = np.array([0, 1, 2])
ROLE = np.zeros(2, np.uint8)


@pytest.mark.parametrize(
    ("met", "dose", "given", "left"),
    [(1, 0.0, 0.0, 1.0), (0, 0.0, 0.0, 0.9), (0, 0.5, 0.0, 0.95), (0, 0.0, 0.25, 0.95)],
)
def test_understanding_fades_in_silence_less_so_with_letters_or_in_use(met, dose, given, left):
    ramp = np.ones(2)
    team = np.full((K, 2), -1)
    team[2] = 0
    alone(
        communication.keep_in_touch,
        first_organization=FIRST[:1],
        end_organization=FIRST[2:],
        role=ROLE,
        status=np.full(2, ACTIVE, np.uint8),
        contacts_at_table=np.full(2, float(met)),
        team=team,
        effort=np.full(2, given),
        ramp=ramp,
        dose_steady_communication=np.array([dose]),
        coordination=np.ones(1),
        p_effort=record(effort.Parameters, {"largest": 0.5}),
        p=record(communication.Parameters, {"silence": 0.1}),
    )
    assert np.allclose(ramp, left)

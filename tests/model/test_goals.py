"""Goal space: where missions lie, and how agreement falls with distance."""

import numpy as np
import pytest

from tfs_sim.model import goals
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.state import GOALS, SECTORS


def parameters(**values):
    return record(MECHANISMS["understanding"].parameters, values)


def test_missions_are_drawn_around_their_sectors():
    p = parameters(sector_distance=0.5, mission_spread=0.2)
    assert goals.centre_of(0.9, p) == pytest.approx(0.7)
    assert goals.centre_of(0.9, parameters(sector_distance=0)) == 0.5
    assert [goals.mission_of(0.7, z, p) for z in (0, -1, 9, -9)] == pytest.approx([0.7, 0.5, 1, 0])


def test_the_table_has_a_mission_for_every_sector():
    assert tuple(goals.MISSIONS.rows) == SECTORS
    assert goals.SECTOR_MISSION.shape == (len(SECTORS), GOALS)


def test_agreement_by_hand():
    assert goals.squared_distance(0.3, -0.4, 1.2) == pytest.approx(1.69)
    steep = goals.steepness(parameters(tolerance=0.8))
    assert goals.agreement(0.0, steep) == 1.0
    assert goals.agreement(0.64, steep) == pytest.approx(0.6065306597)  # at the tolerance: 61%
    assert goals.agreement(2.56, steep) == pytest.approx(np.exp(-2.0))

"""Persistent invitation: reactance of those who are not ready, and against whom they hold it."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import invitation
from tfs_sim.model.state import ACTIVE, PROSPECT

FIRST = np.array([0, 1, 2])
TARGET = np.array([1, 0], np.uint32)
SITE = np.zeros(2, np.uint32)


def test_reactance_by_hand():
    p = record(invitation.Parameters, {"reactance": 0.5, "pressure_felt": 2.0})
    assert invitation.readiness_under_pressure(0.4, 0.5, p) == pytest.approx(0.25)
    assert invitation.readiness_under_pressure(0.1, 1.0, p) == 0.0
    assert invitation.pressure_held_against(0.4, 0.5, p) == pytest.approx(0.6)
    assert (
        invitation.readiness_under_pressure(1.0, 1.0, p) == 1.0 and invitation.pressure_held_against(1.0, 1.0, p) == 0.0
    )


@pytest.mark.parametrize(("ready", "dose", "refused"), [(1.0, 1.0, 1), (0.4, 0.0, 1), (0.4, 1.0, 0)])
def test_no_reactance_of_the_ready_the_unpressed_or_those_not_asked(ready, dose, refused):
    readiness, bad = press(ready, dose, refused)
    assert readiness == ready
    assert bad == 0.0


def test_pressing_the_unready_backfires():
    readiness, bad = press(0.4, 1.0, 1, reactance=0.5, pressure_felt=0.5)
    assert readiness == pytest.approx(0.4 - 0.5 * 0.6)
    assert bad == pytest.approx(0.5 * 0.6)


def press(ready, dose, refused, backbone=1, tie=1, partner=1, **parameters):
    readiness, bad = np.array([ready, 1.0]), np.zeros(2)
    alone(
        invitation.react_to_pressure,
        site_of=SITE,
        first_relationship=FIRST,
        relationships=TARGET[::-1],
        target=TARGET,
        pair=TARGET * 0,
        is_open=np.array([tie], np.uint8),
        status=np.array([PROSPECT, ACTIVE if partner else PROSPECT], np.uint8),
        backbone=np.array([backbone]),
        refused=np.array([refused, 0], np.uint8),
        readiness=readiness,
        personal_bad=bad,
        dose_persistent_invitation=np.array([dose]),
        p=record(invitation.Parameters, parameters),
    )
    return readiness[0], bad[0]


@pytest.mark.parametrize(
    ("backbone", "tie", "partner", "holds"), [(1, 0, 0, 1), (0, 1, 1, 1), (0, 0, 1, 0), (0, 1, 0, 0)]
)
def test_pressure_is_held_against_the_backbone_and_partners_one_has_a_tie_with(backbone, tie, partner, holds):
    bad = press(0.4, 1.0, 1, backbone=backbone, tie=tie, partner=partner)[1]
    assert (bad > 0) == holds

"""Patience and invitation: readiness, reactance."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import invitation, patience
from tfs_sim.model.state import ACTIVE, PROSPECT

FIRST = np.array([0, 1, 2])
TARGET = np.array([1, 0], np.uint32)
SITE, ROLE = np.zeros(2, np.uint32), np.zeros(2, np.uint8)


def readiness_after(months, grievance, dose=0.0, start=1.0, **parameters):
    readiness = np.array([start, 1.0])
    for month in range(months):
        alone(
            patience.ripen,
            month=month + 1,
            key=draws.run_key(1, 0),
            organization_id=np.array([3, 4], np.uint64),
            site_of=SITE,
            role=ROLE,
            status=np.array([PROSPECT, ACTIVE], np.uint8),
            first_relationship=FIRST,
            relationships=TARGET[::-1],
            target=TARGET,
            grievance=np.array([grievance, 0.0]),
            contact_factor=np.ones(1),
            coordination=np.ones(1),
            backbone_hours=np.ones(1),
            readiness=readiness,
            dose_patience_with_information=np.array([dose]),
            p=record(patience.Parameters, parameters),
        )
    assert readiness[1] == 1.0, "who is at the table is ready"
    return readiness[0]


def test_readiness_settles_where_histories_allow():
    assert readiness_after(400, 0.4, reluctance=1.5) == pytest.approx(0.4)
    assert readiness_after(400, 0.9, reluctance=1.5) == pytest.approx(0.0, abs=1e-6)
    assert readiness_after(12, 0.4, reluctance=1.5, settling=12) == pytest.approx(0.4 + 0.6 * np.exp(-1))


def test_information_makes_the_reluctant_ready():
    assert readiness_after(36, 0.6, dose=1.0, start=0.1) > readiness_after(36, 0.6, start=0.1) + 0.3


@pytest.mark.parametrize(("ready", "dose", "refused"), [(1.0, 1.0, 1), (0.4, 0.0, 1), (0.4, 1.0, 0)])
def test_no_reactance_of_the_ready_the_unpressed_or_those_not_asked(ready, dose, refused):
    readiness, bad = press(ready, dose, refused)
    assert readiness == ready
    assert bad == 0.0


def test_pressing_the_unready_backfires():
    readiness, bad = press(0.4, 1.0, 1, reactance=0.5, pressure_felt=0.5)
    assert readiness == pytest.approx(0.4 - 0.5 * 0.6)
    assert bad == pytest.approx(0.5 * 0.6)


def press(ready, dose, refused, **parameters):
    readiness, bad = np.array([ready, 1.0]), np.zeros(2)
    alone(
        invitation.press,
        site_of=SITE,
        first_relationship=FIRST,
        relationships=TARGET[::-1],
        target=TARGET,
        pair=TARGET * 0,
        is_open=np.ones(1, np.uint8),
        status=np.array([PROSPECT, ACTIVE], np.uint8),
        backbone=np.array([1]),
        refused=np.array([refused, 0], np.uint8),
        readiness=readiness,
        personal_bad=bad,
        dose_persistent_invitation=np.array([dose]),
        p=record(invitation.Parameters, parameters),
    )
    return readiness[0], bad[0]

"""Patience: readiness settles where histories allow, and information raises it."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import patience
from tfs_sim.model.state import ACTIVE, PROSPECT

FIRST = np.array([0, 1, 2])
TARGET = np.array([1, 0], np.uint32)
SITE, ROLE = np.zeros(2, np.uint32), np.zeros(2, np.uint8)


def test_readiness_by_hand():
    p = record(patience.Parameters, {"reluctance": 1.5, "settling": 12, "informed": 0.25, "encounters": 0.8})
    assert patience.readiness_allowed(0.4, 2.0, p) == pytest.approx(0.7)  # a mean grievance of .2
    assert patience.readiness_allowed(2.0, 2.0, p) == 0.0
    assert patience.readiness_allowed(0.0, 0.0, p) == 1.0  # nobody at the table
    assert patience.settled(1.0, 0.4, p) == pytest.approx(0.4 + 0.6 * 0.9200444147)
    assert patience.informed(0.2, p) == pytest.approx(0.4)
    assert patience.encounters_expected(0.5, 0.5, 0.25, p) == pytest.approx(0.05)


def readiness_after(months, grievance, dose=0.0, start=1.0, site=(), first=1, run_in=0, **parameters):
    """Return the readiness of one with a grievance against a partner, some months from `first` on."""
    readiness = np.array([start, 1.0])
    for month in range(first, first + months):
        alone(
            patience.become_ready,
            month=month,
            run_in=run_in,
            key=draws.run_key(1, 0),
            organization_id=np.array([3, 4], np.uint64),
            site_of=SITE,
            role=ROLE,
            status=np.array([PROSPECT, ACTIVE], np.uint8),
            first_relationship=FIRST,
            relationships=TARGET[::-1],
            target=TARGET,
            grievance=np.array([grievance, 0.0]),
            **{
                name: np.array([dict(site).get(name, 1.0)])
                for name in ("contact_factor", "coordination", "backbone_hours")
            },
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


def test_at_the_start_of_all_readiness_is_what_histories_allow():
    assert readiness_after(1, 0.4, first=0, reluctance=1.5) == pytest.approx(0.4)
    assert readiness_after(1, 0.4, first=-60, run_in=60, reluctance=1.5) == pytest.approx(0.4)
    # after a run-in month 0 is a month like any other
    settled = readiness_after(1, 0.4, first=0, run_in=60, reluctance=1.5, settling=12)
    assert settled == pytest.approx(0.4 + 0.6 * np.exp(-1 / 12))


def test_information_makes_the_reluctant_ready():
    assert readiness_after(36, 0.6, dose=1.0, start=0.1) > readiness_after(36, 0.6, start=0.1) + 0.3


@pytest.mark.parametrize("nothing", [{"contact_factor": 0.0}, {"coordination": 0.0}, {"backbone_hours": 0.0}])
def test_nobody_is_told_without_contact_or_a_backbone_that_has_time(nothing):
    assert readiness_after(36, 0.6, dose=1.0, start=0.1, site=nothing) == readiness_after(36, 0.6, start=0.1)

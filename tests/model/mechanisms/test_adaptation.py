"""Adaptation: how much of lost contact moves to other channels, and how much it is worth there."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import adaptation, crisis

P = record(adaptation.Parameters, {"spontaneous": 0.2, "channel": 0.6, "quality": 0.8})


def test_the_equations():
    assert adaptation.carried_over(0.0, P) == pytest.approx(0.2)  # what people do by themselves
    assert adaptation.carried_over(0.5, P) == pytest.approx(1 - 0.8 * 0.7)
    assert adaptation.contact_regained(0.4, 0.5, P) == pytest.approx(0.4 + 0.6 * 0.5 * 0.8)


def test_each_site_regains_by_its_own_channel_and_where_nothing_was_lost_nothing_is_added():
    contact = np.array([0.5, 0.5, 1.0])
    alone(adaptation.adapt, contact_factor=contact, dose_crisis_channel=np.array([0.0, 1.0, 1.0]), p=P)
    assert contact == pytest.approx([0.5 + 0.5 * 0.2 * 0.8, 0.5 + 0.5 * (1 - 0.8 * 0.4) * 0.8, 1.0])


def test_switched_off_contact_is_what_the_crisis_leaves(lab):
    struck = lab.with_(months=2, shocks=[{"use": "community-crisis", "onset": "2020-01", "depth": 0.5}])
    *_, (_, adapted, _) = engine.trace(struck.to_template(), 1, 0)
    *_, (_, without, _) = engine.trace(struck.with_(mechanisms={"adaptation": False}).to_template(), 1, 0)
    left = 1.0 - 0.5 * record(crisis.Parameters).closure
    assert without.contact_factor[0] == pytest.approx(left)
    assert adapted.contact_factor[0] > left

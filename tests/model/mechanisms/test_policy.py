"""Policy changes: what new rules make obsolete, once."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import policy


def test_what_a_rise_of_depth_leaves():
    p = record(policy.Parameters, {"obsolete": 0.5, "attention": 0.4})
    assert policy.still_valid(0.5, p) == 0.75 and policy.still_attended(0.5, p) == pytest.approx(0.8)
    assert policy.still_valid(0.0, p) == policy.still_attended(0.0, p) == 1.0


def test_a_policy_change_takes_its_share_once():
    ramp, backing, written = np.ones(2), np.ones(2), np.full(2, 0.8)
    felt = np.zeros(2)
    p = record(policy.Parameters, {"obsolete": 0.5, "attention": 0.4})
    for _ in range(3):
        alone(
            policy.change_rules,
            shock_policy_change=np.array([1.0, 0.0]),
            rules_changed=felt,
            ramp=ramp,
            backing=backing,
            documentation=written,
            p=p,
        )
    assert ramp.tolist() == [0.5, 1.0]
    assert backing.tolist() == pytest.approx([0.6, 1.0])
    assert written.tolist() == [0.4, 0.8]

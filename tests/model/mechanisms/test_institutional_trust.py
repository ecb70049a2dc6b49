"""Institutional trust: what is on record, for how long, and that trust reads both kinds of evidence."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import institutional_trust, trust

P = record(institutional_trust.Parameters, {"recorded": 0.2, "recorded_in_writing": 0.7, "memory": 12})


@pytest.mark.parametrize(("one", "other", "share"), [(0, 0, 0.2), (1, 1, 0.7), (1, 0, 0.45), (0.5, 0.1, 0.35)])
def test_more_is_recorded_the_more_both_have_written_down(one, other, share):
    assert trust.recorded_share(one, other, 1, P) == pytest.approx(share)
    assert trust.recorded_share(one, other, 0, P) == 0.0, "without the mechanism nothing is"


def test_the_record_has_a_half_life_of_its_own():
    on_record, personal = np.ones(2), np.ones(2)
    for _ in range(12):
        alone(
            trust.fade,
            institutional_good=on_record,
            personal_good=personal,
            p_institutional_trust=P,
            p=record(trust.Parameters, {"memory": 6}),
        )
    assert on_record == pytest.approx([0.5, 0.5]) and personal == pytest.approx([0.25, 0.25])


def test_trust_reads_both():
    p = record(trust.Parameters, {"prior_good": 1, "prior_bad": 1})
    assert (
        trust.trust_in(2.0, 1.0, 0.0, 0.0, 0.0, p) == trust.trust_in(0.0, 3.0, 0.0, 0.0, 0.0, p) == pytest.approx(0.8)
    )
    assert trust.trust_in(0.0, 0.0, 2.0, 1.0, 0.0, p) == pytest.approx(0.2)

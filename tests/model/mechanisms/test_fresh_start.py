"""Fresh start: what two people know of each other when one of them leaves."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import fresh_start, smoothing, turnover


def left_over(on: int, plan: float = 0.0, practice: float = 0.0) -> tuple[float, float, float]:
    """Return the good and the bad evidence and the betrayal of one tie, each 4 at first, when one end has left."""
    good, bad, betrayal = (np.full(2, 4.0) for _ in range(3))
    alone(
        turnover.lose_personal_evidence,
        first_relationship=np.array([0, 1, 2]),
        relationships=np.array([0, 1], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        departed=np.array([1, 0], np.uint8),
        arrived=np.zeros(2, np.uint8),
        in_post=np.array([0, 1], np.uint8),
        personal_good=good,
        personal_bad=bad,
        betrayal=betrayal,
        dose_transition_plan=np.array([plan, 0.0]),
        dose_overlap=np.zeros(2),
        dose_fresh_start_practice=np.array([practice, 0.0]),
        on_fresh_start=on,
        p_smoothing=record(smoothing.Parameters, {"handed_over": 0.5}),
        p=record(turnover.Parameters),
    )
    for each in (good, bad, betrayal):
        assert each[0] == each[1]  # both ends lose what they knew
    return good[0], bad[0], betrayal[0]


def test_the_equation():
    assert fresh_start.bad_kept(0.5, 0.0, 1) == 0.5
    assert fresh_start.bad_kept(0.5, 0.5, 1) == 0.25
    assert fresh_start.bad_kept(0.5, 0.5, 0) == 1.0


def test_grudges_leave_with_the_person():
    assert left_over(1) == (0.0, 0.0, 0.0)


def test_without_it_successors_inherit_grudges_alone():
    assert left_over(0) == (0.0, 4.0, 4.0)


@pytest.mark.parametrize(("practice", "bad"), [(0.0, 2.0), (0.5, 1.0), (1.0, 0.0)])
def test_handing_over_hands_grudges_over_but_for_what_is_left_behind(practice, bad):
    assert left_over(1, plan=1.0, practice=practice) == (2.0, bad, bad)

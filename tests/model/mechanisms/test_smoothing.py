"""Smoothing turnover: writing down, overlap, and how much of a vacancy it takes away."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import smoothing


def parameters(**values):
    return record(smoothing.Parameters, values)


def test_documentation_moves_to_what_is_kept_up_and_goes_stale_without():
    p = parameters(writing_time=4, going_stale=1.2)
    assert smoothing.documentation_after(0.2, 1.0, p) == pytest.approx(0.4)  # a quarter of the gap
    assert smoothing.documentation_after(0.8, 0.0, p) == pytest.approx(0.72)  # a tenth of it a month
    assert smoothing.documentation_after(0.8, 0.5, p) == pytest.approx(0.76)  # half kept up
    assert smoothing.documentation_after(0.5, 0.5, p) == pytest.approx(0.475)
    assert smoothing.documentation_after(0.2, 1.0, parameters(writing_time=0.5)) == 1.0


def test_overlap_takes_whole_months_off_a_vacancy():
    p = parameters(longest_wait=2)
    assert [smoothing.vacancy_with_overlap(3, overlap, p) for overlap in (0.0, 0.5, 0.6, 1.0)] == [3, 2, 1, 1]
    assert smoothing.vacancy_with_overlap(1, 1.0, p) == 0


def test_overlap_covers_its_share_of_the_way():
    assert smoothing.closer_by_overlap(0.25, 1.0, parameters(overlap_learning=0.4)) == pytest.approx(0.55)
    assert smoothing.closer_by_overlap(0.25, 0.0, parameters()) == 0.25


def test_each_writes_down_its_own_part_and_coaching_counts_as_manuals():
    written, coaching = np.full(3, 0.5), np.zeros((3, 3))
    coaching[1, 2] = 1.0  # case management; the others stand for something else
    coaching[[0, 2], 1] = 1.0
    alone(
        smoothing.write_manuals,
        documentation=written,
        coaching=coaching,
        dose_procedure_manuals=np.array([1.0, 0.0, 0.0]),
        p=parameters(writing_time=5, going_stale=0),
    )
    assert written == pytest.approx([0.6, 0.5, 0.6])

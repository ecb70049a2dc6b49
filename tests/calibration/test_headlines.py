"""Headlines at other discrepancies, and in the halves of an ensemble."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from truths import SPACE

from tfs_sim.calibration import held
from tfs_sim.calibration.choosing import chosen
from tfs_sim.calibration.headlines import at_discrepancies, by_halves
from tfs_sim.calibration.implausibility import accepted
from tfs_sim.calibration.matching import Calibration
from tfs_sim.experiments.designs.sets import Sets

NAMES = ("known", "open")


def headlines(sets: Sets) -> np.ndarray:
    """One that hangs on what is known best, and one on what nothing is known of."""
    return SPACE.places(sets.table)[:, [0, 20]]


def test_sets_agree_at_half_and_double_discrepancy(found: Calibration) -> None:
    made = {(each.name, each.factor): each for each in at_discrepancies(found, NAMES, headlines, most=150)}
    assert len(made) == 6
    sets = [made["open", factor].sets for factor in (0.5, 1.0, 2.0)]
    assert sets == [accepted(found.values, held.granted(found.outputs, each)).sum() for each in (0.5, 1, 2)]
    assert sets[0] < sets[1] == found.accepted.sum() < sets[2]
    for each in made.values():
        assert each.low < each.mean < each.high and each.error == pytest.approx(
            (each.high - each.low) / 0.9 / math.sqrt(12 * min(150, each.sets)), rel=0.6
        )


def test_where_none_agrees_nothing_is_told(found: Calibration) -> None:
    moved = (replace(found.outputs[0], centre=4.9, discrepancy=0.02), *found.outputs[1:])
    first = at_discrepancies(replace(found, outputs=moved), NAMES, headlines)[0]
    assert first.sets < 3 and math.isnan(first.mean)


def test_halves_of_an_ensemble_do_not_differ(found: Calibration) -> None:
    made = by_halves(found, chosen(found), NAMES, headlines)
    assert [each.name for each in made] == list(NAMES)
    assert not any(each.moves for each in made)


def test_a_headline_that_moves_is_told(found: Calibration) -> None:
    rows = chosen(found)
    odd = {found.ids[n] for n in rows[1::2]}

    def moving(sets: Sets) -> np.ndarray:
        base = np.random.default_rng(1).normal(0, 1, (len(sets), 2))
        return base + np.array([[5.0 * (name in odd), 0.0] for name in sets.ids])

    known, still = by_halves(found, rows, NAMES, moving)
    assert known.moves and known.apart < -10 and not still.moves

    def constant(sets: Sets) -> np.ndarray:
        return np.ones((len(sets), 2))

    assert [each.apart for each in by_halves(found, rows, NAMES, constant)] == [0.0, 0.0]

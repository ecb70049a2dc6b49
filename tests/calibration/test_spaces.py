"""The prior as a unit cube: there and back, for numbers and whole numbers."""

from __future__ import annotations

import numpy as np
from truths import NAMES

from tfs_sim.calibration.spaces import Space
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.scenario.checks import specification

EVERY = Space.of()


def test_all_that_is_plausible_varies() -> None:
    assert sorted(EVERY.names) == sorted(NAMES)


def test_values_are_those_of_the_prior_rounded_as_they_are_run() -> None:
    """Places are shares of what is plausible: one meaning of it, as in `drawn`."""
    places = np.random.default_rng(0).random((50, len(EVERY)))
    table = EVERY.table(places)
    for column, variable in enumerate(EVERY.variables):
        declared = specification(MECHANISMS[variable.path[1]])[variable.path[2]]
        wanted = [float(f"{declared.plausible(share):.6g}") for share in places[:, column].tolist()]
        assert np.allclose(table[:, column], np.clip(wanted, float(declared.low), float(declared.high)), rtol=1e-12)


def test_places_of_values_are_where_they_were_drawn() -> None:
    """Up to six digits, or a whole number's step; and the places of what is run give what is run again."""
    places = np.random.default_rng(1).random((200, len(EVERY)))
    table = EVERY.table(places)
    back = EVERY.places(table)
    whole = [specification(MECHANISMS[v.path[1]])[v.path[2]].whole for v in EVERY.variables]
    assert np.abs(back - places)[:, ~np.array(whole)].max() < 1e-3
    assert ((back >= 0) & (back <= 1)).all()
    assert np.allclose(EVERY.table(back), table, rtol=2e-5)


def test_sets_are_sets_of_experiments() -> None:
    space = Space.of("plausible: trust")
    listed = drawn(3, "plausible: trust")
    sets = space.sets(listed.table, listed.ids, "mine")
    assert sets.digest() == listed.digest()
    assert sets.settings(0) == listed.settings(0)

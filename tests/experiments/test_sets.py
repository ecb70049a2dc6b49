"""Sets of parameters: their identity, what they draw, and that more of them leave the first as they are."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.experiments.designs.sets import DIGITS, Sets, _shares, drawn, rounded, variables_named
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import specification

EVERY = [(owner, key) for owner, m in MECHANISMS.items() for key, p in specification(m.parameters).items()
         if not p.choices and p.low < p.high]  # fmt: skip
TELLING = ("turnover.rate_nonprofit", "backbone.partner_hours", "trust.memory", "effort.divided")
"""Defaults below the middle of the range, and one at its end."""


def declared(name: str):  # type: ignore[no-untyped-def]
    owner, _, key = name.partition(".")
    return specification(MECHANISMS[owner].parameters)[key]


def column(sets: Sets, name: str) -> np.ndarray:
    return sets.table[:, [variable.name for variable in sets.variables].index(name)]


def test_every_parameter_with_a_plausible_range_varies() -> None:
    sets = drawn(3)
    assert [variable.path for variable in sets.variables] == [("parameters", *pair) for pair in EVERY]
    assert [variable.name for variable in sets.variables] == [".".join(pair) for pair in EVERY]
    assert sets.table.shape == (3, len(EVERY)) and len(sets) == 3 and sets.origin == "plausible"
    assert sets.ids == ("plausible-0001", "plausible-0002", "plausible-0003")


@pytest.mark.parametrize("count", [1, 7, 63])
def test_the_first_sets_are_the_same_however_many_are_drawn(count: int) -> None:
    few, many = drawn(count), drawn(64)
    assert few.ids == many.ids[:count]
    assert np.array_equal(few.table, many.table[:count])
    first = many.first(count)
    assert (first.ids, first.digest()) == (few.ids, few.digest())


def test_a_parameter_has_the_same_values_whichever_others_vary() -> None:
    every, some = drawn(20), drawn(20, "plausible: turnover, trust.memory")
    assert {variable.path[1] for variable in some.variables} == {"turnover", "trust"}
    for variable in some.variables:
        assert np.array_equal(column(some, variable.name), column(every, variable.name)), variable.name
    assert np.array_equal(drawn(20, "plausible: trust.memory").table[:, 0], column(every, "trust.memory"))


def test_another_stream_has_other_sets() -> None:
    one, other = drawn(20), drawn(20, stream="reserve")
    assert not set(one.ids) & set(other.ids)
    for name in TELLING:
        assert not set(column(one, name)) & set(column(other, name)), name


def test_the_stream_is_the_same_on_every_machine_and_in_every_version() -> None:
    """Stored results name their sets: what these are must not change."""
    assert _shares("plausible/parameters.trust.memory", 3).tolist() == [
        0.06359434017938198, 0.9656389796819875, 0.6989002165677856,
    ]  # fmt: skip
    shares = _shares("plausible/parameters.trust.memory", 10_000)
    assert shares.min() > 0 and shares.max() < 1


@pytest.mark.parametrize("name", TELLING)
def test_values_have_the_quantiles_of_what_is_plausible(name: str) -> None:
    """Within the Dvoretzky–Kiefer–Wolfowitz band, which the stream leaves once in a million."""
    count = 4000
    found, p = np.sort(column(drawn(count, f"plausible: {name}"), name)), declared(name)
    band = np.sqrt(np.log(2 / 1e-6) / (2 * count))
    share = np.arange(1, count + 1) / count
    within = 10.0 ** (1 - DIGITS) * p.high
    assert (found >= p.plausible(np.clip(share - band, 0, 1)) - within).all()
    assert (found <= p.plausible(np.clip(share - 1 / count + band, 0, 1)) + within).all()


def test_parameters_are_independent_of_each_other_and_sets_of_each_other() -> None:
    count = 4000
    ranks = np.column_stack([_shares(f"plausible/parameters.{'.'.join(pair)}", count) for pair in EVERY[:40]])
    found = np.corrcoef(ranks, rowvar=False)[np.triu_indices(40, 1)]
    assert np.abs(found).max() < 5 / np.sqrt(count)  # of 780 normal numbers one in 2,000 draws is further out
    assert found.std() == pytest.approx(1 / np.sqrt(count), rel=4 / np.sqrt(2 * len(found)))
    lagged = np.corrcoef(ranks[1:].ravel(), ranks[:-1].ravel())[0, 1]
    assert abs(lagged) < 4 / np.sqrt(ranks.size)


def test_values_have_six_digits_and_lie_in_their_range() -> None:
    sets = drawn(200)
    for position, pair in enumerate(EVERY):
        p, values = declared(".".join(pair)), sets.table[:, position]
        assert values.min() >= p.low and values.max() <= p.high, pair
        ends = {float(p.low), float(p.high)}
        assert all(float(f"{value:.6g}") == value or value in ends for value in values.tolist()), pair
        assert not p.whole or (values == np.round(values)).all(), pair


def test_what_is_rounded_beyond_an_end_is_the_end() -> None:
    low, high = 0.1234561, 0.9876549
    assert rounded(np.array([0.12345612, 0.5555557, 0.98765485]), low, high).tolist() == [low, 0.555556, high]
    assert rounded(np.array([18.0000001, 123456.7, 0.0]), 0, 200_000).tolist() == [18, 123457, 0]


def test_a_set_gives_its_values_by_path_and_whole_numbers_whole() -> None:
    sets = drawn(2, "plausible: trust.memory, turnover.notice")
    given = sets.settings(1)
    assert list(given) == [variable.path for variable in sets.variables]
    assert list(given.values()) == sets.table[1].tolist()
    assert {type(given["parameters", "turnover", "notice"])} == {int if declared("turnover.notice").whole else float}


def test_what_something_else_gives_is_taken_out_and_identities_stay() -> None:
    sets = drawn(4, "plausible: turnover, trust.memory")
    left = sets.without([("parameters", "trust", "memory"), ("parameters", "nobody", "has")])
    assert left.ids == sets.ids and left.table.flags.c_contiguous
    assert [each.name for each in left.variables] == [e.name for e in sets.variables if e.name != "trust.memory"]
    for variable in left.variables:
        assert np.array_equal(column(left, variable.name), column(sets, variable.name))


def test_the_digest_is_of_identities_names_and_values() -> None:
    sets = drawn(3, "plausible: trust.memory")
    again = Sets("ensemble", "other words", sets.ids, sets.variables, sets.table.copy(order="F"))
    assert again.digest() == sets.digest()
    changed = sets.table.copy()
    changed[1, 0] = np.nextafter(changed[1, 0], 0)
    others = [
        Sets(sets.origin, sets.title, sets.ids, sets.variables, changed),
        Sets(sets.origin, sets.title, ("a", *sets.ids[1:]), sets.variables, sets.table),
        Sets(sets.origin, sets.title, sets.ids, variables_named([("turnover", "notice_share")]), sets.table),
        sets.first(2),
    ]
    assert len({each.digest() for each in others} | {sets.digest()}) == 5


def test_sets_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        drawn(2).table[0, 0] = 1.0

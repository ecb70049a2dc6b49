"""What a row's title is about is declared, and where it has no effect the row fails."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tfs_sim import validation
from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import ALWAYS_ON, INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.validation import nulls, running, space
from tfs_sim.validation.row import QUICK, Budget, Effects, Measured, Null, Row

BUDGET = Budget(points=2, replicates=2, workers=1)
QUICKLY_ASKED = """
    M1a M3a M4a M6b M9d M14bb M14be M16b M19a M22b M23a M23b M26c
"""
"""Rows that once held there, or nearly, and take about a second; `make validate` asks all."""


def test_what_every_row_is_about_can_be_taken_out_of_the_model():
    for row in validation.all_rows():
        if isinstance(row.about, str):
            assert len(row.about) > 20, f"{row.name} says why there is no null"
            continue
        assert row.about, row.name
        for null in row.about:
            assert null.settings or null.without or null.off or null.alike, row.name
            for name, value in null.settings.items():
                mechanism, _, parameter = name.partition(".")
                declared = specification(MECHANISMS[mechanism].parameters)[parameter]
                assert declared.smallest <= value <= declared.largest, f"{row.name}: {name}"
                assert value != declared.default, f"{row.name}: {name}"
            assert set(null.without) <= set(INTERVENTIONS) | set(SHOCKS), row.name
            assert set(null.off) <= set(MECHANISMS) - ALWAYS_ON, row.name


def test_only_rows_of_which_no_parameter_can_be_named_have_no_null():
    assert {row.name for row in validation.all_rows() if isinstance(row.about, str)} == {
        "M16c", "M26a", "R3", "R4", "R5a", "ranges",
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", QUICKLY_ASKED.split())
def test_a_row_fails_where_what_its_title_is_about_has_no_effect(name):
    found = list(nulls.answers(validation.chosen([name]), QUICK))
    assert found
    assert not [f"{each.row.name} at {each.null}: {each.measured.found}" for each in found if each.holds]


def test_a_setting_holds_whatever_scenario_point_and_arm_say():
    scenario = space.laboratory(months=6)
    expected = engine.run_replicate(scenario.with_(parameters={"trust": {"negativity": 1.0}}).to_template(), 1, 0)
    arm = space.with_parameters(scenario.to_template(), {"trust": {"negativity": 2.5}})
    with running.under(nulls.variation(Null({"trust.negativity": 1.0}))):
        assert np.array_equal(running.run_replicate(arm, 1, 0), expected)
    assert not np.array_equal(running.run_replicate(arm, 1, 0), expected)


def test_rates_are_set_in_the_units_of_files():
    scenario = space.laboratory(months=12)
    expected = scenario.with_(parameters={"turnover": {"rate_nonprofit": 0.9}}).to_template()
    with running.under(nulls.variation(Null({"turnover.rate_nonprofit": 0.9}))):
        found = running.run_replicate(scenario.to_template(), 1, 0)
    assert np.array_equal(found, engine.run_replicate(expected, 1, 0))


def test_interventions_and_shocks_without_effect_leave_no_trace():
    orders = [{"use": "trust-building-convenings", "dose": 1.0, "paid_by": "outside"}]
    shocks = [{"use": "community-crisis", "onset": "2020-02", "depth": 0.8}]
    struck = space.laboratory(months=8, interventions=orders, shocks=shocks).to_template()
    plain = engine.run_replicate(space.laboratory(months=8).to_template(), 1, 0)
    with running.under(nulls.variation(Null(without=("trust-building-convenings", "community-crisis")))):
        assert np.array_equal(running.run_replicate(struck, 1, 0), plain)
    with running.under(nulls.variation(Null(without=("community-crisis",)))):
        assert not np.array_equal(running.run_replicate(struck, 1, 0), plain)


def test_where_all_are_alike_nobody_is_stronger_in_anything_than_others():
    template = space.laboratory(months=4).to_template()
    with running.under(nulls.variation(Null(alike=True))):
        *_, (_, world, _) = running.trace(template, 1, 0)
        whole = running.run_replicate(template, 1, 0)
    assert np.ptp(world.strength) == np.ptp(world.strength_term) == 0.0
    assert world.strength.sum(axis=0) == pytest.approx(1.0)
    assert (world.overlap == 1.0).all()
    assert not np.array_equal(whole, running.run_replicate(template, 1, 0))


def test_the_start_is_changed_once_and_in_every_way_of_running():
    template = space.laboratory(months=3).to_template()
    calls = []
    begun = running.Variation("begun", at_start=lambda template, world: calls.append(world.trust.size))
    with running.under(begun):
        running.run_replicate(template, 1, 0)
        list(running.trace(template, 1, 0))
        _, world = template.fresh()
        running.run_months(template, world, draws.run_key(1, 0), engine.DRAW_START, 2, template.output())
        running.run_months(template, world, draws.run_key(1, 0), 2, 3, template.output())
    assert len(calls) == 3


def row(
    name: str, holds_at_null: bool | None, about: tuple[Null, ...] | str = (Null({"trust.negativity": 1.0}),)
) -> Row:
    def check(budget: Budget) -> Measured:
        if running.current() is not running.AS_IT_IS and holds_at_null is None:
            raise IndexError("nobody is left")
        holds = running.current() is running.AS_IT_IS or bool(holds_at_null)
        return Measured(holds, "something", Effects(np.ones(2), 0.2, "something"))

    return Row(name, f"Title of {name}", "A paper", "ubiquity", "something", check, about)


def test_what_a_row_stumbles_over_is_an_answer():
    (answer,) = nulls.answers([row("M1a", None)], BUDGET)
    assert not answer.holds
    assert "cannot be asked (IndexError: nobody is left)" in answer.measured.found
    assert running.current() is running.AS_IT_IS


def test_the_command_names_the_rows_that_hold_all_the_same(monkeypatch, capsys):
    rows = (row("M1a", False), row("M1b", True), row("M1c", None, "it has none, as is said here"))
    monkeypatch.setattr(validation, "all_rows", lambda: rows)
    assert nulls.main(["--quick"]) == 1
    out = capsys.readouterr().out
    assert "M1a fails at trust.negativity = 1: something" in out
    assert "M1b HOLDS at trust.negativity = 1: something" in out
    assert "M1c has no null: it has none" in out
    assert "These hold all the same: M1b." in out
    assert nulls.main(["--quick", "M1a"]) == 0
    assert "None holds." in capsys.readouterr().out
    assert nulls.main(["M77"]) == 2
    assert 'there is no row "M77"' in capsys.readouterr().err


def test_a_null_in_words():
    assert str(Null({"a.b": 1.0, "c.d": 0.5}, ("visits",), ("trust",), alike=True)) == (
        "a.b = 1, c.d = 0.5, no visits, no trust, all strengths alike"
    )
    assert len({dataclasses.replace(Null(), alike=alike) for alike in (True, False)}) == 2

"""Levers of a scenario that is watched: what they are, and what moving them makes of it."""

from __future__ import annotations

import pytest

from tfs_sim.live.levers import GRANTS, SHOCKS, levers_of, moved
from tfs_sim.model.catalogue import INTERVENTIONS
from tfs_sim.scenario import Scenario


def test_every_intervention_in_force_is_a_lever_once_with_grants_and_shocks(flagship: Scenario) -> None:
    levers = {lever.name: lever for lever in levers_of(flagship)}
    orders, _ = flagship.in_force()
    assert list(levers) == [*dict.fromkeys(each.use for each in orders), GRANTS, SHOCKS]
    assert levers["backbone-staffing"].said == "1 to 2 FTE" and levers["backbone-staffing"].most == 200
    assert levers[GRANTS].switch and levers[SHOCKS].switch and not levers["backbone-staffing"].switch
    assert levers[GRANTS].said == "8 grants, 4,350 thousand dollars in all"
    assert levers[SHOCKS].said == "Community-wide crisis from 2020-03"
    assert not {GRANTS, SHOCKS} & set(INTERVENTIONS)


def test_a_scenario_in_which_nothing_is_scheduled_has_none(lab: Scenario) -> None:
    assert levers_of(lab) == []


@pytest.mark.parametrize(("dose", "most"), [(1.0, 100), (0.9, 100), (0.8, 125), (0.4, 200), (0.1, 200), (0.0, 100)])
def test_no_lever_leads_beyond_the_largest_dose(lab: Scenario, dose: float, most: int) -> None:
    scenario = lab.with_(interventions=[{"use": "overlap", "dose": dose}])
    (lever,) = levers_of(scenario)
    assert lever.most == most
    (order,) = moved(scenario, {"overlap": most}).interventions
    assert order.amount == pytest.approx(dose * most / 100) and order.amount <= 1.0


def test_levers_left_alone_leave_the_scenario_as_it_is(flagship: Scenario) -> None:
    assert moved(flagship, {}) is flagship
    assert moved(flagship, {"backbone-staffing": 100, GRANTS: 100}) is flagship


def test_a_lever_moves_its_own_doses_alone(flagship: Scenario) -> None:
    before, grants = flagship.in_force()
    scenario = moved(flagship, {"backbone-staffing": 50, "national-coaching": 0})
    after, kept = scenario.in_force()
    assert kept == grants and scenario.shocks == flagship.shocks
    wanted = [
        (each.use, each.amount * (0.5 if each.use == "backbone-staffing" else 1.0), each.window(flagship.clock))
        for each in before
        if each.use != "national-coaching"
    ]
    assert [(each.use, each.amount, each.window(scenario.clock)) for each in after] == wanted


def test_switches_take_away_grants_or_shocks(flagship: Scenario) -> None:
    without = moved(flagship, {GRANTS: 0})
    assert without.in_force()[1] == () and without.shocks == flagship.shocks
    assert without.in_force()[0] == flagship.in_force()[0]
    calm = moved(flagship, {SHOCKS: 0})
    assert calm.shocks == () and calm.in_force() == flagship.in_force()

"""`[optimize]`: what may be bought, what it costs, and what is wrong with a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from buying import PRACTICES, RULE, STRATEGIES, study

from tfs_sim.experiments.designs.allocations import Affordable, Space, affordable
from tfs_sim.scenario.costs import by_year, costs_of
from tfs_sim.scenario.errors import UserError


def refused(optimize: dict[str, Any], **more: Any) -> str:
    with pytest.raises(UserError) as caught:
        study(optimize, **more)
    return caught.value.render(colour=False)


@pytest.fixture(scope="module")
def space() -> Space:
    practices = PRACTICES | {
        "retreats": {"use": "goal-clarity-retreats", "doses": [0.5], "paid_by": "funder", "when": [RULE]}
    }
    return Space.of(study({"practices": practices}))


def test_options_are_doses_months_and_rules_from_none_and_the_cheapest_on(space: Space) -> None:
    words = [[option.in_words("2020-01") for option in options] for options in space.options]
    assert words[0] == [
        "",
        "backbone-staffing 0.5 from 2021-01",
        "backbone-staffing 0.5 from 2020-01",  # as dear as a whole one for a year
        "backbone-staffing 1 from 2021-01",
        "backbone-staffing 1 from 2020-01",
    ]
    assert words[1] == ["", "procedure-manuals 0.8 from 2020-01"]
    assert [each.ruled for each in space.options[2]] == [False, True, False, True, False]
    first = space.options[2][3].order
    assert first is not None and first.begins is None  # no rule can look in the first month
    assert space.size == 5 * 2 * 5 and space.adaptive


def test_costs_add_up_to_those_of_the_whole_schedule(space: Space) -> None:
    for allocation in ((4, 1, 0), (3, 0, 2), (2, 1, 4)):
        paid = by_year(costs_of(space.scenario(allocation)).paid["funder"])
        np.testing.assert_allclose(space.years(np.array([allocation]))[0], paid)
    whole, half = space.years(np.array([[4, 0, 0], [2, 0, 0]]))
    np.testing.assert_allclose(whole, [102_000, 102_000])
    np.testing.assert_allclose(half, [51_000, 51_000])
    assert space.spent(np.array([[3, 0, 0]]))[0] == pytest.approx(102_000)  # its dearest year


def test_an_allocation_is_the_scenario_with_its_orders(space: Space) -> None:
    scenario = space.scenario((3, 1, 0))
    assert [(item.use, item.dose, item.begins) for item in scenario.interventions] == [
        ("backbone-staffing", 1.0, "2021-01"),
        ("procedure-manuals", None, "2020-01"),
    ]
    assert space.scenario((0, 0, 0)).digest() == space.ground.digest()
    assert space.in_words((0, 0, 0)) == "nothing"


def test_a_budget_leaves_what_it_buys_and_no_rules_or_at_least_one(space: Space) -> None:
    plain = affordable(space, 60_000)
    grid = plain.grid()
    every = plain.full(grid.all_allowed())
    assert (space.spent(every) <= 60_000).all() and (space.rules(every) == 0).all()
    assert [0, 0, 0] in every.tolist() and [2, 0, 0] in every.tolist() and [4, 0, 0] not in every.tolist()
    ruled = Affordable(space, 60_000, True)
    every = ruled.full(ruled.grid().all_allowed())
    assert len(every) and (space.rules(every) > 0).all()
    assert plain.at((2, 0, 0)) is not None and plain.at((4, 0, 0)) is None and ruled.at((2, 0, 0)) is None


def test_a_budget_below_the_cheapest_dose_is_a_sentence(space: Space) -> None:
    with pytest.raises(UserError) as caught:
        affordable(space, 1_000, study({"a_year": 1_000}))
    said = caught.value.render(colour=False)
    assert said.startswith("optimize.a_year: ")
    assert "$1,000 a year buys none of the practices" in said and "the cheapest is" in said


def test_what_costs_nothing_can_be_bought_for_any_budget() -> None:
    free = {"manuals": {"use": "procedure-manuals", "paid_by": "outside"}}
    space = Space.of(study({"practices": free}))
    assert not affordable(space, 1.0).empty
    assert space.spent(np.array([[1]]))[0] == 0.0


def test_a_strategy_may_be_in_force_anyway_and_a_condition_be_named() -> None:
    cross = {"size": [{"label": "small"}, {"label": "large", "sites": {"lab": {"students": 30_000}}}]}
    found = study({"beside": "staff", "under": {"size": "large"}}, cross=cross)
    assert [item.use for item in found.ground.interventions] == ["backbone-staffing"]
    assert found.ground.sites["lab"].students == 30_000
    assert study({}, cross=cross).ground.sites["lab"].students == 15_000


@pytest.mark.parametrize(("table", "said"), [
    ({"practices": {"manual": {}}}, 'there is no intervention "manual"'),
    ({"practices": {"backbone-staffing": {"doses": [0]}}}, "a dose is above 0"),
    ({"practices": {"procedure-manuals": {"doses": [2]}}}, "between 0 and 1; found 2"),
    ({"practices": {"backbone-staffing": {"doses": [1, 1]}}}, "has something twice"),
    ({"practices": {"backbone-staffing": {"dose": 1}}}, "dose"),
    ({"practices": {}}, "practices"),
    ({"practices": {"backbone-staffing": {"doses": [0.1 * n for n in range(1, 31)]}}}, "in 60 ways"),
    ({"objective": "serve"}, 'there is no metric "serve"'),
    ({"objective": "adaptive"}, "neither more nor less of adaptive is better"),
    ({"worth": 50}, "a worth is for net benefit"),
    ({"in_all": 5_000}, "a_year or in_all"),
    ({"a_year": None}, "a search needs a budget"),
    ({"frontier": [2, 1]}, "budgets go up"),
    ({"from": ["2031-01"]}, "2031-01"),
    ({"beside": "stuff"}, 'there is no strategy "stuff"'),
    ({"under": {"size": "small"}}, 'there is no cross key "size"'),
    ({"unseen": 1.5}, "a share of the sets"),
])  # fmt: skip
def test_what_is_wrong_is_a_sentence(table: dict[str, Any], said: str) -> None:
    found = refused(table)
    assert said in found and "nan" not in found.lower().split()


def test_a_design_beside_it_is_refused() -> None:
    design = {"method": "grid", "vary": {"rate": "parameters.turnover.rate_nonprofit"}}
    assert "a search goes on at one point" in refused({}, design=design, uncertainty="defaults", sets=None)


def test_months_outside_of_the_clock_are_told_where_they_stand() -> None:
    assert "optimize.from" in refused({"from": ["2031-01"]})
    practices = {"manuals": {"use": "procedure-manuals", "from": ["2031-01"]}}
    assert "optimize.practices.manuals.from" in refused({"practices": practices})


def test_the_budget_is_that_of_the_experiment_where_none_is_given() -> None:
    found = study({"a_year": None}, budget={"in_all": 90_000}, strategies=STRATEGIES)
    assert found.optimize.budget(found).dollars == 90_000
    assert not Space.of(found).yearly
    assert found.optimize.place(found, 90_000) == ("budget", "in_all")
    assert study({"frontier": [5, 7]}).optimize.place(found, 7) == ("optimize", "frontier", 1)

"""`[budget]`: doses are scaled until they cost what a budget allows, as runs then record it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfs_sim.experiments.designs.design import Arm, Experiment, experiment_from
from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError

STAFF = {"use": "backbone-staffing", "dose": 1}
MANUALS = {"use": "procedure-manuals", "dose": 0.4, "target": {"role": "partner"}}
COST = list(METRICS).index("cost")


def experiment(strategies: dict[str, Any], budget: Any, **more: Any) -> Experiment:
    data = {"scenario": "laboratory", "replicates": 2, "outcomes": {"primary": "support"}, "strategies": strategies}
    return experiment_from(data | {"budget": budget} | more, load_scenario("laboratory").with_(months=24))


def arms(strategies: dict[str, Any], budget: Any, **more: Any) -> dict[str, Arm]:
    return {arm.label: arm for arm in experiment(strategies, budget, **more).arms()}


def spent(arm: Arm) -> list[float]:
    """Return what a run of an arm spends in each year, in dollars."""
    out = engine.run_replicate(arm.scenario.to_template(), 1, 0)
    return [float(year) for year in 1000 * out[:, :, COST].sum(axis=1).reshape(-1, 12).sum(axis=1)]


def refused(strategies: dict[str, Any], budget: Any, **more: Any) -> str:
    with pytest.raises(UserError) as caught:
        experiment(strategies, budget, **more)
    return caught.value.render(colour=False)


def test_doses_are_scaled_down_and_up_until_the_dearest_year_costs_the_budget() -> None:
    late = {"use": "accommodation", "dose": 0.25, "from": "2021-01"}
    found = arms({"nothing": {}, "one": {"add": [STAFF]}, "two": {"add": [STAFF, late]}}, {"a_year": 60_000})
    assert found["nothing"].fitted is None and found["nothing"].scenario.interventions == ()
    assert spent(found["one"]) == pytest.approx([60_000] * 2, abs=0.5)
    assert found["one"].fitted is not None and found["one"].fitted.doses == (("backbone-staffing", 1.0, 0.588235),)
    years = spent(found["two"])
    assert years[1] == pytest.approx(60_000, abs=0.5) and years[0] < 59_500
    doses = [item.dose for item in found["two"].scenario.interventions]
    assert doses[0] == pytest.approx(4 * doses[1], rel=1e-5)  # both by the same number
    more = arms({"one": {"add": [STAFF]}}, {"in_all": 600_000})["one"]
    assert sum(spent(more)) == pytest.approx(600_000, abs=0.5) and max(spent(more)) > 102_000


def test_a_dose_stops_at_its_largest_and_the_others_go_on() -> None:
    found = arms({"both": {"add": [STAFF | {"dose": 0.1}, MANUALS]}}, {"a_year": 150_000})["both"]
    assert [item.dose for item in found.scenario.interventions] == [pytest.approx(8450 / 8500, abs=2e-6), 1.0]
    assert found.fitted is not None and found.fitted.full == ("procedure-manuals",)
    assert max(spent(found)) == pytest.approx(150_000, abs=0.5)
    alone = arms({"manuals": {"add": [MANUALS]}}, {"a_year": 150_000})["manuals"]
    assert alone.fitted is not None and alone.fitted.costs == 27 * 150 * 12
    assert spent(alone) == pytest.approx([48_600] * 2)


def test_a_dose_that_is_next_to_nothing_stays_so() -> None:
    """The smallest number there is: scaled up it would be infinitely often itself."""
    found = arms({"both": {"add": [STAFF | {"dose": 0.1}, MANUALS | {"dose": 5e-324}]}}, {"a_year": 60_000})["both"]
    assert [item.dose for item in found.scenario.interventions] == [pytest.approx(0.588235, abs=2e-6), 0.0]
    assert max(spent(found)) == pytest.approx(60_000, abs=0.5)


def test_overlapping_orders_are_scaled_together() -> None:
    twice = {"twice": {"add": [MANUALS, MANUALS | {"dose": 0.5, "from": "2020-07"}]}}
    assert max(spent(arms(twice, {"a_year": 30_000})["twice"])) == pytest.approx(30_000, abs=4)  # a cent each


def test_what_others_pay_and_what_is_taken_over_is_left_as_it_is() -> None:
    strategies = {
        "base": {"add": [STAFF, MANUALS | {"paid_by": "organization"}]},
        "more": {"extends": "base", "add": ["written-principles", {"use": "accommodation", "dose": 0.2}]},
    }
    found = arms(strategies, {"a_year": 4_000, "strategies": ["more"]})
    assert found["base"].fitted is None
    doses = {item.use: item.amount for item in found["more"].scenario.interventions}
    assert doses["backbone-staffing"] == 1 and doses["procedure-manuals"] == 0.4
    assert doses["accommodation"] == pytest.approx(0.2 * doses["written-principles"], rel=1e-4)
    assert spent(found["more"])[0] - spent(found["base"])[0] == pytest.approx(4_000, abs=0.5)
    both = arms(strategies, {"a_year": 60_000, "strategies": ["base", "more"]})
    paid = [np.array(spent(both[name])) for name in ("base", "more")]
    assert paid[0] - 27 * 0.4 * 150 * 12 == pytest.approx(60_000, abs=0.5)
    assert paid[1] == pytest.approx(paid[0], abs=1)  # what it takes over is in its budget, too


def test_each_condition_has_doses_of_its_own_where_costs_differ() -> None:
    levels = [
        {"label": "small", "sites": {"lab": {"organizations": {"nonprofit": 1}}}},
        {"label": "calm", "parameters": {"turnover": {"notice_share": 0.9}}},
    ]
    found = arms({"manuals": {"add": [MANUALS]}}, {"a_year": 9_000}, cross={"size": levels})
    doses = {label: arm.scenario.interventions[0].dose for label, arm in found.items()}
    assert doses == {
        "manuals, small": pytest.approx(9000 / 12 / 150 / 18, rel=1e-4),
        "manuals, calm": pytest.approx(9000 / 12 / 150 / 27, rel=1e-4),
    }


def test_what_a_budget_cannot_be() -> None:
    one = {"one": {"add": [STAFF]}, "nothing": {}}
    assert "one: $5,000 a year does not buy the smallest doses of backbone-staffing, which cost $10,200 in" in refused(
        one, {"a_year": 5_000}
    )
    assert "a budget is a_year or in_all, in dollars; keep one" in refused(one, {"a_year": 1, "in_all": 2})
    assert "a budget is a_year or in_all, in dollars; give one" in refused(one, {})
    assert "budget is a table: [budget] with a_year = 200_000" in refused(one, 200_000)
    assert 'did you mean "one"?' in refused(one, {"a_year": 9e4, "strategies": ["on"]})
    assert "nothing adds nothing that the funder pays for" in refused(one, {"a_year": 9e4, "strategies": ["nothing"]})
    for value in (-5, 0, float("nan"), float("inf"), "200000", True):
        assert "a_year is an amount in dollars between 1 and" in refused(one, {"a_year": value})
    vary = {"method": "grid", "vary": {"dose": {"of": "interventions.backbone-staffing.dose", "low": 0.5, "high": 1}}}
    assert "the design varies interventions.backbone-staffing.dose" in refused(one, {"a_year": 9e4}, design=vary)

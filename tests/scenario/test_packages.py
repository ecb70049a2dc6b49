"""Whatever the money is for, it is the same money, and the town has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.model.catalogue import INTERVENTIONS
from tfs_sim.scenario.bills import bills_of
from tfs_sim.scenario.packages import PACKAGES, orders
from tfs_sim.scenario.study import new_study
from tfs_sim.scenario.towns import town

pytestmark = pytest.mark.usefixtures("real_catalogue")


@pytest.mark.parametrize("budget", [20, 300, 2_000])
def test_every_strategy_spends_the_same_money_and_no_more_than_there_is(tmp_path: Path, budget: float) -> None:
    said = town(budget=budget, paid_over=24, practices=tuple(PACKAGES))
    _, experiment = new_study(tmp_path / "study", said)
    bills = {arm.strategy: bills_of(arm.scenario) for arm in load_experiment(experiment).arms()}
    assert not any(list(each.short()) for each in bills.values())
    spent = {name: sum(float(bill.paid.sum()) for bill in each.bills) for name, each in bills.items()}
    assert spent.pop("as-it-is") == 0.0 and set(spent) == set(PACKAGES)
    for name, dollars in spent.items():
        assert 1000 * budget - 24 * len(orders(name, 1000 * budget / 24, 27)) <= dollars <= 1000 * budget, name


def test_practices_have_their_usual_doses_where_there_is_money_for_them_and_are_cut_down_alike_where_not() -> None:
    rich, poor = orders("handover", 50_000, 27), orders("handover", 1_000, 27)
    assert {order.use: order.dose for order in rich[:-1]} == dict(PACKAGES["handover"].doses)
    assert rich[-1].use == "backbone-staffing" and all(order.each for order in rich[:-1])
    shares = {round(order.dose / PACKAGES["handover"].doses[order.use], 2) for order in poor if order.each}
    assert len(shares) == 1 and 0 < shares.pop() < 1
    assert [order.use for order in orders("coordinator", 8_500, 27)] == ["backbone-staffing"]
    assert all(use in INTERVENTIONS for package in PACKAGES.values() for use in package.doses)

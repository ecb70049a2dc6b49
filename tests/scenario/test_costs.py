"""What a schedule costs by payer and year, known before a run."""

import numpy as np
import pytest

from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.costs import by_year, costs_of

pytestmark = pytest.mark.usefixtures("real_catalogue")

NAMES = list(METRICS)


@pytest.fixture(scope="module")
def short():
    return load_scenario("laboratory").with_(months=18)


def test_costs_by_payer_and_year_and_partners_hours(short):
    scenario = short.with_(
        grants=[{"site": "lab", "amount": 60, "months": 12}],
        interventions=[
            {"use": "written-principles", "dose": 1, "from": "2021-01"},  # $400 a month, of the funder
            {"use": "backbone-staffing", "dose": 1, "until": "2021-01", "paid_by": "backbone"},  # $5,000 of $8,500
            {"use": "procedure-manuals", "dose": 0.5, "target": {"role": "partner"}, "paid_by": "organization"},
            {"use": "accommodation", "dose": 1, "lasts": 1, "paid_by": "outside"},
        ],
    )
    found = costs_of(scenario)
    years = {payer: by_year(dollars).tolist() for payer, dollars in found.paid.items()}
    assert years == {
        "funder": [0, 2400],
        "backbone": [60_000, 0],
        "organization": [24_300, 12_150],
        "outside": [800, 0],
    }
    assert by_year(found.grants).tolist() == [60_000, 0]
    assert np.allclose(by_year(found.hours), [27 * 3 * 0.5 * 12, 27 * 3 * 0.5 * 6])
    assert (found.at_most, found.chosen) == (False, False)
    assert found.dollars.sum() == 2400 + 60_000 + 24_300 + 12_150 + 800


def test_the_backbones_own_manuals_take_no_time_of_partners(short):
    one = {"use": "procedure-manuals", "dose": 1, "target": {"organizations": ["lab/backbone"]}}
    found = costs_of(short.with_(interventions=[one]))
    assert found.paid["funder"].sum() == 150 * 18 and not found.hours.any()


def test_overlapping_orders_add_what_is_missing_and_some_count_alone(short):
    orders = [{"use": "accommodation", "dose": 0.6}, {"use": "accommodation", "dose": 0.5}]
    scenario = short.with_(interventions=orders)
    assert costs_of(scenario).paid["funder"][0] == pytest.approx(800 * 0.8)
    assert costs_of(scenario, among=[1]).paid["funder"][0] == pytest.approx(800 * 0.4 * 0.5)


def test_of_two_sides_of_a_rule_the_dearer_one_counts(short):
    def when(side, level, **more):
        return {"indicator": "trust", side: level, "every": 6, "over": 3} | more

    low = {"use": "accommodation", "dose": 1, "when": when("below", 0.5)}
    high = {"use": "written-principles", "dose": 1, "when": when("above", 0.5)}
    found = costs_of(short.with_(interventions=[low, high]))
    assert found.at_most and found.paid["funder"].tolist() == [0] * 3 + [800] * 15
    other = high | {"when": when("above", 0.4)}  # both may be on
    assert costs_of(short.with_(interventions=[low, other])).paid["funder"].tolist() == [0] * 3 + [1200] * 15
    slow = [
        each | {"when": each["when"] | {"at_least": 12}} for each in (low, high)
    ]  # one goes on when the other begins
    assert costs_of(short.with_(interventions=slow)).paid["funder"].max() == 1200
    later = high | {"from": "2020-06"}  # they look in different months
    assert costs_of(short.with_(interventions=[low, later])).paid["funder"].max() == 1200


def test_each_site_may_be_on_another_side_of_a_rule(short):
    rules = {side: {"indicator": "trust", side: 0.5} for side in ("below", "above")}
    annex = {"students": 3000, "organizations": {"nonprofit": 4, "health": 2}}
    orders = [
        {"use": "procedure-manuals", "dose": 1, "when": rules["below"]},  # 27 and 6 partners: $4,050 and $900
        {"use": "trust-building-convenings", "dose": 1 / 6, "when": rules["above"]},  # $1,000 at each
    ]
    orders[0]["target"] = {"role": "partner"}
    found = costs_of(short.with_(sites={"annex": annex}, interventions=orders))
    assert found.paid["funder"][6] == pytest.approx(4050 + 1000, abs=0.1)


def test_communities_that_a_rule_chooses_are_as_likely_as_each_other(short):
    small = {"students": 3000, "organizations": {"nonprofit": 4}}
    stages = [
        {"name": "asked", "month": "2020-03", "places": 3},
        {"name": "given", "month": "2020-06", "from": "asked", "places": 1},
    ]
    scenario = short.with_(
        sites={"b": small, "c": small, "d": small},
        selection={"by": "rule", "stages": stages},
        grants=[{"stage": "given", "amount": 12, "from": "2020-07", "months": 12}],
        interventions=[
            {"use": "written-principles", "dose": 1, "stage": "asked"},
            {"use": "accommodation", "dose": 1, "stage": "given", "paid_by": "backbone"},
        ],
    )
    found = costs_of(scenario)
    assert found.chosen and not found.at_most
    assert found.paid["funder"].tolist() == [0, 0] + [1200] * 16
    assert found.grants.tolist() == [0] * 6 + [1000] * 12
    assert found.paid["backbone"].tolist() == [0] * 6 + [800] * 12
    out = engine.run_replicate(scenario.to_template(), 1, 0)
    costs = 1000 * out[:, :, NAMES.index("cost")].sum(axis=1)
    assert np.allclose(costs, found.dollars, atol=0.05)  # so many places cost so much, whoever has them

"""What is asked of whom and paid, known before a run: by the engine's own kernels, and so as the engine has it."""

import itertools

import numpy as np
import pytest

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.model import engine
from tfs_sim.model.catalogue import INTERVENTIONS, METRICS
from tfs_sim.scenario import load_scenario, presets
from tfs_sim.scenario.bills import HALF_A_CENT, bills_of
from tfs_sim.scenario.errors import UserError

pytestmark = pytest.mark.usefixtures("real_catalogue")

NAMES = list(METRICS)


def told(bills):
    return {(bill.order, bill.use, bill.payer, bill.site): (bill.asked.tolist(), bill.paid.tolist()) for bill in bills}


def test_what_is_asked_and_paid_by_month(lab):
    scenario = lab.with_(
        months=4,
        grants=[{"site": "lab", "amount": 12, "from": "2020-02", "months": 2, "flexible": 0.5}],
        interventions=[
            {"use": "backbone-staffing", "dose": 0.5, "paid_by": "backbone"},  # $4,250; half of the grant is $3,000
            {"use": "written-principles", "until": "2020-03", "paid_by": "outside"},
            {"use": "recruiting-the-willing"},  # costs nothing
            {"use": "overlap", "target": {"organizations": ["lab/nonprofit-01"]}, "paid_by": "organization"},
        ],
    )
    assert told(bills_of(scenario).bills) == {
        (0, "backbone-staffing", "backbone", "lab"): ([4250] * 4, [0, 3000, 3000, 0]),
        (1, "written-principles", "outside", "lab"): ([400, 400, 0, 0], [400, 400, 0, 0]),
        (3, "overlap", "organization", "lab"): ([120] * 4, [120] * 4),
    }


def test_what_follows_from_a_run_is_left_out(lab):
    stages = [
        {"name": "asked", "month": "2020-02", "places": 1},
        {"name": "given", "month": "2020-03", "chosen": ["lab"]},
    ]
    scenario = lab.with_(
        months=4,
        sites={"annex": {"students": 3000, "organizations": {"nonprofit": 4, "health": 2}}},
        selection={"by": "rule", "stages": stages},
        grants=[{"stage": "asked", "amount": 9, "months": 3}],
        interventions=[
            {"use": "accommodation", "when": {"indicator": "trust", "below": 0.5}},
            {"use": "overlap", "stage": "asked"},
            {"use": "written-principles", "dose": 1, "stage": "given", "paid_by": "backbone"},
        ],
    )
    bills = bills_of(scenario)
    assert [order.use for _, order in bills.left_out] == ["accommodation", "overlap"]
    assert told(bills.bills) == {(2, "written-principles", "backbone", "lab"): ([0, 0, 400, 400], [0, 0, 0, 0])}
    assert bills.at_most == {"lab", "annex"} and list(bills.short()) == []  # a grant of a stage by rule may reach them


def test_what_is_off_is_not_asked_for(lab):
    scenario = lab.with_(interventions=[{"use": "overlap"}], mechanisms={"smoothing": False})
    assert bills_of(scenario).bills == ()


def test_bills_are_those_of_the_engine(busy):
    """Everything at once: costs and what backbones could not pay are what a run records, to the cent."""
    quiet = busy.with_(shocks=[], mechanisms={"selection": False})
    out = engine.run_replicate(quiet.to_template(), 1, 0)
    bills = bills_of(quiet)
    for n, site in enumerate(quiet.to_template().sites):
        of_site = [bill for bill in bills.bills if bill.site == site]
        unpaid = sum(bill.asked - bill.paid for bill in of_site if bill.payer == "backbone")
        assert np.allclose(1000 * out[:, n, NAMES.index("unpaid_backbone")], unpaid, atol=HALF_A_CENT)
        paid = sum(bill.paid for bill in of_site)
        assert np.allclose(1000 * out[:, n, NAMES.index("cost")], paid, atol=HALF_A_CENT)
    assert any(bill.asked.sum() > bill.paid.sum() > 0 for bill in bills.bills)


# ── Nothing that is shipped asks for what cannot be paid ────────────────────────────────────────────────


def strategies(name):
    """Yield a ready-made scenario with every set of bundles that has its own strategy in it."""
    scenario = load_scenario(name)
    others = [bundle for bundle in scenario.bundles if bundle not in scenario.strategy]
    for some in itertools.chain.from_iterable(itertools.combinations(others, n) for n in range(len(others) + 1)):
        yield scenario.with_(strategy=[*scenario.strategy, *some])


@pytest.mark.parametrize("name", presets.names("scenarios"))
def test_ready_made_scenarios_can_be_paid(name):
    for scenario in strategies(name):
        assert list(bills_of(scenario).short()) == []


@pytest.mark.parametrize("name", presets.names("experiments"))
def test_ready_made_experiments_can_be_paid(name):
    for arm in load_experiment(name).arms():
        assert list(bills_of(arm.scenario).short()) == []


def test_the_funnel_can_be_paid_whomever_its_rule_chooses():
    funnel = load_scenario("together-for-students-funnel")
    for seed in (1, 2):
        out = engine.run_replicate(funnel.to_template(), seed, 0)
        assert out[:, :, NAMES.index("grants")].any() and out[:, :, NAMES.index("cost")].any()
        assert not out[:, :, NAMES.index("unpaid_backbone")].any()
        assert not out[:, :, NAMES.index("unpaid_partners")].any()


@pytest.mark.parametrize("use", [name for name, each in INTERVENTIONS.items() if each.scope == "site"])
def test_what_acts_on_a_site_is_not_paid_by_organizations(lab, use):
    order = {"use": use, "paid_by": "organization", "target": {"role": "partner"}}
    with pytest.raises(UserError, match="acts on a whole site, which has no organizations as targets that could pay"):
        lab.with_(interventions=[order])
    lab.with_(interventions=[{**order, "paid_by": "backbone"}])


def test_no_lever_on_sites_has_organizations_pay_by_default():
    assert not [each.name for each in INTERVENTIONS.values() if (each.scope, each.payer) == ("site", "organization")]

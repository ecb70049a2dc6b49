"""The schedule, month by month, each against a table: doses, what they cost and who pays, grants, shocks."""

import numpy as np
import pytest

from tfs_sim.model import engine
from tfs_sim.model.catalogue import INTERVENTIONS, METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms import levers
from tfs_sim.model.state import FUNDER
from tfs_sim.model.world import ORGANIZATION_LEVERS, ORGANIZATION_SHOCKS, SITE_LEVERS, SITE_SHOCKS
from tfs_sim.scenario import UserError

NAMES = list(METRICS)
CONVENE, STAFF, MANUALS = "trust-building-convenings", "backbone-staffing", "procedure-manuals"


def months_of(scenario, look):
    """Return what is seen of the world in every month."""
    return np.array([look(world) for _, world, _ in engine.trace(scenario.to_template(), 1, 0)])


def doses(scenario, use):
    if use in SITE_LEVERS:
        return months_of(scenario, lambda world: world.site_doses[SITE_LEVERS.index(use), 0])
    return months_of(scenario, lambda world: world.organization_doses[ORGANIZATION_LEVERS.index(use), 0])


def metric(scenario, name):
    return engine.run_replicate(scenario.to_template(), 1, 0)[:, 0, NAMES.index(name)]


def ordered(lab, *orders, months=8, **more):
    return lab.with_(months=months, interventions=list(orders), **more)


# ── The rules, by hand ──────────────────────────────────────────────────────────────────────────────────


def test_what_tapers_falls_in_equal_steps():
    assert [levers.tapered(0.8, left, 3.0) for left in (5.0, 4.0, 3.0, 2.0, 1.0)] == pytest.approx(
        [0.8, 0.8, 0.6, 0.4, 0.2]
    )
    assert levers.tapered(0.8, 1.0, 0.0) == 0.8
    assert [levers.part_of_grant(1000, left, 2) for left in (4, 3, 2, 1)] == [1000, 1000, 666, 333]


def test_a_shock_is_over_when_it_is_negligible():
    p = record(levers.Parameters, {"negligible": 0.1})
    assert [levers.severity(0.8, since, 2, 1.0, p) for since in range(6)] == pytest.approx(
        [0.8, 0.8, 0.4, 0.2, 0.1, 0.0]
    )
    assert levers.severity(0.8, 2, 2, 0.0, p) == 0.0


def test_two_overlap_as_shares_and_only_a_rise_is_new():
    assert levers.combined(0.5, 0.4) == pytest.approx(0.7) and levers.combined(0.5, 0.0) == 0.5
    assert levers.rise(0.8, 0.5) == pytest.approx(0.3) and levers.rise(0.5, 0.8) == 0.0


# ── When: from, until, lasts, taper ─────────────────────────────────────────────────────────────────────

WINDOWS = [
    ({}, [1, 1, 1, 1, 1, 1, 1, 1]),
    ({"from": "2020-03"}, [0, 0, 1, 1, 1, 1, 1, 1]),
    ({"until": "2020-03"}, [1, 1, 0, 0, 0, 0, 0, 0]),  # leaves its own month out
    ({"from": "2020-03", "until": "2020-06"}, [0, 0, 1, 1, 1, 0, 0, 0]),
    ({"from": "2020-03", "lasts": 3}, [0, 0, 1, 1, 1, 0, 0, 0]),
    ({"from": "2020-03", "lasts": 1}, [0, 0, 1, 0, 0, 0, 0, 0]),
    ({"lasts": 5, "taper": 3}, [1, 1, 0.75, 0.5, 0.25, 0, 0, 0]),
    ({"from": "2020-02", "lasts": 3, "taper": 3}, [0, 0.75, 0.5, 0.25, 0, 0, 0, 0]),
    ({"from": "2020-03", "until": "2020-07", "taper": 1}, [0, 0, 1, 1, 1, 0.5, 0, 0]),
    ({"from": "2020-05", "taper": 3}, [0, 0, 0, 0, 1, 0.75, 0.5, 0.25]),  # before the end of the clock
    ({"until": "2021-01", "taper": 7}, [1, 1, 1, 1, 1, 0.875, 0.75, 0.625]),  # it would go on after the clock's end
]


@pytest.mark.parametrize(("window", "table"), WINDOWS)
@pytest.mark.parametrize("use", [CONVENE, STAFF, MANUALS])
def test_an_order_is_in_force_in_its_months(lab, window, table, use):
    scenario = ordered(lab, {"use": use, "dose": 0.5, **window})
    assert doses(scenario, use) == pytest.approx(0.5 * np.array(table), abs=1e-12)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"lasts": 3}, "taper is part of the 3 months that it lasts; found 4 months"),
        ({"from": "2020-03", "until": "2020-06"}, "taper is part of the 3 months until 2020-06; found 4 months"),
        ({"until": "2020-03"}, "taper is part of the 2 months until 2020-03; found 4 months"),
        ({"from": "2020-06"}, "taper is part of the 3 months until the end of the clock; found 4 months"),
    ],
)
def test_a_taper_is_no_longer_than_its_window(lab, window, said):
    with pytest.raises(UserError, match=said):
        ordered(lab, {"use": MANUALS, "taper": 4, **window})
    ordered(lab, {"use": MANUALS, "taper": 2, **window})


def test_an_order_of_a_stage_begins_when_its_communities_are_chosen(lab):
    stages = [{"name": "chosen", "month": "2020-04", "chosen": ["lab"]}]
    order = {"use": CONVENE, "stage": "chosen", "from": "2020-02", "lasts": 4, "taper": 2}
    scenario = ordered(lab, order, selection={"by": "historical", "stages": stages})
    assert doses(scenario, CONVENE) == pytest.approx([0, 0, 0, 1 / 3, 1 / 6, 0, 0, 0])


# ── Several orders of one intervention ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("use", [CONVENE, MANUALS])
def test_overlapping_shares_add_what_is_missing_and_cost_that(lab, use):
    scenario = ordered(lab, {"use": use, "dose": 0.3, "lasts": 5}, {"use": use, "dose": 0.9, "from": "2020-04"})
    table = [0.3, 0.3, 0.3, 0.93, 0.93, 0.9, 0.9, 0.9]
    assert doses(scenario, use) == pytest.approx(table)
    targets = 1 if use == CONVENE else len(lab.organizations()["lab"])
    price = INTERVENTIONS[use].cost * targets / 1000
    assert metric(scenario, "cost") == pytest.approx(price * np.array(table), abs=1e-5 * targets)
    hours = months_of(scenario, lambda world: world.hours[0])
    assert hours == pytest.approx(INTERVENTIONS[use].hours * np.array(table) * (use == MANUALS))


def test_overlapping_amounts_add_up(lab):
    scenario = ordered(lab, {"use": STAFF, "dose": 0.5}, {"use": STAFF, "dose": 2, "from": "2020-03", "lasts": 2})
    assert doses(scenario, STAFF) == pytest.approx([0.5, 0.5, 2.5, 2.5, 0.5, 0.5, 0.5, 0.5])
    assert metric(scenario, "cost") == pytest.approx(8.5 * np.array([0.5, 0.5, 2.5, 2.5, 0.5, 0.5, 0.5, 0.5]))


def test_each_payer_pays_for_what_its_order_adds(lab):
    """After the funder, a backbone with $1,000 a month is asked for the half that is missing: $3,000."""
    grants = [{"site": "lab", "amount": 8, "months": 8}]
    orders = [{"use": CONVENE, "dose": 0.5}, {"use": CONVENE, "dose": 1.0, "paid_by": "backbone"}]
    scenario = ordered(lab, *orders, grants=grants)
    assert metric(scenario, "unpaid_backbone") == pytest.approx(np.full(8, 2.0))
    assert metric(scenario, "cost") == pytest.approx(np.full(8, 4.0))
    assert doses(scenario, CONVENE) == pytest.approx(np.full(8, 4 / 6))
    other_way = ordered(lab, *orders[::-1], grants=grants)  # $6,000 are asked of the backbone first
    assert metric(other_way, "unpaid_backbone") == pytest.approx(np.full(8, 5.0))
    assert metric(other_way, "cost") == pytest.approx(np.full(8, 1.0 + 6 * 5 / 12), abs=1e-5)


# ── What is asked and not paid ──────────────────────────────────────────────────────────────────────────


def test_what_a_backbone_cannot_pay_is_recorded_and_not_done(lab):
    grants = [{"site": "lab", "amount": 12, "from": "2020-02", "months": 2}]
    scenario = ordered(lab, {"use": STAFF, "paid_by": "backbone", "from": "2020-02", "lasts": 4}, grants=grants)
    assert metric(scenario, "unpaid_backbone") == pytest.approx([0, 2.5, 2.5, 8.5, 8.5, 0, 0, 0])
    assert metric(scenario, "cost") == pytest.approx([0, 6, 6, 0, 0, 0, 0, 0])
    assert doses(scenario, STAFF) == pytest.approx([0, 6 / 8.5, 6 / 8.5, 0, 0, 0, 0, 0])
    assert not metric(scenario, "unpaid_partners").any()
    assert not metric(ordered(lab, {"use": STAFF}), "unpaid_backbone").any()


def test_what_organizations_cannot_pay_is_recorded(lab):
    poor = {"money": {"reserve": 0}}
    order = {"use": MANUALS, "dose": 1, "paid_by": "organization", "target": {"role": "partner"}}
    scenario = ordered(lab, order, parameters=poor, clock={"run_in": 0})  # in a run-in they would have saved some
    asked = 0.15 * (len(lab.organizations()["lab"]) - 1)
    unpaid, cost = metric(scenario, "unpaid_partners"), metric(scenario, "cost")
    assert unpaid[0] == pytest.approx(asked) and unpaid + cost == pytest.approx(np.full(8, asked))
    assert not metric(scenario, "unpaid_backbone").any()
    assert not metric(ordered(lab, order), "unpaid_partners").any()  # with reserves they pay


def test_staff_that_partners_give_is_their_staff_times_their_effort(lab):
    def given(world):
        partners = (world.status == 2) & (world.role == 0)
        return (world.fte * world.effort)[partners].sum()

    # staff changes after effort and before the month is recorded, so both are read at its end
    as_drawn = ordered(lab, clock={"run_in": 0})
    for scenario in (as_drawn, ordered(lab)):
        assert metric(scenario, "staff_given") == pytest.approx(months_of(scenario, given))
    assert metric(as_drawn, "staff_given").min() > 1


# ── Grants ──────────────────────────────────────────────────────────────────────────────────────────────

GRANTS = [
    ({"amount": 8, "months": 8}, [100_000] * 8),
    ({"amount": 1, "from": "2020-03", "months": 3}, [0, 0, 33_333, 33_333, 33_334, 0, 0, 0]),
    ({"amount": 2, "from": "2020-03", "months": 3}, [0, 0, 66_667, 66_667, 66_666, 0, 0, 0]),
    ({"amount": 12, "months": 4, "taper": 2}, [400_000, 400_000, 266_666, 133_334, 0, 0, 0, 0]),
    ({"amount": 6, "from": "2020-06", "months": 3, "taper": 3}, [0, 0, 0, 0, 0, 300_000, 200_000, 100_000]),
]


@pytest.mark.parametrize(("grant", "cents"), GRANTS)
def test_a_grant_is_paid_in_its_months_to_the_cent(lab, grant, cents):
    scenario = lab.with_(months=8, grants=[{"site": "lab", **grant}])
    assert np.rint(100_000 * metric(scenario, "grants")).tolist() == cents
    assert sum(cents) == 100_000 * grant["amount"]


@pytest.mark.parametrize("amount", [0, 0.00001, 0.1, 937.5, 1234.56789, 1_000_000])
@pytest.mark.parametrize(("months", "taper"), [(1, 0), (1, 1), (7, 0), (7, 3), (36, 36), (36, 0), (59, 12)])
def test_the_sum_of_a_grant_is_its_amount(lab, amount, months, taper):
    scenario = lab.with_(grants=[{"site": "lab", "amount": amount, "months": months, "taper": taper}])
    template = scenario.to_template()
    world = template.fresh()[1]
    paid = [0]
    for month in range(template.months):
        play(levers.receive_grants.py_func, {**world._asdict(), "month": month})
        paid.append(-int(world.accounts[FUNDER]))
    assert paid[-1] == paid[months] == round(amount * 100_000)
    if amount >= 0.1:
        parts = np.diff(paid)[:months]
        assert (np.diff(parts) <= months).all() and parts.min() >= 0  # but for the cents that are left over, it falls


@pytest.mark.parametrize("taper", [0, 6, 24])
def test_a_taper_keeps_the_sum_of_the_grant(lab, taper):
    grant = {"site": "lab", "amount": 100, "months": 24, "taper": taper}
    out = engine.run_replicate(lab.with_(grants=[grant], months=30).to_template(), 1, 0)
    assert out[..., NAMES.index("grants")].sum() == pytest.approx(100, abs=0.01)


def test_a_flexible_grant_reaches_the_partners_and_no_cent_is_lost(lab):
    def money(flexible):
        grant = {"site": "lab", "amount": 100, "months": 2, "flexible": flexible}
        switches = {"others": False, "community": True, "levers": True}
        template = lab.with_(grants=[grant], months=1, mechanisms=switches).to_template()
        *_, (_, world, _) = engine.trace(template, 1, 0)
        lead = 2 + 1 + int(world.backbone[0])
        partners = world.accounts[3:].sum() - world.accounts[lead]
        return int(world.accounts[lead]), int(partners), int(world.accounts.sum())

    assert money(0.0) == (5_000_000, 0, 0)
    lead, partners, total = money(0.4)
    assert partners == pytest.approx(2_000_000, abs=30) and lead + partners == 5_000_000 and total == 0


# ── Shocks ──────────────────────────────────────────────────────────────────────────────────────────────

SHOCKS = [
    ({"lasts": 3, "decay": 1}, [0, 0, 0.6, 0.6, 0.6, 0.3, 0.15, 0.075]),
    ({"lasts": "3 months", "decay": 0}, [0, 0, 0.6, 0.6, 0.6, 0, 0, 0]),
    ({"lasts": 1, "decay": 2}, [0, 0, 0.6, 0.6 * 0.5**0.5, 0.3, 0.3 * 0.5**0.5, 0.15, 0.15 * 0.5**0.5]),
    ({"lasts": 1, "decay": 0.5}, [0, 0, 0.6, 0.15, 0.0375, 0.009375, 0.00234375, 0]),  # below 0.001 it is over
    ({"lasts": 20, "decay": 1}, [0, 0, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]),
]


@pytest.mark.parametrize(("shape", "table"), SHOCKS)
@pytest.mark.parametrize("use", ["community-crisis", "policy-change"])
def test_a_shock_has_its_depth_for_the_months_that_it_lasts_then_halves(lab, shape, table, use):
    scenario = lab.with_(months=8, shocks=[{"use": use, "onset": "2020-03", "depth": 0.6, **shape}])

    def depth(world):
        if use in SITE_SHOCKS:
            return world.site_shocks[SITE_SHOCKS.index(use), 0]
        return world.organization_shocks[ORGANIZATION_SHOCKS.index(use), 0]

    assert months_of(scenario, depth) == pytest.approx(table)


def test_two_shocks_combine_as_shares_and_the_crisis_is_recorded(lab):
    shocks = [
        {"use": "community-crisis", "onset": "2020-02", "depth": 0.5, "lasts": 3, "decay": 1},
        {"use": "community-crisis", "onset": "2020-04", "depth": 0.4, "lasts": 2, "decay": 0},
    ]
    table = [0, 0.5, 0.5, 0.7, 1 - 0.75 * 0.6, 0.125, 0.0625, 0.03125]
    assert metric(lab.with_(months=8, shocks=shocks), "severity") == pytest.approx(table)


@pytest.mark.parametrize("lasts", [0, 0.5, 1.5, "2.5 months"])
def test_a_shock_lasts_whole_months(lab, lasts):
    with pytest.raises(UserError, match="lasts is a number of months of at least 1"):
        lab.with_(shocks=[{"use": "community-crisis", "onset": "2020-03", "depth": 0.6, "lasts": lasts}])

"""Portfolio pressure: what holds attention, what a lack of it costs, and what a crisis adds to the desk."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import crisis, portfolio

P = record(portfolio.Parameters, {"pressure": 0.5, "clarity": 0.5, "shift": 0.2, "pull": 0.3})


def test_attention_by_hand():
    appeal = portfolio.appeal(0.6, 0.5, 0.8, 1.0, P)
    assert appeal == pytest.approx(0.5 * 0.6 + 0.5 * 0.4)
    assert portfolio.appeal(0.6, 0.5, 0.8, 0.0, P) == pytest.approx(0.3)  # nobody stands up for it
    assert portfolio.share_of_attention(appeal, 1.0, P) == pytest.approx(0.5)
    assert portfolio.share_of_attention(appeal, 3.0, P) == pytest.approx(0.25)  # three times as much of everything else
    assert portfolio.attention_after(1.0, 0.5, P) == pytest.approx(0.9)
    assert portfolio.pull_of_other_work(0.9, P) == pytest.approx(0.03)


def test_an_empty_desk_leaves_all_attention_to_the_initiative():
    empty = record(portfolio.Parameters, {"pressure": 0})
    assert portfolio.share_of_attention(0.2, 1.0, empty) == portfolio.share_of_attention(0.0, 1.0, empty) == 1.0


def test_attention_follows_appeal_and_what_is_lost_pulls_on_effort():
    attention, pull, mean = np.ones(2), np.zeros(2), np.ones(1)
    for _ in range(200):
        alone(
            portfolio.compete,
            first_organization=np.array([0]),
            end_organization=np.array([2]),
            role=np.zeros(2, np.uint8),
            status=np.array([2, 0], np.uint8),
            in_post=np.ones(2, np.uint8),
            clarity=np.array([0.6, 0.0]),
            commitment=np.array([0.5, 0.5]),
            backing=np.array([0.8, 0.0]),
            attention=attention,
            portfolio=pull,
            mean_attention=mean,
            p=P,
        )
    assert attention == pytest.approx([0.5, 0.0], abs=1e-9)  # appeal .5 × .6 + .5 × .4 against pressure .5
    assert pull == pytest.approx([0.15, 0.3])
    assert mean[0] == attention[0], "the mean is over partners"


def attention_after_a_month(strength, rise=(0.0, 0.0, 0.0, 0.0), income=1.0, fund=(0.0, 0.0), **crisis_parameters):
    """Return the attention of two organizations, each of appeal .5, once it has come to its share of the desk.

    strength: of each, by academic, health, basic and family support; rise: of the need for these.
    """
    attention = np.ones(2)
    alone(
        portfolio.compete,
        first_organization=np.array([0]),
        end_organization=np.array([2]),
        in_post=np.ones(2, np.uint8),
        clarity=np.full(2, 0.6),
        commitment=np.full(2, 0.5),
        backing=np.full(2, 0.8),
        strength=np.array(strength, float).T,
        rise_of_need=np.array([rise]).T,
        income_factor=np.array([income]),
        dose_emergency_fund=np.array(fund),
        attention=attention,
        p_crisis=record(crisis.Parameters, {"own_clients": 1.0, "own_income": 2.0, **crisis_parameters}),
        p=P._replace(shift=1.0),
    )
    return attention


FOOD_BANK, SCHOOL = (0.0, 0.0, 1.0, 0.0), (1.0, 0.0, 0.0, 0.0)
HALF_AND_HALF = (0.0, 0.5, 0.5, 0.0)


def test_clients_in_need_fill_the_desk_of_those_who_serve_them():
    rise = (0.0, 0.0, 2.0, 0.0)  # three times as many as usual need basic support
    found = attention_after_a_month([FOOD_BANK, SCHOOL], rise)
    assert found == pytest.approx([0.5 / (0.5 + 0.5 * 3), 0.5])  # the desk of the food bank is three times as full
    assert attention_after_a_month([HALF_AND_HALF, SCHOOL], rise)[0] == pytest.approx(0.5 / (0.5 + 0.5 * 2))
    assert attention_after_a_month([FOOD_BANK, SCHOOL], rise, own_clients=0.0) == pytest.approx([0.5, 0.5])


def test_income_that_is_lost_fills_the_desk_unless_a_fund_replaces_it():
    found = attention_after_a_month([FOOD_BANK, SCHOOL], income=0.75, fund=(0.0, 1.0))
    assert found == pytest.approx([0.5 / (0.5 + 0.5 * 1.5), 0.5])  # 1 + 2 · .25; all of it replaced
    half = attention_after_a_month([FOOD_BANK, SCHOOL], income=0.75, fund=(0.5, 0.5))
    assert half == pytest.approx([0.5 / (0.5 + 0.5 * 1.25)] * 2)
    assert attention_after_a_month([FOOD_BANK, SCHOOL], income=0.75, own_income=0.0) == pytest.approx([0.5, 0.5])


def test_a_windfall_clears_no_desk():
    assert attention_after_a_month([FOOD_BANK, SCHOOL], income=1.5) == pytest.approx([0.5, 0.5])


def test_a_crisis_leaves_the_initiative_less_attention_where_it_costs_those_who_help(lab):
    struck = lab.with_(months=6, shocks=[{"use": "community-crisis", "onset": "2020-02", "depth": 1}])

    def attention(scenario):
        *_, (_, last, _) = engine.trace(scenario.to_template(), 1, 0)
        return last.attention.copy()

    free = struck.with_(parameters={"crisis": {"own_clients": 0, "own_income": 0}})
    assert (attention(struck) < attention(free)).all()


@pytest.mark.parametrize(("field", "absent"), [("portfolio", 0), ("attention", 1)])
def test_switched_off_it_is_absent(lab, field, absent):
    def world(scenario):
        *_, (_, last, _) = engine.trace(scenario.with_(months=6).to_template(), 1, 0)
        return getattr(last, field)

    assert (world(lab) != absent).any()
    assert (world(lab.with_(mechanisms={"portfolio": False})) == absent).all()

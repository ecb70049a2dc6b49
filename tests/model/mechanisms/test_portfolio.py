"""Portfolio pressure: what holds attention, and what a lack of it costs."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import portfolio

P = record(portfolio.Parameters, {"pressure": 0.5, "clarity": 0.5, "shift": 0.2, "pull": 0.3})


def test_attention_by_hand():
    appeal = portfolio.appeal(0.6, 0.5, 0.8, 1.0, P)
    assert appeal == pytest.approx(0.5 * 0.6 + 0.5 * 0.4)
    assert portfolio.appeal(0.6, 0.5, 0.8, 0.0, P) == pytest.approx(0.3)  # nobody stands up for it
    assert portfolio.share_of_attention(appeal, P) == pytest.approx(0.5)
    assert portfolio.attention_after(1.0, 0.5, P) == pytest.approx(0.9)
    assert portfolio.pull_of_other_work(0.9, P) == pytest.approx(0.03)


def test_an_empty_desk_leaves_all_attention_to_the_initiative():
    empty = record(portfolio.Parameters, {"pressure": 0})
    assert portfolio.share_of_attention(0.2, empty) == portfolio.share_of_attention(0.0, empty) == 1.0


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


@pytest.mark.parametrize(("field", "absent"), [("portfolio", 0), ("attention", 1)])
def test_switched_off_it_is_absent(lab, field, absent):
    def world(scenario):
        *_, (_, last, _) = engine.trace(scenario.with_(months=6).to_template(), 1, 0)
        return getattr(last, field)

    assert (world(lab) != absent).any()
    assert (world(lab.with_(mechanisms={"portfolio": False})) == absent).all()

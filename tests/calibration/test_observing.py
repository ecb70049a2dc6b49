"""Targets are observed on runs as their tables say."""

from __future__ import annotations

import numpy as np
import pytest
from hand import look, runs
from pydantic import ValidationError

from tfs_sim.calibration.looks import Runs
from tfs_sim.calibration.observing import WHATS, months_of, observe, sampled
from tfs_sim.calibration.tables import Observation


def asked(**keys: object) -> Observation:
    return Observation.model_validate(keys)


def test_months_count_from_one_and_both_ends_count() -> None:
    assert months_of(31, 36) == slice(30, 36)
    series = runs(alive=[[1.0, 1.0]] * 2, partners=[[1.0, 1.0], [9.0, 9.0]])
    assert observe(asked(what="mean", metric="partners", **{"from": 2, "to": 2}), series).value == 9.0
    assert observe(asked(what="alive", month=1), series).raw == 1.0


def test_a_survey_looks_in_its_month_and_meetings_in_the_months_before() -> None:
    assert list(WHATS["trust"].months(asked(what="trust", month=60, within=3, answers=0.7, lowest=1, highest=4))) == [
        59
    ]
    assert list(WHATS["active"].months(asked(what="active", month=84, within=3))) == [81, 82, 83]
    recovery = asked(what="recovery", share=0.9, until=60, **{"from": 25, "to": 36})
    assert (min(WHATS["recovery"].months(recovery)), max(WHATS["recovery"].months(recovery))) == (18, 59)


def test_surveys_are_of_every_network_of_every_replicate() -> None:
    series = np.zeros((2, 3, 2, 1))
    both = Runs(("alive",), series, ({2: look()}, {2: look()}), (1, 2))
    found = observe(asked(what="trust", month=3, within=3, answers=1.0, lowest=1, highest=4), both)
    assert (found.value, found.asked) == (pytest.approx(1 + 3 * 3.8 / 6), 2)
    active = observe(asked(what="active", month=3, within=1), both)
    assert active.raw == pytest.approx(4 / 14)


def test_so_many_communities_are_drawn_by_the_runs_luck() -> None:
    series = np.arange(2 * 1 * 2, dtype=float).reshape(2, 1, 2, 1)
    both = Runs(("alive",), series, ({0: look()}, {0: look()}), (1, 2))
    found = sampled(both, 1)
    assert found.series.shape == (2, 1, 1, 1)
    assert {float(each) for each in found.series.ravel()} <= set(range(4))
    here = {float(sampled(Runs(("alive",), series[:1], ({},), (key,)), 1).series.item()) for key in range(30)}
    assert here == {0.0, 1.0}
    only = look().only(np.array([1]))
    assert only.site_of.tolist() == [1] * 7 + [0, 0]
    assert only.gap.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"what": "alife", "month": 3}, "what is what is looked at"),
        ({"what": "alive"}, "needs month"),
        ({"what": "alive", "month": 3, "metric": "partners"}, "has no use for metric"),
        ({"what": "alive", "month": 36, "given": 84}, "upside down: given is month 84, month is month 36"),
        ({"what": "mean", "metric": "partnerz", "from": 1, "to": 2}, "there is no metric"),
        ({"what": "mean", "metric": "partners", "from": 3, "to": 2}, "upside down: from is month 3, to is month 2"),
        ({"what": "falls", "metric": "density", "during": [36, 31], "after": [55, 60]}, "begins with month 36"),
        ({"what": "falls", "metric": "density", "during": [31, 36], "after": [36, 60]}, "after begins before during"),
        ({"what": "trust", "month": 3, "within": 3, "answers": 0.0, "lowest": 1, "highest": 4}, "share above 0"),
        ({"what": "trust", "month": 3, "within": 3, "answers": 0.7, "lowest": 4, "highest": 1}, "scale is upside down"),
    ],
)
def test_what_cannot_be_observed(keys: dict[str, object], said: str) -> None:
    from tfs_sim.scenario.jargon import mistakes_of

    with pytest.raises(ValidationError) as caught:
        Observation.model_validate(keys)
    assert any(said in each.message for each in mistakes_of(caught.value, Observation))

"""What strategies do not share beyond their schedule is told, and which one does nothing."""

from __future__ import annotations

from typing import Any

from tfs_sim.experiments.designs import sharing
from tfs_sim.experiments.designs.design import Experiment, experiment_from
from tfs_sim.scenario import load_scenario

PRINCIPLES = {"use": "written-principles", "paid_by": "funder"}


def experiment(strategies: dict[str, Any], **more: Any) -> Experiment:
    data = {"scenario": "laboratory", "replicates": 2, "outcomes": {"primary": "support"}, "strategies": strategies}
    return experiment_from(data | more, load_scenario("laboratory").with_(months=12))


def test_an_arm_that_does_not_extend_the_reference_lacks_its_parameters() -> None:
    found = experiment(
        {
            "base": {"parameters": {"turnover": {"rate_nonprofit": 0.5}}},
            "child": {"extends": "base", "add": [PRINCIPLES]},
            "orphan": {"add": [PRINCIPLES]},
        }
    )
    values = sharing.parameters(found.arms())
    assert values == {
        "base": {"turnover.rate_nonprofit": 0.5},
        "child": {"turnover.rate_nonprofit": 0.5},
        "orphan": {"turnover.rate_nonprofit": 0.19},
    }
    said = sharing.told(found.arms(), "base")
    assert said == [
        "orphan differs from base in more than its schedule, so that their difference is not the effect of "
        "interventions alone: turnover.rate_nonprofit is 0.19, not 0.5."
    ]
    assert sharing.nothing(found.arms()) == "base"


def test_strategies_that_share_all_but_their_schedule_are_not_told() -> None:
    found = experiment({"a": {}, "b": {"add": [PRINCIPLES]}})
    assert sharing.parameters(found.arms()) == {} and sharing.told(found.arms(), "a") == []


def test_strategies_that_are_the_same_are_told_so() -> None:
    found = experiment({"a": {"add": [PRINCIPLES]}, "b": {"add": [PRINCIPLES]}})
    assert sharing.told(found.arms(), "a") == ["a and b are the same."]
    assert sharing.nothing(found.arms()) is None


def test_levels_do_not_hide_what_differs() -> None:
    levels = [{"label": "slow", "parameters": {"turnover": {"rate_nonprofit": 0.1}}}, {"label": "usual"}]
    found = experiment({"a": {}, "b": {"parameters": {"turnover": {"notice_share": 0.9}}}}, cross={"turnover": levels})
    values = sharing.parameters(found.arms())
    assert set(values["a"]) == {"turnover.notice_share"} and values["b"]["turnover.notice_share"] == 0.9


def test_what_a_design_sets_is_no_difference_and_what_it_draws_is_said() -> None:
    strategies = {"a": {}, "b": {"parameters": {"turnover": {"notice_share": 0.8}}}}
    vary = {"x": "parameters.turnover.notice_share"}
    table = experiment(strategies, design={"method": "latin-hypercube", "points": 4, "vary": vary})
    assert sharing.parameters(table.arms(), table.points) == {}
    line = experiment(
        strategies, design={"method": "sobol", "points": 4, "vary": "plausible: turnover.notice_share, trust.memory"}
    )
    values = sharing.parameters(line.arms(), line.points)
    assert values == {"a": {"turnover.notice_share": "drawn"}, "b": {"turnover.notice_share": 0.8}}
    assert "turnover.notice_share is 0.8, not drawn" in sharing.told(line.arms(), "a", line.points)[0]

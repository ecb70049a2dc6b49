"""Arms under variants: the bits that a scenario file with that change gives, kept and not made twice."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.experiments.execution.again import again
from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.experiments.execution.variants import Variant, run_variants
from tfs_sim.scenario.errors import UserError

OFF = Variant("nobody leaves", ("turnover",))
OTHER = Variant("evidence lasts", parameters={"trust": {"memory": 0.0}})


@pytest.mark.parametrize(("variant", "change"), [
    (OFF, {"mechanisms": {"turnover": False}}),
    (OTHER, {"parameters": {"trust": {"memory": 0.0}}}),
])  # fmt: skip
def test_a_variant_is_what_a_scenario_with_that_change_gives(swept, variant, change) -> None:
    study = again(swept[1].folder)
    arm = study.arm("more", ("crisis",))
    found = run_variants(study, [arm], [variant], 2, 2, workers=1)
    result = simulate(
        arm.scenario.with_(**change), replicates=2, seed=study.seed, sets=2, workers=1, uncertainty="plausible"
    )
    expected = result.runs.sort_values(["set", "replicate"])[list(found.metrics)].to_numpy(float)
    np.testing.assert_array_equal(found.values[0, 0], expected)  # one site: its mean over sites is itself
    assert list(found.set) == ["plausible-0001"] * 2 + ["plausible-0002"] * 2


def test_the_model_as_it_is_is_not_run_again(swept) -> None:
    study = again(swept[1].folder)
    arms = [study.arm(name, ("calm",)) for name in ("more", "as-it-is")]
    found = run_variants(study, arms, [Variant("as it is")], 3, 2, workers=1)
    runs = swept[1].runs
    runs = runs[(runs["strategy"] == "more") & (runs["crisis"] == "calm")].sort_values(["set", "replicate"])
    assert found.made == 0
    np.testing.assert_array_equal(found.values[0, 0], runs[list(found.metrics)].to_numpy(float))


def test_what_acts_on_nothing_changes_no_bit_and_nothing_is_run_twice(swept) -> None:
    study = again(swept[1].folder)
    arm = study.arm("manuals", ("crisis",))
    twice = [Variant("a", ("agenda",)), Variant("b", ("agenda", "national"))]  # nothing national is in the town
    found = run_variants(study, [arm], twice, 1, 1, workers=1)
    np.testing.assert_array_equal(found.values[0], found.values[1])
    once_more = run_variants(study, [arm], twice, 1, 1, workers=1)
    assert once_more.made == 0
    np.testing.assert_array_equal(found.values, once_more.values)


def test_a_study_knows_its_arms_and_sets(swept) -> None:
    experiment, sweep = swept
    study = again(sweep.folder)
    assert {key: arm.scenario.digest() for key, arm in study.arms.items()} == {
        (arm.strategy, *arm.levels.values()): arm.scenario.digest() for arm in experiment.arms()
    }
    assert study.sets.ids == ("plausible-0001", "plausible-0002", "plausible-0003") and study.replicates == 2
    with pytest.raises(UserError, match='did you mean "more"'):
        study.arm("mor", ("calm",))
    with pytest.raises(UserError, match="was not run under"):
        study.arm("more", ("panic",))

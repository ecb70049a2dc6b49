"""An ensemble is refused where the model behaves otherwise than when it was made, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import real

from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.errors import UserError

LINE = "plausible: turnover, trust"


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short batch, which is run for every test."""
    behaving._compared.cache_clear()
    monkeypatch.setattr(behaving, "MONTHS", 12)


@pytest.fixture
def sets() -> Sets:
    return drawn(6, LINE, stream="mine")


def ensemble(folder: Path, sets: Sets, behaviour: dict[str, Any], model: str = "0.0.0+older") -> ensembles.Ensemble:
    return ensembles.write(folder / "mine.json", sets, real.facts(sets, model=model, behaviour=behaviour))


def test_one_of_this_version_is_not_run_again(tmp_path: Path, sets: Sets, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ensembles.write(tmp_path / "mine.json", sets, real.facts(sets))
    monkeypatch.setattr(behaving, "_batch", None)
    assert behaving.checked(made) == ("the same", "it was made with this version of the model")


def test_the_same_bits_are_the_same(tmp_path: Path, sets: Sets) -> None:
    verdict, how = behaving.checked(ensemble(tmp_path, sets, behaving.behaviour(sets)))
    assert (verdict, how) == ("the same", "6 sets × 4 replicates of laboratory give the same bits as when it was made")


def test_at_most_fifty_sets_are_run_again() -> None:
    many = behaving.behaviour(drawn(53, "plausible: trust.memory"))
    assert len(many["sets"]) == 50 == len(many["means"]["trust"])


def test_what_differs_by_luck_alone_is_re_checked(tmp_path: Path, sets: Sets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed is another luck, and nothing else."""
    was = behaving.behaviour(sets)
    monkeypatch.setattr(behaving, "SEED", 2)
    other = behaving.behaviour(sets)
    verdict, how = behaving.checked(ensemble(tmp_path, sets, other | {"seed": was["seed"]}))
    assert verdict == "re-checked" and "differ by no more than luck (at most " in how
    assert float(how.partition("at most ")[2].split()[0]) <= behaving.FAR


@pytest.mark.parametrize("metric", ["trust", "support", "partners"])
def test_a_metric_that_has_moved_is_refused_by_name(tmp_path: Path, sets: Sets, metric: str) -> None:
    was = behaving.behaviour(sets)
    noise = np.hypot(was["errors"][metric], was["errors"][metric])
    error = float(np.sqrt((noise**2).sum())) / len(sets)  # of the mean change, had both been run anew
    for by, refused in ((5.0, True), (3.0, False)):
        behaving._compared.cache_clear()
        moved = was | {
            "digest": "0" * 64,
            "means": was["means"] | {metric: [m + by * error for m in was["means"][metric]]},
        }
        made = ensemble(tmp_path, sets, moved)
        if refused:
            with pytest.raises(UserError, match=rf"an ensemble of another model: this one moves {metric} by 5\.0 stan"):
                behaving.checked(made)
        else:
            assert behaving.checked(made)[0] == "re-checked"


def test_a_metric_that_never_varied_may_not_move_at_all(tmp_path: Path, sets: Sets) -> None:
    was = behaving.behaviour(sets)
    still = next(name for name, errors in was["errors"].items() if not any(errors))
    moved = was | {"digest": "0" * 64, "means": was["means"] | {still: [m + 1e-6 for m in was["means"][still]]}}
    with pytest.raises(UserError, match=f"moves {still} by inf standard errors"):
        behaving.checked(ensemble(tmp_path, sets, moved))


@pytest.mark.parametrize(
    ("metric", "mean", "error"),
    [("trust", 0.5, 1e300), ("trust", 0.5, 0.4), ("trust", 1.5, 0.0), ("partners", 9.0, 9.1), ("alive", 1.0, 0.1),
     ("partners", -1.0, 0.0), ("trust", 0.5, -0.1)],
)  # fmt: skip
def test_means_and_errors_that_no_runs_have_are_told(
    tmp_path: Path, sets: Sets, metric: str, mean: float, error: float
) -> None:
    was = {"scenario": "laboratory", "months": 12, "replicates": 4, "seed": 1, "sets": ["mine-0001", "mine-0002"]}
    said = {"digest": "0" * 64, "means": {metric: [mean] * 2}, "errors": {metric: [0.0, error]}}
    with pytest.raises(UserError, match=f"{metric} has a mean of .* with an error of .*, which no runs have"):
        ensemble(tmp_path, sets, was | said)


@pytest.mark.parametrize(("metric", "mean", "error"), [("performance", 1e6, 1e300), ("partners", 1e200, 1e200)])
def test_errors_are_not_believed_beyond_measure(
    tmp_path: Path, sets: Sets, metric: str, mean: float, error: float
) -> None:
    """Or a metric that can have any value would never move."""
    was = behaving.behaviour(sets)
    said = {"errors": {**was["errors"], metric: [error] * 6}, "means": {**was["means"], metric: [mean] * 6}}
    with pytest.raises(UserError, match=f"moves {metric} by inf standard errors"):
        behaving.checked(ensemble(tmp_path, sets, {**was, "digest": "0" * 64, **said}))


def test_other_values_of_the_sets_are_another_behaviour(tmp_path: Path, sets: Sets) -> None:
    was = behaving.behaviour(sets)
    other = Sets(sets.origin, sets.title, sets.ids, sets.variables, drawn(6, LINE, stream="other").table)
    with pytest.raises(UserError, match="is an ensemble of another model"):
        behaving.checked(ensemble(tmp_path, other, was))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"sets": ["mine-0001", *(f"mine-009{n}" for n in range(5))]},
            "names sets in its batch that it does not have",
        ),
        ({"scenario": "../laboratory.toml"}, "which is no ready-made scenario"),
        ({"scenario": "/etc/passwd"}, "which is no ready-made scenario"),
        ({"scenario": "nowhere"}, 'was made with "nowhere", which is no ready-made scenario'),
        (
            {"means": {"unheard_of": [0.5] * 6}, "errors": {"unheard_of": [0.1] * 6}, "digest": "0" * 64},
            r"says nothing of (\d+) of \1 metrics of this model",
        ),
        ({"means": {"trust": [0.5]}, "digest": "0" * 64}, "has not a mean and an error of each set"),
        ({"sets": ["mine-0001"], "means": {"trust": [0.5]}, "errors": {"trust": [0.1]}}, "that says too little"),
        ({"months": 11}, r"says too little \(6 sets × 4 replicates, 11 months\): 6 × 4, 12 months, are needed"),
        (
            {"means": {"trust": [0.5] * 6}, "errors": {"trust": [0.1] * 6}, "digest": "0" * 64},
            r"says nothing of \d+ of \d+ metrics of this model",
        ),
    ],
)
def test_a_batch_that_cannot_be_run_again_is_told(
    tmp_path: Path, sets: Sets, change: dict[str, Any], said: str
) -> None:
    was = behaving.behaviour(sets)
    with pytest.raises(UserError, match=said):
        behaving.checked(ensemble(tmp_path, sets, was | change))


def test_an_ensemble_made_by_hand_says_what_it_is(tmp_path: Path, sets: Sets) -> None:
    made = behaving.written(tmp_path / "mine.json", sets, "mine", "Mine", "2", "CC0-1.0", lambda said: None)
    assert (made.record.calibrated, made.record.targets, made.record.edition) == (False, None, "2")
    assert made.record.behaviour.sets == list(sets.ids)
    assert made.record.prior == behaving.prior_digest(sets) != behaving.prior_digest(drawn(6, "plausible: turnover"))
    assert behaving.checked(made)[0] == "the same"

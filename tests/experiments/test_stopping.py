"""Adding pairs until an interval is narrow enough."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import real

from tfs_sim.experiments.designs.stopping import Until, half_width, sentence
from tfs_sim.experiments.execution import runner
from tfs_sim.scenario.errors import UserError

RULE = 'replicates = { until = "half-width", of = "trust", at = %s, between = ["manuals", "as-it-is"], max = 60 }'


def rule(at: float, largest: int = 5000) -> Until:
    return Until.model_validate({"until": "half-width", "of": "trust", "at": at, "between": ("a", "b"), "max": largest})


def test_looks_grow_to_the_largest_number() -> None:
    looks = rule(0.1, 100).looks()
    assert looks[0] == 32 and looks[-1] == 100 and looks == sorted(set(looks))


def test_the_interval_is_wider_than_one_for_a_single_look_but_not_much() -> None:
    for pairs in (50, 200, 1000):
        ordinary = 1.96 / math.sqrt(pairs)
        assert 1.2 * ordinary < half_width(1.0, pairs) < 2.2 * ordinary
    assert half_width(1.0, 1) == math.inf


def test_the_sequence_covers_the_truth_at_all_looks_at_once() -> None:
    rng = np.random.default_rng(1)
    looks, trials = rule(0.0001, 2000).looks(), 2000
    missed_sequence = missed_ordinary = 0
    for _ in range(trials):
        sample = rng.standard_normal(2000)
        total, square = np.cumsum(sample), np.cumsum(sample**2)
        n = np.array(looks)
        mean = total[n - 1] / n
        sd = np.sqrt((square[n - 1] - n * mean**2) / (n - 1))
        wide = np.array([half_width(s, k) for s, k in zip(sd.tolist(), looks, strict=True)])
        missed_sequence += bool((np.abs(mean) > wide).any())
        missed_ordinary += bool((np.abs(mean) > 1.96 * sd / np.sqrt(n)).any())
    assert missed_sequence / trials < 0.05 < 0.15 < missed_ordinary / trials


def test_pairs_are_added_until_the_interval_is_narrow(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, change=("replicates = 5", RULE % 0.05))
    said: list[str] = []
    sweep = runner.sweep(experiment, out=tmp_path / "out", notice=said.append)
    stopping = sweep.experiment["stopping"]
    assert stopping["reached"] and stopping["half_width"] <= 0.05 and stopping["pairs"] == 32
    assert sweep.experiment["plan"]["replicates"] == 32 == sweep.runs["replicate"].nunique()
    assert said[-1] == sentence(stopping) and said[-1].startswith("32 pairs were needed (trust, manuals and as-it-is")
    again = runner.sweep(experiment, out=tmp_path / "out")
    assert again.digest() == sweep.digest() == runner.sweep(experiment, replicates=32, out=tmp_path / "b").digest()


def test_the_largest_number_of_pairs_ends_it(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, change=("replicates = 5", RULE % 1e-9))
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    assert not sweep.experiment["stopping"]["reached"]
    assert "were not enough" in sentence(sweep.experiment["stopping"])
    assert sweep.runs["replicate"].nunique() == 60
    with pytest.raises(UserError, match="shards need a number of replicates"):
        runner.sweep(experiment, out=tmp_path / "shard", shard=(1, 2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"manuals", "as-it-is"', '"manuls", "as-it-is"', 'there is no strategy "manuls"'),
        ('"manuals", "as-it-is"', '"manuals", "manuals"', "two different strategies"),
        ('of = "trust"', 'of = "trus"', 'there is no metric "trus"'),
        ("at = 0.05", "at = 0", "at is above 0"),
        ('until = "half-width"', 'until = "width"', '"half-width"'),
        ("max = 60", "max = 6", "max is a whole number between 32"),
    ],
)
def test_mistakes_in_the_rule(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        real.trial(tmp_path, change=("replicates = 5", (RULE % 0.05).replace(old, new)))
    assert "trial.toml:3" in str(caught.value)

"""Adding pairs until an interval is narrow enough."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import real

from tfs_sim.experiments.designs.stopping import FIRST_LOOK, Until, half_width, look, sentence, told
from tfs_sim.experiments.execution import runner
from tfs_sim.scenario.errors import UserError

RULE = 'replicates = { until = "half-width", of = "trust", at = %s, between = ["manuals", "as-it-is"], max = 60 }'


def rule(at: float, largest: int = 5000) -> Until:
    return Until.model_validate({"until": "half-width", "of": "trust", "at": at, "between": ("a", "b"), "max": largest})


def test_looks_grow_to_the_largest_number() -> None:
    looks = rule(0.1, 100).looks()
    assert looks[0] == 32 and looks[-1] == 100 and looks == sorted(set(looks))


def test_looks_grow_by_a_quarter_and_end_with_the_largest_even_where_it_is_the_first() -> None:
    assert rule(0.1, 100).looks() == [32, 40, 50, 62, 78, 98, 100]
    assert rule(0.1, FIRST_LOOK).looks() == [FIRST_LOOK]


def test_the_half_width_by_hand() -> None:
    """Theorem 2.2 with ρ² = (−2 log α + log(1 − 2 log α)) / 200, at which the sequence is narrowest after 200 pairs."""
    rho2 = (2 * 2.995732 + math.log(1 + 2 * 2.995732)) / 200
    expected = 3 * math.sqrt(2 * (100 * rho2 + 1) / (100**2 * rho2) * math.log(math.sqrt(100 * rho2 + 1) / 0.05))
    assert half_width(3.0, 100) == pytest.approx(expected, rel=1e-6)
    per_root = {n: half_width(1.0, n) * math.sqrt(n) for n in (50, 200, 800)}
    assert per_root[200] < per_root[50] and per_root[200] < per_root[800]


@dataclass
class Arm:
    """Stands in for a stored arm: values of trust [replicates, sites]."""

    keys: dict[str, str]
    values: np.ndarray

    def read(self, kind: str, pairs: int, first: int = 0) -> Any:
        assert (kind, first) == ("runs", 0)
        half = pairs // 2
        for part in (self.values[:half], self.values[half:pairs]):
            yield pa.table({"trust": part.ravel(), "other": 0 * part.ravel()})


def arms(spreads: dict[str, float], gain: float = 0.3) -> list[Arm]:
    """Two strategies at two sites under each condition; their differences have these deviations."""
    rng = np.random.default_rng(3)
    found = []
    for level, spread in spreads.items():
        luck, noise = rng.normal(size=(80, 1)), rng.normal(size=(80, 1))
        sites = np.array([[-1.0, 1.0]])
        found += [
            Arm({"strategy": "b", "crisis": level}, luck + sites),
            Arm({"strategy": "a", "crisis": level}, luck + sites * 3 + gain + spread * noise),
        ]
    return found


def test_a_look_takes_the_widest_condition_and_gives_each_its_share_of_the_error() -> None:
    found = look(rule(0.5), arms({"calm": 0.1, "crisis": 1.0}), 60)
    noise = [a.values.mean(1)[:60] - b.values.mean(1)[:60] for b, a in _pairs(arms({"calm": 0.1, "crisis": 1.0}))]
    assert found.pairs == 60
    assert found.half_width == pytest.approx(half_width(float(np.std(noise[1], ddof=1)), 60, alpha=0.025))
    assert found.differences == pytest.approx({"calm": noise[0].mean(), "crisis": noise[1].mean()})
    alone = look(rule(0.5), arms({"crisis": 1.0}), 60)
    assert alone.half_width == pytest.approx(half_width(float(np.std(_only(arms({"crisis": 1.0})), ddof=1)), 60))


def _pairs(made: list[Arm]) -> list[tuple[Arm, Arm]]:
    return list(zip(made[::2], made[1::2], strict=True))


def _only(made: list[Arm]) -> np.ndarray:
    ((b, a),) = _pairs(made)
    return (a.values - b.values).mean(1)[:60]


def test_narrow_enough_is_at_most_what_was_asked_for() -> None:
    made = arms({"calm": 0.2})
    width = look(rule(0.5), made, 40).half_width
    assert look(rule(width), made, 40).enough
    assert not look(rule(0.999 * width), made, 40).enough


def test_a_look_over_sets_counts_each_set_once_by_the_mean_of_its_replicates() -> None:
    """Runs go through all sets of a replicate before the next: here two replicates of thirty sets."""
    made = arms({"calm": 0.5})
    found = look(rule(0.5), made, 2, 30)
    b, a = (arm.values[:60].mean(1).reshape(2, 30).mean(axis=0) for arm in made)
    assert found.pairs == 30
    assert found.half_width == pytest.approx(half_width(float(np.std(a - b, ddof=1)), 30))
    assert found.differences["calm"] == pytest.approx((a - b).mean())


def test_what_is_stored_and_said_of_a_sequence() -> None:
    asked = rule(0.05, 60)
    stored = told(asked, look(asked, arms({"calm": 0.01}), 40), "pairs")
    assert {name: stored[name] for name in ("unit", "until", "of", "at", "between", "max", "pairs", "reached")} == {
        "unit": "pairs", "until": "half-width", "of": "trust", "at": 0.05, "between": ["a", "b"], "max": 60,
        "pairs": 40, "reached": True,
    }  # fmt: skip
    assert stored["differences"]["calm"] == pytest.approx(0.3, abs=0.02) and "95%" in stored["interval"]
    assert sentence(stored | {"half_width": 0.0123, "pairs": 1234}) == (
        "1,234 pairs were needed (trust, a and b: ±0.0123, asked for ±0.05)"
    )
    longest = told(asked, look(asked, arms({"calm": 0.01}), 60), "pairs")
    assert sentence(longest | {"reached": False, "half_width": 0.2}) == (
        "60 pairs, the most allowed, were not enough (trust, a and b: ±0.2, asked for ±0.05)"
    )
    used_up = told(asked, look(asked, arms({"calm": 0.01}), 40), "sets")
    assert sentence(used_up | {"reached": False, "half_width": 0.2}) == (
        "40 sets, the most that the ensemble has, were not enough (trust, a and b: ±0.2, asked for ±0.05)"
    )


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

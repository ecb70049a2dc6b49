"""Differences in words, in both directions and for each kind of unit."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.analysis import windows, words
from tfs_sim.analysis.compare import paired
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.sentences import change, sentence
from tfs_sim.model.declare import Metric

JITTER = np.tile([0.01, -0.01], 10)
UNITS = {
    "coverage": ("share of needs met", "10.0 percentage points {way}", 0.1),
    "support": ("share of partners' work", "{way} by 10.0 percentage points of their work", 0.1),
    "trust": ("0 to 1", "0.100 {way}", 0.1),
    "partners": ("organizations", "10.0 {way}", 10.0),
    "performance": ("students for 1,000 in need", "{way} by 10.0 students for 1,000 in need", 10.0),
    "served": ("student-months", "10.0 student-months {way}", 10.0),
    "cost": ("thousand dollars", "$10,000 {way}", 10.0),
    "indicator": ("points", "10.0 points {way}", 10.0),
    "time_to_service": ("weeks", "10.0 weeks {way}", 10.0),
}


@pytest.fixture(autouse=True)
def _units(monkeypatch: pytest.MonkeyPatch) -> None:
    def declared(name: str, known: object = ()) -> Metric:
        decimals = 3 if name in ("coverage", "support") else 2 if name == "trust" else 1
        return Metric(name, name.capitalize(), UNITS[name][0], "", better="higher", decimals=decimals)

    for module in ("sentences", "findings"):
        monkeypatch.setattr(f"tfs_sim.analysis.{module}.metric", declared)


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("up", [True, False])
def test_every_unit_in_both_directions(name: str, up: bool) -> None:
    unit, said, size = UNITS[name]
    b = np.linspace(0.2, 0.4, 20)
    result = paired(b + (size if up else -size) * (1 + JITTER * 10), b)
    wanted = said.format(way="higher" if up else "lower")
    assert change(result, name) == wanted
    lead = f"In the crisis, {words.subject(Metric(name, name, unit, ''))} in the last year"
    text = sentence(result, name, lead, "with “A”", "with “B”")
    assert text.startswith(f"{lead} was {wanted} (95% interval ") and text.endswith(") with “A” than with “B”.")
    assert ", 20 pairs)" in text
    ends = text.split("95% interval ")[1].split(", 20 pairs")[0].replace("$", "").replace(",000", "").split(" to ")
    assert all(not end.startswith("−") for end in ends), "the interval is of the size that is said"
    shown = 100.0 * size if unit.startswith("share") else size
    assert float(ends[0]) <= shown <= float(ends[1])


def test_the_same_not_told_apart_missing_and_single() -> None:
    b = np.linspace(0.2, 0.4, 20)
    lead = "Trust in ties that are in use in the last year"
    same = sentence(paired(b, b), "trust", lead, "with “A”", "with “B”")
    assert same == f"{lead} was the same with “A” as with “B”, in all 20 pairs."
    open_ = sentence(paired(b + JITTER, b), "trust", lead, "with “A”", "with “B”")
    assert "was not distinguishable with “A” from what it was with “B”: the difference was 0.000 (95%" in open_
    below = sentence(paired(b + JITTER - 0.002, b), "trust", lead, "", "with no crisis")
    assert "not distinguishable from what it was with no crisis: the difference was −0.002 (95%" in below
    missing = sentence(paired(np.full(3, np.nan), np.ones(3)), "trust", lead, "with “A”", "with “B”")
    assert missing == f"{lead} could not be compared: no run has a value both with “A” and with “B”."
    single = sentence(paired(np.ones(1), np.full(1, 0.75)), "trust", lead, "with “A”", "with “B”")
    assert single == f"{lead} was 0.25 higher with “A” than with “B” in 1 pair: too few to say more; run more replicates."
    units = Units(np.zeros(3, int), np.arange(3), design=True, sampled=True)
    drawn = sentence(paired(np.ones(3), np.zeros(3), units=units), "trust", lead, "with “A”", "with “B”")
    assert "in 1 replicate at 3 points: too few" in drawn


def test_derived_outcomes_have_subjects_in_the_singular() -> None:
    assert all(words.subject(m)[:1].islower() for m in windows.DERIVED.values())

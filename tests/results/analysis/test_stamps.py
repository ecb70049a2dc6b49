"""How far numbers may be trusted is said of what they are over, in the ensemble's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from synthetic import synthetic, under_sets

from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.stamps import INPUT, SILENT, YOURS, held_against, over, stamp, trustworthy
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import stamp as of_costs
from tfs_sim.cli.running import trusted
from tfs_sim.figures.captions import caption
from tfs_sim.report.one_page import provenance_line
from tfs_sim.report.short import short

NONE: dict[str, Any] = {"name": "mine", "edition": "1", "licence": "CC0-1.0", "figures": 9, "origin": "", "misses": []}
SOME = NONE | {"origin": "mostly of US prevention coalitions", "misses": ["members: missed in 12% of sets.", "trust: so"]}


@pytest.mark.parametrize(
    ("agreement", "said"),
    [
        (NONE, "calibrated to 9 figures; misses none of them"),
        (NONE | {"figures": 1}, "calibrated to 1 figure; misses none of them"),
        (SOME, "calibrated to 9 figures, mostly of US prevention coalitions; misses 2 of them (members: missed in 12% of "
               "sets; trust: so)"),
    ],
)  # fmt: skip
def test_what_sets_agree_with_and_what_they_miss(agreement: dict[str, Any], said: str) -> None:
    assert held_against(agreement) == said
    assert stamp(agreement, over_sets=True) == (f"C{said[1:]}.", f"{YOURS} {INPUT}")


TOLD = "of 200 towns that they expect, 1.0% look as unlikely to them"
ODD = NONE | {"conditioned": "2 observations of Riverton", "unusual": TOLD}


def test_a_town_that_the_sets_do_not_expect_is_told_wherever_they_are_used() -> None:
    lead, rest = stamp(ODD, over_sets=True)
    assert lead.endswith("conditioned on 2 observations of Riverton, a town that is unusual for these sets.")
    assert f"The model may not be about a town like this one: {TOLD}." in rest and rest.endswith(INPUT)
    assert over({"title": "mine", "agreement": ODD}).endswith("Riverton, a town that is unusual for these sets")
    assert not trustworthy(ODD) and not trustworthy(None)
    assert trustworthy(NONE) and trustworthy(NONE | {"conditioned": "2 observations of Riverton"})


def test_reports_slides_and_decisions_over_such_sets_warn() -> None:
    plain = under_sets(synthetic(strategies=3, replicates=24), 3, 0.01, 0.02)
    for agreement, odd in ((ODD, True), (NONE | {"conditioned": "2 observations of Riverton"}, False)):
        uncertainty = plain.experiment["uncertainty"] | {"agreement": agreement}
        stored = Stored.of(replace(plain, experiment=plain.experiment | {"uncertainty": uncertainty}))
        assert ("unusual for these sets" in short(stored).caveat[0]) == odd
        assert (TOLD in short(stored).caveat[1]) == odd
        assert ("unusual for these sets" in caption(stored)) == odd
        assert ("unusual for these sets" in provenance_line(stored)) == odd
        assert ("unusual for these sets" in of_costs(stored) and TOLD in of_costs(stored)) == odd
        assert ("unusual for these sets" in " ".join(trusted(agreement, True).split())) == odd


def test_without_calibration_the_old_warning_stays() -> None:
    lead = "Not calibrated yet: read this as how the model behaves, not as a forecast."
    assert stamp(None, over_sets=True) == (lead, "")
    assert stamp(None, over_sets=False) == (lead, SILENT)


def test_in_a_few_words_under_figures() -> None:
    assert over(None) == "not calibrated (one point of the parameters)"
    assert over({"title": "drawn", "agreement": None}) == "not calibrated (parameters drawn)"
    assert over({"title": "mine", "agreement": NONE}) == "calibrated to 9 figures"
    assert over({"title": "mine", "agreement": SOME}) == "calibrated to 9 figures, of which 7 are met"


def test_of_a_calibrated_ensemble_captions_findings_and_costs_say_so() -> None:
    plain = under_sets(synthetic(strategies=3, replicates=24), 3, 0.01, 0.02)
    uncertainty = plain.experiment["uncertainty"] | {"agreement": SOME}
    stored = Stored.of(replace(plain, experiment=plain.experiment | {"uncertainty": uncertainty}))
    assert caption(stored).endswith("; calibrated to 9 figures, of which 7 are met.")
    assert of_costs(stored).startswith("Calibrated to 9 figures, mostly of US") and of_costs(stored).endswith(INPUT)
    (one,) = (each for each in findings(stored) if each.kind == "sets")
    (other,) = (each for each in findings(plain) if each.kind == "sets")
    assert one.sentence == f"{other.sentence} {YOURS}"

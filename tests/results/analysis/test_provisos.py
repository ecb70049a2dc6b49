"""What was asked and not paid, reckoned from the runs; and the sentences that say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfs_sim.analysis.provisos import differing_parameters, provisos, shortfalls, unpaid
from tfs_sim.analysis.stored import Stored

CRISIS, CALM = ("crisis",), ("no crisis",)
ORDERS = [
    {"strategy": "handover", "use": use, "title": title, "payer": payer, "from": 9, "until": 57, "taper": 0, "dose": 1.0,
     "stage": None, "adaptive": False, "levels": {}}
    for use, title, payer in (("overlap", "Overlap", "backbone"), ("manuals", "Manuals", "organization"),
                              ("plan", "Transition plan", "backbone"))
]  # fmt: skip


@pytest.fixture(scope="module")
def short(sweep):
    """In replicate 7 alone, and in the crisis, Memphis's backbone does not pay $5,000 from month 30 on."""
    series = sweep.series
    hit = (series["strategy"] == "handover") & (series["crisis"] == "crisis") & (series["site"] == "memphis")
    hit &= (series["replicate"] == 7) & (series["month"] >= 30)
    months = series.assign(unpaid_backbone=np.where(hit, 5.0, 0.0), unpaid_partners=0.0)
    keys = ["strategy", "crisis", "replicate", "site"]
    totals = months.groupby(keys)[["unpaid_backbone", "unpaid_partners"]].sum().reset_index()
    runs = sweep.runs.merge(totals, on=keys)
    return replace(sweep, runs=runs, series=months, experiment=sweep.experiment | {"orders": ORDERS})


def test_a_shortfall_is_told_with_what_was_asked_and_from_when(short) -> None:
    stored = Stored.of(short)
    (found,) = shortfalls(stored, "handover", CRISIS)
    lost = 5.0 * (120 - 30) / 40  # of one in forty replicates
    own = short.runs[(short.runs["strategy"] == "handover") & (short.runs["crisis"] == "crisis")]
    paid = own.groupby("replicate")["cost"].sum().mean()
    assert found.payer == "backbone" and found.month == 30
    assert found.unpaid == pytest.approx(lost) and found.asked == pytest.approx(paid + lost)
    assert found.uses == ("Overlap", "Transition plan"), "those that this payer is asked for"
    assert shortfalls(stored, "handover", CALM) == [] == shortfalls(stored, "as-funded", CRISIS)


def test_it_is_said_of_whom_under_which_condition_and_from_which_month(short) -> None:
    said = unpaid(Stored.of(short))
    assert said.startswith("“Handover practices” in the crisis: $11,000 of the $")
    assert said.endswith("which the backbone had to pay for overlap and transition plan (from month 31 on)")
    assert ";" not in said
    assert provisos(Stored.of(short), ["handover", "as-funded"], CRISIS) == [
        "(“Handover practices” was not paid in full.)"
    ]
    assert provisos(Stored.of(short), ["handover", "as-funded"], CALM) == []


def test_other_parameters_are_named_with_both_values(sweep) -> None:
    parameters = {"handover": {"a.b": 0.5, "c.d": "slow", "e.f": 1.0}, "as-funded": {"a.b": 0.19, "c.d": "slow", "g.h": 2}}
    stored = Stored.of(replace(sweep, experiment=sweep.experiment | {"parameters": parameters}))
    differing = ["a.b (0.5; 0.19)", "e.f (1; None)", "g.h (None; 2)"]
    assert differing_parameters(stored, "handover", "as-funded") == differing
    (said,) = provisos(stored, ["handover", "as-funded"], CRISIS)
    assert said.startswith("“Handover practices” and “Initiative as funded” differ in parameters too")
    assert all(each in said for each in differing)
    assert provisos(stored, ["handover"], CRISIS) == [], "one alone is compared with nothing"

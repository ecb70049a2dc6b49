"""Money that does not reach, before and after a run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from cli_files import TOWN, TRIAL

BROKE = """
[[grants]]
site = "riverton"
amount = 2
months = 4
[[interventions]]
use = "trust-building-convenings"
dose = 0.5
paid_by = "backbone"
"""
"""$36k are asked of a backbone that is given $2k."""


def test_money_that_does_not_reach_is_told_before_and_after_a_run(call) -> None:  # type: ignore[no-untyped-def]
    Path("broke.toml").write_text(TOWN + BROKE)
    said = call("check", "broke.toml")
    assert said.code == 0 and max(map(len, said.out.splitlines())) <= 80
    known = (
        "he backbone of Riverton {} asked for $36k for trust-building-convenings and {} $2k (short from 2018-06 on)."
    )
    assert f"T{known.format('is', 'can pay')}" in " ".join(said.out.split())
    said = call("run", "broke.toml", "--replicates", "2", "--out", "runs")
    assert said.code == 0
    assert f"Not paid: t{known.format('was', 'paid')}" in " ".join(said.out.split())
    assert pd.read_parquet("runs/runs.parquet")["unpaid_backbone"].tolist() == [34.0, 34.0]
    months = pd.read_parquet("runs/series.parquet").query("replicate == 0")["unpaid_backbone"]
    assert months.tolist() == [2.5] * 4 + [3.0] * 8
    assert "Not paid" not in call("run", "town.toml").out


@pytest.mark.usefixtures("undrawn")
def test_money_that_does_not_reach_is_told_of_strategies(call) -> None:  # type: ignore[no-untyped-def]
    orders = '[{ use = "procedure-manuals", paid_by = "backbone" }]'
    more = f'[strategies.again]\nadd = {orders}\n[strategies.retreats]\nadd = ["goal-clarity-retreats"]\n[outcomes]'
    Path("trial.toml").write_text(TRIAL.replace('["procedure-manuals"]', orders).replace("[outcomes]", more))
    said = call("check", "trial.toml")
    assert said.code == 0 and max(map(len, said.out.splitlines())) <= 80
    (told,) = said.out.split("replicates)")[1:]
    assert " ".join(told.partition("What strategies cost")[0].split()) == (
        "manuals, again: The backbone of Riverton is asked for $14k for procedure-manuals and can pay nothing "
        "(short from 2018-06 on). manuals and again are the same."
    )
    assert call("sweep", "trial.toml", "--out", "found").code == 0
    unpaid = pd.read_parquet("found/runs.parquet").groupby("strategy")["unpaid_backbone"].mean()
    assert unpaid.round(3).to_dict() == {"again": 14.4, "as-it-is": 0.0, "manuals": 14.4, "retreats": 0.0}


def test_what_organizations_do_not_pay_and_what_rules_ask_for_is_told_after_a_run(call) -> None:  # type: ignore[no-untyped-def]
    rule = '[[interventions]]\nuse = "accommodation"\npaid_by = "backbone"\nwhen = {indicator = "trust", above = 0}\n'
    poor = '[[interventions]]\nuse = "overlap"\npaid_by = "organization"\ntarget = { role = "backbone" }\n'
    Path("ruled.toml").write_text(TOWN + rule + poor)
    assert "asked" not in call("check", "ruled.toml").out  # what a rule asks for follows from the run
    said = " ".join(call("run", "ruled.toml").out.split())
    told = "the backbone of Riverton was asked to pay for accommodation and overlap and did not pay $5.8k of that"
    assert told in said and "organizations of Riverton" not in said

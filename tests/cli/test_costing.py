"""What `check` says of costs, and of what a budget did."""

from __future__ import annotations

from pathlib import Path

from cli_files import TRIAL


def told(call, text: str) -> str:  # type: ignore[no-untyped-def]
    Path("costs.toml").write_text(text)
    said = call("check", "costs.toml")
    assert said.code == 0 and max(map(len, said.out.splitlines())) <= 80
    return said.out


def plain(text: str) -> str:
    return " ".join(text.split())


STAFF = '\n[strategies.staff]\nadd = [{{ use = "backbone-staffing", dose = {} }}]\n'


def test_each_strategy_has_its_cost_by_payer_and_year(call) -> None:  # type: ignore[no-untyped-def]
    said = told(call, TRIAL)
    assert "What strategies cost in dollars, expected (years count from 2018-06):" in said
    rows = [plain(row) for row in said.splitlines()]
    assert "as-it-is nobody $0" in rows
    assert "manuals funder $14k $14k" in rows  # 9 partners and the backbone × 0.8 × $150 × 12
    assert "partners' hours 259 259" in rows  # 9 × 0.8 × 3 × 12
    assert "Hours are what practices ask of partners' staff where all organizations take part" in plain(said)
    assert "Grants" not in said and "a rule" not in said
    longer = told(call, TRIAL.replace("seed = 3", "seed = 3\nmonths = 30") + STAFF.format('1, from = "2019-06"'))
    assert "staff funder $153k 1: $0, 2: $102k, 3: $51k" in [plain(row) for row in longer.splitlines()]


def test_strategies_that_cost_nearly_the_same_are_told(call) -> None:  # type: ignore[no-untyped-def]
    said = plain(told(call, TRIAL + STAFF.format(0.145)))
    assert "Nearly the same for the funder, and not the same: manuals $14k, staff $15k." in said
    assert "Nearly" not in told(call, TRIAL + STAFF.format(0.2))
    assert "Nearly" not in told(call, TRIAL + STAFF.format(14400 / 102_000))


def test_what_a_budget_did_is_told(call) -> None:  # type: ignore[no-untyped-def]
    said = plain(told(call, TRIAL + STAFF.format(1) + "[budget]\na_year = 50_000\n"))
    assert "staff: $50,000 a year buys backbone-staffing 0.4902 (written: 1)." in said
    assert "manuals: $50,000 a year buys procedure-manuals 1 (written: 0.8). $32k a year are left" in said
    assert "staff funder $50k" in said and "Nearly" not in said
    Path("poor.toml").write_text(TRIAL + STAFF.format(1) + "[budget]\na_year = 5_000\n")
    poor = call("check", "poor.toml")
    assert poor.code == 2 and "does not buy the smallest doses of backbone-staffing" in plain(poor.err)
    assert poor.err.startswith("poor.toml:") and "a_year = 5_000" in poor.err


def test_what_follows_from_a_rule_is_told_as_the_most(call) -> None:  # type: ignore[no-untyped-def]
    rule = STAFF.format('1, when = { indicator = "trust", below = 0.5 }')
    assert "taken to be called for always, so this is the most that it can cost" in plain(told(call, TRIAL + rule))

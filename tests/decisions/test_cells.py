"""Answers as cells: units in the heads, true minus signs, and two names where two are worth the same."""

from __future__ import annotations

import pandas as pd
import pytest

from tfs_sim.decisions import bands, choices, evpi, frontier, in_words, value_by_site
from tfs_sim.decisions.cells import Units, choice_cells, frontier_cells, same, site_cells

MONEY = Units("$", "student-month")


@pytest.fixture
def table() -> pd.DataFrame:
    """Nothing, or manuals that do 100 for $2,000 on average: worth the same at $20."""
    rows = [("nothing", n, 0.0, 0.0) for n in range(4)]
    rows += [("manuals", n, 2000.0, effect) for n, effect in enumerate((40.0, 90.0, 110.0, 160.0))]
    return pd.DataFrame(rows, columns=["strategy", "set", "cost", "effect"])


def test_heads_say_in_what_amounts_are_counted(table: pd.DataFrame) -> None:
    at = (10.0, 30.0)
    assert frontier_cells(frontier(table), MONEY).head == [
        *("strategy", "cost ($)", "effect (student-months)", "cost of a further student-month ($)")
    ]
    head = choice_cells(choices(table, at), evpi(table, at), 1.0, MONEY).head
    assert [head[0], head[3], head[-1]] == ["worth ($ a student-month)", "lead ($, 95%)", "knowing all ($)"]
    sites = pd.concat([table.assign(site="a"), table.assign(site="b")])
    head = site_cells(value_by_site(sites, at), MONEY).head
    assert head == ["worth ($ a student-month)", "site", "best there", "gain of choosing for each ($, 95%)"]
    assert frontier_cells(frontier(table)).head == ["strategy", "cost", "effect", "cost a further unit"]
    assert choice_cells(choices(table, at), evpi(table, at)).head[0] == "worth", "of a table that does not say it"


def test_where_the_choice_changes_both_are_named(table: pd.DataFrame) -> None:
    at = (10.0, 20.0, 30.0)
    below, limit, above = choice_cells(choices(table, at), evpi(table, at)).rows
    assert (below[1], below[2]) == ("nothing", "manuals") and (above[1], above[2]) == ("manuals", "nothing")
    assert sorted(limit[1].split(" or ")) == ["manuals", "nothing"] and limit[2] == "–"
    assert limit[3].startswith("0 (−") and limit[5].endswith("% (the first)")
    assert [same(row) for row in choices(table, at).to_dict("records")] == [False, True, False]
    sites = pd.concat([table.assign(site="a"), table.assign(site="b", cost=0.0)])
    at = (10.0,)  # half the price for both together
    rows = site_cells(value_by_site(sites, at), MONEY, choices(sites, at)).rows
    assert [row[2] for row in rows[:2]] == ["nothing", "manuals"]
    assert sorted(rows[2][2].split(" or ")) == ["manuals", "nothing"]


def test_amounts_below_nothing_have_a_true_minus(table: pd.DataFrame) -> None:
    at = (19.0,)
    cells = choice_cells(choices(table, at), evpi(table, at))
    assert "(−" in cells.rows[0][3] and "-" not in cells.rows[0][3]


def test_what_cannot_be_told_apart_is_said_so_that_it_can_be_read_one_way(table: pd.DataFrame) -> None:
    """`apart` is that the best is ahead of every other: where it is not, of one other at least."""
    said = " ".join(in_words(bands(table)))
    assert "cannot be told apart from at least one other strategy" in said and "all others" not in said

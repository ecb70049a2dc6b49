"""Every claim of the validation table, at its quick budget."""

from __future__ import annotations

import pytest

from tfs_sim.analysis.validation import all_rows
from tfs_sim.analysis.validation.row import QUICK


@pytest.mark.slow
@pytest.mark.parametrize("row", all_rows(), ids=lambda row: row.name)
def test_row_holds(row) -> None:
    measured = row.check(QUICK)
    assert measured.found
    if row.kind != "reported":
        assert measured.holds, f"{row.title}: required {row.required}; {measured.found}. {measured.note}"

"""The report's section on what to choose: it says what `tfs_sim.decisions` finds, one view at a time."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import choosing

from tfs_sim import decisions
from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import whose
from tfs_sim.report import write_report
from tfs_sim.report.deciding import sections


@pytest.fixture(autouse=True)
def _real_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue")


def text_of(page: str) -> str:
    plain = re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    return " ".join(html.unescape(plain).split())


def test_the_page_says_what_to_choose_in_each_view(tmp_path: Path) -> None:
    sweep = choosing(sets=31, replicates=2, worths=[60.0, 200.0], hour=45.0, population=3, horizon=2)
    page = write_report(sweep, tmp_path).read_text()
    said = text_of(page)
    funder, society = decided(Stored.of(sweep))
    for view in (funder, society):
        assert f"{capital(whose(view.view))} view" in said
        ((_, (first, *_)), *_) = view.words()
        assert first in said and "$" in first and "“" in first
    assert "The two views are never added up" in said and "partners' hours at $45" in said
    for stem in ("plane", "acceptability", "loss", "budget", "information"):
        assert page.count(f'id="figure-{stem}"') == 1 and page.count(f'id="figure-{stem}-society"') <= 1
        assert (tmp_path / "figures" / f"{stem}.svg").exists() and (tmp_path / "data" / f"{stem}.csv").exists()
    assert "For whom?" in said and "all sites" in said and "What should be learned first?" in said
    assert "to 6 decisions" in said and "not as a forecast of costs or effects" in said


def test_tables_hold_the_numbers_of_decisions() -> None:
    stored = Stored.of(choosing(sets=32, replicates=2, worths=[60.0, 200.0]))
    (section,), (view,) = sections(stored), decided(stored)
    assert section.choices is not None and section.sites is not None
    chosen = decisions.choices(view.main, (60.0, 200.0))
    assert [row[1] for row in section.choices.rows] == list(chosen["best"])
    assert [row[4] for row in section.choices.rows] == ["yes" if apart else "no" for apart in chosen["apart"]]
    sites = decisions.value_by_site(view.main, (60.0, 200.0))
    assert [row[1:3] for row in section.sites.rows] == sites[["site", "best"]].to_numpy().tolist()
    assert "one decision" in section.learning and "at least" in section.learning


def test_without_sets_or_worths_the_page_says_so() -> None:
    (section,) = sections(Stored.of(choosing(sets=1, replicates=4)))
    assert "how sure the choice is cannot be said" in section.unsure
    assert section.words == [] and section.choices is None and section.learning == ""
    (section,) = sections(Stored.of(choosing(sets=8, replicates=2)))
    assert section.choices is not None and "No worth was given" in section.choices.note
    assert "fewer than 30 sets" in section.learning


def test_odd_titles_are_escaped(tmp_path: Path) -> None:
    sweep = choosing(sets=5, replicates=2)
    titles = {"nothing": "Nothing", "manuals": "<b>Manuals</b> & $more$", "staff": "Nothing"}
    strategies = {key: {"title": title} for key, title in titles.items()}
    page = write_report(replace(sweep, experiment=sweep.experiment | {"strategies": strategies}), tmp_path).read_text()
    assert "<b>Manuals" not in page and "What should be chosen" in page  # two of one title are told apart by their keys

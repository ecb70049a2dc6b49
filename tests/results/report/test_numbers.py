"""Every number of the page is in what travels with it: cells of tables, and what is said in short."""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from synthetic import choosing, synthetic, under_sets

from tfs_sim.analysis.compare import against
from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.charts import charts
from tfs_sim.report.page import content, render
from tfs_sim.report.sections.found import MOST, behind
from tfs_sim.report.short import short
from tfs_sim.report.tables import Table

NUMBER = re.compile(r"(\$?)(\d[\d,]*(?:\.\d+)?)( million)?(%?)")
COUNTED = re.compile(
    r"“[^”]*”|95% interval|\d+ (?:comparisons|replicates?|sets?|sites?|months?|pairs?|runs?|others?|decisions|further|of)\b|middle 90%|"
    r"at all \d+|\b[\w.]+\.\w+\)"
)
"""What is no number of a result: names, counts of runs, and how an interval is called."""


def told(text: str) -> Iterator[tuple[float, float, str]]:
    """Yield every number of a text with half the unit of its last digit, and its sign of money or share."""
    for dollar, digits, million, percent in NUMBER.findall(text):
        value = float(digits.replace(",", ""))
        places = len(digits.partition(".")[2])
        half = 0.5 * 10.0**-places
        if million:
            value, half = value * 1e6, half * 1e6
        elif dollar and digits.endswith(",000"):
            half = 500.0
        yield value, half * 1.0001, dollar or percent


def explained(text: str, known: list[float]) -> list[str]:
    """Return the numbers of a text that none of those known comes to."""
    values = [abs(v) for v in known if isinstance(v, int | float | np.number) and math.isfinite(v)]
    lost = []
    for value, half, sign in told(text):
        by = (1.0, 1000.0) if sign == "$" else (1.0, 100.0) if sign == "%" else (1.0,)
        if not any(abs(v * factor - value) <= half + 1e-9 * value for v in values for factor in by):
            lost.append(f"{value} in: {text}")
    return lost


def tables_of(thing: object) -> Iterator[Table]:
    if isinstance(thing, Table):
        yield thing
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        yield from tables_of([getattr(thing, each.name) for each in dataclasses.fields(thing)])
    elif isinstance(thing, dict):
        yield from tables_of(list(thing.values()))
    elif isinstance(thing, list | tuple):
        for each in thing:
            yield from tables_of(each)


@pytest.fixture(scope="module", params=["plain", "sets", "decision"])
def stored(request: pytest.FixtureRequest) -> Stored:
    if request.param == "decision":
        saved = sys.modules.pop("tfs_sim.model.catalogue", None)
        found = Stored.of(choosing(sets=31, replicates=2, worths=[60.0, 200.0], population=3, horizon=2))
        if saved is not None:
            sys.modules["tfs_sim.model.catalogue"] = saved
        return found
    sweep = synthetic(strategies=3, replicates=24, months=48)
    return Stored.of(sweep if request.param == "plain" else under_sets(sweep, 4, spread=0.05, worthwhile=0.01))


@pytest.fixture(autouse=True)
def _real_catalogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "decision" in request.node.name:
        monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue", raising=False)


def test_every_number_of_a_table_is_in_its_data(stored: Stored) -> None:
    shown = content(stored, {}, {})
    found = list(tables_of(shown["sections"]))
    assert len({t.stem for t in found if t.data is not None}) >= 2
    for table in found:
        if table.data is None:
            continue
        assert len(table.data) == len(table.rows), table.stem
        for row, numbers in zip(table.rows, table.data.itertuples(index=False, name=None), strict=True):
            for cell in row[1:]:
                plain = re.sub(r"\(\d+ of each set would tell\)|under 1%|over 99%", "", cell)
                assert explained(COUNTED.sub("", plain), list(numbers)) == [], table.stem


def test_every_number_in_short_is_in_its_data(stored: Stored) -> None:
    found = short(stored)
    assert len(found.lines) >= 5
    for line in found.lines:
        own = found.data[found.data["asked"] == line.asked]
        known = own[["value", "low", "high"]].to_numpy().ravel().tolist()
        text = COUNTED.sub("", re.sub(r"under 1%|over 99%|Within \d+|not said of fewer than \d+", "", line.said))
        assert explained(text, known) == [], line.asked


def test_the_numbers_are_those_of_the_public_functions(stored: Stored) -> None:
    found = short(stored).data
    best = ranking(stored, stored.primary, stored.main)
    assert best is not None
    lead = found[found["what"] == "lead over the next"]
    by = 100.0
    if not best.lead.same:
        expected = (by * best.lead.difference, by * best.lead.low, by * best.lead.high)
        assert lead[["value", "low", "high"]].to_numpy()[0].tolist() == pytest.approx(expected)
    for view in decided(stored):
        further = found[found["what"] == "a further student-month"].set_index("of")["value"].to_dict()
        ratios = view.frontier.dropna(subset="ratio").set_index("strategy")["ratio"].to_dict()
        # a step that may do nothing has no price
        assert further == pytest.approx({name: ratios[name] for name in further})
        steps = found[found["what"] == "a further student-month"]
        assert (steps["low"] <= steps["value"]).all() and (steps["value"] <= steps["high"]).all()
    shown = {t.stem: t for t in tables_of(content(stored, {}, {})["sections"]) if t.data is not None}
    base = stored.nothing or stored.against
    for row in shown["changes"].data.to_dict("records"):
        (key,) = [s for s in stored.strategies if stored.title(s) == row["Strategy"]]
        if key != base:
            result = against(stored, stored.primary, key, base, stored.main)
            numbers = list(row.values())[1:4]
            assert numbers == pytest.approx([by * result.difference, by * result.low, by * result.high])
    told_ = findings(stored, MOST)
    assert len(behind(told_)) == len(told_)
    for finding, row in zip(told_, behind(told_).to_dict("records"), strict=True):
        for name, value in finding.result.record().items():
            assert row[name] == pytest.approx(value, nan_ok=True)


def words_and_numbers(page: str) -> tuple[str, set[str]]:
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return text, set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


@pytest.mark.parametrize("stored", ["sets", "decision"], indirect=True)
def test_a_shorter_page_has_no_other_numbers(stored: Stored, undrawn_charts: dict) -> None:
    whole, all_numbers = words_and_numbers(render(stored, undrawn_charts, undrawn_charts))
    for audience in ("funder", "leader"):
        text, numbers = words_and_numbers(render(stored, undrawn_charts, undrawn_charts, audience))
        assert numbers <= all_numbers, audience
        assert len(text) < len(whole)
        assert f"For whoever {'decides' if audience == 'funder' else 'leads'}" in text
        listed = text.partition("What do the words mean?")[2]
        assert "replicate" in listed or "set" in listed


@pytest.fixture
def undrawn_charts(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> dict:
    from tfs_sim.report import embedding

    monkeypatch.setattr(embedding, "picture", lambda chart, whole=None: "data:image/svg+xml;base64,")
    return charts(stored)


def test_a_wrong_number_would_be_seen() -> None:
    assert explained("+8.9 (1.9 to 42.1) points", [8.93, 1.94, 42.05]) == []
    assert explained("+8.8 (1.9 to 42.1) points", [8.93, 1.94, 42.05]) != []
    assert explained("$7.7 million", [7668.4]) == [] and explained("$7.6 million", [7668.4]) != []
    assert explained("62% (40% to 85%)", [0.62, 0.401, 0.848]) == []


def test_the_same_page_from_a_folder_of_its_own(tmp_path: Path) -> None:
    stored = Stored.of(choosing(sets=5, replicates=2))
    assert render(stored, {}, {}) == render(Stored.of(choosing(sets=5, replicates=2)), {}, {})

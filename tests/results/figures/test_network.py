"""The network read back: who stands where, who is at the table, which ties are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from reading import numbers

from tfs_sim.figures.moments import moments, three_of
from tfs_sim.figures.network import SECTORS
from tfs_sim.figures.table import LARGEST

MONTHS = ["20", "27", "45"]


@pytest.fixture(params=[False, True], ids=["page", "phone"], scope="module")
def drawn(request, sweep):
    chart = moments(sweep, narrow=request.param)
    return chart, {ax.get_label(): ax for ax in chart.figure.axes if ax.get_label() in MONTHS}


def circles(ax) -> dict[str, object]:
    named = [patch for patch in ax.patches if patch.get_label().startswith("sector:")]
    return {patch.get_label().removeprefix("sector:"): patch for patch in named}


def people(sweep, month: str):
    return sweep.organizations[sweep.organizations["month"] == int(month)].set_index("organization")


def ties(sweep, month: str) -> dict[frozenset[str], float]:
    """Return the ties that are in use in a month, either way, with their mean trust."""
    rows = sweep.network[(sweep.network["month"] == int(month)) & sweep.network["open"]]
    rows = rows.assign(pair=[frozenset(ends) for ends in zip(rows["source"], rows["target"], strict=True)])
    return rows.groupby("pair")["trust"].mean().to_dict()


def test_there_is_a_panel_a_month_in_order(drawn) -> None:
    _, panels = drawn
    assert list(panels) == MONTHS
    at = [(ax.get_position().x0, -ax.get_position().y0) for ax in panels.values()]
    assert at == sorted(at)
    words = [text.get_text() for ax in panels.values() for text in ax.texts]
    assert [w for w in words if w.endswith(("2020", "2022"))] == ["February 2020", "September 2020", "March 2022"]
    assert [w for w in words if w.endswith("pandemic")] == [f"{at} the pandemic" for at in ("before", "in", "after")]


def at_the_table(sweep, month: str):
    known = people(sweep, month)
    return known[(known["status"] == "active") & (known["role"] == "partner")]


def test_every_sector_has_a_circle_with_its_number_at_the_table(sweep, drawn) -> None:
    panels = drawn[1]
    seats = {month: at_the_table(sweep, month)["sector"].value_counts() for month in panels}
    most = max(int(counts.max()) for counts in seats.values())
    for month, ax in panels.items():
        found = circles(ax)
        assert set(found) == set(SECTORS)
        for sector, circle in found.items():
            many = int(seats[month].get(sector, 0))
            said = [t.get_text() for t in ax.texts if t.get_position() == circle.center]
            assert said == ([str(many)] if many else [])
            if many:
                assert to_hex(circle.get_facecolor()).upper() == SECTORS[sector][1].upper()
                assert circle.radius == pytest.approx(max(0.04, LARGEST * (many / most) ** 0.5)), "areas are numbers"
        (middle,) = [patch for patch in ax.patches if patch.get_label() == "backbone"]
        assert middle.center == (0.5, 0.5)


def test_sectors_stay_at_their_places(drawn) -> None:
    first, *others = ({name: circle.center for name, circle in circles(ax).items()} for ax in drawn[1].values())
    assert all(other == first for other in others) and len(set(first.values())) == len(first)


def test_lines_are_the_thicker_the_more_ties_are_in_use(sweep, drawn) -> None:
    for month, ax in drawn[1].items():
        known = people(sweep, month)
        active = known[(known["status"] == "active") | (known["role"] == "backbone")]
        group = active["sector"].where(active["role"] != "backbone", "backbone").to_dict()
        wanted: dict[frozenset[str], int] = {}
        for pair in ties(sweep, month):
            if pair <= set(group):
                ends = frozenset(group[name] for name in pair)
                wanted[ends] = wanted.get(ends, 0) + 1
        wanted = {ends: many for ends, many in wanted.items() if len(ends) == 2}
        lines = {frozenset(line.get_label().split(":")[1:]): line for line in ax.lines}
        assert set(lines) == set(wanted)
        order = sorted(wanted, key=lambda ends: wanted[ends])
        widths = [lines[ends].get_linewidth() for ends in order]
        assert widths == sorted(widths) and widths[-1] > widths[0]


def test_table_title_and_alternative_text_count_the_partners(sweep, drawn) -> None:
    chart, panels = drawn
    counts = [len(at_the_table(sweep, month)) for month in panels]
    assert [int(n) for n, _ in numbers(chart.title)] == counts
    for month, count in zip(panels, counts, strict=True):
        assert f": {count} partners at the table." in chart.alt
        rows = chart.data[chart.data["month"] == int(month)]
        own = {frozenset((a, b)): trust for a, b, trust in zip(rows["a"], rows["b"], rows["trust"], strict=True)}
        assert own == pytest.approx(ties(sweep, month))
        sectors = people(sweep, month)["sector"].to_dict()
        assert [sectors[a] for a in rows["a"]] == list(rows["sector_a"])
    assert (
        chart.caption.startswith("Replicate 0; 320 runs") and "Chicago, Initiative as funded, crisis" in chart.subtitle
    )


def test_words_under_a_panel_are_about_partners_without_the_backbone(sweep, drawn) -> None:
    for month, ax in drawn[1].items():
        known = people(sweep, month)
        partners = set(known[(known["status"] == "active") & (known["role"] == "partner")].index)
        between = [trust for pair, trust in ties(sweep, month).items() if pair <= partners]
        (said,) = [text.get_text() for text in ax.texts if "partners" in text.get_text()]
        possible = len(partners) * (len(partners) - 1) / 2
        values = (len(partners), 100 * len(between) / possible, np.mean(between))
        for (shown, off), value in zip(numbers(said), values, strict=True):
            assert shown == pytest.approx(value, abs=off)


def test_months_are_chosen_around_the_shock() -> None:
    assert three_of([3, 9, 20, 27, 40, 45], 21) == [20, 27, 45]
    assert three_of([3, 9, 20, 27, 45], None) == [3, 20, 45]
    assert three_of([3, 9], 5) == [3, 9]
    assert three_of([3, 9, 20, 21, 45], 21) == [20, 21, 45], "the month of the onset is in the shock"
    assert three_of([30, 33, 40, 45], 21) == [30, 40, 45], "none before it"


def test_no_two_sectors_look_alike() -> None:
    for part in range(3):
        assert len({look[part] for look in SECTORS.values()}) == len(SECTORS)


@pytest.mark.parametrize(("month", "when"), [(20, "before"), (21, "in"), (38, "in"), (39, "after")])
def test_a_panel_says_whether_it_is_before_in_or_after_the_shock(sweep, month: int, when: str) -> None:
    """The months of the onset and before the end are in it; the month of the end is the first without it."""
    shown = sweep.network.assign(month=sweep.network["month"].replace({20: month}))
    shown = shown[shown["month"] == month]
    (ax,) = (
        ax for ax in moments(replace(sweep, network=shown)).figure.axes if ax.get_label() == str(month)
    )
    assert f"{when} the pandemic" in [text.get_text() for text in ax.texts]

"""The network read back: who stands where, who is at the table, which ties are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from reading import all_of, numbers, spot, the

from tfs_sim.figures.moments import moments, three_of
from tfs_sim.figures.network import SECTORS

MONTHS = ["20", "27", "45"]


@pytest.fixture(params=[False, True], ids=["page", "phone"], scope="module")
def drawn(request, sweep):
    chart = moments(sweep, narrow=request.param)
    return chart, {ax.get_label(): ax for ax in chart.figure.axes if ax.get_label() in MONTHS}


def marks(ax) -> dict[str, object]:
    named = [line for line in ax.lines if line.get_label().startswith("organization:")]
    return {line.get_label().removeprefix("organization:"): line for line in named}


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


def test_every_organization_of_the_table_has_a_mark_by_sector_and_status(sweep, drawn) -> None:
    for month, ax in drawn[1].items():
        known = people(sweep, month)
        assert set(marks(ax)) == set(known.index)
        for name, line in marks(ax).items():
            _, hue, marker = SECTORS[known.loc[name, "sector"]]
            active = known.loc[name, "status"] == "active"
            assert line.get_marker() == marker
            assert to_hex(line.get_markerfacecolor()).upper() == (hue.upper() if active else "#FFFFFF")
        ring = the(ax, "backbone:United Way of Chicago")
        assert spot(ring) == spot(marks(ax)["United Way of Chicago"])
        assert len([line for line in ax.lines if line.get_label().startswith("backbone:")]) == 1


def test_organizations_stay_at_their_places(drawn) -> None:
    first, *others = ({name: spot(line) for name, line in marks(ax).items()} for ax in drawn[1].values())
    assert all(other == first for other in others)
    assert len(set(first.values())) == len(first)
    assert all(0 <= v <= 1 for place in first.values() for v in place)


def test_the_ties_drawn_are_those_in_use_the_darker_the_more_trust(sweep, drawn) -> None:
    for month, ax in drawn[1].items():
        wanted = ties(sweep, month)
        at = {spot(line): name for name, line in marks(ax).items()}
        lines = the(ax, "ties")
        segments = lines.get_segments()
        found = [frozenset(at[float(x), float(y)] for x, y in segment) for segment in segments]
        assert len(found) == len(set(found)) and set(found) == set(wanted)
        trust = np.array([wanted[pair] for pair in found])
        dark, width = lines.get_colors()[:, 3], np.array(lines.get_linewidths())
        order = np.argsort(trust)
        assert (np.diff(dark[order]) >= -1e-12).all() and dark[order[-1]] > dark[order[0]]
        assert (np.diff(width[order]) >= -1e-12).all() and width[order[-1]] > width[order[0]]


def test_table_title_and_alternative_text_count_the_ties(sweep, drawn) -> None:
    chart, panels = drawn
    counts = [len(ties(sweep, month)) for month in panels]
    assert [int(n) for n, _ in numbers(chart.title)] == counts
    assert [int(n) for n in chart.data.groupby("month").size()] == counts
    for month, count in zip(panels, counts, strict=True):
        assert f": {count} ties in use." in chart.alt
        rows = chart.data[chart.data["month"] == int(month)]
        own = {frozenset((a, b)): trust for a, b, trust in zip(rows["a"], rows["b"], rows["trust"], strict=True)}
        assert own == pytest.approx(ties(sweep, month))
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


def test_the_key_shows_marks_as_they_are_drawn(drawn) -> None:
    chart, panels = drawn
    (keys,) = (ax for ax in chart.figure.axes if ax not in panels.values())
    named = [text.get_text() for text in keys.texts]
    for line, label in zip(keys.lines, named, strict=True):
        for own, hue, marker in SECTORS.values():
            if own == label:
                assert (line.get_marker(), to_hex(line.get_color()).upper()) == (marker, hue.upper())
                (size,) = {
                    mark.get_markersize()
                    for ax in panels.values()
                    for mark in marks(ax).values()
                    if mark.get_marker() == marker and to_hex(mark.get_markerfacecolor()).upper() == hue.upper()
                }
                assert line.get_markersize() == size
    assert {own for own, *_ in SECTORS.values()} < set(named)
    assert not all_of(keys, "ties")


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

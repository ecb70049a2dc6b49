"""The matrix of necessity read back: colours, marks and lines of every cell."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from reading import all_of, the

from tfs_sim.validation.matrix import QUICK, Cell, Column, Matrix, Usual
from tfs_sim.validation.row import Effects, Measured, Row
from tfs_sim.figures.necessity import FRAMES, LOOKS, MEANINGS, PREDICTED, heat_map

ROWS = ["M1a", "M2", "M3", "M4", "M5"]
OUTCOMES = {
    "no_trust": ["breaks", "holds", "in doubt", "cannot be asked", "fails anyway"],
    "no_goals": ["breaks", "holds", "holds", "holds", "holds"],
}
EXPECTED = {
    "no_trust": ["breaks", "survives", "holds", "by definition", "holds"],
    "no_goals": ["by definition", "breaks", "holds", "holds", "survives"],
}
OWN = {"no_trust": {"M1a", "M2"}, "no_goals": {"M5"}}


@pytest.fixture(scope="module")
def drawn():  # type: ignore[no-untyped-def]
    def usual(name: str) -> Usual:
        measured = Measured(True, "found", Effects(np.array([0.5, 0.7]), 0.2, "something"), share=1.0)
        return Usual(Row(name, "Title", "A paper", "ubiquity", "something", lambda _: measured, "no parameter"), measured, True)

    columns = [
        Column(name, name.capitalize(), tuple(
            Cell(row, row in OWN[name], expected, "", outcome, 0.5, 0.1, False, "found")
            for row, outcome, expected in zip(ROWS, OUTCOMES[name], EXPECTED[name], strict=True)
        ), 1.0)
        for name in OUTCOMES
    ]  # fmt: skip
    return heat_map(Matrix(tuple(usual(name) for name in ROWS), tuple(columns), QUICK, 2.0), "made up")


def cells() -> list[tuple[int, int, str, str, bool]]:
    return [
        (x, y, OUTCOMES[name][y], EXPECTED[name][y], row in OWN[name])
        for x, name in enumerate(OUTCOMES)
        for y, row in enumerate(ROWS)
    ]


def test_rows_go_down_and_variations_across(drawn) -> None:  # type: ignore[no-untyped-def]
    ax = drawn.figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ROWS
    assert [label.get_text() for label in ax.get_xticklabels()] == ["no trust", "no goals"]
    assert list(ax.get_yticks()) == [n + 0.5 for n in range(5)] and list(ax.get_xticks()) == [0.5, 1.5]
    assert ax.get_xlim() == (0, 2) and ax.get_ylim() == (5, 0)


def test_a_cell_has_the_colour_and_mark_of_what_became_of_it(drawn) -> None:  # type: ignore[no-untyped-def]
    ax = drawn.figure.axes[0]
    for x, y, outcome, expected, own in cells():
        hue, mark, ink = LOOKS[outcome]
        if outcome == "breaks" and expected == "by definition":
            hue, ink = "white", hue
        tile = the(ax, f"cell:{x},{y}")
        assert to_hex(tile.get_facecolor()) == to_hex(hue)
        assert x < tile.get_x() < x + 1 and y < tile.get_y() < y + 1
        assert [text.get_text() for text in all_of(ax, f"mark:{x},{y}")] == ([mark] if mark else [])
        assert all(text.get_color() == ink for text in all_of(ax, f"mark:{x},{y}"))
        assert len(all_of(ax, f"own:{x},{y}")) == own


def test_the_line_around_a_cell_is_what_was_predicted(drawn) -> None:  # type: ignore[no-untyped-def]
    ax = drawn.figure.axes[0]
    for x, y, _, expected, _ in cells():
        lines = all_of(ax, f"line:{x},{y}")
        assert len(lines) == (expected in ("breaks", "survives", "by definition"))
        for line in lines:
            edge, _, width = FRAMES[expected]
            assert (to_hex(line.get_edgecolor()).upper(), line.get_linewidth()) == (edge, width)


def test_the_key_shows_every_kind_as_it_is_drawn(drawn) -> None:  # type: ignore[no-untyped-def]
    grid, key = drawn.figure.axes
    said = {text.get_text() for text in key.texts}
    assert {"breaks", "in doubt", "cannot be asked", "holds", "fails with everything on"} < said
    assert {"predicted to break", "own row, predicted to hold", "breaks by definition"} < said
    faces = {to_hex(patch.get_facecolor()) for patch in grid.patches}
    assert faces <= {to_hex(patch.get_facecolor()) for patch in key.patches}


def test_words_of_the_key_stand_beside_what_they_mean(drawn) -> None:  # type: ignore[no-untyped-def]
    _, key = drawn.figure.axes
    for kinds, words in ((LOOKS, MEANINGS), (FRAMES, PREDICTED)):
        for kind, said in words.items():
            (text,) = [each for each in key.texts if each.get_text() == said]
            x, y = text.get_position()
            beside = [
                patch for patch in key.patches
                if x - 1.5 < patch.get_x() < patch.get_x() + patch.get_width() < x
                and patch.get_y() < y < patch.get_y() + patch.get_height()
            ]  # fmt: skip
            if kinds is LOOKS:
                assert [to_hex(patch.get_facecolor()) for patch in beside] == [to_hex(LOOKS[kind][0])]
                mark = LOOKS[kind][1]
                assert [
                    each.get_text() for each in key.texts if each.get_text() == mark and abs(each.get_position()[1] - y) < 0.2
                    and x - 1.5 < each.get_position()[0] < x
                ] == ([mark] if mark else [])  # fmt: skip
            else:
                edge, _, width = FRAMES[kind]
                (line,) = [patch for patch in beside if patch.get_facecolor()[3] == 0]
                assert (to_hex(line.get_edgecolor()).upper(), line.get_linewidth()) == (edge, width)
    own = [text.get_position() for text in key.texts if text.get_text() == "▪"]
    ((x, y),) = [text.get_position() for text in key.texts if text.get_text() == "the mechanism's own row"]
    assert len(own) == 1 and 0 < x - own[0][0] < 1.5 and abs(y - own[0][1]) < 0.2


def test_table_and_alternative_text_are_the_matrix(drawn) -> None:  # type: ignore[no-untyped-def]
    assert "A grid of 5 patterns by 2 mechanisms" in drawn.alt and "2 cells break" in drawn.alt
    found = drawn.data[["variation", "row", "outcome", "predicted", "own"]].itertuples(index=False, name=None)
    names = list(OUTCOMES)
    assert list(found) == [(names[x], ROWS[y], outcome, expected, own) for x, y, outcome, expected, own in cells()]
    assert set(drawn.data["size_with_everything"]) == {0.6}

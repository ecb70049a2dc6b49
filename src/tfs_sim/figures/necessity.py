"""The matrix of necessity as a picture: which pattern breaks without which mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pandas import DataFrame

from tfs_sim.figures.fonts import FONT
from tfs_sim.figures.style import COLOURS, GREY, INK, Chart, framed, place, write
from tfs_sim.validation.matrix import Cell, Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE = 0.178
"""Inches that a cell takes."""
LEFT, HEAD, KEY = 0.95, 1.25, 0.95
LOOKS: dict[str, tuple[str, str, str]] = {
    "breaks": (COLOURS[1], "×", "white"),
    "in doubt": ("#F5DDA8", "?", INK),
    "cannot be asked": ("#D5D8DC", "–", INK),
    "holds": ("#EDF3F8", "", INK),
    "fails anyway": ("white", "·", GREY),
}
"""Colour of a cell by what became of its row, a mark that says the same without colour, and the mark's colour."""
FRAMES: dict[str, tuple[str, Any, float]] = {
    "breaks": (INK, "-", 1.6),
    "survives": (INK, (0, (2, 1.2)), 1.4),
    "by definition": (GREY, (0, (1, 1)), 1.0),
}
"""Line around a cell by what was predicted; none where the row was to hold."""
MEANINGS = {
    "breaks": "breaks",
    "in doubt": "in doubt",
    "cannot be asked": "cannot be asked",
    "holds": "holds",
    "fails anyway": "fails with everything on",
}
PREDICTED = {
    "breaks": "predicted to break",
    "survives": "own row, predicted to hold",
    "by definition": "breaks by definition",
}


def heat_map(matrix: Matrix, caption: str) -> Chart:
    """Draw what became of every row (down) under every variation (across), and what was predicted."""
    names = [usual.row.name for usual in matrix.rows]
    wide, tall = len(matrix.columns), len(names)
    right = LEFT + SIDE * max(wide, 20)
    chart = framed(
        "necessity",
        "Which patterns break without which mechanism",
        "Rows of the validation table, each checked with one mechanism off in all of its arms. A line around a cell is "
        "what was predicted before it was tried.",
        caption,
        HEAD + SIDE * tall + KEY,
        right + 0.3,
    )
    ax = place(chart, LEFT, KEY, LEFT + SIDE * wide, KEY + SIDE * tall)
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(0, wide)
    ax.set_ylim(tall, 0)
    for x, column in enumerate(matrix.columns):
        for y, cell in enumerate(column.cells):
            _cell(ax, x, y, cell.outcome, cell.expected)
            if cell.own:
                pale = cell.outcome != "breaks" or cell.expected == "by definition"
                write(
                    ax,
                    x + 0.93,
                    y + 0.16,
                    "▪",
                    fontsize=4.5,
                    ha="right",
                    color=INK if pale else "white",
                    label=f"own:{x},{y}",
                )
    ax.xaxis.tick_top()
    titles = [column.name.replace("_", " ") for column in matrix.columns]
    ax.set_xticks([x + 0.5 for x in range(wide)], titles, rotation=90, fontsize=8.5, family=FONT, color=INK)
    ax.set_yticks([y + 0.5 for y in range(tall)], names, fontsize=8, family=FONT, color=INK)
    _key(chart, right)
    chart.data = table(matrix)
    broken = sum(cell.outcome == "breaks" for column in matrix.columns for cell in column.cells)
    chart.alt = (
        f"A grid of {tall} patterns by {wide} mechanisms and other variations. {broken} cells break; the table below "
        "the picture says which."
    )
    return chart


def _cell(ax: Axes, x: float, y: float, outcome: str, expected: str) -> None:
    from matplotlib.patches import Rectangle

    colour, mark, ink = LOOKS[outcome]
    if outcome == "breaks" and expected == "by definition":  # it says nothing, and should not look as if it did
        colour, ink = "white", colour
    ax.add_patch(Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, facecolor=colour, edgecolor="none", label=f"cell:{x},{y}"))
    if mark:
        write(ax, x + 0.5, y + 0.52, mark, fontsize=7, ha="center", color=ink, label=f"mark:{x},{y}")
    if expected in FRAMES:
        edge, dash, width = FRAMES[expected]
        ax.add_patch(
            Rectangle(
                (x + 0.06, y + 0.06),
                0.88,
                0.88,
                facecolor="none",
                edgecolor=edge,
                linestyle=dash,
                lw=width,
                label=f"line:{x},{y}",
            )
        )


def _key(chart: Chart, right: float) -> None:
    """Say below the grid what colours, marks and lines mean."""
    ax = place(chart, 0.2, 0.05, right, KEY - 0.15)
    ax.axis("off")
    across, down = (right - 0.2) / SIDE, (KEY - 0.2) / SIDE
    ax.set_xlim(0, across)
    ax.set_ylim(down, 0)
    step = across / 3.0
    samples = [(outcome, "", words) for outcome, words in MEANINGS.items()]
    samples += [
        ("breaks" if expected == "by definition" else "holds", expected, words) for expected, words in PREDICTED.items()
    ]
    for n, (outcome, expected, words) in enumerate(samples):
        x, y = step * (n % 3), 1.35 * (n // 3)
        _cell(ax, x, y, outcome, expected)
        write(ax, x + 1.3, y + 0.52, words, fontsize=8.5)
    write(ax, step * 2 + 0.3, 1.35 * 2 + 0.5, "▪", fontsize=6)
    write(ax, step * 2 + 1.3, 1.35 * 2 + 0.52, "the mechanism's own row", fontsize=8.5)


def table(matrix: Matrix) -> DataFrame:
    """Return the matrix as a table, a line a cell."""
    usual = {each.row.name: each for each in matrix.rows}

    def line(name: str, cell: Cell) -> dict[str, object]:
        before = usual[cell.row]
        return {
            "variation": name, "row": cell.row, "own": cell.own, "predicted": cell.expected, "outcome": cell.outcome,
            "share": cell.share, "share_with_everything": before.measured.share, "size": cell.size,
            "size_with_everything": before.size, "no_difference_at_all": cell.empty,
        }  # fmt: skip

    return DataFrame([line(column.name, cell) for column in matrix.columns for cell in column.cells])

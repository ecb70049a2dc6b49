"""`tfs-sim where` and `tfs-sim starts`: under which conditions an answer changes, or depends on the start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tfs_sim.cli import terminal
from tfs_sim.cli.reasoning import levels_of, plain, written
from tfs_sim.cli.terminal import as_json, bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.decisions.cells import Cells
    from tfs_sim.reasons.where import Where

OVER = ("conditions", "parameters")


def where(
    folder: Path,
    a: str | None,
    b: str | None,
    over: str | None,
    worth: float | None,
    metric: str | None,
    under: str | None,
    enough: tuple[float | None, float | None],
    json: bool,
) -> None:
    """Print where the answer changes, and write its charts and tables."""
    from tfs_sim.reasons import where as changed
    from tfs_sim.reasons import where_words as said

    kind: Literal["conditions", "parameters"] | None = None
    if over is not None:
        if over not in OVER:
            raise UserError(
                Mistake(f"--over is conditions or parameters; found {quote(over)}", suggestion=nearest(over, OVER))
            )
        kind = "conditions" if over == "conditions" else "parameters"
    found = changed(folder, a, b, kind, worth, metric, levels_of(under), *enough)
    if json:
        print(as_json(_record(found)))
        return
    print(bold(wrapped(f"{found.stored.experiment['title']}: where does the answer change?")))
    for sentence in said.told(found):
        print(wrapped(sentence, "  "))
    for cells in (said.condition_cells(found), said.limit_cells(found), said.robust_cells(found)):
        _told(cells)
    from tfs_sim.figures.where import boxes_chart, regret_chart

    stem = "where" if found.over == "conditions" else "where-parameters"
    tables = {stem: found.frame}
    if found.boxes is not None and found.boxes.boxes:
        tables[f"{stem}-boxes"] = found.boxes.frame
    boxes, regret = boxes_chart(found), regret_chart(found)
    written(folder, boxes, tables)
    if regret is not None and found.regrets is not None and found.robust is not None:
        written(folder, regret, {"regret": found.robust, "regret-conditions": found.regrets})


def _told(cells: Cells | None) -> None:
    """Print a table of answers; what names hold does not steer the terminal."""
    if cells is None:
        return
    rows = [[quote(cell, 200)[1:-1] for cell in row] for row in cells.rows]
    print("\n" + "\n\n".join(terminal.tables(cells.head, rows)))
    if cells.note:
        print(wrapped(cells.note))


def _record(found: Where) -> dict[str, Any]:
    boxes = [] if found.boxes is None else found.boxes.boxes
    return {
        "over": found.over,
        "metric": found.by.name or None,
        "worth": found.by.worth,
        "answer": found.answer,
        "other": found.other or None,
        "points": len(found.lead),
        "changes": int(found.changes.sum()),
        "sets": found.sets,
        "why_no_boxes": found.why_not or (found.boxes.ended if found.boxes is not None and not boxes else None),
        "boxes": [
            {
                "limits": [plain([limit.record()])[0] for limit in box.limits],
                "coverage": box.coverage.value,
                "density": box.density.value,
                "density_low": box.density.low,
                "density_high": box.density.high,
                "held_out": box.density.of,
                "chance": box.chance,
                "best": there.best,
                "lead": there.lead,
                "lead_low": there.low,
                "lead_high": there.high,
            }
            for box, there in zip(boxes, found.there, strict=True)
        ],
        "conditions": [] if found.answers is None else plain(found.answers.to_dict("records")),
        "strategies": [] if found.robust is None else plain(found.robust.to_dict("records")),
    }


def starts(folder: Path, key: str | None, metric: str | None, json: bool) -> None:
    """Print whether it depends on the start what becomes of a partnership, and write its chart and table."""
    from tfs_sim.reasons import starts as begun
    from tfs_sim.reasons.starts_words import gap_cells, told

    found = begun(folder, key, metric)
    if json:
        rows = plain(found.frame.to_dict("records"))
        print(as_json({"metric": found.metric, "key": found.key, "low": found.low, "high": found.high, "gaps": rows}))
        return
    print(bold(wrapped(f"{found.stored.experiment['title']}: does it depend on the start?")))
    for sentence in told(found):
        print(wrapped(sentence, "  "))
    _told(gap_cells(found))
    from tfs_sim.figures.starts import starts_chart

    chart = starts_chart(found)
    written(folder, chart, {chart.stem: found.frame})

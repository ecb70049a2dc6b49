"""The page of the validation table: a verdict and a diagnostic figure for every row."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tfs_sim import validation
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes, write_json
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.provenance import environment
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.figures.save import svg
from tfs_sim.figures.validation import diagnostic
from tfs_sim.literature.bibliography import keys, short
from tfs_sim.report.embedding import picture
from tfs_sim.report.page import template
from tfs_sim.validation import Verdict
from tfs_sim.validation.row import FULL
from tfs_sim.validation.space import percent

HEADINGS = ("Row", "Claim", "Source", "Kind", "Required", "Measured", "Interval", "Share", "Verdict")


def write_validation(
    verdicts: Sequence[Verdict], folder: str | os.PathLike[str], *, quick: bool, without: Sequence[str] = ()
) -> Path:
    """Write `verdicts.json`, `figures/*.svg`, `data/*.csv` and `index.html` into `folder`, one process at a time.

    Every file is written whole or not at all; the page comes last. Files of rows that are no longer there stay.
    `without` names the mechanisms that were off.

    Returns
    -------
    Path
        Of index.html.
    """
    with prepared(folder, "verdicts.json", [plain(verdict) for verdict in verdicts]) as target:
        return _written(target, verdicts, quick, without)


def _written(target: Path, verdicts: Sequence[Verdict], quick: bool, without: Sequence[str]) -> Path:
    """Write figures, data and page; return its path."""
    shown = []
    for verdict in verdicts:
        chart = diagnostic(verdict)
        whole = svg(chart.figure)
        write_bytes(target / "figures" / f"{chart.stem}.svg", whole)
        write_bytes(target / "data" / f"{chart.stem}.csv", as_csv(chart.data))
        seen = {"picture": picture(chart, whole), "alt": chart.alt}
        shown.append(cells(verdict) | seen | {"note": verdict.measured.note})
    path = target / "index.html"
    text = template("validation.html.j2").render(
        title="Validation of the model",
        rows=shown,
        headings=HEADINGS,
        failing=[verdict.row.name for verdict in verdicts if not verdict.passes],
        reported=any(verdict.row.kind == "reported" for verdict in verdicts),
        without=" and ".join(without),
        necessity=(target / "necessity.html").is_file(),
        partial=len(verdicts) < len(validation.all_rows()),
        stamp=_stamp(verdicts, quick),
    )
    write_bytes(path, text.encode())
    return path


def _stamp(verdicts: Sequence[Verdict], quick: bool) -> str:
    about = environment()
    seconds = sum(verdict.seconds for verdict in verdicts)
    return " · ".join(
        [
            f"tfs-sim {about['model']}",
            "quick version: small samples, wide tolerances" if quick else "full version",
            f"seed {FULL.seed}",
            datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            f"{seconds:.0f} seconds on {about['processors']} processors",
        ]
    )


def cells(verdict: Verdict) -> dict[str, str]:
    """Return a verdict as the texts of a table's cells."""
    row, measured = verdict.row, verdict.measured
    low_high = measured.interval
    return {
        "name": row.name,
        "title": row.title,
        "source": short(row.source),
        "kind": row.kind,
        "required": row.required,
        "measured": measured.found,
        "interval": "" if low_high is None else f"{low_high[0]:.3g} to {low_high[1]:.3g}",
        "share": "" if measured.share is None else percent(measured.share),
        "verdict": said(verdict),
        "mark": "fails" if not verdict.passes else "holds" if measured.holds else "reported",
    }


def said(verdict: Verdict) -> str:
    """Return the verdict in a word."""
    if verdict.row.kind == "reported":
        return "reported"
    return "holds" if verdict.measured.holds else "FAILS"


def plain(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON can say it."""
    row, measured = verdict.row, verdict.measured
    return {
        "row": row.name,
        "title": row.title,
        "source": short(row.source),
        "references": list(keys(row.source)),
        "kind": row.kind,
        "required": row.required,
        "measured": measured.found,
        "interval": None if measured.interval is None else [float(end) for end in measured.interval],
        "share": None if measured.share is None else float(measured.share),
        "holds": bool(measured.holds),
        "passes": bool(verdict.passes),
        "note": measured.note,
        "seconds": round(verdict.seconds, 3),
    }


@contextmanager
def prepared(folder: str | os.PathLike[str], name: str, content: Any) -> Iterator[Path]:
    """Hold the folder of a validation, with places for its figures and their data; write its record first of all.

    So it is known as one of ours when what follows cannot be written, and the same command can be given again.
    """
    target = made_folder(Path(folder))
    with only_one(target):
        sweep_up(target)
        write_json(target / name, content)
        for part in ("figures", "data"):
            sweep_up(made_folder(target / part))
        yield target

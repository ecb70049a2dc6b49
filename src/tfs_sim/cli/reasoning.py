"""`tfs-sim why`, `structure` and `sensitivity`: what goes on from stored results to their reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import as_json, bold, wrapped

if TYPE_CHECKING:
    from tfs_sim.figures.style import Chart
    from tfs_sim.reasons.sensitivity import Kind, Sensitivity
    from tfs_sim.reasons.structure import Structure
    from tfs_sim.reasons.why import Why

FOLDER = "reasons"
"""Where pages and tables of reasons stand in a folder of results."""


def levels_of(text: str | None) -> list[str] | None:
    """Return the labels that `--under` names, apart by commas."""
    return None if text is None else [each.strip() for each in text.split(",")]


def why(
    folder: Path,
    a: str,
    b: str,
    metric: str | None,
    under: str | None,
    groups: list[str],
    sets: int | None,
    replicates: int | None,
    workers: int | None,
    json: bool,
) -> None:
    """Print what the difference between two strategies comes by, and write its chart and tables."""
    from tfs_sim.reasons import named
    from tfs_sim.reasons import why as split
    from tfs_sim.reasons.why_words import rows, told

    chosen = named(groups)
    with terminal.working() as shown:
        found = split(
            folder, a, b, metric, levels_of(under), chosen, sets, replicates, workers, shown.progress, shown.notice
        )
    if json:
        print(as_json(_record(found)))
        return
    stored = found.stored
    print(bold(wrapped(f"Why {stored.title(a)} differs from {stored.title(b)}")))
    for said in told(found):
        print(wrapped(said, "  "))
    for block in terminal.tables(*rows(found)):
        print(f"\n{block}")
    from tfs_sim.figures.why import why_chart

    stem = f"why-{a}-{b}-{found.metric}"
    written(folder, why_chart(found), {stem: found.frame, f"{stem}-coalitions": found.coalitions})


def _record(found: Why) -> dict[str, Any]:
    return {
        "a": found.a,
        "b": found.b,
        "metric": found.metric,
        "levels": list(found.levels),
        "pairs": len(found.units),
        "intervals_hold": found.units.holds,
        "parts": plain(found.frame.to_dict("records")),
        "together": [
            {"one": each.one.name, "other": each.other.name}
            | plain([{"value": each.part.value, "low": each.part.low, "high": each.part.high}])[0]
            for each in found.together
        ],
    }


def structure(
    folder: Path,
    metric: str | None,
    under: str | None,
    forms: list[str],
    targets: str | None,
    sets: int | None,
    replicates: int | None,
    workers: int | None,
    json: bool,
) -> None:
    """Print what becomes of a sweep's answer in contested forms of the model, and write its chart and table."""
    from tfs_sim.reasons import structure as again_in
    from tfs_sim.reasons.forms import named_forms
    from tfs_sim.reasons.structure_words import rows, told

    chosen = named_forms(forms)
    held = None
    if targets is not None:
        from tfs_sim.calibration import load_calibration

        held = load_calibration(targets)
    with terminal.working() as shown:
        found = again_in(
            folder, metric, levels_of(under), chosen, sets, replicates, held, workers, shown.progress, shown.notice
        )
    if json:
        print(as_json(_record_of_forms(found)))
        return
    print(bold(wrapped(f"{found.stored.experiment['title']}: does the answer hold in other forms of the model?")))
    for said in told(found):
        print(wrapped(said, "  "))
    for strategy in found.stored.strategies:
        if strategy == found.against:
            continue
        print(f"\n{bold(wrapped(found.stored.title(strategy)))}")
        print("\n\n".join(terminal.tables(*rows(found, strategy))))
    from tfs_sim.figures.structure import structure_chart

    written(folder, structure_chart(found), {f"structure-{found.metric}": found.frame})


def _record_of_forms(found: Structure) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "against": found.against,
        "levels": list(found.levels),
        "pairs": len(found.units),
        "intervals_hold": found.units.holds,
        "forms": plain(found.frame.to_dict("records")),
    }


def sensitivity(
    folder: Path,
    a: str | None,
    b: str | None,
    metric: str | None,
    under: str | None,
    kind: Kind | None,
    sizes: tuple[int | None, int, int],
    workers: int | None,
    json: bool,
) -> None:
    """Print which parameters drive an outcome, and write its tornado and table."""
    from tfs_sim.reasons import sensitivity as driven
    from tfs_sim.reasons.sensitivity_words import table, told

    with terminal.working() as shown:
        found = driven(
            folder,
            a,
            b,
            metric,
            levels_of(under),
            kind,
            *sizes,
            workers=workers,
            progress=shown.progress,
            notice=shown.notice,
        )
    if json:
        print(as_json(_record_of_drivers(found)))
        return
    stored = found.stored
    against = "" if found.b is None else f" against {stored.title(found.b)}"
    print(bold(wrapped(f"What drives {stored.title(found.a)}{against}")))
    for said in told(found):
        print(wrapped(said, "  "))
    if found.drivers:
        for block in terminal.tables(*table(found)):
            print(f"\n{block}")
    from tfs_sim.figures.tornado import tornado

    chart = tornado(found)
    written(folder, chart, {chart.stem: found.frame})


def _record_of_drivers(found: Sensitivity) -> dict[str, Any]:
    indices = found.indices
    return {
        "a": found.a,
        "b": found.b,
        "metric": found.metric,
        "levels": list(found.levels),
        "kind": found.kind,
        "estimator": indices.estimator if indices is not None else found.regression and found.regression.estimator,
        "verdict": None if indices is None else indices.verdict,
        "explained": plain([{"value": found.explained}])[0]["value"],
        "parameters": plain(found.frame.to_dict("records")),
    }


def plain(rows: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Return rows as JSON has them: what is missing is null."""
    return [{key: None if value != value else value for key, value in row.items()} for row in rows]


def written(folder: Path, chart: Chart | None, tables: dict[str, Any]) -> None:
    """Write a chart (if any) and tables into a folder of results, and say where."""
    from tfs_sim.experiments.storage import files
    from tfs_sim.experiments.storage.spreadsheets import as_csv
    from tfs_sim.figures.save import save

    where = files.made_folder(folder / FOLDER)
    files.writable(where)
    made = [] if chart is None else save(chart.figure, where / chart.stem)[:1]
    for stem, table in tables.items():
        path = where / f"{stem}.csv"
        files.write_bytes(path, as_csv(table))
        made.append(path)
    print()
    for path in made:
        print(terminal.path(path))

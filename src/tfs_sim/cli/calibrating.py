"""`tfs-sim calibrate`: waves until enough sets agree; `--look`: targets beside what sets of parameters give."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count

if TYPE_CHECKING:
    from tfs_sim.calibration.summary import Line, Summary

USUAL = 200
"""Sets that a look draws from the prior."""


def calibrate(
    name: str,
    look: bool,
    sets: int | None,
    ensemble: Path | None,
    only: str | None,
    out: Path | None,
    seed: int | None,
    workers: int | None,
    as_json: bool,
    quick: bool = False,
) -> None:
    """Calibrate, or print targets beside what sets give; leave with 2 if nothing comes near a target that counts."""
    from tfs_sim.calibration import evaluate, load_calibration
    from tfs_sim.calibration.keeping import plain
    from tfs_sim.calibration.summary import summarized
    from tfs_sim.experiments.designs.sets import drawn
    from tfs_sim.experiments.execution.uncertain import listed_sets
    from tfs_sim.experiments.storage import ensembles
    from tfs_sim.experiments.storage.provenance import model_version

    if not look:
        for given, option in ((sets, "--sets"), (ensemble, "--ensemble"), (only, "--only")):
            if given is not None:
                raise UserError(Mistake(f"{option} goes with --look; a calibration runs the sets that it needs"))
        _carried_out(name, out, seed, workers, as_json, quick)
        return
    if quick:
        raise UserError(Mistake("--quick is for calibrating, and --look runs no waves: give one of the two"))
    if sets is not None and ensemble is not None:
        raise UserError(Mistake("--sets draws from the prior, and --ensemble has its own sets: give one of the two"))
    calibration = load_calibration(name)
    names = calibration.named(None if only is None else [each.strip() for each in only.split(",")], every=True)
    if ensemble is None:
        over = drawn(sets or USUAL, calibration.table.prior)
    else:
        over = listed_sets(_file(ensemble), len(ensembles.read(ensemble).sets))
    with terminal.working("sets") as shown:
        values = evaluate(over, calibration, seed, workers, shown.progress, targets=names, out=out, notice=shown.notice)
    found = summarized(values, calibration, over)
    impossible = list(found.impossible())
    if as_json:
        about = {"calibration": calibration.name, "digest": calibration.digest(), "model": model_version()}
        print(terminal.as_json(plain(about | asdict(found))))
    else:
        _print(found, over.title, calibration.table.title)
    if impossible:
        raise UserError(impossible)


def recover(
    name: str, ensemble: Path | None, out: Path | None, seed: int | None, workers: int | None, as_json: bool
) -> None:
    """Find sets of an ensemble again by what they give, and print how far that went."""
    from tfs_sim.calibration import load_calibration
    from tfs_sim.calibration.calibrating import recover as recovered
    from tfs_sim.calibration.keeping import plain
    from tfs_sim.calibration.telling import recovered as as_text
    from tfs_sim.experiments.storage import ensembles

    if ensemble is None:
        hint = "For example: --ensemble calibrations/collective-impact.json"
        raise UserError(Mistake("--recover needs --ensemble FILE, whose sets are to be found again", hint=hint))
    calibration = load_calibration(name)
    truths = ensembles.read(ensemble).sets
    folder = out if out is not None else Path("results") / f"{calibration.name}-recoveries"
    with terminal.working("sets") as shown:
        found = recovered(
            calibration, truths, folder, seed=seed, workers=workers, progress=shown.progress, notice=shown.notice
        )
    if as_json:
        print(terminal.as_json(plain([asdict(each) for each in found])))
        return
    print(as_text(found))
    print(f"Kept in   {terminal.path(folder)}")


def alone(option: str, others: dict[str, Any]) -> None:
    """Refuse what does not go with an option.

    Raises
    ------
    UserError
        With the first that was given.
    """
    for name, given in others.items():
        if given is not None and given is not False:
            hint = "The file of --data says all of it; --prior says which sets are weighed."
            raise UserError(Mistake(f"{name} does not go with {option}", hint=hint))


def named(calibration: str | None, prior: str | None) -> str:
    """Return the calibration, which there has to be without --data.

    Raises
    ------
    UserError
        When there is none, or --prior is given.
    """
    if prior is not None:
        hint = "What a calibration begins with stands in its file."
        raise UserError(Mistake("--prior goes with --data FILE: what was seen of one town", hint=hint))
    if calibration is None:
        said = "calibrate needs a calibration, or --data FILE with what was seen of one town"
        raise UserError(Mistake(said, hint="For example: tfs-sim calibrate collective-impact --look"))
    return calibration


def _carried_out(
    name: str, out: Path | None, seed: int | None, workers: int | None, as_json: bool, quick: bool
) -> None:
    """Run the waves, and print what was found."""
    from tfs_sim.calibration import load_calibration
    from tfs_sim.calibration.calibrating import carry_out
    from tfs_sim.calibration.telling import text

    calibration = load_calibration(name)
    folder = out if out is not None else Path("results") / f"{calibration.name}{'-trial' if quick else ''}"
    with terminal.working("sets") as shown:
        done = carry_out(
            calibration, folder, quick=quick, seed=seed, workers=workers, progress=shown.progress, notice=shown.notice
        )
    if as_json:
        print(terminal.as_json(done.found.record()))
        return
    print(bold(wrapped(f"{calibration.table.title}{' (a trial)' if quick else ''}")))
    print(text(done.found))
    print(f"Kept in   {terminal.path(folder)}")
    if done.ensemble is not None:
        print(f"Ensemble  {terminal.path(done.ensemble.path)}")
    else:
        print(wrapped("A trial says whether all is in order; it writes no ensemble."))


def _file(path: Path) -> Any:
    from tfs_sim.scenario.fields import DataFile

    return DataFile(path.name, path.parent)


def _print(found: Summary, origin: str, title: str) -> None:
    print(bold(wrapped(f"{title}: {count(found.sets, 'set')}, {origin}")))
    print()
    told: dict[str, list[Line]] = {"counts": [], "ours": [], "checks": []}
    for line in found.lines:
        told["ours" if line.kind == "prior-only" else "checks" if line.kind == "check" else "counts"].append(line)
    head = ["target", "required", "90% of sets", "middle", "meet it", "it alone", "left"]
    rows = [
        [line.name, line.required, _span(line), number(line.middle), share(line.within), share(line.alone),
         share(line.left)]
        for line in told["counts"]
    ]  # fmt: skip
    if rows:
        print("\n\n".join(terminal.tables(head, rows)))
        print()
        best = f"{found.best[1]:.1f} standard deviations" if math.isfinite(found.best[1]) else "infinity"
        said = f"All of these at once: {share(found.jointly)}; all but the worst: {share(found.but_one)}; "
        said += f"all of which enough could be asked: {share(found.aside)}. "
        said += f"The best set, {found.best[0]}, misses its worst target by {best}. In brackets what is met within 3 "
        said += 'standard deviations if there is no luck; "it alone": ruled out by this target and no other; "left": '
        said += "after it and those above."
        print(wrapped(said))
    for key, meaning, last in (
        ("ours", "Ranges that are ours, never counted as met", "inside"),
        ("checks", "Checks, scored once afterwards", "meet it"),
    ):
        if told[key]:
            print(f"\n{bold(meaning)}")
            head = ["target", "required", "90% of sets", "middle", "mean", last]
            rows = [
                [line.name, line.required, _span(line), number(line.middle), number(line.mean), share(line.within)]
                for line in told[key]
            ]
            print("\n\n".join(terminal.tables(head, rows)))
    notes = [(line.name, "; ".join(line.missing())) for line in found.lines if line.missing()]
    if notes:
        print(f"\n{bold('Missing')}\n{terminal.columns(notes)}")
    by = [(line.name, ", ".join(line.by)) for line in found.lines if line.by]
    if by:
        print(f"\n{bold('What moves them most')}\n{terminal.columns(by)}")


def _span(line: Line) -> str:
    return "–" if math.isnan(line.low) else f"{number(line.low)} to {number(line.high)}"


def number(value: float) -> str:
    """Return a number with three digits, or a dash."""
    return "–" if math.isnan(value) else f"{value:.3g}"


def share(value: float) -> str:
    """Return a share in percent, or a dash."""
    return "–" if math.isnan(value) else f"{value:.1%}"

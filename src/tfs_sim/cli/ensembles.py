"""`tfs-sim ensemble make` and `check`, and what `tfs-sim explain FILE.json` prints of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, quote


def make(source: str, out: Path, sets: int | None, title: str | None, edition: str, licence: str) -> None:
    """Write an ensemble: sets drawn from what is plausible, or those of a CSV file."""
    from tfs_sim.experiments.designs.uncertainty import is_file
    from tfs_sim.experiments.execution import behaving
    from tfs_sim.experiments.execution.uncertain import listed_sets
    from tfs_sim.experiments.storage import ensemble_tables

    if out.suffix != ".json":
        raise UserError(Mistake(f"--out is the JSON file of an ensemble; found {quote(str(out))}", hint="mine.json"))
    if is_file(source):
        said = f"{source} is an ensemble already, and what it was held against would be lost in another one"
        hint = "Copy its two files, .json and .parquet; `sets = 50` in an experiment takes its first fifty."
        raise UserError(Mistake(said, hint=hint))
    if source.lower().endswith(".csv"):
        if sets is not None:
            raise UserError(Mistake("--sets says how many are drawn; a CSV file has its own"))
        found = ensemble_tables.read(Path(source), title or Path(source).stem)
    else:
        found = listed_sets(source, sets or 200)
    with terminal.working() as shown:
        made = behaving.written(out, found, out.stem, title or found.title, edition, licence, shown.notice)
    print(f"{terminal.path(out)}: {count(len(made.sets), 'set')} of {count(len(made.sets.variables), 'parameter')}")
    print(wrapped(f'In an experiment beside it:  uncertainty = "{out.name}"'))


def shipped() -> tuple[str, ...]:
    """Return the names that stand for the ensemble which this version brings: "calibrated", and its own."""
    from tfs_sim.experiments.designs import uncertainty

    found = uncertainty.shipped()
    return uncertainty.CALIBRATED, *([found.stem] if found else [])


def _file(path: Path) -> Path:
    """Return the file of an ensemble; of a name of the one that this version brings, that one."""
    from tfs_sim.experiments.designs.uncertainty import calibrated

    return calibrated() if str(path).lower() in shipped() else path


def check(path: Path) -> None:
    """Say whether an ensemble can be used with this version of the model."""
    from tfs_sim.experiments.execution import behaving
    from tfs_sim.experiments.storage import ensembles

    path = _file(path)
    found = ensembles.read(path)
    with terminal.working() as shown:
        verdict, how = behaving.checked(found, shown.notice)
    print(wrapped(f"{terminal.path(path)}: good ({count(len(found.sets), 'set')}); {verdict}: {how}."))


def explained(path: Path) -> str:
    """Return what an ensemble is: where it comes from, what it varies, how wide beside what is plausible."""
    from tfs_sim.analysis import stamps
    from tfs_sim.experiments.designs import uncertainty
    from tfs_sim.experiments.storage import ensembles
    from tfs_sim.model.catalogue import MECHANISMS
    from tfs_sim.model.declare import specification

    found = ensembles.read(_file(path))
    record, sets = found.record, found.sets
    agreement = sets.agreement
    kind = "not calibrated" if agreement is None else stamps.held_against(agreement.record())
    if agreement is None and record.conditioned:
        kind += f"; conditioned on {record.conditioned}{stamps.UNUSUAL if record.unusual else ''}"
    lines = [
        bold(wrapped(f"{record.title} ({record.name}, edition {record.edition})")),
        wrapped(f"{count(len(sets), 'set')} of {count(len(sets.variables), 'parameter')}; {kind}; {record.licence}."),
        wrapped(f"Made with model {record.model}. Its first sets: {', '.join(sets.ids[:3])} …"),
    ]
    if record.name == uncertainty.SHIPPED:
        lines.append(wrapped("The figures, one by one: tfs-sim explain calibration"))
    lines.append("")
    rows = []
    for column, variable in enumerate(sets.variables):
        declared = specification(MECHANISMS[variable.path[1]].parameters)[variable.path[2]]
        low, middle, high = np.quantile(sets.table[:, column], (0.05, 0.5, 0.95)).tolist()
        wide = declared.plausible(0.95) - declared.plausible(0.05)
        part = f"{(high - low) / wide:.0%}" if wide > 0 else "–"
        rows.append([variable.name, declared.unit, f"{middle:.4g}", f"{low:.4g} to {high:.4g}", part])
    rows.sort(key=lambda row: float(row[4].rstrip("%")) if row[4] != "–" else 1e9)
    head = ["parameter", "unit", "middle", "90% of sets", "of plausible"]
    return "\n".join([*lines, *terminal.tables(head, rows)])

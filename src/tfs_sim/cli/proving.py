"""`tfs-sim merge` and `tfs-sim audit`."""

from __future__ import annotations

import sys
from pathlib import Path

from tfs_sim.cli import running, terminal
from tfs_sim.cli.looking import only
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import count


def merge(folders: list[Path], out: Path | None) -> None:
    """Put shards together; say what is missing, or what was found."""
    from tfs_sim.experiments.execution import merging
    from tfs_sim.experiments.storage.stored import Sweep

    with terminal.working() as shown:
        merged = merging.merge(folders, out)
        for what in merged.damaged:
            shown.notice(f"{what}; it was left out")
    where = terminal.path(merged.folder)
    print(bold(f"{count(len(folders), 'shard')}: {merged.done:,} of {merged.wanted:,} runs are in {where}"))
    if not merged.gaps:
        running.concluded(Sweep.load(merged.folder))
        return
    print(terminal.columns([(gap.arm, f"runs {gap.first:,} to {gap.end - 1:,} are missing") for gap in merged.gaps]))
    lacking = sorted({shard for gap in merged.gaps for shard in gap.shards})
    listed = ", ".join(f"{shard}/{merged.shards}" for shard in lacking[:20]) + (" …" if len(lacking) > 20 else "")
    print(wrapped(f"They belong to {count(len(lacking), 'shard')}: {listed}."))
    print(wrapped("Run those again with --shard and merge again; what is here is kept."))
    sys.exit(1)


def audit(name: str, pairs: int, as_json: bool, workers: int | None) -> None:
    """Print what the audit of common random numbers found; leave with 1 if a check fails."""
    from tfs_sim.experiments.designs.design import load_experiment
    from tfs_sim.experiments.execution import auditing

    only("experiments", name)
    experiment = load_experiment(name)
    with terminal.working() as shown:
        found = auditing.audit(experiment, pairs, workers, shown.progress, shown.notice)
    if as_json:
        print(terminal.as_json(found.record()))
    else:
        _told(experiment.title or experiment.name, found, pairs)
    if not found.passed:
        sys.exit(1)


def _told(title: str, found: object, pairs: int) -> None:
    from tfs_sim.experiments.execution.auditing import Audit

    assert isinstance(found, Audit)
    print(bold(wrapped(f"{title}: are strategies compared over the same luck?")))
    rows = [[each.what, "as it should be" if each.passed else "FAILED"] for each in found.checks]
    print(terminal.table(["check", ""], rows))
    for each in found.checks:
        if not each.passed:
            print(wrapped(f"{each.what}: {each.detail}", "    ", "  "))
    print()
    print(wrapped(f"How many times narrower in variance paired differences are than independent ones ({pairs} pairs)"))
    head = ["metric", *found.comparisons]
    table = [[metric, *(_factor(value) for value in values)] for metric, values in found.factors.items()]
    for each_table in terminal.tables(head, table):
        print(each_table)
    print(wrapped("1 is no gain; “same” means that the difference is the same in every pair."))


def _factor(value: float) -> str:
    if value != value:
        return "–"
    return "same" if value == float("inf") else f"{value:,.1f}"

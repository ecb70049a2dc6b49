"""`tfs-sim events`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import is_experiment
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.scenario import Scenario


def events(name: str, arm: str | None, replicate: int, seed: int | None, out: Path | None) -> None:
    """Run one replicate again, print how often what happened, and write the events to a file."""
    from tfs_sim.experiments.execution.replaying import events as replayed
    from tfs_sim.experiments.storage import files
    from tfs_sim.experiments.storage.spreadsheets import as_csv

    title, scenario, usual = _asked(name, arm)
    if out is not None and out.suffix != ".csv":
        raise UserError(Mistake(f"--out is a file of events that ends in .csv; found {quote(str(out))}"))
    seed = usual if seed is None else seed
    with terminal.working() as shown:
        from tfs_sim.experiments.execution.work import warm_up
        from tfs_sim.scenario.build import build

        warm_up(build(scenario), shown.notice)
        found = replayed(scenario, replicate, seed)
    print(bold(wrapped(f"{title}: replicate {replicate} of seed {seed}, {len(found):,} events")))
    for block in terminal.tables(*_counts(found)):
        print(f"\n{block}")
    if out is None:
        print("\n" + wrapped("One run; others differ. --out FILE.csv writes each event, with who and when."))
        return
    files.write_bytes(out, as_csv(found))
    print(f"\nEvents   {terminal.path(out)}")


def _asked(name: str, arm: str | None) -> tuple[str, Scenario, int]:
    """Return title, scenario and usual seed: of an experiment those of an arm, the first if none is named."""
    if not is_experiment(name):
        from tfs_sim.scenario import load_scenario

        if arm is not None:
            raise UserError(Mistake("--arm names an arm of an experiment", hint=f"{name} is a scenario"))
        scenario = load_scenario(name)
        return scenario.title or scenario.name, scenario, 1
    from tfs_sim.experiments.designs.design import load_experiment

    experiment = load_experiment(name)
    arms = {each.label: each for each in experiment.arms()}
    chosen = next(iter(arms)) if arm is None else arm
    if chosen not in arms:
        message = f"{name} has no arm {quote(chosen)}; it has {'; '.join(arms)}"
        raise UserError(Mistake(message, suggestion=nearest(chosen, arms)))
    return f"{experiment.title or experiment.name}, {chosen}", arms[chosen].scenario, experiment.seed


def _counts(found: DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table of events by kind and site."""
    sites = list(found["site"].dropna().unique())
    counts = found.groupby(["event", "site"], observed=False).size()
    rows = [
        [str(kind), *(f"{int(counts.get((kind, site), 0)):,}" for site in sites)]
        for kind in found["event"].cat.categories
    ]
    return ["events", *sites], rows

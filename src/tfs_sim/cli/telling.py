"""`tfs-sim events`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import is_experiment
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.scenario import Scenario


def events(
    name: str, arm: str | None, replicate: int, seed: int | None, out: Path | None, parameter_set: str | None
) -> None:
    """Run one replicate again, print how often what happened, and write the events to a file."""
    from tfs_sim.experiments.execution.replaying import events as replayed
    from tfs_sim.experiments.execution.uncertain import one_set
    from tfs_sim.experiments.storage import files
    from tfs_sim.experiments.storage.spreadsheets import as_csv

    if out is not None:
        _place_for(out)
    title, scenario, usual, over, first = _asked(name, arm)
    under = first if parameter_set is None else parameter_set
    if parameter_set is not None:
        one_set(over, parameter_set)
    seed = usual if seed is None else seed
    with terminal.working() as shown:
        from tfs_sim.experiments.execution.work import warm_up

        warm_up(shown.notice)
        found = replayed(scenario, replicate, seed, under, over)
    of_set = f" of set {under}" if under else ""
    print(bold(wrapped(f"{title}: replicate {replicate}{of_set} of seed {seed}, {len(found):,} events")))
    for block in terminal.tables(*_counts(found)):
        print(f"\n{block}")
    if out is None:
        print("\n" + wrapped("One run; others differ. --out FILE.csv writes each event, with who and when."))
        return
    files.write_bytes(out, as_csv(found))
    print(f"\nEvents   {terminal.path(out)}")


def _place_for(out: Path) -> None:
    """Refuse, before anything is run, what is no CSV file, cannot be written, or would go over other things."""
    from tfs_sim.experiments.execution.replaying import EVENT_COLUMNS
    from tfs_sim.experiments.storage import files

    if out.suffix != ".csv":
        raise UserError(Mistake(f"--out is a file of events that ends in .csv; found {quote(str(out))}"))
    if os.path.lexists(out):
        head = ",".join(EVENT_COLUMNS).encode()
        try:
            with files.opened(out) as file:
                ours = file.readline(len(head) + 2).strip() == head
        except OSError:
            ours = False
        if not ours:
            raise UserError(Mistake(f"{out} is there already, and is no file of events", hint="Choose another name."))
    files.writable(out.parent)


def _asked(name: str, arm: str | None) -> tuple[str, Scenario, int, str, str]:
    """Return title, scenario, usual seed, over what parameters, and the first set.

    Of an experiment those of an arm, the first if none is named; of a scenario there is no first set.
    """
    if not is_experiment(name):
        from tfs_sim.scenario import load_scenario

        if arm is not None:
            raise UserError(Mistake("--arm names an arm of an experiment", hint=f"{name} is a scenario"))
        scenario = load_scenario(name)
        return scenario.title or scenario.name, scenario, 1, "plausible", ""
    from tfs_sim.experiments.designs.design import load_experiment
    from tfs_sim.experiments.execution.uncertain import sets_of

    experiment = load_experiment(name)
    arms = {each.label: each for each in experiment.arms()}
    chosen = next(iter(arms)) if arm is None else arm
    if chosen not in arms:
        message = f"{name} has no arm {quote(chosen)}; it has {'; '.join(arms)}"
        raise UserError(Mistake(message, suggestion=nearest(chosen, arms)))
    sets = sets_of(experiment, 1)
    over, first = ("plausible", "") if sets is None else (experiment.uncertainty, sets.ids[0])
    return f"{experiment.title or experiment.name}, {chosen}", arms[chosen].scenario, experiment.seed, over, first


def _counts(found: DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table of events by kind and site."""
    sites = list(found["site"].dropna().unique())
    counts = found.groupby(["event", "site"], observed=False).size()
    rows = [
        [str(kind), *(f"{int(counts.get((kind, site), 0)):,}" for site in sites)]
        for kind in found["event"].cat.categories
    ]
    return ["events", *sites], rows

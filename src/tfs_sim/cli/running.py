"""`tfs-sim run`, `sweep` and `report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, count, dim, wrapped

if TYPE_CHECKING:
    from tfs_sim.experiments.result import Result
    from tfs_sim.experiments.stored import Sweep
    from tfs_sim.scenario import Scenario


def run(
    name: str, replicates: int, seed: int, months: int | None, out: Path | None, workers: int | None, profile: bool
) -> None:
    """Run a scenario and print what came of it."""
    from tfs_sim.scenario import load_scenario

    scenario = load_scenario(name)
    if months is not None:
        scenario = scenario.with_(months=months)
    if profile:
        _profile(scenario, seed)
        return
    from tfs_sim.experiments import saved
    from tfs_sim.experiments.runner import simulate

    if out is not None:
        saved.check(out)
    print(
        bold(
            f"{scenario.title or scenario.name}: {count(replicates, 'replicate')} × {count(len(scenario.sites), 'site')}, "
            f"{count(scenario.clock.months, 'month')}"
        )
    )
    with terminal.working() as shown:
        result = simulate(scenario, replicates, seed, workers, shown.progress if replicates > 1 else None, shown.notice)
    print()
    print(outcomes(result))
    print()
    print(uncalibrated())
    if out is not None:
        saved.save(result, out)
        print(f"\nRuns     {out / 'runs.parquet'}\nMonths   {out / 'series.parquet'}")


def outcomes(result: Result) -> str:
    """Return a table of the outcomes by site; below each mean, where nine in ten replicates lie."""
    import numpy as np

    from tfs_sim.model.catalogue import METRICS

    said = {"last-year": "last year", "total": "in all", "end": "at the end"}
    titles = {key: site.title or key for key, site in result.scenario.sites.items()}
    head = ["", *(_cut(titles.get(site, site), 16) for site in result.sites)]
    rows = []
    for position, name in enumerate(result.metrics):
        metric = METRICS[name]
        if not metric.better:
            continue
        values = result.summaries[:, :, position]
        digits = metric.decimals
        unit = f" ({metric.unit})" if metric.unit not in {"", "share", "index"} else ""
        rows.append([_cut(f"{metric.title}{unit}", 30), *(f"{v:,.{digits}f}" for v in values.mean(axis=0))])
        low, high = np.quantile(values, [0.05, 0.95], axis=0)
        spread = [f"{a:,.{digits}f} – {b:,.{digits}f}" for a, b in zip(low, high, strict=True)]
        rows.append([f"  {said[metric.summary]}", *(spread if result.replicates > 1 else [""] * len(spread))])
    below = (
        f"Means of {result.replicates:,} replicates; below them, where nine in ten replicates lie."
        if result.replicates > 1
        else "One run: luck is part of every number. More replicates (--replicates 100) say how much."
    )
    return f"{terminal.table(head, rows)}\n\n{wrapped(below)}"


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def _profile(scenario: Scenario, seed: int) -> None:
    """Print the time that each step of a month takes."""
    from tfs_sim.model import engine
    from tfs_sim.scenario.build import build

    template = build(scenario)
    with terminal.working() as shown:
        engine.warm_up(shown.notice)
        steps = engine.profile(template, seed)
    total = sum(seconds for _, seconds in steps) or 1.0
    rows = [
        [str(step), f"{seconds * 1e6 / scenario.clock.months:,.1f}", f"{seconds / total:.0%}"]
        for step, seconds in steps
    ]
    rows.append(["all", f"{total * 1e6 / scenario.clock.months:,.1f}", "100%"])
    print(bold(f"{scenario.title or scenario.name}: one run of {count(scenario.clock.months, 'month')}"))
    print(terminal.table(["step", "µs a month", "share"], rows))


def sweep(
    name: str, replicates: int | None, seed: int | None, workers: int | None, out: Path | None, fresh: bool
) -> None:
    """Run an experiment, say what was found, write the report."""
    from tfs_sim.experiments import runner
    from tfs_sim.experiments.design import load_experiment

    experiment = load_experiment(name)
    replicates = experiment.replicates if replicates is None else replicates
    arms = experiment.arms()
    worlds = len(arms) // len(experiment.strategies)
    scenario = arms[0].scenario
    shape = [count(len(experiment.strategies), "strategy", "strategies")]
    if worlds > 1:
        shape.append(count(worlds, "world"))
    shape += [count(replicates, "replicate"), count(len(scenario.sites), "site")]
    print(bold(f"{experiment.title or experiment.name}: {' × '.join(shape)}, {count(scenario.clock.months, 'month')}"), flush=True)
    with terminal.working() as shown:
        done = runner.sweep(experiment, replicates, seed, workers, out, shown.progress, shown.notice, fresh)
    found(done)
    _report(done)


def report(folder: Path) -> None:
    """Write the report again, from stored results alone."""
    from tfs_sim.experiments.stored import Sweep

    done = Sweep.load(folder)
    print(bold(done.experiment["title"]))
    found(done)
    _report(done)


def found(sweep: Sweep) -> None:
    """Print the three most important findings."""
    from tfs_sim.analysis.findings import findings

    pairs = sweep.experiment["plan"]["replicates"]
    print(f"\n{bold('What we found')} {dim(_how(pairs))}")
    for number, finding in enumerate(findings(sweep, 3), 1):
        print(wrapped(str(finding), "     ", f"  {number}. "))
    print(uncalibrated())


def _how(pairs: int) -> str:
    return f"(differences over the same luck, 95% intervals, {count(pairs, 'pair')})"


def uncalibrated() -> str:
    """Return how far the numbers may be trusted."""
    return wrapped("Not calibrated yet: read these as how the model behaves, not as forecasts.")


def _report(sweep: Sweep) -> None:
    from tfs_sim.report import write_report

    write_report(sweep, sweep.folder)
    print(f"\nReport   {sweep.folder / 'report.html'}")

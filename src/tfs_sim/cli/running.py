"""`tfs-sim run` and `sweep`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import how_many, number_of_sets, only
from tfs_sim.cli.terminal import bold, dim, wrapped
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.execution.result import Result
    from tfs_sim.experiments.storage.stored import Sweep
    from tfs_sim.model.declare import Step
    from tfs_sim.scenario import Scenario


def run(
    name: str,
    replicates: int,
    seed: int,
    months: int | None,
    out: Path | None,
    workers: int | None,
    profile: bool,
    sets: int | None = None,
    uncertainty: str | None = None,
) -> None:
    """Run a scenario and print what came of it."""
    from tfs_sim.scenario import load_scenario

    only("scenarios", name)
    scenario = load_scenario(name)
    if months is not None:
        scenario = scenario.with_(months=months)
    if profile:
        _profile(scenario, seed)
        return
    from tfs_sim.cli.paying import afterwards
    from tfs_sim.experiments.designs.uncertainty import USUAL
    from tfs_sim.experiments.execution import saved
    from tfs_sim.experiments.execution.simulating import simulate
    from tfs_sim.experiments.execution.uncertain import listed_sets
    from tfs_sim.scenario.errors import Mistake, UserError
    from tfs_sim.scenario.ineffective import without_effect

    if sets is None and uncertainty not in (None, "defaults"):
        said = "--uncertainty says where --sets are from, and there is no --sets"
        raise UserError(Mistake(said, hint=f'tfs-sim run {name} --sets 100 --uncertainty "{uncertainty}"'))
    under = None if sets is None else listed_sets(uncertainty or USUAL, sets)
    shape = [
        *([] if sets is None else [count(sets, "set")]),
        count(replicates, "replicate"),
        count(len(scenario.sites), "site"),
    ]
    with nullcontext() if out is None else saved.held(out):
        _head(scenario.title or scenario.name, shape, scenario.clock.months)
        with terminal.working() as shown:
            told = shown.progress if replicates * (sets or 1) > 1 else None
            result = simulate(scenario, replicates, seed, workers, told, shown.notice, under)
        print()
        print(outcomes(result))
        print()
        for line in (*afterwards(result), *without_effect(scenario)):
            print(wrapped(line))
        print(trusted(None if under is None or under.agreement is None else under.agreement.record(), sets is not None))
        if out is None:
            return
        saved.save(result, out)
        named = [("\nRuns  ", "runs.parquet"), ("Months", "series.parquet")]
        for what, name in named if sets is None else [*named, ("Sets  ", "sets.parquet")]:
            print(f"{what}   {terminal.path(out / name)}")


def refuse_beside(option: str, others: Mapping[str, object]) -> None:
    """Refuse options that would have no effect beside this one."""
    from tfs_sim.scenario.errors import Mistake, UserError

    for name, value in others.items():
        if value is not None:
            raise UserError(Mistake(f"{name} has no effect beside {option}: leave out one of the two"))


def as_given(name: str, replicates: int, seed: int) -> None:
    """Print what is observed at the start of the first month, before anybody acts: what files say holds exactly."""
    from tfs_sim.experiments.execution.replaying import as_given as observed
    from tfs_sim.model.catalogue import METRICS
    from tfs_sim.scenario import drawing, load_scenario

    only("scenarios", name)
    scenario = load_scenario(name)
    with terminal.working() as shown:
        found = observed(scenario, replicates, seed, shown.notice).drop(columns="replicate")
    means = found.groupby("site", sort=False).mean()
    titles = _short({key: site.title or key for key, site in scenario.sites.items()})
    head = ["", *(_cut(titles.get(site, site), 16) for site in means.index)]
    moved = [name for name in means.columns if (means[name].fillna(0.0) != 0.0).any()]
    rows = [
        [_cut(f"{METRICS[name].title} {METRICS[name].unit and f'({METRICS[name].unit})'}", 44),
         *(_number(value, max(METRICS[name].decimals, 3)) for value in means[name].tolist())]
        for name in moved
    ]  # fmt: skip
    date = scenario.clock.start
    print(bold(wrapped(f"{scenario.title or scenario.name}: as given, at the start of {date}")))
    print("\n\n".join(terminal.tables(head, rows)))
    many = f"Means of {count(replicates, 'replicate')}; w" if replicates > 1 else "W"
    print("\n" + wrapped(f"{many}hat is not listed is zero. What is done in a month is that of the month before."))
    for sentence in drawing.told(scenario):
        print(wrapped(sentence))


def outcomes(result: Result) -> str:
    """Return the main outcomes by site; below each mean, where nine in ten replicates lie."""
    head, rows = _cells(result)
    below = (
        f"Means of {_sample(result)}; below them, where nine in ten runs lie."
        if len(result.values) > 1
        else "One run: luck is part of every number. More replicates (--replicates 100) say how much."
    )
    return "\n\n".join([*terminal.tables(head, rows), wrapped(below)])


def _sample(result: Result) -> str:
    """Return how many runs there are, in words."""
    replicates = count(result.replicates, "replicate")
    return replicates if result.sets is None else f"{count(len(result.sets), 'set')} of parameters × {replicates}"


def _cells(result: Result) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of the table of outcomes, a column for each site."""
    import numpy as np

    from tfs_sim.experiments.storage.summary import LAST_YEAR
    from tfs_sim.model.catalogue import METRICS

    titles = _short({key: site.title or key for key, site in result.scenario.sites.items()})
    head = ["", *(_cut(titles.get(site, site), 16) for site in result.sites)]
    names = _telling(result)
    rows = []
    last = "In the last year" if result.months >= LAST_YEAR else "Mean of all months"
    for way, said in (("last-year", last), ("end", "At the end"), ("total", "In all months")):
        shown = [name for name in names if METRICS[name].summary == way]
        if shown:
            rows.append([said, *("" for _ in result.sites)])
        for name in shown:
            metric, values = METRICS[name], result.summaries[:, :, result.metrics.index(name)]
            number = partial(_number, decimals=metric.decimals)
            unit = metric.unit and f"({metric.unit})"
            means = list(map(number, values.mean(axis=0).tolist()))
            if len(result.values) == 1:
                rows.append([_cut(f"  {metric.title} {unit}", 34), *means])
                continue
            low, high = np.quantile(values, [0.05, 0.95], axis=0).tolist()
            rows.append([_cut(f"  {metric.title}", 28), *means])
            spread = (f"{number(a)} to {number(b)}" for a, b in zip(low, high, strict=True))
            rows.append([_cut(f"    {unit}", 28), *spread])
    return head, rows


def _telling(result: Result) -> list[str]:
    """Return the main metrics, or where most of their mechanisms are off, all metrics that are not zero throughout."""
    moved = [name for n, name in enumerate(result.metrics) if result.summaries[:, :, n].any()]
    from tfs_sim.model.catalogue import METRICS

    main = [name for name in result.metrics if METRICS[name].main]
    if any(item.when is not None for item in result.scenario.in_force()[0]):
        main.append("adaptive")
    return main if 2 * len(set(main) & set(moved)) > len(main) else moved


def _short(titles: dict[str, str]) -> dict[str, str]:
    """Return titles up to their comma ("Dayton, Ohio"), unless two would be the same."""
    short = {key: title.partition(",")[0].strip() for key, title in titles.items()}
    return short if len(set(short.values())) == len(short) else titles


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def _profile(scenario: Scenario, seed: int) -> None:
    """Print the time that each step of a month takes."""
    from tfs_sim.model import clocked
    from tfs_sim.scenario.beginnings import template_of
    from tfs_sim.scenario.errors import Mistake, UserError

    template = template_of(scenario)
    with terminal.working() as shown:
        shown.notice("Compiling the model with a clock in it, once …")
        try:
            steps = clocked.profile(template, seed)
        except NotImplementedError as problem:
            raise UserError(Mistake(f"--profile cannot be had here: {problem}")) from None
    total = sum(seconds for _, seconds in steps) or 1.0
    per_month = 1e6 / scenario.clock.months
    rows = [[_step(step), f"{spent * per_month:,.1f}", f"{spent / total:.1%}"] for step, spent in steps]
    rows.append(["all", f"{total * per_month:,.1f}", "100%"])
    print(bold(wrapped(f"{scenario.title or scenario.name}: one run of {count(scenario.clock.months, 'month')}")))
    print(terminal.table(["step", "µs a month", "share"], rows))


def _step(step: Step) -> str:
    kernel = step.kernel.__name__.replace("_", " ")
    return f"{step.mechanism}: {kernel}" if step.mechanism else kernel


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for in the place of what an experiment says: None where it says nothing."""

    replicates: int | None = None
    sets: int | None = None
    uncertainty: str | None = None
    crossed: int | None = None
    explore: bool = False


def sweep(
    name: str,
    asked: Asked,
    seed: int | None,
    workers: int | None,
    out: Path | None,
    fresh: bool,
    executor: str = "threads",
    batch: int | None = None,
    shard: str | None = None,
) -> None:
    """Run an experiment, say what was found, write the report."""
    from tfs_sim.experiments.execution import runner

    experiment = shown_experiment(name, asked)
    part = None if shard is None else _shard(shard)
    if asked.explore:
        from tfs_sim.cli import exploring

        exploring.beforehand(experiment, workers)
        out = exploring.home(experiment) if out is None and part is None else out
    with terminal.working() as shown:
        done = runner.sweep(
            experiment, None, seed, workers, out, shown.progress, shown.notice, fresh, executor, batch, part
        )
    if part is not None:
        folder = terminal.path(done.folder.parent) if out is None else "DIR..."
        print(f"\nShard    {terminal.path(done.folder)}")
        print(f"When all {part[1]:,} are there:  tfs-sim merge {folder}/*")
        return
    if asked.explore:
        exploring.written(done, None)
    else:
        concluded(done)


def shown_experiment(name: str, asked: Asked) -> Experiment:
    """Read an experiment, as it is asked for, and print its title and how much there is to run."""
    from tfs_sim.experiments.designs.design import load_experiment
    from tfs_sim.experiments.execution.uncertain import under

    only("experiments", name)
    loaded = load_experiment(name)
    if asked.explore:
        from tfs_sim.experiments.designs.explore_tables import explored

        loaded = explored(under(loaded, asked.uncertainty))  # without sets there are more replicates of each point
    over = None if asked.explore else asked.uncertainty
    experiment = under(loaded, over, asked.sets, asked.replicates, asked.crossed)
    arms = experiment.arms()
    worlds = len(arms) // len(experiment.strategies)
    scenario = arms[0].scenario
    shape = [count(len(experiment.strategies), "strategy", "strategies")]
    if worlds > 1:
        shape.append(count(worlds, "world"))
    if experiment.points is not None:
        shape.append(count(len(experiment.points), "point"))
    if experiment.sets:
        shape.append(how_many(number_of_sets(experiment), "set"))
    shape.append(how_many(experiment.replicates, "replicate"))
    if experiment.crossed:
        shape[-1] += f" ({count(experiment.crossed, 'set')} with luck in common as well)"
    shape.append(count(len(scenario.sites), "site"))
    _head(experiment.title or experiment.name, shape, scenario.clock.months)
    return experiment


def concluded(sweep: Sweep) -> None:
    """Say what was found and write the report."""
    found(sweep)
    written(sweep)


def _shard(text: str) -> tuple[int, int]:
    from tfs_sim.scenario.errors import Mistake, UserError, quote

    part, slash, parts = text.partition("/")
    if not slash or not part.isdecimal() or not parts.isdecimal():
        raise UserError(Mistake(f"--shard is i/n, the i-th of n parts; found {quote(text)}", hint="--shard 3/16"))
    return int(part), int(parts)


def _head(title: str, shape: list[str], months: int) -> None:
    print(bold(wrapped(f"{title}: {' × '.join(shape)}, {count(months, 'month')}")), flush=True)


def found(sweep: Sweep) -> None:
    """Print the three most important findings."""
    from tfs_sim.analysis.findings import findings
    from tfs_sim.analysis.headlines import map_title
    from tfs_sim.analysis.stored import Stored
    from tfs_sim.analysis.words import mean_over_sites

    stored = Stored.of(sweep)
    sites = mean_over_sites(len(stored.sites))
    how = (
        f"Differences over the same luck, {stored.units.said}{f', {sites}' if sites else ''}; 95% intervals hold "
        f"{stored.units.holds}{'' if stored.units.set is not None else ' alone'}."
    )
    print(f"\n{bold('What we found')}\n{dim(wrapped(how, '  ', '  '))}")
    told = findings(stored, 3)
    if not told:
        print(wrapped("These runs hold no comparison: it takes a second strategy, or a level with a shock.", "  "))
    for number, finding in enumerate(told, 1):
        print(wrapped(str(finding), "     ", f"  {number}. "))
    if title := map_title(stored):
        print(wrapped(title + ".", "     ", "  Map: "))
    print(trusted(stored.agreement, stored.units.set is not None))


def trusted(agreement: Mapping[str, Any] | None, over_sets: bool) -> str:
    """Return how far the numbers may be trusted."""
    from tfs_sim.analysis.stamps import stamp

    return wrapped(" ".join(filter(None, stamp(agreement, over_sets))))


def written(sweep: Sweep, audience: str = "researcher") -> None:
    """Write the page and say where it is."""
    from tfs_sim.report import write_report

    print(f"\nReport   {terminal.path(write_report(sweep, sweep.folder, audience))}")

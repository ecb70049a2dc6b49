"""Commands that run something, or go on with results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfs_sim.cli.app import HOW_MANY, MOST_SETS, Over, Seed, Workers, app, whole


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A ready-made scenario's name, or a file.", show_default=False)
    ],
    replicates: Annotated[
        int | None,
        whole("--replicates", "-n", metavar="N", help=f"{HOW_MANY}1."),
    ] = None,
    seed: Seed = None,
    months: Annotated[
        int | None,
        whole("--months", "-m", metavar="M", largest=1200, help="Instead of the scenario's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for runs.parquet and series.parquet.")
    ] = None,
    workers: Workers = None,
    sets: Annotated[
        int | None,
        whole(
            "--sets", metavar="S", largest=MOST_SETS, help="Under how many sets of parameters; default: its own alone."
        ),
    ] = None,
    uncertainty: Over = None,
    as_given: Annotated[
        bool, typer.Option("--as-given", help="Print what is observed before anybody acts in the first month.")
    ] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print the time that each step of a month takes.")] = False,
) -> None:
    """Run a scenario and print what came of it."""
    from tfs_sim.cli import running

    given = {"--months": months, "--out": out, "--sets": sets, "--uncertainty": uncertainty}
    if as_given:
        running.refuse_beside("--as-given", given | {"--profile": profile or None})
        running.as_given(scenario, replicates or 1, 1 if seed is None else seed)
        return
    if profile:
        del given["--months"]
        running.refuse_beside("--profile", given | {"--replicates": replicates})
    seed = 1 if seed is None else seed
    running.run(scenario, replicates or 1, seed, months, out, workers, profile, sets, uncertainty)


@app.command()
def watch(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A ready-made scenario's name, or a file.", show_default=False)
    ],
    seed: Seed = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="NAME,…", help="Bundles in force; default: the scenario's own."),
    ] = None,
    port: Annotated[
        int,
        whole("--port", metavar="P", smallest=0, largest=65_535, help="Of this machine's own address; 0: any."),
    ] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Watch a scenario month by month in a browser, with levers to move (needs the extra explore)."""
    from tfs_sim.cli import watching

    watching.watch(scenario, 1 if seed is None else seed, strategy, port, browser)


@app.command()
def sweep(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A ready-made experiment's name, or a file.", show_default=False)
    ],
    replicates: Annotated[
        int | None,
        whole("--replicates", "-n", metavar="N", help=f"{HOW_MANY}the experiment's own."),
    ] = None,
    sets: Annotated[
        int | None,
        whole(
            "--sets",
            metavar="S",
            smallest=2,
            largest=MOST_SETS,
            help="How many sets of parameters; default: the experiment's own.",
        ),
    ] = None,
    uncertainty: Over = None,
    crossed: Annotated[
        int | None,
        whole(
            "--crossed",
            metavar="S",
            smallest=3,
            largest=MOST_SETS,
            help="Of how many sets the same luck is run as well; default: the experiment's own.",
        ),
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results; default: results/EXPERIMENT."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what is stored there and begin again.")] = False,
    executor: Annotated[
        str, typer.Option("--executor", metavar="KIND", help="threads or processes; the numbers are the same.")
    ] = "threads",
    dask: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="Run on the Dask cluster of this scheduler.")
    ] = None,
    batch: Annotated[
        int | None,
        whole("--batch", metavar="B", help="Runs that a worker is given at a time."),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Run the I-th of N parts alone; then: tfs-sim merge.")
    ] = None,
    explore: Annotated[
        bool,
        typer.Option("--explore", help="Run a design over its explore table instead, for a page with sliders."),
    ] = False,
) -> None:
    """Run an experiment, or what is missing of it; say what was found and write the report."""
    from tfs_sim.cli import running

    asked = running.Asked(replicates, sets, uncertainty, crossed, explore)
    running.sweep(experiment, asked, seed, workers, out, fresh, dask or executor, batch, shard)


@app.command()
def events(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A scenario or an experiment: a name, or a file.", show_default=False),
    ],
    arm: Annotated[
        str | None,
        typer.Option("--arm", metavar="ARM", help='Of an experiment: "strategy, level, …"; default: its first.'),
    ] = None,
    replicate: Annotated[
        int, whole("--replicate", "-r", metavar="R", smallest=0, help="Which run, counted from 0.")
    ] = 0,
    parameter_set: Annotated[
        str | None,
        typer.Option("--set", metavar="ID", help="Under which set of parameters; default: an experiment's first."),
    ] = None,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="A CSV file of all events, with who and when.")
    ] = None,
) -> None:
    """Run one replicate again and tell what happened in it: who left, joined, won money, apologized."""
    from tfs_sim.cli import telling

    telling.events(name, arm, replicate, seed, out, parameter_set)


@app.command()
def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of `sweep --shard`.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results; default: results/EXPERIMENT."),
    ] = None,
) -> None:
    """Put the shards of an experiment together; say what is missing, and leave with 1 if anything is."""
    from tfs_sim.cli import proving

    proving.merge(folders, out)


@app.command()
def audit(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A ready-made experiment's name, or a file.", show_default=False)
    ],
    pairs: Annotated[int, whole("--pairs", "-n", metavar="N", smallest=8, help="Pairs for variances.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    workers: Workers = None,
) -> None:
    """Check that strategies are compared over the same luck, and how much that helps; leave with 1 if it fails."""
    from tfs_sim.cli import proving

    proving.audit(experiment, pairs, as_json, workers)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.", show_default=False)],
    audience: Annotated[
        str,
        typer.Option(
            "--audience",
            metavar="WHO",
            help="funder, leader or researcher: how much is said; the numbers are the same.",
        ),
    ] = "researcher",
    one_page: Annotated[bool, typer.Option("--one-page", help="One page for a board instead, as PDF.")] = False,
    slides: Annotated[
        bool, typer.Option("--slides", help="Slides instead (.pptx), with notes on how to read them.")
    ] = False,
) -> None:
    """Write the report again, from stored results alone."""
    from tfs_sim.cli import reporting

    reporting.report(folder, audience, one_page, slides)


@app.command()
def explore(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Results over points (sweep --explore).", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="The page; default: DIR/explore.html.")
    ] = None,
    sliders: Annotated[
        str | None,
        typer.Option("--sliders", metavar="NAME,…", help="Which of what varies; default: all, at most six."),
    ] = None,
    under: Annotated[
        str | None,
        typer.Option(
            "--under", metavar="LABEL,…", help="Under which condition; default: that with the shock, or the first."
        ),
    ] = None,
) -> None:
    """Write a page with sliders: what happens where nothing was run, how sure that is, and where nothing is known."""
    from tfs_sim.cli import exploring

    exploring.explore(folder, out, sliders, under)


@app.command()
def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.", show_default=False)],
) -> None:
    """Say what a folder of results holds, what is missing and what is damaged."""
    from tfs_sim.cli import looking

    looking.status(folder)


@app.command()
def decide(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|TABLE", help="Results of a sweep; or CSV or Parquet: strategy, set, cost, effect …"
        ),
    ],
    worth: Annotated[
        str | None,
        typer.Option("--worth", metavar="W,…", help="Of a unit of effect; default: where the choice changes."),
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option("--parameters", metavar="FILE", help="Of each set: which are worth knowing?")
    ] = None,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn", help="Of results: say which parameters, and groups of them, are worth knowing before choosing."
        ),
    ] = False,
    view: Annotated[
        str | None,
        typer.Option(
            "--view", metavar="WHOSE", help="Of results: funder (dollars) or society (and hours, with a price)."
        ),
    ] = None,
    hour: Annotated[
        float | None, typer.Option("--hour", metavar="DOLLARS", help="Of society's view: the price of an hour.")
    ] = None,
    discount_costs: Annotated[
        float | None, typer.Option("--discount-costs", metavar="RATE", help="Of results, a year: 0.03 for 3%.")
    ] = None,
    discount_effects: Annotated[
        float | None, typer.Option("--discount-effects", metavar="RATE", help="Of results, a year: 0.03 for 3%.")
    ] = None,
    population: Annotated[
        int | None, whole("--population", metavar="N", help="How many decide a year, for values of information.")
    ] = None,
    horizon: Annotated[int | None, whole("--horizon", metavar="YEARS", help="How long what is learned counts.")] = None,
    pilot: Annotated[
        int | None,
        whole("--pilot", metavar="N", help="Of results: what are N communities with each strategy worth trying first?"),
    ] = None,
    pilot_months: Annotated[
        int | None, whole("--pilot-months", metavar="M", help="Months that a pilot is looked at; default: a whole run.")
    ] = None,
) -> None:
    """Say what to choose at which worth of an outcome, how sure that is, and what is worth learning first."""
    from tfs_sim.cli import deciding

    valued = deciding.Valued(view, hour, discount_costs, discount_effects, learn, pilot, pilot_months)
    deciding.decide(source, parameters, worth, population, horizon, valued)


@app.command()
def reproduce(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Keep the study's files and the new results there."),
    ] = None,
    workers: Workers = None,
) -> None:
    """Run a study again from its provenance alone; say whether the bits agree, and leave with 1 if they do not."""
    from tfs_sim.cli import handing

    handing.reproduce(folder, out, workers)


@app.command()
def export(
    source: Annotated[
        str, typer.Argument(metavar="DIR|SCENARIO", help="Results; for a network also a scenario.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder; of a network, the file. Default: DIR/export."),
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="Write a workbook as well: values, units, definitions.")
    ] = False,
    month: Annotated[
        int | None,
        whole("--month", "-m", metavar="M", largest=1200, help="Instead: the network of a month, as GraphML."),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="ARM", help='Of a network: "strategy, level, …"; default: the first.'),
    ] = None,
    site: Annotated[str | None, typer.Option("--site", metavar="NAME", help="Of a network: which community.")] = None,
    replicate: Annotated[
        int, whole("--replicate", "-r", metavar="R", smallest=0, help="Of a network: which run, from 0.")
    ] = 0,
    parameter_set: Annotated[
        str | None, typer.Option("--set", metavar="ID", help="Of a network: under which set; default: the first.")
    ] = None,
) -> None:
    """Write results for R and Excel with what every column means, or the network of any month as GraphML."""
    from tfs_sim.cli import handing

    handing.export(source, out, excel, month, strategy, site, replicate, parameter_set)


@app.command()
def optimize(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A ready-made experiment's name, or a file.", show_default=False)
    ],
    worth: Annotated[
        float | None,
        typer.Option("--worth", metavar="W", help="Look for net benefit, a student-month being worth so many dollars."),
    ] = None,
    sets: Annotated[
        int | None,
        whole(
            "--sets",
            metavar="S",
            smallest=2,
            largest=MOST_SETS,
            help="How many sets of parameters; default: the experiment's own.",
        ),
    ] = None,
    replicates: Annotated[
        int | None, whole("--replicates", "-n", metavar="N", help=f"{HOW_MANY}the experiment's own.")
    ] = None,
    uncertainty: Over = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder; default: results/EXPERIMENT-optimize."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what is kept there and begin again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Search for what a budget should buy, and when; say what that is worth on sets that the search never saw."""
    from tfs_sim.cli import optimizing

    optimizing.optimize(experiment, worth, seed, sets, replicates, uncertainty, workers, out, fresh, as_json)

"""The command line `tfs-sim`: parse, call, print.

Nothing heavy is imported here, so that help answers at once; each command's module is loaded when it runs.
"""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from tfs_sim.cli.leaving import StoppedError, check_memory, leave_at_once, orderly, silence, told
from tfs_sim.scenario.characters import PLAINER, shown


class _Group(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        check_memory()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise StoppedError(stop) from stop


app = typer.Typer(
    cls=_Group,
    name="tfs-sim",
    help="Simulate collective impact partnerships: which practices keep them alive and effective?",
    epilog="First steps: tfs-sim list scenarios · tfs-sim run together-for-students · tfs-sim sweep crisis-shock",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


MOST = 1_000_000
LARGEST_SEED = 2**63 - 1
MOST_SETS = 100_000


def _whole(*names: str, metavar: str, smallest: int = 1, largest: int = MOST, help: str) -> Any:
    """Return an option that is a whole number within limits, told like one in a file."""

    def read(text: str | int) -> int:
        from tfs_sim.scenario.fields import whole_or_refused

        plain = str(text).strip().replace("_", "")
        value: str | float = text
        if re.fullmatch(r"[-+]?[0-9]+", plain):
            value = int(plain[:100])  # Python reads no number of more than 4,300 digits; these are beyond every limit
        elif re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", plain):
            value = float(plain)
        return whole_or_refused(names[0], value, smallest, largest)

    return typer.Option(*names, metavar=metavar, parser=read, help=help)


Seed = Annotated[int | None, _whole("--seed", "-s", metavar="S", smallest=0, largest=LARGEST_SEED, help="Which luck.")]
Workers = Annotated[int | None, _whole("--workers", "-w", metavar="N", help="Threads; default: one a processor.")]
HOW_MANY = "How many runs with different luck; default: "
Over = Annotated[
    str | None,
    typer.Option(
        "--uncertainty",
        metavar="WHAT",
        help='Over which parameters: plausible, "plausible: turnover", defaults, or the JSON file of an ensemble.',
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        from tfs_sim import __version__

        print(f"tfs-sim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Simulate collective impact partnerships: which practices keep them alive and effective?"""


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A ready-made scenario's name, or a file.", show_default=False)
    ],
    replicates: Annotated[
        int | None,
        _whole("--replicates", "-n", metavar="N", help=f"{HOW_MANY}1."),
    ] = None,
    seed: Seed = None,
    months: Annotated[
        int | None,
        _whole("--months", "-m", metavar="M", largest=1200, help="Instead of the scenario's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for runs.parquet and series.parquet.")
    ] = None,
    workers: Workers = None,
    sets: Annotated[
        int | None,
        _whole(
            "--sets", metavar="S", largest=MOST_SETS, help="Under how many sets of parameters; default: its own alone."
        ),
    ] = None,
    uncertainty: Over = None,
    profile: Annotated[bool, typer.Option("--profile", help="Print the time that each step of a month takes.")] = False,
) -> None:
    """Run a scenario and print what came of it."""
    from tfs_sim.cli import running

    seed = 1 if seed is None else seed
    running.run(scenario, replicates or 1, seed, months, out, workers, profile, sets, uncertainty)


@app.command()
def sweep(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="A ready-made experiment's name, or a file.", show_default=False)
    ],
    replicates: Annotated[
        int | None,
        _whole("--replicates", "-n", metavar="N", help=f"{HOW_MANY}the experiment's own."),
    ] = None,
    sets: Annotated[
        int | None,
        _whole(
            "--sets",
            metavar="S",
            smallest=2,
            largest=MOST_SETS,
            help="How many sets of parameters; default: the experiment's own.",
        ),
    ] = None,
    uncertainty: Over = None,
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
        _whole("--batch", metavar="B", help="Runs that a worker is given at a time."),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Run the I-th of N parts alone; then: tfs-sim merge.")
    ] = None,
) -> None:
    """Run an experiment, or what is missing of it; say what was found and write the report."""
    from tfs_sim.cli import running

    asked = running.Asked(replicates, sets, uncertainty)
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
        int, _whole("--replicate", "-r", metavar="R", smallest=0, help="Which run, counted from 0.")
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
def decide(
    file: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV or Parquet: strategy, set, cost, effect …")],
    worth: Annotated[
        str | None,
        typer.Option("--worth", metavar="W,…", help="Of a unit of effect; default: where the choice changes."),
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option("--parameters", metavar="FILE", help="Of each set: which are worth knowing?")
    ] = None,
    population: Annotated[
        int | None, _whole("--population", metavar="N", help="How many decide a year, for values of information.")
    ] = None,
    horizon: Annotated[
        int | None, _whole("--horizon", metavar="YEARS", help="How long what is learned counts.")
    ] = None,
) -> None:
    """Say what to choose at which worth of an outcome, how sure that is, and what is worth learning first."""
    from tfs_sim.cli import deciding

    deciding.decide(file, parameters, worth, population, horizon)


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
    pairs: Annotated[int, _whole("--pairs", "-n", metavar="N", smallest=8, help="Pairs for variances.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    workers: Workers = None,
) -> None:
    """Check that strategies are compared over the same luck, and how much that helps; leave with 1 if it fails."""
    from tfs_sim.cli import proving

    proving.audit(experiment, pairs, as_json, workers)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.", show_default=False)],
) -> None:
    """Write the report again, from stored results alone."""
    from tfs_sim.cli import running

    running.report(folder)


@app.command()
def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.", show_default=False)],
) -> None:
    """Say what a folder of results holds, what is missing and what is damaged."""
    from tfs_sim.cli import looking

    looking.status(folder)


@app.command()
def check(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", help="Scenarios and experiments.", show_default=False)
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option("--schema", metavar="scenario|experiment", help="Print the JSON Schema for editors instead."),
    ] = None,
) -> None:
    """Check scenario and experiment files; say every mistake with its place."""
    from tfs_sim.cli import looking

    looking.check(files or [], schema)


@app.command("list")
def list_(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="scenarios, experiments, mechanisms, interventions, shocks, metrics, indicators, parameters or words",
            show_default=False,
        ),
    ],
    word: Annotated[
        str | None,
        typer.Argument(metavar="[WORD]", help="Of parameters and words: those with this in them.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what there is, with a line on each."""
    from tfs_sim.cli import listing

    listing.list_(kind, word, as_json)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A parameter (turnover.rate_nonprofit), mechanism, intervention, shock, metric, array (org.effort) or "
            "word; or: month, plausible, when",
            show_default=False,
        ),
    ],
    arrays: Annotated[bool, typer.Option("--arrays", help="With month: what each step reads and writes.")] = False,
) -> None:
    """Say what a name means: unit, default, plausible range, source, how sure we are of it."""
    from tfs_sim.cli import explaining

    explaining.explain(name, arrays)


@app.command()
def validate(
    only: Annotated[
        str | None, typer.Option("--only", metavar="ROWS", help="Rows apart by commas, such as M4,R1; default: all.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small samples: a minute instead of ten.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the page and its figures.")] = Path(
        "results/validation"
    ),
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="MECHANISMS",
            help="Mechanisms to switch off, apart by commas; with --necessity, one at a time.",
            show_default=False,
        ),
    ] = None,
    necessity: Annotated[
        bool,
        typer.Option(
            "--necessity",
            help="Which patterns break without which mechanism, against what was predicted: twenty minutes.",
        ),
    ] = False,
    workers: Workers = None,
) -> None:
    """Check every claim of the model and every published value; leave with 1 if one fails."""
    from tfs_sim.cli import validating

    names = None if without is None else [name for part in without for name in part.split(",")]
    if necessity:
        validating.necessity(only, names, quick, as_json, out, workers)
    else:
        validating.validate(only, names, quick, as_json, out, workers)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.", show_default=False)],
) -> None:
    """Begin a study of your own: a commented scenario and experiment that run as they are."""
    from tfs_sim.cli import looking

    looking.new(folder)


ensemble = typer.Typer(
    help="Sets of parameters in a file: what experiments are run over with `uncertainty`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(ensemble, name="ensemble")


@ensemble.command("make")
def ensemble_make(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help='plausible, "plausible: turnover", or a CSV file: a column "set", and one for each parameter.',
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The JSON file; its table stands beside it.")
    ],
    sets: Annotated[
        int | None, _whole("--sets", metavar="S", smallest=2, help="How many are drawn; default: 200.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What it is, in a line.")] = None,
    edition: Annotated[str, typer.Option("--edition", metavar="TEXT", help="Of your file.")] = "1",
    licence: Annotated[str, typer.Option("--licence", metavar="TEXT", help="How others may use it.")] = "CC0-1.0",
) -> None:
    """Write sets of parameters as an ensemble, which experiments can be run over and others can check."""
    from tfs_sim.cli import ensembles

    ensembles.make(source, out, sets, title, edition, licence)


@ensemble.command("check")
def ensemble_check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON file of an ensemble.", show_default=False)],
) -> None:
    """Say whether an ensemble is intact and the model still behaves as when it was made; leave with 2 if not."""
    from tfs_sim.cli import ensembles

    ensembles.check(path)


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Organizations and ties: CSV, XLSX, GraphML, GML, Pajek (.net) or UCINET (.dl).",
            show_default=False,
        ),
    ],
    site: Annotated[str, typer.Option("--site", metavar="NAME", help="Key of the community: small letters, hyphens.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder of what is written; default: NAME.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="A mapping.toml that you corrected.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Codes to keep; default: key.csv in the folder.")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Write and show names of organizations, not codes.")] = False,
    students: Annotated[
        int | None, _whole("--students", metavar="N", largest=10_000_000, help="In the community's schools.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="MONTH", help='First month, "2018-05"; default: the last wave\'s.')
    ] = None,
) -> None:
    """Make a scenario of a survey that you already have; say column by column what was taken, guessed or left."""
    from tfs_sim.cli import importing

    importing.import_(files, site, out, mapping, key, names, students, start)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    0: done. 1: a mistake of ours. 2: a mistake in what the user gave, or in the machine. 130: stopped with Ctrl-C.
    143: ended with SIGTERM. 129: the terminal was closed.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed: what is said goes nowhere, and what is asked for is done
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAINER)
    try:
        with orderly():
            code = _code(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        # Whoever read our output has left: say nothing more, not even while Python shuts down.
        silence(sys.stdout)
        code = 1
    except OSError as problem:  # of what is printed: a full disk behind it, say
        code = 2
        with suppress(OSError, ValueError):
            print(f"the output cannot be written ({problem.strerror})", file=sys.stderr, flush=True)
        silence(sys.stdout, sys.stderr)
    sys.exit(code)


def _code(arguments: list[str] | None) -> int:
    """Run the command, tell what it raises as a sentence, and return the exit code."""
    try:
        app(args=arguments, prog_name="tfs-sim")
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
    except StoppedError as stop:
        with suppress(OSError):  # of a terminal that was closed
            print(f"\n{shown(str(stop))}", file=sys.stderr, flush=True)
            sys.stdout.flush()
        leave_at_once(stop.code)
        return stop.code
    except BrokenPipeError:
        raise
    except Exception as problem:
        return told(problem)
    return 0

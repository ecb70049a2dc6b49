"""Commands that begin, check and explain: nothing is kept of what they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfs_sim.cli.app import MOST_SETS, Group, Over, Seed, Workers, app, whole


@app.command()
def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...", help="Scenarios, experiments, calibrations, problem sets.", show_default=False
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            metavar="KIND",
            help="Print the JSON Schema of scenario, experiment, calibration, problems or town files for editors "
            "instead.",
        ),
    ] = None,
) -> None:
    """Check files of scenarios, experiments, calibrations and problem sets; say every mistake with its place."""
    from tfs_sim.cli import looking

    looking.check(files or [], schema)


@app.command("list")
def list_(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="scenarios, experiments, calibrations, problems, mechanisms, interventions, shocks, metrics, "
            "indicators, parameters or words",
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
            "word; or: calibration, month, plausible, when",
            show_default=False,
        ),
    ],
    arrays: Annotated[bool, typer.Option("--arrays", help="With month: what each step reads and writes.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Of a word too all that has the name: source, mechanism, metric, arrays.")
    ] = False,
) -> None:
    """Say what a name means: of a word a sentence, else unit, default, plausible range, source, how sure we are."""
    from tfs_sim.cli import explaining

    print(explaining.explained(name, arrays, everything))


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
def calibrate(
    calibration: Annotated[
        str | None,
        typer.Argument(
            metavar="[CALIBRATION]",
            help="A ready-made calibration's name, or a file; not with --data.",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="What was seen of one town, or the folder of an import: sets are weighed by it.",
            show_default=False,
        ),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(
            "--prior",
            metavar="SETS",
            help="With --data: calibrated (default), plausible, or the file of an ensemble.",
            show_default=False,
        ),
    ] = None,
    look: Annotated[bool, typer.Option("--look", help="Print targets beside what sets of parameters give.")] = False,
    sets: Annotated[
        int | None,
        whole("--sets", metavar="S", smallest=2, largest=MOST_SETS, help="Sets drawn from the prior; default: 200."),
    ] = None,
    ensemble: Annotated[
        Path | None, typer.Option("--ensemble", metavar="FILE", help="The sets of an ensemble instead.")
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="TARGETS", help="Targets apart by commas; default: all.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder that keeps what is observed.")
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    quick: Annotated[bool, typer.Option("--quick", help="A trial of a few minutes, which writes no ensemble.")] = False,
    recover: Annotated[
        bool, typer.Option("--recover", help="Find ten sets of --ensemble again by what they give: ten trials.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Calibrate: find sets that agree with published figures, or with --data those that a town of yours leaves."""
    from tfs_sim.cli import calibrating, conditioning

    if data is not None:
        others = {"CALIBRATION": calibration, "--look": look, "--sets": sets, "--ensemble": ensemble, "--only": only}
        calibrating.alone("--data", others | {"--quick": quick, "--recover": recover})
        conditioning.condition(data, prior, out, seed, workers, as_json)
        return
    if recover:
        calibrating.alone("--recover", {"--look": look, "--sets": sets, "--only": only, "--quick": quick})
        calibrating.recover(calibrating.named(calibration, prior), ensemble, out, seed, workers, as_json)
        return
    calibrating.calibrate(
        calibrating.named(calibration, prior), look, sets, ensemble, only, out, seed, workers, as_json, quick
    )


@app.command()
def new(
    folder: Annotated[
        Path,
        typer.Argument(metavar="NAME", help="Of the community: a folder that is not there yet.", show_default=False),
    ],
    interview: Annotated[
        bool, typer.Option("--interview", help="Answer some questions in plain words; don't know is an answer.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="MONTH", help='First month, "2026-09"; default: months are counted.'),
    ] = None,
) -> None:
    """Begin a study of your own: one community, its money, and ways to spend it that cost the same."""
    from tfs_sim.cli import looking

    looking.new(folder, interview, start)


ensemble = typer.Typer(
    cls=Group,
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
        int | None,
        whole("--sets", metavar="S", smallest=2, largest=MOST_SETS, help="How many are drawn; default: 200."),
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
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help='The JSON file of an ensemble, or "calibrated".', show_default=False)
    ],
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
        int | None, whole("--students", metavar="N", largest=10_000_000, help="In the community's schools.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="MONTH", help='First month, "2018-05"; default: the wave\'s.')
    ] = None,
    wave: Annotated[
        str | None, typer.Option("--wave", metavar="LABEL", help="Wave that the network is of; default: the last.")
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="FILE", help="Only write what is guessed of the columns, to be corrected."),
    ] = None,
) -> None:
    """Make a scenario of a survey that you already have; say column by column what was taken, guessed or left."""
    from tfs_sim.cli import importing

    if draft is not None:
        importing.draft(files, mapping, draft)
        return
    importing.import_(files, site, out, mapping, key, names, students, start, wave)


@app.command()
def survey(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|DIR", help="A scenario, a folder of an import, or of results.", show_default=False
        ),
    ],
    month: Annotated[int, whole("--month", "-m", metavar="M", largest=1200, help="At the end of which month.")] = 12,
    sets: Annotated[
        int | None,
        whole(
            "--sets", metavar="S", smallest=2, largest=MOST_SETS, help="Sets of parameters, one run each; default: 100."
        ),
    ] = None,
    uncertainty: Over = None,
    site: Annotated[str | None, typer.Option("--site", metavar="NAME", help="Which community, if several.")] = None,
    answers: Annotated[
        float | None,
        typer.Option("--answers", metavar="SHARE", help="Without a survey: of members who answer; default: 1."),
    ] = None,
    within: Annotated[
        float | None,
        typer.Option(
            "--within",
            metavar="MONTHS",
            help="A tie is one with contact within so many; default: as yours means, or 3.",
        ),
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Put the survey that you have to the simulated partnership; set what it finds beside what you found."""
    from tfs_sim.cli import asking

    asking.survey(source, month, sets, uncertainty, site, answers, within, seed, workers, as_json)

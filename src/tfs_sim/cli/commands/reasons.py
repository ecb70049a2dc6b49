"""Commands that go on from the results of a sweep to their reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tfs_sim.cli.app import MOST_SETS, Workers, app, whole

Results = Annotated[Path, typer.Argument(metavar="DIR", help="Results of a sweep.", show_default=False)]
Metric = Annotated[
    str | None, typer.Option("--metric", metavar="NAME", help="Which outcome; default: the primary one.")
]
Under = Annotated[
    str | None,
    typer.Option(
        "--under", metavar="LABEL,…", help="Under which condition; default: that with the shock, or the first."
    ),
]
Sets = Annotated[
    int | None,
    whole("--sets", metavar="S", largest=MOST_SETS, help="Over the first so many sets; default: 24, or all."),
]
Replicates = Annotated[
    int | None, whole("--replicates", "-n", metavar="N", help="Runs of each set; default: 1 (without sets 24).")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def why(
    folder: Results,
    a: Annotated[str, typer.Argument(metavar="A", help="A strategy.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="What it is compared with.", show_default=False)],
    metric: Metric = None,
    under: Under = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            metavar="GROUP",
            help='Again and again: "people: turnover, smoothing", a mechanism, or one of the eight groups that are '
            "split over otherwise.",
            show_default=False,
        ),
    ] = None,
    sets: Sets = None,
    replicates: Replicates = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Say why strategy A does better (or worse) than B: their difference split over groups of mechanisms."""
    from tfs_sim.cli import reasoning

    reasoning.why(folder, a, b, metric, under, group or [], sets, replicates, workers, as_json)


@app.command()
def structure(
    folder: Results,
    metric: Metric = None,
    under: Under = None,
    form: Annotated[
        list[str] | None,
        typer.Option("--form", metavar="FORM", help="Again and again: which forms; default: all.", show_default=False),
    ] = None,
    targets: Annotated[
        str | None,
        typer.Option(
            "--targets", metavar="CALIBRATION", help="Hold sets against these targets in every form (takes longer)."
        ),
    ] = None,
    sets: Annotated[
        int | None,
        whole("--sets", metavar="S", largest=MOST_SETS, help="Over the first so many sets; default: 48, or all."),
    ] = None,
    replicates: Annotated[
        int | None, whole("--replicates", "-n", metavar="N", help="Runs of each set; default: 1 (without sets 48).")
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Say whether the answer holds, weakens or turns in contested forms of the model."""
    from tfs_sim.cli import reasoning

    reasoning.structure(folder, metric, under, form or [], targets, sets, replicates, workers, as_json)


@app.command()
def where(
    folder: Results,
    a: Annotated[
        str | None, typer.Argument(metavar="[A]", help="Whose answer it is; default: the best by expectation.")
    ] = None,
    b: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="Where is A worse than B? Default: than whichever is best there."),
    ] = None,
    over: Annotated[
        str | None,
        typer.Option(
            "--over", metavar="WHAT", help="conditions or parameters; default: conditions where there are several."
        ),
    ] = None,
    worth: Annotated[
        float | None,
        typer.Option(
            "--worth", metavar="DOLLARS", help="Of a student-month of support: compare by net benefit, not by a metric."
        ),
    ] = None,
    metric: Metric = None,
    under: Under = None,
    at_least: Annotated[
        float | None, typer.Option("--at-least", metavar="X", help="From what a strategy is good enough …")
    ] = None,
    at_most: Annotated[float | None, typer.Option("--at-most", metavar="X", help="… and up to what.")] = None,
    as_json: Json = False,
) -> None:
    """Say where the answer changes: under which conditions another strategy is better, and what that may cost."""
    from tfs_sim.cli import changing

    changing.where(folder, a, b, over, worth, metric, under, (at_least, at_most), as_json)


@app.command()
def starts(
    folder: Results,
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="What is crossed and holds the starts; default: the only such key."),
    ] = None,
    metric: Metric = None,
    as_json: Json = False,
) -> None:
    """Say whether it depends on the start what becomes of a partnership: from a low and from a high beginning."""
    from tfs_sim.cli import changing

    changing.starts(folder, key, metric, as_json)


@app.command()
def sensitivity(
    folder: Results,
    a: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A strategy; default: the first beside the reference.")
    ] = None,
    b: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="Of the difference from this one; default: of the outcome itself."),
    ] = None,
    metric: Metric = None,
    under: Under = None,
    from_sets: Annotated[
        bool, typer.Option("--from-sets", help="Of the sets that are stored, without runs: shares of a regression.")
    ] = False,
    inputs: Annotated[
        int | None,
        whole("--inputs", metavar="K", largest=25, help="Parameters that go on from screening; default: 12, or 10."),
    ] = None,
    trajectories: Annotated[
        int, whole("--trajectories", metavar="R", smallest=2, largest=1000, help="Of screening (Morris).")
    ] = 8,
    base: Annotated[
        int, whole("--base", metavar="N", smallest=8, largest=65_536, help="Base rows of indices, a power of 2.")
    ] = 64,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Say which parameters drive a difference, or an outcome: screening, then Sobol indices with luck taken out."""
    from tfs_sim.cli import reasoning

    sizes = (inputs, trajectories, base)
    kind: Literal["shares"] | None = "shares" if from_sets else None
    reasoning.sensitivity(folder, a, b, metric, under, kind, sizes, workers, as_json)


@app.command()
def survival(
    folder: Results,
    event: Annotated[
        str,
        typer.Option(
            "--event",
            metavar="WHAT",
            help="What ends a life: ended, ended_goals_met, ended_faded, ended_broke_up or ended_lost_host.",
        ),
    ] = "ended",
    under: Under = None,
    as_json: Json = False,
) -> None:
    """Say how long partnerships last under each strategy: Kaplan-Meier curves, mean life within the horizon."""
    from tfs_sim.cli import living

    living.survival(folder, event, under, as_json)


@app.command()
def story(
    folder: Results,
    a: Annotated[str, typer.Argument(metavar="A", help="A strategy.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
    replicate: Annotated[
        int, whole("--replicate", "-r", metavar="R", smallest=0, help="Which run, counted from 0.")
    ] = 0,
    parameter_set: Annotated[
        str | None, typer.Option("--set", metavar="ID", help="Under which set of parameters; default: the first.")
    ] = None,
    under: Under = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="A CSV file of what happened in one run alone.")
    ] = None,
) -> None:
    """Tell two runs over the same luck side by side: to the month in which they part, and what parted them."""
    from tfs_sim.cli import living

    living.story(folder, a, b, replicate, parameter_set, under, out)


@app.command("event-study")
def event_study(
    folder: Results,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="EVENT",
            help="departure, join, withdrawal, apology, award-won, award-lost, host-lost or host-found.",
            show_default=False,
        ),
    ],
    strategy: Annotated[
        str | None, typer.Argument(metavar="[STRATEGY]", help="In runs of which; default: the reference.")
    ] = None,
    metric: Metric = None,
    under: Under = None,
    among: Annotated[
        str,
        typer.Option("--among", metavar="WHOM", help="Of a role or sector alone: backbone, health …"),
    ] = "",
    months: Annotated[int, whole("--months", metavar="M", largest=1200, help="After the event.")] = 24,
    sets: Annotated[
        int | None,
        whole("--sets", metavar="S", largest=MOST_SETS, help="Over the first so many sets; default: 100, or all."),
    ] = None,
    replicates: Annotated[
        int | None, whole("--replicates", "-n", metavar="N", help="Runs of each set; default: 1 (without sets 100).")
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Say what one event does: runs beside the same runs in which it does not happen (the person stays, …)."""
    from tfs_sim.cli import living

    living.event(folder, kind, strategy, metric, under, among, months, sets, replicates, workers, as_json)


@app.command()
def power(
    folder: Results,
    a: Annotated[str, typer.Argument(metavar="A", help="A strategy.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Over which its effect is.", show_default=False)],
    metric: Metric = None,
    under: Under = None,
    sites: Annotated[
        str | None, typer.Option("--sites", metavar="N,…", help="Communities in all; default: 10,20,40,80.")
    ] = None,
    months: Annotated[
        int | None,
        whole(
            "--months", metavar="M", largest=1200, help="From the parting of the strategies on; default: to the end."
        ),
    ] = None,
    design: Annotated[
        list[str] | None,
        typer.Option(
            "--design",
            metavar="DESIGN",
            help="Again and again: randomized, before-after, matched; staggered, which is run; default: all but that.",
            show_default=False,
        ),
    ] = None,
    noise: Annotated[
        float, typer.Option("--noise", metavar="SD", help="Error of a measurement in one community, in its unit.")
    ] = 0.0,
    response: Annotated[
        float, typer.Option("--response", metavar="SHARE", help="Of communities that are measured at the end.")
    ] = 1.0,
    survey: Annotated[
        str | None,
        typer.Option(
            "--survey",
            metavar="QUESTION",
            help="Measure what a survey of members finds: trust, density, transitivity, hub, attendance.",
        ),
    ] = None,
    answers: Annotated[
        float | None, typer.Option("--answers", metavar="SHARE", help="Of members who answer the survey; default: all.")
    ] = None,
    within: Annotated[
        float | None, typer.Option("--within", metavar="MONTHS", help="Of contact for a tie in the survey.")
    ] = None,
    waves: Annotated[
        int | None,
        whole("--waves", metavar="W", smallest=3, largest=100, help="Of a staggered evaluation; default: 4."),
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Say whether an evaluation could have seen it: power, bias, chance of a wrong sign, least effect."""
    from tfs_sim.cli import living

    held = living.survey_asked(survey, answers, within)
    living.power(
        folder, a, b, metric, under, sites, months, living.designs_asked(design or [], waves), (noise, response), held,
        waves, workers, as_json,
    )  # fmt: skip


@app.command()
def foretell(
    folder: Results,
    strategy: Annotated[
        str | None, typer.Argument(metavar="[STRATEGY]", help="Under which; default: the reference.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="NAME", help="Which outcome; default: whether it is alive.")
    ] = None,
    under: Under = None,
    first: Annotated[int, whole("--first", metavar="M", largest=1200, help="Months whose mean indicators are.")] = 12,
    at: Annotated[int, whole("--at", metavar="M", largest=1200, help="Month at which the outcome is looked at.")] = 60,
    as_json: Json = False,
) -> None:
    """Say what to watch: indicators of the first year that foretell the fifth, and from which value to worry."""
    from tfs_sim.cli import living

    living.foretell(folder, strategy, metric, under, first, at, as_json)

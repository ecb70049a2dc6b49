"""Commands that hold tools, ours too, against what is known or was hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfs_sim.cli.app import MOST_SETS, Over, Seed, Workers, app, whole

problems = typer.Typer(
    help="Communities with hidden truths: what is seen of them, answers, and how these are scored.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(problems, name="problems")

Set = Annotated[
    str, typer.Argument(metavar="SET", help="A ready-made problem set's name, or a file.", show_default=False)
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="TEXT", help="Truths of your own: long, and kept by you; default: the set's."),
]


@problems.command("make")
def problems_make(
    name: Set,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of what is seen.")],
    key: Key = None,
) -> None:
    """Write what an evaluator would have seen of each community, and a form for answers; no truth, no key."""
    from tfs_sim.cli import contests

    contests.make(name, out, key)


@problems.command("answer")
def problems_answer(
    name: Set,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What was made to be seen.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The CSV file of the answers.")],
    way: Annotated[
        str, typer.Option("--by", metavar="HOW", help="prior (what was seen does not count) or nearest (most like it).")
    ] = "nearest",
    uncertainty: Over = None,
    sets: Annotated[
        int | None, whole("--sets", metavar="S", smallest=2, largest=MOST_SETS, help="How many are run; default: 400.")
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
) -> None:
    """Answer a problem set with the model under many sets of parameters."""
    from tfs_sim.cli import contests

    contests.answer(name, folder, out, way, uncertainty, sets, seed, workers)


@problems.command("score")
def problems_score(
    name: Set,
    answers: Annotated[list[Path], typer.Argument(metavar="ANSWERS...", help="CSV or JSON files.", show_default=False)],
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Score answers against the truths; of several files each beside the first."""
    from tfs_sim.cli import contests

    contests.score(name, answers, key, as_json)


@app.command()
def facts(
    uncertainty: Over = None,
    sets: Annotated[
        int | None, whole("--sets", metavar="S", smallest=5, largest=MOST_SETS, help="How many sets; default: 64.")
    ] = None,
    replicates: Annotated[
        int | None, whole("--replicates", "-n", metavar="N", help="Runs of each set; default: 2.")
    ] = None,
    funnel_sets: Annotated[
        int | None,
        whole("--funnel-sets", metavar="S", smallest=0, largest=MOST_SETS, help="Of the funnel; default: 24; 0: none."),
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="What is found, as JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say how likely the brief's facts are under the model, and beside a placebo without grant and pandemic."""
    from tfs_sim.cli import briefing

    asked = briefing.Asked(uncertainty, sets, replicates, funnel_sets, seed)
    briefing.facts(asked, workers, out, as_json)

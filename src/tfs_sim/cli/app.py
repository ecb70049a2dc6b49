"""The command line's frame: the group of commands, and the options that several of them share."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tfs_sim.cli.leaving import StoppedError, check_memory


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


def whole(*names: str, metavar: str, smallest: int = 1, largest: int = MOST, help: str) -> Any:
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


Seed = Annotated[int | None, whole("--seed", "-s", metavar="S", smallest=0, largest=LARGEST_SEED, help="Which luck.")]
Workers = Annotated[int | None, whole("--workers", "-w", metavar="N", help="Threads; default: one a processor.")]
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

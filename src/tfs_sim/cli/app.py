"""The command line's frame: the group of commands, and the options that several of them share."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tfs_sim.cli.leaving import StoppedError, check_memory


class Group(TyperGroup):
    """A group of commands: refuses what no command means, before any of them runs."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was asked for, with what it was given."""
        name, command, given = super().resolve_command(ctx, args)
        if not isinstance(command, Group):
            _refuse_empty(command, given)
        return name, command, given

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command is for, whole."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, each.get_short_help_str(limit=1000)) for name, each in commands if each and not each.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        from tfs_sim.cli.terminal import compiling_shown

        check_memory()
        try:
            with compiling_shown():
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise StoppedError(stop) from stop


def _refuse_empty(command: Any, given: list[str]) -> None:
    """Refuse an empty text: nobody means one, and a script whose variable is not set would run at defaults."""
    from tfs_sim.scenario.errors import Mistake, UserError

    takes = {name for each in command.params if not getattr(each, "is_flag", False) for name in each.opts}
    places = [str(each.metavar) for each in command.params if each.param_type_name == "argument"] or ["an argument"]
    option, place = "", 0
    for text in given:
        begins = text.startswith("-") and not option
        name, equals, value = text.partition("=") if begins else (option, "=", text)
        option = name if begins and not equals and name in takes else ""
        if begins and not equals:
            continue
        if not value.strip():
            said = name or places[min(place, len(places) - 1)].strip("[].")
            raise UserError(Mistake(f"{said} is given an empty text", hint="Say what is meant, or leave it out."))
        place += not name


app = typer.Typer(
    cls=Group,
    name="tfs-sim",
    help="Simulate collective impact partnerships: which practices keep them alive and effective?",
    epilog="First steps: tfs-sim list scenarios · tfs-sim run together-for-students · tfs-sim sweep crisis-shock",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # what draws boxes about options takes twice as long to load as all the rest
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

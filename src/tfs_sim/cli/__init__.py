"""The command line `tfs-sim`: parse, call, print.

Nothing heavy is imported here, so that help answers at once; each command's module is loaded when it runs.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tfs_sim.cli import commands  # noqa: F401 - the commands come to the app
from tfs_sim.cli.app import app
from tfs_sim.cli.leaving import StoppedError, leave_at_once, orderly, silence, told
from tfs_sim.scenario.characters import PLAINER, shown


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
        try:
            sys.stderr.flush()
        except OSError:  # what was asked for is done, and its exit code stands
            silence(sys.stderr)
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

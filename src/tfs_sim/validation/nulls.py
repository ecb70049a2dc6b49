"""Does a row fail where what its title is about has no effect?

Every row declares what its title is about as nulls (`row.Null`): values of parameters at which they do nothing,
interventions that do nothing, organizations that are all alike. Each is put into every run of the row, and the row is
asked again. A row that holds all the same proves little of what it says.

    python -m tfs_sim.validation.nulls --quick M1a M5
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tfs_sim.model.engine import RECORDS, Template
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms import delivery
from tfs_sim.model.state import K
from tfs_sim.validation import chosen, kept, running
from tfs_sim.validation.row import FULL, QUICK, Budget, Measured, Null, Row, asked


@dataclass(frozen=True)
class Answer:
    """What became of a row under one of its nulls."""

    row: Row
    null: Null
    measured: Measured

    @property
    def holds(self) -> bool:
        """Whether the row holds all the same, and so proves little."""
        return self.measured.holds


def variation(null: Null) -> running.Variation:
    """Return the variation of the model that a null is."""
    settings = []
    for name, value in null.settings.items():
        mechanism, _, parameter = name.partition(".")
        settings.append((mechanism, parameter, value))
    at_start = level if null.alike else None
    return running.Variation(
        f"null: {null}", off=null.off, settings=tuple(settings), without=null.without, at_start=at_start
    )


def level(template: Template, world: Any) -> None:
    """Make every organization equally strong in every kind of support, as if sectors did not differ."""
    world.strength[:] = world.recognized[:] = 1.0 / K
    world.overlap[:] = 1.0
    play(delivery.begin, world._asdict() | {"p": template.parameters[RECORDS.index(delivery.MECHANISM.name)]})


def answers(rows: Sequence[Row], budget: Budget) -> Iterator[Answer]:
    """Yield what becomes of each row under each of its nulls."""
    for row in rows:
        for null in row.about if isinstance(row.about, tuple) else ():
            with running.under(variation(null)):
                measured = asked(row, budget)
            kept.forget()
            yield Answer(row, null, measured)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask rows under their nulls and say what became of each; 1 if one holds, 2 if a row is not there."""
    from tfs_sim.scenario.errors import UserError

    parser = argparse.ArgumentParser(prog="python -m tfs_sim.validation.nulls", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="such as M4 or M10a (default: all)")
    parser.add_argument("--quick", action="store_true", help="small samples")
    given = parser.parse_args(arguments)
    try:
        rows = chosen(given.rows or None)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    holding = []
    for answer in answers(rows, QUICK if given.quick else FULL):
        holding += [answer.row.name] * answer.holds
        print(f"{answer.row.name} {'HOLDS' if answer.holds else 'fails'} at {answer.null}: {answer.measured.found}")
    for row in rows:
        if isinstance(row.about, str):
            print(f"{row.name} has no null: {row.about}")
    print(f"These hold all the same: {', '.join(holding)}." if holding else "None holds.")
    return 1 if holding else 0


if __name__ == "__main__":
    raise SystemExit(main())

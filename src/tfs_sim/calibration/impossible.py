"""Targets that no set of parameters meets: which, by how much, and where the model comes nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.calibration.emulators import CUT
from tfs_sim.calibration.held import Array, required
from tfs_sim.calibration.implausibility import LARGEST, of_runs, ranked
from tfs_sim.scenario.errors import Mistake, UserError, count, quote

if TYPE_CHECKING:
    from tfs_sim.calibration.matching import Calibration

_TOLD = 5
"""Parameters of the nearest point that are told."""


class ImpossibleError(UserError):
    """No set of parameters meets the targets."""


def ruled_out(found: Calibration, nearest: Array | None = None) -> ImpossibleError:
    """Return the error that says which target cannot be met, by how many deviations, at which nearest point.

    Parameters
    ----------
    found : the waves so far.
    nearest : where emulators come nearest when they leave nothing at all, [parameters]; it was not run.
    """
    off = of_runs(found.values, found.outputs)
    needed = np.flatnonzero(required(found.outputs))
    worst = ranked(off[:, needed], LARGEST)
    best = int(worst.argmin())
    if not np.isfinite(worst[best]):
        said = "no set of parameters that was run has a value of every target"
        return ImpossibleError(Mistake(f"the targets cannot be met: {said} ({count(len(worst), 'set')} run)"))
    alone = off[:, needed].min(axis=0)
    # where one target alone is out of reach it is that one; else the one that the nearest set misses most
    hardest = int(alone.argmax())
    which = needed[hardest] if alone[hardest] > CUT else needed[int(off[best, needed].argmax())]
    best = int(off[:, which].argmin()) if alone[hardest] > CUT else best
    output = found.outputs[which]
    value = output.natural(float(found.values[best, which]))
    reach = (
        "whatever the others"
        if alone[hardest] > CUT
        else f"though it can be met alone (another set comes within {float(off[:, which].min()):.1f})"
    )
    message = (
        f"the target {quote(output.name)} cannot be met{'' if alone[hardest] > CUT else ' together with the others'}: "
        f"the nearest of {count(len(worst), 'set')} that were run, {found.ids[best]}, gives {value:.4g} where the "
        f"figure is {output.natural(output.centre):.4g}, which misses it by {off[best, which]:.1f} standard "
        f"deviations, {reach}"
    )
    return ImpossibleError(Mistake(message, hint=_where(found, best, int(which), nearest)))


def _where(found: Calibration, best: int, which: int, nearest: Array | None) -> str:
    """Return the nearest point, by the parameters that the target hangs on most."""
    emulators = found.waves[-1].emulators if found.waves else ()
    name = found.outputs[which].name
    active = next((each.active for each in emulators if each.output == name), ())
    names, row = found.space.names, found.table[best]
    said = ", ".join(f"{names[n]} = {row[n]:g}" for n in active[:_TOLD])
    further = "" if nearest is None else " By its emulators nothing is left that may come nearer."
    return f"At {found.ids[best]}: {said}.{further}" if said else further.strip()

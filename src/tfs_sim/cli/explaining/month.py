"""The page on the month: every step in order."""

from __future__ import annotations

from tfs_sim.cli.explaining.layout import path
from tfs_sim.cli.terminal import bold, dim, wrapped
from tfs_sim.model.declare import Mechanism, Step


def month(with_arrays: bool = False) -> str:
    """Return the order of a month: every step with its mechanism and file, and with what it reads and writes."""
    from tfs_sim.model.catalogue import MECHANISMS
    from tfs_sim.model.tick import MONTH

    lines = [bold("A month, step by step")]
    phase = ""
    for number, step in enumerate(MONTH, 1):
        if step.phase != phase:
            phase = step.phase
            lines += ["", bold(phase)]
        lines.append(wrapped(step.what, "      ", f"  {number:>2}  "))
        lines.append(dim("      " + " · ".join(filter(None, (step.mechanism, _file(step, MECHANISMS))))))
        if with_arrays:
            lines += _arrays(step)
    return "\n".join(lines)


def _arrays(step: Step) -> list[str]:
    from tfs_sim.model.uses import arrays_of

    reads, writes = arrays_of(step)
    named = (("reads", reads), ("writes", writes))
    return [wrapped(", ".join(names), " " * 14, f"      {verb:<8}") for verb, names in named if names]


def _file(step: Step, mechanisms: dict[str, Mechanism]) -> str:
    return path(mechanisms[step.mechanism].file if step.mechanism in mechanisms else step.kernel.__module__)

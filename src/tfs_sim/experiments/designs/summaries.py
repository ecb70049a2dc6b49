"""An experiment in a few lines, as it shows itself in a terminal and in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tfs_sim.scenario.characters import printable
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment


def rows(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what an experiment is, as labels and values; what it does not have is left out."""
    e, d = experiment, experiment.outcomes
    times = [count(e.replicates, "replicate") if isinstance(e.replicates, int) else "replicates until it is told"]
    if e.sets:
        sets = f"{e.sets:,} sets" if isinstance(e.sets, int) else "sets until it is told,"
        times.insert(0, f"{sets} of parameters ({e.uncertainty})")
    elif isinstance(e.uncertainty, str):
        times.append(f"parameters: {e.uncertainty}")
    conditions = [f"{key}: {', '.join(level.label for level in levels)}" for key, levels in e.cross.items()]
    design = (
        "" if e.points is None else f"{count(len(e.points), 'point')} of {count(len(e.points.variables), 'variable')}"
    )
    found = [
        ("question", e.question),
        ("scenario", e.scenario),
        (
            "strategies",
            ", ".join(f"{name} ({each.title})" if each.title else name for name, each in e.strategies.items()),
        ),
        ("against", e.against),
        ("under", "; ".join(conditions)),
        ("design", design),
        ("runs", f"{count(len(e.arms()), 'arm')} × {' × '.join(times)}, seed {e.seed}"),
        ("outcomes", ", ".join((d.primary, *d.also))),
    ]
    return [(label, value) for label, value in found if value]


def in_lines(experiment: Experiment) -> str:
    """Return the experiment as lines of text."""
    head = f"Experiment {experiment.name!r}" + (f": {experiment.title}" if experiment.title else "")
    return printable("\n".join([head, *(f"  {label:<10} {value}" for label, value in rows(experiment))]))


def as_table(experiment: Experiment) -> str:
    """Return the experiment as an HTML table; what files say is escaped."""
    lines = (f"<tr><th>{label}</th><td>{html.escape(value)}</td></tr>" for label, value in rows(experiment))
    return f"<table><caption>{html.escape(experiment.title or experiment.name)}</caption>{''.join(lines)}</table>"

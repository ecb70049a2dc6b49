"""What stands under every figure, and the conditions that a subtitle names."""

from __future__ import annotations

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.sentences import lower
from tfs_sim.analysis.stored import Stored
from tfs_sim.scenario.errors import count


def caption(stored: Stored, *more: str) -> str:
    """Return what made a figure: runs, scenario, seed, version, calibrated or not."""
    arms = len(stored.arms)
    each = stored.units.said if not stored.units.independent else f"{len(stored.pairs):,}"
    runs = count(arms * len(stored.pairs), "run")
    p = stored.provenance
    parts = [
        *more,
        f"{runs} ({each} for {f'each of {arms} arms' if arms > 1 else 'an arm'})",
        f"scenario: {stored.scenario}" if stored.scenario else "",
        f"seed {p.get('seed', 'unknown')}",
        f"tfs-sim {p.get('version') or p.get('tfs_sim', '')}",
        stamps.over(stored.experiment.get("uncertainty")),
    ]
    text = "; ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."


def conditions(stored: Stored) -> str:
    """Return the main levels as part of a subtitle: ", in the crisis"."""
    return f", {lower(words.condition(stored.main))}" if stored.main else ""

"""When adaptive interventions were in force: what their rules came to, read off the stored months of an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.stored import Stored


def in_force(stored: Stored, entry: Mapping[str, Any], levels: tuple[str, ...]) -> NDArray[np.bool_] | None:
    """Return whether a rule called for its intervention: replicates × sites × months.

    `entry` is one of the experiment's `rules`. None where the runs of a design may have had other rules, or where
    the indicator is not stored. The looking is that of the model.
    """
    from tfs_sim.model.mechanisms.levers import is_called_for

    if stored.experiment.get("design") or entry["indicator"] not in stored.metrics:
        return None
    arm = stored.arm(entry["strategy"], levels)
    record = stored.monthly(entry["indicator"])[arm]
    reached = np.ones(record.shape, bool)
    if entry.get("stage"):
        reached = stored.monthly("stage")[arm] >= entry["stage"]
    on = np.zeros(record.shape, bool)
    rule = [entry[name] for name in ("above", "threshold", "end", "every", "over", "at_least")]
    for site, key in enumerate(stored.sites):
        if key not in entry["sites"]:
            continue
        for replicate in range(len(record)):
            out = np.ascontiguousarray(record[replicate, site])[:, None, None]
            for month in range(entry["from"], min(entry["until"], stored.months)):
                on[replicate, site, month] = is_called_for(month, 0, entry["from"], 0, *rule, out)
    return on & reached


def months_on(stored: Stored, levels: tuple[str, ...]) -> list[tuple[Mapping[str, Any], NDArray[np.float64]]]:
    """Return each of the experiment's rules with the months, mean over replicates, that it was on at each site.

    Where that cannot be told rule by rule, it is the sum over the rules of a strategy.
    """
    found = []
    for entry in stored.experiment.get("rules") or []:
        on = in_force(stored, entry, levels)
        if on is not None:
            found.append((entry, on.sum(axis=-1).mean(axis=0)))
        elif "adaptive" in stored.metrics:
            found.append((entry, stored.values("adaptive")[stored.arm(entry["strategy"], levels)].mean(axis=0)))
    return found

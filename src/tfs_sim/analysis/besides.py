"""What was run beside a sweep: replicates that were added to some sets, and the same luck under several sets.

Means never read it. A set's added replicates came because of how its first ones had come out, so that its mean over all
of them leans; but where its true difference lies is said by the likelihood of its runs, which does not depend on why
there are so many (`estimators.deconvolution`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array


def added(
    stored: Stored, name: str, strategy: str, other: str, levels: tuple[str, ...], site: str | None = None
) -> tuple[Array, NDArray[np.int64]]:
    """Return the differences between two strategies in replicates that were added to sets, and the set of each.

    Sets are numbered as in `Stored.units.set`; without added replicates both arrays are empty.
    """
    none = np.zeros(0), np.zeros(0, np.int64)
    if stored.units.set is None:
        return none
    table = _differences(stored, stored.added, name, strategy, other, levels, site)
    if table is None:
        return none
    known = {each: number for number, each in enumerate(_names(stored))}
    kept = table[table.index.get_level_values("set").isin(list(known))]
    numbers = [known[each] for each in kept.index.get_level_values("set")]
    return kept.to_numpy(np.float64), np.array(numbers, np.int64)


def crossed(
    stored: Stored, name: str, strategy: str, other: str, levels: tuple[str, ...], site: str | None = None
) -> Array | None:
    """Return the differences between two strategies under sets that share their luck: float64 [sets, replicates].

    None where no such runs were made, or a value is missing.
    """
    table = _differences(stored, stored.crossed, name, strategy, other, levels, site)
    if table is None:
        return None
    found = table.unstack("replicate").to_numpy(np.float64)
    return None if np.isnan(found).any() else found


def _names(stored: Stored) -> NDArray[Any]:
    """Return the identities of the sets, in the order of their numbers."""
    table = stored.runs.drop_duplicates("pair").set_index("pair").loc[stored.pairs]
    return np.unique(table["set"].to_numpy())


def _differences(
    stored: Stored, table: Any, name: str, strategy: str, other: str, levels: tuple[str, ...], site: str | None
) -> Any:
    """Return the differences of runs, mean over sites, by set and replicate; None where there are none."""
    if not len(table) or name not in table.columns:
        return None
    for key, label in zip(stored.cross, levels, strict=True):
        table = table[table[key] == label]
    table = table[table["site"].isin(stored.sites if site is None else [site])]
    one, two = (
        table[table["strategy"] == each].groupby(["set", "replicate"], sort=True)[name].mean()
        for each in (strategy, other)
    )
    return one - two

"""Outcomes of every run, and the runs of one arm. The windows are defined in `windows`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import DERIVED, change_around, metric, recovery_months, summarize

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["DERIVED", "ArmRuns", "Stored", "arm", "change_around", "metric", "outcomes", "recovery_months", "summarize"]


def outcomes(sweep: SweepLike) -> DataFrame:
    """Return one row a run and site: the metrics' single numbers and the outcomes around the first shock."""
    from pandas import DataFrame, MultiIndex

    stored = Stored.of(sweep)
    names = stored.metrics + (list(DERIVED) if stored.onset is not None and "support" in stored.metrics else [])
    rows = MultiIndex.from_product([range(len(stored.arms)), range(len(stored.pairs)), stored.sites])
    arms, pairs = rows.get_level_values(0), rows.get_level_values(1).to_numpy()
    keys = {key: [stored.arms[arm][at] for arm in arms] for at, key in enumerate(stored.keys)}
    units = stored.units
    sets = list(dict.fromkeys(stored.runs["set"])) if units.set is not None else []
    ids: dict[str, Any] = {"set": [sets[number] for number in units.set[pairs]]} if units.set is not None else {}
    ids |= {"point": units.point[pairs]} if units.design else {}
    ids |= {"replicate": units.replicate[pairs], "site": rows.get_level_values(2)}
    return DataFrame({**keys, **ids, **{name: stored.values(name).reshape(-1) for name in names}})


@dataclass(frozen=True)
class ArmRuns:
    """The runs of one arm, for `compare`.

    `sampled` says whether the points of a design were drawn, `jump` how far two kinds of runs lie apart in a metric
    (at a site, or as the mean over sites).
    """

    title: str
    runs: DataFrame
    series: DataFrame
    seed: int | None
    sampled: bool = False
    jump: Callable[[str, str | None], float] | None = None


def arm(sweep: SweepLike, strategy: str, **levels: str) -> ArmRuns:
    """Return the runs of one strategy under the given cross levels.

    Raises
    ------
    ValueError
        If there is no such strategy or level, or a cross key is left out.

    Examples
    --------
    >>> study = tfs.sweep("bigger-tables", replicates=2, out="mine", workers=1)
    >>> tfs.arm(study, "six-times").title
    'Gain six times the cost'
    """
    stored = Stored.of(sweep)
    if strategy not in stored.strategies:
        raise ValueError(f'there is no strategy "{strategy}"; there are {", ".join(stored.strategies)}')
    for key, labels in stored.cross.items():
        if levels.get(key) not in labels:
            raise ValueError(f"{key} must be one of {', '.join(labels)}; found {levels.get(key)}")
    chosen = {"strategy": strategy, **levels}
    runs, series = stored.runs, stored.every_month()
    for key, label in chosen.items():
        runs = runs[runs[key].astype(str) == label]
        series = series[series[key].astype(str) == label]
    seed = stored.provenance.get("seed")

    def jump(name: str, site: str | None) -> float:
        return stored.jump(name, tuple(levels[key] for key in stored.cross), site)

    return ArmRuns(
        ", ".join([stored.title(strategy), *levels.values()]), runs, series, seed, stored.units.sampled, jump
    )

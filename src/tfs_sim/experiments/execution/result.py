"""What `simulate` returns: the runs of one scenario, in memory, as tidy tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.scenario.characters import printable

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Result:
    """The runs of one scenario.

    Attributes
    ----------
    scenario : what was run.
    seed, replicates : which runs (of each set); replicate r of a seed (and set) has the same luck in every scenario.
    sites, metrics : the labels of the last two axes of `values`.
    values : float64 [runs, months, sites, metrics], read-only.
    summaries : float64 [runs, sites, metrics], each run's single numbers, read-only.
    start : first month, "2018-06".
    provenance : scenario, seed, versions, machine and wall time.
    sets : the sets of parameters under which it was run; None for its own parameters alone. The runs of `values` are
        the replicates of the first set, then those of the next.

    Examples
    --------
    >>> result = tfs.simulate("laboratory", replicates=3, workers=1)
    >>> result.months, result.sites
    (60, ('lab',))
    >>> monthly = result.series.groupby("month")["trust"].mean()  # .plot() draws it
    >>> len(monthly)
    60
    """

    scenario: Scenario
    seed: int
    replicates: int
    sites: tuple[str, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64] = field(repr=False)
    summaries: NDArray[np.float64] = field(repr=False)
    start: str
    provenance: Mapping[str, Any] = field(repr=False)
    sets: Sets | None = None

    @property
    def months(self) -> int:
        """How many months each run has."""
        return int(self.values.shape[1])

    @cached_property
    def series(self) -> DataFrame:
        """One row a run, month (from 0) and site: the columns (set,) replicate, month, date, site and the metrics."""
        import pandas as pd

        from tfs_sim.experiments.storage.tables import month_dates

        month = np.tile(np.repeat(np.arange(self.months), len(self.sites)), len(self.values))
        keys = {
            **self._runs(self.months * len(self.sites)),
            "month": month,
            "date": month_dates(self.start, self.months)[month],
            "site": list(self.sites) * (len(self.values) * self.months),
        }
        return pd.DataFrame(keys | self._columns(self.values))

    @cached_property
    def runs(self) -> DataFrame:
        """One row a run and site: the columns (set,) replicate, site and the metrics, each summed up as it says."""
        import pandas as pd

        keys = {**self._runs(len(self.sites)), "site": list(self.sites) * len(self.values)}
        return pd.DataFrame(keys | self._columns(self.summaries))

    def _runs(self, rows: int) -> dict[str, Any]:
        """Return the columns that tell runs apart, for so many rows a run."""
        run = np.repeat(np.arange(len(self.values)), rows)
        replicate = {"replicate": run % self.replicates}
        if self.sets is None:
            return replicate
        return {"set": np.array(self.sets.ids)[run // self.replicates], **replicate}

    def _columns(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        flat = values.reshape(-1, len(self.metrics))
        return {name: flat[:, i] for i, name in enumerate(self.metrics)}

    def _facts(self) -> str:
        runs = "1 replicate" if self.replicates == 1 else f"{self.replicates:,} replicates"
        runs = runs if self.sets is None else f"{len(self.sets):,} sets of parameters × {runs}"
        sites = "1 site" if len(self.sites) == 1 else f"{len(self.sites)} sites"
        return f"{self.scenario.title or self.scenario.name}: {runs} × {sites} × {self.months} months, seed {self.seed}"

    def __repr__(self) -> str:
        shown = self.runs.groupby("site", sort=False)[list(self.metrics)].mean().iloc[:, :6]
        return printable(
            f"{self._facts()}\n{shown.to_string(float_format='{:,.2f}'.format)}\n"
            f"means of .runs, {shown.shape[1]} of {len(self.metrics)} metrics; .series has the months"
        )

    def _repr_html_(self) -> str:
        shown = self.runs.groupby("site", sort=False)[list(self.metrics)].mean()
        table = shown.to_html(float_format="{:,.2f}".format, escape=True)
        return (
            f"<p>{escape(self._facts())}. Means of <code>.runs</code>; <code>.series</code> has the months.</p>{table}"
        )

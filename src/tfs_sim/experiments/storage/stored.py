"""A sweep's results, read from its folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from tfs_sim.experiments.storage import files, records, store
from tfs_sim.experiments.storage.marks import read_mark, read_provenance
from tfs_sim.scenario.characters import printable, shown

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.storage.months import Months

TableName = Literal["runs", "series", "points", "sets", "added", "crossed", "network", "organizations"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The stored results of an experiment: tables are read when they are asked for.

    Attributes
    ----------
    folder : where they are.

    Examples
    --------
    >>> sweep = Sweep.load("results/crisis-shock")                          # doctest: +SKIP
    >>> sweep.runs.groupby(["crisis", "strategy"])["support"].mean()        # doctest: +SKIP
    """

    folder: Path

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Return the results in `folder`.

        Raises
        ------
        UserError
            When there are none, or none that are finished.
        """
        sweep = cls(Path(folder))
        read_mark(sweep.folder)
        for name in ("runs.parquet", "series.parquet", "provenance.json"):
            if not os.path.lexists(sweep.folder / name):
                raise files.refusal(
                    f"the sweep in {sweep.folder} is not finished ({name} is not there)",
                    f"Run `tfs-sim sweep` again to go on; `tfs-sim status {sweep.folder}` says what is there.",
                )
        return sweep

    def read(self, name: TableName, columns: Sequence[str] | None = None) -> DataFrame:
        """Return one stored table, or some of its columns; an empty one where nothing of the kind was stored.

        Raises
        ------
        UserError
            When it is not what was written, or not what a sweep writes.
        """
        import pandas as pd
        import pyarrow as pa

        path = self.folder / f"{name}.parquet"
        if not os.path.lexists(path) and path.name not in records.checksums(self.folder):
            return pd.DataFrame()
        from tfs_sim.experiments.storage import shapes, tables

        shapes.look_at(records.intact(path), self.experiment)
        try:
            frame: DataFrame = tables.read(path, columns).to_pandas(ignore_metadata=True)
        except (OSError, pa.ArrowException) as problem:
            raise records.unread(path, problem) from problem
        shapes.look_through(path, frame, self.experiment)
        return frame

    @cached_property
    def runs(self) -> DataFrame:
        """One row a strategy, level, replicate and site: each metric as one number."""
        return self.read("runs")

    @cached_property
    def series(self) -> DataFrame:
        """One row a strategy, level, replicate, site and month."""
        from tfs_sim.experiments.storage import shapes

        found = self.read("series")
        shapes.of_the_same(self.folder / "series.parquet", self.runs, found, self.experiment)
        return found

    @cached_property
    def by_month(self) -> Months:
        """The same, each column read when it is asked for: for results that are larger than memory."""
        from tfs_sim.experiments.storage.months import Months

        return Months(self.folder / "series.parquet", self.runs, self.experiment)

    @cached_property
    def points(self) -> DataFrame:
        """With a design: one row a point, a column a variable."""
        return self.read("points")

    @cached_property
    def sets(self) -> DataFrame:
        """With sets of parameters: one row a set, a column a parameter, in the units of files."""
        from tfs_sim.experiments.storage import shapes

        found = self.read("sets")
        shapes.of_the_sets(self.folder / "sets.parquet", self.runs, found, self.experiment)
        return found

    @cached_property
    def added(self) -> DataFrame:
        """Replicates beyond those that every set has, of sets near a threshold: rows as in `runs`."""
        return self._beside("added")

    @cached_property
    def crossed(self) -> DataFrame:
        """The same luck under several sets: rows as in `runs`; replicate r has the same luck under all of them."""
        return self._beside("crossed")

    def _beside(self, name: Literal["added", "crossed"]) -> DataFrame:
        from tfs_sim.experiments.storage import shapes

        found = self.read(name)
        if len(found):
            shapes.of_some_sets(self.folder / f"{name}.parquet", self.runs, found, self.experiment)
        return found

    @cached_property
    def network(self) -> DataFrame:
        """The relationships of one site at the moments of `[snapshots]`."""
        return self.read("network")

    @cached_property
    def organizations(self) -> DataFrame:
        """Every organization in every month of one traced replicate."""
        return self.read("organizations")

    @cached_property
    def experiment(self) -> dict[str, Any]:
        """What was asked: titles, labels, outcomes (`experiment.json`)."""
        return read_mark(self.folder)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What the numbers came from: scenario, seed, versions, machine, time (`provenance.json`)."""
        return read_provenance(self.folder)

    def digest(self) -> str:
        """Return one digest of the numbers, the same however and wherever they were computed."""
        return store.digest(self.folder)

    def _facts(self) -> str:
        plan = self.experiment["plan"]
        sets = f"{len(self.sets):,} sets of parameters × " if len(self.sets) else ""
        return (
            f"{self.experiment['title']}: {len(plan['arms'])} arms × {sets}{plan['replicates']:,} replicates, "
            f"seed {plan['seed']}, in {shown(str(self.folder))}"
        )

    def __repr__(self) -> str:
        return printable(
            f"{self._facts()}\n.runs, .series, .points, .sets, .added, .crossed, .network, .organizations, "
            ".experiment, .provenance"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._facts())}</p>" + str(self.runs.head(8).to_html(escape=True))

"""The months of a sweep, column by column: ten million rows whose columns are read when they are asked for.

Whole, the table would take gigabytes; a report needs a dozen of its seventy columns, one after the other. What is
compared with what a sweep writes when the table is read whole (`shapes`) is compared here, too: its runs, sites and
months once, each column when it is read.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.experiments.storage import records, shapes, tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame, Series


def _narrow(column: Series[Any]) -> Series[Any]:
    """Return a column of whole numbers in as few bytes as hold them: of ten million rows every byte counts."""
    if column.dtype.kind == "i" and len(column) and column.min() >= 0:
        kinds = (np.int8, np.int16, np.int32)
        return column.astype(next((kind for kind in kinds if column.max() <= np.iinfo(kind).max), column.dtype))
    return column


class Months:
    """The table `series.parquet`, as far as it is asked for: `months["trust"]`, `"trust" in months`, `len(months)`."""

    def __init__(
        self, path: Path, runs: DataFrame, mark: Mapping[str, Any], more: Mapping[str, Series[Any]] | None = None
    ) -> None:
        self.path, self.runs, self.mark, self.more = path, runs, mark, dict(more or {})

    @cached_property
    def _keys(self) -> DataFrame:
        """What tells rows apart; texts as positions among the few that there are.

        Raises
        ------
        UserError
            When the table is not what was written, or not what a sweep writes.
        """
        from pandas import DataFrame

        shapes.look_at(records.intact(self.path), self.mark)
        names = [*("strategy", *self.mark["cross"], "site", "month"), *shapes.counted("series", self.mark)]
        found = DataFrame({name: _narrow(self._column(name)) for name in dict.fromkeys(names)})
        shapes.look_through(self.path, found, self.mark)
        shapes.of_the_same(self.path, self.runs, found, self.mark)
        return found

    def _column(self, name: str) -> Series[Any]:
        import pyarrow as pa

        try:
            found: Series[Any] = tables.read(self.path, [name], coded=[name]).unify_dictionaries()[name].to_pandas()
        except (OSError, pa.ArrowException) as problem:
            raise records.unread(self.path, problem) from problem
        return found

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, name: object) -> bool:
        return name in self.more or name in self._keys or name in self.runs

    def __getitem__(self, name: str) -> Any:
        if name in self.more:
            return self.more[name]
        if name in self._keys:
            return self._keys[name]
        found = self._column(name)
        shapes.look_through(self.path, found.to_frame(name), self.mark)
        return found

    def whole(self) -> DataFrame:
        """Return all of its columns, which takes as much memory as there are."""
        import pyarrow as pa

        try:
            frame: DataFrame = tables.read(self.path).to_pandas(ignore_metadata=True)
        except (OSError, pa.ArrowException) as problem:
            raise records.unread(self.path, problem) from problem
        shapes.look_through(self.path, frame, self.mark)
        shapes.of_the_same(self.path, self.runs, frame, self.mark)
        return frame.assign(**self.more)

    def assign(self, **columns: Any) -> Months:
        """Return the table with further columns, which are kept in memory."""
        from pandas import Series

        more = {name: Series(values, copy=False) for name, values in columns.items()}
        found = Months(self.path, self.runs, self.mark, {**self.more, **more})
        found.__dict__["_keys"] = self._keys
        return found

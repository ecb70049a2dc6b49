"""The prior as a unit cube: each parameter by the share of its plausible values that lie below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration.held import Array
from tfs_sim.experiments.designs.plausible import WORD, named
from tfs_sim.experiments.designs.sets import Sets, rounded, variables_named
from tfs_sim.experiments.designs.variables import Variable
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.fields import catalogue


@dataclass(frozen=True)
class Space:
    """Parameters that a calibration varies, over what is plausible of each.

    Attributes
    ----------
    variables : the parameters, each called by its dotted name without "parameters.".
    """

    variables: tuple[Variable, ...]

    @classmethod
    def of(cls, line: str = WORD) -> Space:
        """Return the space of "plausible", or of "plausible: turnover, trust.memory"."""
        return cls(variables_named(named(line)))

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def names(self) -> tuple[str, ...]:
        """What the parameters are called."""
        return tuple(each.name for each in self.variables)

    def table(self, places: Array) -> Array:
        """Return values in the units of files, rounded to the digits that are run, at places in [0, 1]^d."""
        table = np.empty_like(places)
        for column, variable in enumerate(self.variables):
            declared = specification(catalogue().MECHANISMS[variable.path[1]])[variable.path[2]]
            values = declared.plausible(np.ascontiguousarray(places[:, column]))
            table[:, column] = rounded(values, float(declared.low), float(declared.high))
        return table

    def places(self, table: Array) -> Array:
        """Return where values lie in [0, 1]^d: what is known of a set is what was run, not what it was rounded from."""
        places = np.empty_like(table)
        for column, variable in enumerate(self.variables):
            declared = specification(catalogue().MECHANISMS[variable.path[1]])[variable.path[2]]
            low, best, high = float(declared.low), float(declared.middle), float(declared.high)
            inner = low < best < high
            ends, shares = ((low, best, high), (0.0, 0.5, 1.0)) if inner else ((low, high), (0.0, 1.0))
            places[:, column] = np.interp(table[:, column], ends, shares)
        return places

    def sets(self, table: Array, ids: Sequence[str], title: str) -> Sets:
        """Return rows of values as sets of parameters."""
        table = np.ascontiguousarray(table)
        table.flags.writeable = False
        return Sets("ensemble", title, tuple(ids), self.variables, table)

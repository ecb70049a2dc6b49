"""Which strategy does best, which comes next, and whether the two can be told apart.

The best was looked for, so the interval of its lead must hold for the lead over every other strategy at once (multiple
comparisons with the best [1]_), and on a map in every tile at once. With S strategies and T tiles each lead has an
interval of 1 − 0.05 / (T (S − 1)): Bonferroni, which holds however the comparisons depend on each other.

References
----------
.. [1] Hsu (1984), "Constrained simultaneous confidence intervals for multiple comparisons with the best", Annals of
   Statistics 12(3):1136-1144.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis.compare import Paired, over_sites, paired
from tfs_sim.analysis.pooling import LEVEL, Units
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, metric


@dataclass(frozen=True)
class Ranking:
    """Strategies from the best mean to the worst.

    Attributes
    ----------
    order : the strategies; `means` in the same order.
    leads : the best less each other strategy, paired, in the same order, at a level at which all hold at once.
    """

    order: tuple[str, ...]
    means: tuple[float, ...]
    leads: tuple[Paired, ...]

    @property
    def best(self) -> str:
        """The strategy with the best mean."""
        return self.order[0]

    @property
    def second(self) -> str:
        """The strategy that comes next."""
        return self.order[1]

    @property
    def lead(self) -> Paired:
        """The best less the second."""
        return self.leads[0]

    @property
    def clear(self) -> bool:
        """Whether the best can be told apart from every other strategy."""
        return all(lead.distinguishable for lead in self.leads)

    @property
    def tied(self) -> tuple[str, ...]:
        """The strategies that cannot be told apart from the best."""
        return tuple(s for s, lead in zip(self.order[1:], self.leads, strict=True) if not lead.distinguishable)


def simultaneous(comparisons: int) -> float:
    """Return the level of each of so many intervals that hold at once with 95%."""
    return 1.0 - (1.0 - LEVEL) / max(1, comparisons)


def ranked(
    samples: Mapping[str, Array], better: str, units: Units, tiles: int = 1, jump: float = 0.0
) -> Ranking | None:
    """Rank strategies by their means over the same pairs; None where fewer than two have values.

    Parameters
    ----------
    samples : each strategy's values [pairs].
    better : "lower" where lower is better, else the highest comes first.
    units : where the pairs come from.
    tiles : in how many places the same question is asked at once.
    jump : how far two kinds of runs lie apart (see `compare.paired`).
    """
    sign = 1.0 if better == "lower" else -1.0
    means = {s: float(np.nanmean(v)) for s, v in samples.items() if not np.isnan(v).all()}
    order = sorted(means, key=lambda s: sign * means[s])
    if len(order) < 2:
        return None
    level = simultaneous(tiles * (len(order) - 1))
    best = samples[order[0]]
    leads = tuple(paired(best, samples[s], better, units=units, level=level, jump=jump) for s in order[1:])
    return Ranking(tuple(order), tuple(means[s] for s in order), leads)


def ranking(stored: Stored, name: str, levels: tuple[str, ...], site: str | None = None) -> Ranking | None:
    """Rank the strategies of a sweep by a metric under one combination of levels."""
    values = over_sites(stored, name, site)
    samples = {s: values[stored.arm(s, levels)] for s in stored.strategies}
    return ranked(samples, metric(name).better, stored.units, jump=stored.jump(name, levels, site))

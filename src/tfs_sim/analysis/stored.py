"""What a sweep stored, as arrays by arm, pair, site and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.kinds import Kinds, jump_of, kinds_of
from tfs_sim.analysis.placing import numbered, places, positions
from tfs_sim.analysis.pooling import SAMPLED, Units
from tfs_sim.analysis.windows import DEEPENED, DERIVED, Array, change_around, mean_over, metric, recovery_months
from tfs_sim.model.declared_metrics import PRIMARY

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_KEPT = 192_000_000
"""Bytes of months that are kept in memory, so that ten million rows of a dozen metrics fit."""

Arm = tuple[str, ...]
"""A strategy's key, then the label of each cross level."""


class SweepLike(Protocol):
    """What the analysis reads of a sweep."""

    @property
    def runs(self) -> Any:
        """One row a strategy, level, replicate and site."""

    @property
    def series(self) -> Any:
        """The same a month."""

    @property
    def points(self) -> Any:
        """With a design: one row a point, a column a variable."""

    @property
    def sets(self) -> Any:
        """With sets of parameters: one row a set, a column a parameter."""

    @property
    def added(self) -> Any:
        """Replicates that were added to some sets: rows as in `runs`."""

    @property
    def crossed(self) -> Any:
        """The same luck under several sets: rows as in `runs`."""

    @property
    def network(self) -> Any:
        """Relationships at a few moments of the traced run."""

    @property
    def organizations(self) -> Any:
        """Organizations in every month of the traced run."""

    @property
    def experiment(self) -> Any:
        """What was asked."""

    @property
    def provenance(self) -> Any:
        """Where the numbers come from."""


@dataclass(frozen=True, slots=True)
class ShockTold:
    """A shock as charts and sentences name it: its label, and in which months it sets in and begins to fade."""

    label: str
    onset: int
    end: int

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> ShockTold:
        """Read an entry of `experiment.json`."""
        onset = int(entry["onset_month"])
        end = entry.get("end_month")
        last = int(end) if end is not None else onset + round(float(entry.get("lasts") or 1))
        return cls(str(entry.get("label") or entry.get("title") or "Shock"), onset, max(last, onset + 1))


@dataclass(frozen=True)
class Stored:
    """A stored sweep, read once: tables, titles and the arrays behind every comparison.

    `series` may be a table whose columns are read when they are asked for (`experiments.storage.months`). `spreads`
    keeps what `spreads.spread` and `decided.decided` have found.
    """

    runs: DataFrame
    series: Any
    network: DataFrame
    organizations: DataFrame
    experiment: Mapping[str, Any]
    provenance: Mapping[str, Any]
    points: DataFrame
    sets: DataFrame
    added: DataFrame
    crossed: DataFrame
    _cache: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)
    spreads: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, sweep: SweepLike) -> Stored:
        """Return `sweep` as a `Stored` (itself, if it is one already)."""
        if isinstance(sweep, cls):
            return sweep
        runs = sweep.runs
        series = sweep.series if (by_month := getattr(sweep, "by_month", None)) is None else by_month
        sets = {name: number for number, name in enumerate(dict.fromkeys(runs["set"]))} if "set" in runs else {}
        runs, series = (numbered(table, sweep.experiment, sets) for table in (runs, series))
        return cls(
            runs,
            series,
            sweep.network,
            sweep.organizations,
            sweep.experiment,
            sweep.provenance,
            sweep.points,
            sweep.sets,
            sweep.added,
            sweep.crossed,
        )

    def every_month(self) -> DataFrame:
        """Return the table of months, whole."""
        found: DataFrame = self.series if hasattr(self.series, "loc") else self.series.whole()
        return found

    @cached_property
    def cross(self) -> dict[str, list[str]]:
        """The cross keys with the labels of their levels."""
        return {
            str(key): [str(label) for label in labels] for key, labels in (self.experiment.get("cross") or {}).items()
        }

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell arms apart."""
        return ("strategy", *self.cross)

    @cached_property
    def strategies(self) -> list[str]:
        """Keys of the strategies, in the order of the experiment."""
        present = set(self.runs["strategy"].unique())
        return [key for key in self.experiment["strategies"] if key in present]

    @cached_property
    def levels(self) -> list[tuple[str, ...]]:
        """Every combination of cross levels; one empty combination without any."""
        combined: list[tuple[str, ...]] = [()]
        for labels in self.cross.values():
            combined = [(*head, label) for head in combined for label in labels]
        return combined

    @cached_property
    def arms(self) -> list[Arm]:
        """Every strategy under every combination of levels."""
        return [(strategy, *levels) for levels in self.levels for strategy in self.strategies]

    @cached_property
    def sites(self) -> list[str]:
        """Identities of the sites, in the order of the experiment."""
        present = [str(site) for site in self.runs["site"].unique()]
        listed = [site for site in (self.experiment.get("sites") or {}) if site in present]
        return listed + [site for site in present if site not in listed]

    @cached_property
    def pairs(self) -> NDArray[np.int64]:
        """Numbers of the pairs: what every arm and site has, a replicate (of a set, at a point of a design)."""
        counts = self.runs.groupby("pair").size()
        wanted = len(self.runs.drop_duplicates([*self.keys, "site"]))  # a level's scenario may have other sites
        whole = counts[counts == wanted].index.to_numpy()
        if len(whole) == 0:
            raise ValueError("no replicate was run under every strategy and level, so nothing can be compared in pairs")
        return np.sort(whole).astype(np.int64)

    @cached_property
    def units(self) -> Units:
        """Where the pairs come from, and whether a design's points were drawn: what every interval goes by."""
        table = self.runs.drop_duplicates("pair").set_index("pair").loc[self.pairs]
        design = self.experiment.get("design") or {}
        # corners were put there, and are no draws from what the other points are drawn from
        return Units.of_table(table, str(design.get("method")) in SAMPLED and not design.get("corners"))

    @cached_property
    def months(self) -> int:
        """Number of months."""
        return int(self.series["month"].max()) + 1 if len(self.series) else int(self.experiment.get("months", 0))

    @cached_property
    def metrics(self) -> list[str]:
        """Names of the metric columns."""
        design = (self.experiment.get("design") or {}).get("variables") or {}
        ids = {*self.keys, *design, "set", "point", "pair", "replicate", "site", "month", "date"}
        return [str(column) for column in self.runs.columns if column not in ids]

    @property
    def against(self) -> str:
        """The strategy that every other is compared with."""
        key = str(self.experiment.get("against") or self.strategies[0])
        return key if key in self.strategies else self.strategies[0]

    @property
    def nothing(self) -> str | None:
        """The strategy that adds nothing to the scenario, if the experiment has one."""
        key = self.experiment.get("nothing")
        return key if key in self.strategies else None

    def orders(self, strategy: str, levels: tuple[str, ...]) -> list[Mapping[str, Any]]:
        """Return the interventions that a strategy schedules under a combination of levels."""
        return self._scheduled("orders", strategy, levels)

    def grants(self, strategy: str, levels: tuple[str, ...]) -> list[Mapping[str, Any]]:
        """Return the grants that a strategy brings under a combination of levels."""
        return self._scheduled("grants", strategy, levels)

    def _scheduled(self, kind: str, strategy: str, levels: tuple[str, ...]) -> list[Mapping[str, Any]]:
        entries = self.experiment.get(kind) or []
        return [each for each in entries if each["strategy"] == strategy and self._happens(each, levels)]

    @property
    def primary(self) -> str:
        """The primary outcome."""
        return str(self.experiment.get("primary") or PRIMARY)

    @property
    def agreement(self) -> Mapping[str, Any] | None:
        """What the sets of parameters agree with, where they are those of a calibrated ensemble (`stamps`)."""
        return (self.experiment.get("uncertainty") or {}).get("agreement")

    @property
    def worthwhile(self) -> float | None:
        """The smallest difference in the primary outcome that matters, if the experiment says one."""
        found = self.experiment.get("worthwhile")
        return None if found is None else float(found)

    def title(self, strategy: str) -> str:
        """Return a strategy's title."""
        entry = self.experiment["strategies"].get(strategy) or {}
        said = entry.get("title") if isinstance(entry, Mapping) else entry
        return str(said or strategy.replace("-", " ").capitalize())

    def site_title(self, site: str) -> str:
        """Return a site's title."""
        entry = (self.experiment.get("sites") or {}).get(site)
        said = entry.get("title") if isinstance(entry, Mapping) else entry
        return str(said or site.replace("-", " ").title())

    @property
    def scenario(self) -> str:
        """The scenario's title."""
        said = self.experiment.get("scenario") or self.experiment.get("scenario_title") or ""
        return str(said.get("title", "") if isinstance(said, Mapping) else said)

    def shocks(self, levels: tuple[str, ...]) -> list[ShockTold]:
        """Return the shocks under a combination of levels (those that name no levels happen under all)."""
        found = [shock for shock in self.experiment.get("shocks") or [] if self._happens(shock, levels)]
        return [ShockTold.of(shock) for shock in found]

    def _happens(self, entry: Mapping[str, Any], levels: tuple[str, ...]) -> bool:
        """Say whether what names levels holds under these (what names none holds under all)."""
        named = entry.get("levels") or {}
        for key, label in zip(self.cross, levels, strict=True):
            if key in named:
                labels = named[key]
                if label not in ([labels] if isinstance(labels, str) else labels):
                    return False
        return True

    @cached_property
    def crisis(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Levels with and without the shock, all else the first level; None if no level is without."""
        for position, labels in enumerate(self.cross.values()):
            first = [labels_of[0] for labels_of in self.cross.values()]
            options = [(*first[:position], label, *first[position + 1 :]) for label in labels]
            shocked = [levels for levels in options if self.shocks(levels)]
            calm = [levels for levels in options if not self.shocks(levels)]
            if shocked and calm:
                return shocked[0], calm[0]
        return None

    @property
    def main(self) -> tuple[str, ...]:
        """The levels that the report looks at first: those with the shock, or the first."""
        return self.crisis[0] if self.crisis else self.levels[0]

    @property
    def onset(self) -> int | None:
        """Month of the first shock's onset."""
        shocks = self.shocks(self.main)
        return shocks[0].onset if shocks else None

    def _positions(self, frame: DataFrame) -> tuple[Any, list[Any]]:
        """Return which rows belong to pairs, and their positions by arm, pair and site."""
        return positions(frame, {**self.cross, "strategy": self.strategies}, self.pairs, self.sites)

    @cached_property
    def _run_positions(self) -> tuple[Any, list[Any]]:
        return self._positions(self.runs)

    @cached_property
    def _series_places(self) -> tuple[Any, Any]:
        """Return which rows of months belong to pairs, and the place of each among arms × pairs × sites × months."""
        known, found = self._positions(self.series)
        sizes = (len(self.arms), len(self.pairs), len(self.sites), self.months)
        return places(self.series["month"], known, found, sizes)

    def values(self, name: str) -> Array:
        """Return a run's single numbers: arms × pairs × sites."""
        if name in DERIVED:
            return self._derived(name)
        metric(name, self.metrics)
        if name not in self._cache:
            out = np.full((len(self.arms), len(self.pairs), len(self.sites)), np.nan)
            known, positions = self._run_positions
            out[tuple(positions)] = self.runs[name].to_numpy()[known]
            self._cache[name] = out
        return self._cache[name]

    def monthly(self, name: str) -> Array:
        """Return the months of every run: arms × pairs × sites × months."""
        months: Array = self.as_stored(name).astype(np.float64)
        return months

    def monthly_over_sites(self, name: str) -> Array:
        """Return the months of every run, the mean over its sites: arms × pairs × months."""
        return np.stack([mean_over(arm.astype(np.float64), 1) for arm in self.as_stored(name)])

    def one_run(self, name: str, arm: int, pair: int, site: int) -> Array:
        """Return the months of one run at one site, without a copy of all the others."""
        months: Array = self.as_stored(name)[arm, pair, site].astype(np.float64)
        return months

    def as_stored(self, name: str) -> Array:
        """Return the months of every run, arms × pairs × sites × months, in as many digits as they were stored."""
        key = f"{name}/monthly"
        if key not in self._cache:
            metric(name, self.metrics)
            known, places = self._series_places
            values = self.series[name].to_numpy()[known]
            kept = np.float32 if values.dtype == np.float32 else np.float64
            sizes = (len(self.arms), len(self.pairs), len(self.sites), self.months)
            out: Any = np.full(sizes, np.nan, kept)
            out.reshape(-1)[places] = values
            self._cache[key] = out
            self._forget(key)
        return self._cache[key]

    def _forget(self, last: str) -> None:
        """Forget the months of metrics that were read longest ago, where those that are kept take too much memory."""
        kept = [key for key in self._cache if key.endswith("/monthly") and key != last]
        total = sum(self._cache[key].nbytes for key in (*kept, last))
        for key in kept:
            if total <= MOST_KEPT:
                break
            total -= self._cache.pop(key).nbytes

    def kinds(self, name: str, arm: int) -> Kinds | None:
        """Return the two kinds of runs of an arm in a metric; None for one mode, with a design and with sets."""
        return kinds_of(self.values(name)[arm]) if self.units.independent else None

    def jump(self, name: str, levels: tuple[str, ...], site: str | None = None) -> float:
        """Return how far a run's number moves when a site's run is of the other kind (0 where there are no kinds).

        Runs are told apart by the primary outcome, or else by the metric itself; the largest of the strategies'.
        """
        if not self.units.independent:
            return 0.0
        key = f"{name}/jump/{levels}"
        if key not in self._cache:
            by = self.values(self.primary if self.primary in self.metrics else name)
            arms = [n for n, arm in enumerate(self.arms) if arm[1:] == levels]
            self._cache[key] = np.array(jump_of((by[n], self.values(name)[n]) for n in arms))
        return float(self._cache[key]) / (1 if site is not None else len(self.sites))

    def arm(self, strategy: str, levels: tuple[str, ...]) -> int:
        """Return the position of an arm."""
        return self.arms.index((strategy, *levels))

    def _derived(self, name: str) -> Array:
        if self.onset is None:
            raise ValueError(f'"{name}" is defined around a shock, and this experiment has none')
        if name in self._cache:
            return self._cache[name]
        support = self.monthly("support")
        change = change_around(support, self.onset)
        months = recovery_months(support, self.onset)
        missing = np.isnan(change)
        self._cache["support_change"] = change
        self._cache["deepened"] = np.where(missing, np.nan, change >= DEEPENED)
        self._cache["eroded"] = np.where(missing, np.nan, change <= -DEEPENED)
        self._cache["recovery_months"] = months
        self._cache["recovered"] = np.where(missing, np.nan, np.isfinite(months))
        return self._cache[name]

"""How often what is said over sets of parameters holds the truth: 1,000 reseeded studies of each kind.

Every set has a true difference, drawn from a distribution that is known (variance 1), and luck of its own a replicate.
A study draws its sets and their luck; what it says is compared with the distribution: the mean, the shares of sets that
are better, no different and worse, and how many of all other sets lie in the middle 90% range.

    python benchmarks/sets.py            # the tables of docs/how-to/read-an-interval.md, about ten minutes
    python benchmarks/sets.py 100        # so many studies a cell
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import lognorm, norm

from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.estimators.deconvolution import Truths, priorities
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.experiments.execution.besides import AT_A_TIME, STEP

SEED = 20261129
STUDIES = 1000
DOUBT, MOST = 0.05, 64
"""Until when replicates are added: `at` and `max` of the rule, as they are by default."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A distribution of true differences with variance 1.

    Attributes
    ----------
    draw : so many true differences.
    below : share of true differences at most so large.
    mean : their mean.
    worthwhile : the smallest difference that counts.
    """

    draw: Callable[[np.random.Generator, int], Array]
    below: Callable[[float], float]
    mean: float
    worthwhile: float

    @property
    def shares(self) -> Array:
        """True shares of better, no different and worse."""
        up, down = 1 - self.below(self.worthwhile), self.below(-self.worthwhile)
        return np.array([up, 1 - up - down, down])


def normal(mean: float, worthwhile: float) -> Kind:
    """Return a normal distribution."""
    return Kind(lambda rng, n: rng.normal(mean, 1, n), lambda x: float(norm.cdf(x - mean)), mean, worthwhile)


def atoms(upper: float, worthwhile: float, low: float = 0.0) -> Kind:
    """Return two atoms, of which the upper has a share of the sets; `worthwhile` in parts of the way between them."""
    gap = 1 / np.sqrt(upper * (1 - upper))
    high = low + gap
    return Kind(
        lambda rng, n: np.where(rng.random(n) < upper, high, low),
        lambda x: (1 - upper) * (x >= low) + upper * (x >= high),
        low + upper * gap,
        low + worthwhile * gap,
    )


def skewed(shape: float, mean: float, worthwhile: float) -> Kind:
    """Return a shifted lognormal distribution."""
    whole = lognorm(shape)
    centre, spread = float(whole.mean()), float(whole.std())
    return Kind(
        lambda rng, n: (rng.lognormal(0, shape, n) - centre) / spread + mean,
        lambda x: float(whole.cdf((x - mean) * spread + centre)),
        mean,
        worthwhile,
    )


KINDS = {
    "normal": normal(0.3, 0.6),
    "two atoms": atoms(0.3, 0.5),
    "skewed": skewed(0.8, 0.2, 0.5),
    "two atoms, one near the threshold": atoms(0.3, 0.16),
    "rare atom (5%)": atoms(0.05, 0.5),
    "very skewed": skewed(1.5, 0.2, 0.5),
}


def luck(rng: np.random.Generator, kind: str, sets: int, replicates: int) -> Array:
    """Return luck of every set and replicate, mean 0 and mean variance 1."""
    if kind == "two kinds":  # of runs: one in five takes off
        off = rng.random((sets, replicates)) < 0.2
        return np.where(off, 2.0, -0.5) * np.sqrt(0.95) + rng.normal(0, np.sqrt(0.05), (sets, replicates))
    size = np.ones((sets, 1))
    if kind == "of different size":
        size = np.exp(rng.normal(0, 0.5, (sets, 1)) - 0.25)  # mean of its square is 1
    return size * rng.normal(size=(sets, replicates))


@dataclass(frozen=True)
class Cell:
    """A kind of study; `added`: replicates are added, first to sets near a threshold, until shares can be told."""

    kind: str
    reliability: float
    sets: int
    replicates: int = 8
    luck: str = "normal"
    added: bool = False

    @property
    def spread(self) -> float:
        """Standard deviation of a run's luck."""
        return float(np.sqrt((1 / self.reliability - 1) * self.replicates))

    def study(self, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
        """Return differences and sets of the pairs of a study."""
        true = KINDS[self.kind].draw(rng, self.sets)
        runs = true[:, None] + self.spread * luck(rng, self.luck, self.sets, self.replicates)
        values, sets = runs.reshape(-1), np.repeat(np.arange(self.sets), self.replicates)
        return (values, sets) if not self.added else self._more(rng, true, values, sets)

    def _more(
        self, rng: np.random.Generator, true: Array, values: Array, sets: NDArray[np.int64]
    ) -> tuple[Array, NDArray[np.int64]]:
        """Return the pairs of a study to which replicates were added."""
        step = self.replicates // STEP
        while True:
            truths = Truths(SetMeans.of(values, sets))
            doubts = truths.doubts(KINDS[self.kind].worthwhile)
            count = truths.means.count
            order = priorities(doubts, count)
            order = order[count[order] < MOST]
            if (truths.verdict != "too few replicates" and doubts.mean() <= DOUBT) or not len(order):
                return values, sets
            chosen = np.repeat(order[: -(-self.sets // AT_A_TIME)], step)
            own = true[chosen] + self.spread * luck(rng, self.luck, len(chosen), 1)[:, 0]
            values, sets = np.concatenate([values, own]), np.concatenate([sets, chosen])


def generator(cell: Cell) -> np.random.Generator:
    """Return the random numbers of a cell's studies."""
    return np.random.default_rng([SEED, *(ord(letter) for letter in repr(cell))])


def mean_coverage(cell: Cell, studies: int = STUDIES) -> float:
    """Return how often the interval of the mean holds it."""
    rng, truth, held = generator(cell), KINDS[cell.kind].mean, 0
    for _ in range(studies):
        values, sets = cell.study(rng)
        replicate = np.tile(np.arange(cell.replicates), cell.sets)
        low, high = mean_of(values, Units(replicate, np.zeros_like(sets), set=sets)).ends()
        held += bool(low <= truth <= high)
    return held / studies


@dataclass(frozen=True)
class Found:
    """What was found of shares: how often intervals held each (missing where it is 0), and their middle half width.

    `range_holds` is the share of all other sets in the middle 90% range, on average over studies; `told` how often
    shares are told.
    """

    held: Array
    half: Array
    range_holds: float
    told: float


def share_coverage(cell: Cell, studies: int = STUDIES) -> Found:
    """Return how often intervals of shares hold them."""
    rng, kind = generator(cell), KINDS[cell.kind]
    truth = kind.shares
    held, half, inside, told = np.zeros(3), np.zeros((studies, 3)), 0.0, 0
    for study in range(studies):
        truths = Truths(SetMeans.of(*cell.study(rng)))
        found = truths.shares(kind.worthwhile)
        ends = np.array([(s.low, s.high) for s in (found.better, found.same, found.worse)])
        held += (ends[:, 0] <= truth) & (truth <= ends[:, 1])
        half[study] = (ends[:, 1] - ends[:, 0]) / 2
        low, high = truths.range()
        inside += kind.below(high) - kind.below(np.nextafter(low, -np.inf))
        told += found.verdict == "told"
    some = truth > 1e-9
    return Found(np.where(some, held / studies, np.nan), np.median(half, axis=0), inside / studies, told / studies)


def means() -> Iterator[Cell]:
    """Yield the kinds of studies whose means are looked at."""
    for kind in ("normal", "skewed", "very skewed", "two atoms", "rare atom (5%)"):
        yield from (Cell(kind, 0.9, sets) for sets in (30, 100, 400))
    yield from (Cell("two atoms", 0.9, sets, 8, "two kinds") for sets in (30, 100, 400))


def shares() -> Iterator[Cell]:
    """Yield the kinds of studies whose shares are looked at."""
    for kind in ("normal", "two atoms", "skewed"):
        yield from (Cell(kind, reliability, sets) for reliability in (0.8, 0.9, 0.97) for sets in (100, 400))
    yield from (Cell("two atoms, one near the threshold", 0.8, sets) for sets in (100, 400))
    yield from (Cell("normal", 0.9, 100, 8, kind) for kind in ("of different size", "two kinds"))
    yield from (Cell("normal", 0.9, 100, replicates) for replicates in (2, 4, 16))
    yield from (Cell(kind, 0.6, 100, added=True) for kind in ("normal", "two atoms", "skewed"))


def main() -> None:
    """Print the tables."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    start = time.perf_counter()
    print("Means")
    for cell in means():
        print(f"{cell.kind:20} luck {cell.luck:10} {cell.sets:4} sets {mean_coverage(cell, studies):7.1%}", flush=True)
    print("\nShares: held, and the middle half width; how much of the distribution lies in the middle 90% range")
    for cell in shares():
        found = share_coverage(cell, studies)
        held = " ".join(
            "    –          " if np.isnan(h) else f"{h:6.1%} (±{w:4.1%})"
            for h, w in zip(found.held, found.half, strict=True)
        )
        more = "+" if cell.added else " "
        said = f"{cell.kind:34} luck {cell.luck:18} {cell.reliability:.2f} {cell.sets:4} × {cell.replicates}{more:<3}"
        print(f"{said} {held}  {found.range_holds:6.1%}  told {found.told:6.1%}", flush=True)
    print(f"{time.perf_counter() - start:.0f} seconds")


if __name__ == "__main__":
    main()

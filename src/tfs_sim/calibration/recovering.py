"""Whole recoveries: is a truth that is known found again by waves that do not know it?

Sets of an ensemble are the truth, one at a time: each is run with luck of its own, what it gave is moved by normal
errors of the targets' own deviations, and a whole calibration, a trial long, is made to these figures [1]_. Three
things are asked of each: do its emulators keep the truth's place; do the ranges of the sets that it accepts hold the
truth's parameters as often as they say; and do they hold the truth's *headlines*, the differences between strategies
that the tool leads with, which is what a reader of its answers needs.

Most parameters hang on no target, so that their ranges are the prior, which holds a truth as often as it says whatever
the waves do. So parameters that a recovery narrowed or moved are counted apart.

References
----------
.. [1] Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration",
   arXiv:1804.06788.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.calibration import held
from tfs_sim.calibration.emulators import CUT
from tfs_sim.calibration.headlines import Headlines
from tfs_sim.calibration.held import Array, Held
from tfs_sim.calibration.identified import identified
from tfs_sim.calibration.implausibility import SECOND
from tfs_sim.calibration.impossible import ImpossibleError
from tfs_sim.calibration.keeping import Notice
from tfs_sim.calibration.matching import Budget, Calibration, Simulator, calibrate
from tfs_sim.calibration.spaces import Space
from tfs_sim.calibration.trust import LEAST
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.work import Progress
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.errors import quote

RECOVERED = 10
"""Known truths that whole calibrations, each as long as a trial, are asked to find again."""


@dataclass(frozen=True, slots=True)
class Held90:
    """A headline of a truth, and the middle 90% of it over the sets that its recovery accepts."""

    name: str
    truth: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the range holds it."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True, slots=True)
class Recovery:
    """A whole calibration to a known truth.

    Attributes
    ----------
    truth : identity of the set that was the truth.
    accepted : how many sets its waves accepted (0 also where they found the targets impossible).
    kept : whether its emulators did not rule out the truth's own place.
    half, most : share of all parameters that the middle 50% and 90% of its accepted sets hold (missing without them).
    moved : how many parameters it narrowed or moved.
    moved_most : share of these that the middle 90% holds (missing where there are none).
    headlines : of the truth, beside the middle 90%; none where fewer than 20 sets were accepted.
    """

    truth: str
    accepted: int
    kept: bool
    half: float
    most: float
    moved: int
    moved_most: float
    headlines: tuple[Held90, ...]


@dataclass(frozen=True)
class Recovered:
    """What recoveries are made with.

    Attributes
    ----------
    space : the parameters that a calibration varies, over their prior.
    targets : what it is held against; figures are those of the truths.
    simulator, again : run sets, and run those again that miss at most one target (`matching.calibrate`).
    budget : of each recovery.
    headlines : runs sets for what the tool leads with.
    names : of the headlines.
    """

    space: Space
    targets: tuple[Held, ...]
    simulator: Simulator
    again: Simulator
    budget: Budget
    headlines: Headlines
    names: Sequence[str]


def recoveries(
    made: Recovered,
    truths: Sets,
    folder: Path,
    seed: int,
    notice: Notice,
    whose: dict[str, Any] | None = None,
    progress: Progress | None = None,
    count: int | None = None,
) -> Iterator[Recovery]:
    """Calibrate anew to what some sets give, moved by normal errors of the targets' own deviations.

    Each is yielded when it is done: it takes as long as a trial. What was run is kept, and not run again.

    Parameters
    ----------
    made : what each is made with.
    truths : sets of which `count` are the truth, one at a time.
    folder : where their waves are kept, a folder each.
    seed : of which sets, of errors and of proposals.
    whose : digests of what the waves depend on besides.
    count : how many; `RECOVERED` unless something else is said.

    Raises
    ------
    UserError
        When the sets lack a parameter that the calibration varies, or none of them has all targets.
    """
    places = _places(made.space, truths)
    rng, wanted = np.random.default_rng(seed), count or RECOVERED
    some = rng.permutation(len(truths))[: 2 * wanted]
    # luck of their own, as all that is accepted: what they gave when they were accepted had been looked at
    gave, _ = made.again(truths.at(some.tolist()))
    known = np.flatnonzero(np.isfinite(gave).all(axis=1))[:wanted]
    if not len(known):
        raise refusal("no set of the ensemble gives all targets, so that there is no known truth")
    errors = rng.normal(0.0, np.sqrt(held.variances(made.targets)), (len(known), len(made.targets)))
    for number, (row, error) in enumerate(zip(known, errors, strict=True), 1):
        truth = truths.at([int(some[row])])
        name = f"recovery-{number}"
        notice(f"recovery {number} of {len(known)}: {truth.ids[0]} is the truth")
        targets = held.at(made.targets, gave[row] + error)
        try:
            found = calibrate(
                made.space, targets, made.simulator, made.budget, folder / name, name, seed + number, whose, progress,
                notice, made.again,
            )  # fmt: skip
        except ImpossibleError:
            yield Recovery(truth.ids[0], 0, False, np.nan, np.nan, 0, np.nan, ())
            continue
        yield _recovery(made, truth, places[some[row]], found, seed)


def _places(space: Space, truths: Sets) -> Array:
    columns = {variable.name: n for n, variable in enumerate(truths.variables)}
    lacking = [name for name in space.names if name not in columns]
    if lacking:
        said = f"the ensemble has no parameter {quote(lacking[0])}, which the calibration varies"
        raise refusal(said, "Recoveries take an ensemble that was made with the same prior.")
    return space.places(truths.table[:, [columns[name] for name in space.names]])


def _recovery(made: Recovered, truth: Sets, place: Array, found: Calibration, seed: int) -> Recovery:
    """Return how far a calibration found the truth again that its figures are of."""
    rows = np.flatnonzero(found.accepted)
    inside = found.places[rows]
    kept = float(found.region.level(place[None], SECOND)[0]) <= CUT
    # counts lie on few places: where a set lies at the truth's own it is half below
    below = (inside < place).mean(axis=0) + 0.5 * (inside == place).mean(axis=0)
    half, most = (np.abs(below - 0.5) <= width / 2 for width in (0.5, 0.9))
    known = identified(found.space.names, inside, found.region.active, seed)
    moved = np.array([each.moved for each in known.parameters])
    headlines: tuple[Held90, ...] = ()
    if len(rows) >= LEAST:
        ids = [found.ids[row] for row in rows]
        values = np.asarray(made.headlines(made.space.sets(found.table[rows], ids, "a recovery")), float)
        of_truth = np.asarray(made.headlines(truth), float)[0]
        ends = np.quantile(values, (0.05, 0.95), axis=0)
        headlines = tuple(
            Held90(name, float(of_truth[n]), *map(float, ends[:, n])) for n, name in enumerate(made.names)
        )
    return Recovery(
        truth.ids[0],
        len(rows),
        bool(kept),
        float(half.mean()),
        float(most.mean()),
        int(moved.sum()),
        float(most[moved].mean()) if moved.any() else float("nan"),
        headlines,
    )

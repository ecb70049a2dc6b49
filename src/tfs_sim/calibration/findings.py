"""What a calibration found, as one object that a page is written from.

Everything is numbers and names: `record` gives it as JSON has it, `telling.text` as text.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tfs_sim.calibration import held
from tfs_sim.calibration.choosing import Rows, missed
from tfs_sim.calibration.emulators import CUT, Checks
from tfs_sim.calibration.headlines import Half, Headline
from tfs_sim.calibration.identified import Identified, identified
from tfs_sim.calibration.implausibility import Region, accepted, of_runs
from tfs_sim.calibration.keeping import plain
from tfs_sim.calibration.matching import Calibration
from tfs_sim.calibration.recovering import Recovery
from tfs_sim.calibration.trust import LeftOut, Ranks, left_out, ranks_of

PRIOR = 2000
"""Places of the prior at which emulators say what targets rule out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An emulator: what it reads, how it did, and whether it was used."""

    output: str
    active: tuple[str, ...]
    kinds: int
    used: bool
    checks: Checks


@dataclass(frozen=True, slots=True)
class RanOut:
    """What a target rules out.

    Attributes
    ----------
    output : the target.
    of_prior : share of the prior that its emulator rules out by itself (missing where it has none that is used).
    of_runs : share of the wave's runs that miss it.
    alone : share of them that miss it and nothing else that is required.
    """

    output: str
    of_prior: float
    of_runs: float
    alone: float


@dataclass(frozen=True, slots=True)
class WaveFound:
    """A wave: how many sets, what was left of the prior when it was proposed, and what it ruled out."""

    number: int
    sets: int
    left: float
    levels: int
    accepted: int
    emulators: tuple[Checked, ...]
    rules_out: tuple[RanOut, ...]


@dataclass(frozen=True, slots=True)
class TargetFound:
    """A target under the ensemble: what is required, what its sets gave (middle 90%), and how many miss it.

    All but `missed` is on the scale that people read.
    """

    name: str
    figure: float
    at_least: float
    at_most: float
    low: float
    middle: float
    high: float
    missed: float
    missable: bool


@dataclass(frozen=True)
class Findings:
    """What a calibration found.

    Attributes
    ----------
    quick : whether it was a trial.
    run, accepted, chosen : how many sets were run, miss nothing, and make the ensemble.
    waves, targets : each wave and target.
    identified : what is known of parameters.
    ranks_even, ranks_normal : known truths with errors even within the cut (which must be even), and normal.
    left_out : every target predicted without itself.
    misses : a sentence on each target that is missed.
    again : how many sets missed nothing at first, and how many of them missed nothing when run again with fresh luck;
        None where none was run again. The first alone would be sets with the right luck.
    recoveries, headlines, halves : what was run for it; empty where it was not.
    """

    quick: bool
    run: int
    accepted: int
    chosen: int
    waves: tuple[WaveFound, ...]
    targets: tuple[TargetFound, ...]
    identified: Identified
    ranks_even: Ranks
    ranks_normal: Ranks
    left_out: tuple[LeftOut, ...]
    misses: tuple[str, ...]
    again: tuple[int, int] | None
    recoveries: tuple[Recovery, ...] = ()
    headlines: tuple[Headline, ...] = ()
    halves: tuple[Half, ...] = ()

    @property
    def share_left_out(self) -> float:
        """Share of the targets that could be predicted without themselves, that lie inside the 90%."""
        told = [each.inside for each in self.left_out if each.inside is not None]
        return sum(told) / len(told) if told else float("nan")

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it, missing numbers as null."""
        found = plain(asdict(self))
        assert isinstance(found, dict)
        return found


def findings(found: Calibration, rows: Rows, seed: int, **run: Any) -> Findings:
    """Return what a calibration found.

    Parameters
    ----------
    found : its waves.
    rows : the sets of the ensemble (`choosing.chosen`).
    seed : of errors and chance.
    run : what was run for it besides (`Findings`: recoveries, headlines, halves).
    """
    inside = found.accepted
    return Findings(
        found.budget.quick,
        len(inside),
        int(inside.sum()),
        len(rows),
        _waves(found, seed),
        tuple(_target(found, rows, n) for n in range(len(found.outputs))),
        identified(found.space.names, found.places[inside], found.region.active, seed),
        ranks_of(found, "even", seed),
        ranks_of(found, "normal", seed + 1),
        left_out(found, seed),
        tuple(missed(found, rows)),
        _again(found),
        **run,
    )


def _again(found: Calibration) -> tuple[int, int] | None:
    at_first = accepted(found.values, found.outputs)
    if np.array_equal(found.gave, found.values, equal_nan=True):
        return None
    return int(at_first.sum()), int((at_first & found.accepted).sum())


def _waves(found: Calibration, seed: int) -> tuple[WaveFound, ...]:
    prior = np.random.default_rng(seed).random((PRIOR, len(found.space)))
    inside, begins, said = found.accepted, 0, []
    for wave in found.waves:
        these = inside[begins : begins + len(wave.proposed)]
        begins += len(wave.proposed)
        off = of_runs(wave.values, found.outputs) > CUT
        needed = held.required(found.outputs)
        several = off[:, needed].sum(axis=1)
        by_name = {each.output: each for each in wave.emulators}
        outs = []
        for n, output in enumerate(found.outputs):
            emulator = by_name.get(output.name)
            of_prior = float("nan")
            if emulator is not None and Region((output,), ((emulator,),)).active:
                of_prior = float((emulator.at(prior).implausibility(output) > CUT).mean())
            alone = off[:, n] & (several == int(needed[n]))
            outs.append(RanOut(output.name, of_prior, float(off[:, n].mean()), float(alone.mean())))
        checked = tuple(
            Checked(
                each.output,
                tuple(found.space.names[n] for n in each.active),
                len(each.parts),
                each.usable and not next(o.missable for o in found.outputs if o.name == each.output),
                each.checks,
            )
            for each in wave.emulators
        )
        left, levels = wave.proposed.left, wave.proposed.levels
        said.append(WaveFound(wave.number, len(these), left, levels, int(these.sum()), checked, tuple(outs)))
    return tuple(said)


def _target(found: Calibration, rows: Rows, n: int) -> TargetFound:
    output = found.outputs[n]
    values = found.gave[rows, n]
    known = values[np.isfinite(values)]
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95)).tolist() if len(known) else [float("nan")] * 3
    reach = CUT * float(np.sqrt(output.variance))
    scale = (output.natural(each) for each in (output.centre, output.centre - reach, output.centre + reach))
    figure, at_least, at_most = scale
    low, middle, high = (output.natural(each) for each in (low, middle, high))
    gone = float((of_runs(values[:, None], (output,)) > CUT).mean()) if len(rows) else float("nan")
    return TargetFound(output.name, figure, at_least, at_most, low, middle, high, gone, output.missable)

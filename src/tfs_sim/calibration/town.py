"""An ensemble conditioned on what was seen of one town: carried out, kept and told.

```
waves/              what was run on the town (`keeping`)
met/                what new sets gave of what the first were calibrated to (`storing`)
NAME.json, .parquet the ensemble, which experiments take: uncertainty = "NAME.json"
findings.json       what was found, as data; findings.txt, as text
```
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.analysis import stamps
from tfs_sim.calibration import choosing, held, keeping
from tfs_sim.calibration.calibrating import held_of, simulator_of
from tfs_sim.calibration.conditioning import FEWEST, Conditioned, Limits, Meets, condition_on
from tfs_sim.calibration.held import Array, Held
from tfs_sim.calibration.implausibility import accepted, promising
from tfs_sim.calibration.reading import Calibration, load_calibration
from tfs_sim.calibration.taught import Taught, taught
from tfs_sim.calibration.town_files import TownData, as_given, calibration_named, file_in, load_town
from tfs_sim.calibration.town_runs import TownRuns
from tfs_sim.calibration.town_words import text
from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.designs.uncertainty import CALIBRATED, PLAUSIBLE, SHIPPED, USUAL, calibrated, is_file
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage import ensembles, files
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote

WAVES, MET = "waves", "met"
PRIOR_SETS = 1_000
"""Sets of the prior that are run first, where they are not of an ensemble; at most half of all."""


@dataclass(frozen=True)
class OfTown:
    """An ensemble conditioned on a town.

    Attributes
    ----------
    folder : where it is kept.
    found : what was found.
    ensemble : the ensemble.
    """

    folder: Path
    found: Taught
    ensemble: Ensemble


@dataclass(frozen=True)
class Known:
    """Sets as they are known before a town was seen.

    Attributes
    ----------
    sets : the sets.
    title : what they are, in words.
    ensemble : that they are of; None: of the prior.
    calibration : what they were calibrated to; None where they were not, or it is not at hand.
    """

    sets: Sets
    title: str
    ensemble: Ensemble | None = None
    calibration: Calibration | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it is known how further sets are like these."""
        return self.ensemble is None or self.calibration is not None


def condition(
    data: TownData | str | os.PathLike[str],
    prior: str | os.PathLike[str] = USUAL,
    out: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    workers: int | None = None,
    *,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> OfTown:
    """Condition sets of parameters on what was seen of one town, going on from what the folder has.

    Parameters
    ----------
    data : what was seen, or its file, or the folder of an import that has one such file.
    prior : "calibrated" (the shipped ensemble), "plausible", or the file of an ensemble.
    out : where everything is kept; default: results/NAME.
    seed : which luck, instead of the file's.
    workers : threads; the numbers do not depend on them.
    progress : called with (sets run on the town, sets at most, sets per second).
    notice : called with a sentence on what is happening.

    Raises
    ------
    UserError
        When a file cannot be used, too few sets agree with what was seen, or the folder has something else.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    """
    seen = data if isinstance(data, TownData) else load_town(file_in(Path(data)))
    seen = as_given(seen, seed=seed)
    folder = Path(out) if out is not None else Path("results") / seen.name
    told = notice or (lambda _: None)
    known = known_before(prior, seen)
    _place_for(folder, seen.name, known)
    files.writable(files.made_folder(folder))
    with only_one(folder):
        files.sweep_up(folder)
        return _carried(seen, known, folder, workers, progress, told)


def known_before(prior: str | os.PathLike[str], data: TownData) -> Known:
    """Return the sets that `prior` means.

    Raises
    ------
    UserError
        When there are none, or they are of another model, or the file names another calibration than theirs.
    """
    said = os.fspath(prior)
    if said == PLAUSIBLE:
        return Known(drawn(max(2, min(PRIOR_SETS, data.table.sets // 2))), "the prior, before any calibration")
    if said != CALIBRATED and not is_file(said):
        message = f"prior is {quote(CALIBRATED)}, {quote(PLAUSIBLE)}, or the .json file of an ensemble"
        raise UserError(Mistake(f"{message}; found {quote(said)}", suggestion=nearest(said, [CALIBRATED, PLAUSIBLE])))
    ensemble = ensembles.read(calibrated() if said == CALIBRATED else Path(said))
    behaving.checked(ensemble)
    named = SHIPPED if said == CALIBRATED else calibration_named(data)
    calibration = None if named is None else load_calibration(named)
    record = ensemble.record
    if calibration is not None and held.digest(held_of(calibration)) != record.targets:
        raise refusal(
            f"{ensemble.path} was not made by the calibration {calibration.name}, or its targets have changed",
            "Name the calibration that it was made by, or leave calibration out: sets are then weighed, no more.",
        )
    return Known(ensemble.sets, f"{record.title} ({record.name}, edition {record.edition})", ensemble, calibration)


def _place_for(folder: Path, name: str, known: Known) -> None:
    """Refuse, before anything is run, a folder of something else, or in which the ensemble could not be written."""
    if not keeping.are_ours(folder / WAVES):
        refuse_strangers(folder, "a conditioning", lambda path: path.name in (WAVES, MET) and path.is_dir())
    ensembles.name_for_sets(name)
    ensembles.place_for(folder / f"{name}.json")
    if any(each.startswith(f"{name}-") for each in known.sets.ids):
        raise refusal(
            f"the sets of {known.title} are called {known.sets.ids[0]} and so on, as new ones would be",
            "Call the file of what was seen otherwise.",
        )


def _carried(
    data: TownData, known: Known, folder: Path, workers: int | None, progress: Progress | None, told: Notice
) -> OfTown:
    """Run the waves in a folder that this process holds, write the ensemble, and tell what was found."""
    limits = Limits(max(data.table.sets, len(known.sets)), data.table.runs)
    whose = {"town": data.digest(), "model": model_version()}
    town = TownRuns(data, workers)
    if data.quantities:
        town.warm_up(told)
    outputs = () if known.calibration is None else held_of(known.calibration)
    meets = None
    if known.calibration is not None:
        meets = meets_of(known.calibration, outputs, folder / MET, workers, told, progress)
    found = condition_on(
        known.sets, data.quantities, town, limits, folder / WAVES, data.name, data.table.seed, whose, meets,
        known.goes_on, progress, told,
    )  # fmt: skip
    titles = {name: data.titled(name) for name in data.looked}
    said = taught(found, data.table.title, known.title, titles, data.missing, data.table.seed)
    files.write_json(folder / "findings.json", said.record() | whose)
    files.write_bytes(folder / "findings.txt", text(said).encode())
    if len(found.rows) < FEWEST and found.said:
        raise _too_few(found, said, known)
    return OfTown(folder, said, _written(folder / f"{data.name}.json", data, known, found, said, outputs, told))


def meets_of(
    calibration: Calibration,
    outputs: Sequence[Held],
    folder: Path,
    workers: int | None,
    notice: Notice,
    progress: Progress | None = None,
) -> Meets:
    """Return what runs new sets on what others were calibrated to, as was done then: once, and again if promising."""
    once, again = (simulator_of(calibration, folder, workers, notice, each, progress) for each in (False, True))

    def meets(sets: Sets) -> list[Array | None]:
        own: list[Array | None] = [None] * len(sets)
        first, _ = once(sets)
        rows = np.flatnonzero(promising(first, outputs)).tolist()
        if rows:
            notice(f"{count(len(rows), 'of them misses', 'of them miss')} one target at most, and are run again")
            gave, _ = again(sets.at(rows))
            for row, values, inside in zip(rows, gave, accepted(gave, outputs).tolist(), strict=True):
                own[row] = values if inside else None
        return own

    return meets


def _too_few(found: Conditioned, said: Taught, known: Known) -> UserError:
    """Return the error that says why there is no ensemble."""
    run = f"{count(len(found.ids), 'set')} that were run"
    if not known.goes_on:
        return refusal(
            f"re-weighting leaves {said.effective:.0f} effective of {len(known.sets):,} sets, where {FEWEST} are "
            "needed, and nothing says how others are like them",
            'Name the calibration that they were made by: calibration = "mine.toml".',
        )
    if found.own and said.effective >= FEWEST:
        return refusal(
            f"{len(found.rows)} sets agree with what was seen and with what they were calibrated to, of {run}; "
            f"{FEWEST} are needed",
            "Give it more sets: sets = 20_000; it goes on from what was run. Or the town is unlike those that the "
            "model was calibrated to: --prior plausible.",
        )
    return refusal(
        f"what was seen leaves {said.effective:.0f} effective sets of {run}, where {FEWEST} are needed",
        "Give it more sets: sets = 20_000; it goes on from what was run. findings.txt says where the town lies.",
    )


def _written(
    path: Path,
    data: TownData,
    known: Known,
    found: Conditioned,
    said: Taught,
    outputs: Sequence[Held],
    notice: Notice,
) -> Ensemble:
    """Write the ensemble of what is taken, and return it."""
    on = f"{count(len(data.quantities), 'observation')} of {data.table.title}"
    before = known.ensemble.record if known.ensemble is not None else None
    kind = "Plausible" if before is None else "Calibrated" if before.calibrated else "Given"
    unusual = said.unusual or (before.unusual if before is not None and before.conditioned else "")
    title = f"{kind} sets, conditioned on {on}{stamps.UNUSUAL if unusual else ''}"[:300]
    rows, ids = found.rows.tolist(), found.ids
    sets = found.space.sets(found.table[found.rows], [ids[n] for n in rows], title)
    facts: dict[str, Any] = {
        "name": data.name,
        "title": title,
        "origin": "",
        "edition": "1",
        "licence": "CC0-1.0" if before is None else before.licence,
        "calibrated": False,
        "conditioned": on,
        "model": model_version(),
        "prior": behaving.prior_digest(sets),
        "targets": None,
        "code": None,
        "own": {},
        "figures": 0,
        "misses": [],
        "behaviour": behaving.behaviour(sets, notice),
    }
    if unusual:  # left out otherwise: earlier versions read only what they know
        facts["unusual"] = unusual
    columns: dict[str, Array] = {}
    if before is not None and before.calibrated:
        names, own = _own(known, found, outputs)
        same = ("origin", "calibrated", "targets", "code", "own", "figures", "misses")
        facts |= {key: value for key, value in before.model_dump(mode="json").items() if key in same}
        facts |= {"misses": choosing.misses(own, outputs)} if outputs else {}
        columns = {name: own[:, n] for n, name in enumerate(names)}
    return ensembles.write(path, sets, facts, columns)


def _own(known: Known, found: Conditioned, outputs: Sequence[Held]) -> tuple[list[str], Array]:
    """Return the targets, and what each set that is taken gave of them: [sets, targets]."""
    assert known.ensemble is not None
    there = list(known.ensemble.record.own)
    names = [each.name for each in outputs] or there
    of_first = known.ensemble.own[:, [there.index(name) for name in names]]
    rows = []
    for n in found.rows.tolist():
        own = of_first[n] if n < len(known.sets) else found.own[found.ids[n]]
        assert own is not None
        rows.append(own)
    return names, np.array(rows)

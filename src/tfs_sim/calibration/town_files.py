"""Files of what was seen of one town, read strictly and checked against its scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from tfs_sim.calibration.asking import until
from tfs_sim.calibration.quantities import Quantity, Scale, usual_error
from tfs_sim.calibration.reading import scenario_named
from tfs_sim.calibration.tables import Observation
from tfs_sim.calibration.town_tables import EVENTS, SeenTable, TownTable
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.errors import Mistake, UserError, count, listed, quote
from tfs_sim.scenario.fields import catalogue
from tfs_sim.scenario.inheritance import in_order
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import read_document


@dataclass(frozen=True)
class TownData:
    """A file of what was seen of one town, with its scenario.

    Attributes
    ----------
    path : of the file, after which results are called.
    table : what it says.
    scenario : the town, until the last month of which anything was seen.
    looked : by name of what has a value, how it is observed.
    quantities : what was seen, in that order.
    missing : names of what has no value.
    """

    path: Path
    table: TownTable
    scenario: Scenario
    looked: dict[str, Observation]
    quantities: tuple[Quantity, ...]
    missing: tuple[str, ...]

    @property
    def name(self) -> str:
        """What results are called."""
        return self.path.stem

    def titled(self, name: str) -> str:
        """Return what an observation is called."""
        return self.table.observed[name].title or name

    def digest(self) -> str:
        """Return a fingerprint of what was seen, how, and of whom, whatever it is called."""
        said = self.table.model_dump(mode="json", by_alias=True, exclude={"title", "scenario", "sets", "observed"})
        said["seen"] = [
            [each.name, each.value, each.sd, each.discrepancy, how.model_dump(mode="json", exclude_none=True)]
            for each, how in zip(self.quantities, self.looked.values(), strict=True)
        ]
        said["town"] = self.scenario.digest()
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def load_town(path: str | Path) -> TownData:
    """Return what was seen of a town.

    Raises
    ------
    UserError
        with every mistake of the file and of its scenario.
    """
    document = read_document(Path(path))
    try:
        table = TownTable.model_validate(document.data)
    except ValidationError as error:
        found = [document.locate(each) for each in dict.fromkeys(mistakes_of(error, TownTable))]
        raise UserError(in_order(found)) from None
    folder = document.path.parent / table.scenario
    file = f"{table.scenario.rstrip('/')}/scenario.toml" if folder.is_dir() else table.scenario
    scenario = scenario_named(document, ("scenario",), file)
    mistakes = list(_of_scenario(scenario))
    looked: dict[str, Observation] = {}
    for name, seen in table.observed.items():
        looked[name], more = _observation(name, seen, scenario)
        mistakes += more
    if mistakes:
        raise UserError(in_order([document.locate(each) for each in mistakes]))
    known = {name: how for name, how in looked.items() if table.observed[name].value is not None}
    last = max((how.last for how in known.values()), default=1)
    return TownData(
        document.path,
        table,
        until(scenario, last),
        known,
        _quantities(table, known),
        tuple(name for name in looked if name not in known),
    )


def file_in(path: Path) -> Path:
    """Return the file of what was seen: itself, or of a folder that an import wrote the only SITE-waves.toml in it.

    Raises
    ------
    UserError
        where a folder has none, or several.
    """
    if not path.is_dir():
        return path
    found = sorted(each for each in path.glob("*-waves.toml") if each.is_file())
    if len(found) == 1:
        return found[0]
    if found:
        said = f"{path} has several files of what was seen: {listed([each.name for each in found])}"
        raise UserError(Mistake(said, hint=f"Say which: --data {found[0]}."))
    said = f"{path} is a folder, and has no file of what was seen of a town (SITE-waves.toml)"
    hint = "`tfs-sim import` writes it where a later wave follows the one that the scenario begins with: --wave."
    raise UserError(Mistake(said, hint=hint))


def calibration_named(data: TownData) -> str | Path | None:
    """Return the calibration that the file names: ready-made, or relative to it."""
    said = data.table.calibration
    return data.path.parent / said if said is not None and said.endswith(".toml") else said


def _of_scenario(scenario: Scenario) -> Iterator[Mistake]:
    if len(scenario.sites) != 1:
        said = f"the scenario has {count(len(scenario.sites), 'community', 'communities')}, and one was seen"
        yield Mistake(said, key=("scenario",), hint="Write a scenario of that community alone.")


def _observation(name: str, seen: SeenTable, scenario: Scenario) -> tuple[Observation, list[Mistake]]:
    """Return how something is observed, with what is wrong with it."""
    key = ("observed", name)
    mistakes: list[Mistake] = []
    apart = {"title", "value", "sd", "discrepancy"}
    said = seen.model_dump(by_alias=True, exclude_none=True, exclude=apart)
    for month in ("month", "from", "to"):
        if isinstance(at := said.get(month), str):
            said[month] = scenario.clock.index(at) + 1
            if said[month] < 1:
                told = f"{month} is {quote(at)}, and the scenario begins in {scenario.clock.start}"
                mistakes.append(Mistake(told, key=(*key, month)))
    blank = Observation.model_construct(what=seen.what)
    if mistakes:
        return blank, mistakes
    try:
        how = Observation.model_validate(said)
    except ValidationError as error:
        return blank, [each.under(key) for each in mistakes_of(error, Observation)]
    months = scenario.clock.months
    if how.last > months:
        where = next(each for each in ("month", "to") if said.get(each) == how.last)
        told = f"month {how.last} is asked for, and the scenario lasts {count(months, 'month')}"
        mistakes.append(Mistake(told, key=(*key, where), hint="Give its clock more months."))
    for metric in (how.metric, how.per):
        declared = None if metric is None else catalogue().METRICS[metric]
        if declared is not None and declared.hidden:
            told = f"nobody can have seen {quote(metric)}: {declared.hidden}"
            mistakes.append(Mistake(told, key=(*key, "metric" if metric == how.metric else "per")))
    if seen.value is not None:
        mistakes += [each.under(key) for each in _of_value(seen, how)]
    return how, mistakes


def _of_value(seen: SeenTable, how: Observation) -> Iterator[Mistake]:
    """Yield what of the value cannot be."""
    assert seen.value is not None
    scale, low, high = _scale(how)
    if scale == "event":
        if seen.value not in (0.0, 1.0):
            said = f'"{how.what}" is so or not: value is true or false; found {quote(seen.value)}'
            yield Mistake(said, key=("value",))
        for name in ("sd", "discrepancy"):
            if getattr(seen, name) is not None:
                yield Mistake(f'"{how.what}" is so or not, and has no {name}', key=(name,), at="key")
    elif not low <= seen.value <= high:
        ends = f"from {low:g}" + (f" to {high:g}" if high < 1e12 else " on")
        percent = f" (for {seen.value:g}% write {seen.value / 100:g})" if scale == "share" and seen.value <= 100 else ""
        yield Mistake(f"value is {ends} here; found {quote(seen.value)}{percent}", key=("value",))


def _scale(how: Observation) -> tuple[Scale, float, float]:
    """Return on which scale something stands, with its smallest and largest value."""
    if how.what in EVENTS:
        return "event", 0.0, 1.0
    if how.what == "trust":
        assert how.lowest is not None and how.highest is not None
        return "mark", how.lowest, how.highest
    if how.what in ("active", "density", "hub"):
        return "share", 0.0, 1.0
    assert how.metric is not None
    low, high = catalogue().METRICS[how.metric].domain
    if how.what == "ratio":
        return ("count", 0.0, 1e12) if low >= 0 else ("mark", -1e12, 1e12)
    if (low, high) == (0.0, 1.0):
        return "share", low, high
    return ("count" if low == 0.0 and high > 1e12 else "mark"), max(low, -1e12), min(high, 1e12)


def _quantities(table: TownTable, known: dict[str, Observation]) -> tuple[Quantity, ...]:
    kinds: dict[tuple[str, str | None, str | None], int] = {}
    found = []
    for name, how in known.items():
        seen = table.observed[name]
        assert seen.value is not None
        scale, low, high = _scale(how)
        width = high - low if scale == "mark" and high - low < 1e6 else 0.0
        sd = usual_error(scale, seen.value, width) if seen.sd is None else seen.sd
        off = table.discrepancy if seen.discrepancy is None else seen.discrepancy
        kind = kinds.setdefault((how.what, how.metric, how.per), len(kinds))
        found.append(Quantity(name, seen.value, scale, sd, off, kind))
    return tuple(found)


def as_given(data: TownData, **changes: object) -> TownData:
    """Return the same with other limits (`sets`, `runs`, `seed`) than its file says."""
    said = {name: value for name, value in changes.items() if value is not None}
    return replace(data, table=data.table.model_copy(update=said)) if said else data

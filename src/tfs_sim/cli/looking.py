"""`tfs-sim check`, `new` and `status`."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.cli.leaving import in_colour
from tfs_sim.cli.terminal import as_json, bold, columns, path, wrapped
from tfs_sim.scenario.characters import shown
from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote
from tfs_sim.scenario.reading import read_document, read_text

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.experiments.designs.stopping import Until, UntilShares
    from tfs_sim.scenario.presets import Kind
    from tfs_sim.scenario.tables import ScheduledIntervention


def check(names: list[str], schema: str | None) -> None:
    """Print every mistake of the files, or that there is none; or print a JSON Schema."""
    if schema is not None:
        print(as_json(_schema(schema)))
        return
    if not names:
        raise UserError(Mistake("check needs a file", hint="For example: tfs-sim check my-town.toml"))
    wrong = 0
    for name in names:
        try:
            print(f"{shown(name)}: {_checked(name)}")
        except UserError as problem:
            wrong += 1
            sys.stdout.flush()
            print(problem.render(colour=in_colour(sys.stderr)), file=sys.stderr)
    if wrong:
        sys.exit(2)


def _checked(name: str) -> str:
    """Read one file as what it is; return a line on it."""
    from tfs_sim.scenario.ineffective import without_effect

    if is_experiment(name):
        from tfs_sim.cli import costing
        from tfs_sim.experiments.designs import plausible, sharing
        from tfs_sim.experiments.designs.design import load_experiment
        from tfs_sim.experiments.execution.uncertain import sets_of
        from tfs_sim.scenario import drawing

        experiment = load_experiment(name)
        arms = len(experiment.arms())
        points = "" if experiment.points is None else f" × {count(len(experiment.points), 'point')}"
        sets = f" × {how_many(number_of_sets(experiment), 'set')}" if experiment.sets else ""
        replicates = how_many(experiment.replicates, "replicate")
        lines = [*_adaptive(item for arm in experiment.arms() for item in arm.scenario.in_force()[0])]
        lines += [*_unpaid(experiment.arms()), *sharing.told(experiment.arms(), experiment.against, experiment.points)]
        lines += plausible.told(experiment)
        if (over := sets_of(experiment)) is not None:
            lines += plausible.told_of_sets(experiment, [variable.path[1:] for variable in over.variables])
        varied = [] if experiment.points is None else [each.dotted for each in experiment.points.variables]
        lines += dict.fromkeys(line for arm in experiment.arms() for line in without_effect(arm.scenario, varied))
        lines += drawing.told(experiment.base)
        if experiment.explore is not None:
            from tfs_sim.cli.exploring import planned

            lines.append(planned(experiment))
        crossed = f"; {count(experiment.crossed, 'set')} with luck in common as well" if experiment.crossed else ""
        costs = "".join(f"\n  {block}" if n == 0 else f"\n{block}" for n, block in enumerate(costing.told(experiment)))
        return f"good (experiment: {count(arms, 'arm')}{sets}{points} × {replicates}{crossed}){_below(lines)}{costs}"
    if kind_of(name) == "calibrations":
        from tfs_sim.calibration import load_calibration

        calibration = load_calibration(name)
        counting = calibration.named()
        size = f"{len(counting)} of {count(len(calibration.targets), 'target')} count"
        return f"good (calibration: {size}; {calibration.months_of(counting):,} community-months a set)"
    if kind_of(name) == "problems":
        from tfs_sim.problems import load_problems

        problems = load_problems(name)
        size = f"{count(len(problems.communities), 'community', 'communities')}, {len(problems.questions)} questions"
        return f"good (problem set: {size}; edition {problems.edition()})"
    if kind_of(name) is None and is_town(name):
        from tfs_sim.calibration.town_files import load_town

        seen = load_town(name)
        missing = f", {len(seen.missing)} not known" if seen.missing else ""
        size = f"{count(len(seen.quantities), 'observation')}{missing}; until month {seen.scenario.clock.months}"
        return f"good (what was seen of one town: {size})"
    if kind_of(name) is None and is_mapping(name):
        return "a mapping of an import, which is checked with its files: tfs-sim import FILE… --mapping"
    from tfs_sim.cli.paying import beforehand
    from tfs_sim.scenario import drawing, load_scenario

    scenario = load_scenario(name)
    scenario.organizations()
    size = f"{count(len(scenario.sites), 'site')}, {count(scenario.clock.months, 'month')}"
    lines = [*_adaptive(scenario.in_force()[0]), *beforehand(scenario), *without_effect(scenario)]
    lines += drawing.told(scenario)
    return f"good (scenario: {size}){_below(lines)}"


def number_of_sets(experiment: Experiment) -> int | Until:
    """Return how many sets an experiment is run over: no more than its ensemble has."""
    from tfs_sim.experiments.execution.uncertain import sets_of

    if not isinstance(experiment.sets, int):
        return experiment.sets
    found = sets_of(experiment)
    return 0 if found is None else len(found)


def how_many(number: int | Until | UntilShares, what: str) -> str:
    """Return how many sets or replicates there are to be, in words."""
    if isinstance(number, int):
        return count(number, what)
    if number.until == "shares":
        return f"{what}s until shares of sets can be told (at most {number.max} of a set)"
    return f"{what}s until {number.of} is known within ±{number.at:g} (at most {number.max:,})"


def _below(lines: Iterable[str]) -> str:
    """Return sentences as they stand below a line, indented."""
    return "".join("\n" + wrapped(line, "    ", "  ") for line in lines)


def _adaptive(interventions: Iterable[ScheduledIntervention]) -> Iterable[str]:
    """Return a line for each adaptive intervention that says its rule."""
    return dict.fromkeys(f"{item.use}: {item.when.in_words()}" for item in interventions if item.when is not None)


def _unpaid(arms: Iterable[Arm]) -> list[str]:
    """Return what backbones will not be able to pay, once for all strategies (and conditions) in which that is so."""
    from tfs_sim.cli.paying import beforehand

    found: dict[str, list[Arm]] = {}
    seen: dict[str, list[str]] = {}
    everything = list(arms)
    for arm in everything:
        schedule = arm.scenario.model_copy(update={"shocks": (), "parameters": {}})  # of no account for the bills
        digest = schedule.digest()
        if digest not in seen:
            seen[digest] = beforehand(schedule)
        for sentence in seen[digest]:
            found.setdefault(sentence, []).append(arm)
    said = []
    for sentence, short in found.items():
        strategies = dict.fromkeys(arm.strategy for arm in short)
        always = sum(arm.strategy in strategies for arm in everything) == len(short)
        who = strategies if always else [arm.label for arm in short]
        said.append(f"{'; '.join(who) if not always else ', '.join(who)}: {sentence}")
    return said


def kind_of(name: str) -> Kind | None:
    """Return what a ready-made name is of, or a file looks like; None where that cannot be said.

    What cannot be read is left to those who tell mistakes.
    """
    from tfs_sim.scenario import presets

    kinds: tuple[Kind, ...] = ("scenarios", "experiments", "calibrations", "problems")
    if not name.endswith(".toml") and (ready := [kind for kind in kinds if name in presets.names(kind)]):
        return ready[0] if len(ready) == 1 else None
    try:
        text = read_text(Path(name), 10_000_000)
    except UserError:
        return None
    try:
        found = {*tomllib.loads(text)}
    except (ValueError, RecursionError):
        heads = (re.match(r"\[{0,2}([a-z]+)", line.strip()) for line in text.splitlines())
        found = {head[1] for head in heads if head}
    if "observed" in found and "scenario" in found:
        return None  # what was seen of one town (`is_town`), which none is ready-made of
    if found >= {"targets", "populations"}:
        return "calibrations"
    if found >= {"communities", "questions"}:
        return "problems"
    if "clock" not in found and found & {"strategies", "replicates", "cross", "scenario"}:
        return "experiments"
    return "scenarios" if found & {"clock", "sites", "extends"} and "strategies" not in found else None


def is_mapping(name: str) -> bool:
    """Say whether a file looks like the mapping of an import."""
    try:
        found = read_document(Path(name)).data
    except UserError:  # told by those who take it for a scenario
        return False
    return {"files", "relations"} <= found.keys()


def is_town(name: str) -> bool:
    """Say whether a file looks like one of what was seen of one town."""
    try:
        return "observed" in read_document(Path(name)).data
    except UserError:  # told by those who take it for a scenario
        return False


def is_experiment(name: str) -> bool:
    """Say whether a name is that of a ready-made experiment, or of a file that looks like one."""
    return kind_of(name) == "experiments"


def only(kind: Kind, name: str) -> None:
    """Say which command is meant where a name is of the other kind.

    Raises
    ------
    UserError
        When it is.
    """
    found = kind_of(name)
    if found is not None and found != kind:
        what = f"one of the ready-made {found}" if not name.endswith(".toml") else f"{_ONE[found]}, not {_ONE[kind]}"
        raise UserError(Mistake(f"{name} is {what}", hint=f"tfs-sim {VERBS[found].format(name)}"))


_ONE: dict[Kind, str] = {
    "scenarios": "a scenario",
    "experiments": "an experiment",
    "calibrations": "a calibration",
    "problems": "a problem set",
}
VERBS: dict[Kind, str] = {
    "scenarios": "run {}",
    "experiments": "sweep {}",
    "calibrations": "calibrate {} --look",
    "problems": "problems make {} --out DIR",
}
"""What is done with a file of each kind."""


def _schema(kind: str) -> Any:
    if kind == "scenario":
        from tfs_sim.scenario.json_schema import scenario_schema

        return scenario_schema()
    if kind == "experiment":
        from tfs_sim.experiments.designs.json_schema import experiment_schema

        return experiment_schema()
    if kind == "calibration":
        from tfs_sim.calibration.json_schema import calibration_schema

        return calibration_schema()
    if kind == "problems":
        from tfs_sim.problems.json_schema import problems_schema

        return problems_schema()
    if kind == "town":
        from tfs_sim.calibration.json_schema import town_schema

        return town_schema()
    close = nearest(kind, ("scenario", "experiment", "calibration", "problems", "town"))
    message = f"there is no schema of {quote(kind)}; there are scenario, experiment, calibration, problems and town"
    raise UserError(Mistake(message, suggestion=close))


def new(folder: Path, interview: bool, start: str | None) -> None:
    """Make a study of one's own: as it is guessed, or as answers say."""
    from tfs_sim.scenario.study import new_study, refuse_what_is_there
    from tfs_sim.scenario.towns import town

    refuse_what_is_there(folder)
    said = town(start=start)
    if interview:
        if start is not None:
            raise UserError(Mistake("--interview asks for the first month: leave out --start"))
        from tfs_sim.cli.interviewing import interview as asked

        said = asked()
    scenario, experiment = new_study(folder, said)
    print(f"\n{bold(f'Your study is in {path(folder)}')}")
    print(columns([(path(scenario), "the community, and the money"), (path(experiment), "what to spend it on")]))
    print(wrapped("Open them: every line may be changed, and guesses say that they are. Then:"))
    print(f"\n  tfs-sim sweep {path(experiment)}")
    print(f"  tfs-sim decide {path(Path('results') / experiment.resolve().parent.name)}")


def status(folder: Path) -> None:
    """Print what a folder of results holds, what is missing and what is damaged."""
    from tfs_sim.experiments.storage import records
    from tfs_sim.experiments.storage.status import saving_in_words
    from tfs_sim.experiments.storage.status import status as look

    found = look(folder)
    print(bold(f"{found.name}: {found.done:,} of {found.wanted:,} runs are there"))
    rows = []
    for arm in found.arms:
        missing = arm.wanted - arm.done
        rows.append((", ".join(arm.keys.values()), f"{arm.done:,} of {arm.wanted:,}" if missing else "complete"))
        rows += [("", f"damaged: {what}") for what in arm.damaged]
    print(columns(rows))
    if saving := saving_in_words(found.saved):
        print(wrapped(saving[:1].upper() + saving[1:] + "."))
    if found.spare:
        print(wrapped(f"Kept for later: {count(found.spare, 'run')} of these arms that it does not ask for now."))
    if found.unused:
        print(wrapped(f"{count(len(found.unused), 'folder')} of runs that this experiment no longer asks for."))
    if found.damaged:
        message = f"damaged in {folder}, not what was written: {', '.join(found.damaged)}"
        raise UserError(Mistake(message, hint=records.AGAIN))
    if not found.whole:
        arms = count(sum(bool(arm.damaged) for arm in found.arms), "arm")
        raise UserError(Mistake(f"damaged in {folder}: parts of {arms}, listed above", hint=records.AGAIN))
    if not found.finished:
        lacking = " (its results are not put together yet)" if found.done == found.wanted else ""
        print(wrapped(f"Not finished{lacking}: the same `tfs-sim sweep` goes on from there."))

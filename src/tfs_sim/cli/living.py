"""`tfs-sim survival`, `story`, `event-study`, `power` and `foretell`: lives, single runs, events and evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.reasoning import levels_of, plain, written
from tfs_sim.cli.terminal import as_json, bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, quote

if TYPE_CHECKING:
    from tfs_sim.reasons import Survey
    from tfs_sim.reasons.parting import Parting

MOST = 12
"""Events of each run that are printed."""


def survival(folder: Path, event: str, under: str | None, json: bool) -> None:
    """Print how long partnerships last, and write the curves."""
    from tfs_sim.reasons import lasting
    from tfs_sim.reasons.lasting_words import told

    found = lasting(folder, event, levels_of(under))
    if json:
        differences = [
            {"strategy": strategy, "difference": each.difference, "low": each.low, "high": each.high}
            for strategy, each in found.differences.items()
        ]
        print(
            as_json(
                {
                    "event": found.event,
                    "levels": list(found.levels),
                    "horizon": found.horizon,
                    "means": plain(found.means.to_dict("records")),
                    "differences": plain(differences),
                    "curves": plain(found.curves.to_dict("records")),
                }
            )
        )
        return
    print(bold(wrapped(f"{found.stored.experiment['title']}: how long do partnerships last?")))
    for said in told(found):
        print(wrapped(said, "  "))
    from tfs_sim.figures.survival import survival_chart

    chart = survival_chart(found)
    written(folder, chart, {chart.stem: found.curves, f"{chart.stem}-means": found.means})


def story(
    folder: Path, a: str, b: str, replicate: int, parameter_set: str | None, under: str | None, out: Path | None
) -> None:
    """Print two runs side by side to the month in which they part, and write what happened in one alone."""
    from tfs_sim.experiments.storage import files
    from tfs_sim.experiments.storage.spreadsheets import as_csv
    from tfs_sim.reasons import parting
    from tfs_sim.reasons.lasting_words import parted

    if out is not None and out.suffix != ".csv":
        raise UserError(Mistake(f"--out is a file of events that ends in .csv; found {quote(str(out))}"))
    with terminal.working():
        found = parting(folder, a, b, replicate, parameter_set, levels_of(under))
    of_set = f" of set {found.parameter_set}" if found.parameter_set else ""
    print(bold(wrapped(f"{a} and {b}: replicate {replicate}{of_set}")))
    for said in parted(found):
        print(wrapped(said, "  "))
    if found.parted is not None:
        _side_by_side(found)
    if out is not None:
        files.write_bytes(out, as_csv(found.events))
        print(f"\nEvents   {terminal.path(out)}")


def _side_by_side(found: Parting) -> None:
    from tfs_sim.reasons.parting import AFTER

    clock = next(iter(found.study.arms.values())).scenario.clock
    counted = found.counts()
    print(wrapped(f"\nIn one run alone, in the {AFTER} months from {found.date} on:"))
    rows = [[str(row["event"]), str(row["a"]), str(row["b"])] for row in counted.to_dict("records")]
    print(terminal.table(["events", found.a, found.b], rows))
    for run, name in (("a", found.a), ("b", found.b)):
        own = found.events[found.events["run"] == run].head(MOST)
        if not len(own):
            continue
        print(f"\n{bold(wrapped(f'First in {name} alone'))}")
        for row in own.to_dict("records"):
            named = [each if isinstance(each, str) else "" for each in (row["organization"], row["outcome"])]  # or NaN
            who = " ".join(filter(None, (named[0] or str(row["site"]), named[1])))
            print(wrapped(f"{clock.date(int(row['month']))}  {row['event']}  {who}", "    ", "  "))


def event(
    folder: Path,
    kind: str,
    strategy: str | None,
    metric: str | None,
    under: str | None,
    among: str,
    months: int,
    sets: int | None,
    replicates: int | None,
    workers: int | None,
    json: bool,
) -> None:
    """Print what one event of a kind does, and write its chart, the months and the events."""
    from tfs_sim.reasons import event_study
    from tfs_sim.reasons.event_study_words import asked, rows, told

    with terminal.working() as shown:
        found = event_study(
            folder, kind, strategy, metric, levels_of(under), among, months, sets, replicates, workers,
            shown.progress, shown.notice,
        )  # fmt: skip
    if json:
        asked_ = {"event": kind, "instead": found.kind.instead, "strategy": found.strategy, "metric": found.metric}
        more = {"levels": list(found.levels), "among": among, "runs_without": found.without}
        numbers = {"whole": plain([found.whole.record()])[0], "months": plain(found.frame.to_dict("records"))}
        print(as_json(asked_ | more | numbers))
        return
    print(bold(wrapped(asked(found))))
    for said in told(found):
        print(wrapped(said, "  "))
    for block in terminal.tables(*rows(found)):
        print(f"\n{block}")
    from tfs_sim.figures.event_study import event_study_chart

    chart = event_study_chart(found)
    written(folder, chart, {chart.stem: found.frame, f"{chart.stem}-events": found.events})


def power(
    folder: Path,
    a: str,
    b: str,
    metric: str | None,
    under: str | None,
    sites: str | None,
    months: int | None,
    designs: list[str],
    instrument: tuple[float, float],
    survey: Survey | None,
    waves: int | None,
    workers: int | None,
    json: bool,
) -> None:
    """Print what evaluations would have found, and write their chart and table."""
    from tfs_sim.reasons import Instrument
    from tfs_sim.reasons import power as evaluations
    from tfs_sim.reasons.power import SITES, STORED, WAVES
    from tfs_sim.reasons.power_words import rows, told

    numbers = SITES if sites is None else tuple(_number(each) for each in sites.split(","))
    with terminal.working() as shown:
        found = evaluations(
            folder, a, b, metric, levels_of(under), numbers, months, designs or STORED, Instrument(*instrument),
            survey=survey, waves=WAVES if waves is None else waves, workers=workers, progress=shown.progress,
            notice=shown.notice,
        )  # fmt: skip
    if json:
        record = {"a": a, "b": b, "metric": found.outcome.name, "levels": list(found.levels), "months": found.months}
        own = found.staggered
        record |= (
            {} if survey is None else {"survey": survey.question, "answers": survey.answers, "within": survey.within}
        )
        record |= {} if own is None else {"waves": own.waves, "step": own.step, "effect_along": list(own.effect)}
        record |= {"effect": list(found.effect), "left_out": found.left_out, "unseen": found.unseen}
        print(as_json(record | {"evaluations": plain(found.table.to_dict("records"))}))
        return
    print(bold(wrapped(f"Could an evaluation have seen what {found.stored.title(a)} does?")))
    for said in told(found):
        print(wrapped(said, "  "))
    for block in terminal.tables(*rows(found)):
        print(f"\n{block}")
    from tfs_sim.figures.power import power_chart

    chart = power_chart(found)
    written(folder, chart, {chart.stem: found.table})


def survey_asked(question: str | None, answers: float | None, within: float | None) -> Survey | None:
    """Return what a survey asks; None without one.

    Raises
    ------
    UserError
        When something is said of a survey that is not held.
    """
    if question is None:
        for option, value in (("--answers", answers), ("--within", within)):
            if value is not None:
                raise UserError(Mistake(f"{option} is of a survey, and none is held", hint="Add --survey QUESTION."))
        return None
    from tfs_sim.reasons import Survey

    said = {"answers": answers, "within": within}
    return Survey(question, **{name: value for name, value in said.items() if value is not None})


def designs_asked(designs: list[str], waves: int | None) -> list[str]:
    """Return the designs that are asked for.

    Raises
    ------
    UserError
        When waves are asked for without the design that has them.
    """
    from tfs_sim.reasons.designs import DESIGNS

    if waves is not None and designs and "staggered" not in designs:
        raise UserError(Mistake("--waves is of a staggered evaluation", hint="Add --design staggered."))
    return list(DESIGNS) if waves is not None and not designs else designs


def _number(text: str) -> int:
    from tfs_sim.reasons.power import MOST_SITES
    from tfs_sim.scenario.fields import whole_or_refused

    said = text.strip().replace("_", "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 20 else said
    return whole_or_refused("sites", number, 4, MOST_SITES)


def foretell(
    folder: Path, strategy: str | None, metric: str | None, under: str | None, first: int, at: int, json: bool
) -> None:
    """Print which indicators foretell what becomes of partnerships, and write their chart and table."""
    from tfs_sim.reasons import foretelling
    from tfs_sim.reasons.foretelling_words import rows, told

    found = foretelling(folder, strategy, metric, levels_of(under), first, at)
    if json:
        record = {"strategy": found.strategy, "metric": found.metric, "levels": list(found.levels), "bad": found.bad}
        print(as_json(record | {"first": first, "at": at, "signs": plain(found.frame.to_dict("records"))}))
        return
    print(bold(wrapped(f"What the first {first} months foretell of what went badly by month {at}")))
    for said in told(found):
        print(wrapped(said, "  "))
    for block in terminal.tables(*rows(found)):
        print(f"\n{block}")
    from tfs_sim.figures.scorecard import scorecard_chart

    chart = scorecard_chart(found)
    written(folder, chart, {chart.stem: found.frame})

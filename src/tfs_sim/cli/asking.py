"""`tfs-sim survey`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import only
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count

if TYPE_CHECKING:
    from tfs_sim.calibration.asking import Asked
    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.scenario import Scenario


def survey(
    source: str,
    month: int,
    sets: int | None,
    uncertainty: str | None,
    site: str | None,
    answers: float | None,
    within: float | None,
    seed: int | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Put the survey of a partnership to its simulation, and print both."""
    from tfs_sim.calibration.asking import ask
    from tfs_sim.experiments.designs.uncertainty import USUAL

    scenarios, own, luck = _scenarios(source, sets, uncertainty)
    with terminal.working() as shown:
        found = ask(
            scenarios,
            month,
            own if own is not None else sets or 100,
            uncertainty or USUAL,
            luck if seed is None else seed,
            workers,
            site=site,
            answers=1.0 if answers is None else answers,
            months=within,
            progress=shown.progress,
            notice=shown.notice,
        )
    if found.found is not None and answers is not None:
        raise UserError(Mistake("--answers is for partnerships without a survey; who answered this one stands in it"))
    if as_json:
        print(terminal.as_json(found.table().to_dict("records")))
        return
    _tell(found, scenarios)


def _scenarios(source: str, sets: int | None, uncertainty: str | None) -> tuple[dict[str, Scenario], Sets | None, int]:
    """Return what is run by name, the sets that it was run over, and its luck: of a scenario, or of stored results."""
    from tfs_sim.calibration.asking import surveyed_folder
    from tfs_sim.scenario import load_scenario

    folder = Path(source)
    if folder.is_dir() and (folder / "experiment.json").is_file():
        from tfs_sim.experiments.execution.again import again

        study = again(folder)
        if study.sets is not None and (sets is not None or uncertainty is not None):
            raise UserError(
                Mistake("--sets and --uncertainty are for scenarios; results are asked over their own sets")
            )
        arms = {", ".join(key): arm.scenario for key, arm in study.arms.items()}
        return arms, study.sets, study.seed
    name = str(surveyed_folder(folder)) if folder.is_dir() else source
    only("scenarios", name)
    return {"simulated": load_scenario(name)}, None, 1


def _tell(asked: Asked, scenarios: dict[str, Scenario]) -> None:
    from tfs_sim.calibration.asking import EXPECTED, QUESTIONS

    first = next(iter(scenarios.values()))
    title = first.sites[asked.site].title or asked.site
    print(bold(wrapped(f"{title}: the survey of its simulation, month {asked.month}")))
    table = asked.table()
    names = list(asked.values)
    head = ["", *(["found", "over"] if asked.found is not None else []), *names]
    rows = []
    for record in table.to_dict("records"):
        cells = [str(record["question"])]
        if asked.found is not None:
            cells += [_number(record["found"]), str(record["over"])]
        for name in names:
            middle, low, high = (record[each] for each in (name, f"{name}: low", f"{name}: high"))
            cells.append(f"{_number(middle)} ({_number(low)} to {_number(high)})")
        rows.append(cells)
    assert len(rows) == len(QUESTIONS)
    print("\n\n".join(terminal.tables(head, rows)))
    many = count(asked.sets, "set")
    said = f"Medians over {many} of parameters, one run each; in brackets where nine in ten of these runs lie, which "
    print("\n" + wrapped(said + "holds what is not known of parameters and luck alike."))
    if asked.found is None:
        print(wrapped("No survey belongs to this scenario: its members were asked."))
        return
    answered = count(len(asked.found.answered), "organization")
    who = f"Asked were the same {len(asked.found.asked):,} organizations, and the same answered ({answered})."
    print(wrapped(f"{who} {EXPECTED.capitalize()}: the start of the same community with ties as the model makes them."))
    for record in table.to_dict("records"):
        place = record.get("place")
        if place is not None and place == place and (place < 0.05 or place > 0.95):
            side = "below" if place < 0.5 else "above"
            text = f"{record['question']}: what the survey found lies {side} where nine in ten of the partnerships lie"
            print(wrapped(f"Look at this: {text} that the model expects.", "  ", "  "))
    for sentence in few_kept(asked):
        print(wrapped(f"Look at this: {sentence}", "  ", "  "))


FEW = 0.5
"""Where less than this share of the reported ties is left, it is said."""


def few_kept(asked: Asked) -> list[str]:
    """Return of each scenario, in a sentence, how few of the ties that were reported there are at the month asked."""
    ties = 0 if asked.found is None else len(asked.found.ties)
    told = []
    for name, kept in asked.kept.items():
        mean = float(kept.mean())
        if mean < FEW * ties:
            left = f"{mean:.0f}" if mean >= 9.5 or mean == round(mean) else f"{mean:.1f}"
            whose = f"{name}: of" if len(asked.kept) > 1 else "of"
            told.append(
                f"{whose} {count(ties, 'tie')} at the start {left} {'is' if left == '1' else 'are'} in use after "
                f"{count(asked.month, 'month')}, on average (contact within {count_of(asked.within)})."
            )
    return told


def count_of(months: float) -> str:
    """Return a number of months in words, which need not be whole."""
    return count(int(months), "month") if months == int(months) else f"{months:g} months"


def _number(value: object) -> str:
    return "–" if value is None or value != value else f"{float(str(value)):.3g}"

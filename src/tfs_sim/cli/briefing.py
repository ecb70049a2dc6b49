"""`tfs-sim facts`: the brief's facts, each with its chance beside a placebo's, and naive growth beside the effect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, quote

if TYPE_CHECKING:
    from tfs_sim.validation.brief.found import Found
    from tfs_sim.validation.brief.growth import Spread


class Asked(NamedTuple):
    """What is run: where sets come from, how many, replicates of each, sets of the funnel, seed; None: as usual."""

    uncertainty: str | None
    sets: int | None
    replicates: int | None
    funnel_sets: int | None
    seed: int | None


def facts(asked: Asked, workers: int | None, out: Path | None, as_json: bool) -> None:
    """Run the flagship and the funnel and print what was found."""
    from tfs_sim.experiments.designs.uncertainty import USUAL
    from tfs_sim.experiments.execution.uncertain import listed_sets
    from tfs_sim.experiments.storage.files import write_json
    from tfs_sim.validation.brief import found as brief

    if out is not None and out.suffix.lower() != ".json":
        raise UserError(Mistake(f"--out is a JSON file; found {quote(str(out))}", hint="facts.json"))
    sets = listed_sets(asked.uncertainty or USUAL, asked.sets or brief.SETS, strict=asked.sets is not None)
    replicates = asked.replicates or brief.REPLICATES
    seed = brief.SEED if asked.seed is None else asked.seed
    funnel = brief.FUNNEL_SETS if asked.funnel_sets is None else asked.funnel_sets
    with terminal.working() as shown:
        found = brief.find(sets, replicates, seed, funnel, workers, lambda _: shown.progress)
    if out is not None:
        write_json(out, found.record())
    if as_json:
        print(terminal.as_json(found.record()))
        return
    _print(found)
    if out is not None:
        print(f"\nKept in   {terminal.path(out)}")


def _print(found: Found) -> None:
    from tfs_sim.validation.brief.watched import ARMS

    runs = count(found.replicates, "run")
    print(bold(wrapped(f"The brief's facts: {runs} under each of {found.sets} sets, {found.source}")))
    print()
    rows = []
    for fact in found.facts:
        chances = [f"{fact.chances[arm].chance:.0%}" for arm in ARMS]
        rows.append([fact.name, *chances, f"{fact.times:.2g}", fact.verdict])
    print("\n\n".join(terminal.tables(["fact", *ARMS, "times", "says"], rows)))
    print()
    print(terminal.columns([(fact.name, f"{fact.title}: {fact.means}") for fact in found.facts]))
    print()
    print(wrapped(CHANCES))
    print(f"\n{bold('Naive growth beside the effect')}")
    rows = []
    for each in found.growth:
        rest = [_spread(part) for part in (each.others, each.ahead)]
        rows.append([f"{each.story}, {each.metric}", _spread(each.naive), _spread(each.effect), *rest])
    print("\n\n".join(terminal.tables(["", "naive growth", "effect", "not chosen", "ahead at first"], rows)))
    print()
    print(wrapped(GROWTH))


def _spread(part: Spread | None) -> str:
    return "–" if part is None else f"{part.mean:.3g} ({part.low:.3g} to {part.high:.3g})"


CHANCES = (
    "Chances are means over sets. Times: how many times as likely as under the placebo, without grant and pandemic. A "
    "fact tells apart where that is 3 or more and the 95% interval of the difference, over sets, holds no 0."
)
GROWTH = (
    "Naive growth: just before the pandemic less at the start, of the chosen communities. Effect: against the same "
    "communities over the same luck without grants. In brackets the 95% interval of the mean over sets: luck and which "
    "sets were drawn, not how different single sets are."
)

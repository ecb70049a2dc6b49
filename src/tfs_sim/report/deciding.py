"""The report's section on what to choose: one part for each view, which never meet in one sum."""

from __future__ import annotations

from dataclasses import dataclass

from pandas import DataFrame

from tfs_sim.analysis.decided import Decided, decided
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import COUNTED_IN, UNIT, in_words, stamp, whose
from tfs_sim.decisions.cells import Cells, choice_cells, frontier_cells, site_cells
from tfs_sim.decisions.information import FEWEST, by_chance
from tfs_sim.decisions.words import amount
from tfs_sim.report.tables import Table


@dataclass(frozen=True)
class Section:
    """What the page shows of the decision by one view.

    Attributes
    ----------
    heading, said : whose view it is; what that view sets against what.
    words : what to choose in which band of worths: (condition, sentences); none without sets.
    frontier, choices, sites : tables; None where there is nothing to show.
    learning : what knowing single parameters is worth, in a sentence; "" where that cannot be said.
    unsure : why it cannot be said how sure the choice is; "" where it can.
    stamp : how far the numbers may be trusted.
    suffix : what the names of its figures end with.
    """

    heading: str
    said: str
    words: list[tuple[str, list[str]]]
    frontier: Table
    choices: Table | None
    sites: Table | None
    learning: str
    unsure: str
    stamp: str
    suffix: str


def sections(stored: Stored) -> list[Section]:
    """Return the section of each view that the results hold."""
    return [_section(each) for each in decided(stored)]


def _section(d: Decided) -> Section:
    stored = d.stored
    suffix = "" if d.view == "funder" else f"-{d.view}"
    rates = stored.experiment.get("decision") or {}
    said = f"{in_words(d.view, d.hour)}; over {stored.months} months"
    said += f", {len(stored.sites)} sites together" if len(stored.sites) > 1 else ""
    later = [
        f"{name} at {rates[f'discount_{name}']:.3g}" for name in ("costs", "effects") if rates.get(f"discount_{name}")
    ]
    said += f"; discounted a year: {', '.join(later)}" if later else ""
    choices = None
    if d.sure and d.told:
        cells = choice_cells(d.choices, d.knowing, d.decisions, COUNTED_IN)
        where = ""
        if not d.given:
            where = f" No worth was given: this is told where the choice changes{d.where}, so that the two that come "
            where += "first are worth the same there by expectation."
        note = f"A worth is that of {UNIT}, in dollars; leads are in dollars.{where} {cells.note}"
        values = d.knowing[["evpi", "lower", "upper"]].mul(d.decisions).add_prefix("knowing all, ")
        choices = _table(
            cells, note, f"choices{suffix}", d.choices.reset_index(drop=True).join(values.reset_index(drop=True))
        )
    sites = None
    if d.sites is not None:
        note = (
            "Cross-fitted over sets: what is best at a site is chosen by some sets and looked at in others, so that a "
            "gain that does not hold up is none, or negative. In dollars."
        )
        sites = _table(site_cells(d.sites, COUNTED_IN, d.choices), note, f"sites{suffix}", d.sites)
    note = f"Expected costs (dollars) and effects (student-months of support){d.where}, in the order of costs."
    unsure = "" if d.sure else "These results are of one set of parameters: how sure the choice is cannot be said."
    return Section(
        f"{capital(whose(d.view))} view",
        f"{capital(said)}.",
        d.words() if d.sure else [],
        _table(frontier_cells(d.frontier, COUNTED_IN), note, f"frontier{suffix}", d.frontier),
        choices,
        sites,
        _learning(d),
        unsure,
        stamp(stored),
        suffix,
    )


def _table(cells: Cells, note: str, stem: str, data: DataFrame) -> Table:
    return Table([capital(heading) for heading in cells.head], cells.rows, note, stem, data)


def _learning(d: Decided) -> str:
    if not d.sure:
        return ""
    if d.learning is None or d.learnt_at is None:
        few = d.main["set"].nunique() < FEWEST
        return f"What single parameters are worth knowing is not said of fewer than {FEWEST} sets." if few else ""
    seen = int(d.learning["seen"].sum())
    at = d.knowing[d.knowing["worth"] == d.learnt_at].iloc[0]
    said = (
        f"At ${amount(d.learnt_at)} a student-month, where knowing more is worth most, knowing all that sets differ in "
        f"is worth ${amount(d.decisions * float(at['evpi']))} {d.scaled}; {seen or 'none'} of {len(d.learning)} "
        f"parameters {'is' if seen == 1 else 'are'} seen to be worth anything."
    )
    chance = by_chance(len(d.learning))
    if chance >= 1:
        said += f" Of so many that are worth nothing about {chance:.0f} would be."
    if d.decisions == 1:
        said += " The experiment names no population and horizon: the values are those of one decision."
    return said + " What the model leaves out is in no set: these values are at least."

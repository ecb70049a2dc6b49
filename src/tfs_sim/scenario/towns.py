"""A community of one's own, as its people would tell of it, and the two files that follow from that.

What nobody says is written as a guess, and its line says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from tfs_sim.model.declared_metrics import PRIMARY
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.fields import DURATION, LINE, MONTH, SHARE, SWITCH, number, one_of, several, whole
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.packages import PACKAGES, orders
from tfs_sim.scenario.sites import COUNTS, MOST
from tfs_sim.scenario.table import Table

OUTCOMES: Mapping[str, str] = {
    "support": "that partners give their work to it",
    "performance": "that more students get support",
    "trust": "that organizations can rely on each other",
    "alive": "that the partnership lasts",
}
"""Metrics that a study of one's own may be about first."""
USUAL_MIX = {
    "district": 1, "nonprofit": 10, "health": 3, "business": 4, "government": 2, "philanthropy": 1,
    "higher_education": 2, "community_group": 4,
}  # fmt: skip
"""Organizations by sector where nobody says how many there are."""
GUESS = "a guess: "


class Town(Table):
    """What is said of a community and of what is planned there; None: nobody says it.

    Attributes
    ----------
    title : of the community.
    start : first month, "2026-09"; without one, months are counted ("month 1").
    years : how far ahead is looked.
    students, poverty : in its schools; share of them in poverty.
    organizations : how many of each sector there are, the backbone not among them.
    at_the_table : how many of them take part (or will, at the beginning).
    exists : whether the partnership is there already, or begins with the study.
    lead, fte : the organization that coordinates, and its staff for that, full-time equivalents.
    grievance : share of pairs with a difficult history.
    budget, paid_over : thousand dollars in all, and over how many months they are spent.
    practices : what they could be spent on, of `packages.PACKAGES`; each is a strategy.
    primary : the metric that matters most.
    crisis : whether everything is tried with a crisis as well.
    """

    title: Annotated[str, LINE] | None = None
    start: Annotated[str, MONTH] | None = None
    years: Annotated[int, whole(1, 50, "a number of years")] = 5
    students: Annotated[int, whole(1, 10_000_000, "a number of students")] | None = None
    poverty: Annotated[float, SHARE] | None = None
    organizations: Annotated[dict[str, int], COUNTS] | None = None
    at_the_table: Annotated[int, whole(0, MOST, "a number of organizations")] | None = None
    exists: Annotated[bool, SWITCH] = True
    lead: Annotated[str, LINE] | None = None
    fte: Annotated[float, number(0, 1000, "a number of full-time posts")] | None = None
    grievance: Annotated[float, SHARE] | None = None
    budget: Annotated[float, number(1, 100_000, "an amount in thousand dollars")] | None = None
    paid_over: Annotated[int, DURATION] | None = None
    practices: tuple[Annotated[str, one_of(tuple(PACKAGES), "a way to spend money")], ...] = Field(
        ("coordinator", "meetings", "handover", "goals"), min_length=1
    )
    primary: Annotated[str, one_of(tuple(OUTCOMES), "what matters most")] = PRIMARY
    crisis: Annotated[bool, SWITCH] = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        mistakes = []
        there = sum((self.organizations or USUAL_MIX).values())
        if self.at_the_table is not None and self.at_the_table > there:
            said = f"{self.at_the_table:,} organizations take part, and there are {there:,}"
            mistakes.append(Mistake(said, key=("at_the_table",)))
        if self.paid_over is not None and self.paid_over > 12 * self.years:
            said = f"money is spent over {self.paid_over} months, and {12 * self.years} are looked at"
            mistakes.append(Mistake(said, key=("paid_over",)))
        if mistakes:
            raise several(mistakes)
        return self


def town(**said: Any) -> Town:
    """Return what is said of a community, checked.

    Raises
    ------
    UserError
        With every mistake.
    """
    try:
        return Town(**said)
    except ValidationError as error:
        raise UserError(mistakes_of(error, Town)) from None


def files_of(said: Town, site: str, title: str, folder: str) -> dict[str, str]:
    """Return the texts of scenario.toml and experiment.toml.

    Parameters
    ----------
    said : what is known of the community.
    site : key that it has in the scenario.
    title : its label where nobody gives one.
    folder : as commands name the folder.
    """
    facts = _facts(said, site, said.title or title, folder)
    return {"scenario.toml": _scenario(said, facts), "experiment.toml": _experiment(said, facts)}


def experiment_of(said: Town, site: str, title: str, folder: str, partners: int) -> str:
    """Return the text of an experiment on a community whose scenario is made otherwise, and holds `money_of`.

    Parameters
    ----------
    said, site, title, folder : as of `files_of`.
    partners : organizations beside the backbone.
    """
    return _experiment(said, _facts(said, site, said.title or title, folder, partners))


def money_of(said: Town, site: str) -> str:
    """Return the lines of a scenario with the money that strategies spend."""
    return "\n".join(_money(said, _facts(said, site, "", ""))) + "\n"


def _facts(said: Town, site: str, title: str, folder: str, partners: int | None = None) -> dict[str, Any]:
    mix = said.organizations or USUAL_MIX
    there = sum(mix.values()) if partners is None else partners
    months = 12 * said.years
    budget, over = said.budget or 300.0, said.paid_over or min(36, months)
    return {
        "site": site,
        "title": title,
        "folder": folder,
        "months": months,
        "mix": mix,
        "partners": there,
        "seated": round(said.at_the_table / there, 4) if said.at_the_table is not None else 0.3,
        "budget": budget,
        "over": over,
        "monthly": 1000.0 * budget / over,
        "first": "month 1" if said.start is None else said.start,
        "end": f"month {over + 1}" if said.start is None else _later(said.start, over),
    }


def _scenario(said: Town, facts: Mapping[str, Any]) -> str:
    def guessed(value: Any, comment: str) -> str:
        return f"{GUESS if value is None else ''}{comment}"

    title, site = facts["title"], facts["site"]
    this_month = date.today().strftime("%Y-%m")
    counted = 'what files call "month 1"; a date in place of it ("2026-09") is understood everywhere'
    new = "" if said.exists else f', from = "{facts["first"]}"'
    lead = "" if said.lead is None else f", lead = {quoted(said.lead)}"
    mix = ", ".join(f"{sector} = {count}" for sector, count in facts["mix"].items())
    lines = [
        f"# {title}: a community of its own, what it is like, and the money that there could be.",
        "# Every line may be changed; what is a guess says so. Then:",
        f"#   tfs-sim check {facts['folder']}/scenario.toml      tells every mistake, with its line",
        f"#   tfs-sim run {facts['folder']}/scenario.toml        runs it as it is, without the money",
        "#   tfs-sim list interventions, tfs-sim explain WORD   what there is, and what a word means",
        "",
        f"title = {quoted(title)}",
        'question = "What should the money be spent on?"',
        "",
        "[clock]",
        *_lines(
            ("start", quoted(said.start or this_month), "the first month" if said.start else counted),
            ("months", str(facts["months"]), "how far ahead is looked"),
        ),
        "",
        f"[sites.{site}]",
        *_lines(
            ("title", quoted(title), "what reports call it"),
            ("students", f"{said.students or 10_000:_}", guessed(said.students, "in its schools")),
            ("poverty", f"{0.5 if said.poverty is None else said.poverty:g}",
             guessed(said.poverty, "share of them in poverty")),
            ("at_the_table", f"{facts['seated']:g}",
             guessed(said.at_the_table, "share of organizations that take part "
                     + ("at the start" if said.exists else "when it begins"))),
            ("grievance", f"{0.2 if said.grievance is None else said.grievance:g}",
             guessed(said.grievance, "share of pairs of organizations with a difficult history")),
        ),
        f"# {guessed(said.fte, 'staff who coordinate, full-time posts')}"
        + ("" if said.exists else "; the partnership begins in this month, from an empty table"),
        f"backbone = {{ fte = {1.0 if said.fte is None else said.fte:g}{lead}{new} }}",
        f"# {guessed(said.organizations, 'organizations that work with children and youth, by sector')}",
        f"organizations = {{ {mix} }}",
        "# By name, from a file: organizations_file = \"organizations.csv\" in place of the line above. A survey of",
        "# who works with whom goes in with  tfs-sim import survey.csv --site NAME.",
        "",
        *_money(said, facts),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _money(said: Town, facts: Mapping[str, Any]) -> list[str]:
    def guessed(value: Any, comment: str) -> str:
        return f"{GUESS if value is None else ''}{comment}"

    return [
        "# The money, for strategies that add it (experiment.toml): paid to the backbone month by month.",
        "[[bundles.money.grants]]",
        *_lines(
            ("site", quoted(facts["site"]), "who gets it"),
            ("amount", f"{facts['budget']:g}", guessed(said.budget, "thousand dollars in all")),
            ("from", quoted(facts["first"]), "the first month in which it is paid"),
            ("months", str(facts["over"]), guessed(said.paid_over, "over how many months")),
        ),
    ]


def _experiment(said: Town, facts: Mapping[str, Any]) -> str:
    head = [
        f"# {facts['title']}: what should the money be spent on?",
        f"#   tfs-sim sweep {facts['folder']}/experiment.toml   runs it, says what was found, writes a report",
        f"#   tfs-sim decide results/{facts['folder']}          what to choose, at which worth",
        "",
        f"title = {quoted(facts['title'])}",
        f'question = "What should {facts["budget"]:g} thousand dollars be spent on?"',
        *_lines(
            ("scenario", '"scenario.toml"', "relative to this file"),
            ("sets", "20", "sets of parameters, of the calibrated ensemble: few, for a first look"),
            ("replicates", "4", "runs of each set, with luck of their own; findings need 100 sets of 8"),
            ("seed", "1", "which luck"),
            ("against", '"as-it-is"', "every strategy is compared with this one, over the same luck"),
        ),
        "",
        "[strategies.as-it-is]",
        'title = "As it is"                    # without the money',
        "",
        f"# Each costs ${facts['monthly']:,.0f} a month for {facts['over']} months, to the dollar: what practices",
        "# leave over pays for coordinators (a dose is full-time posts). What the money does not reach is not done.",
    ]  # fmt: skip
    tail = [
        "",
        *_crisis(said, facts),
        "[outcomes]",
        *_lines(
            ("primary", quoted(said.primary), f"{OUTCOMES[said.primary]}; tfs-sim list metrics"),
            ("also", json.dumps([each for each in (*OUTCOMES, "partners", "cost", "hours") if each != said.primary]),
             "shown beside it"),
        ),
        "# worthwhile = 0.01                   # the smallest difference in `primary` that matters, in its unit: then",
        "                                      # it is said in which share of sets a strategy is better or worse by it",
    ]  # fmt: skip
    strategies = [line for name in dict.fromkeys(said.practices) for line in _strategy(name, facts)]
    return "\n".join([*head, *strategies, *tail]) + "\n"


def _strategy(name: str, facts: Mapping[str, Any]) -> Iterator[str]:
    package = PACKAGES[name]
    yield f"\n[strategies.{name}]"
    yield f"title = {quoted(package.title)}"
    yield "add = ["
    yield '  "money",'
    for order in orders(name, facts["monthly"], facts["partners"]):
        whom = ', target = { role = "partner" }' if order.each else ""
        yield (
            f'  {{ use = "{order.use}", dose = {order.dose:g}{whom}, until = "{facts["end"]}", paid_by = "backbone" }},'
        )
    yield "]"


def _crisis(said: Town, facts: Mapping[str, Any]) -> Iterator[str]:
    if not said.crisis:
        return
    middle = max(1, facts["months"] // 3)
    onset = f"month {middle}" if said.start is None else _later(said.start, middle - 1)
    yield "[cross]                               # every strategy under each of these"
    yield 'crisis = [{ label = "no crisis" },'
    yield f'  {{ label = "crisis", shocks = [{{ use = "community-crisis", onset = "{onset}", depth = 0.6 }}] }}]'
    yield ""


def _lines(*given: tuple[str, str, str]) -> list[str]:
    """Return lines of key, value and comment, the comments below each other."""
    return [f"{f'{key} = {value}':<37} # {comment}" for key, value, comment in given]


def _later(month: str, by: int) -> str:
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return json.dumps(text, ensure_ascii=False)

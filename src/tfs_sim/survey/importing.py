"""From the files of a survey to what a scenario needs: organizations, reports, a network, and what was made of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote
from tfs_sim.scenario.fields import key_name
from tfs_sim.scenario.sites import FEWEST, MOST, how_many
from tfs_sim.survey import pairs as pairs_
from tfs_sim.survey.answers import Answers, answers
from tfs_sim.survey.columns import Understood
from tfs_sim.survey.concerned import concerned
from tfs_sim.survey.files import read_sheets
from tfs_sim.survey.guessing import understood
from tfs_sim.survey.imputing import Imputed, imputed
from tfs_sim.survey.later import remarks
from tfs_sim.survey.mapping import Mapping, read_mapping
from tfs_sim.survey.members import Member, described, known_as, led_by, members, sectors
from tfs_sim.survey.names import codes, nearly_equal
from tfs_sim.survey.naming import meaning, wave_label
from tfs_sim.survey.notes import FEWEST_SHOWN, Note, few, literal
from tfs_sim.survey.pairs import Pair
from tfs_sim.survey.scales import Scale
from tfs_sim.survey.waves import Wave, in_order
from tfs_sim.survey.windows import remark


@dataclass(frozen=True)
class Survey:
    """An imported survey.

    Attributes
    ----------
    site : key of the site.
    named : whether names of organizations may be written and shown; without, codes alone.
    codes : the code of each organization, by its name.
    members : the organizations, by name.
    sheets : what was made of every sheet and column.
    categories : the sector of each kind of organization that files tell apart, with how it was found.
    answers : all reports.
    waves : in their order; `wave` is the one that the network is of.
    pairs : by wave and relation (items are none), what both ends say of their tie.
    relations : the relations that make the network.
    take : "either" or "both": whose reports make a tie.
    ties : strength of each tie of the network in (0, 1], by the names of its ends.
    notes : what was done with what could not be taken as it stands, and what to look at.
    imputed : what is guessed of what nobody reported, and how far reports are off.
    """

    site: str
    named: bool
    codes: dict[str, str]
    members: dict[str, Member]
    sheets: list[Understood]
    categories: dict[str, tuple[str, str]]
    answers: Answers
    waves: list[Wave]
    wave: Wave
    pairs: dict[tuple[str, str], list[Pair]]
    relations: list[str]
    take: str
    ties: dict[tuple[str, str], float]
    notes: list[Note] = field(default_factory=list)
    mapping: Mapping = field(default_factory=Mapping)
    imputed: Imputed = field(default_factory=Imputed)

    @property
    def directed(self) -> bool:
        """Whether any relation of the network consists of reports of single ends."""
        return any(self.answers.each.get((self.wave.label, each)) for each in self.relations)

    @property
    def scales(self) -> dict[str, Scale]:
        """The scale of each relation and item."""
        return self.answers.scales

    def means(self, item: str) -> str:
        """Return what an item is about (`mapping.MEANINGS`): as the user says, or by its name."""
        given = self.mapping.relations.get(item)
        return meaning(item) if given is None or given.means is None else given.means

    @property
    def trust_scale(self) -> tuple[float, float]:
        """The ends of the scale on which trust was marked; 0 and 1 where items have scales of their own."""
        items = [n for n, kind in self.answers.kinds.items() if kind == "item" and self.means(n) == "trust"]
        ends = {(self.scales[name].least, self.scales[name].most) for name in items}
        return ends.pop() if len(ends) == 1 else (0.0, 1.0)

    def answered(self, wave: str) -> set[str]:
        """Return the names of those who answered in a wave: as a list says, or by having answered anything."""
        alone = len(self.waves) == 1  # else a list that names no wave may mean any of them
        listed_ = {
            n: member.answered.get(wave, member.answered.get("") if alone else None)
            for n, member in self.members.items()
        }
        said = {name for name, answered in listed_.items() if answered}
        silent = {name for name, answered in listed_.items() if answered is False}  # rows of zeros are none of theirs
        return said | (self.answers.answered.get(wave, set()) - silent)

    def asked(self, wave: str) -> set[str] | None:
        """Return the names of those who were asked in a wave; None where nothing says so.

        A list says so; or, where ends report, all that are listed were asked. Answers do not: who did not answer is
        in none of them.
        """
        said = {
            name: asked
            for name, member in self.members.items()
            if (asked := member.asked.get(wave, member.asked.get(""))) is not None
        }
        if said:
            return {name for name, asked in said.items() if asked} | self.answered(wave)
        listed = {name for name, member in self.members.items() if member.listed}
        return listed | self.answered(wave) if listed and self.answered(wave) else None

    def statuses(self, key: tuple[str, str]) -> dict[str, int]:
        """Return how many pairs there are of each status (see `pairs.STATUSES`) in a wave, of a relation."""
        said = any(member.answered for member in self.members.values())
        answered = self.answered(key[0]) if said or self.answers.each.get(key) else None
        return pairs_.counted(self.pairs[key], len(concerned(self, key[0])), answered)

    @cached_property
    def here(self) -> set[str]:
        """Names of the organizations of the network's wave; others are told of in another wave alone."""
        return concerned(self, self.wave.label)

    @property
    def observed(self) -> int:
        """Number of pairs of whom somebody was heard."""
        return len(self.here) * (len(self.here) - 1) // 2 - len(self.imputed.chances)

    def densities(self) -> tuple[float, float]:
        """Return the network's density over the pairs of whom somebody was heard, and that expected over all pairs."""
        ties, silent = len(self.ties), len(self.imputed.chances)
        expected = (ties + self.imputed.expected) / max(1, self.observed + silent)
        return ties / max(1, self.observed), expected

    def graph(self) -> Any:
        """Return the network as a networkx graph: its wave's organizations by code, ties with their strength."""
        import networkx as nx

        graph = nx.Graph()
        graph.add_nodes_from(sorted(self.codes[name] for name in self.here))
        graph.add_weighted_edges_from((self.codes[a], self.codes[b], share) for (a, b), share in self.ties.items())
        return graph


def import_survey(
    files: Sequence[str | os.PathLike[str]],
    site: str,
    *,
    mapping: str | os.PathLike[str] | None = None,
    known: dict[str, str] | None = None,
    names: bool = False,
    wave: str | None = None,
) -> Survey:
    """Return the survey that foreign files hold: organizations, who reports which ties, and the network that they make.

    Parameters
    ----------
    files : CSV (also with semicolons, tabs or bars), XLSX, GraphML, GML, Pajek (.net) or UCINET DL files.
    site : key that the site will have in the scenario: small letters, digits, hyphens and underscores.
    mapping : a `mapping.toml` that says what columns mean; what it does not say is guessed.
    known : codes that organizations have already, by name, as `writing.read_key` returns them.
    names : whether names may be written and shown beside codes.
    wave : label of the wave that the network is of, instead of what the mapping says; default: the last.

    Returns
    -------
    Survey
        `tfs_sim.survey.write_survey` writes it as a scenario and clean CSV files.

    Raises
    ------
    UserError
        in a sentence, where files cannot be read or understood: see docs/how-to/import-a-survey.md.
    """
    try:
        key_name(site)
    except PydanticCustomError as error:
        raise UserError((error.context or {})["mistakes"]) from None
    sheets = read_sheets([Path(each) for each in files])
    given = read_mapping(Path(mapping), sheets) if mapping is not None else Mapping()
    chosen = given.network.wave if wave is None else wave
    chosen = None if chosen is None else wave_label(chosen)
    found = understood(sheets, given)
    notes = [Note(f"{each.name}: {remark}", serious=False) for each in sheets for remark in each.remarks]
    called = known_as(found, given.same)
    people = members(found, called, notes)
    said = answers(found, given, called)
    notes += said.notes
    unlisted = [name for name in said.named if name not in people]
    if people and unlisted:
        text = (
            f"{few(len(unlisted))} named in answers, but on no list of organizations; taken as organizations not asked"
        )
        notes.append(Note(text))
    for name in unlisted:
        people[name] = Member(name)
    notes += described(found, people, called)
    notes += led_by(people)
    if not FEWEST <= len(people) + 1 <= MOST:
        raise UserError(Mistake(f"{how_many(len(people) + 1)} ({count(len(people), 'organization')} in the files)"))
    categories = sectors(people, given.sectors)
    waves = in_order(
        dict.fromkeys(wave for wave, _ in (*said.each, *said.mutual)),
        found,
        {wave_label(each): month for each, month in given.waves.items()},
    ) or [Wave("", None)]
    if len(waves) == 1:  # who asked once means that wave, whatever a column calls it
        for table in (each for member in people.values() for each in (member.asked, member.answered)):
            if len(table) == 1:
                table[""] = next(iter(table.values()))
    survey = Survey(
        site, names, codes(people, known or {}), people, found, categories, said, waves, _wave(chosen, waves), {}, [],
        given.network.take, {}, notes, given,
    )  # fmt: skip
    for key in dict.fromkeys((*said.each, *said.mutual)):
        if said.kinds[key[1]] == "relation":  # who does not rate a partner has not given it the lowest mark
            survey.pairs[key] = pairs_.pairs_of(said, key, survey.answered(key[0]))
    survey.relations.extend(_relations(survey, given))
    tables = [survey.pairs[survey.wave.label, each] for each in survey.relations]
    survey.ties.update(pairs_.strengths(tables, survey.take))
    survey = replace(survey, imputed=imputed(survey))
    _look(survey)
    return survey


def _wave(chosen: str | None, waves: list[Wave]) -> Wave:
    """Return the wave that the network is of: the one that the user chose, or the last."""
    if chosen is None:
        return waves[-1]
    labels = [wave.label for wave in waves]
    if chosen not in labels:
        if labels == [""]:
            raise UserError(Mistake(f"there is no wave {quote(chosen)}: the files tell no waves apart"))
        there = " and ".join(quote(label) for label in labels)
        message = f"there is no wave {quote(chosen)}; there are {there}"
        raise UserError(Mistake(message, suggestion=nearest(chosen, labels)))
    return waves[labels.index(chosen)]


def _relations(survey: Survey, given: Mapping) -> list[str]:
    """Return the relations of the wave that make the network: those that the user chose, or all."""
    there = [relation for wave, relation in survey.pairs if wave == survey.wave.label]
    wanted = given.network.relations
    if wanted is None:
        return there
    for name in wanted:
        if name not in there:
            message = f"mapping: there is no relation {quote(name)} in this wave"
            raise UserError(Mistake(message, suggestion=nearest(name, there)))
    return list(wanted)


def _look(survey: Survey) -> None:
    """Note what the user should look at."""
    notes = survey.notes
    notes += remarks(survey)
    notes += remark(survey)
    for a, b in nearly_equal(list(survey.members)):
        notes.append(Note("{} and {} have nearly the same name; they are kept apart ([same] in mapping.toml)", (a, b)))
    tied = {end for pair in survey.ties for end in pair}
    alone = survey.here - tied
    if alone and survey.ties:
        notes.append(
            Note(f"{few(len(alone))} of {len(survey.here):,} organizations without a tie, kept", serious=False)
        )
    if elsewhere := len(survey.members) - len(survey.here):
        text = (
            f"{few(elsewhere)} of {count(len(survey.members), 'organization')} are told of in another wave than "
            f"{quote(survey.wave.label)} alone: they are not at the table at the start, and have no ties then"
        )
        notes.append(Note(literal(text)))
    if not survey.ties:
        notes.append(Note("no tie is reported: the scenario begins with a network without ties"))
    for relation in survey.relations:
        key = (survey.wave.label, relation)
        unobserved = survey.statuses(key).get("unobserved", 0)
        if unobserved:
            total = len(survey.here) * (len(survey.here) - 1) // 2
            notes.append(Note(f"{relation}: {few(unobserved)} of {total:,} pairs unobserved", serious=False))
    if survey.imputed.chances:
        expected = survey.imputed.expected
        how_many = f"about {round(expected):,}" if round(expected) >= FEWEST_SHOWN else "few"
        text = (
            f"{few(len(survey.imputed.chances))} pairs of whom nobody was heard about any relation: each set of "
            f"parameters draws which of them have a tie, {how_many} of them, by what others report"
        )
        notes.append(Note(text))
    if len(survey.waves) > 1 and any("" in m.answered for m in survey.members.values()):
        text = "a list says who answered, but not in which wave; it is not used: say its wave in mapping.toml"
        notes.append(Note(text))
    leads = [name for name, member in survey.members.items() if member.lead]
    if len(leads) > 1:
        notes.append(Note(f"{few(len(leads))} organizations are said to lead; none is taken for the lead"))
    for each in survey.sheets:
        if each.holds == "matrix":
            _look_at_matrix(each, survey)


def _look_at_matrix(each: Understood, survey: Survey) -> None:
    cells = {
        cell for column in each.columns if column.role == "organization" for cell in each.sheet.column(column.name)
    }
    if "" in cells and not any(
        survey.scales[r].number(c) == survey.scales[r].least for r in survey.relations for c in cells if c
    ):
        text = 'no cell says that there is no tie, and empty cells are unknown; if they mean no tie: blank = "none"'
        survey.notes.append(Note(f"{each.sheet.name}: {text}"))

"""Problem sets: read strictly, and checked against the scenarios of their communities."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tfs_sim.calibration.reading import scenario_named
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.problems.tables import Community, ProblemTable, Question
from tfs_sim.scenario import Scenario, presets
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.inheritance import in_order
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import read_document


@dataclass(frozen=True)
class Problems:
    """A problem set.

    Attributes
    ----------
    name : what it is called: as its file.
    source : where it can be read again: the ready-made name, or the file's path as it was given.
    table : what the file says.
    scenarios : what is known of each community and done in it, by key, nothing of parameters.
    """

    name: str
    source: str
    table: ProblemTable
    scenarios: dict[str, Scenario]

    @property
    def communities(self) -> dict[str, Community]:
        """The communities by key."""
        return self.table.communities

    @property
    def questions(self) -> dict[str, Question]:
        """The questions by key."""
        return self.table.questions

    @property
    def strategies(self) -> tuple[str, ...]:
        """The bundles whose effects are asked, in the order of the questions."""
        return tuple(dict.fromkeys(each.strategy for each in self.questions.values() if each.strategy is not None))

    def arms(self, community: str) -> tuple[Scenario, ...]:
        """Return a community as it is, then with each strategy from the month after the last that was seen."""
        usual = self.scenarios[community]
        return (usual, *(usual.with_(strategy=[*usual.strategy, each]) for each in self.strategies))

    def with_key(self, key: str | None) -> Problems:
        """Return the set with truths drawn by another key (None: its own)."""
        if key is None:
            return self
        if not key.strip():
            raise UserError(Mistake("the key is empty, and truths are drawn by it"))
        return Problems(self.name, self.source, self.table.model_copy(update={"key": key.strip()}), self.scenarios)

    def edition(self) -> str:
        """Return twelve digits that stand for communities, questions, key and model, and give none of them away.

        Answers carry them, so that answers to one edition are not scored against the truths of another.
        """
        said = self.table.model_dump(mode="json", by_alias=True, exclude={"title", "question"})
        said["scenarios"] = {name: [arm.digest() for arm in self.arms(name)] for name in self.scenarios}
        said["model"] = model_version()
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def load_problems(path_or_name: str | Path) -> Problems:
    """Return the problem set in a file, or the ready-made one of that name.

    Raises
    ------
    UserError
        with every mistake of the file and of its communities.
    """
    document = read_document(presets.find("problems", path_or_name))
    try:
        table = ProblemTable.model_validate(document.data)
    except ValidationError as error:
        found = [document.locate(each) for each in dict.fromkeys(mistakes_of(error, ProblemTable))]
        raise UserError(in_order(found)) from None
    scenarios: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    for name, community in table.communities.items():
        try:
            scenarios[name] = scenario_named(document, ("communities", name, "file"), community.file)
        except UserError as error:
            mistakes += error.mistakes
    if not mistakes:
        mistakes = in_order([document.locate(each) for each in _beyond(table, scenarios)])
    if mistakes:
        raise UserError(mistakes)
    return Problems(document.path.stem, str(path_or_name), table, scenarios)


def _beyond(table: ProblemTable, scenarios: dict[str, Scenario]) -> Iterator[Mistake]:
    """Yield where a community is not what the questions need."""
    last = max(question.months[1] for question in table.questions.values())
    for name, scenario in scenarios.items():
        key, file = ("communities", name, "file"), quote(table.communities[name].file)
        if len(scenario.sites) != 1:
            yield Mistake(f"{file} has {len(scenario.sites)} communities, and one is surveyed at a time", key=key)
        if scenario.clock.months < max(last, table.until + 1):
            wanted = max(last, table.until + 1)
            yield Mistake(f"{file} lasts {scenario.clock.months} months, and month {wanted} is asked for", key=key)
    for name, question in table.questions.items():
        for community, scenario in scenarios.items():
            file = quote(table.communities[community].file)
            if question.strategy is not None:
                yield from _of_strategy(name, question.strategy, table.until, scenario, file)
            owner, _, field = (question.parameter or "").partition(".")
            if field in scenario.parameters.get(owner, {}):
                said = f"{file} gives {quote(question.parameter)} itself, so it is no secret"
                yield Mistake(said, key=("questions", name, "parameter"))


def _of_strategy(name: str, strategy: str, until: int, scenario: Scenario, file: str) -> Iterator[Mistake]:
    key = ("questions", name, "strategy")
    bundle = scenario.bundles.get(strategy)
    if bundle is None:
        near = nearest(strategy, scenario.bundles)
        yield Mistake(f"{file} has no bundle {quote(strategy)}", key=key, suggestion=near)
        return
    if strategy in scenario.strategy:
        yield Mistake(f"{file} has {quote(strategy)} in force already, so it adds nothing", key=key)
    begins = [each.window(scenario.clock)[0] for each in bundle.interventions]
    begins += [each.window(scenario.clock)[0] for each in bundle.grants]
    if min(begins, default=until) < until:
        said = f"{quote(strategy)} of {file} begins before month {until + 1}, in months that were seen"
        yield Mistake(said, key=key)

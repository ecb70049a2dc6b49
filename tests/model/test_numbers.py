"""No number with an effect hides in code: all are declared, but for these, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tfs_sim.model import mechanisms

HARMLESS = {0, 1, -1}
"""Nothing, all, and the last or no place."""

UNITS = {100.0: "cents of a dollar", 1000.0: "thousand"}
"""What converts units, in any function."""

GUARDS = {1e-9, 1e-12, 1e-300, 1e300, 1e290}
"""What keeps a division or a logarithm from zero, and what is larger than any value."""

PLACES = {
    **dict.fromkeys(
        ("agenda.known", "agenda.act", "agenda.choose_many", "agenda.follow"), "digits of counts in bit masks"
    ),
    "agenda.new_beliefs": "bits of a word",
    "community.note_ties": "bits of a place in a mask of 64",
    "communication.lose_understanding": "kinds of support, by place",
    "competition.contest": "words of luck in a draw",
    "delivery.form_teams": "bits of a team's number",
    "family_crises.wait": "streams of a draw",
    "networks.observe_fragmentation": "bits of a mask of 64",
    "networks.take_lowest": "bits of a mask of 64",
    "ties.set_tie": "bits of a place in a mask of 64",
    "ties.refer": "bits of a mask of 64",
    **dict.fromkeys(("turnover.leave_and_arrive", "repair.mend", "participation.join_and_withdraw"), "words of luck"),
    "peers.choose_host": "streams of a draw",
    "levers.set_doses": "who pays, by place",
    **dict.fromkeys(
        ("understanding.move", "understanding.align", "understanding.measure_agreement"), "axes of goals, by place"
    ),
    **dict.fromkeys(("histories.begin", "histories.fade", "trust.fade", "trust.encounter", "repair.begin"), "two ends"),
    "community.first_evidence": "two ends",
}
"""Whole numbers that are places, bits or ends."""

FORMS = {
    "agenda.quality_of_work": "half of the way between all wrong and all right",
    "agenda.begin": "a fact is true or not with even chances, as in March (1991)",
    "community.chance_of_tie": "overlap in [0, 1] as −1 to 1",
    "ties.chance_of_opening": "overlap in [0, 1] as 1 to −1",
    "participation.favouring": "commitment in [0, 1] as −1 to 1",
    "histories.depth_of_history": "a draw whose mean is 1",
    "compromise.give_way": "a power: the root of a sum of squares",
    "understanding.measure_agreement": "a power: the root of a variance",
    "peers.time_factor": "a power: so that the spread of the sum does not depend on how many practices there are",
    "trust.recorded_share": "the mean of two",
    "selection.readiness_of": "the mean of three",
    "payoff.rising_cost": "½ c x², whose slope is c x",
    "goals.steepness": "a Gaussian with this standard deviation",
    "payoff.expected_esteem": "a logistic function around its middle",
    "delivery.weigh_trust": "both directions of a pair",
    "metrics.look_at_ties": "both directions of a pair",
    "networks.observe_network": "a path of two ties needs two",
    **dict.fromkeys(("effort.choose", "effort.first_effort", "selection.choose"), "a choice by its place, or rounding"),
    "payoff.weigh": "a choice by its place; above any effort, for a least",
}
"""Numbers that are part of an equation's form: with another one it would be another equation."""

NAMED = {
    "accountability": {"LOGISTIC_SCALE": "a logistic that stands for a normal distribution"},
    "competition": dict.fromkeys(("HOURS", "SPEND", "SHARE", "WORTH", "TIME", "ONE_IN_SHARE"), "rows of scratch"),
    "endings": dict.fromkeys(("BROKE_UP", "FADED", "GOALS_MET", "LOST_HOST"), "codes of how a partnership ended"),
    "key_people": {"LEADER_AMONG": "a representative and a leader"},
    "goals": {"CENTRE": "the middle of the unit cube that goals lie in"},
    "networks": {"LOW_SIX": "bits", "SIX": "bits", "ONE": "bits", "QUARTER": "how often a slow metric is recorded"},
    "repair": dict.fromkeys(("AMENDS_MADE", "AMENDS_NOT_MADE", "NOT_FORGIVEN", "SILENCE"), "places in a list of words"),
    "participation": dict.fromkeys(("JOINS", "WITHDRAWS"), "codes"),
    "payoff": {
        **dict.fromkeys(("LINEAR", "SCALE", "SEEN", "SIZE", "EVEN", "MONEY", "REST", "BEST", "STAFF"), "rows of terms"),
        **dict.fromkeys(("WEAKEST_LINK", "GEOMETRIC", "NOBODY_GIVES"), "where a power mean takes another form"),
    },
}
"""Names of numbers in a file that its kernels read."""


def numbers(node: ast.AST) -> Iterator[float]:
    for part in ast.walk(node):
        is_number = isinstance(part, ast.Constant) and isinstance(part.value, int | float)
        if is_number and not isinstance(part.value, bool) and part.value not in HARMLESS:
            yield part.value


def found() -> Iterator[tuple[str, str, object]]:
    """Every number, or name of a number of its file, that a compiled function reads, with file and function."""
    folder = Path(mechanisms.__file__).parent
    for path in (
        *folder.glob("*.py"),
        *(folder.parent / f"{name}.py" for name in ("contact", "goals", "payoff", "seats", "metrics", "networks")),
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = set()
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(numbers(node.value)):
                for target in node.targets:
                    parts = target.elts if isinstance(target, ast.Tuple) else [target]
                    named |= {part.id for part in parts if isinstance(part, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                for statement in node.body[1:]:  # after the docstring
                    yield from ((path.stem, node.name, number) for number in numbers(statement))
                    for part in ast.walk(statement):
                        if isinstance(part, ast.Name) and part.id in named:
                            yield path.stem, node.name, part.id


def hidden(file: str, function: str, number: object) -> bool:
    if isinstance(number, str):
        return number not in NAMED.get(file, {})
    where = f"{file}.{function}"
    return not (number in UNITS or number in GUARDS or where in FORMS or (where in PLACES and isinstance(number, int)))


def test_every_number_with_an_effect_is_declared():
    every = list(found())
    assert len(every) > 80
    assert not sorted(
        {f"{file}.{function}: {number}" for file, function, number in every if hidden(file, function, number)}
    )


def test_the_list_of_those_that_are_not_holds_nothing_more():
    every = list(found())
    used = {f"{file}.{function}" for file, function, number in every if not isinstance(number, str)}
    assert not {*PLACES, *FORMS} - used
    assert not {(f, n) for f, names in NAMED.items() for n in names} - {
        (f, n) for f, _, n in every if isinstance(n, str)
    }

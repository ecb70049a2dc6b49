from __future__ import annotations

import pickle

import pytest

from tfs_sim.scenario.errors import Mistake, UserError, dotted, kind_of, listed, nearest, quote


def test_an_error_reads_as_designed() -> None:
    mistake = Mistake(
        'there is no intervention "proceedure-manuals"',
        file="riverton.toml",
        line=18,
        column=7,
        length=20,
        source='use = "proceedure-manuals"',
        suggestion="procedure-manuals",
        hint="tfs-sim list interventions  shows all 22.",
    )
    assert str(UserError(mistake)) == (
        'riverton.toml:18: there is no intervention "proceedure-manuals"\n'
        '     18 │ use = "proceedure-manuals"\n'
        '        │       ━━━━━━━━━━━━━━━━━━━━ did you mean "procedure-manuals"?\n'
        "  tfs-sim list interventions  shows all 22."
    )
    assert "\033[" in UserError(mistake).render(colour=True)


def test_what_users_wrote_cannot_steer_the_terminal() -> None:
    mistake = Mistake("bad \033[2J", file="a\nb.toml", line=1, column=1, source="x = \033[31m\u2028", hint="\007")
    rendered = UserError(mistake).render()
    assert "\033" not in rendered and "\007" not in rendered and len(rendered.split("\n")) == 4


@pytest.mark.parametrize(
    ("message", "key", "said"),
    [
        ("sets is a whole number", ("sets",), "sets is a whole number"),
        ("worthwhile is above 0", ("outcomes", "worthwhile"), "outcomes.worthwhile is above 0"),
        ("setsuna is no strategy", ("sets",), "sets: setsuna is no strategy"),
        ("2 sites are one too many", ("sites", 2), "sites[3]: 2 sites are one too many"),
    ],
)
def test_what_is_named_is_named_once(message: str, key: tuple[str | int, ...], said: str) -> None:
    assert Mistake(message, key=key).render() == said


def test_long_lines_are_cut_around_the_mistake() -> None:
    mistake = Mistake("wrong", file="a.toml", line=1, column=5001, length=4, source="x" * 5000 + "HERE" + "x" * 5000)
    rows = UserError(mistake).render().split("\n")
    start = rows[2].index("━")
    assert rows[1][start : start + 4] == "HERE" and len(rows[1]) < 200


def test_errors_survive_pickling() -> None:
    error = UserError([Mistake("one"), Mistake("two")])
    assert pickle.loads(pickle.dumps(error)).mistakes == error.mistakes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("proceedure-manuals", "procedure-manuals"),
        ("Procedure Manuals", "procedure-manuals"),
        ("procedure_manuals", "procedure-manuals"),
        ("xyzzy", ""),
        ("x" * 100_000, ""),
    ],
)
def test_nearest(name: str, expected: str) -> None:
    assert nearest(name, ["overlap", "procedure-manuals"]) == expected


def test_a_number_that_is_too_long_to_show_is_a_number_once() -> None:
    assert kind_of(10**30) == "a number of more than 30 digits"
    assert kind_of(10**17) == "the number 100000000000000000"


def test_words_for_values() -> None:
    assert dotted(("sites", "river town", "x", 1)) == 'sites."river town".x[2]'
    assert kind_of(True) == "true" and kind_of([]) == "a list" and kind_of("") == "an empty text"
    assert quote(10**500) == "a number of more than 30 digits"
    assert quote("x" * 500).endswith('…"')
    assert listed(["a", "b", "c"]) == "a, b or c" and listed([]) == "none" and listed(["a"]) == "a"

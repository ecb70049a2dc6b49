"""Where the model's random words come from, read off its sources: own streams, and draws for somebody by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tfs_sim.model import draws, mechanisms

SHARED_STREAMS = {"person": {"community", "turnover"}}
"""Streams that two mechanisms draw from because they draw the same thing: who a person is."""

DRAWS = ("words", "wide_words", "uniform", "fill")
"""What draws random words; all but `fill` take whom they are for as the fourth argument, `fill` as the fifth."""

IDENTITIES = ("organization", "site", "identity", "entity", "practice", "who")
"""What kernels' helpers call the identity that they are given."""

FORBIDDEN = ("np.random", "random.random", "default_rng")


def _keyed_by_place(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of draws that are not for a declared identity: a hash that the model made of names.

    Such are the arrays of identities (`organization_id`, `pair_id`, `site_id` …), mixtures of them, and local names,
    arrays and arguments that hold one.
    """
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        targets = [target for node in assigned if _is_identity(node.value, set()) for target in node.targets]
        filled = [target.value if isinstance(target, ast.Subscript) else target for target in targets]
        known = {target.id for target in filled if isinstance(target, ast.Name)}
        known |= {each.arg for each in function.args.args if each.arg in IDENTITIES}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS:
                place = 4 if node.func.attr == "fill" else 3
                if not _is_identity(node.args[place], known):
                    yield node.lineno


def _is_identity(what: ast.expr, known: set[str]) -> bool:
    """Say whether an expression is an identity: an array of them, a place in one, a mixture with one, or a name."""
    if isinstance(what, ast.Subscript):
        return _is_identity(what.value, known)
    if isinstance(what, ast.Attribute):  # of a group of arrays
        return what.attr in known or what.attr.endswith("_id")
    if isinstance(what, ast.Name):
        return what.id in known or what.id.endswith("_id") or what.id in IDENTITIES
    if isinstance(what, ast.Call) and isinstance(what.func, ast.Attribute) and what.func.attr == "mix":
        return any(_is_identity(argument, known) for argument in what.args)
    return isinstance(what, ast.Call) and any(_is_identity(argument, known) for argument in what.args)


def sources() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in Path(mechanisms.__file__).parent.glob("*.py")}


def streams() -> dict[str, set[str]]:
    """Names of streams, with the files that draw from them."""
    users: dict[str, set[str]] = {}
    for name, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "stream":
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    users.setdefault(str(argument.value), set()).add(name)
    return users


def test_every_mechanism_draws_from_streams_of_its_own() -> None:
    users = streams()
    assert len(users) > 30
    assert not {
        name for name, files in users.items() if len(files) > 1 and not files <= SHARED_STREAMS.get(name, set())
    }
    assert len({int(draws.stream(name)) for name in users}) == len(users), "two names have one hash"


def test_no_mechanism_borrows_a_stream_of_another() -> None:
    borrowed = [
        (name, alias.name)
        for name, text in sources().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.endswith("STREAM")
    ]
    assert not borrowed


def places_of_draws() -> list[tuple[str, ...]]:
    """Every place at which a mechanism draws: its file, function, and what the words are for but whom."""
    found = []
    for name, text in sources().items():
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        for function, node in ((each, node) for each in functions for node in ast.walk(each)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS:
                first = 2 if node.func.attr == "fill" else 1
                stream, month, _, *block = map(ast.unparse, node.args[first : first + 4])
                found.append((name, function.name, stream, month, *(block or ["0"])))
    return found


def test_no_luck_is_used_twice() -> None:
    """Two kernels, or two places of one, that draw the same words would tie what has nothing to do with each other."""
    places = [(name, *rest) for name, function, *rest in places_of_draws() if function != "shuffle"]
    assert len(places) > 35 and not [place for place in places if places.count(place) > 1]


def test_every_stream_that_a_mechanism_has_is_drawn_from() -> None:
    unused = []
    for name, text in sources().items():
        tree = ast.parse(text)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        streams = {each.id for each in names if isinstance(each.ctx, ast.Store) and each.id.endswith("STREAM")}
        unused += [(name, each) for each in streams - {each.id for each in names if isinstance(each.ctx, ast.Load)}]
    assert not unused


def test_no_draw_depends_on_the_order_of_drawing() -> None:
    assert not [name for name, text in sources().items() for word in FORBIDDEN if word in text]


def test_every_draw_is_for_somebody_or_something_by_name_and_not_by_place() -> None:
    trees = {name: ast.parse(text) for name, text in sources().items()}
    assert not [f"{name}, line {line}" for name, tree in trees.items() for line in _keyed_by_place(tree)]


def test_a_draw_by_place_is_found() -> None:
    kernel = """
def kernel(key, month, org, dyad, s):
    pair = draws.mix(org.organization_id[s], org.organization_id[s + 1])
    a = draws.words(key, STREAM, month, pair, 0)
    draws.fill(luck, key, STREAM, month, dyad.pair_id)
    drawn_for[0] = org.organization_id[s]
    draws.fill(luck, key, STREAM, month, drawn_for[:1], 3)
    b = draws.uniform(key, STREAM, month, s)
    for i in range(3):
        c = draws.uniform(key, STREAM, month, draws.mix(i, 7))
        draws.fill(luck, key, STREAM, month, places)
"""
    assert sorted(_keyed_by_place(ast.parse(kernel))) == [8, 10, 11]

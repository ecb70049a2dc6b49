from __future__ import annotations

import json
import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tfs_sim.scenario.errors import KeyPath
from tfs_sim.scenario.places import places


def paths(data: Any, prefix: KeyPath = ()) -> set[KeyPath]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found: set[KeyPath] = set()
    for key, value in items:
        found |= {(*prefix, key)} | paths(value, (*prefix, key))
    return found


EVERYTHING = '''\
# comment with [brackets] = "x"
bare = 1
"quoted key" = 'literal # not a comment'
'single "q"' = """
several "lines" \\
  ] } = here""\"""
a.b.c = { d = [1, [2, 3], { e = "}" }], "f.g" = 1979-05-27 07:32:00 } # end
literal = \'\'\'
[not.a.table]
\'\'\'\'
list = [
  "x", # comment, with comma
  { y = 1 },
]

[table]
[table.inner."x y"]
k = true
[[many]]
v = 1
[[many.deep]]
w = "\\"]"
[[many.deep]]
[many.plain]
z = inf
[[many]]
v = 2
'''


def test_everything_that_toml_has() -> None:
    found = places(EVERYTHING)
    assert set(found) == paths(tomllib.loads(EVERYTHING))
    lines = EVERYTHING.split("\n")

    def text(key: KeyPath, part: str) -> str:
        span = getattr(found[key], part)
        return lines[span.line - 1][span.column - 1 : span.column - 1 + span.length]

    assert text(("bare",), "key") == "bare" and text(("bare",), "value") == "1"
    assert text(("quoted key",), "value") == "'literal # not a comment'"
    assert text(("a", "b", "c", "d", 1), "value") == "[2, 3]"
    assert text(("a", "b", "c", "f.g"), "key") == '"f.g"'
    assert text(("a", "b", "c", "f.g"), "value") == "1979-05-27 07:32:00"
    assert text(("many", 0, "deep", 0, "w"), "value") == '"\\"]"'
    assert found["many", 1].key.line == len(lines) - 2


keys = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,5}", fullmatch=True), st.text(st.characters(codec="utf-8"), max_size=5)
)
scalars = st.one_of(
    st.booleans(),
    st.integers(-99, 99),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=8),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(keys, values, max_size=4)


def written(text: str, draw: Any) -> str:
    if "'" not in text and text.isprintable() and draw(st.booleans()):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def key_text(key: str, draw: Any) -> str:
    bare = key.isascii() and key.replace("-", "a").replace("_", "a").isalnum()
    return key if bare and draw(st.booleans()) else written(key, draw)


def inline(value: Any, draw: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_text(k, draw)} = {inline(v, draw)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        gap = draw(st.sampled_from(["", " ", "\n  ", " # ], }\n"]))
        return "[" + "".join(f"{gap}{inline(each, draw)}{gap}," for each in value) + gap + "]"
    return written(value, draw) if isinstance(value, str) else json.dumps(value)


def block(data: dict[str, Any], path: list[str], draw: Any) -> str:
    plain, tables = "", ""
    for key, value in data.items():
        name = key_text(key, draw)
        blank = draw(st.sampled_from(["", "\n", "# [x] = {\n"]))
        nested = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
        if isinstance(value, dict) and draw(st.booleans()):
            tables += f"{blank}[{' . '.join([*path, name])}]\n" + block(value, [*path, name], draw)
        elif nested and draw(st.booleans()):
            for each in value:
                tables += f"[[{'.'.join([*path, name])}]]{blank or chr(10)}" + block(each, [*path, name], draw)
        else:
            plain += f"{blank}{name} ={draw(st.sampled_from(['', ' ']))}{inline(value, draw)} # end\n"
    return plain + tables


@settings(max_examples=150, deadline=None)
@given(documents, st.data())
def test_paths_are_those_of_the_standard_library(data: dict[str, Any], draws: st.DataObject) -> None:
    text = block(data, [], draws.draw)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # an array of tables may follow its own child in this simple writer
        return
    assert set(places(text)) == paths(parsed)
    lines = text.split("\n")
    for place in places(text).values():
        for span in place:
            assert 1 <= span.line <= len(lines) and 1 <= span.column <= len(lines[span.line - 1]) + 1

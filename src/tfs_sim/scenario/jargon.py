"""Turning what pydantic found into mistakes that people can read."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from tfs_sim.scenario.errors import KeyPath, Mistake, count, dotted, kind_of, nearest
from tfs_sim.scenario.fields import NAME

_EXAMPLES = {
    "clock": '[clock] with start = "2018-06"',
    "sites": "[sites.riverton] with students and organizations",
    "students": "students = 14_000",
    "start": 'start = "2018-06"',
    "use": 'use = "procedure-manuals"',
    "onset": 'onset = "2020-03"',
    "depth": "depth = 0.6",
    "label": 'label = "crisis"',
    "months": "months = 36",
    "amount": "amount = 750",
    "site": 'site = "riverton"',
    "scenario": 'scenario = "four-communities"',
    "strategies": "[strategies.no-initiative]",
    "outcomes": '[outcomes] with primary = "support"',
    "primary": 'primary = "support"',
}


def mistakes_of(error: ValidationError, root: type[BaseModel], table: str = "") -> list[Mistake]:
    """Return the mistakes in a file whose top level is `root`, or in a part of one that is called `table`."""
    found: list[Mistake] = []
    missing: dict[KeyPath, Mistake] = {}
    lengths: dict[KeyPath, Mistake] = {}
    for detail in error.errors(include_url=False):
        path = tuple(detail["loc"])
        context: Mapping[str, Any] = detail.get("ctx", {})
        if detail["type"] == "mistakes":
            found.extend(_named(mistake.under(path)) for mistake in context["mistakes"])
        elif detail["type"] == "missing":
            missing[path] = _translated("missing", path, None, root, table)
        elif detail["type"] in ("too_short", "too_long"):
            lengths[path] = _of_another_length(path, context, len(detail["input"]))
        else:
            found.append(_translated(detail["type"], path, detail.get("input"), root, table))
    for mistake in found:  # a misspelt key is one mistake: the right one is then not missing as well
        if mistake.key and mistake.suggestion:
            missing.pop((*mistake.key[:-1], mistake.suggestion), None)
    for mistake in found:  # an entry that is wrong was not counted
        for depth in range(len(mistake.key)):
            lengths.pop(mistake.key[:depth], None)
    return [*found, *lengths.values(), *missing.values()]


def _of_another_length(path: KeyPath, context: Mapping[str, Any], actual: int) -> Mistake:
    least, most = context.get("min_length"), context.get("max_length")
    limit = f"at least {least:,} {'is' if least == 1 else 'are'}" if least is not None else f"at most {most:,} are"
    needed = "needed" if least is not None else "possible"
    return Mistake(f"{_name(path)} has {count(actual, 'entry', 'entries')}; {limit} {needed}", key=path)


def _translated(kind: str, path: KeyPath, value: Any, root: type[BaseModel], table: str) -> Mistake:
    name = _name(path)
    if kind == "missing":
        example = _EXAMPLES.get(str(path[-1]), "")
        where = dotted(path[:-1]) or table or "the file"
        return Mistake(
            f"{where} lacks {path[-1]}", key=path[:-1], at="key", hint=f"For example: {example}." if example else ""
        )
    if kind == "extra_forbidden":
        known = _keys(root, path[:-1])
        if name == "when":
            return Mistake("only interventions have a rule (when); grants and shocks are as they are", path, "key")
        inner = dotted(path[:-1]) or table
        place = f"in {inner}" if inner else "at the top of the file"
        hint = f"Keys {place}: {', '.join(known)}." if known else ""
        return Mistake(
            f"there is no key {name} {place}", key=path, at="key", suggestion=nearest(str(path[-1]), known), hint=hint
        )
    if kind in ("model_type", "dict_type", "model_attributes_type", "mapping_type", "dataclass_type"):
        two = (
            " (write [name], not [[name]])" if isinstance(value, list) and value and isinstance(value[0], dict) else ""
        )
        return Mistake(f"{name} is a table of keys{two}; found {kind_of(value)}", key=path)
    if kind in ("tuple_type", "list_type", "iterable_type"):
        note = f"write [[{dotted(path)}]] with two brackets" if isinstance(value, Mapping) else "write it in [ ]"
        return Mistake(f"{name} is a list; found {kind_of(value)}", key=path, note=note)
    if kind == "invalid_key":
        return Mistake(f"{name} is not a key: keys are texts", key=path[:-1], at="key")
    return Mistake(f"{name} cannot be {kind_of(value)}", key=path)


def _named(mistake: Mistake) -> Mistake:
    """Put the key's name where a check of a single value could not know it."""
    path = mistake.key
    at = mistake.at
    if path and path[-1] == "[key]":
        path, at = path[:-1], "key"
    return replace(mistake, message=mistake.message.replace(NAME, _name(path)), key=path, at=at)


def _name(path: KeyPath) -> str:
    if not path:
        return "this"
    last = path[-1]
    if isinstance(last, str):
        return dotted((last,))
    words = [part for part in path[:-1] if isinstance(part, str)]
    return f"item {last + 1} of {words[-1]}" if words else f"item {last + 1}"


def _keys(root: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the table at `path` may have."""
    kind: Any = root
    for part in path:
        kind = _step(kind, part)
    return aliases(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def aliases(model: type[BaseModel]) -> list[str]:
    """Return the keys of a table as they are written in files."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _step(kind: Any, part: str | int) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part == (field.alias or name):
                return _bare(field.annotation)
        return None
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and arguments:
        return _bare(arguments[0])
    return _bare(arguments[1]) if typing.get_origin(kind) is dict else None


def _bare(kind: Any) -> Any:
    """Return a type without `| None` and annotations."""
    if typing.get_origin(kind) is typing.Annotated:
        return _bare(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kinds = [argument for argument in typing.get_args(kind) if argument is not type(None)]
        return _bare(kinds[0]) if len(kinds) == 1 else None
    return kind

"""Writing plain data as TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def to_toml(data: Mapping[str, Any]) -> str:
    """Return data of tables, lists, texts, numbers and switches as TOML that reads back the same."""
    return "\n".join(_table(data, ())).lstrip("\n") + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"{_key(key)} = {_value(value)}" for key, value in data.items() if not _has_header(value)]
    for key, value in data.items():
        name = ".".join(_key(part) for part in (*path, key))
        if isinstance(value, Mapping):
            needed = not value or not all(_has_header(each) for each in value.values())
            lines += [*(["", f"[{name}]"] if needed else []), *_table(value, (*path, key))]
        elif _has_header(value):
            for item in value:
                lines += ["", f"[[{name}]]", *(f"{_key(inner)} = {_value(each)}" for inner, each in item.items())]
    return lines


def _has_header(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }" if value else "{}"
        )
    return "[" + ", ".join(_value(each) for each in value) + "]"

"""JSON Schema of scenario files, for completion and checks in editors."""

from __future__ import annotations

import math
from typing import Any

from tfs_sim.literature.bibliography import short
from tfs_sim.scenario.checks import OTHERS, specification
from tfs_sim.scenario.fields import catalogue
from tfs_sim.scenario.rules import indicators
from tfs_sim.scenario.schema import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of scenario files.

    A file that extends another holds only differences, so nothing is required that the other may give.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    extends = {"type": "string", "description": "ready-made name, or path relative to this file, to start from"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = {"required": schema.pop("required")}
    definitions = schema["$defs"]
    for name in ("Site", "Clock", "Selection"):  # their tables may be differences as well
        definitions[name].pop("required", None)
    return finished(schema, "Scenario of tfs-sim")


def finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """Return a schema with the names and parameters of the catalogue in place of marks."""
    definitions = schema.setdefault("$defs", {})
    if "Target" in definitions:
        table = {**definitions["Target"], "minProperties": 1}
        definitions["Target"] = {"anyOf": [{"const": "all"}, table]}
    filled: dict[str, Any] = _filled(schema)
    filled["title"] = title
    return {"$schema": _DIALECT, **filled}


def _filled(node: Any) -> Any:
    if isinstance(node, list):
        return [_filled(each) for each in node]
    if not isinstance(node, dict):
        return node
    marks = node.get("x-names")
    rest = {key: _filled(value) for key, value in node.items() if key not in ("x-names", "default")}
    if marks is None:
        return _without_null(rest)
    declarations = catalogue()
    if marks == "parameters":
        tables = {name: _mechanism(mechanism) for name, mechanism in declarations.MECHANISMS.items()}
        return {**rest, "properties": tables, "additionalProperties": False}
    if marks == "mechanisms":
        switches = {
            name: {"type": "boolean", "description": mechanism.summary}
            for name, mechanism in declarations.MECHANISMS.items()
        }
        switches[OTHERS] = {"type": "boolean", "description": "every mechanism that is not listed"}
        return {**rest, "properties": switches, "additionalProperties": False}
    if marks == "additions":
        return {**rest, "anyOf": [{"type": "string"}, {"$ref": "#/$defs/ScheduledIntervention"}]}
    names = indicators() if marks == "indicators" else getattr(declarations, marks.upper())
    return {**rest, "enum": list(names)}


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """Take the choice "null" away, which TOML does not have."""
    choices = [each for each in node.get("anyOf", []) if each != {"type": "null"}]
    if "anyOf" not in node or len(choices) == len(node["anyOf"]):
        return node
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    return {**choices[0], **rest} if len(choices) == 1 else {**rest, "anyOf": choices}


def _mechanism(mechanism: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": f"{mechanism.title}: {mechanism.summary}",
        "properties": {name: _parameter(declared) for name, declared in specification(mechanism).items()},
        "additionalProperties": False,
    }


def _parameter(declared: Any) -> dict[str, Any]:
    if declared.choices:
        return {
            "type": "string",
            "enum": list(declared.choices),
            "default": declared.default,
            "description": f"{declared.meaning} Source: {short(declared.source)} ({declared.grade}).",
        }
    schema: dict[str, Any] = {
        "type": "integer" if declared.whole else "number",
        "default": declared.default,
        "description": f"{declared.meaning} Unit: {declared.unit}; plausible {declared.low:g} to {declared.high:g}. "
        f"Source: {short(declared.source)} ({declared.grade}).",
    }
    if math.isfinite(declared.smallest):
        schema["minimum"] = declared.smallest
    if math.isfinite(declared.largest):
        schema["maximum"] = declared.largest
    return schema

"""Months counted from the start: "month 20" in a file stands for the twentieth month of its clock.

They become dates when a scenario is read, as soon as its clock is known: what follows knows dates alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from tfs_sim.scenario.fields import is_counted, is_month, when
from tfs_sim.scenario.tables import month_number, month_text

_LISTS = {
    "interventions": {"from": "begins", "until": "until"},
    "grants": {"from": "begins"},
    "shocks": {"onset": "onset"},
}
"""Where months stand: keys of files in the tables of these lists, each with the name that it has in Python."""


def dated(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a scenario's data with dates in place of months that are counted from its start.

    What is wrong stays as it is, to be told by those who check it.
    """
    clock = data.get("clock")
    start = getattr(clock, "start", None) if isinstance(clock, BaseModel) else _get(clock, "start")
    if not isinstance(start, str) or not is_month(start):
        return data
    result = {**data, **_lists(data, start)}
    if isinstance(bundles := data.get("bundles"), Mapping):
        result["bundles"] = {name: {**b, **_lists(b, start)} if _table(b) else b for name, b in bundles.items()}
    if isinstance(sites := data.get("sites"), Mapping):
        result["sites"] = {name: _site(site, start) for name, site in sites.items()}
    selection = data.get("selection")
    if isinstance(selection, Mapping) and isinstance(stages := selection.get("stages"), list | tuple):
        result["selection"] = {**selection, "stages": [_put(each, {"month": "month"}, start) for each in stages]}
    return result


def date_of(month: str, start: str) -> str:
    """Return the date of a month that is counted from a start (1 is the start itself), or the date that it is."""
    return month_text(month_number(start) + int(month[6:]) - 1) if is_counted(month) else month


def _lists(owner: Mapping[str, Any], start: str) -> dict[str, Any]:
    return {
        kind: [_put(each, names, start) for each in items]
        for kind, names in _LISTS.items()
        if isinstance(items := owner.get(kind), list | tuple)
    }


def _site(site: Any, start: str) -> Any:
    backbone = _get(site, "backbone")
    return {**site, "backbone": _put(backbone, {"from": "begins"}, start)} if _table(backbone) else site


def _put(item: Any, names: Mapping[str, str], start: str) -> Any:
    """Return a table, or a checked piece, with dates in place of counted months."""
    if isinstance(item, BaseModel):
        counted = {name: getattr(item, name) for name in names.values() if is_counted(getattr(item, name))}
        return item.model_copy(update={name: date_of(month, start) for name, month in counted.items()})
    if not isinstance(item, Mapping):
        return item
    counted = {key: month for key in names if is_counted(month := when(item.get(key)))}
    return {**item, **{key: date_of(month, start) for key, month in counted.items()}} if counted else item


def _get(table: Any, key: str) -> Any:
    return table.get(key) if isinstance(table, Mapping) else None


def _table(value: Any) -> bool:
    return isinstance(value, Mapping)

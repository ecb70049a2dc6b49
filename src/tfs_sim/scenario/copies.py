"""Sites that stand for many communities (`copies`), and how what is wrong with them is told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.sites import MOST_COPIES


def multiplied(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return a scenario's data with a table for each community, and which site each copy is one of."""
    sites = data.get("sites")
    if not isinstance(sites, Mapping):
        return data, {}
    result: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, site in sites.items():
        copies = _copies(site)
        if copies == 1 or not isinstance(name, str):
            result[name] = site
            continue
        rest = {key: value for key, value in site.items() if key != "copies"}
        title = rest.get("title")
        for number in range(1, copies + 1):
            labelled = {"title": f"{title} {number}"} if isinstance(title, str) else {}
            copy = copy_of(name, number, copies)
            if copy in sites:
                message = f"{quote(copy)} is the name of a copy of {quote(name)}; call this site something else"
                raise UserError(Mistake(message, key=("sites", copy), at="key"))
            result[copy] = {**rest, **labelled}
            origin[copy] = name
    return {**data, "sites": result}, origin


def copy_of(name: str, number: int, copies: int) -> str:
    """Return what one of so many communities is called, which a site stands for: "town-001"."""
    return f"{name}-{number:0{max(3, len(str(copies)))}d}"


def copies_among(sites: Collection[str], name: str) -> list[str]:
    """Return which sites are copies of one that was called `name`; none where the first of them is not there."""
    for digits in range(3, len(str(MOST_COPIES)) + 1):
        if f"{name}-{1:0{digits}d}" in sites:
            numbers = ((each, each.removeprefix(f"{name}-")) for each in sites if each.startswith(f"{name}-"))
            return [each for each, number in numbers if number.isdigit() and len(number) == digits]
    return []


def as_written(mistakes: Iterable[Mistake], origin: Mapping[str, str]) -> Iterator[Mistake]:
    """Yield mistakes where they were written: what is wrong with every copy of a site is wrong with the site."""
    for mistake in mistakes:
        copy = mistake.key[1] if mistake.key[:1] == ("sites",) and len(mistake.key) > 1 else ""
        name = origin.get(str(copy))
        if name is None:
            yield mistake
        else:
            message, hint = (said.replace(str(copy), name) for said in (mistake.message, mistake.hint))
            yield replace(mistake, message=message, hint=hint, key=("sites", name, *mistake.key[2:]))


def _copies(site: Any) -> int:
    """Return how many communities a site's data stands for; 1 where it does not say, or says it wrongly."""
    copies = site.get("copies") if isinstance(site, Mapping) else None
    whole = type(copies) is int or (isinstance(copies, float) and copies.is_integer())
    return int(copies) if whole and copies is not None and 1 < copies <= MOST_COPIES else 1

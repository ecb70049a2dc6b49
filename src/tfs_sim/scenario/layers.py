"""Checks of what spans communities: the selection's stages, national organizations and their networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfs_sim.scenario.errors import KeyPath, Mistake, nearest, quote
from tfs_sim.scenario.organizations import Organization
from tfs_sim.scenario.tables import NATIONAL_SITE, Selection, Stage, month_number

if TYPE_CHECKING:
    from tfs_sim.scenario.checks import Pieces


def stages_asked_for(pieces: Pieces) -> Iterator[Mistake]:
    """Return a mistake for each grant or intervention that names a stage which the selection does not have."""
    known = [stage.name for stage in pieces.selection.stages] if pieces.selection else []
    asked = [(path, grant.stage) for path, grant in pieces.grants]
    asked += [(path, item.stage) for path, item in pieces.interventions]
    for path, name in asked:
        if name is None or name in known:
            continue
        hint = f"Stages: {', '.join(known)}." if known else "The scenario has no [[selection.stages]]."
        message = f"the selection has no stage {quote(name)}"
        yield Mistake(message, key=(*path, "stage"), suggestion=nearest(name, known), hint=hint)


def stages(pieces: Pieces) -> Iterator[Mistake]:
    """Return the mistakes within the selection: names, months, pools, places and lists."""
    if pieces.selection is None:
        return
    before: dict[str, Stage] = {}
    for position, stage in enumerate(pieces.selection.stages):
        key = ("selection", "stages", position)
        if stage.name in before:
            yield Mistake(f"there are two stages {quote(stage.name)}", key=(*key, "name"))
        if pieces.clock is not None and not 0 <= pieces.clock.index(stage.month) < pieces.clock.months:
            side = "before the clock starts" if pieces.clock.index(stage.month) < 0 else "after the clock ends"
            message = f"month is {stage.month}, {side} (it goes from {pieces.clock.start} to {pieces.clock.end})"
            yield Mistake(message, key=(*key, "month"))
        yield from _chosen(key, pieces.selection, stage, pieces.site_names, before)
        if stage.pool is not None and stage.pool not in before:
            hint = f"Stages before it: {', '.join(before)}." if before else "It is the first stage."
            message = f"no stage before this one is called {quote(stage.pool)}"
            yield Mistake(message, key=(*key, "from"), suggestion=nearest(stage.pool, before), hint=hint)
        elif stage.pool is not None:
            yield from _after(key, stage, before[stage.pool])
        elif stage.places is not None and stage.places > len(pieces.site_names):
            message = f"places is at most the number of communities, {len(pieces.site_names)}; found {stage.places}"
            yield Mistake(message, key=(*key, "places"))
        before[stage.name] = stage


def _chosen(
    key: KeyPath, selection: Selection, stage: Stage, sites: set[str], before: dict[str, Stage]
) -> Iterator[Mistake]:
    pool = before[stage.pool].chosen if stage.pool in before else None
    for position, site in enumerate(stage.chosen or ()):
        path = (*key, "chosen", position)
        if site not in sites:
            yield Mistake(f"there is no site {quote(site)}", key=path, suggestion=nearest(site, sorted(sites)))
        elif pool is not None and selection.is_given(before[str(stage.pool)]) and site not in pool:
            yield Mistake(f"{quote(site)} was not chosen at the stage {quote(str(stage.pool))} before", key=path)


def _after(key: KeyPath, stage: Stage, pool: Stage) -> Iterator[Mistake]:
    if month_number(stage.month) <= month_number(pool.month):
        message = f"{stage.name} chooses in {stage.month}, no later than {pool.name} ({pool.month}), which it follows"
        yield Mistake(message, key=(*key, "month"))
    there = pool.places if pool.places is not None else len(pool.chosen or ())
    if stage.places is not None and stage.places > there:
        message = f"places is at most the {there} of the stage {quote(pool.name)}; found {stage.places}"
        yield Mistake(message, key=(*key, "places"))


def networks(pieces: Pieces, organizations: dict[str, tuple[Organization, ...]]) -> Iterator[Mistake]:
    """Return the mistakes about members of national networks."""
    if pieces.national_names and NATIONAL_SITE in pieces.site_names:
        message = f"the national organizations make up a site {quote(NATIONAL_SITE)}; give this one another name"
        yield Mistake(message, key=("sites", NATIONAL_SITE), at="key")
    for site, table in pieces.sites.items():
        members = {o.identity.split("/", 1)[1]: o.identity for o in organizations.get(site, ())}
        belongs: dict[str, str] = {}
        for network, names in table.networks.items():
            key = ("sites", site, "networks", network)
            if network not in pieces.national_names:
                known = sorted(pieces.national_names)
                hint = f"Nationals: {', '.join(known)}." if known else "The scenario has no [nationals]."
                message = f"there is no national organization {quote(network)}"
                yield Mistake(message, key=key, at="key", suggestion=nearest(network, known), hint=hint)
            for position, name in enumerate(names):
                plain = name.removeprefix(f"{site}/")
                if members and plain not in members:
                    message = f"there is no organization {quote(name)} in {site}"
                    hint = 'Members are named "sector-01", the backbone "backbone".'
                    yield Mistake(message, key=(*key, position), suggestion=nearest(plain, members), hint=hint)
                elif plain in belongs:
                    message = f"{quote(name)} is a member of {belongs[plain]} already"
                    yield Mistake(message, key=(*key, position))
                belongs[plain] = network

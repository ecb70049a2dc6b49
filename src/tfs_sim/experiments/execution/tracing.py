"""One replicate of every arm told in detail: a site's network at a few moments, every organization in every month.

The report shows them as pictures of the network and as the story of one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.execution import starting
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.storage import tables
from tfs_sim.experiments.storage.describe import arm_keys
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.store import Store
from tfs_sim.model.state import ROLES, SECTORS, STATUSES
from tfs_sim.scenario.tables import NATIONAL_SITE

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

REPLICATE = 0
"""The replicate that is told."""


def write_traces(
    store: Store,
    experiment: Experiment,
    arms: Sequence[Arm],
    seed: int,
    template: Callable[[Scenario], Template],
    sets: Sets | None = None,
) -> None:
    """Write `network.parquet` and `organizations.parquet`, if the experiment asks for snapshots.

    The run is the first replicate, under the first set of parameters where there are any.
    """
    snapshots = experiment.snapshots
    if snapshots is None:
        for table in ("network", "organizations"):
            store.drop(table)
        return
    site, months = snapshots.site, snapshots.dates(experiment.base.clock.start)
    plan = [[arm_keys(arm), arm.scenario.digest()] for arm in arms]
    first = None if sets is None else sets.first(1)
    name = "" if first is None else first.ids[0]
    inputs: list[Any] = [plan, seed, model_version(), "" if first is None else first.digest()]

    def worlds() -> Iterator[tuple[dict[str, str], Scenario, Template, int, Any]]:
        for arm in arms:
            made = template(arm.scenario)
            if first is not None:
                made = at_point(made, arm.scenario, open_to(first.settings(0), arm.scenario), name)
            for month, world, _ in starting.trace(made, seed, REPLICATE, name):
                yield arm_keys(arm), arm.scenario, made, month, world

    def networks() -> Iterator[pa.Table]:
        for keys, scenario, made, month, world in worlds():
            if scenario.clock.date(month) in months and site in made.sites:  # a level's scenario may have others
                yield _network(keys, made, site, month, world)

    def organizations() -> Iterator[pa.Table]:
        for keys, _, made, month, world in worlds():
            yield _organizations(keys, made, month, world)

    store.write_traced("network", [*inputs, site, months], networks)
    store.write_traced("organizations", inputs, lambda: tables.regrouped(organizations(), tables.ROWS))


def _names(template: Template) -> NDArray[np.str_]:
    return np.array([organization.identity for organization in template.organizations])


def _network(keys: dict[str, str], template: Template, site: str, month: int, world: Any) -> pa.Table:
    """Return the relationships within a site, one row for each direction of each pair."""
    names = _names(template)
    here = np.asarray(world.site_of) == template.sites.index(site)
    by_source = np.asarray(world.relationships)
    inside = by_source[here[np.asarray(world.source)[by_source]] & here[np.asarray(world.target)[by_source]]]
    source, target = np.asarray(world.source)[inside], np.asarray(world.target)[inside]
    return tables.with_keys(
        pa.table(
            {
                "month": np.full(len(source), month, np.int32),
                "site": pa.repeat(pa.scalar(site, pa.string()), len(source)),
                "source": pa.array(names[source].tolist(), pa.string()),
                "target": pa.array(names[target].tolist(), pa.string()),
                "open": np.asarray(world.is_open)[np.asarray(world.pair)[inside]].astype(bool),
                "trust": np.asarray(world.trust)[inside].astype(np.float32),
            }
        ),
        keys,
    )


def _organizations(keys: dict[str, str], template: Template, month: int, world: Any) -> pa.Table:
    """Return every organization in one month."""
    names = _names(template)
    count = len(names)
    return tables.with_keys(
        pa.table(
            {
                "replicate": np.full(count, REPLICATE, np.int32),
                "month": np.full(count, month, np.int32),
                "site": _words((*template.sites, NATIONAL_SITE), world.site_of),
                "organization": pa.array(names.tolist(), pa.string()),
                "sector": _words(SECTORS, world.sector),
                "role": _words(ROLES, world.role),
                "status": _words(STATUSES, world.status),
                "effort": np.asarray(world.effort).astype(np.float32),
                "in_post": np.asarray(world.in_post).astype(bool),
            }
        ),
        keys,
    )


def _words(words: Sequence[str], positions: Any) -> pa.Array:
    return pa.array([words[position] for position in np.asarray(positions).tolist()], pa.string())

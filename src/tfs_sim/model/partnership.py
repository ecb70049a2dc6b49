"""The Mesa face: the same arrays and the same kernels, one step at a time, with agents to look at.

`PartnershipModel.step()` runs one month with the compiled loop that whole runs use, so both give the same
bits. Agents are views of rows: reading or writing `organization.effort` reads or writes the arrays. The clock
is `model.month`. Sweeps never come here; they fill arrays and tick.
"""

from __future__ import annotations

import itertools
import multiprocessing
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.state import ACTIVE, FIRST_POOL, ROLES, SECTORS, STATUSES

_start_method = multiprocessing.get_start_method(allow_none=True)
import mesa  # noqa: E402

# some releases of Mesa set the start method of the whole process on import; that is not ours to change
multiprocessing.set_start_method(_start_method, force=True)


class _IdsOfLivingModels:
    """Counters of agents' ids that do not keep their models alive (Mesa 3.3 holds every model for ever)."""

    def __init__(self) -> None:
        self._counters: weakref.WeakKeyDictionary[Any, Iterator[int]] = weakref.WeakKeyDictionary()

    def __getitem__(self, model: Any) -> Iterator[int]:
        return self._counters.setdefault(model, itertools.count(1))


def _row_property(name: str, meaning: str) -> property:
    def read(self: Organization) -> float:
        return float(getattr(self.model.world, name)[self.row])

    def write(self: Organization, value: float) -> None:
        getattr(self.model.world, name)[self.row] = value

    return property(read, write, doc=meaning)


class Organization(mesa.Agent):
    """One organization: a view of one row of the world's arrays.

    Attributes
    ----------
    identity, name, sector, role, site : as the scenario declares them.
    row : its position in the arrays of `model.world`.
    """

    _ids = _IdsOfLivingModels()
    model: PartnershipModel

    def __init__(self, model: PartnershipModel, row: int) -> None:
        super().__init__(model)
        self.row = int(row)
        declared = model.template.organizations[self.row]
        self.identity: str = declared.identity
        self.name: str = declared.name
        self.sector: str = SECTORS[model.world.sector[self.row]]
        self.role: str = ROLES[model.world.role[self.row]]
        self.site: str = declared.identity.split("/")[0]

    effort = _row_property("effort", "Share of capacity given to the shared work, in [0, 1].")
    fte = _row_property("fte", "Staff now, full-time equivalents.")
    commitment = _row_property("commitment", "The representative's commitment, in [0, 1].")
    backing = _row_property("backing", "Support for the work inside the organization, in [0, 1].")
    belief = _row_property("belief", "Belief in collective efficacy, in [0, 1].")
    ramp = _row_property("ramp", "The representative's understanding of the initiative, in [0, 1].")
    documentation = _row_property("documentation", "How much of its part is written down, in [0, 1].")
    tenure = _row_property("tenure", "Months that the representative has been in post.")
    joining_value = _row_property("joining_value", "Payoff of taking part over staying away, last reckoned.")

    @property
    def status(self) -> str:
        """Prospect, reluctant, active or withdrawn."""
        return STATUSES[self.model.world.status[self.row]]

    @status.setter
    def status(self, value: str) -> None:
        self.model.world.status[self.row] = STATUSES.index(value)

    @property
    def is_partner(self) -> bool:
        """Whether it takes part now."""
        return bool(self.model.world.status[self.row] == ACTIVE) and self.role != "backbone"

    @property
    def in_post(self) -> bool:
        """Whether its boundary spanner's post is filled."""
        return bool(self.model.world.in_post[self.row])

    @property
    def balance(self) -> float:
        """Money in its account, dollars."""
        return float(self.model.world.accounts[FIRST_POOL + self.model.world.backbone.size + self.row]) / 100.0

    def trust_in(self, other: Organization) -> float | None:
        """Return its effective trust in another organization, or None if the two could never meet."""
        world = self.model.world
        first, end = world.first_relationship[self.row : self.row + 2]
        own = world.relationships[first:end]
        found = own[world.target[own] == other.row]
        return float(world.trust[found[0]]) if found.size else None

    def neighbours(self) -> list[Organization]:
        """Return the organizations that it has a tie with."""
        world = self.model.world
        ties = world.ties[world.first_relationship[self.row] : world.end_of_ties[self.row]]
        return [self.model.organizations[row] for row in world.target[ties]]


class PartnershipModel(mesa.Model):
    """A scenario as a Mesa model.

    Parameters
    ----------
    scenario : a Scenario, as `tfs_sim.load_scenario` returns.
    rng : seed of the run; the same integer gives `simulate(scenario, seed=rng)` bit for bit. A
        numpy Generator (or None) is asked for a seed.
    replicate : which replicate of that seed.

    Examples
    --------
    >>> model = PartnershipModel(tfs_sim.load_scenario("four-communities"), rng=1)  # doctest: +SKIP
    >>> model.step()  # doctest: +SKIP
    >>> model.agents.select(lambda o: o.sector == "nonprofit").agg("effort", np.mean)  # doctest: +SKIP
    """

    def __init__(self, scenario: Any, *, rng: Any = None, replicate: int = 0) -> None:
        super().__init__(rng=rng)
        self.template: engine.Template = template_of(scenario)
        self.seed_of_run = int(rng) if isinstance(rng, int | np.integer) else int(self.rng.integers(2**31))
        self._key = draws.run_key(self.seed_of_run, int(replicate))
        self.state, self.world = self.template.fresh()
        self.observed: NDArray[np.float64] = self.template.output()
        self.month = 0
        engine.run_months(self.template, self.world, self._key, engine.DRAW_START, 0, self.observed)
        agents = Organization.create_agents(self, len(self.template.organizations), row=range_of(self.template))
        self.organizations: list[Organization] = sorted(agents, key=lambda agent: agent.row)

    def step(self) -> None:
        """Run one month; `running` becomes False after the last.

        Raises
        ------
        ValueError
            after the scenario's last month.
        """
        if self.month >= self.template.months:
            raise ValueError(f"the scenario ends after {self.template.months} months")
        engine.run_months(self.template, self.world, self._key, self.month, self.month + 1, self.observed)
        self.month += 1
        self.running = self.month < self.template.months

    def observe(self, metric: str, site: str | None = None) -> float:
        """Return a metric of the month that has just run, for a site or as the mean over sites."""
        if metric not in METRICS:
            raise ValueError(f"there is no metric {metric!r}; metrics are {', '.join(METRICS)}")
        if self.month == 0:
            return float("nan")
        row = self.observed[self.month - 1, :, list(METRICS).index(metric)]
        return float(row.mean() if site is None else row[self.template.sites.index(site)])


def range_of(template: engine.Template) -> list[int]:
    """Return the rows of a template's organizations."""
    return list(range(len(template.organizations)))


def template_of(scenario: Any) -> engine.Template:
    """Return the template of a Scenario (which knows how to make its own), or a template itself."""
    if isinstance(scenario, engine.Template):
        return scenario
    if not hasattr(scenario, "to_template"):
        raise TypeError(f"a model is made from a scenario, such as tfs_sim.load_scenario(…); found {scenario!r}")
    made: engine.Template = scenario.to_template()
    return made

"""The Mesa face: the same arrays and the same kernels, one step at a time, with agents to look at.

`PartnershipModel.step()` runs one month with the compiled loop that whole runs use, so both give the same
bits. Agents are views of rows: reading or writing `organization.effort` reads or writes the arrays. The clock
is `model.month`. A rule in Python may run between any two steps of the month (`add_rule`), to try out an idea before
it becomes a kernel. Sweeps never come here; they fill arrays and tick.
"""

from __future__ import annotations

import difflib
import itertools
import multiprocessing
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine, state, tick
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
    (field,) = (field for field in state.Organizations.fields if field.name == name)

    def read(self: Organization) -> float:
        return float(getattr(self.model.world, name)[self.row])

    def write(self: Organization, value: float) -> None:
        if not field.low <= value <= field.high:
            raise ValueError(f"{name} of {self.identity} lies in [{field.low:g}, {field.high:g}]; found {value!r}")
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

    def __repr__(self) -> str:
        return f"<Organization {self.identity}: {self.sector}, {self.status}>"

    effort = _row_property("effort", "Share of capacity given to the shared work, in [0, 1].")
    fte = _row_property("fte", "Staff now, full-time equivalents.")
    commitment = _row_property("commitment", "The representative's commitment, in [0, 1].")
    backing = _row_property("backing", "Support for the work inside the organization, in [0, 1].")
    belief = _row_property("belief", "Belief in collective efficacy, in [0, 1].")
    ramp = _row_property("ramp", "The representative's understanding of the initiative, in [0, 1].")
    documentation = _row_property("documentation", "How much of its part is written down, in [0, 1].")
    tenure = _row_property("tenure", "Months that the representative has been in post.")
    joining_value = _row_property("joining_value", "Worth of a seat at the table over what it costs, last reckoned.")

    @property
    def status(self) -> str:
        """Prospect, reluctant, active or withdrawn."""
        return STATUSES[self.model.world.status[self.row]]

    @status.setter
    def status(self, value: str) -> None:
        if value not in STATUSES:
            raise ValueError(f"status of {self.identity} is one of {', '.join(STATUSES)}; found {value!r}")
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


Rule = Callable[["PartnershipModel"], object]
"""A rule in Python: it is given the model, reads its world or its agents, and may change them."""


class PartnershipModel(mesa.Model):
    """A scenario as a Mesa model.

    Parameters
    ----------
    scenario : a Scenario, as `tfs_sim.load_scenario` returns.
    rng : seed of the run; the same integer gives `simulate(scenario, seed=rng)` bit for bit. A
        numpy Generator (or None) is asked for a seed.
    replicate : which replicate of that seed.
    collect : names of the metrics that the model's own data collector keeps of every month, as means over sites.

    Attributes
    ----------
    world : the arrays, as kernels read and write them (`tfs_sim.model.state` says what they mean).
    organizations : the agents, in the arrays' order.
    observed : every metric, float64 [months, sites, metrics], as far as the model has run.
    datacollector : a `mesa.DataCollector`, so that `mesa.batch_run` takes the class as it is; put another one in its
        place to collect something else, and collect it.

    Examples
    --------
    >>> model = PartnershipModel(tfs_sim.load_scenario("four-communities"), rng=1)  # doctest: +SKIP
    >>> model.step()  # doctest: +SKIP
    >>> model.agents.select(lambda o: o.sector == "nonprofit").agg("effort", np.mean)  # doctest: +SKIP
    """

    def __init__(
        self, scenario: Any, *, rng: Any = None, replicate: int = 0, collect: Sequence[str] = tuple(METRICS)
    ) -> None:
        super().__init__(rng=rng)
        self.template: engine.Template = template_of(scenario)
        self.seed_of_run = int(rng) if isinstance(rng, int | np.integer) else int(self.rng.integers(2**31))
        self._key = draws.run_key(self.seed_of_run, int(replicate))
        self.state, self.world = self.template.fresh()
        self.observed: NDArray[np.float64] = self.template.output()
        self.month = 0
        self._rules: list[tuple[int, Rule]] = []
        engine.run_months(self.template, self.world, self._key, engine.DRAW_START, 0, self.observed)
        agents = Organization.create_agents(self, len(self.template.organizations), row=range_of(self.template))
        self.organizations: list[Organization] = sorted(agents, key=lambda agent: agent.row)
        for name in collect:
            _known(name)
        self._own_collector = mesa.DataCollector({name: partial(_observed, name=name) for name in collect})
        self.datacollector = self._own_collector

    def __repr__(self) -> str:
        where = f"month {self.month} of {self.template.months} from {self.template.start}"
        return f"<PartnershipModel: {len(self.organizations)} organizations, {len(self.template.sites)} sites, {where}>"

    def add_rule(self, rule: Rule, *, before: str = "", after: str = "") -> None:
        """Have a rule in Python run every month, before or after a step ("trust.update": file and kernel of `tick`).

        Rules at one place run in the order in which they were added. One that changes nothing changes no bit.

        Raises
        ------
        ValueError
            If not one of `before` and `after` names a step of the month.
        """
        if bool(before) == bool(after):
            raise ValueError("a rule runs before a step or after one: give one of before and after")
        names = [step.name for step in tick.MONTH]
        wanted = before or after
        if wanted not in names:
            near = difflib.get_close_matches(wanted, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"the month has no step {wanted!r}{hint} (`tfs-sim explain month` lists them)")
        self._rules.append((len(tick.START) + names.index(wanted) + (1 if after else 0), rule))
        self._rules.sort(key=lambda each: each[0])

    def step(self) -> None:
        """Run one month; `running` becomes False after the last.

        Raises
        ------
        ValueError
            after the scenario's last month; if a rule in Python has left an array outside of its domain.
        """
        if self.month >= self.template.months:
            raise ValueError(f"the scenario ends after {self.template.months} months")
        at, end = len(tick.START), len(engine.STEPS)
        for place, rule in self._rules:
            self._run(at, place)
            at = place
            rule(self)
            if mistakes := state.domain_mistakes(self.world):
                name = getattr(rule, "__name__", repr(rule))
                raise ValueError(f"the rule {name} has gone too far in month {self.month}: {mistakes[0]}")
        self._run(at, end)
        self.month += 1
        self.running = self.month < self.template.months
        if self.datacollector is self._own_collector:
            self.datacollector.collect(self)

    def _run(self, first: int, end: int) -> None:
        if first < end:
            engine.run_steps(self.template, self.world, self._key, self.month, range(first, end), self.observed)

    def observe(self, metric: str, site: str | None = None) -> float:
        """Return a metric of the month that has just run, for a site or as the mean over sites."""
        _known(metric)
        if self.month == 0:
            return float("nan")
        row = self.observed[self.month - 1, :, list(METRICS).index(metric)]
        return float(row.mean() if site is None else row[self.template.sites.index(site)])


def _known(metric: str) -> None:
    if metric not in METRICS:
        near = difflib.get_close_matches(metric, METRICS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"there is no metric {metric!r}{hint} (`tfs-sim list metrics` shows them)")


def _observed(model: PartnershipModel, name: str) -> float:
    return model.observe(name)


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

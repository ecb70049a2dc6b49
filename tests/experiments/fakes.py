"""A small stand-in for the engine: its numbers are easy to reckon, its pace can be set.

`install` puts it in the place of the real engine; `Experiment` and `Scenario` have what the runner reads.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
import types
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

METRICS = ("trust", "cost", "partners")
WAYS = {"trust": "last-year", "cost": "total", "partners": "end"}


@dataclass(frozen=True)
class Clock:
    start: str = "2018-06"
    months: int = 24

    def date(self, month: int) -> str:
        count = int(self.start[:4]) * 12 + int(self.start[5:]) - 1 + month
        return f"{count // 12}-{count % 12 + 1:02d}"

    def index(self, month: str) -> int:
        return next(i for i in range(10_000) if self.date(i) == month)


@dataclass(frozen=True)
class Snapshots:
    site: str
    months: tuple[str, ...]

    def dates(self, start: str) -> list[str]:
        return list(self.months)


@dataclass(frozen=True)
class Scenario:
    """A scenario whose every number is `level` plus something for the seed, the replicate, the month and the site."""

    level: float = 1.0
    name: str = "town"
    title: str = "A <town>"
    question: str = ""
    not_modelled: tuple[str, ...] = ()
    clock: Clock = Clock()
    sites: dict[str, Any] = field(
        default_factory=lambda: dict.fromkeys(
            ("north", "south"),
            SimpleNamespace(title=None, organizations_file=None, relationships_file=None, influence_file=None),
        )
    )
    shocks: tuple[Any, ...] = ()

    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.level, self.clock.months, list(self.sites)]).encode()).hexdigest()

    def as_written(self) -> dict[str, Any]:
        return {"level": self.level}

    def effective_parameters(self) -> dict[str, dict[str, Any]]:
        return {}

    def in_force(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return (), ()

    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Arm:
    strategy: str
    levels: dict[str, str]
    scenario: Scenario


@dataclass(frozen=True)
class Experiment:
    """One strategy for each level, under two worlds."""

    levels: tuple[float, ...] = (1.0, 2.0)
    name: str = "trial"
    path: Any = None
    ready_made: bool = False
    title: str = "Trial"
    question: str = "Does it work?"
    decision: Any = None
    budget: Any = None
    replicates: int = 20
    seed: int = 7
    against: str = "s0"
    months: int = 24
    snapshots: Any = field(default_factory=lambda: Snapshots(site="north", months=("2018-06", "2019-01")))
    outcomes: Any = field(default_factory=lambda: SimpleNamespace(primary="trust", also=("cost",), worthwhile=None))
    text: str = "title = 'Trial'"
    uncertainty: str = "defaults"
    sets: int = 0
    crossed: int = 0
    points: Any = None
    design: Any = None
    model_fields_set: frozenset[str] = frozenset({"replicates"})

    def model_copy(self, update: dict[str, Any]) -> Experiment:
        return replace(self, **update)

    def as_written(self) -> dict[str, Any]:
        return {"levels": list(self.levels)}

    @property
    def base(self) -> Scenario:
        return Scenario(clock=Clock(months=self.months))

    @property
    def strategies(self) -> dict[str, Any]:
        return {f"s{i}": SimpleNamespace(title=f"Strategy {i}") for i in range(len(self.levels))}

    @property
    def cross(self) -> dict[str, Any]:
        return {"crisis": (SimpleNamespace(label="calm"), SimpleNamespace(label="crisis"))}

    def arms(self) -> list[Arm]:
        clock = Clock(months=self.months)
        return [
            Arm(f"s{i}", {"crisis": label}, Scenario(level=level + shift, clock=clock))
            for label, shift in (("calm", 0.0), ("crisis", 0.25))
            for i, level in enumerate(self.levels)
        ]


def layout() -> SimpleNamespace:
    """Return what of a layout says how much room a world takes."""
    return SimpleNamespace(sizes={"organization": 3, "site": 2}, state_bytes=64)


@dataclass(frozen=True)
class Template:
    level: float
    months: int
    sites: tuple[str, ...]
    metrics: tuple[str, ...] = METRICS
    start: str = "2018-06"
    organizations: tuple[Any, ...] = (
        SimpleNamespace(identity="north/a"),
        SimpleNamespace(identity="north/b"),
        SimpleNamespace(identity="south/a"),
    )
    fixed: np.ndarray = field(default_factory=lambda: np.zeros(8), compare=False)
    layout: Any = field(default_factory=layout, compare=False)


@dataclass
class Engine:
    """The stand-in; `calls` counts runs, `pause` seconds each."""

    pause: float = 0.0
    calls: int = 0
    ran: list[tuple[float, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run_replicate(self, template: Template, seed: int, replicate: int) -> np.ndarray:
        if self.pause:
            time.sleep(self.pause)
        with self.lock:
            self.calls += 1
            self.ran.append((template.level, replicate))
        rng = np.random.default_rng([seed, replicate])
        return template.level + rng.random((template.months, len(template.sites), len(template.metrics)))

    def warm_up(self, report: Any = None) -> float:
        if report:
            report("compiling")
        return 0.0

    def trace(self, template: Template, seed: int, replicate: int, parameter_set: str = "") -> Any:
        for month in range(template.months):
            world = SimpleNamespace(
                site_of=np.array([0, 0, 1]),
                source=np.array([0, 1]),
                target=np.array([1, 0]),
                relationships=np.array([0, 1]),
                pair=np.array([0, 1]),
                is_open=np.array([1, month % 2]),
                trust=np.array([0.5, template.level / 10]),
                sector=np.array([0, 1, 2]),
                role=np.array([0, 1, 0]),
                status=np.array([2, 2, 0]),
                effort=np.array([0.1, 0.2, 0.0]),
                in_post=np.array([1, 1, 0]),
            )
            yield month, world, None


def build(scenario: Scenario) -> Template:
    return Template(scenario.level, scenario.clock.months, tuple(scenario.sites))


def foundation(template: Template) -> float:
    """Share nothing between levels."""
    return template.level


def run_alone(template: Template, seed: int, replicate: int, parameter_set: str = "") -> np.ndarray:
    """Run the stand-in, or what a test has put in its place."""
    return sys.modules["tfs_sim.model.engine"].run_replicate(template, seed, replicate)  # type: ignore[no-any-return]


def template_of(scenario: Scenario, parameter_set: str = "") -> Any:
    """Stands in for what a scenario's files leave open: nothing."""
    return build(scenario)


def modules(engine: Engine) -> dict[str, types.ModuleType]:
    """Return the stand-ins by the names of the modules that they replace."""
    fake_engine = types.ModuleType("tfs_sim.model.engine")
    for name in ("run_replicate", "warm_up", "trace"):
        setattr(fake_engine, name, getattr(engine, name))
    fake_build = types.ModuleType("tfs_sim.scenario.build")
    fake_build.build = build  # type: ignore[attr-defined]
    fake_catalogue = types.ModuleType("tfs_sim.model.catalogue")
    fake_catalogue.METRICS = {n: SimpleNamespace(name=n, summary=w) for n, w in WAYS.items()}  # type: ignore[attr-defined]
    fake_catalogue.INTERVENTIONS = {}  # type: ignore[attr-defined]
    fake_catalogue.SHOCKS = {}  # type: ignore[attr-defined]
    return {each.__name__: each for each in (fake_engine, fake_build, fake_catalogue)}


MODEL = "0.0.0+stand-in"
"""The version of the stand-in: tests do not depend on the sources of the real model."""


def install(engine: Engine) -> None:
    """Put the stand-in in the place of the real engine, for good: in a process of its own."""
    import tfs_sim.model  # noqa: F401, what is put in its place is a module of it
    from tfs_sim.scenario import beginnings

    beginnings.template_of = template_of  # type: ignore[assignment]
    for name, module in modules(engine).items():
        sys.modules[name] = module
        package, _, short = name.rpartition(".")
        setattr(sys.modules[package], short, module)
    from tfs_sim.experiments.execution import forks, runner, tracing, work

    forks.foundation, forks.run_alone = foundation, run_alone
    for user in (runner, tracing, work):
        user.model_version = lambda: MODEL  # type: ignore[attr-defined]

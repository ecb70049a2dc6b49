"""The model that is watched: a scenario with its levers where they are, one month a step."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from tfs_sim.experiments.execution import starting
from tfs_sim.live.levers import moved
from tfs_sim.model import tick
from tfs_sim.model.partnership import PartnershipModel
from tfs_sim.scenario import Scenario


@dataclass
class Watched:
    """What is watched: a scenario, the luck that it has, and where its levers are now.

    Attributes
    ----------
    scenario : as written, with the strategy that was asked for.
    seed : which luck.
    levers : percent of what the scenario says, by name of a lever; one that is not in it is as written.
    """

    scenario: Scenario
    seed: int = 1
    levers: dict[str, int] = field(default_factory=dict)

    def model(self) -> WatchedModel:
        """Return the model at its beginning, with the same luck."""
        return WatchedModel(watched=self, seed_of_run=self.seed)


class WatchedModel(PartnershipModel):
    """A scenario as a Mesa model for SolaraViz, which makes it anew from these two arguments.

    Parameters
    ----------
    watched : the scenario, and where its levers are when the model is made.
    seed_of_run : which luck: the numbers are those of `tfs-sim run SCENARIO --seed S`, bit for bit.

    Attributes
    ----------
    scenario_now : the scenario with its levers where they were.
    still : held while a month runs, and by whoever looks at it from another thread.
    """

    def __init__(self, *, watched: Watched, seed_of_run: int) -> None:
        watched.seed = int(seed_of_run)
        self.still = threading.Lock()
        self.scenario_now: Scenario = moved(watched.scenario, watched.levers)
        self._began = self.scenario_now.to_template()
        super().__init__(starting.plain(self._began), rng=watched.seed, collect=())

    def step(self) -> None:
        """Run one month; after the last, nothing: SolaraViz steps several at a time, over the end as well."""
        with self.still:
            if self.running:
                super().step()

    def _run(self, first: int, end: int) -> None:
        if self.month == 0 and (first, end) == (len(tick.START), len(tick.START) + len(tick.MONTH)):
            starting.run_months(self._began, self.world, self._key, 0, 1, self.observed)  # as files say it
        else:
            super()._run(first, end)

    @property
    def date(self) -> str:
        """The month that has just run ("2020-03"); before the first, that one."""
        return self.scenario_now.clock.date(max(0, self.month - 1))

"""Single replicates looked at closely: event by event, or as they stand before anybody acts."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES
from tfs_sim.experiments.designs.uncertainty import USUAL
from tfs_sim.experiments.execution import starting
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.simulating import loaded_scenario
from tfs_sim.experiments.execution.uncertain import one_set
from tfs_sim.experiments.execution.work import Notice, warm_up
from tfs_sim.experiments.storage.tables import month_dates
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused
from tfs_sim.scenario.tables import NATIONAL_SITE

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.scenario import Scenario

_log = logging.getLogger("tfs_sim")

EVENT_COLUMNS = ("month", "date", "site", "organization", "person", "event", "other", "outcome")
"""Of the table of events, in their order."""


def events(
    scenario: Scenario | str | os.PathLike[str],
    replicate: int = 0,
    seed: int = 1,
    parameter_set: str = "",
    uncertainty: str = USUAL,
) -> DataFrame:
    """Run one replicate again and return what happened in it, a row an event.

    The run is, bit for bit, the one that `simulate` and `sweep` make of this scenario, seed and replicate.

    Parameters
    ----------
    scenario : a scenario, the name of a ready-made one, or the path of a file; of an experiment an arm's `scenario`.
    replicate : which replicate, from 0.
    seed : which luck.
    parameter_set : the identity of a set of parameters under which it is run ("plausible-0007"); default: none.
    uncertainty : where that set comes from, as in experiment files.

    Returns
    -------
    DataFrame
        month (from 0), date, site, organization, person (those in the organization's post are counted from 1), event
        (`tfs_sim.model.events.KINDS`), other (of an apology: whom the organization had let down), outcome. What
        concerns nobody in particular is missing. In the order of months, within them of steps.

    Examples
    --------
    >>> table = tfs.events("laboratory", replicate=0, seed=1)
    >>> list(table.columns)
    ['month', 'date', 'site', 'organization', 'person', 'event', 'other', 'outcome']
    >>> bool(table["month"].is_monotonic_increasing)
    True
    """
    import pandas as pd

    from tfs_sim.model.events import KINDS, replay
    from tfs_sim.scenario.beginnings import template_of

    loaded = loaded_scenario(scenario)
    replicate = whole_or_refused("replicate", replicate, 0, MOST_REPLICATES)
    seed = whole_or_refused("seed", seed, 0, LARGEST_SEED)
    given = one_set(uncertainty, parameter_set).settings(0) if parameter_set else {}
    template = template_of(loaded)
    if parameter_set:
        template = at_point(template, loaded, open_to(given, loaded), parameter_set)
    found = list(replay(template, seed, replicate, parameter_set))
    sites = [*template.sites, NATIONAL_SITE]
    names = [organization.identity for organization in template.organizations] + [None]  # −1 is the last: nobody
    dates = month_dates(template.start, template.months)
    return pd.DataFrame(
        {
            "month": pd.array([each.month for each in found], "int64"),
            "date": dates[[each.month for each in found]],
            "site": pd.array([sites[each.site] for each in found], "string"),
            "organization": pd.array([names[each.organization] for each in found], "string"),
            "person": pd.array([None if each.person < 0 else each.person for each in found], "Int64"),
            "event": pd.Categorical([each.kind for each in found], [kind.name for kind in KINDS]),
            "other": pd.array([names[each.other] for each in found], "string"),
            "outcome": pd.array([each.outcome or None for each in found], "string"),
        },
        columns=list(EVENT_COLUMNS),
    )


def as_given(
    scenario: Scenario | str | os.PathLike[str], replicates: int = 1, seed: int = 1, notice: Notice | None = None
) -> DataFrame:
    """Return what is observed at the start of the first month, after the run-in and before anybody acts in it.

    What files say of organizations and relationships holds here exactly: density and transitivity are those of the
    network that was given. (The months of `simulate` are observed at their ends.) What counts what is done in a month
    is that of the month before, the last of the run-in.

    Parameters
    ----------
    scenario : a scenario, the name of a ready-made one, or the path of a file.
    replicates : how many.
    seed : which luck.
    notice : called with a sentence on what is happening, such as compiling; by default it is logged.

    Returns
    -------
    DataFrame
        One row a replicate and site: the columns replicate, site and the metrics.

    Examples
    --------
    >>> start = tfs.as_given("laboratory", replicates=2)
    >>> start[["replicate", "site"]]
       replicate site
    0          0  lab
    1          1  lab
    """
    import numpy as np
    import pandas as pd

    from tfs_sim.model import draws, engine
    from tfs_sim.scenario.beginnings import template_of

    template = template_of(loaded_scenario(scenario))
    replicates = whole_or_refused("replicates", replicates, 1, MOST_REPLICATES)
    seed = whole_or_refused("seed", seed, 0, LARGEST_SEED)
    warm_up(notice or _log.warning)
    names = [step.name for step in engine.STEPS]
    given, _ = starting.split_start()
    observing = range(names.index("metrics.observe"), len(names))
    found = []
    for replicate in range(replicates):
        _, world = starting.plain(template).fresh()
        out, key = template.output(), draws.run_key(seed, replicate)
        engine.run_months(template, world, key, engine.DRAW_START, 0, out)
        starting.begin(template, world, key, given, out)
        engine.run_steps(template, world, key, 0, observing, out)
        found.append(out[0])
    values = np.concatenate(found)
    keys = {
        "replicate": np.repeat(np.arange(replicates), len(template.sites)),
        "site": list(template.sites) * replicates,
    }
    return pd.DataFrame(keys | {name: values[:, n] for n, name in enumerate(template.metrics)})

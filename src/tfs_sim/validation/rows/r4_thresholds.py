"""R4: Granovetter's thresholds: one person decides between a cascade and nothing."""

from __future__ import annotations

import numpy as np

from tfs_sim.scenario import load_scenario
from tfs_sim.validation.row import Budget, Measured, Region, Row
from tfs_sim.validation.space import METRIC_NAMES, run_measures

EXPECTED = {"all": 100, "one-changed": 1}


def _cascade(budget: Budget) -> Measured:
    template = load_scenario("r4-thresholds").to_template()
    place = [template.sites.index(site) for site in EXPECTED]
    partners = METRIC_NAMES.index("partners")
    courses = run_measures(template, 3, budget.seed, budget.workers, lambda out, world: out[:, place, partners])
    month = np.arange(1.0, template.months + 1.0)
    by_hand = np.array([np.minimum(month, total) for total in EXPECTED.values()]).T
    ends = courses[:, -1].mean(axis=0)
    return Measured(
        holds=bool((courses == by_hand).all()),
        found=f"{ends[0]:.0f} join, and {ends[1]:.0f} where one threshold is 2 instead of 1",
        figure=Region(month, {"thresholds 0 … 99": courses[0, :, 0], "one changed from 1 to 2": courses[0, :, 1]}, {},
                      "Month", "People who have joined"),
        note="One more each month, whatever the luck.",
    )  # fmt: skip


ROWS = (
    Row("R4", "Thresholds 0 … 99: all join; change one from 1 to 2: one does", "[granovetter1978]", "published",
        "exactly 100 and exactly 1, one more each month", _cascade,
        "the thresholds are given, and no parameter enters into who joins"),
)  # fmt: skip

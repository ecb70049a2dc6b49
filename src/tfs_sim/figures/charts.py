"""All charts of a sweep, with titles, captions, alternative text and the data behind them."""

from __future__ import annotations

from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.figures.comparisons import answer, cost, forest
from tfs_sim.figures.courses import fans, ladder
from tfs_sim.figures.deciding import decision_charts
from tfs_sim.figures.modes import modes
from tfs_sim.figures.moments import moments
from tfs_sim.figures.one_run import one_run
from tfs_sim.figures.regime import regime_map
from tfs_sim.figures.style import Chart
from tfs_sim.figures.where import boxes_chart, regret_chart
from tfs_sim.reasons.where import of_report


def charts(sweep: SweepLike, *, narrow: bool = False) -> dict[str, Chart]:
    """Return every chart that the sweep has the data for, by name, in the order of the report.

    `narrow` lays them out for a phone.
    """
    stored = Stored.of(sweep)
    made: list[Chart | None] = [
        answer(stored, narrow=narrow),
        regime_map(stored, narrow=narrow),
        cost(stored, narrow=narrow),
        forest(stored, narrow=narrow),
        ladder(stored, narrow=narrow),
        modes(stored, narrow=narrow),
        fans(stored, "trust", narrow=narrow),
        fans(stored, "partners", narrow=narrow),
        one_run(stored, narrow=narrow),
        moments(stored, narrow=narrow),
    ]
    if (changes := of_report(stored)) is not None:
        made += [boxes_chart(changes, narrow=narrow), regret_chart(changes, narrow=narrow)]
    for view in decided(stored):
        made += decision_charts(view, narrow=narrow)
    return {chart.stem: chart for chart in made if chart is not None}

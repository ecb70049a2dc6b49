"""M2: partnerships with high documentation lose less effective trust per departure."""

from __future__ import annotations

from tfs_sim.model import engine
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import Point, judge, laboratory, with_parameters

MONTH = 24


def _scenario(manuals: float) -> Scenario:
    return laboratory(
        months=MONTH + 1,
        interventions=[{"use": "procedure-manuals", "dose": manuals, "paid_by": "outside"}],
        shocks=[{"use": "leadership-change", "onset": "2022-01", "depth": 1.0}],
    )


def _loss(template: engine.Template, seed: int, replicate: int) -> float:
    """Return the trust lost in the month in which everybody leaves, for each departure, where there is any to lose."""
    fork = Fork(template, seed, replicate, MONTH)
    now = fork.now()
    p = template.parameters[engine.RECORDS.index("trust")]
    ties = (now.is_open[now.pair] == 1) & (now.trust > p.prior_good / (p.prior_good + p.prior_bad))
    state, _ = fork.go_on(1)
    world = fork.world(state)
    if not ties.any():
        return 0.0
    return float((now.trust - world.trust)[ties].mean() / max(world.departed.sum(), 1))


def _check(budget: Budget) -> Measured:
    written = _scenario(1.0).to_template()

    def measure(template: engine.Template, point: Point, replicate: int) -> tuple[float, float]:
        arms = (template, with_parameters(written, point))
        without, with_it = (_loss(arm, budget.seed, replicate) for arm in arms)
        return without, with_it

    cheap = Budget(budget.points, budget.replicates // 2, budget.workers, budget.seed)
    found = over_points(cheap, _scenario(0.0), measure)
    without, with_it = found[..., 0], found[..., 1]
    note = f"mean loss of trust for each departure {without.mean():.4f} without and {with_it.mean():.4f} with manuals; "
    note += "over ties in which there is more trust than in a stranger"
    return judge(without - with_it, without.std(axis=1, ddof=1), 0.2, "trust saved for each departure", note)


ROWS = (
    Row("M2", "What is written outlasts people", "[zaheer1998]", "ubiquity",
        "with high documentation less effective trust is lost for each departure", _check,
        (Null({"institutional_trust.recorded": 0.0, "institutional_trust.recorded_in_writing": 0.0}),)),
)  # fmt: skip

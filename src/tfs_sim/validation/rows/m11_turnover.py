"""M11: a departure costs more than the organization's own share; the loss is four delays, not vacancy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, State, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import METRIC_NAMES, Point, judge, laboratory, with_parameters

MONTH, FOLLOWED = 12, 24
GAIN = METRIC_NAMES.index("performance")
STILL: Point = {
    "turnover": {f"rate_{name}": 0.0 for name in (
        "district", "nonprofit", "health", "business", "government", "philanthropy", "higher_education",
        "community_group", "backbone")},
}  # fmt: skip
"""Nobody leaves but those whom the check sends away."""
PLAN = [{"use": "transition-plan", "dose": 1.0, "paid_by": "outside"}]


def partners_at(fork: Fork) -> NDArray[np.int64]:
    """Return the partners whose post is filled."""
    w = fork.now()
    return np.flatnonzero((w.status == ACTIVE) & (w.role != BACKBONE) & (w.in_post == 1) & (w.notice < 0))


def send_away(fork: Fork, who: NDArray[np.int64] | int, months_of_notice: int = 1) -> State:
    """Return the state of the fork with departures announced: after one month of notice they leave at once."""
    state = fork.state.copy()
    fork.world(state).notice[who] = months_of_notice
    return state


def stable(months: int, orders: list[dict[str, object]] | None = None) -> Scenario:
    """Return the laboratory with most organizations at the table, where nobody joins or withdraws."""
    return laboratory(
        months=months,
        mechanisms={"participation": False, "patience": False, "invitation": False},
        sites={"lab": {"at_the_table": 0.8}},
        interventions=orders or [],
    )


def _beyond_own_share(budget: Budget) -> Measured:
    steps = np.array([0.0, 0.5, 1.0])
    base = with_parameters(
        stable(MONTH + 2, PLAN).to_template(), {**STILL, "smoothing": {"handed_over": 1.0}}
    )  # no trust is lost: what is left is production
    engine.warm_up()
    forks = [Fork(base, budget.seed, r, MONTH) for r in range(24 if budget.quick else 72)]
    ratios, errors = [], []
    central: list[float] = []
    for step in steps:
        production: Point = {"delivery": {"complementarity": 1.0 - 0.6 * step, "team_returns": 1.0 + 0.75 * step}}
        arm = with_parameters(base, production)
        found = []
        for fork in forks:
            state, _ = fork.go_on(1, arm)
            whole = fork.world(state)
            inputs = whole.input.sum(axis=0)
            degree = np.bincount(whole.source, weights=whole.is_open[whole.pair], minlength=inputs.size)
            losses, shares, ties, with_trust = [], [], [], []
            forgetting = with_parameters(arm, {"smoothing": {"handed_over": 0.0}})
            for i in partners_at(fork):
                left, _ = fork.go_on(1, arm, send_away(fork, i))
                losses.append(1.0 - float(fork.world(left).joint_output[0] / whole.joint_output[0]))
                shares.append(inputs[i] / inputs.sum())
                ties.append(degree[i])
                if step == 1.0:  # what being central costs is relationships, so here trust is lost as well
                    left, _ = fork.go_on(1, forgetting, send_away(fork, i))
                    with_trust.append(1.0 - float(fork.world(left).joint_output[0] / whole.joint_output[0]))
            found.append(sum(losses) / sum(shares))
            if step == 1.0:
                extra = np.array(with_trust) - np.array(shares)
                central.append(float(np.polyfit(ties, extra, 1)[0]))
        ratios.append(float(np.mean(found)))
        errors.append(float(np.std(found, ddof=1) / np.sqrt(len(found))))
    # a quick look has too few communities for the sign of so small a difference to be sure
    more, doubt = float(np.mean(central)), float(np.std(central, ddof=1) / np.sqrt(len(central)))
    needed = 0.0 if budget.quick else 2 * doubt
    return Measured(
        holds=ratios[-1] - 2 * errors[-1] > 1.2 and abs(ratios[0] - 1.0) < 0.1 and more > needed,
        found=f"{ratios[-1]:.2f} times the own share at the default, {ratios[0]:.2f} where work adds up; "
        f"each further tie of who leaves costs {more:.2%} ± {doubt:.2%} more of joint work",
        figure=Region(
            steps, {"loss over own share": np.array(ratios)}, {"loss over own share": np.array(errors)},
            "from work that adds up (0) to the default's complementarity (1)", "loss of joint work over own share",
            1.0, 1.0,
        ),
    )  # fmt: skip


WITHOUT: dict[str, Point] = {
    "hire": {"turnover": {"time_to_fill": 0.01}},
    "trust": {"smoothing": {"handed_over": 1.0}},
    "understanding": {"turnover": {"first_understanding": 1.0}},
    "support": {"turnover": {"first_backing": 1.0}},
}
"""What takes each of the four delays away."""


def _four_delays(budget: Budget) -> Measured:
    def measure(template: engine.Template, point: Point, replicate: int) -> list[float]:
        fork = Fork(template, budget.seed, replicate, MONTH)
        leavers = partners_at(fork)
        if not leavers.size:
            return [np.nan] * 6
        gone = send_away(fork, leavers)

        def loss(*removed: str) -> float:
            arm = with_parameters(template, {"smoothing": {"handed_over": 0.0}})
            for name in removed:
                arm = with_parameters(arm, WITHOUT[name])
            usual, left = (fork.go_on(FOLLOWED, arm, state)[1][:, 0, GAIN].sum() for state in (fork.state, gone))
            return float(usual - left)

        whole = loss()
        return [whole, loss("trust", "understanding", "support"), *(whole - loss(name) for name in WITHOUT)]

    cheap = Budget(budget.points, 4 if budget.quick else 8, budget.workers, budget.seed)
    found = over_points(cheap, stable(MONTH + FOLLOWED + 1, PLAN), measure, fixed={**STILL})
    found = found[(found[..., 0] > 0.0).all(axis=1)]  # where nobody gains from joint work, nothing is lost
    whole, vacancy = found[..., 0], found[..., 1]
    shares = np.median(found[..., 2:].mean(axis=1) / whole.mean(axis=1)[:, None], axis=0)
    note = "taken away alone, each delay saves (median of the loss): " + ", ".join(
        f"{name} {share:.0%}" for name, share in zip(WITHOUT, shares, strict=True)
    )
    note += f"; vacancy alone leaves {np.median(vacancy.mean(axis=1) / whole.mean(axis=1)):.0%}"
    return judge(whole - vacancy, vacancy.std(axis=1, ddof=1), 0.2, "loss beyond that of vacancy alone", note)


ROWS = (
    Row("M11a", "A departure costs more than its share", "[steiner1972]; [together2020], lesson three", "existence",
        "loss beyond the own share, more if central, none where work adds up", _beyond_own_share,
        (Null({"delivery.complementarity": 1.0, "delivery.team_returns": 1.0}),)),
    Row("M11b", "Four delays, not vacancy alone", "[together2020], lesson three", "ubiquity",
        "the loss exceeds that of vacancy alone", _four_delays,
        (Null({"smoothing.handed_over": 1.0, "turnover.first_understanding": 1.0, "turnover.first_backing": 1.0}),)),
)  # fmt: skip

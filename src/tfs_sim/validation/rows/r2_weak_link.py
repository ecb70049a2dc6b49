"""R2: minimum-effort coordination: the Gibbs law of memoryless choice, and growing a coalition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import METRIC_NAMES, Measure, metric, run_all, run_measures

LEVELS, COST, NOISE = 7, 0.1, 0.1
TABLES = {2: "two", 3: "three", 4: "four", 6: "six"}
Case = tuple[int, float, int, int, float]
"""Organizations, a, months, months left out at the start, published mean least effort."""
CASES: tuple[Case, ...] = (
    (2, 0.2, 500, 100, 3.665),
    (3, 0.2, 500, 100, 1.552),
    (4, 0.2, 500, 100, 1.155),
    (6, 0.4, 1200, 800, 1.154),
    (6, 0.6, 1200, 800, 3.179),
    (6, 0.9, 1200, 800, 6.713),
)
GROWN = {"large": 3.04, "slowly": 4.18, "quickly": 3.92, "untold": 1.15}
GROWN_ERROR = 0.02
"""Final least effort, 4,000 runs, and the standard error of these values."""


def gibbs(n: int, a: float, b: float = COST, noise: float = NOISE) -> NDArray[np.float64]:
    """Return P(least effort = k), k = 1 … 7: proportional to exp(ak/μ)(S_k^n − S_{k+1}^n), S_k = Σ_{e≥k} exp(−be/μ)."""
    level = np.arange(1, LEVELS + 1)
    tail = np.append(np.cumsum(np.exp(-b * level / noise)[::-1])[::-1], 0.0)
    weight = np.exp(a * level / noise) * (tail[:-1] ** n - tail[1:] ** n)
    return np.asarray(weight / weight.sum())


def table(n: int, a: float, months: int) -> Template:
    """Return the scenario of the minimum-effort game with one table of n."""
    others = {site: None for size, site in TABLES.items() if size != n}
    gain = {"effort": {"joint_gain": LEVELS * a}}
    return load_scenario("r2a-minimum-effort").with_(months=months, sites=others, parameters=gain).to_template()


def _levels(first: int | None, last: int | None = None) -> Measure:
    share = metric("least_effort", first, last)
    return lambda out: LEVELS * share(out)


def _law(budget: Budget) -> Measured:
    runs = 60 if budget.quick else 500
    values = np.array(
        [
            run_all([table(n, a, months)], runs, budget.seed, budget.workers, _levels(burn))[0]
            for n, a, months, burn, _ in CASES
        ]
    )
    means, errors = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(runs)
    law = np.array([float(gibbs(n, a) @ np.arange(1, LEVELS + 1)) for n, a, *_ in CASES])
    published = np.array([case[-1] for case in CASES])
    off = np.abs(means - law) / errors
    worst = int(off.argmax())
    return Measured(
        holds=bool((off < 3.5).all() and (np.abs(law - published) < 0.001).all()),
        found=f"largest difference {abs(means - law)[worst]:.3f} ({off[worst]:.1f} standard errors) of {len(CASES)}",
        figure=Agreement(tuple(f"n = {n}, a = {a:g}" for n, a, *_ in CASES), tuple(published), tuple(means),
                         tuple(errors), "Mean least effort (levels 1 to 7)"),
        interval=(float((means - law - 1.96 * errors)[worst]), float((means - law + 1.96 * errors)[worst])),
        note=f"Means over {runs} runs, without the months in which the start still shows; at most 3.5 standard errors.",
    )  # fmt: skip


def _grown(budget: Budget) -> Measured:
    runs = 500 if budget.quick else 4000
    template = load_scenario("r2b-growing-coalition").to_template()
    place = [template.sites.index(site) for site in GROWN]
    least = METRIC_NAMES.index("least_effort")
    values = run_measures(
        template, runs, budget.seed, budget.workers, lambda out, world: LEVELS * out[-1, place, least]
    )
    means, errors = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(runs)
    published = np.array(list(GROWN.values()))
    allowed = 3.5 * np.sqrt(errors**2 + GROWN_ERROR**2)
    large, slowly, quickly, untold = means
    return Measured(
        holds=bool((np.abs(means - published) < allowed).all() and slowly > large > untold),
        found=f"slowly and told {slowly:.2f}, quickly and told {quickly:.2f}, large {large:.2f}, untold {untold:.2f}",
        figure=Agreement(tuple(template.site_titles[site] for site in place), tuple(published), tuple(means),
                         tuple(errors), "Least effort in the last of 70 periods (levels 1 to 7)"),
        note=f"{runs:,} runs against 4,000; at most 3.5 standard errors of the difference.",
    )  # fmt: skip


ROWS = (
    Row("R2a", "Choosing one at a time, efforts follow the Gibbs law", "[blume1993]; [monderer1996]",
        "published", "mean least effort for n = 2, 3, 4 and, tipping, n = 6", _law,
        (Null({"effort.joint_gain": 0.0}),)),
    Row("R2b", "Grown slowly and told, a coalition keeps more than one started large",
        "[weber2006]; [johnston2011]", "published",
        "final least effort 4.18, 3.92, 3.04, 1.15; slowly told > large > untold", _grown,
        (Null({"effort.joint_gain": 0.0}),)),
)  # fmt: skip

"""How large things are: the measurements that the model's repairs are held against, again, by one command.

    python -m tfs_sim.validation.levels [--points 60] [--seed 20261129] [--only NAME …]

Each line is a quantity at the defaults or over the plausible space, with what version 473a487 had of it. They are no
claims and have no verdict but where a line says what is wanted. Points differ in their parameters, communities and
replicates in luck; a share over points is one of the plausible space, not of luck.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tfs_sim.scenario import Scenario, load_scenario
from tfs_sim.validation import running
from tfs_sim.validation.space import METRIC_NAMES, Point, plausible_points, with_parameters

AGE = 45
"""Months after a package begins at which later beginnings are compared, as they were before."""

SALIENCE, OWN, DEPTHS = (0.15, 0.3, 0.45), (0.5, 1.0, 2.0), (0.3, 0.5, 0.7, 0.9)
"""Between which sides of a crisis are looked at: the ends of the plausible ranges, their defaults, and depths."""
REPEATED = 10
CHANCE, MAPPED = 0.05, 20
"""Chance that any parameter is told by luck; times as many points are mapped as are measured elsewhere."""
BEGINNINGS = (0, 6, 12, 24, 60, 120)
GRANT = 36
COMMUNITIES = 400
"""With so many, chance alone moves a mean by .07 standard deviations between communities."""

SECTORS = {"district": 1, "health": 3, "business": 4, "government": 2, "philanthropy": 1, "higher_education": 1}
"""Besides nonprofits and community groups, which make the size."""


class Line(NamedTuple):
    """A measurement: what, what it is now, what it was, and what is wanted ("" where nothing is)."""

    what: str
    now: str
    before: str
    wanted: str = ""


class Asked(NamedTuple):
    """How much is run."""

    points: int
    seed: int


def towns(months: int, begins: int, package: bool, count: int = 20) -> Scenario:
    """Return communities of 16 to 43 organizations in which nobody coordinates until a package of three years begins.

    The package is a grant-paid backbone of two full-time people, convenings and invitations to the willing first, for
    three years, and half a person of local money afterwards.
    """
    sites: dict[str, Any] = {"lab": None}
    for n in range(count):
        size = 16 + round(27 * n / max(count - 1, 1))
        others = size - sum(SECTORS.values())
        groups = max(others // 4, 1)
        sites[f"town-{n:02d}"] = {
            "students": 400 * size,
            "poverty": 0.5,
            "organizations": {**SECTORS, "nonprofit": others - groups, "community_group": groups},
            "backbone": {"fte": 0.0},
            "at_the_table": 0.0,
        }
    lab = load_scenario("laboratory")
    clock = lab.clock
    first, end = clock.date(begins), clock.date(begins + GRANT)
    orders = [
        {"use": "backbone-staffing", "dose": 2.0, "from": first, "until": end},
        {"use": "trust-building-convenings", "dose": 0.5, "from": first, "until": end},
        {"use": "recruiting-the-willing", "dose": 1.0, "from": first, "until": end},
        {"use": "backbone-staffing", "dose": 0.5, "from": end, "paid_by": "outside"},
    ]
    return lab.with_(months=months, sites=sites, interventions=orders if package else [])


def run(scenario: Scenario, point: Point, seed: int, replicate: int = 0) -> dict[str, NDArray[np.float64]]:
    """Return every metric of one replicate at a point: [months, sites] by name."""
    out = running.run_replicate(with_parameters(scenario.to_template(), point), seed, replicate)
    return {name: out[:, :, n] for n, name in enumerate(METRIC_NAMES)}


def share(values: Sequence[Any]) -> str:
    """Return a share in percent."""
    return f"{np.mean(values):.0%}"


def quantiles(values: Sequence[float], decimals: int = 2) -> str:
    """Return the median, and between which the middle nine tenths lie."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{middle:.{decimals}f} ({low:.{decimals}f} to {high:.{decimals}f})"


def demo(asked: Asked) -> Iterator[Line]:
    """Return what the initiative gains, at the defaults and over the plausible space."""
    scenario = load_scenario("together-for-students").with_(shocks=[])

    def gain(point: Point, replicates: int) -> tuple[float, float]:
        gains, support = [], []
        for replicate in range(replicates):
            arms = [run(scenario.with_(strategy=s), point, asked.seed, replicate) for s in (["initiative"], [])]
            gains.append(float((arms[0]["performance"][-12:] - arms[1]["performance"][-12:]).mean()))
            support.append(float(arms[0]["support"][-12:].mean()))
        return float(np.mean(gains)), float(np.mean(support))

    at_defaults = gain({}, 20)
    over = [gain(point, 1) for point in plausible_points(asked.points, asked.seed)]
    yield Line("gain of the initiative, students for 1,000 in need, at the defaults", f"{at_defaults[0]:.1f}", "44")
    yield Line(
        "… over the plausible space: median (middle 90%)", quantiles([g for g, _ in over], 1), "0.02 (… to 47.6)"
    )
    yield Line("partners' support in the last year, at the defaults", f"{at_defaults[1]:.3f}", ".31")
    yield Line("… over the plausible space", quantiles([s for _, s in over], 3), ".036 (.006 to .39)")


def published(asked: Asked) -> Iterator[Line]:
    """Return how much of the plausible space meets the published facts; partnerships begin from an empty table."""
    scenario = towns(GRANT + 48, 0, package=True)
    facts: dict[str, list[bool]] = {name: [] for name in ("survive", "members", "density falls", "all of these")}
    hours, aligned = [], []
    levels: dict[str, list[float]] = {name: [] for name in ("alive", "of these", "members")}
    for point in [{}, *plausible_points(asked.points, asked.seed)]:
        got = run(scenario, point, asked.seed)
        alive, later = got["alive"][GRANT - 1] > 0, got["alive"][-1] > 0
        at_end = float(alive.mean())
        of_these = float((alive & later).sum() / max(alive.sum(), 1))
        members = float(got["partners"][GRANT - 1][alive].mean()) if alive.any() else 0.0
        there = alive & later
        during, after = (got["density"][m - 6 : m].mean(axis=0) for m in (GRANT, GRANT + 24))
        falls = bool(there.any() and np.median((during - after)[there]) > 0.0)
        facts["survive"].append(0.82 <= at_end <= 0.97 and 0.6 <= of_these <= 0.88)
        facts["members"].append(15.0 <= members <= 30.0)
        facts["density falls"].append(falls)
        facts["all of these"].append(facts["survive"][-1] and facts["members"][-1] and falls)
        partners = got["partners"][12:GRANT]
        hours.append(float(got["hours"][12:GRANT].sum() / max(partners.sum(), 1e-9)))
        aligned.append(float(got["effort"][12:GRANT].mean()))
        for name, value in (("alive", at_end), ("of these", of_these), ("members", members)):
            levels[name].append(value)
    was = {"survive": "4.5%", "members": ".13% with survival", "density falls": "none of those", "all of these": "0"}
    yield Line("alive at the end of a three-year grant, at the defaults", f"{levels['alive'][0]:.2f}", "…", ".90")
    yield Line("of these, alive four years later", f"{levels['of these'][0]:.2f}", "…", ".67 to .83")
    yield Line("members at the grant's end", f"{levels['members'][0]:.1f}", "…", "19.5 to 25.1")
    for name, found in facts.items():
        yield Line(f"share of the plausible space: {name}", share(found[1:]), was[name])
    yield Line("hours on top a member and month, at the defaults", f"{hours[0]:.1f}", "688 of all kinds", "3 to 10")
    yield Line("… over the plausible space", quantiles(hours[1:], 1), "…", "3 to 10")
    yield Line("aligned work, share, over the plausible space", quantiles(aligned[1:], 2), ".38 at the defaults")


def beginnings(asked: Asked) -> Iterator[Line]:
    """Return members and support `AGE` months after a package begins, by when it begins."""
    found = []
    for begins in BEGINNINGS:
        got = run(towns(begins + AGE + 1, begins, package=True), {}, asked.seed)
        found.append((float(got["partners"][begins + AGE].mean()), float(got["support"][begins + AGE].mean())))
    for what, n, was, digits in (("members", 0, "30, 18, 6, 4 (first four)", 1), ("support", 1, "…", 3)):
        values = [each[n] for each in found]
        said = ", ".join(f"{value:.{digits}f}" for value in values)
        wanted = f"±20% of each other (now −{1 - min(values) / values[0]:.0%} to +{max(values) / values[0] - 1:.0%})"
        when = ", ".join(map(str, BEGINNINGS))
        yield Line(f"{what} {AGE} months after a package begun in month {when}", said, was, wanted)


def drift(asked: Asked) -> Iterator[Line]:
    """Return how far metrics drift in five years in which nobody does anything, over the plausible space."""
    scenario = towns(61, 0, package=False)
    worst: dict[str, list[float]] = {}
    for point in plausible_points(asked.points, asked.seed):
        runs = [run(scenario, point, asked.seed, replicate) for replicate in range(COMMUNITIES // 20)]
        for name in (each for each in METRIC_NAMES if each != "changed"):  # which counts from the start
            values = np.concatenate([got[name] for got in runs], axis=1)
            first, last = values[:6].mean(axis=0), values[-6:].mean(axis=0)
            spread = float(np.concatenate([first, last]).std())
            moved = float(abs(last.mean() - first.mean()))
            worst.setdefault(name, []).append(moved / spread if spread > 1e-9 else 0.0)
    still = {name: float(np.mean(np.array(moved) < 0.2)) for name, moved in worst.items()}
    moving = sorted((share, name) for name, share in still.items() if share < 0.9)
    said = ", ".join(f"{name} {share:.0%}" for share, name in moving) or "none"
    wanted = "each at 90% of points or more"
    yield Line("metrics that drift by .2 sd between communities or more, and at how many points they do not", said,
               "density .27 → .13 in 60 months", wanted)  # fmt: skip


def _struck() -> tuple[Scenario, Scenario]:
    """Return the flagship's initiative with its crisis, and without it."""
    usual = load_scenario("together-for-students").with_(strategy=["initiative"])
    return usual, usual.with_(shocks=[])


def _struck_and_calm(arms: tuple[Scenario, Scenario], point: Point, seed: int, replicates: int) -> NDArray[np.float64]:
    """Return support in the year of a crisis, and over the same luck without it: [2, replicates and sites]."""
    onset = arms[0].clock.index("2020-03")
    each = [
        [
            run(arm, point, seed, replicate)["support"][onset : onset + 12].mean(axis=0)
            for replicate in range(replicates)
        ]
        for arm in arms
    ]
    return np.array(each).reshape(2, -1)


def _helped(arms: tuple[Scenario, Scenario], point: Point, seed: int, replicates: int) -> float:
    """Return in which share of sites support is higher in the year of a crisis than over the same luck without it."""
    struck, calm = _struck_and_calm(arms, point, seed, replicates)
    return float((struck > calm).mean())


def crisis(asked: Asked) -> Iterator[Line]:
    """Return in which share of sites support is higher with a crisis than over the same luck without it."""
    arms = _struck()
    usual = _helped(arms, {}, asked.seed, 20)
    yield Line("sites with more support in a crisis than without it, at the defaults", f"{usual:.0%}", "99%")
    over = [_helped(arms, point, asked.seed, 2) for point in plausible_points(asked.points, asked.seed)]
    yield Line("… over the plausible space", quantiles(over), ".90", "both signs, in mapped regions")


def regions(asked: Asked) -> Iterator[Line]:
    """Return where a crisis raises support and where it lowers it: by its depth, and by what weighs on either side."""
    struck, calm = _struck()
    sides: dict[str, list[Point]] = {
        "weight of the shared purpose (crisis.salience)": [{"crisis": {"salience": value}} for value in SALIENCE],
        "times the usual of what is on organizations' own desks (crisis.own_clients and own_income)": [
            {"crisis": {"own_clients": 1.0 * times, "own_income": 2.0 * times}} for times in OWN
        ],
    }
    for said, points in sides.items():
        values = SALIENCE if "salience" in said else OWN
        for depth in DEPTHS:
            shocks = [{**each, "depth": depth} for each in struck.as_written()["shocks"]]
            arms = (struck.with_(shocks=shocks), calm)
            found = [_helped(arms, point, asked.seed, REPEATED) for point in points]
            cells = ", ".join(f"{share:.2f} at {value:g}" for share, value in zip(found, values, strict=True))
            yield Line(f"sites with more support in a crisis of depth {depth:g}, by {said}", cells, "…", "both signs")


def mapped(asked: Asked) -> Iterator[Line]:
    """Return where in the plausible space a crisis raises support and where it lowers it.

    By how much support there is without it, and by each parameter whose rank correlation with the share of sites that
    gain is beyond chance, for all parameters at once: shares in its lowest and its highest fifth.
    """
    points, arms = plausible_points(MAPPED * asked.points, asked.seed), _struck()
    found = np.array([_struck_and_calm(arms, point, asked.seed, 2) for point in points])
    helped, usual = (found[:, 0] > found[:, 1]).mean(axis=1), found[:, 1].mean(axis=1)
    wanted = "both signs, in mapped regions"
    said = f"{share((helped < 0.5).tolist())}, more: {share((helped > 0.5).tolist())}"
    yield Line(f"points of {len(points):,} of the plausible space at which most sites have less", said, "…", wanted)
    yield Line("sites with more, by support without a crisis: from its lowest fifth to its highest",
               _by_fifths(usual, helped), "…", wanted)  # fmt: skip
    values = {f"{a}.{b}": [point[a][b] for point in points] for a, own in points[0].items() for b in own}
    ranked = {name: stats.spearmanr(each, helped) for name, each in values.items()}
    told = [name for name, each in ranked.items() if each.pvalue < CHANCE / len(ranked)]
    for name in sorted(told, key=lambda name: -abs(ranked[name].statistic)):
        yield Line(f"… by {name}", _by_fifths(np.array(values[name]), helped), "…")


def _by_fifths(values: NDArray[np.float64], helped: NDArray[np.float64]) -> str:
    """Return the mean share of sites with more in each fifth of what goes from low to high."""
    parts = np.array_split(helped[np.argsort(values, kind="stable")], 5)
    return ", ".join(f"{part.mean():.2f}" for part in parts)


def staff(asked: Asked) -> Iterator[Line]:
    """Return the chance that every one of seven organizations had staff changes within 33 months."""
    scenario = load_scenario("laboratory").with_(months=34)
    changed = [run(scenario, {}, asked.seed, r)["changed"][33].mean() for r in range(40)]
    yield Line("all of seven organizations had staff changes within 33 months", f"{np.mean(changed) ** 7:.2f}", ".003")


MEASURED: dict[str, Callable[[Asked], Iterator[Line]]] = {
    each.__name__: each for each in (demo, published, beginnings, drift, crisis, regions, mapped, staff)
}


def main(arguments: Sequence[str]) -> int:
    """Print the lines; return 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=60, help="points of the plausible space (default: 60)")
    parser.add_argument("--seed", type=int, default=20261129, help="which points and luck (default: 20261129)")
    parser.add_argument("--only", nargs="+", choices=MEASURED, default=list(MEASURED), help="some of them alone")
    given = parser.parse_args(arguments)
    for name in given.only:
        for line in MEASURED[name](Asked(given.points, given.seed)):
            print(f"{line.what}\n    now: {line.now}\n    473a487: {line.before}")
            if line.wanted:
                print(f"    wanted: {line.wanted}")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

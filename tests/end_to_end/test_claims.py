"""Every number in the findings of a sweep, and in the titles and captions of its figures, comes from its stored tables.

The numbers are worked out again from runs.parquet, series.parquet and the records, without the code that told them: a
sentence is read for its numbers in order, and each must be the one that is expected there, but for rounding. A number
that nothing here expects is a failure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tfs_sim.analysis.findings import Finding, findings
from tfs_sim.analysis.stored import Stored
from tfs_sim.estimators.deconvolution import Truths
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.figures.charts import charts
from tfs_sim.figures.style import Chart
from tfs_sim.model.catalogue import METRICS
from tfs_sim.version import __version__

SETS, REPLICATES, MONTHS, ONSET, SEED, LEAST = 12, 3, 36, 20, 3, 0.01

TOWNS = """
title = "Two towns"
[clock]
start = "2019-01"
months = 36
[sites.riverton]
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2, health = 2, government = 1 }
[sites.lakeside]
students = 6_000
organizations = { district = 1, nonprofit = 5, business = 3, community_group = 2 }
backbone = { fte = 0.5 }
[[shocks]]
use = "community-crisis"
onset = "2020-09"
depth = 0.5
lasts = "6 months"
[[bundles.initiative.interventions]]
use = "backbone-staffing"
dose = 1.5
[[bundles.initiative.interventions]]
use = "trust-building-convenings"
"""

STUDY = """
title = "What helps two towns?"
scenario = "towns.toml"
uncertainty = "plausible"
sets = 12
replicates = 3
seed = 3
against = "initiative"
[strategies.nothing]
[strategies.initiative]
add = ["initiative"]
[strategies.manuals]
extends = "initiative"
add = ["procedure-manuals", "overlap"]
[cross]
crisis = [{ label = "calm", shocks = [] }, { label = "crisis" }]
[outcomes]
primary = "support"
worthwhile = 0.01
also = ["trust", "partners", "performance"]
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("claims")
    (folder / "towns.toml").write_text(TOWNS, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return runner.sweep(load_experiment(folder / "study.toml"), out=folder / "out", workers=2)


# ── Reading and reckoning ───────────────────────────────────────────────────────────────────────────────


def says(text: str, values: list[float]) -> None:
    """Fail unless the numbers of a text, in order, are these but for rounding."""
    found = re.findall(r"[+−]?(?<![\w.])\d[\d,]*(?:\.\d+)?", text)
    shown = [float(one.replace("−", "-").replace(",", "")) for one in found]
    places = [len(one.partition(".")[2]) for one in found]
    assert len(shown) == len(values), f"{text}\n{shown} instead of {values}"
    for number, decimals, value in zip(shown, places, values, strict=True):
        assert abs(number - value) <= 0.5001 * 10.0**-decimals, f"{text}\n{number} is {value}"


@dataclass(frozen=True)
class Mean:
    """A mean over sets with Hall's interval, and the middle set."""

    value: float
    low: float
    high: float
    middle: float

    @property
    def clear(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def few(self) -> bool:
        sign = 1 if self.value > 0 else -1
        return self.clear and sign * self.middle < abs(self.value) / 2

    def times(self, by: float) -> Mean:
        ends = sorted((self.low * by, self.high * by))
        return Mean(self.value * by, ends[0], ends[1], self.middle * by)


def over_sets(difference: pd.Series, level: float = 0.95) -> Mean:
    """By hand: sets count the same; the interval is that of their mean, with Hall's correction for skewness."""
    each = difference.groupby("set").mean()
    n, mean = len(each), float(each.mean())
    off = each.to_numpy() - mean
    error = math.sqrt(float((off**2).sum()) / (n - 1) / n)
    if error == 0:
        return Mean(mean, mean, mean, float(each.median()))
    third = n * n / ((n - 1) * (n - 2)) * float(((off / n) ** 3).sum())
    skew = third / error**3
    t = float(stats.t.ppf(0.5 + level / 2, n - 1))

    def end(at: float) -> float:
        if abs(skew) < 1e-9:
            return mean - error * at
        return mean - error * 3 / skew * (float(np.cbrt(1 + skew * (at - skew / 6))) - 1)

    return Mean(mean, end(t), end(-t), float(each.median()))


class Tables:
    """What the tables hold."""

    def __init__(self, sweep: Sweep) -> None:
        self.runs, self.series, self.mark = sweep.runs, sweep.series, sweep.experiment

    @cache  # noqa: B019 - lives as long as the module
    def run(self, name: str, strategy: str, level: str) -> pd.Series:
        """A run's number, mean over sites."""
        if name == "support_change":
            monthly = self.monthly("support", strategy, level, by_site=True).reset_index()
            after = monthly[monthly["month"].between(ONSET + 1, ONSET + 6)]
            before = monthly[monthly["month"].between(ONSET - 6, ONSET - 1)]
            keys = ["set", "replicate", "site"]
            change = after.groupby(keys)["support"].mean() - before.groupby(keys)["support"].mean()
            return change.groupby(["set", "replicate"]).mean()
        at = self.runs[(self.runs["strategy"] == strategy) & (self.runs["crisis"] == level)]
        return at.groupby(["set", "replicate"])[name].mean()

    def monthly(self, name: str, strategy: str, level: str, by_site: bool = False) -> pd.Series:
        at = self.series[(self.series["strategy"] == strategy) & (self.series["crisis"] == level)]
        at = at.assign(**{name: at[name].astype(float)})
        return at.groupby(["set", "replicate", *(["site"] if by_site else []), "month"])[name].mean()

    def between(self, name: str, one: str, other: str, level: str, at: float = 0.95) -> Mean:
        return over_sets(self.run(name, one, level) - self.run(name, other, level), at)

    def effect(self, name: str, strategy: str) -> pd.Series:
        return self.run(name, strategy, "crisis") - self.run(name, strategy, "calm")


@pytest.fixture(scope="module")
def tables(sweep: Sweep) -> Tables:
    return Tables(sweep)


def factor(name: str) -> float:
    return 100.0 if name == "support_change" or METRICS[name].measure.kind == "share" else 1.0


def in_unit(name: str) -> list[float]:
    """Numbers that a unit's own words hold: "students for 1,000 in need"."""
    told = name != "support_change" and METRICS[name].measure.kind in ("amount", "count")
    unit = METRICS[name].unit if told else ""
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", unit)]


SAMPLE = [float(REPLICATES), float(SETS)]


def compared(text: str, found: Mean, name: str) -> list[float]:
    """The numbers of a comparison: its size, its interval and what it is over; signs turned where a size is told."""
    shown = found.times(factor(name))
    if shown.low == shown.high == 0:
        return SAMPLE
    if "not distinguishable" in text:
        return [shown.value, *in_unit(name), 95.0, shown.low, shown.high, *SAMPLE]
    sized = shown if shown.value > 0 else shown.times(-1.0)
    return [sized.value, *in_unit(name), 95.0, sized.low, sized.high, *SAMPLE]


def provisos(text: str, found: Mean, finding: Finding, tables: Tables) -> list[float]:
    """The numbers of what follows a comparison."""
    name, more = finding.metric, []
    assert ("Few sets of parameters make most" in text) == found.few
    if found.few:
        more += [found.middle * factor(name), *in_unit(name)]
    least = max(abs(found.low), abs(found.high)) < LEAST and not found.low == found.high == 0
    assert ("That is less than" in text) == (least and name == "support" and finding.kind in KINDS)
    if "That is less than" in text:
        more.append(100 * LEAST)
    if "This is a mean over" in text:
        level = finding.levels[0]
        more += [float(tables.run("partners", s, level).mean()) for s in (finding.strategy, finding.against)]
    return more


KINDS = ("best", "reference", "worse", "practice", "initiative")


def expected(finding: Finding, tables: Tables) -> list[float]:
    """The numbers of a finding, in order, from the tables."""
    text, name, level = finding.sentence, finding.metric, finding.levels[0]
    one, other = finding.strategy, finding.against
    if finding.kind == "best":
        return best(finding, tables)
    if finding.kind in ("reference", "practice", "initiative"):
        found = tables.between(name, one, other, level)
    elif finding.kind == "worse":
        found = tables.between(name, one, other, level)
        assert text.count("95% interval") == 1, "one strategy alone is worse"
    elif finding.kind == "crisis":
        found = over_sets(tables.effect(name, one))
    elif finding.kind == "softening":
        found = over_sets(tables.effect(name, one) - tables.effect(name, other))
    elif finding.kind == "sites":
        return sites(tables, one)
    elif finding.kind == "sets":
        return sets(text, tables, one, other, level)
    else:
        raise AssertionError(f"no numbers are known of a finding of kind {finding.kind}: {text}")
    return [*compared(text, found, name), *provisos(text, found, finding, tables)]


def best(finding: Finding, tables: Tables) -> list[float]:
    name, level, text = finding.metric, finding.levels[0], finding.sentence
    means = {s: float(tables.run(name, s, level).mean()) for s in tables.mark["strategies"]}
    order = sorted(means, key=lambda s: -means[s])
    assert [finding.strategy, finding.against] == order[:2]
    comparisons = len(order) - 1
    lead = tables.between(name, order[0], order[1], level, 1 - 0.05 / comparisons)
    by = factor(name)
    values = [means[order[0]] * by, means[order[1]] * by]
    if lead.low == lead.high == 0:
        assert "was the same" in text
        return [*values[:1], *SAMPLE]
    shown = lead.times(by)
    values += [shown.value, *in_unit(name), 95.0, float(comparisons), shown.low, shown.high, *SAMPLE]
    told = [tables.between(name, order[0], s, level, 1 - 0.05 / comparisons).clear for s in order[1:]]
    assert ("cannot be told apart" in text) == (not all(told))
    return [*values, *provisos(text, lead, finding, tables)]


def sites(tables: Tables, strategy: str) -> list[float]:
    monthly = tables.monthly("support", strategy, "crisis", by_site=True).reset_index()
    keys = ["set", "replicate", "site"]
    after = monthly[monthly["month"].between(ONSET + 1, ONSET + 6)].groupby(keys)["support"].mean()
    before = monthly[monthly["month"].between(ONSET - 6, ONSET - 1)].groupby(keys)["support"].mean()
    values = []
    for marked in ((after - before) >= 0.05, (after - before) <= -0.05):
        found = over_sets(marked.astype(float).groupby(["set", "replicate"]).mean())
        values.append([100 * found.value, 100 * max(found.low, 0.0), 100 * min(found.high, 1.0)])
    (a, b, c), (d, e, f) = values
    return [a, 95.0, b, c, d, e, f, float(SETS * REPLICATES), 2.0]


def sets(text: str, tables: Tables, one: str, other: str, level: str) -> list[float]:
    """Of sets: what luck makes of what they seem to differ by, or what is told of them."""
    difference = tables.run("support", one, level) - tables.run("support", other, level)
    truths = Truths(SetMeans.of(difference.to_numpy(), difference.index.get_level_values("set").to_numpy()))
    if truths.verdict == "too few replicates":
        within = difference.groupby("set").var().mean()
        means = difference.groupby("set").mean()
        between = means.var() - within / REPLICATES
        assert truths.replicates_needed == math.ceil(4 * within / between)
        return [100 * within / REPLICATES / means.var(), float(truths.replicates_needed)]
    found = truths.shares(LEAST)
    shares = [
        100 * each for share in (found.better, found.same, found.worse) for each in (share.share, share.low, share.high)
    ]
    span = [] if truths.verdict == "alike" else [90.0, float(SETS), *(100 * end for end in truths.range())]
    return [*span, 100 * LEAST, *shares]


# ── Findings ────────────────────────────────────────────────────────────────────────────────────────────


def test_every_number_of_the_findings_is_in_the_tables(sweep: Sweep, tables: Tables) -> None:
    found = findings(sweep, 6)
    assert {"best", "crisis", "softening", "sets"} <= {each.kind for each in found}
    for finding in found:
        says(_percent_words(finding.sentence), expected(finding, tables))


def _percent_words(text: str) -> str:
    """Read "under 1%" and "over 99%" as the ends that they stand for."""
    return text.replace("under 1%", "0%").replace("over 99%", "100%")


# ── Titles and captions of figures ──────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def drawn(sweep: Sweep) -> dict[str, Chart]:
    return charts(sweep)


def test_every_caption_says_what_was_run(drawn: dict[str, Chart]) -> None:
    arms = 3 * 2
    made = [float(arms * SETS * REPLICATES), *SAMPLE, float(arms), float(SEED)]
    version = [float(each) for each in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", __version__)]
    for stem, chart in drawn.items():
        if stem in ("answer", "differences", "cost"):
            over = [2.0] if "mean over the 2 sites" in chart.caption else []
            says(_without_version(chart.caption), [*SAMPLE, *over, *made])
        else:
            says(_without_version(chart.caption), made)
        assert f"tfs-sim {__version__}" in chart.caption and version
        assert chart.caption.endswith("; not calibrated (parameters drawn from what is plausible).")


def _without_version(text: str) -> str:
    return text.replace(f"tfs-sim {__version__}", "tfs-sim")


def test_the_title_of_the_answer(drawn: dict[str, Chart], tables: Tables) -> None:
    title = drawn["answer"].title
    means = {s: float(tables.run("support", s, "crisis").mean()) for s in tables.mark["strategies"]}
    order = sorted(means, key=lambda s: -means[s])
    lead = tables.between("support", order[0], order[1], "crisis", 1 - 0.05 / 2)
    if "cannot be told apart" in title or "the same" in title:
        says(title, [])
    else:
        says(title, [100 * lead.value, *([100 * lead.middle] if lead.few else [])])


def test_the_title_of_costs(drawn: dict[str, Chart], tables: Tables) -> None:
    title = drawn["cost"].title
    found = {s: tables.between("support", s, "nothing", "crisis") for s in ("initiative", "manuals")}
    helpful = {s: each for s, each in found.items() if each.low > 0}
    if not helpful:
        assert title.startswith("No strategy made")
        return
    top = max(helpful, key=lambda s: helpful[s].value)
    money = {s: 2 * tables.between("cost", s, "nothing", "crisis").value for s in found}
    says(title, [100 * helpful[top].value, _dollars(money[top])])
    aside = []
    if top != "initiative":
        beyond = tables.between("support", top, "initiative", "crisis")
        aside += [100 * beyond.value, _dollars(money[top] - money["initiative"])]
    aside += [100 * helpful[top].middle] if helpful[top].few else []
    says(drawn["cost"].subtitle.partition("both ways.")[2], aside)


def _dollars(thousands: float) -> float:
    """As they are told: in millions, whole thousands or dollars."""
    return (
        thousands / 1000
        if abs(thousands) >= 999.5
        else 1000.0 * round(thousands)
        if abs(thousands) >= 1
        else 1000 * thousands
    )


def test_the_title_of_differences(drawn: dict[str, Chart], tables: Tables) -> None:
    table = drawn["differences"].data
    better = worse = 0
    for name, strategy in table[["metric", "strategy"]].itertuples(index=False):
        key = next(k for k, each in tables.mark["strategies"].items() if each["title"] == strategy)
        found = tables.between(name, key, "initiative", "crisis")
        good = (found.value > 0) == (METRICS[name].better != "lower")
        better, worse = better + (found.clear and good), worse + (found.clear and not good)
    says(drawn["differences"].title, [len(table), better, worse, len(table) - better - worse])


def _course(one: pd.Series, other: pd.Series) -> Iterator[Mean]:
    difference = (one - other).unstack("month")
    for month in difference.columns:
        yield over_sets(difference[month])


@pytest.mark.parametrize("name", ["trust", "partners"])
def test_the_titles_of_fans(drawn: dict[str, Chart], tables: Tables, name: str) -> None:
    one, other = (tables.monthly(name, "initiative", level) for level in ("crisis", "calm"))
    course = list(_course(one, other))[ONSET:]
    clear = [n for n, each in enumerate(course) if each.clear]
    title = drawn[name].title
    if not clear:
        assert "left no distinguishable mark" in title
        return
    # what is drawn are medians over sets; whether there is anything at all is told of means
    lines = (each.groupby(["set", "month"]).mean().unstack("month").median() for each in (one, other))
    parted = np.subtract(*(line.to_numpy() for line in lines))[ONSET:]
    peak = max(clear, key=lambda n: abs(parted[n]))
    gone = [clear[-1] + 1.0] if "left no trace after" in title else []
    assert bool(gone) == (clear[-1] < len(course) - 6)
    says(title, [abs(parted[peak]) * factor(name), *in_unit(name), *gone])


def test_the_title_of_the_ladder(drawn: dict[str, Chart], tables: Tables) -> None:
    if "ladder" not in drawn:
        pytest.skip("nothing to climb")
    rungs = []
    for name in dict.fromkeys(drawn["ladder"].data["metric"]):
        shown = METRICS[name].measured_by or name
        one, other = (tables.monthly(shown, s, "calm") for s in ("initiative", "nothing"))
        base = other.unstack("month").to_numpy()
        sd = math.sqrt(float(np.nanmean(np.nanvar(base, axis=0, ddof=1))))
        if shown != name:
            by_site = tables.monthly(shown, "nothing", "calm", by_site=True).unstack("month").to_numpy()
            sd = float(np.nanstd(by_site[:, 12:] - by_site[:, :-12]))
        low = np.array([each.low / sd for each in _course(one, other)])
        first = next((m for m in range(len(low) - 5) if (low[m : m + 6] > 0.2).all()), None)
        rungs.append((name, first))
    moved = [(name, month) for name, month in rungs if month is not None]
    title = drawn["ladder"].title
    if not moved:
        says(title, [])
        return
    first = min(moved, key=lambda each: each[1])
    last = [rungs[-1][1] + 1.0] if rungs[-1][1] is not None and rungs[-1][0] != first[0] else []
    says(title, [first[1] + 1.0, *last])


# ── This test can fail ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: re.sub(r"\d(?=[^\d]*$)", lambda m: str((int(m[0]) + 3) % 10), text, count=1),
        lambda text: text + " 7 of 10 towns agree.",
        lambda text: re.sub(r"\(95% interval .*?\)", "", text),
    ],
    ids=["another digit", "a number more", "an interval less"],
)
def test_a_wrong_number_is_seen(sweep: Sweep, tables: Tables, spoilt: Callable[[str], str]) -> None:
    finding = findings(sweep, 6)[0]
    with pytest.raises(AssertionError):
        says(spoilt(finding.sentence), expected(finding, tables))


def test_tables_are_those_on_the_disk(sweep: Sweep) -> None:
    """And nothing beside them: the page is made from what a reader can read, too."""
    again = Stored.of(Sweep.load(Path(sweep.folder)))
    assert [each.sentence for each in findings(again, 6)] == [each.sentence for each in findings(sweep, 6)]
    found: Any = pd.read_parquet(sweep.folder / "runs.parquet")
    assert found["support"].to_numpy() == pytest.approx(sweep.runs["support"].to_numpy())

"""Charts of a decision by one view, with titles, captions, alternative text and the data behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.decided import Decided
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.valued import whose
from tfs_sim.decisions.cells import MOST_PARAMETERS, same
from tfs_sim.decisions.information import by_chance
from tfs_sim.decisions.leads import interval
from tfs_sim.decisions.words import amount
from tfs_sim.figures import decisions as drawn
from tfs_sim.figures.captions import caption
from tfs_sim.figures.style import (
    NARROW,
    WIDTH,
    Chart,
    Look,
    broad,
    fitted,
    framed,
    looks,
    place,
    plain,
    wrapped,
    x_label,
    y_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EFFECT = "Further student-months of support"
WORTH = "What a student-month of support may cost (dollars)"
LEGIBLE = 2.0
"""Losses are shown up to so many times the largest of the second smallest ones."""
MOST, CHANGES = 0.5, 2
"""A share from which on it is of most sets, and how often the leader may change so that each change is told."""
MILLION = 1e6
"""Dollars from which on an axis is in millions."""
TICK, APART = 9.5, 0.12
"""Points of the numbers of an axis, and inches between two of them, at least."""
KNOWN = "Expected gain from knowing it"
KNOWING_ALL = "all that sets differ in"


@dataclass(frozen=True)
class _Page:
    """What all charts of one view share."""

    decided: Decided
    narrow: bool

    @property
    def keys(self) -> dict[str, str]:
        """Strategies by what tables call them."""
        return {name: key for key, name in self.decided.names.items()}

    @property
    def looks(self) -> dict[str, Look]:
        return looks(self.decided.stored)

    @property
    def base(self) -> str:
        """What a plane is drawn against: the strategy that does nothing, or the reference."""
        return self.decided.stored.nothing or self.decided.stored.against

    @property
    def means(self) -> DataFrame:
        """Each set's (or replicate's) means: a row a unit, columns (cost | effect, strategy's key)."""
        by = [name for name in self.decided.means.columns if name in ("set", "replicate")]
        wide = self.decided.means.pivot(index=by, columns="strategy", values=["cost", "effect"])
        return wide.rename(columns=self.keys, level=1)

    def strategies(self) -> list[str]:
        return [s for s in self.decided.stored.strategies if s in set(self.keys.values())]

    @property
    def view(self) -> str:
        """Whose view it is, for subtitles, and under which condition."""
        costs = "dollars" if self.decided.view == "funder" else f"dollars and hours at ${self.decided.hour:g}"
        return f"{capital(whose(self.decided.view))} view ({costs}){self.decided.where}"

    def chart(self, stem: str, title: str, subtitle: str, room: float, *more: str) -> Chart:
        own = stem if self.decided.view == "funder" else f"{stem}-{self.decided.view}"
        width = NARROW if self.narrow else WIDTH
        return framed(own, title, subtitle, caption(self.decided.stored, *more), room, width)

    def axes(self, bottom: float = 0.6, tall: float = 3.1) -> tuple[float, float, float, float]:
        """Return where the axes stand, in inches: room for names at the right."""
        bottom += 0.15 * self.narrow
        return (0.85, bottom, 2.5, bottom + tall) if self.narrow else (0.95, bottom, 5.9, bottom + tall)


def decision_charts(decided: Decided, *, narrow: bool = False) -> list[Chart]:
    """Return the charts of one view that there is something for, in the order of the report."""
    page = _Page(decided, narrow)
    made = [_budget(page), _plane(page)]
    if decided.sure:
        made += [_acceptability(page), _loss(page)]
    if (learning := _learning(page)) is not None:
        made.append(learning)
    return made


def _plane(page: _Page) -> Chart:
    d, base = page.decided, page.base
    wide = page.means
    strands, rows = {}, []
    for s in page.strategies():
        if s == base:
            continue
        x = (wide["effect"][s] - wide["effect"][base]).to_numpy()
        y = (wide["cost"][s] - wide["cost"][base]).to_numpy()
        strands[s] = drawn.Strand(d.stored.title(s), page.looks[s], x, y, (float(x.mean()), float(y.mean())))
        rows += [(d.stored.title(s), unit, *pair) for unit, *pair in zip(wide.index, y, x, strict=True)]
    against = words.quoted(d.stored.title(base))
    dot = "set of parameters, the mean of its runs" if d.sure else "run"
    subtitle = f"{page.view}, all sites together. Each dot is one {dot}; large marks are means."
    if d.told:
        subtitle += " On a dashed line what is gained is worth just what it costs, below it more than that."
    chart = page.chart(
        "plane", f"What each strategy adds, and what it costs more than {against}", subtitle, 4.2,
        "luck within sets is still in the dots" if d.sure else "",
    )  # fmt: skip
    ax = place(chart, *page.axes())
    drawn.plane(ax, strands, d.told)
    _thousands(ax)
    x_label(ax, EFFECT)
    y_label(ax, "Further cost (dollars)")
    chart.data = DataFrame(rows, columns=["strategy", "set" if d.sure else "replicate", "cost", "effect"])
    said = "; ".join(
        f"{s.label}: {amount(s.mean[0])} student-months for ${amount(s.mean[1])}" for s in strands.values() if s.mean
    )
    chart.alt = f"{chart.title}. Means: {said}."
    return chart


def _thousands(ax: Axes) -> None:
    """Write the numbers of both axes with commas between thousands."""
    from matplotlib.ticker import FuncFormatter

    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
    ax.locator_params(axis="x", nbins=5)


def _dollars(ax: Axes, most: float) -> None:
    """Write dollars on the x axis as people say them, as many as there is room for."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    by, unit = (1e6, " million") if most >= MILLION else (1.0, "")
    low, high = ax.get_xlim()
    room = ax.get_position().width * float(ax.figure.get_size_inches()[0]) / (high - low)  # type: ignore[union-attr]

    def said(value: float) -> str:
        return f"${value / by:,.10g}{unit if value else ''}".replace("$-", "−$")

    for many in range(5, 0, -1):
        locator = MaxNLocator(many, steps=[1, 2, 2.5, 5, 10])
        at = [each for each in locator.tick_values(low, high) if low <= each <= high]
        wide = [broad(said(each), TICK) for each in at]
        if all(room * (b - a) > (x + y) / 2 + APART for (a, x), (b, y) in pairwise(zip(at, wide, strict=True))):
            break
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(said(value))))


def _best(page: _Page) -> list[tuple[float, float, str]]:
    """Return which strategy is the best by expectation from which worth to which."""
    d = page.decided
    efficient = d.frontier[d.frontier["status"] == "efficient"].drop_duplicates(["cost", "effect"])
    ends = [0.0, *(float(ratio) for ratio in efficient["ratio"].dropna()), math.inf]
    names = [page.keys[name] for name in efficient["strategy"]]
    return [(low, high, name) for (low, high), name in zip(pairwise(ends), names, strict=True)]


def _over_worths(page: _Page, chart: Chart, found: DataFrame, column: str, by: float) -> None:
    d = page.decided
    strands = {}
    for s in page.strategies():
        own = found[found["strategy"] == d.names[s]]
        x, y = own["worth"].to_numpy(float), by * own[column].to_numpy(float)
        strands[s] = drawn.Strand(d.stored.title(s), page.looks[s], x, y)
    ax = place(chart, *page.axes())
    if column == "share":
        ax.set_ylim(0, 102)
    else:
        ax.set_ylim(0, _top([strand.y for strand in strands.values()]))
    drawn.curves(ax, strands, _best(page), d.told)
    _thousands(ax)
    x_label(ax, wrapped(WORTH, 30) if page.narrow else WORTH)
    chart.data = found
    y_label(ax, "Share of sets in which it is the best (%)" if column == "share" else "Expected loss (dollars)")


def _top(losses: Sequence[NDArray[np.float64]]) -> float:
    """Return the end of the axis of losses: one strategy may lose so much more that the others could not be read."""
    second = float(np.sort(np.stack(losses), axis=0)[1].max())
    return min(1.04 * max(float(each.max()) for each in losses), LEGIBLE * second) or 1.0


def _acceptability(page: _Page) -> Chart:
    d = page.decided
    title = _leaders(d)
    subtitle = (
        f"{page.view}: the share of sets in which each strategy is the best. Bold: the best by expectation, which is "
        f"what is recommended, also where another is the best in more sets. {_luck(d)}{_marks(d)}"
    )
    chart = page.chart("acceptability", title, subtitle, 4.2)
    _over_worths(page, chart, d.acceptability, "share", 100.0)
    chart.alt = f"{title}. {_at_told(d)}"
    return chart


def _leaders(d: Decided) -> str:
    """Return which strategy is the best in the largest share of sets, at which worths."""
    shares = d.acceptability.pivot(index="worth", columns="strategy", values="share")
    grid, columns, at = shares.index.to_numpy(float), [str(each) for each in shares], shares.to_numpy(float)
    first = at.argmax(axis=1)
    runs = [(n, [row for row, _ in run]) for n, run in groupby(enumerate(first.tolist()), key=lambda each: each[1])]
    said = []
    for n, (column, rows) in enumerate(runs):
        name, start, end = columns[column], f"${amount(grid[rows[0]])}", f"${amount(grid[rows[-1]])}"
        how = "most" if float(at[rows, column].min()) > MOST else "the largest share of"
        over = f"up to {end}" if n == 0 else f"from {start}" if n == len(runs) - 1 else f"from {start} to {end}"
        place = "whatever a student-month may cost" if len(runs) == 1 else over + (" a student-month" if n == 0 else "")
        said.append((name, how, place))
    (name, how, place), rest = said[0], said[1:]
    title = f"{words.quoted(name)} is the best in {how} sets {place}"
    for name, own, place in rest if len(rest) <= CHANGES else rest[-1:]:
        title += f"; {words.quoted(name)} {place}" if own == how else f"; {words.quoted(name)} in {own} sets {place}"
        how = own
    return title if len(rest) <= CHANGES else f"{title}; between them the lead changes {len(rest)} times"


def _least(d: Decided) -> str:
    """Return which strategy loses least at the first worth that things are told of, and how much that still is."""
    worth = d.told[0] if d.told else d.grid[-1]
    here = d.loss[d.loss["worth"] == worth].set_index("strategy")["loss"]
    best = str(here.idxmin())
    lost = float(here[best])
    still = f"and still {words.money(lost / 1000)} on average" if lost > 0 else "and nothing at all"
    return (
        f"At ${amount(worth)} a student-month {words.quoted(best)} loses least, {still}, against the best of each set"
    )


def _loss(page: _Page) -> Chart:
    d = page.decided
    title = _least(d)
    lowest = (
        "The lowest curve, bold, is what knowing all before choosing would be worth; what leaves the top loses more."
    )
    subtitle = f"{page.view}: what choosing each loses on average against the best of each set. {lowest} "
    subtitle += f"{_luck(d)}{_marks(d)}"
    chart = page.chart("loss", title, subtitle, 4.2)
    _over_worths(page, chart, d.loss, "loss", 1.0)
    chart.alt = f"{title}. {_at_told(d)}"
    return chart


def _luck(d: Decided) -> str:
    if d.main.groupby("set")["replicate"].nunique().max() > 1:
        return "Luck within sets is taken out."
    return "With one replicate of each set luck cannot be taken out."


def _marks(d: Decided) -> str:
    if not d.told:
        return ""
    return f" Thin lines: {'worths of the experiment' if d.given else 'where the choice changes'}."


def _at_told(d: Decided) -> str:
    said = []
    for row in d.choices.to_dict("records") if d.told else []:
        at, share = f"At ${amount(row['worth'])} a student-month", f"in {row['share_best']:.0%} of sets"
        if same(row):
            said.append(f"{at} {row['best']} and {row['runner_up']} are worth the same; the first is the best {share}.")
        else:
            said.append(f"{at} {row['best']} is the best by expectation, {share}.")
    return " ".join(said)


def _learning(page: _Page) -> Chart | None:
    d = page.decided
    if d.learning is None or d.learnt_at is None:
        return None
    at = d.knowing[d.knowing["worth"] == d.learnt_at].iloc[0]
    above, of = int(d.learning["seen"].sum()), len(d.learning)
    seen = d.learning[d.learning["seen"]].head(MOST_PARAMETERS)
    names = [KNOWING_ALL, *(str(name) for name in seen["parameter"])]
    values = [d.decisions * float(value) for value in (at["evpi"], *seen["evppi"])]
    errors = [d.decisions * float(value) for value in (at["se"], *seen["se"])]
    floor = d.decisions * float(d.learning["floor"].iloc[0])
    meant = {name: words.meaning(name) for name in names}
    title = f"Worth knowing most before choosing: {(meant[names[1]] or names[1]) if above else 'nothing single'}"
    if above <= by_chance(of):
        title = "No single parameter is told from chance to be worth knowing before choosing"
    subtitle = (
        f"{page.view}, at ${amount(d.learnt_at)} a student-month; {d.scaled}. Thin: a standard error each way. Dashed: "
        f"the noise floor, what parameters dealt out anew seem to be worth. {above} of {of} parameters are above it; "
        f"of so many that are worth nothing, about {by_chance(of):.0f} would be by chance."
    )
    left, size = (2.15, 8.5) if page.narrow else (3.5, 9.5)
    labels = {name: fitted(f"{meant[name]} ({name})" if meant[name] else name, 60, left - 0.2, size) for name in names}
    tall = len(names) * max(0.34, 0.16 * max(text.count("\n") + 1 for text in labels.values()) + 0.1) + 0.2
    chart = page.chart("information", title, subtitle, tall + 0.75)
    ax = place(chart, left, 0.6, (NARROW if page.narrow else WIDTH) - 0.4, 0.6 + tall)
    ax.tick_params(axis="y", labelsize=size)
    drawn.bars(ax, labels, values, errors, floor)
    _dollars(ax, max(values) + max(errors))
    x_label(ax, wrapped(KNOWN, 24) if page.narrow else KNOWN)
    chart.data = DataFrame({"what": names, "value": values, "se": errors, "floor": floor, "worth": d.learnt_at})
    said = "; ".join(f"{name}: ${amount(value)}" for name, value in zip(names, values, strict=True))
    chart.alt = f"{title}. {said}."
    return chart


def _budget(page: _Page) -> Chart:
    d = page.decided
    wide = page.means
    costs = {s: float(wide["cost"][s].mean()) for s in page.strategies()}
    effects = {s: float(wide["effect"][s].mean()) for s in page.strategies()}
    ordered = sorted(costs, key=lambda s: (costs[s], -effects[s]))
    cheapest = ordered[0]
    status = dict(zip(d.frontier["strategy"], d.frontier["status"], strict=True))
    points, rows, steps = [], [], [(costs[cheapest], 0.0)]
    for s in ordered:
        beyond = (wide["effect"][s] - wide["effect"][cheapest]).to_numpy(float)
        mean = float(beyond.mean())
        ends = interval(beyond[:, None], False) if len(beyond) > 1 and s != cheapest else (math.nan, math.nan)
        points.append(
            drawn.Bought(
                s, d.stored.title(s), page.looks[s], costs[s], (mean, *ends), status[d.names[s]] == "efficient"
            )
        )
        rows.append((d.stored.title(s), costs[s], mean, *ends, status[d.names[s]]))
        if mean > steps[-1][1]:
            steps.append((costs[s], mean))
    title = f"What each budget buys beyond {words.quoted(d.stored.title(cheapest))}"
    subtitle = (
        f"{page.view}, all sites together, over {d.stored.months} months. The line: the best by expectation that a "
        "budget pays for. Hollow: dominated, or dominated by a mix of two others. Bars: 95% intervals of the mean "
        f"({'over sets' if d.sure else 'over replicates'})."
    )
    chart = page.chart("budget", title, subtitle, 4.2)
    ax = place(chart, *page.axes())
    drawn.budgets(ax, points, steps)
    _thousands(ax)
    _dollars(ax, max(costs.values()))
    x_label(ax, "Expected cost")
    y_label(ax, EFFECT)
    chart.data = DataFrame(rows, columns=["strategy", "cost", "effect", "low", "high", "status"])
    bought = "; ".join(f"from ${amount(cost)} on {amount(effect)}" for cost, effect in steps)
    chart.alt = f"{title}. Student-months that the best within a budget adds: {bought}."
    return chart

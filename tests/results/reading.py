"""What a chart shows, read back from its artists; and intervals worked out without the code that drew them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats


def all_of(ax: Any, label: str) -> list[Any]:
    """Return everything on axes that was drawn under a label, in the order in which it was drawn."""
    return [artist for artist in ax.get_children() if artist.get_label() == label]


def the(ax: Any, label: str) -> Any:
    """Return the one thing on axes that was drawn under a label."""
    (artist,) = all_of(ax, label)
    return artist


def spot(line: Any) -> tuple[float, float]:
    """Return where a mark stands."""
    (x,), (y,) = line.get_xdata(), line.get_ydata()
    return float(x), float(y)


def colour(line: Any) -> str:
    from matplotlib.colors import to_hex

    return to_hex(line.get_color()).upper()


def hollow(line: Any) -> bool:
    return bool(line.get_markerfacecolor() == "white")


def band(artist: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the places of a filled band, its lower and its upper edge."""
    at = np.unique(artist.get_paths()[0].vertices, axis=0)
    x = np.unique(at[:, 0])
    ends = [at[at[:, 0] == place, 1] for place in x]
    return x, np.array([e.min() for e in ends]), np.array([e.max() for e in ends])


def numbers(text: str) -> list[tuple[float, float]]:
    """Return the numbers in a text, each with how far rounding may have moved it."""
    found = re.findall(r"[+−]?\d[\d,]*(?:\.\d+)?", text)
    plain = [one.replace("−", "-").replace(",", "") for one in found]
    return [(float(one), 0.5001 * 10.0 ** -len(one.partition(".")[2])) for one in plain]


def says(text: str, *values: float) -> bool:
    """Tell whether the numbers in a text are these values, but for rounding."""
    found = numbers(text)
    return len(found) == len(values) and all(abs(n - v) <= off for (n, off), v in zip(found, values, strict=True))


def in_view(ax: Any) -> bool:
    """Tell whether every mark and line that has a label lies within the axes."""
    (left, right), (bottom, top) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    for line in ax.lines:
        if line.get_label().startswith("_") or line.get_transform() != ax.transData:
            continue
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        x, y = x[~np.isnan(x)], y[~np.isnan(y)]
        if (x < left).any() or (x > right).any() or (y < bottom).any() or (y > top).any():
            return False
    return True


def per_run(sweep: Any, name: str, strategy: str, **levels: str) -> pd.Series:
    """Return an arm's numbers, a run each: the mean over its sites (by replicate, or by replicate and point)."""
    runs = sweep.runs[sweep.runs["strategy"] == strategy]
    for key, label in levels.items():
        runs = runs[runs[key] == label]
    ids = ["replicate", "point"] if "point" in runs else ["replicate"]
    return runs.astype({name: float}).groupby(ids)[name].mean()


def per_month(sweep: Any, name: str, strategy: str, **levels: str) -> np.ndarray:
    """Return an arm's months, a row a replicate: the mean over its sites."""
    series = sweep.series[sweep.series["strategy"] == strategy]
    for key, label in levels.items():
        series = series[series[key] == label]
    return series.astype({name: float}).groupby(["replicate", "month"])[name].mean().unstack().to_numpy()


def t_interval(values: Any, level: float = 0.95) -> tuple[float, float, float]:
    """Return a mean with the ends of its t-interval."""
    values = np.asarray(values, float)
    mean, error = values.mean(), stats.sem(values)
    half = stats.t.ppf(0.5 + level / 2, len(values) - 1) * error
    return float(mean), float(mean - half), float(mean + half)


def both_ways(values: pd.Series) -> tuple[float, float, float]:
    """Return a mean over replicates and drawn points with its skewed interval (a whole table of both)."""
    table = values.unstack().to_numpy()
    luck, points = table.shape
    rows, columns, mean = table.mean(1), table.mean(0), float(table.mean())
    rest = table - rows[:, None] - columns + mean
    of_rows, of_columns = rows.var(ddof=1) / luck, columns.var(ddof=1) / points
    own = (rest**2).sum() / ((luck - 1) * (points - 1)) / table.size
    variance = max(of_rows + of_columns - own, own)
    parts = of_rows**2 / (luck - 1) + of_columns**2 / (points - 1) + own**2 / ((luck - 1) * (points - 1))
    t = stats.t.ppf(0.975, variance**2 / parts)
    skew = (stats.kstat(rows, 3) / luck**2 + stats.kstat(columns, 3) / points**2) / variance**1.5
    ends = [mean - np.sqrt(variance) * 3 / skew * (np.cbrt(1 + skew * (q - skew / 6)) - 1) for q in (t, -t)]
    return mean, float(ends[0]), float(ends[1])

"""The network chart of a sweep: one site of one run before, in and after the shock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import headlines
from tfs_sim.analysis.sentences import lower
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.story import month_name, traced
from tfs_sim.figures.captions import caption
from tfs_sim.figures.network import Node, key, layout, network
from tfs_sim.figures.style import NARROW, WIDTH, Chart, framed, place

Tie = tuple[str, str, float]


def ties_of(frame: DataFrame) -> list[Tie]:
    """Return the open ties, both directions as one, each with its mean trust."""
    used = frame[frame["open"].astype(bool)]
    a, b = used["source"].astype(str).to_numpy(), used["target"].astype(str).to_numpy()
    swap = a > b
    ends = DataFrame({"a": np.where(swap, b, a), "b": np.where(swap, a, b), "trust": used["trust"].to_numpy(float)})
    joined = ends.groupby(["a", "b"], sort=True)["trust"].mean().reset_index()
    return list(joined.itertuples(index=False, name=None))


def three_of(months: Sequence[int], onset: int | None) -> list[int]:
    """Return at most three months: before the shock, in it, and the last; or the first, the middle and the last."""
    if len(months) <= 3:
        return list(months)
    if onset is not None and any(m < onset for m in months) and any(m >= onset for m in months[:-1]):
        before = max(m for m in months if m < onset)
        within = min(m for m in months if m >= onset)
        return [before, within, months[-1]]
    return [months[0], months[len(months) // 2], months[-1]]


def moments(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw one site of the traced run at three months, every organization at the same place in all."""
    stored = Stored.of(sweep)
    run = traced(stored, stored.network)
    if run is None:
        return None
    levels, strategy, site, frame = run
    months = three_of(sorted(int(m) for m in frame["month"].unique()), stored.onset if stored.shocks(levels) else None)
    at = {month: ties_of(frame[frame["month"] == month]) for month in months}
    people = _nodes(stored, strategy, levels, site, months, at)
    names = sorted({node.name for nodes in people.values() for node in nodes})
    places = _places(names, at)
    site_title = stored.site_title(site)
    title = headlines.network_title(site_title, [len(at[m]) for m in months])
    who = f"{stored.title(strategy)}{', ' + ', '.join(levels) if levels else ''}"
    subtitle = f"One run of many: {site_title}, {who}. Every organization stays at its place; lines are ties in use."
    replicate = int(frame["replicate"].iloc[0]) if "replicate" in frame else 0
    wide = NARROW - 0.9 if narrow else 2.4
    tall = len(months) * (wide + 1.0) + 1.5 if narrow else 4.2
    made = caption(stored, f"replicate {replicate}")
    chart = framed("network", title, subtitle, made, tall, NARROW if narrow else WIDTH)
    keys = place(chart, 0.3, 0.1, NARROW - 0.1, 1.4) if narrow else place(chart, 0.3, 0.1, 7.8, 0.8)
    key(keys, sorted({node.sector for nodes in people.values() for node in nodes}), 2 if narrow else 4)
    for k, month in enumerate(months):
        left, bottom = (0.4, 2.0 + (len(months) - 1 - k) * (wide + 1.0)) if narrow else (0.2 + k * (wide + 0.2), 1.3)
        ax = place(chart, left, bottom, left + wide, bottom + wide)
        ax.set_label(str(month))
        nodes = people[month]
        network(ax, nodes, places, at[month], _panel(stored, levels, month), _density(nodes, at[month]))
    rows = [(month, a, b, trust) for month in months for a, b, trust in at[month]]
    chart.data = DataFrame(rows, columns=["month", "a", "b", "trust"])
    chart.alt = f"{title}. " + " ".join(f"{month_name(stored, m)}: {len(at[m])} ties in use." for m in months)
    return chart


def _panel(stored: Stored, levels: tuple[str, ...], month: int) -> str:
    name = month_name(stored, month)
    shocks = stored.shocks(levels)
    if not shocks:
        return name
    when = "before the" if month < shocks[0].onset else "in the" if month < shocks[0].end else "after the"
    return f"{name}\n{when} {lower(shocks[0].label)}"


def _density(nodes: Sequence[Node], ties: Sequence[Tie]) -> str:
    """Return partners (without the backbone), the share of their possible ties that is in use, and mean trust."""
    partners = {node.name for node in nodes if node.status == "active" and not node.backbone}
    between = [trust for a, b, trust in ties if a in partners and b in partners]
    if not between:
        return f"{len(partners)} partners,\nno ties between them"
    share = 100 * len(between) / (len(partners) * (len(partners) - 1) / 2)
    return f"{len(partners)} partners, {share:.0f}% of their possible\nties in use, mean trust {np.mean(between):.2f}"


def _nodes(
    stored: Stored, strategy: str, levels: tuple[str, ...], site: str, months: Sequence[int], at: dict[int, list[Tie]]
) -> dict[int, list[Node]]:
    organizations = traced(stored, stored.organizations, (strategy, *levels), site)
    out = {}
    for month in months:
        known: dict[str, Node] = {}
        if organizations is not None:
            frame: Any = organizations[3]
            for row in frame[frame["month"] == month].itertuples():
                known[str(row.organization)] = Node(
                    str(row.organization), str(row.sector), str(row.status), str(row.role) == "backbone"
                )
        for a, b, _ in at[month]:
            for name in (a, b):
                known.setdefault(name, Node(name, "other", "active", False))
        out[month] = list(known.values())
    return out


def _places(names: Sequence[str], at: dict[int, list[Tie]]) -> dict[str, tuple[float, float]]:
    number = {name: i for i, name in enumerate(names)}
    weight: dict[tuple[int, int], float] = {}
    for ties in at.values():
        for a, b, trust in ties:
            pair = (number[a], number[b])
            weight[pair] = weight.get(pair, 0.0) + trust / len(at)
    pairs = np.array(list(weight), float).reshape(-1, 2)
    spots = layout(len(names), pairs, np.array(list(weight.values()), float))
    return {name: (float(spots[i, 0]), float(spots[i, 1])) for name, i in number.items()}


__all__ = ["moments", "three_of", "ties_of"]

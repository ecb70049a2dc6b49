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
from tfs_sim.figures.network import Node
from tfs_sim.figures.style import NARROW, WIDTH, Chart, framed, place
from tfs_sim.figures.table import between, seats, spots, table

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
    """Draw who is at one site's table in the traced run at three months, by sector, and the ties between sectors."""
    stored = Stored.of(sweep)
    run = traced(stored, stored.network)
    if run is None:
        return None
    levels, strategy, site, frame = run
    months = three_of(sorted(int(m) for m in frame["month"].unique()), stored.onset if stored.shocks(levels) else None)
    at = {month: ties_of(frame[frame["month"] == month]) for month in months}
    people = _nodes(stored, strategy, levels, site, months, at)
    sectors = sorted({node.sector for nodes in people.values() for node in nodes if not node.backbone})
    places = spots(sectors)
    site_title = stored.site_title(site)
    counts = {month: sum(seats(people[month]).values()) for month in months}
    title = headlines.network_title(site_title, [counts[m] for m in months])
    who = f"{stored.title(strategy)}{', ' + ', '.join(levels) if levels else ''}"
    subtitle = (
        f"One run of many: {site_title}, {who}. Circles: organizations at the table, by sector; the thicker a line, "
        "the more ties in use between two sectors."
    )
    replicate = int(frame["replicate"].iloc[0]) if "replicate" in frame else 0
    wide = NARROW - 0.9 if narrow else 2.55
    tall = len(months) * (wide + 0.9) + 0.2 if narrow else wide + 1.25
    made = caption(stored, f"replicate {replicate}")
    chart = framed("network", title, subtitle, made, tall, NARROW if narrow else WIDTH)
    shares = [count for nodes in people.values() for count in seats(nodes).values()]
    crossing = [n for m in months for (a, b), n in between(people[m], at[m]).items() if a != b]
    most = max(shares, default=1), max(crossing, default=1)
    for k, month in enumerate(months):
        left, bottom = (0.4, 0.7 + (len(months) - 1 - k) * (wide + 0.9)) if narrow else (0.1 + k * (wide + 0.08), 0.6)
        ax = place(chart, left, bottom, left + wide, bottom + wide)
        ax.set_label(str(month))
        table(
            ax,
            people[month],
            places,
            at[month],
            most,
            _panel(stored, levels, month),
            _density(people[month], at[month]),
        )
    known = {month: {node.name: node.sector for node in nodes} for month, nodes in people.items()}
    rows = [(month, a, known[month][a], b, known[month][b], trust) for month in months for a, b, trust in at[month]]
    chart.data = DataFrame(rows, columns=["month", "a", "sector_a", "b", "sector_b", "trust"])
    chart.alt = f"{title}. " + " ".join(f"{month_name(stored, m)}: {counts[m]} partners at the table." for m in months)
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
    used = [trust for a, b, trust in ties if a in partners and b in partners]
    if not used:
        return f"{len(partners)} partners,\nno ties between them"
    share = 100 * len(used) / (len(partners) * (len(partners) - 1) / 2)
    return f"{len(partners)} partners, {share:.0f}% of their possible\nties in use, mean trust {np.mean(used):.2f}"


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


__all__ = ["moments", "three_of", "ties_of"]

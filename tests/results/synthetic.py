"""A made-up sweep with plausible shapes, for the tests of analysis, figures and report. Not results of the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.model.declare import Metric
from tfs_sim.model.declared_metrics import METRICS

SECTORS = ["district", "nonprofit", "health", "business", "government", "philanthropy"]
SECTORS += ["higher_education", "community_group"]
STRATEGIES = {
    "no-initiative": ("No initiative", 0.0, 0.0),
    "as-funded": ("Initiative as funded", 1.0, 0.0),
    "handover": ("Handover practices", 1.0, 0.05),
    "convenings": ("Trust-building convenings", 1.0, 0.02),
    "manuals": ("Procedure manuals", 1.0, 0.0),
    "pooled": ("Pooled funds", 1.15, 0.01),
    "channel": ("Crisis channel", 1.05, 0.03),
    "recognition": ("Recognition of strengths", 1.0, -0.01),
}
SITES = {"chicago": "Chicago", "dayton": "Dayton", "lehigh-valley": "Lehigh Valley", "memphis": "Memphis"}

HIGHER = ["partners", "engaged", "trust", "quality", "support", "effort", "performance", "coverage", "outcome"]
HIGHER += ["alive", "coordination", "clarity"]
UNITS = {"outcome": "points", "indicator": "points"}
WORDS = ("subject", "label", "finding", "usual", "main", "rung", "measured_by", "unpaid_by")
"""What stand-ins have from the real declarations: what is said of a metric is tested with what users read."""
TOTALS = ("cost", "hours", "departures", "joined", "withdrew")


def declared(name: str) -> Metric:
    better = "higher" if name in HIGHER else "lower" if name in ("equity_gap", "vacancy") else ""
    summary = "total" if name in TOTALS else "last-year"
    places = 0 if name in TOTALS else 1 if name in ("partners", "performance", "outcome") else 2
    title = name.replace("_", " ").capitalize()
    plain = Metric(name, title, UNITS.get(name, "share"), title, summary, better, places)
    real = {metric.name: metric for metric in METRICS}.get(name)
    return replace(plain, unit=UNITS.get(name, real.unit), **{each: getattr(real, each) for each in WORDS}) if real else plain


class _Declared(dict):
    def __missing__(self, name: str) -> Metric:
        return declared(name)

    def get(self, name, default=None):
        return self[name]


def catalogue() -> ModuleType:
    """Return a stand-in for the model's catalogue, so that these tests do not depend on the model."""
    module = ModuleType("tfs_sim.model.catalogue")
    module.METRICS = _Declared()
    module.MECHANISMS = {}
    return module


@dataclass
class Synthetic:
    runs: pd.DataFrame
    series: pd.DataFrame
    network: pd.DataFrame
    organizations: pd.DataFrame
    experiment: dict[str, Any]
    provenance: dict[str, Any]
    points: pd.DataFrame = field(default_factory=pd.DataFrame)
    sets: pd.DataFrame = field(default_factory=pd.DataFrame)
    added: pd.DataFrame = field(default_factory=pd.DataFrame)
    crossed: pd.DataFrame = field(default_factory=pd.DataFrame)


def smooth(noise: np.ndarray, keep: float = 0.9) -> np.ndarray:
    if noise.ndim < 3:
        return noise
    out = np.empty_like(noise)
    out[..., 0] = noise[..., 0]
    for t in range(1, noise.shape[-1]):
        out[..., t] = keep * out[..., t - 1] + np.sqrt(1 - keep**2) * noise[..., t]
    return out


def months_of(
    boost: float, practice: float, crisis: bool, luck: dict[str, np.ndarray], months: int, onset: int
) -> dict[str, np.ndarray]:
    t = np.arange(months)
    grow = 1 - np.exp(-np.maximum(0, t - 9) / 18)
    severity = np.where(t < onset, 0, np.where(t < onset + 18, 0.6, 0.6 * 0.5 ** ((t - onset - 18) / 6))) * crisis
    late = np.convolve(grow, np.exp(-np.arange(60) / 24) / 24)[:months]
    site = luck["site"][..., None]
    memory = np.convolve(severity, np.exp(-np.arange(90) / 40) / 30)[:months]
    hit = (severity + memory) * (1 + 0.8 * luck["hit"][..., None]) * (1 - 6 * practice)
    trust = np.clip(0.35 + site * 0.05 + boost * grow * (0.22 + practice) - 0.18 * hit + 0.03 * luck["a"], 0, 1)
    support = np.clip(0.16 + site * 0.03 + boost * grow * (0.1 + practice) - 0.1 * hit + 0.02 * luck["b"], 0, 1)
    partners = np.round(
        np.clip(16 + 4 * site + boost * grow * (24 + 60 * practice) - 10 * hit + 2 * luck["c"], 0, None)
    )
    performance = boost * grow * (9 + 40 * practice) * (0.4 + trust) - 2 * hit + 0.8 * luck["d"]
    coverage = np.clip(0.31 + 0.09 * boost * grow - 0.05 * severity + 0.01 * luck["d"] + 0.02 * site, 0, 1)
    outcome = 100 * np.clip(0.3 + boost * 0.06 * late + 0.004 * smooth(luck["a"], 0.97) + 0.01 * site, 0, 1)
    return {
        "partners": partners,
        "engaged": partners / 60,
        "trust": trust,
        "quality": trust * 0.8,
        "support": support,
        "effort": support * 1.1,
        "performance": performance,
        "coverage": coverage,
        "equity_gap": 0.08 - 0.01 * boost * grow + 0.03 * severity + 0.002 * luck["c"],
        "outcome": outcome,
        "indicator": outcome + 1.5 * luck["noise"],
        "alive": (partners >= 12).astype(float),
        "coordination": np.clip(0.8 - 0.2 * hit, 0, 1),
        "load": 1 + partners / 60,
        "vacancy": np.clip(0.06 + 0.02 * luck["c"], 0, 1),
        "density": np.clip(0.2 + 0.1 * boost * grow + 0.01 * luck["b"], 0, 1),
        "transitivity": np.clip(0.4 + 0.1 * boost * grow + 0.01 * luck["b"], 0, 1),
        "departures": np.round(np.clip(1 + luck["c"], 0, None)),
        "joined": np.maximum(0, np.diff(partners, prepend=partners[..., :1])),
        "withdrew": np.maximum(0, -np.diff(partners, prepend=partners[..., :1])),
        "cost": boost * np.where((t >= 9) & (t < 57), 18 + 120 * practice, 4) + 0 * trust,
        "hours": 6 * partners * (1 + 4 * practice),
        "win_win": np.clip(0.5 + 0.1 * boost * grow + 0.05 * luck["d"], 0, 1),
        "severity": severity + 0 * trust,
        "clarity": np.clip(0.5 + 0.2 * boost * grow - 0.1 * hit + 0.02 * luck["a"], 0, 1),
        "community_support": np.clip(0.2 + 0.3 * boost * late + 0.02 * luck["b"], 0, 1),
    }


def traced(months: int, onset: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = 48
    names = ["United Way of Chicago", *(f"{SECTORS[i % 8].replace('_', ' ').capitalize()} {i}" for i in range(1, n))]
    joins = np.r_[0, np.sort(rng.integers(0, 60, n - 1))]
    joins[:14] = 0
    leaves = np.where(rng.random(n) < 0.25, rng.integers(onset, months, n), months + 1)
    leaves[0] = months + 1
    away = [(0, 31, 35), (3, 27, 30), (5, 50, 52)]
    rows = []
    for m in range(months):
        for i, name in enumerate(names):
            status = "prospect" if m < joins[i] else "withdrawn" if m >= leaves[i] else "active"
            in_post = not any(i == who and start <= m < stop for who, start, stop in away)
            role = "backbone" if i == 0 else "partner"
            rows.append((m, name, SECTORS[i % 8], role, status, 0.1 + 0.1 * rng.random(), in_post))
    columns = ["month", "organization", "sector", "role", "status", "effort", "in_post"]
    organizations = pd.DataFrame(rows, columns=columns)
    edges = []
    for m in (20, 27, 45):
        for i in range(n):
            for j in range(n):
                if i != j and rng.random() < (0.35 if 0 in (i, j) or i % 8 == j % 8 else 0.12):
                    open_ = (
                        joins[i] <= m < leaves[i]
                        and joins[j] <= m < leaves[j]
                        and rng.random() < (0.6 if m == 27 else 0.9)
                    )
                    edges.append((m, names[i], names[j], bool(open_), 0.3 + 0.5 * rng.random()))
    network = pd.DataFrame(edges, columns=["month", "source", "target", "open", "trust"])
    keys = {"strategy": "as-funded", "crisis": "crisis", "replicate": 0, "site": "chicago"}
    return organizations.assign(**keys), network.assign(**keys)


def synthetic(
    strategies: int = 4, replicates: int = 40, months: int = 120, crossed: bool = True, onset: int = 21, seed: int = 1
) -> Synthetic:
    rng = np.random.default_rng(seed)
    shape = (replicates, len(SITES))
    luck = {name: smooth(rng.normal(size=(*shape, months))) for name in "abcd"}
    luck |= {"noise": rng.normal(size=(*shape, months)), "site": rng.normal(size=shape), "hit": rng.normal(size=shape)}
    chosen = dict(list(STRATEGIES.items())[:strategies])
    levels = ["no crisis", "crisis"] if crossed else [None]
    dates = pd.date_range("2018-06-01", periods=months, freq="MS")
    ids = pd.MultiIndex.from_product([range(replicates), SITES, range(months)], names=["replicate", "site", "month"])
    frames = []
    for label in levels:
        for key, (_, boost, practice) in chosen.items():
            jitter = {
                name: v + smooth(rng.normal(size=v.shape), 0.97) * (0.9 if v.ndim == 3 else 0.3)
                for name, v in luck.items()
            }
            values = months_of(boost, practice, label != "no crisis", jitter, months, onset)
            frame = pd.DataFrame({name: v.reshape(-1).astype(np.float32) for name, v in values.items()}, index=ids)
            frame = frame.reset_index()
            frame.insert(0, "strategy", key)
            if label:
                frame.insert(1, "crisis", label)
            frame["date"] = dates[frame["month"]]
            frames.append(frame)
    series = pd.concat(frames, ignore_index=True)
    cross = {"crisis": ["no crisis", "crisis"]} if crossed else {}
    keys = ["strategy", *cross, "replicate", "site"]
    metrics = [c for c in series.columns if c not in (*keys, "month", "date")]
    totals = {"cost", "hours", "departures", "joined", "withdrew"}
    grouped = series.groupby(keys, sort=False)
    last = series[series["month"] >= months - 12].groupby(keys, sort=False)[metrics].mean()
    summed = grouped[sorted(totals)].sum()
    runs = last.assign(**{name: summed[name] for name in sorted(totals)}).reset_index()
    organizations, network = traced(months, onset, rng)
    if not crossed:
        organizations, network = (f.drop(columns="crisis") for f in (organizations, network))
    experiment = {
        "title": "Practices through a crisis",
        "question": "Which practices help a partnership through a community-wide crisis, and at what cost?",
        "scenario": "Together for Students",
        "strategies": {key: {"title": title} for key, (title, _, _) in chosen.items()},
        "cross": cross,
        "against": "as-funded",
        "nothing": "no-initiative",
        "grants": [{"strategy": "as-funded", "label": "grant", "site": "chicago", "stage": None, "from": 9, "until": 57,
                    "taper": 0, "amount": 864.0, "levels": {}}],
        "orders": [{"strategy": "handover", "use": "overlap", "title": "Overlap", "payer": "funder", "from": 9,
                    "until": 57, "taper": 0, "dose": 1.0, "stage": None, "adaptive": False, "levels": {}}],
        "primary": "support",
        "also": ["performance", "trust", "coverage", "alive"],
        "months": months,
        "start": "2018-06",
        "sites": {key: {"title": title} for key, title in SITES.items()},
        "shocks": [
            {
                "label": "Pandemic",
                "onset_month": onset,
                "end_month": onset + 18,
                "levels": {"crisis": ["crisis"]} if crossed else {},
            }
        ],
        "not_modelled": ["Politics inside the districts.", "Families that move away."],
        "assumptions": [
            "Practices cost what their declarations say.",
            "The four sites had the grants that the press reports.",
        ],
        "uncertainty": None,
        "worthwhile": None,
    }
    provenance = {
        "tfs_sim": "0.1.0",
        "model": "0.1.0+abcdef",
        "seed": 20200313,
        "replicates": replicates,
        "date": "2020-03-13T12:00:00+00:00",
        "scenario_digest": "0123456789abcdef",
        "python": "3.11.7",
        "platform": "Linux",
        "packages": {"numpy": "2.4.6"},
        "wall_seconds": 12.5,
    }
    return Synthetic(runs, series, network, organizations, experiment, provenance)


def design(
    values: dict[str, list[float]],
    effect: Any,
    noise: float = 0.5,
    replicates: int = 30,
    primary: str = "partners",
    method: str = "",
    seed: int = 3,
) -> Synthetic:
    """Return a sweep over every combination of values; `effect(strategy, point)` is added to luck that all share."""
    points = [
        dict(zip(values, at, strict=True)) for at in np.array(np.meshgrid(*values.values())).reshape(len(values), -1).T
    ]
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, 5, (len(points), replicates))
    rows = [
        {"strategy": s, "point": n, **at, "replicate": r, "site": "lab",
         primary: 20 + luck[n, r] + effect(s, at) + noise * rng.normal()}
        for s in ("alone", "ask", "wait")
        for n, at in enumerate(points)
        for r in range(replicates)
    ]  # fmt: skip
    experiment = {
        "title": "Made up",
        "strategies": {s: {"title": s.capitalize()} for s in ("alone", "ask", "wait")},
        "against": "alone",
        "primary": primary,
        "cross": {},
        "sites": {"lab": {"title": "Lab"}},
        "design": {
            "method": method,
            "points": len(points),
            "variables": {name: {"of": name, "title": f"The {name}", "kind": "number"} for name in values},
        },
    }
    empty = pd.DataFrame({"month": []})
    table = pd.DataFrame([{"point": n, **at} for n, at in enumerate(points)])
    return Synthetic(pd.DataFrame(rows), empty, empty, empty, experiment, {"seed": seed, "version": "0"}, table)


def compared(values: dict[str, np.ndarray], primary: str = "support") -> Synthetic:
    """Return a sweep of these strategies' numbers [replicates] at one site, the first of them the reference."""
    rows = [
        {"strategy": s, "replicate": r, "site": "lab", primary: float(value)}
        for s, numbers in values.items()
        for r, value in enumerate(numbers)
    ]
    experiment = {
        "title": "Made up",
        "strategies": {s: {"title": s.capitalize()} for s in values},
        "against": next(iter(values)),
        "primary": primary,
        "months": 120,
        "cross": {},
        "sites": {"lab": {"title": "Lab"}},
    }
    empty = pd.DataFrame({"month": []})
    return Synthetic(pd.DataFrame(rows), empty, empty, empty, experiment, {"seed": 1, "version": "0"})


def under_sets(sweep: Synthetic, each: int, spread: float = 0.0, worthwhile: float | None = None) -> Synthetic:
    """Return a sweep whose replicates are dealt to sets of parameters, `each` replicates a set.

    Under set n the support of every strategy but the reference is `spread` × (n − middle) higher.
    """
    tables = {}
    for name in ("runs", "series"):
        table = getattr(sweep, name).copy()
        number = table["replicate"].to_numpy() // each
        table["set"] = [f"p-{n:03d}" for n in number]
        table["replicate"] = table["replicate"] % each
        middle = (number.max() - 1) / 2
        table["support"] = table["support"] + np.where(
            table["strategy"] == "as-funded", 0.0, spread * (number - middle)
        )
        tables[name] = table
    names = sorted(set(tables["runs"]["set"]))
    experiment = sweep.experiment | {
        "uncertainty": {"origin": "plausible", "title": "drawn from what is plausible", "sets": len(names),
                        "parameters": 2, "digest": "0" * 64, "agreement": None},
        "worthwhile": worthwhile,
    }  # fmt: skip
    sets = pd.DataFrame({"set": names, "trust.gain": 0.1, "turnover.notice_share": 0.5})
    return replace(sweep, **tables, experiment=experiment, sets=sets)


def choosing(sets: int = 40, replicates: int = 4, sites: tuple[str, ...] = ("north", "south"), **decision: Any) -> Synthetic:
    """Return a sweep to decide by: nothing, manuals ($20,000) or staff ($90,000), over two months.

    What manuals do follows from the parameter `reach` alone (300 ± 120 student-months), of staff from `skill` (600 ± 250).
    In the south staff do nothing. `decision` is the experiment's [decision].
    """
    rng = np.random.default_rng(5)
    names = [f"p-{n:03d}" for n in range(sets)]
    known = pd.DataFrame({"set": names, "reach": rng.normal(300, 120, sets), "skill": rng.normal(600, 250, sets)})
    known["idle"] = rng.uniform(size=sets)
    cost = {"nothing": 0.0, "manuals": 20.0, "staff": 90.0}
    rows = []
    for strategy, dollars in cost.items():
        for n, name in enumerate(names):
            for replicate in range(replicates):
                for site in sites:
                    gain = {"nothing": 0.0, "manuals": known["reach"][n], "staff": known["skill"][n]}[strategy]
                    gain = 0.0 if strategy == "staff" and site == "south" else gain
                    served = (1000 + (gain + 60 * rng.normal()) / len(sites)) / 2
                    values = {"cost": dollars / len(sites) / 2, "served": served, "coverage": 0.5, "performance": 1.0}
                    values |= {"gross_gain": 2.0, "hours": 20.0 * (strategy != "nothing"), "bid_hours": 0.0}
                    keys = {"strategy": strategy, "set": name, "replicate": replicate, "site": site}
                    rows += [{**keys, "month": m, **values, "staff_given": 0.1, "support": 0.1} for m in (0, 1)]
    series = pd.DataFrame(rows)
    runs = series[series["month"] == 1].drop(columns="month").reset_index(drop=True)
    experiment = {
        "title": "What to buy",
        "strategies": {each: {"title": each.capitalize()} for each in cost},
        "against": "nothing",
        "nothing": "nothing",
        "cross": {},
        "primary": "support",
        "design": None,
        "months": 2,
        "start": "2020-01",
        "sites": {each: {"title": each.capitalize()} for each in sites},
        "uncertainty": {"sets": sets, "title": "drawn from what is plausible"},
        "decision": decision or None,
    }
    empty = pd.DataFrame({"month": []})
    return Synthetic(runs, series, empty, empty, experiment, {"seed": 1, "version": "0"}, pd.DataFrame(), known)

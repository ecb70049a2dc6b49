"""Scenarios drawn at random: small communities in which anything happens that a file may say."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from tfs_sim.model.catalogue import ALWAYS_ON, INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.model.state import PAYERS, ROLES, SECTORS
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.fields import DataFile
from tfs_sim.scenario.rules import indicators

MONTHS = 18


def scenario(draw: Random, folder: Path) -> Scenario:
    """Return a scenario; files that it names are written into a folder."""
    nationals = [f"network-{n}" for n in range(draw.choice((0, 0, 2, 3)))]
    sites = {f"town-{n}": site(draw, folder / f"town-{n}", nationals) for n in range(draw.randint(1, 3))}
    stages = selection(draw, sorted(sites))
    data: dict[str, Any] = {
        "clock": {"start": "2020-01", "months": MONTHS, "run_in": draw.choice((0, 1, 7, 24))},
        "sites": sites,
        "mechanisms": {n: False for n in MECHANISMS if n not in ALWAYS_ON and draw.random() < 0.06},
        "parameters": parameters(draw),
        "interventions": [i for n in INTERVENTIONS if draw.random() < 0.6 for i in orders(draw, n, sites, stages)],
        "shocks": [shock(draw, name) for name in SHOCKS if draw.random() < 0.4],
        "grants": [grant(draw, sites, stages) for _ in range(draw.randint(0, 3))],
    }
    if nationals:
        contributions = ("all", "network-reach", "case-management", "data-coaching")
        data["nationals"] = {
            n: {"fte": 20 * draw.random(), "contribution": draw.choice(contributions)} for n in nationals
        }
    else:
        for kind, declared in (("interventions", INTERVENTIONS), ("shocks", SHOCKS)):
            data[kind] = [each for each in data[kind] if declared[each["use"]].mechanism != "national"]
    if stages:
        data["selection"] = {"by": draw.choice(("rule", "historical")), "stages": stages}
    return Scenario.model_validate(data)


def month(draw: Random, first: int = 0) -> str:
    """Return a month of the clock."""
    n = draw.randint(first, MONTHS - 1)
    return f"{2020 + n // 12}-{n % 12 + 1:02d}"


def site(draw: Random, folder: Path, nationals: list[str]) -> dict[str, Any]:
    """Return a community: generated, or from files."""
    counts = {sector: draw.randint(0, 2) for sector in SECTORS}
    counts["nonprofit"] += draw.randint(2, 5)
    members = [f"{sector}-{n + 1:02d}" for sector, count in counts.items() for n in range(count)]
    made: dict[str, Any] = {
        "students": draw.randint(1, 20_000),
        "poverty": draw.random(),
        "at_the_table": draw.choice((0.0, 0.3, draw.random(), 1.0)),
        "grievance": draw.random(),
        "backbone": {"fte": draw.choice((0.0, 3.0 * draw.random()))} | begins(draw),
        "goals": [goal(draw) for _ in range(draw.choice((0, 0, 1, 2)))],
        "networks": {name: draw.sample(members, 2) for name in nationals if draw.random() < 0.7},
    }
    taken: set[str] = set()
    for name, joined in made["networks"].items():  # of one network at most
        made["networks"][name] = [each for each in joined if each not in taken]
        taken |= set(joined)
    if draw.random() < 0.4:
        folder.mkdir(parents=True)
        files(draw, folder, members, made)
    else:
        made["organizations"] = counts
    return made


def begins(draw: Random) -> dict[str, str]:
    """Return the month in which a partnership begins, if it has not yet."""
    return draw.choice(({}, {"from": month(draw)}, {"from": "2020-01"}, {"from": "2019-10"}))


def goal(draw: Random) -> dict[str, Any]:
    """Return what a partnership has set itself."""
    levels = {
        "partners": 8.0 * draw.random(),
        "coverage": 0.6 * draw.random(),
        "indicator": 40.0 + 20.0 * draw.random(),
    }
    indicator = draw.choice(tuple(levels))
    side, then = draw.choice(("at_least", "at_most")), draw.choice(("end", "next"))
    return {"indicator": indicator, side: levels[indicator], "over": draw.randint(1, 9), "then": then}


def files(draw: Random, folder: Path, members: list[str], made: dict[str, Any]) -> None:
    """Write files of a community's organizations, and perhaps of their ties and of who listens to whom."""
    rows = ["id,sector,fte,joins,threshold,first_effort_low,first_effort_high,first_bid"]
    for member in members:
        low = draw.random()
        first = (f"{low}", f"{low + draw.random() * (1 - low)}") if draw.random() < 0.3 else ("", "")
        joins = f"{draw.randint(0, MONTHS)}" if draw.random() < 0.3 else ""
        given = [
            f"{30 * draw.random():.3f}" if draw.random() < 0.5 else "",
            joins,
            f"{draw.randint(0, 6)}" if draw.random() < 0.25 and not joins else "",
            *first,
            f"{5 * draw.random():.3f}" if draw.random() < 0.3 else "",
        ]
        rows.append(",".join([member, member[:-3], *given]))
    written(folder, "organizations", rows, made)
    everyone = [*members, "backbone"]
    if draw.random() < 0.5:
        ties = [(a, b) for a in everyone for b in everyone if a < b and draw.random() < 0.3]
        rows = [f"{a},{b},{draw.choice((0.0, draw.random()))}" for a, b in ties]
        written(folder, "relationships", ["source,target,strength", *rows], made)
    if draw.random() < 0.5:
        rows = []
        for source in draw.sample(everyone, len(everyone) - 2):
            heard = draw.sample(everyone, 3)
            weights = [draw.random() for _ in heard]
            rows += [f"{source},{o},{w / sum(weights):.9f}" for o, w in zip(heard, weights, strict=True)]
        written(folder, "influence", ["source,target,weight", *rows], made)


def written(folder: Path, name: str, rows: list[str], made: dict[str, Any]) -> None:
    """Write a data file and name it in a community's table."""
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    made[f"{name}_file"] = DataFile(f"{name}.csv", folder)


def selection(draw: Random, sites: list[str]) -> list[dict[str, Any]]:
    """Return the stages of a selection, or none."""
    stages: list[dict[str, Any]] = []
    for n in range(draw.choice((0, 0, 1, 2))):
        stage: dict[str, Any] = {
            "name": f"stage-{n}",
            "month": f"2020-{2 + 3 * n:02d}",
            "places": max(1, len(sites) - 1 - n),
        }
        stage |= {"chosen": draw.sample(sites, 1)} if draw.random() < 0.3 and n == 0 else {}
        stage |= {"from": "stage-0"} if n else {}
        stages.append(stage)
    return stages


def parameters(draw: Random) -> dict[str, dict[str, float | str]]:
    """Return parameters anywhere in their plausible ranges, half of the choices other than the usual ones."""
    made: dict[str, dict[str, float | str]] = {}
    for name, mechanism in MECHANISMS.items():
        for key, p in specification(mechanism.parameters).items():
            if p.choices and draw.random() < 0.5:
                made.setdefault(name, {})[key] = draw.choice(p.choices)
            elif p.low < p.high and draw.random() < 0.7:
                value = p.low + draw.random() * (p.high - p.low)
                made.setdefault(name, {})[key] = float(round(value)) if p.whole else value
    if draw.random() < 0.3:  # large communities, in which not all know of each other
        made.setdefault("community", {}).update(all_pairs_up_to=8, candidates=draw.randint(4, 10))
    return made


def target(draw: Random, sites: dict[str, Any]) -> Any:
    """Return whom something reaches."""
    return draw.choice(("all", {"role": "partner"}, {"site": draw.choice(list(sites))}, {"role": ROLES[1]}))


def orders(draw: Random, name: str, sites: dict[str, Any], stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an order of an intervention, and now and then a second one beside it."""
    lever = INTERVENTIONS[name]
    made = []
    for _ in range(draw.choice((1, 1, 2))):
        order: dict[str, Any] = {"use": name, "dose": draw.random() * min(lever.largest_dose, 4.0)}
        if draw.random() < 0.5:
            order |= {"from": month(draw, 3), "lasts": draw.randint(4, MONTHS)}
        order |= {"taper": draw.randint(1, 3)} if draw.random() < 0.3 else {}
        payers = [each for each in PAYERS if each != "organization" or lever.scope == "organization"]
        order |= {"paid_by": draw.choice(payers)} if draw.random() < 0.5 else {}
        if lever.mechanism == "national":
            order["target"] = {"role": "national"}
        else:
            order |= {"target": target(draw, sites)} if draw.random() < 0.5 else {}
        if stages and draw.random() < 0.2 and lever.mechanism != "national":
            order["stage"] = draw.choice(stages)["name"]
        if draw.random() < 0.4:
            order["when"] = rule(draw)
        made.append(order)
    return made


def rule(draw: Random) -> dict[str, Any]:
    """Return a rule of an adaptive intervention."""
    metric = draw.choice([m for m in indicators().values() if m.domain[0] >= 0.0])
    largest = min(metric.domain[1], 20.0)
    low, high = sorted((draw.random() * largest, draw.random() * largest))
    made: dict[str, Any] = {"indicator": metric.name, "every": draw.randint(1, 4), "over": draw.randint(1, 3)}
    made |= {"below": low, "off_at": high} if draw.random() < 0.5 else {"above": high, "off_at": low}
    if draw.random() < 0.5:
        del made["off_at"]
    return made | ({"at_least": draw.randint(1, 6)} if draw.random() < 0.5 else {})


def shock(draw: Random, name: str) -> dict[str, Any]:
    """Return a shock."""
    lasting = {"lasts": draw.randint(1, 8), "decay": draw.choice((0.0, 6.0 * draw.random()))}
    made = {"use": name, "onset": month(draw), "depth": draw.random(), **lasting}
    return made | ({"target": {"sector": "nonprofit"}} if name == "scandal" else {})


def grant(draw: Random, sites: dict[str, Any], stages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a grant to a community, or to those that are chosen at a stage."""
    months = draw.randint(1, 24)
    made: dict[str, Any] = {"amount": 500 * draw.random(), "months": months, "taper": draw.randint(0, months)}
    made |= {"flexible": draw.choice((0.0, draw.random())), "from": month(draw)}
    if stages and draw.random() < 0.5:
        return made | {"stage": stages[0]["name"]}
    return made | {"site": draw.choice(list(sites))}
